package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/pkg/profile"
	"github.com/spf13/cobra"

	"anisgd/cmd/anisgd/internal/output"
	"anisgd/cmd/anisgd/internal/plot"
	"anisgd/cmd/anisgd/internal/progress"
	"anisgd/engine"
	"anisgd/engine/compare"
	"anisgd/engine/experiment"
)

// job is one of the commands that compute something: run, limit, simulate.
type job struct {
	*settings
	kind            output.Kind
	simulate, limit bool

	outputFlags

	checkpoints checkpoints
	saved       bool // whether the state is, of the variant that was interrupted
	meter       *meter

	plan      *experiment.Plan
	directory *output.Directory
	checksum  *output.Checksum
	begin     time.Time
	summaries []*output.Variant
	panels    []plottedPanel
}

// plottedPanel collects what a panel's chart shows.
type plottedPanel struct {
	name, title string
	results     []plot.Result
	comparisons []*compare.Report // of the variants that have one
}

// profileNames are the values of --profile.
var profileNames = []string{"cpu", "mem", "mutex", "block", "trace"}

// profiles are the ways to profile a job, by the value of --profile.
var profiles = map[string]func(*profile.Profile){
	"cpu": profile.CPUProfile, "mem": profile.MemProfile, "mutex": profile.MutexProfile,
	"block": profile.BlockProfile, "trace": profile.TraceProfile,
}

// attach gives a command its arguments, its flags and its work.
func (j *job) attach(command *cobra.Command) *cobra.Command {
	command.Args = oneExperiment
	command.ValidArgsFunction = completeExperiment
	command.RunE = func(command *cobra.Command, arguments []string) error {
		return asFailure(j.run(command.Context(), arguments[0]))
	}
	j.outputFlags.add(command)
	j.checkpoints.add(command)
	return command
}

// outputFlags are the flags of the commands that compute something.
type outputFlags struct {
	sets     []string
	out      string
	profile  string
	progress bool
}

func (o *outputFlags) add(command *cobra.Command) {
	addSets(command, &o.sets)
	flags := command.Flags()
	flags.StringVar(&o.out, "out", "", "result `directory` (default out/<name>)")
	flags.StringVar(&o.profile, "profile", "", "write a `profile` under --out: cpu, mem, mutex, block or trace")
	flags.BoolVar(&o.progress, "progress", false, "show progress on stderr even if it is no terminal")
}

// profiling is the kind of profile that is asked for, nil for none.
func (o *outputFlags) profiling() (func(*profile.Profile), error) {
	kind, known := profiles[o.profile]
	if o.profile != "" && !known {
		return nil, unknownValue("profile", o.profile, profileNames...)
	}
	return kind, nil
}

// startProfile begins a profile under --out; the result ends it.
func (o *outputFlags) startProfile(kind func(*profile.Profile)) (stop func()) {
	if kind == nil {
		return func() {}
	}
	return profile.Start(kind, profile.ProfilePath(o.out), profile.NoShutdownHook, profile.Quiet).Stop
}

// label gives the samples of a CPU profile, if there is one, phases of the work and the
// name of what is computed; the result ends it.
func (o *outputFlags) label(model string) (end func()) {
	if o.profile != "cpu" {
		return func() {}
	}
	return engine.LabelProfile(model)
}

// newProgress shows progress where it is wanted; nil where it is not.
func (s *settings) newProgress(asked bool, total float64) *progress.Meter {
	file, isFile := s.stderr.(*os.File)
	switch terminal := isFile && progress.IsTerminal(file); {
	case s.quiet:
		return nil
	case terminal:
		return progress.NewBar(s.stderr, total)
	case asked:
		return progress.NewLines(s.stderr, total)
	}
	return nil
}

