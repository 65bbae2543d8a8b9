package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"anisgd/bench/record"
	"anisgd/bench/scaling"
	"anisgd/cmd/anisgd/internal/output"
	"anisgd/kernels/cpu"
)

func newBenchScaling(s *settings) *cobra.Command {
	job := &benchScaling{settings: s}
	command := &cobra.Command{
		Use:   "scaling",
		Short: "Measure how time and memory grow with the dimension, threads and outputs",
		Long: `Measure the time of a step of SGD and the memory that a simulation holds: of binary
logistic regression on two power laws in f64 and f32, against the dimension from 1e3
to 1e7 or what half of the memory allows, and against threads from one to --threads at
d = 1e6; of one-hot least squares against the number of outputs K at d = 1e4.

To the times, powers of the variable are fitted, with 95 % intervals of the exponents:
one for every stretch between the ends of the caches that has three points or more,
and one to all points where there are several stretches. A cache is taken to end where
a step touches as many bytes as it has: the state, the sample, means and spectra.
Against K the halves are fitted, for the power is not one: the time of few outputs is
that of drawing the sample, of many that of products.

Every time is the median of repetitions; there are at least seven, and more until it
is known to 1 % or its share of --budget is spent. It counts in a fit the less the
wider its interval is. Memory is what is held while steps are made.

Under --out: points.csv, fits.csv, summary.json, and figures against the dimension
(time and memory), threads and outputs.`,
		Example: `  anisgd bench scaling
  anisgd bench scaling --quick --out out/quick
  anisgd bench scaling --kernel avx2 --budget 5m --json`,
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error { return asFailure(job.run(command.Context())) },
	}
	flags := command.Flags()
	flags.StringVar(&job.out, "out", filepath.Join("out", "bench-scaling"), "the `directory` for the results")
	flags.DurationVar(&job.budget, "budget", time.Minute, "`time` that the whole may take, about")
	flags.BoolVar(&job.quick, "quick", false, "leave dimensions above 5e4 out and repeat as little as possible")
	flags.BoolVar(&job.progress, "progress", false, "show progress on stderr even if it is no terminal")
	return command
}

// scalingResults is the kind of a directory of results.
const scalingResults output.Kind = "bench scaling"

// benchScaling measures how cost grows.
type benchScaling struct {
	*settings
	out      string
	budget   time.Duration
	quick    bool
	progress bool

	origin    *record.Origin
	path      cpu.Path
	directory *output.Directory
	study     *scaling.Study
	complete  bool
}

func (j *benchScaling) run(ctx context.Context) error {
	if j.budget <= 0 {
		return usageError("--budget %v: expected a time above zero", j.budget)
	}
	j.origin, j.path = j.thisOrigin(), cpu.Selected()
	var err error
	if j.directory, err = output.Open(j.out, scalingResults); err != nil {
		return err
	}
	meter := j.newProgress(j.progress, 1)
	options := scaling.Options{
		Levels: j.origin.Machine.Levels, Path: j.path, Threads: j.threads, Quick: j.quick, Budget: j.budget, Memory: j.origin.Machine.Memory,
		Begun: func(name string, fraction float64) {
			meter.Phase(name)
			meter.Update(fraction)
		},
	}
	study, failed := options.Measure(ctx)
	meter.Close()
	if len(study.Series) == 0 {
		j.directory.Discard()
		return failed
	}
	j.study, j.complete = study, failed == nil
	if err := j.write(); err != nil {
		return errors.Join(failed, err)
	}
	if errors.Is(failed, context.Canceled) {
		return &failure{statusInterrupted, fmt.Errorf("interrupted: what was measured until then is in %s", j.out)}
	}
	if err := j.report(); err != nil {
		return errors.Join(failed, err)
	}
	return failed
}

// report tells what was measured.
func (j *benchScaling) report() error {
	if j.json {
		return output.WriteJSON(j.stdout, j.summary())
	}
	if j.quiet {
		return nil
	}
	j.printf("%s, path %v; caches as one core sees them:", j.origin.Machine.CPU, j.path)
	for _, l := range j.origin.Machine.Levels {
		if l.Size > 0 {
			j.printf(" %s %d KiB", l.Name, l.Size>>10)
		}
	}
	j.printf("\n")
	for _, v := range scalingVariables {
		if list := j.of(v); len(list) > 0 {
			if err := j.printVariable(v, list); err != nil {
				return err
			}
		}
	}
	for _, s := range j.study.Skipped {
		j.printf("\nleft out: %s: %s\n", s.Name, s.Reason)
	}
	j.printf("\nresults  %s\n", j.out)
	return nil
}

var scalingVariables = []scaling.Variable{scaling.Dimension, scaling.Threads, scaling.Outputs}

// of lists the series of a variable.
func (j *benchScaling) of(v scaling.Variable) []*scaling.Series {
	var list []*scaling.Series
	for i := range j.study.Series {
		if s := &j.study.Series[i]; s.Variable == v {
			list = append(list, s)
		}
	}
	return list
}

// perUnit heads the column of what makes times along a variable comparable.
var perUnit = map[scaling.Variable]string{
	scaling.Dimension: "ns per mode", scaling.Threads: "speed-up", scaling.Outputs: "µs per output",
}

// comparableTime is a point's value in that column.
func comparableTime(s *scaling.Series, p *scaling.Point) float64 {
	switch s.Variable {
	case scaling.Dimension:
		return 1e9 * p.Seconds / p.X
	case scaling.Threads:
		return s.Points[0].Seconds / p.Seconds
	}
	return 1e6 * p.Seconds / p.X
}

func (j *benchScaling) printVariable(v scaling.Variable, list []*scaling.Series) error {
	j.printf("\nagainst %s: %s\n", v, list[0].Fixed)
	table := grid{heading: []string{string(v), "precision", "time of a step", "", perUnit[v], "memory"}, keys: 2}
	if v != scaling.Threads { // each core has caches of its own
		table.heading = append(table.heading, "touches memory in")
	}
	for _, s := range list {
		for i := range s.Points {
			p := &s.Points[i]
			cells := []string{
				fmt.Sprintf("%.0f", p.X), s.Name, formatTime(p.Seconds), fmt.Sprintf("± %.1f%%", 50*(p.High-p.Low)/p.Seconds),
				fmt.Sprintf("%.3g", comparableTime(s, p)), formatBytes(p.Memory),
			}
			if v != scaling.Threads {
				cells = append(cells, p.Level)
			}
			table.add(cells...)
		}
	}
	if err := table.write(j.stdout); err != nil {
		return err
	}
	for _, s := range list {
		for _, e := range s.Ends {
			j.printf("%s: %s ends at %s = %.0f\n", s.Name, e.Level, v, e.X)
		}
	}
	for _, s := range list {
		for i := range s.Time {
			j.printf("%s: time ~ %s\n", s.Name, describeFit(v, &s.Time[i]))
		}
		for i := range s.Memory {
			j.printf("%s: memory ~ %s\n", s.Name, describeFit(v, &s.Memory[i]))
		}
		if len(s.Time) == 0 {
			j.printf("%s: no exponent: a fit needs three points\n", s.Name)
		}
	}
	return nil
}

func describeFit(v scaling.Variable, f *scaling.Fit) string {
	where := ""
	if f.Level != "" {
		where = " in " + f.Level
	}
	return fmt.Sprintf("%s^%.3f (95 %%: %.3f to %.3f) over %s = %.0f … %.0f%s, %d points", v, f.Exponent, f.Low, f.High, v, f.From, f.To, where, f.Points)
}
