package sgd

import (
	"bytes"
	"context"
	"errors"
	"math"
	"sync/atomic"
	"testing"

	"anisgd/engine/checkpoint"
	"anisgd/engine/model"
	"anisgd/engine/problem"
	"anisgd/engine/rate"
	"anisgd/engine/statistic"
	"anisgd/kernels/cpu"
)

// interrupter saves at every so many looks, and cancels a context after so many saves.
type interrupter struct {
	looks, saves int // between saves; before the context is cancelled
	cancel       context.CancelFunc
	looked       atomic.Int64
	state        bytes.Buffer
}

func (i *interrupter) Due() bool {
	return i.looked.Add(1)%int64(i.looks) == 0
}

func (i *interrupter) Save(write func(*checkpoint.Writer)) {
	i.state.Reset()
	w := checkpoint.NewWriter(&i.state)
	write(w)
	if err := w.Flush(); err != nil {
		panic(err) // a buffer takes everything
	}
	if i.saves--; i.saves == 0 {
		i.cancel()
	}
}

// inPieces simulates with an interruption after every two or three saves, each piece
// on another kernel path, and returns the result and the number of pieces.
func inPieces(t *testing.T, c Config, looks int) (*Result, int) {
	t.Helper()
	var saved []byte
	for piece := 0; ; piece++ {
		paths := cpu.Available()
		restore := cpu.Override(paths[piece%len(paths)])
		ctx, cancel := context.WithCancel(context.Background())
		i := &interrupter{looks: looks, saves: 2 + piece%2, cancel: cancel}
		c.Saver = i
		c.Saved = nil
		if saved != nil {
			c.Saved = checkpoint.NewReader(bytes.NewReader(saved), int64(len(saved)))
		}
		result, err := Simulate(ctx, &c)
		cancel()
		restore()
		if err == nil {
			return result, piece + 1
		}
		if !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		saved = bytes.Clone(i.state.Bytes())
	}
}

// sameResults compares all bits but those of the time.
func sameResults(t *testing.T, got, want *Result) {
	t.Helper()
	if got.Steps != want.Steps || got.Estimates != want.Estimates {
		t.Errorf("%d steps with %v, want %d with %v", got.Steps, got.Estimates, want.Steps, want.Estimates)
	}
	if (got.Divergence == nil) != (want.Divergence == nil) || got.Divergence != nil && *got.Divergence != *want.Divergence {
		t.Errorf("divergence %v, want %v", got.Divergence, want.Divergence)
	}
	if len(got.Ensemble.Times) != len(want.Ensemble.Times) || len(got.Ensemble.Runs) != len(want.Ensemble.Runs) {
		t.Fatalf("%d runs of %d times, want %d of %d", len(got.Ensemble.Runs), len(got.Ensemble.Times), len(want.Ensemble.Runs), len(want.Ensemble.Times))
	}
	for run, rows := range want.Ensemble.Runs {
		for k, row := range rows {
			for column, v := range row {
				if other := got.Ensemble.Runs[run][k][column]; math.Float64bits(other) != math.Float64bits(v) {
					t.Fatalf("run %d, time %d, %s: %v, want %v", run, k, want.Ensemble.Columns[column], other, v)
				}
			}
		}
	}
}

