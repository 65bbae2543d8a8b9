package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"anisgd/cmd/anisgd/internal/output"
	"anisgd/cmd/anisgd/internal/plot"
	"anisgd/cmd/anisgd/internal/progress"
	"anisgd/engine"
	"anisgd/engine/experiment"
	"anisgd/engine/study"
	"anisgd/engine/study/store"
)

func newPhase(s *settings) *cobra.Command {
	job := &phaseJob{settings: s}
	command := &cobra.Command{
		Use:   "phase FILE|PRESET",
		Short: "Solve a grid of limits: a phase diagram, and its boundary",
		Long: `Solve the limit of every experiment on a grid over two axes, and show a statistic
at the last time as a table, arrays and a heat map.

Where it makes sense, the boundary is searched for, too: for every x the y at
which the long-time risk changes between tending to a positive limit and tending
to 0, once from the structure of the model (whether μᵀ(ΣKᵢ)⁻¹μ is finite) and
once from the risk R(t) alone (the drift of its local slope to t = 1e14).

An experiment becomes a phase diagram by a block

  phase:
    x: {set: model.classes.0.mean.power-law.exponent, from: 0, to: 1, points: 64}
    y: {set: [path.to.one.key, path.to.another], from: 0.1, to: 10, points: 64, spacing: log}
    statistic: risk     # any column of limit.csv
    boundary: auto      # or search, or none

Finished points are kept in tasks/ under --out: the same command goes on after an
interruption, and takes what it has when the grid is changed.`,
		Example: `  anisgd phase phase-powerlaw
  anisgd phase phase-powerlaw --set phase.x.points=16 --set learning-rate=2`,
		Args:              oneExperiment,
		ValidArgsFunction: completeExperiment,
		RunE: func(command *cobra.Command, arguments []string) error {
			return asFailure(job.run(command.Context(), arguments[0]))
		},
	}
	job.outputFlags.add(command)
	return command
}

// phaseJob computes a phase diagram, or makes its report again.
type phaseJob struct {
	*settings
	outputFlags

	plan      *experiment.Plan
	directory *output.Directory
	store     *store.Records
	begin     time.Time
}

func (j *phaseJob) run(ctx context.Context, source string) (err error) {
	j.begin = time.Now()
	profiling, err := j.profiling()
	if err != nil {
		return err
	}
	if j.plan, err = loadExperiment(ctx, source, j.sets); err != nil {
		return err
	}
	if j.plan.Phase == nil {
		return usageError("%s: phase: is missing, expected a block phase: {x: AXIS, y: AXIS} (see `anisgd phase --help`)", source)
	}
	if err := j.checkMemory(); err != nil {
		return err
	}
	if err := j.checkStatistic(ctx); err != nil {
		return err
	}
	if j.out == "" {
		j.out = filepath.Join("out", j.plan.Name)
	}
	if j.directory, err = output.Open(j.out, output.Phase); err != nil {
		return err
	}
	defer j.directory.Discard()
	if err := j.openStore(); err != nil {
		return err
	}
	defer j.startProfile(profiling)()
	defer j.label(j.plan.Name)()
	if err := j.writeInputs(); err != nil {
		return err
	}
	meter := j.newProgress(j.progress, 1)
	diagram, err := j.study(ctx, meter)
	meter.Close()
	if err != nil {
		return j.incomplete(err)
	}
	if err := j.store.Compact(); err != nil {
		return err
	}
	return j.finish(diagram)
}

// checkMemory fails where the arrays of the points under way at the same time
// cannot fit into the machine, judging from the corners of the grid.
func (j *phaseJob) checkMemory() error {
	available := physicalMemory()
	phase := j.plan.Phase
	for _, x := range []int{0, len(phase.X.Points) - 1} {
		for _, y := range []int{0, len(phase.Y.Points) - 1} {
			e, err := phase.Experiment(x, y)
			if err != nil {
				return err
			}
			needed := float64(j.threads) * engine.Predict(e.Experiment, 1, false, true).Memory
			if available > 0 && needed > available {
				return &failure{statusFailed, fmt.Errorf("%s: dim %d needs about %s of memory on %s, and there is %s; --threads 1 needs least",
					phase.Describe(x, y), e.Model.Dim, formatBytes(needed), plural(j.threads, "thread"), formatBytes(available))}
			}
		}
	}
	return nil
}

// checkStatistic fails where the statistic is not a column.
func (j *phaseJob) checkStatistic(ctx context.Context) error {
	first := j.plan.Panels[0].Variants[0].Experiment
	columns, err := study.Columns(ctx, first)
	if err != nil {
		return err
	}
	return j.plan.Phase.CheckStatistic(columns)
}

func (j *phaseJob) openStore() (err error) {
	tasks, err := openTasks(j.directory)
	if err != nil {
		return err
	}
	j.store, err = tasks.Records()
	if err == nil && j.store.Ignored() > 0 && !j.quiet {
		fmt.Fprintf(j.stderr, "anisgd: %s in %s torn or altered, and not used\n",
			plural(j.store.Ignored(), "batch of results"), j.directory.Path(output.StudyTasksFolder))
	}
	return err
}

// openTasks opens the store of a result directory.
func openTasks(d *output.Directory) (*store.Store, error) {
	tasks, err := store.Open(d.Path(output.StudyTasksFolder))
	var newer *store.NewerError
	var foreign *store.ForeignError
	if errors.As(err, &newer) || errors.As(err, &foreign) {
		err = &failure{statusUsage, err}
	}
	return tasks, err
}

