package scaling

import (
	"context"
	"fmt"
	"slices"
	"time"

	"golang.org/x/perf/benchmath"

	"anisgd/bench/machine"
	"anisgd/bench/suite"
	"anisgd/engine/sgd"
	"anisgd/kernels/cpu"
)

// Options say what to measure and for how long.
type Options struct {
	Levels  []machine.Level
	Path    cpu.Path
	Threads int           // at most
	Quick   bool          // small dimensions only, and few repetitions
	Budget  time.Duration // that the whole may take, about
	Memory  float64       // bytes that there are, 0 if unknown; larger dimensions are left out
	// Begun is told of every benchmark and the part of the whole before it.
	Begun func(name string, fraction float64)
}

// Study is all series, and what was left out of them.
type Study struct {
	Series  []Series
	Skipped []suite.Skipped
}

// outline is a series before it is measured: the case of every place.
type outline struct {
	Series
	xs    []float64
	cases []*suite.Case
}

func (o *outline) add(x float64, step suite.Step) {
	o.xs = append(o.xs, x)
	o.cases = append(o.cases, step.Case())
}

// What is measured: the dimension over all of its range, threads at a dimension beyond
// the caches that are near, outputs at one between.
const (
	smallestDim, largestDim = 1000, 10_000_000
	largestQuickDim         = 50_000 // the suite's cases are large beyond
	threadsDim              = 1_000_000
	outputsDim              = 10_000
	mostOutputs             = 64
)

// precisions are those that dimension and threads are studied in.
var precisions = []struct {
	name  string
	value sgd.Precision
}{{"f64", sgd.Double}, {"f32", sgd.Single}}

func (o *Options) outlines() []*outline {
	var list []*outline
	begin := func(v Variable, name, fixed string) *outline {
		list = append(list, &outline{Series: Series{Variable: v, Name: name, Fixed: fixed}})
		return list[len(list)-1]
	}
	const logistic = "binary logistic, two power laws"
	largest, atDim := int64(largestDim), int64(threadsDim)
	if o.Quick {
		largest, atDim = largestQuickDim, largestQuickDim
	}
	for _, p := range precisions {
		s := begin(Dimension, p.name, logistic+", 1 thread")
		for decade := int64(smallestDim); decade <= largest; decade *= 10 {
			for _, d := range []int64{decade, 2 * decade, 5 * decade} {
				if d <= largest {
					s.add(float64(d), suite.Step{Dim: d, Outputs: 1, Threads: 1, Precision: p.value})
				}
			}
		}
	}
	for _, p := range precisions {
		s := begin(Threads, p.name, fmt.Sprintf("%s, d = %d", logistic, atDim))
		for _, n := range threadCounts(o.Threads) {
			s.add(float64(n), suite.Step{Dim: atDim, Outputs: 1, Threads: n, Precision: p.value})
		}
	}
	s := begin(Outputs, "f64", fmt.Sprintf("one-hot least squares, a power law, d = %d, 1 thread", outputsDim))
	for k := 2; k <= mostOutputs; k *= 2 {
		for _, k := range []int{k, k + k/2} {
			if k <= mostOutputs {
				s.add(float64(k), suite.Step{Dim: outputsDim, Outputs: k, Threads: 1, Precision: sgd.Double})
			}
		}
	}
	return list
}

// threadCounts are all numbers up to eight, then powers of two, and the last.
func threadCounts(most int) []int {
	const everyUpTo = 8
	var counts []int
	for n := 1; n <= most; n++ {
		if n <= everyUpTo || n&(n-1) == 0 || n == most {
			counts = append(counts, n)
		}
	}
	return counts
}

// Measure measures everything. When the context ends it returns what was measured, with
// the context's error.
func (o *Options) Measure(ctx context.Context) (*Study, error) {
	outlines := o.outlines()
	var cases []*suite.Case // each once: series meet
	for _, s := range outlines {
		for _, c := range s.cases {
			if suite.Find(cases, c.Name) == nil {
				cases = append(cases, c)
			}
		}
	}
	results := map[string]suite.Result{}
	skipped, err := suite.Run(ctx, cases, suite.Options{
		Paths: []cpu.Path{o.Path}, Threads: o.Threads, Quick: o.Quick, Budget: o.Budget, Memory: o.Memory, Begun: o.Begun,
		Measured: func(r suite.Result) error { results[r.Case.Name] = r; return nil },
	})
	study := &Study{Skipped: skipped}
	for _, s := range outlines {
		for i, c := range s.cases {
			if r, there := results[c.Name]; there {
				s.Points = append(s.Points, newPoint(s.xs[i], &r))
			}
		}
		s.complete(o.Levels)
		if len(s.Points) > 0 {
			study.Series = append(study.Series, s.Series)
		}
	}
	if err == nil {
		err = study.checkThreads()
	}
	return study, err
}

func newPoint(x float64, r *suite.Result) Point {
	const confidence = 0.95
	s := benchmath.AssumeNothing.Summary(benchmath.NewSample(r.Seconds(), &benchmath.DefaultThresholds), confidence)
	return Point{
		X: x, Benchmark: r.Case.Name, Seconds: s.Center, Low: s.Lo, High: s.Hi, Samples: len(r.Samples),
		Memory: r.Memory, Footprint: r.Case.Work.Footprint, Checksum: r.Checksum,
	}
}

// checkThreads fails if the results depend on the number of threads.
func (s *Study) checkThreads() error {
	for _, series := range s.Series {
		if series.Variable != Threads {
			continue
		}
		if i := slices.IndexFunc(series.Points, func(p Point) bool { return p.Checksum != series.Points[0].Checksum }); i > 0 {
			return fmt.Errorf("%s, %s computes other numbers with %.0f threads than with one: this is a mistake in the program", series.Fixed, series.Name, series.Points[i].X)
		}
	}
	return nil
}