// everyIterate has a configuration for every kind of iterate, with what adds to its state:
// adaptive rates, ridge, random starts, teachers, noise of labels.
func everyIterate(t *testing.T) map[string]*Config {
	of := func(outputs int, p problem.Problem) *Config {
		c := mixtureConfig(t, 700, false)
		c.Problem = p
		for len(c.Start) < outputs {
			c.Start = append(c.Start, (&model.Model{Dim: 700}).FillVector(model.NormalVector{Norm: 1, Seed: uint64(len(c.Start))}))
		}
		return c
	}
	teacher := func(columns int) [][]float64 {
		var list [][]float64
		for seed := range columns {
			list = append(list, (&model.Model{Dim: 700}).FillVector(model.NormalVector{Norm: 1, Seed: uint64(100 + seed)}))
		}
		return list
	}
	all := map[string]*Config{
		"vector":           mixtureConfig(t, 700, true),
		"vector, adaptive": mixtureConfig(t, 700, true),
		"vector, searches": mixtureConfig(t, 700, true),
		"vector, teacher":  of(1, problem.TeacherLogistic{}),
		"mixed":            mixtureConfig(t, 700, true),
		"single":           mixtureConfig(t, 700, true),
		"signs":            mixtureConfig(t, 700, true),
		"uniform":          mixtureConfig(t, 700, false),
		"matrix":           of(3, problem.NewSoftmax(3)),
		"matrix, single":   of(2, problem.TeacherLeastSquares{Columns: 2, Noise: 0.3}),
		"matrix, teacher":  of(2, problem.TeacherLeastSquares{Columns: 2, Noise: 0.3}),
		"matrix, one-hot":  of(3, problem.NewOneHotLeastSquares(3)),
	}
	all["vector, adaptive"].Rate = rate.AdaGradNorm{Eta: 1, B: 0.5}
	all["vector, searches"].Rate = rate.LineSearch{}
	all["vector, teacher"].Observables.Teacher = teacher(1)
	all["mixed"].Precision = Mixed
	all["matrix, single"].Precision = Single
	all["matrix, single"].Observables.Teacher = teacher(2)
	all["single"].Precision = Single
	all["single"].Rate = rate.AdaGradNorm{Eta: 1, B: 0.5}
	all["signs"].Noise = model.Rademacher
	all["uniform"].Noise = model.Uniform
	all["uniform"].Rate = rate.Piecewise{Times: []float64{0, 0.3}, Values: []float64{0.5, 0.1}}
	all["matrix, teacher"].Observables.Teacher = teacher(2)
	all["matrix, teacher"].Rate = rate.Polyak{}
	all["matrix, one-hot"].Rate = rate.AdaGradNorm{Eta: 1, B: 0.5}
	return all
}

// TestPausesChangeNothing stops simulations at many places between steps, and goes on on
// another kernel path, with one thread, with one for each run, and with several for each.
func TestPausesChangeNothing(t *testing.T) {
	for name, c := range everyIterate(t) {
		t.Run(name, func(t *testing.T) {
			c.Times, c.checkEvery = []float64{0, 0.1, 0.25, 0.4}, 5
			whole, err := Simulate(context.Background(), c)
			if err != nil {
				t.Fatal(err)
			}
			for _, threads := range []int{1, 3, 5} {
				c.Threads = threads
				result, pieces := inPieces(t, *c, 7)
				sameResults(t, result, whole)
				if pieces < 4 {
					t.Errorf("%d pieces with %d threads: the test interrupts nothing", pieces, threads)
				}
			}
		})
	}
}

// TestPausesOfGrouped does that for Markov chains on blocks.
func TestPausesOfGrouped(t *testing.T) {
	for _, l := range lawCases() {
		t.Run(l.name, func(t *testing.T) {
			_, c := l.configs(t, 11)
			d := float64(l.dim)
			c.Times, c.checkEvery = []float64{0, 75 / d, 200 / d, 290 / d}, 9
			whole, err := Simulate(context.Background(), c)
			if err != nil {
				t.Fatal(err)
			}
			for _, threads := range []int{1, 3} {
				c.Threads = threads
				result, pieces := inPieces(t, *c, 5)
				sameResults(t, result, whole)
				if pieces < 3 {
					t.Errorf("%d pieces with %d threads: the test interrupts nothing", pieces, threads)
				}
			}
		})
	}
}

