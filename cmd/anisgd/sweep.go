package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"anisgd/cmd/anisgd/internal/output"
	"anisgd/cmd/anisgd/internal/progress"
	"anisgd/engine"
	"anisgd/engine/experiment"
	"anisgd/engine/study/store"
	"anisgd/engine/study/sweep"
)

func newSweep(s *settings) *cobra.Command {
	j := &sweepJob{settings: s}
	command := &cobra.Command{
		Use:   "sweep FILE|PRESET",
		Short: "Run a scaling study: many points, resumable, on one machine or a cluster",
		Long: `Simulate SGD and solve the limit at every point of a list of axes, and report how
they agree: deviation from the limit against d with fitted exponents, risks and
overlaps, as tables, figures and a report.html that needs nothing else.

An experiment, with panels and variants if it has any, becomes a sweep by a block

  sweep:
    axes:
      - {set: dim, values: [100, 1000, 10000]}
      - {set: learning-rate, from: 0.1, to: 10, points: 3, spacing: log}
    runs-per-task: 10     # default: all runs of a point

Finished tasks are kept in tasks/ under --out, each under a name that stands for
all its results depend on: the same command goes on after an interruption, and
takes what it has when the sweep is enlarged. Several programs may work on one
--out at the same time.

Over a cluster: --engine slurm submits an array job over a shared directory, watches
it, submits again what failed, and makes the report. With any other scheduler
run the shares yourself, i = 1 … n in any order and number at a time, with the same
--out on a shared file system; the last makes the report, and so does, at any time,
"anisgd report DIR":

  PBS          #PBS -J 1-40          anisgd sweep FILE --out DIR --task $PBS_ARRAY_INDEX/40
  LSF          #BSUB -J "a[1-40]"    anisgd sweep FILE --out DIR --task $LSB_JOBINDEX/40
  Kubernetes   completions: 40, completionMode: Indexed
                                     anisgd sweep FILE --out DIR --task $((JOB_COMPLETION_INDEX+1))/40
  GNU parallel seq 40 | parallel     anisgd sweep FILE --out DIR --threads 1 --task {}/40`,
		Example: `  anisgd sweep scaling
  anisgd sweep scaling --dry-run                        what it consists of, and what it will cost
  anisgd sweep scaling --set simulate.runs=50           more runs: computes what is missing
  anisgd sweep scaling --engine slurm --shares 40 --sbatch "--time=2:00:00" --sbatch "--cpus-per-task=8"`,
		Args:              oneExperiment,
		ValidArgsFunction: completeExperiment,
		RunE: func(command *cobra.Command, arguments []string) error {
			return asFailure(j.run(command.Context(), arguments[0]))
		},
	}
	j.outputFlags.add(command)
	flags := command.Flags()
	flags.StringVar(&j.engine, "engine", "local", "where tasks run: local or slurm")
	flags.StringVar(&j.task, "task", "", "compute only share `i/n` of the tasks, 1 ≤ i ≤ n")
	flags.StringVar(&j.orderName, "order", "large-first", "which tasks to begin with: large-first or small-first")
	flags.DurationVar(&j.checkpointEvery, "checkpoint-every", defaultCheckpointEvery, "save the state of tasks under way so often, and when interrupted; 0: only then")
	flags.BoolVar(&j.dryRun, "dry-run", false, "write nothing: list the points with their tasks (--json: every task), or print the script for Slurm")
	flags.IntVar(&j.slurm.shares, "shares", 0, "`number` of array tasks for Slurm (default: the tasks, at most 100)")
	flags.StringArrayVar(&j.slurm.options, "sbatch", nil, "an `option` for sbatch, such as --time=1:00:00; repeatable")
	flags.IntVar(&j.slurm.attempts, "attempts", 3, "`number` of times that a share is submitted to Slurm before it counts as failed")
	flags.DurationVar(&j.slurm.poll, "poll", 5*time.Second, "time between two looks at Slurm's queue")
	return command
}

// Values of --engine and --order.
var (
	sweepEngines = []string{"local", "slurm"}
	sweepOrders  = []string{"large-first", "small-first"}
)

// sweepJob runs a sweep, or makes its report again.
type sweepJob struct {
	*settings
	outputFlags
	engine, task, orderName string
	checkpointEvery         time.Duration
	dryRun                  bool
	slurm                   slurm

	source    string
	share     shareOfTasks
	file      *experiment.Plan
	plan      *sweep.Plan
	directory *output.Directory
	store     *store.Store
	begin     time.Time
	computed  int
}

