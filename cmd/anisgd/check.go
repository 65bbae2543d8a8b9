package main

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"anisgd/cmd/anisgd/internal/output"
	"anisgd/engine"
	"anisgd/engine/experiment"
	"anisgd/engine/limit"
	"anisgd/engine/parallel"
	"anisgd/engine/rate"
	"anisgd/engine/spectrum"
	"anisgd/engine/statistic"
)

func newCheck(s *settings) *cobra.Command {
	var sets []string
	command := &cobra.Command{
		Use:   "check FILE|PRESET",
		Short: "Validate an experiment and tell what it resolves to, run nothing",
		Example: `  anisgd check experiment.yaml
  anisgd check fig1c --set dim=1000000`,
		Args:              oneExperiment,
		ValidArgsFunction: completeExperiment,
		RunE: func(command *cobra.Command, arguments []string) error {
			plan, err := loadExperiment(command.Context(), arguments[0], sets)
			if err != nil {
				return asFailure(err)
			}
			return asFailure(check(s, plan))
		},
	}
	addSets(command, &sets)
	return command
}

// checkedPlan is what --json tells.
type checkedPlan struct {
	output.Header
	Name     string        `json:"name"`
	Phase    *checkedPhase `json:"phase,omitempty"`
	Sweep    *checkedSweep `json:"sweep,omitempty"`
	Variants []*checked    `json:"variants"`
}

// checked is what a variant of an experiment resolves to.
type checked struct {
	Panel        string            `json:"panel,omitempty"`
	Variant      string            `json:"variant,omitempty"`
	Dim          int64             `json:"dim"`
	Classes      []checkedClass    `json:"classes"`
	Loss         string            `json:"loss"`
	Target       string            `json:"target"`
	Outputs      int               `json:"outputs"`
	TeacherNorm2 []output.Number   `json:"teacher_norm2,omitempty"` // of every column
	Ridge        float64           `json:"ridge"`
	LearningRate string            `json:"learning_rate"`
	Times        int               `json:"times"`
	FirstTime    float64           `json:"first_time"`
	LastTime     float64           `json:"last_time"`
	Runs         int               `json:"runs"`
	StepsPerRun  output.Number     `json:"steps_per_run"`
	Simulation   string            `json:"simulation"`
	Limit        string            `json:"limit"`
	Auto         map[string]string `json:"auto,omitempty"`
	AutoReasons  map[string]string `json:"auto_reasons,omitempty"`
	Memory       output.Number     `json:"memory_bytes"`
	LimitMemory  output.Number     `json:"limit_memory_bytes"` // of the limit alone
	Seconds      output.Number     `json:"simulation_seconds"`
	theory

	continuum bool // the limit is that of d → ∞
}

// checkedClass describes one class; its trace and norm are null where the
// dimension is too large to look at every mode.
type checkedClass struct {
	Prior float64       `json:"prior"`
	Label *float64      `json:"label,omitempty"` // null where classes have none
	Trace output.Number `json:"trace_per_dim"`   // κ = tr K/d
	Norm2 output.Number `json:"mean_norm2"`      // ‖μ‖²
}

func check(s *settings, plan *experiment.Plan) error {
	var variants []*checked
	for _, panel := range plan.Panels {
		for _, variant := range panel.Variants {
			c := checkVariant(variant.Experiment, s.threads)
			c.Panel, c.Variant = panel.Name, variant.Name
			variants = append(variants, c)
		}
	}
	ofSweep, err := checkSweep(plan.Sweep, s.threads)
	if err != nil {
		return err
	}
	if s.json {
		return output.WriteJSON(s.stdout, checkedPlan{output.NewHeader("check"), plan.Name, checkPhase(plan.Phase), ofSweep, variants})
	}
	switch {
	case plan.Phase != nil:
		s.printf("%s: a phase diagram\n", plan.Name)
		checkPhase(plan.Phase).print(s)
		s.printf("\nthe first experiment of the grid\n")
	case plan.Sweep != nil:
		s.printf("%s: a sweep\n", plan.Name)
		ofSweep.print(s)
		s.printf("\nthe first experiment of the sweep\n")
	default:
		s.printf("%s: %s\n", plan.Name, plural(len(variants), "experiment"))
	}
	total := 0.0
	for _, c := range variants {
		total += float64(c.Seconds)
		printChecked(s, c, plan.Phase == nil)
	}
	if len(variants) > 1 {
		s.printf("\nall together  about %s of simulation on %s\n", formatSeconds(total), plural(s.threads, "thread"))
	}
	return nil
}

