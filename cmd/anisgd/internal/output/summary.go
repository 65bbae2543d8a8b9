package output

import (
	"runtime"
	"runtime/debug"

	"anisgd/kernels/cpu"
)

// Summary is what summary.json and --json tell about a set of results: where and how
// they were made, and what was found. It is read back to recognise a directory.
type Summary struct {
	Header
	Name string `json:"name"`
	// Complete is false while variants are missing.
	Complete bool    `json:"complete"`
	Machine  Machine `json:"machine"`
	Kernel   Kernel  `json:"kernel"`
	Threads  int     `json:"threads"`
	// Seconds is the time from start to end, with everything.
	Seconds float64 `json:"seconds"`
	// Checksum is the SHA-256 of limit.csv, sgd.csv and runs.npz, one after the
	// other as far as they exist, of every variant in order; of a phase diagram
	// that of phase.csv, phase.npz and boundary.csv, of a sweep that of sweep.csv and
	// series.csv. It is the same on any machine.
	Checksum string `json:"checksum"`
	// Variant is the result of an experiment without variants.
	*Variant
	// Variants are the results of the others, in order.
	Variants []*Variant `json:"variants,omitempty"`
	// Scalings are fitted over the variants of a panel that differ in dimension.
	Scalings []Scaling `json:"scalings,omitempty"`
	// Phase is the result of a phase diagram.
	Phase *PhaseSummary `json:"phase,omitempty"`
	// Sweep is the result of a sweep.
	Sweep *SweepSummary `json:"sweep,omitempty"`
	// Files lists all files of the directory but the stored tasks, slash-separated.
	Files []string `json:"files"`
}

// Machine describes where the results were made; they do not depend on it.
type Machine struct {
	CPU          string `json:"cpu"`
	Cores        int    `json:"cores"`
	OS           string `json:"os"`
	Architecture string `json:"architecture"`
	Go           string `json:"go"`
}

// Kernel says which kernel path was taken and why.
type Kernel struct {
	Path   string `json:"path"`
	Reason string `json:"reason"`
}

// Variant is the result of one experiment.
type Variant struct {
	Panel     string `json:"panel,omitempty"`
	Name      string `json:"variant,omitempty"`
	Directory string `json:"directory"` // relative to the root of the results
	Dim       int64  `json:"dim"`
	// Auto is what every `auto` of the experiment chose.
	Auto map[string]string `json:"auto,omitempty"`
	// AutoReasons tell why, where there is something to tell.
	AutoReasons map[string]string `json:"auto_reasons,omitempty"`
	Limit       *LimitSummary     `json:"limit,omitempty"`
	SGD         *SGDSummary       `json:"sgd,omitempty"`
	// StepsPerSecond is of SGD, over all runs and threads.
	StepsPerSecond *Number `json:"steps_per_second,omitempty"`
	// Deviations of SGD's mean from the limit, by statistic.
	Deviations map[string]Deviation `json:"deviations,omitempty"`
	Divergence *Divergence          `json:"divergence"`
	Timings    Timings              `json:"timings"`
	// Checksum is that of Summary, for the files of this variant.
	Checksum string `json:"checksum"`
}

// LimitSummary tells how the limit was solved and where it ended.
type LimitSummary struct {
	Method   string `json:"method"`
	Spectrum string `json:"spectrum"`        // full, compressed or continuum: the one used
	Nodes    int    `json:"nodes,omitempty"` // of the compressed spectrum or continuum
	// CompressionError is an estimate, from above, of the relative error of the risk by
	// the nodes of the spectrum; absent where they are exact.
	CompressionError Number `json:"compression_error,omitempty"`
	Steps            int    `json:"steps"` // accepted
	Rejected         int    `json:"rejected"`
	Evaluations      int    `json:"evaluations"` // of the right-hand side over all modes
	Estimates
	EndTime Number  `json:"end_time"`
	EndRisk Number  `json:"end_risk"`
	Events  []Event `json:"events,omitempty"`
	// Stop tells when and why the integration ended early, if it did for another
	// reason than divergence.
	Stop string `json:"stopped,omitempty"`
}