func (j *sweepJob) run(ctx context.Context, source string) (err error) {
	j.begin, j.source = time.Now(), source
	if err := j.checkFlags(); err != nil {
		return err
	}
	profiling, err := j.profiling()
	if err != nil {
		return err
	}
	if err := j.load(ctx, source); err != nil {
		return err
	}
	switch {
	case j.dryRun:
	case j.engine == "slurm":
		err = j.slurm.find()
	default:
		err = j.checkMemory()
	}
	if err != nil {
		return err
	}
	if j.out == "" {
		j.out = filepath.Join("out", j.file.Name)
	}
	if j.dryRun {
		return j.describe()
	}
	if err := j.open(); err != nil {
		return err
	}
	defer j.directory.Discard()
	defer j.startProfile(profiling)()
	defer j.label(j.file.Name)()
	if err := j.writeInputs(); err != nil {
		return err
	}
	if err := j.compute(ctx); err != nil {
		return err
	}
	return j.finish()
}

func (j *sweepJob) checkFlags() (err error) {
	if !slices.Contains(sweepEngines, j.engine) {
		return unknownValue("engine", j.engine, sweepEngines...)
	}
	if !slices.Contains(sweepOrders, j.orderName) {
		return unknownValue("order", j.orderName, sweepOrders...)
	}
	if j.task != "" {
		if j.engine == "slurm" {
			return usageError("--task is for the programs that a scheduler starts, expected --engine slurm or --task, not both")
		}
		if j.share, err = parseShare(j.task); err != nil {
			return err
		}
	}
	if j.checkpointEvery < 0 {
		return usageError("--checkpoint-every %v: expected a duration such as 10m, or 0 for only when interrupted", j.checkpointEvery)
	}
	return j.slurm.check()
}

// load reads the sweep and cuts it into tasks.
func (j *sweepJob) load(ctx context.Context, source string) (err error) {
	if j.file, err = loadExperiment(ctx, source, j.sets); err != nil {
		return err
	}
	if j.file.Sweep == nil {
		return usageError("%s: sweep: is missing, expected a block sweep: {axes: [AXIS, …]} (see `anisgd sweep --help`)", source)
	}
	j.plan, err = sweep.NewPlan(j.file.Sweep)
	return err
}

// checkMemory fails where a task cannot fit into this machine.
func (j *sweepJob) checkMemory() error {
	if needed, title := j.plan.LargestMemory(); physicalMemory() > 0 && needed > physicalMemory() {
		return &failure{statusFailed, fmt.Errorf("%s needs about %s of memory, and there is %s", title, formatBytes(needed), formatBytes(physicalMemory()))}
	}
	return nil
}

// open opens the result directory and the store in it. What is wrong with either is
// found before anything is computed.
func (j *sweepJob) open() (err error) {
	if j.directory, err = output.Open(j.out, output.Sweep); err != nil {
		return err
	}
	if j.store, err = openTasks(j.directory); err != nil {
		return &failure{statusUsage, err}
	}
	damaged, err := j.ownTasks().SetAsideDamaged(j.store)
	if damaged > 0 && !j.quiet {
		fmt.Fprintf(j.stderr, "anisgd: %s in %s damaged, set aside, and not used\n", plural(damaged, "task"), j.store.Directory())
	}
	return err
}

// writeInputs writes what reproduces the results, after a first summary that marks
// the directory. A share of a sweep that others have begun leaves theirs alone.
func (j *sweepJob) writeInputs() error {
	content, err := os.ReadFile(j.directory.Path(configFile))
	if err == nil && string(content) == string(j.file.Config()) && j.directory.Marked() {
		j.directory.Keep(configFile)
		for _, input := range j.file.Inputs() {
			j.directory.Keep(input.Name)
		}
		return nil
	}
	if err := j.writeSummary(j.summary(nil)); err != nil {
		return err
	}
	for _, input := range j.file.Inputs() {
		if err := j.directory.WriteBytes(input.Name, input.Data); err != nil {
			return err
		}
	}
	return j.directory.WriteBytes(configFile, j.file.Config())
}