func checkVariant(e *experiment.Experiment, threads int) *checked {
	p := engine.Predict(e, threads, true, true)
	c := &checked{
		Dim: e.Model.Dim, Loss: e.Loss, Target: e.Target, Outputs: e.Problem.Outputs(), Ridge: e.Ridge, LearningRate: describeRate(e.Rate),
		Times: len(e.Times), FirstTime: e.Times[0], LastTime: e.Times[len(e.Times)-1],
		Runs: e.Simulation.Runs, StepsPerRun: output.Number(p.StepsPerRun),
		Simulation: e.Simulation.Method + ", " + e.Simulation.Precision,
		Limit:      describeLimit(&e.Limit), Auto: e.Auto, AutoReasons: e.Reasons,
		Memory: output.Number(p.Memory), LimitMemory: output.Number(engine.Predict(e, threads, false, true).Memory), Seconds: output.Number(p.SimulationSeconds(e.Simulation.Runs, threads)),
	}
	sizes := sizesOf(e)
	for i := range e.Model.Classes {
		class := &e.Model.Classes[i]
		described := checkedClass{Prior: class.Prior, Trace: output.Number(sizes.traces[i]), Norm2: output.Number(sizes.means[i])}
		if e.HasLabels() {
			described.Label = &class.Label
		}
		c.Classes = append(c.Classes, described)
	}
	for _, norm2 := range sizes.teacher {
		c.TeacherNorm2 = append(c.TeacherNorm2, output.Number(norm2))
	}
	c.theory = theoryOf(e)
	c.continuum = e.Limit.Spectrum == limit.ContinuousSpectrum
	return c
}

// printChecked prints a variant, and what its simulation costs if it has one.
func printChecked(s *settings, c *checked, simulated bool) {
	s.printf("\n")
	line := func(key, format string, arguments ...any) {
		s.describe(checkPadding, key, fmt.Sprintf(format, arguments...))
	}
	if name := strings.Trim(c.Panel+", "+c.Variant, ", "); name != "" {
		line("variant", "%s", name)
	}
	if c.continuum {
		line("d", "%d in SGD, ∞ in the limit", c.Dim)
	} else {
		line("d", "%d", c.Dim)
	}
	for i, class := range c.Classes {
		if i == shownClasses && len(c.Classes) > shownClasses+1 {
			line("…", "and %d more classes", len(c.Classes)-shownClasses)
			break
		}
		label := ""
		if class.Label != nil {
			label = fmt.Sprintf("label %+g, ", *class.Label)
		}
		line(fmt.Sprintf("class %d", i), "prior %.6g, %str K/d = %s, ‖μ‖² = %s",
			class.Prior, label, formatSize(class.Trace), formatSize(class.Norm2))
	}
	line("loss", "%s, ridge %g", c.Loss, c.Ridge)
	line("target", "%s, %s", c.Target, plural(c.Outputs, "output"))
	for b, norm2 := range c.TeacherNorm2 {
		line(fmt.Sprintf("teacher %d", b), "‖x*‖² = %s", formatSize(norm2))
	}
	line("learning rate", "%s", c.LearningRate)
	line("times", "%d, from %g to %g", c.Times, c.FirstTime, c.LastTime)
	if simulated {
		line("simulation", "%s of %.6g steps (%s)", plural(c.Runs, "run"), float64(c.StepsPerRun), c.Simulation)
	}
	line("limit", "%s", c.Limit)
	c.theory.print(line)
	keys := make([]string, 0, len(c.Auto))
	for key := range c.Auto {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		why := ""
		if reason, told := c.AutoReasons[key]; told {
			why = ": " + reason
		}
		line("auto", "%s = %s%s", key, c.Auto[key], why)
	}
	if simulated {
		tooMuch := ""
		if available := physicalMemory(); available > 0 && float64(c.Memory) > available {
			tooMuch = fmt.Sprintf(", more than the %s there is: it would be refused", formatBytes(available))
		}
		line("memory", "about %s%s; the limit alone %s", formatBytes(float64(c.Memory)), tooMuch, formatBytes(float64(c.LimitMemory)))
		line("cost", "about %s of simulation on %s", formatSeconds(float64(c.Seconds)), plural(s.threads, "thread"))
	}
}