// Event is what was looked for in the limit, and when it occurred.
type Event struct {
	Name string `json:"event"`
	Time Number `json:"time"`
}

// Estimates are the largest relative errors, as estimated on the way, of the
// Gaussian expectations of the loss and of the classification error; absent where
// they are exact to rounding.
type Estimates struct {
	EstimatedError               Number `json:"estimated_error,omitempty"`
	EstimatedClassificationError Number `json:"estimated_classification_error,omitempty"`
}

// SGDSummary tells how much was simulated and where it ended.
type SGDSummary struct {
	Runs    int    `json:"runs"`
	Steps   int64  `json:"steps"` // over all runs
	EndTime Number `json:"end_time"`
	EndRisk Number `json:"end_risk"` // mean over the runs
	// EndRiskStandardError is that of the mean; null with one run.
	EndRiskStandardError Number `json:"end_risk_standard_error"`
	Estimates
}

// Deviation is the largest distance over the times between SGD's mean and the
// limit, in absolute terms and in standard errors, with the times they occur at.
// SingleRun is the root mean square over the runs of each run's largest distance.
type Deviation struct {
	Absolute           Number `json:"absolute"`
	AbsoluteTime       Number `json:"absolute_time"`
	StandardErrors     Number `json:"standard_errors"`
	StandardErrorsTime Number `json:"standard_errors_time"`
	SingleRun          Number `json:"single_run"`
}

// Scaling says with which powers of d the distance of SGD from the limit falls in one
// statistic: of one run, and of the mean over runs at the last time. Exponents are
// absent where they are not resolved.
type Scaling struct {
	Panel     string    `json:"panel,omitempty"`
	Statistic string    `json:"statistic"`
	Dims      []int     `json:"dims"`
	SingleRun *Exponent `json:"single_run,omitempty"`
	Bias      *Exponent `json:"bias,omitempty"`
}

// Exponent is a fitted exponent with the ends of its 95 % confidence interval.
type Exponent struct {
	Value Number `json:"exponent"`
	Low   Number `json:"low"`
	High  Number `json:"high"`
	// Resolved: the interval excludes 0.
	Resolved bool `json:"resolved"`
}

// Divergence says when the dynamics left all bounds.
type Divergence struct {
	Time    Number `json:"time"`
	Risk    Number `json:"risk"` // null if it was not finite
	Of      string `json:"of"`   // "limit" or "sgd"
	Run     *int   `json:"run,omitempty"`
	Message string `json:"message"`
}

// Timings are the seconds spent on each part.
type Timings struct {
	Setup    float64 `json:"setup"`
	Limit    float64 `json:"limit"`
	Simulate float64 `json:"simulate"`
}

// ThisMachine describes the machine that runs the program.
func ThisMachine() Machine {
	return Machine{
		CPU: cpu.Model(), Cores: runtime.NumCPU(), OS: runtime.GOOS,
		Architecture: runtime.GOARCH, Go: runtime.Version(),
	}
}

// ThisKernel tells the kernel path that is taken.
func ThisKernel() Kernel { return Kernel{cpu.Selected().String(), cpu.Reason()} }

// Version is the version of the program as the build recorded it: a release, or
// the commit it was built from.
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	if commit := Commit(info); commit != "" {
		return "devel-" + commit
	}
	return "devel"
}

// Commit is the commit a build was made from, "+dirty" appended where the tree
// had changes, or "" where the build recorded none.
func Commit(info *debug.BuildInfo) string {
	commit, dirty := "", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			commit = s.Value[:min(len(s.Value), 12)]
		case s.Key == "vcs.modified" && s.Value == "true":
			dirty = "+dirty"
		}
	}
	if commit == "" {
		return ""
	}
	return commit + dirty
}