// writeInputs writes what reproduces the results, after a first summary that
// marks the directory.
func (j *phaseJob) writeInputs() error {
	if err := j.writeSummary(j.summary(nil)); err != nil {
		return err
	}
	for _, input := range j.plan.Inputs() {
		if err := j.directory.WriteBytes(input.Name, input.Data); err != nil {
			return err
		}
	}
	return j.directory.WriteBytes(configFile, j.plan.Config())
}

func (j *phaseJob) study(ctx context.Context, meter *progress.Meter) (*study.Diagram, error) {
	if meter != nil {
		meter.Begin(fmt.Sprintf("%s, %d × %d points", j.plan.Name, len(j.plan.Phase.X.Points), len(j.plan.Phase.Y.Points)))
	}
	return study.Run(ctx, j.plan.Phase, study.Options{
		Threads: j.threads, Store: j.store, Progress: meter.Update,
	})
}

// incomplete ends a study that could not do all of its tasks.
func (j *phaseJob) incomplete(cause error) error {
	kept := fmt.Sprintf("%s kept in %s", plural(j.store.Len(), "result"), j.directory.Path(output.StudyTasksFolder))
	if !engine.Interrupted(cause) {
		return fmt.Errorf("%w; %s", cause, kept)
	}
	return &failure{statusInterrupted, fmt.Errorf("interrupted: %s; run the same command again to go on from there", kept)}
}

// finish writes the results of a diagram and tells what was found.
func (j *phaseJob) finish(diagram *study.Diagram) error {
	checksum, err := j.directory.WriteDiagram(diagram)
	if err != nil {
		return err
	}
	figure := plot.NewHeatMap(j.plan.Name, diagram)
	if err := j.directory.Write(output.PhaseFigureName+".svg", figure.WriteSVG); err != nil {
		return err
	}
	if err := j.directory.Write(output.PhaseFigureName+".png", figure.WritePNG); err != nil {
		return err
	}
	if err := j.directory.RemoveStale(); err != nil {
		return err
	}
	summary := j.summary(diagram)
	summary.Checksum = checksum.String()
	if err := j.writeSummary(summary); err != nil {
		return err
	}
	if j.json {
		return output.WriteJSON(j.stdout, summary)
	}
	if j.quiet {
		return nil
	}
	return j.print(diagram, summary)
}

func (j *phaseJob) summary(diagram *study.Diagram) *output.Summary {
	s := &output.Summary{
		Header: output.NewHeader(output.Phase), Name: j.plan.Name,
		Machine: output.ThisMachine(), Kernel: output.ThisKernel(),
		Threads: j.threads, Seconds: time.Since(j.begin).Seconds(), Files: j.directory.Files(),
	}
	if diagram != nil {
		s.Phase = output.SummarizePhase(diagram)
		s.Complete = diagram.Missing == 0
	}
	return s
}

func (j *phaseJob) writeSummary(s *output.Summary) error {
	return j.directory.Write(output.SummaryFile, func(w io.Writer) error { return output.WriteJSON(w, s) })
}

// print tells what was found.
func (j *phaseJob) print(diagram *study.Diagram, s *output.Summary) error {
	j.printf("%s: %d × %d points, %s, %s\n", s.Name, len(j.plan.Phase.X.Points), len(j.plan.Phase.Y.Points),
		plural(s.Threads, "thread"), formatSeconds(s.Seconds))
	j.printf("computed %s, the rest was stored", plural(s.Phase.Solved, "solution"))
	if s.Phase.Diverged > 0 {
		j.printf("; %s diverged", plural(s.Phase.Diverged, "point"))
	}
	if s.Phase.Missing > 0 {
		j.printf("; %s missing, `anisgd phase` computes them", plural(s.Phase.Missing, "result"))
	}
	j.printf("\n\n")
	if len(diagram.Boundaries) > 0 {
		j.printf("Where the long-time risk changes, x = %s, y = %s:\n\n", diagram.Phase.X.Describe(), diagram.Phase.Y.Describe())
		if err := writeBoundaries(j.stdout, diagram.Boundaries); err != nil {
			return err
		}
		j.printf("\n")
	}
	j.printf("figure   %s, .png\nresults  %s\n", j.directory.Path(output.PhaseFigureName+".svg"), j.out)
	return nil
}

// shownBoundaries is how many lines of the boundary are printed; boundary.csv has
// them all.
const shownBoundaries = 17

func writeBoundaries(w io.Writer, boundaries []study.Boundary) error {
	table := grid{heading: []string{"x", "y, structure", "y, R(t) alone", "it moved over", "y, predicted", "kind"}, keys: 1}
	step := 1
	if len(boundaries) > shownBoundaries {
		step = (len(boundaries) + shownBoundaries - 2) / (shownBoundaries - 1)
	}
	for i := 0; i < len(boundaries); i += step {
		b := &boundaries[i]
		interval := "–"
		if !math.IsNaN(b.Low) {
			interval = fmt.Sprintf("%.5g … %.5g", b.Low, b.High)
		}
		table.add(fmt.Sprintf("%.5g", b.X), formatEstimate(b.Structure), formatEstimate(b.Risk), interval, formatEstimate(b.Predicted), b.Kind)
	}
	if step > 1 {
		table.note = fmt.Sprintf("(%d more in %s)", len(boundaries)-(len(boundaries)+step-1)/step, output.BoundaryFile)
	}
	return table.write(w)
}

// formatEstimate is a place on the y axis, or a dash where there is none.
func formatEstimate(v float64) string {
	if math.IsNaN(v) {
		return "–"
	}
	return fmt.Sprintf("%.5g", v)
}