// oneExperiment checks that there is one argument, the experiment.
func oneExperiment(_ *cobra.Command, arguments []string) error {
	if len(arguments) != 1 {
		return fmt.Errorf("expected one experiment, a file or the name of a preset, and got %d arguments", len(arguments))
	}
	if arguments[0] == "" {
		return errors.New("expected an experiment, a file or the name of a preset, and got an empty name")
	}
	return nil
}

// addSets adds the flag that overrides values of the experiment.
func addSets(command *cobra.Command, sets *[]string) {
	command.Flags().StringArrayVar(sets, "set", nil,
		"override a value of the experiment, `path.to.key=value` (the value is YAML); repeatable")
}

func (j *job) run(ctx context.Context, source string) (err error) {
	j.begin = time.Now()
	profiling, err := j.profiling()
	if err != nil {
		return err
	}
	if err := j.checkpoints.check(); err != nil {
		return err
	}
	if j.plan, err = loadExperiment(ctx, source, j.sets); err != nil {
		return err
	}
	if j.plan.Phase != nil {
		return usageError("%s describes a phase diagram, expected `anisgd phase %s`, or an experiment without the key phase", source, source)
	}
	if j.plan.Sweep != nil {
		return usageError("%s describes a sweep, expected `anisgd sweep %s`, or an experiment without the key sweep", source, source)
	}
	if err := j.checkMemory(); err != nil {
		return err
	}
	if j.out == "" {
		j.out = filepath.Join("out", j.plan.Name)
	}
	if j.directory, err = output.Open(j.out, j.kind); err != nil {
		return err
	}
	defer j.directory.Discard()
	j.tellReplaced()
	j.checkpoints.open(j.out, j.plan, &engine.Options{Simulate: j.simulate, Limit: j.limit})
	defer j.startProfile(profiling)()
	if err := j.compute(ctx); err != nil {
		return j.incomplete(err)
	}
	if err := j.finish(); err != nil {
		return err
	}
	if err := j.checkpoints.remove(); err != nil {
		return err
	}
	return j.divergence()
}

// tellReplaced says so at the start where the results of other settings are replaced.
func (j *job) tellReplaced() {
	before, err := os.ReadFile(j.directory.Path(configFile))
	if err == nil && !j.quiet && !bytes.Equal(before, j.plan.Config()) {
		fmt.Fprintf(j.stderr, "anisgd: %s holds results of other settings, which are replaced; --out has these elsewhere\n", j.out)
	}
}

// compute computes all variants, each with all threads, and writes each as soon
// as it is done.
func (j *job) compute(ctx context.Context) error {
	j.meter = newMeter(j)
	defer j.meter.close()
	j.tellOthers()
	j.checksum = output.NewChecksum()
	for _, panel := range j.plan.Panels {
		j.panels = append(j.panels, plottedPanel{name: panel.Name, title: panel.Title})
		for n := range panel.Variants {
			if err := j.variant(ctx, &panel, &panel.Variants[n]); err != nil {
				return err
			}
		}
	}
	return nil
}

// variant computes one variant and writes its results.
func (j *job) variant(ctx context.Context, panel *experiment.Panel, variant *experiment.Variant) error {
	j.meter.begin(panel, variant)
	defer j.label(path.Join(j.plan.Name, filepath.ToSlash(variant.Directory)))()
	file, known := j.checkpointOf(variant), false
	outcome, err := engine.Run(ctx, variant.Experiment, engine.Options{
		Simulate: j.simulate, Limit: j.limit, Threads: j.threads, Progress: j.meter.report(),
		Checkpoint: file, Fresh: j.checkpoints.fresh,
		Resumed: func(r engine.Resumption) {
			known = r.Phase == engine.Complete
			j.tellResumed(variant, r)
		},
	})
	if err != nil {
		j.saved = file != nil && file.Saved()
		if engine.Interrupted(err) {
			return err
		}
		return fmt.Errorf("%s%w", prefixOf(variant.Name), err)
	}
	if file != nil && j.several() && !known {
		outcome.Save(file) // until all variants are done
	}
	if !j.directory.Written() {
		if err := j.writeInputs(); err != nil {
			return err
		}
	}
	own, err := j.directory.WriteOutcome(variant.Directory, outcome, j.checksum)
	if err != nil {
		return err
	}
	summary := output.Summarize(outcome)
	summary.Panel, summary.Name, summary.Directory = panel.Name, variant.Name, variant.Directory
	summary.Checksum = own.String()
	result := plottedResult(variant.Title, outcome)
	if err := j.drawVariant(panel, variant, result); err != nil {
		return err
	}
	j.summaries = append(j.summaries, summary)
	last := &j.panels[len(j.panels)-1]
	last.results = append(last.results, result)
	if outcome.Comparison != nil {
		last.comparisons = append(last.comparisons, outcome.Comparison)
	}
	if j.several() {
		if err := j.writeVariantSummary(summary); err != nil {
			return err
		}
	}
	j.meter.finish()
	return j.writeRootSummary(false)
}

