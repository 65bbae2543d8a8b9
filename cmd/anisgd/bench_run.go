package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
	"unicode"

	"github.com/spf13/cobra"
	"golang.org/x/perf/benchmath"

	"anisgd/bench/machine"
	"anisgd/bench/record"
	"anisgd/bench/suite"
	"anisgd/cmd/anisgd/internal/output"
	"anisgd/kernels/cpu"
)

func newBenchRun(s *settings) *cobra.Command {
	job := &benchRun{settings: s}
	command := &cobra.Command{
		Use:   "run",
		Short: "Measure the suite on every kernel path, and the machine's roofs",
		Long: `Measure random numbers, steps of SGD by model, precision, outputs and dimension,
passes and solutions of the limit, and the machine itself: its clock, bandwidths,
peak of arithmetic and AES rate. All kernel paths that the processor has take turns,
or --kernel names one. Every benchmark is repeated until the median is known to 1 %
(95 % confidence) or its share of --budget is spent, but seven times at least. The
repetitions are spread over several laps, for what disturbs a machine comes and goes.

The file has lines that describe the machine, and for every benchmark a checksum of
its numeric results, by which two machines are known to have computed the same.`,
		Example: `  anisgd bench run
  anisgd bench run --kernel avx2 --out avx2.txt --quick
  anisgd bench run --filter 'Step|Bandwidth|Peak|AES|Clock'`,
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error { return asFailure(job.run(command.Context())) },
	}
	flags := command.Flags()
	flags.StringVar(&job.out, "out", "", "the `file` to write (default out/bench/<processor>-<path>.txt)")
	flags.StringVar(&job.filter, "filter", "", "measure benchmarks whose names match this regular `expression`")
	flags.DurationVar(&job.budget, "budget", 4*time.Minute, "`time` that the whole may take, about; what is done at least takes some ten seconds per kernel path")
	flags.BoolVar(&job.quick, "quick", false, "leave large cases out and repeat as little as possible")
	flags.BoolVar(&job.progress, "progress", false, "show progress on stderr even if it is no terminal")
	return command
}

// benchRun measures the suite.
type benchRun struct {
	*settings
	out      string
	filter   string
	budget   time.Duration
	quick    bool
	progress bool

	origin  *record.Origin
	paths   []cpu.Path
	results []suite.Result
}

func (j *benchRun) run(ctx context.Context) error {
	pattern, err := regexp.Compile(j.filter)
	if err != nil {
		return usageError("--filter: %w", err)
	}
	if j.budget <= 0 {
		return usageError("--budget %v: expected a time above zero", j.budget)
	}
	j.origin, j.paths = j.thisOrigin(), j.benchPaths()
	if j.out == "" {
		j.out = filepath.Join("out", "bench", j.defaultName()+".txt")
	}
	cases := suite.Cases(j.origin.Machine.Levels)
	if !anyCase(cases, pattern) {
		return usageError("--filter %s: no benchmark has a name like this", j.filter)
	}
	if err := replaceable(j.out); err != nil {
		return err
	}
	// What is measured is kept from the first benchmark on, beside an older file.
	if err := j.write(j.partial()); err != nil {
		return err
	}
	meter := j.newProgress(j.progress, 1)
	skipped, err := suite.Run(ctx, cases, suite.Options{
		Paths: j.paths, Threads: j.threads, Wanted: pattern.MatchString, Quick: j.quick, Budget: j.budget, Memory: j.origin.Machine.Memory,
		Begun: func(name string, fraction float64) {
			meter.Phase(name)
			meter.Update(fraction)
		},
		Measured: func(r suite.Result) error {
			j.keep(r)
			return j.write(j.partial())
		},
	})
	meter.Close()
	if err != nil {
		return j.incomplete(err)
	}
	if err := j.write(j.out); err != nil {
		return err
	}
	if err := os.Remove(j.partial()); err != nil {
		return err
	}
	if err := j.report(skipped); err != nil {
		return err
	}
	return j.checkPaths()
}

// keep takes a result, in the place of that of an earlier lap.
func (j *benchRun) keep(r suite.Result) {
	for i := range j.results {
		if j.results[i].Case == r.Case && j.results[i].Path == r.Path {
			j.results[i] = r
			return
		}
	}
	j.results = append(j.results, r)
}

// partial is where results are kept while the rest is measured.
func (j *benchRun) partial() string { return j.out + ".partial" }

func (j *benchRun) write(name string) error {
	return output.WriteFile(name, func(w io.Writer) error { return record.Write(w, j.origin, j.results) })
}

// incomplete ends a run that was not finished.
func (j *benchRun) incomplete(cause error) error {
	if len(j.results) == 0 {
		os.Remove(j.partial())
		return cause
	}
	kept := fmt.Sprintf("%s kept in %s, which `anisgd bench compare` reads", plural(len(j.results), "result"), j.partial())
	if errors.Is(cause, context.Canceled) {
		return &failure{statusInterrupted, fmt.Errorf("interrupted: %s", kept)}
	}
	return fmt.Errorf("%w; %s", cause, kept)
}