// compute computes the tasks that are missing. Points that cannot be computed are told
// at the end, when all others are done.
func (j *sweepJob) compute(ctx context.Context) error {
	if j.engine == "slurm" {
		return j.computeOnSlurm(ctx)
	}
	plan := j.ownTasks()
	tasks, err := plan.Missing(j.store)
	if err != nil {
		return err
	}
	meter := j.newProgress(j.progress, 1)
	if meter != nil {
		meter.Begin(fmt.Sprintf("%s, %s", j.file.Name, plural(len(tasks), "task")))
	}
	j.computed, err = sweep.Run(ctx, plan, j.store, tasks, sweep.Options{
		Threads: j.threads, Memory: physicalMemory() * shareOfMemory, SmallFirst: j.orderName == "small-first",
		Program: output.Version(), Machine: output.ThisMachine().CPU,
		CheckpointEvery: j.checkpointEvery,
		Progress:        func(p *sweep.Progress) { showProgress(meter, p) },
		Note: func(message string) {
			if !j.quiet {
				meter.Aside(func() { fmt.Fprintf(j.stderr, "anisgd: %s\n", message) })
			}
		},
	})
	meter.Close()
	if err == nil {
		return nil
	}
	kept := fmt.Sprintf("%d of %d tasks were computed, and are kept in %s", j.computed, len(tasks), j.store.Directory())
	if engine.Interrupted(err) {
		return &failure{statusInterrupted, fmt.Errorf("interrupted: %s; run the same command again to go on from there", kept)}
	}
	var failed *sweep.Failure
	if !errors.As(err, &failed) {
		return fmt.Errorf("%w; %s; run the same command again to go on from there", err, kept)
	}
	return &failure{statusFailed, fmt.Errorf("%s; %s; `anisgd report %s` reports what there is", shortened(err.Error()), kept, j.out)}
}

// ownTasks are the tasks that this program is to compute: all, or those of a share.
func (j *sweepJob) ownTasks() *sweep.Plan {
	if j.share.of == 0 {
		return j.plan
	}
	return j.plan.Share(j.share.number-1, j.share.of)
}

// shareOfMemory is how much of the machine's memory tasks may use, by prediction.
const shareOfMemory = 0.8

// shortened keeps the first lines of a message.
func shortened(message string) string {
	const most = 5
	lines := strings.Split(message, "\n")
	if len(lines) > most {
		lines = append(lines[:most:most], fmt.Sprintf("… and %d more", len(lines)-most))
	}
	return strings.Join(lines, "\nanisgd: ")
}

// showProgress shows how far the tasks are, and what is running.
func showProgress(meter *progress.Meter, p *sweep.Progress) {
	const widest = 60
	label := fmt.Sprintf("%d/%d tasks", p.Done, p.All)
	switch n := len(p.Running); {
	case n == 0 && p.Elsewhere > 0:
		label += fmt.Sprintf("; waiting for %d of another program", p.Elsewhere)
	case n > 0:
		running := []rune(p.Running[0])
		if len(running) > widest {
			running = append(running[:widest-1], '…')
		}
		label += "; " + string(running)
		if n > 1 {
			label += fmt.Sprintf(" and %d more", n-1)
		}
	}
	meter.Phase(label)
	meter.Update(p.Fraction)
}

// finish makes the report, as far as there is anything to report.
func (j *sweepJob) finish() error {
	if j.share.of > 0 {
		left, err := j.plan.Missing(j.store)
		if err != nil {
			return err
		}
		if len(left) > 0 {
			j.printf("share %d of %d is done: %s computed; %s of other shares missing\n", j.share.number, j.share.of, plural(j.computed, "task"), plural(len(left), "task"))
			if j.json {
				return output.WriteJSON(j.stdout, j.summary(nil))
			}
			return nil
		}
	}
	analysis, err := sweep.Collect(j.plan, j.store)
	if err != nil {
		return err
	}
	return j.report(analysis)
}

func (j *sweepJob) summary(a *sweep.Analysis) *output.Summary {
	s := &output.Summary{
		Header: output.NewHeader(output.Sweep), Name: j.file.Name,
		Machine: output.ThisMachine(), Kernel: output.ThisKernel(),
		Threads: j.threads, Seconds: time.Since(j.begin).Seconds(), Files: j.directory.Files(),
	}
	if a != nil {
		s.Sweep, s.Scalings = output.SummarizeSweep(a, j.plan.Len(), j.computed), output.SummarizeFits(a)
		s.Complete = a.Missing == 0
	}
	return s
}

func (j *sweepJob) writeSummary(s *output.Summary) error {
	return j.directory.Write(output.SummaryFile, func(w io.Writer) error { return output.WriteJSON(w, s) })
}