const (
	// checkPadding is the width of the keys that check prints.
	checkPadding = 13
	// largestLookedAt is the dimension up to which check looks at every mode.
	largestLookedAt = 1 << 24
	// shownClasses is how many classes check prints; --json has them all.
	shownClasses = 10
)

// sizes are κ = tr K/d and ‖μ‖² of every class, and ‖x*‖² of every column of the
// teacher; NaN where eigenvalues are given by arrays of more modes than are looked at.
type sizes struct{ traces, means, teacher []float64 }

// sizesOf sums over the modes one by one, or over the nodes of spectra in closed
// form, where random vectors beyond the dimensions in which they are drawn count with
// their expectations.
func sizesOf(e *experiment.Experiment) sizes {
	var s sizes
	d := e.Model.Dim
	if d > largestLookedAt {
		pool := parallel.NewPool(1)
		defer pool.Close()
		description := e.Description(false)
		description.Windows, description.Quadratics = nil, nil
		if nodes, closed := spectrum.Of(description, pool); closed {
			constants := nodes.Constants(e.Problem.Outputs(), &statistic.Observables{})
			traces := nodes.Modes().Traces
			for _, class := range nodes.Classes {
				s.traces = append(s.traces, traces[class.Spectrum])
			}
			return sizes{s.traces, constants.MeanNorm2, constants.Teacher2}
		}
	}
	square := func(x float64) float64 { return x * x }
	for _, class := range e.Model.Classes {
		s.traces = append(s.traces, averageOf(class.Covariance.Fill, d, func(x float64) float64 { return x }))
		s.means = append(s.means, averageOf(class.Mean.Fill, d, square))
	}
	for _, column := range e.Teacher {
		s.teacher = append(s.teacher, averageOf(column.Fill, d, square))
	}
	return s
}

// averageOf is the mean of f over the modes of an array, NaN in dimensions that
// are too large to look at every mode.
func averageOf(fill func(dst []float64, first, d int64), d int64, f func(x float64) float64) float64 {
	if d > largestLookedAt {
		return math.NaN()
	}
	total := 0.0
	var block [4096]float64
	for first := int64(0); first < d; first += int64(len(block)) {
		modes := block[:min(int64(len(block)), d-first)]
		fill(modes, first, d)
		for _, v := range modes {
			total += f(v)
		}
	}
	return total / float64(d)
}

func formatSize(v output.Number) string {
	if math.IsNaN(float64(v)) {
		return "(not summed over so many modes)"
	}
	return fmt.Sprintf("%.6g", float64(v))
}

func describeLimit(l *experiment.Limit) string {
	if l.Step > 0 {
		return fmt.Sprintf("%s, step %g, spectrum %s", l.Method, l.Step, l.Spectrum)
	}
	return fmt.Sprintf("%s, rtol %g, atol %g, spectrum %s", l.Method, l.RelativeTolerance, l.AbsoluteTolerance, l.Spectrum)
}

func describeRate(rule rate.Rule) string {
	switch r := rule.(type) {
	case rate.Constant:
		return fmt.Sprintf("γ = %g", float64(r))
	case rate.Piecewise:
		parts := make([]string, len(r.Times))
		for n, t := range r.Times {
			parts[n] = fmt.Sprintf("%g from t = %g", r.Values[n], t)
		}
		return strings.Join(parts, ", ")
	case rate.Power:
		return fmt.Sprintf("%g·(1 + t/%g)^−%g", r.Initial, r.Timescale, r.Exponent)
	case rate.Cosine:
		return fmt.Sprintf("cosine from %g to %g at t = %g", r.Initial, r.Final, r.End)
	case rate.AdaGradNorm:
		return fmt.Sprintf("AdaGrad-Norm, %g/√(%g² + squared gradients so far)", r.Eta, r.B)
	case rate.LineSearch:
		return "exact line search on the population risk"
	case rate.Polyak:
		return "idealised Polyak step"
	}
	return fmt.Sprintf("%+v", rule)
}