// several reports whether the plan has variants, each with its own directory.
func (j *job) several() bool {
	return j.plan.Panels[0].Variants[0].Directory != ""
}

// incomplete ends a job that could not do all variants.
func (j *job) incomplete(cause error) error {
	done := ""
	if len(j.summaries) > 0 {
		done = fmt.Sprintf("%d of %d variants are complete in %s; ", len(j.summaries), j.count(), j.out)
	}
	if !engine.Interrupted(cause) {
		if len(j.summaries) > 0 {
			return fmt.Errorf("%w; %s", cause, strings.TrimSuffix(done, "; "))
		}
		return cause
	}
	if j.saved {
		return &failure{statusInterrupted, fmt.Errorf("interrupted: %sthe state is saved in %s; run the same command again to go on from there", done, j.checkpoints.directory)}
	}
	return &failure{statusInterrupted, fmt.Errorf("interrupted: %srun the same command again to compute the whole", done)}
}

// divergence tells which variants diverged, as the failure the command ends with.
func (j *job) divergence() error {
	var messages []string
	for _, s := range j.summaries {
		if s.Divergence != nil {
			messages = append(messages, fmt.Sprintf("%s%s; its results up to then are in %s",
				prefixOf(s.Name), s.Divergence.Message, j.directory.Path(s.Directory)))
		}
	}
	if len(messages) == 0 {
		return j.stopped()
	}
	return &failure{statusDiverged, errors.New(strings.Join(messages, "\nanisgd: "))}
}

// stopped tells which variants' limits could not be completed, as the failure the
// command ends with.
func (j *job) stopped() error {
	var messages []string
	for _, s := range j.summaries {
		if s.Limit != nil && s.Limit.Stop != "" {
			messages = append(messages, fmt.Sprintf("%s%s; its results up to then are in %s",
				prefixOf(s.Name), s.Limit.Stop, j.directory.Path(s.Directory)))
		}
	}
	if len(messages) == 0 {
		return nil
	}
	return &failure{statusFailed, errors.New(strings.Join(messages, "\nanisgd: "))}
}

// count is the number of variants.
func (j *job) count() int {
	n := 0
	for _, panel := range j.plan.Panels {
		n += len(panel.Variants)
	}
	return n
}

// prefixOf starts a message about a variant.
func prefixOf(name string) string {
	if name == "" {
		return ""
	}
	return "variant " + name + ": "
}

// checkMemory fails where the arrays of the plan cannot fit into the machine.
func (j *job) checkMemory() error {
	available := physicalMemory()
	for _, panel := range j.plan.Panels {
		for _, variant := range panel.Variants {
			if needed := engine.Predict(variant.Experiment, j.threads, j.simulate, j.limit).Memory; available > 0 && needed > available {
				return &failure{statusFailed, fmt.Errorf("%sdim %d needs about %s of memory, and there is %s",
					prefixOf(variant.Name), variant.Experiment.Model.Dim, formatBytes(needed), formatBytes(available))}
			}
		}
	}
	return nil
}