// TestPausesOfLookAhead does that for the large dimensions in which one output is stepped
// in blocks.
func TestPausesOfLookAhead(t *testing.T) {
	for name, rule := range map[string]rate.Rule{"constant": rate.Constant(0.7), "adaptive": rate.AdaGradNorm{Eta: 1, B: 0.5}} {
		t.Run(name, func(t *testing.T) {
			c := mixtureConfig(t, modesAhead+5, true)
			d := float64(c.Arrays.Dim)
			c.Rate, c.Runs, c.checkEvery = rule, 2, 3
			c.Times = []float64{0, 6 / d, 25 / d, 31 / d}
			whole, err := Simulate(context.Background(), c)
			if err != nil {
				t.Fatal(err)
			}
			c.Threads = 2
			result, pieces := inPieces(t, *c, 2)
			sameResults(t, result, whole)
			if pieces < 3 {
				t.Errorf("%d pieces: the test interrupts nothing", pieces)
			}
		})
	}
}

// TestThreadsOfPieces goes on with fewer and with more threads than there are runs under
// way.
func TestThreadsOfPieces(t *testing.T) {
	c := mixtureConfig(t, 500, true)
	c.Runs, c.checkEvery, c.FirstRun = 7, 10, 3
	whole, err := Simulate(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	var saved []byte
	for _, threads := range []int{7, 2, 20, 1, 3, 1} {
		ctx, cancel := context.WithCancel(context.Background())
		i := &interrupter{looks: 9, saves: 1, cancel: cancel}
		c.Saver, c.Threads = i, threads
		if saved != nil {
			c.Saved = checkpoint.NewReader(bytes.NewReader(saved), int64(len(saved)))
		}
		var standing Standing
		c.Resumed = func(s Standing) { standing = s }
		if _, err := Simulate(ctx, c); !errors.Is(err, context.Canceled) {
			t.Fatalf("with %d threads: %v, want an interruption", threads, err)
		}
		if saved != nil && (standing.Runs != 7 || standing.Begun < 1) {
			t.Errorf("resumed from %+v", standing)
		}
		saved = bytes.Clone(i.state.Bytes())
	}
	c.Saver = nil
	c.Saved = checkpoint.NewReader(bytes.NewReader(saved), int64(len(saved)))
	result, err := Simulate(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	sameResults(t, result, whole)
}

// TestPausesOfDivergence does not lose a divergence that was found before, nor find
// another first.
func TestPausesOfDivergence(t *testing.T) {
	c := mixtureConfig(t, 60, false)
	c.Rate, c.Ridge, c.Runs, c.Times, c.checkEvery = rate.Constant(9), 0, 6, []float64{0, 0.5, 1, 2, 4, 40}, 3
	whole, err := Simulate(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	if whole.Divergence == nil {
		t.Fatal("no divergence to test with")
	}
	for _, threads := range []int{1, 4} {
		c.Threads = threads
		result, _ := inPieces(t, *c, 11)
		if *result.Divergence != *whole.Divergence {
			t.Errorf("divergence %v, want %v", result.Divergence, whole.Divergence)
		}
		result.Steps, result.Divergence = whole.Steps, whole.Divergence // steps beyond it depend on threads
		sameResults(t, result, whole)
	}
}

// TestForeignStateIsRefused reads a state of another shape.
func TestForeignStateIsRefused(t *testing.T) {
	c := mixtureConfig(t, 100, true)
	c.checkEvery = 5
	ctx, cancel := context.WithCancel(context.Background())
	i := &interrupter{looks: 3, saves: 1, cancel: cancel}
	c.Saver = i
	if _, err := Simulate(ctx, c); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	otherStatistics := mixtureConfig(t, 100, true)
	otherStatistics.Observables = statistic.Observables{}
	for name, other := range map[string]*Config{"dimension": mixtureConfig(t, 101, true), "set of statistics": otherStatistics} {
		other.Saved = checkpoint.NewReader(bytes.NewReader(i.state.Bytes()), int64(i.state.Len()))
		if _, err := Simulate(context.Background(), other); err == nil {
			t.Errorf("the state of another %s was taken", name)
		}
	}
}