// defaultName names the processor and, if it is not all of them, the path.
func (j *benchRun) defaultName() string {
	words := strings.FieldsFunc(strings.ToLower(j.origin.Machine.CPU), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
	if len(j.paths) == 1 {
		words = append(words, j.paths[0].String())
	}
	return strings.Join(words, "-")
}

// replaceable fails where the file is something else than results of benchmarks.
func replaceable(name string) error {
	if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() && !info.IsDir() {
		return usageError("--out %s is there and is not replaced: it is not a regular file", name)
	}
	_, err := record.ReadFile(name)
	var foreign *record.Error
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if errors.As(err, &foreign) {
		return usageError("--out %s is there and is not replaced: it %s", name, foreign.Reason)
	}
	return err
}

func anyCase(cases []*suite.Case, pattern *regexp.Regexp) bool {
	for _, c := range cases {
		if pattern.MatchString(c.Name) {
			return true
		}
	}
	return false
}

// checkPaths fails if two paths computed different things.
func (j *benchRun) checkPaths() error {
	first := map[string]suite.Result{}
	for _, r := range j.results {
		name := r.Case.Name
		if f, there := first[name]; !there {
			first[name] = r
		} else if f.Checksum != r.Checksum {
			return fmt.Errorf("%s computes other numbers on path %v than on %v: this is a mistake in a kernel; the results are in %s", name, r.Path, f.Path, j.out)
		}
	}
	return nil
}

// benchSummary is what --json tells.
type benchSummary struct {
	output.Header
	File       string          `json:"file"`
	Machine    machineJSON     `json:"machine"`
	Threads    int             `json:"threads"`
	Benchmarks []benchMeasured `json:"benchmarks"`
	Skipped    []skippedJSON   `json:"skipped"`
}

type benchMeasured struct {
	Name     string        `json:"name"`
	Path     string        `json:"path"`
	Seconds  output.Number `json:"seconds"` // the median of an operation
	Low      output.Number `json:"low"`     // of its 95 % confidence interval
	High     output.Number `json:"high"`
	Samples  int           `json:"samples"`
	Roof     output.Number `json:"roof"` // the share of the roof that the fastest sample reaches, 0 if no roof is known
	Bound    string        `json:"bound,omitempty"`
	Checksum string        `json:"checksum,omitempty"`
}

// report tells what was measured.
func (j *benchRun) report(skipped []suite.Skipped) error {
	if j.json {
		return output.WriteJSON(j.stdout, benchSummary{
			output.NewHeader("bench run"), j.out, newMachineJSON(&j.origin.Machine), j.threads, j.measured(), newSkippedJSON(skipped),
		})
	}
	if j.quiet {
		return nil
	}
	table := grid{heading: []string{"benchmark", "path", "time", "", "per element", "roof"}, keys: 1}
	for i, m := range j.measured() {
		c := j.results[i].Case
		element, roof := "", ""
		switch {
		case c.Probe != nil:
			element = formatRate(c.Probe.Amount/float64(m.Seconds), c.Probe.Unit)
		case c.Elements > 0:
			element = fmt.Sprintf("%.3g ns/%s", float64(m.Seconds)*1e9/c.Elements, c.Unit)
		}
		if m.Bound != "" {
			roof = fmt.Sprintf("%.0f%% of %s", 100*float64(m.Roof), m.Bound)
		}
		half := 50 * (float64(m.High) - float64(m.Low)) / float64(m.Seconds)
		table.add(m.Name, m.Path, formatTime(float64(m.Seconds)), fmt.Sprintf("± %.1f%%", half), element, roof)
	}
	if err := table.write(j.stdout); err != nil {
		return err
	}
	for _, s := range skipped {
		j.printf("left out: %s: %s\n", s.Name, s.Reason)
	}
	j.printf("\nresults  %s\ncompare  anisgd bench compare %s OTHER\n", j.out, j.out)
	return nil
}

// measured summarises the results.
func (j *benchRun) measured() []benchMeasured {
	rates := map[cpu.Path]*machine.Rates{}
	for _, path := range j.paths {
		rates[path] = suite.RatesOf(j.origin.Machine.Levels, func(name string) (float64, bool) {
			for i := range j.results {
				if r := &j.results[i]; r.Case.Name == name && r.Path == path {
					return r.Seconds()[0], true
				}
			}
			return 0, false
		})
	}
	list := make([]benchMeasured, 0, len(j.results))
	for i := range j.results {
		r := &j.results[i]
		s := summarize(r)
		m := benchMeasured{
			Name: r.Case.Name, Path: r.Path.String(), Samples: len(r.Samples),
			Seconds: output.Number(s.Center), Low: output.Number(s.Lo), High: output.Number(s.Hi),
		}
		bound := rates[r.Path].Bound(r.Case.Work)
		m.Roof = output.Number(bound.Seconds / r.Seconds()[0])
		if bound.Seconds > 0 {
			m.Bound = bound.String()
		}
		if r.HasChecksum {
			m.Checksum = fmt.Sprintf("%012x", r.Checksum)
		}
		list = append(list, m)
	}
	return list
}

// summarize is the median of a result with its 95 % confidence interval.
func summarize(r *suite.Result) benchmath.Summary {
	const confidence = 0.95
	return benchmath.AssumeNothing.Summary(benchmath.NewSample(r.Seconds(), &benchmath.DefaultThresholds), confidence)
}

// formatRate writes a rate with the prefix that suits it.
func formatRate(v float64, unit string) string {
	for _, p := range []struct {
		factor float64
		prefix string
	}{{1e12, "T"}, {1e9, "G"}, {1e6, "M"}} {
		if v >= p.factor {
			return fmt.Sprintf("%.3g %s%s", v/p.factor, p.prefix, unit)
		}
	}
	return fmt.Sprintf("%.3g %s", v, unit)
}
