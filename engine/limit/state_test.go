package limit

import (
	"bytes"
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"anisgd/engine/checkpoint"
	"anisgd/engine/model"
	"anisgd/engine/rate"
	"anisgd/kernels/cpu"
)

// interrupter saves after every so many steps, and cancels a context after so many saves.
type interrupter struct {
	steps, saves int
	cancel       context.CancelFunc
	made         int
	state        bytes.Buffer
}

func (i *interrupter) Due() bool {
	i.made++
	return i.made%i.steps == 0
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

// inPieces solves with saves after every so many steps and an interruption after every
// second of them, each piece on another kernel path, and returns the number of pieces.
func inPieces(t *testing.T, c Config, steps int) (*Result, int) {
	t.Helper()
	var saved []byte
	for piece := 0; ; piece++ {
		paths := cpu.Available()
		restore := cpu.Override(paths[piece%len(paths)])
		ctx, cancel := context.WithCancel(context.Background())
		i := &interrupter{steps: steps, saves: 2, cancel: cancel}
		c.Saver, c.Saved, c.Threads = i, nil, 1+piece%2
		if saved != nil {
			c.Saved = checkpoint.NewReader(bytes.NewReader(saved), int64(len(saved)))
		}
		result, err := Solve(ctx, &c)
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

// sameResults compares all but the time that it took.
func sameResults(t *testing.T, got, want *Result) {
	t.Helper()
	if !slices.Equal(got.Series.Columns, want.Series.Columns) || !slices.Equal(got.Series.Times, want.Series.Times) || len(got.Series.Rows) != len(want.Series.Rows) {
		t.Fatalf("%d times of %v, want %d of %v", len(got.Series.Times), got.Series.Columns, len(want.Series.Times), want.Series.Columns)
	}
	for k, row := range want.Series.Rows {
		for column, v := range row {
			if other := got.Series.Rows[k][column]; math.Float64bits(other) != math.Float64bits(v) {
				t.Fatalf("%s at t = %v: %v, want %v", want.Series.Columns[column], want.Series.Times[k], other, v)
			}
		}
	}
	if !slices.Equal(got.Events, want.Events) {
		t.Errorf("events %v, want %v", got.Events, want.Events)
	}
	if (got.Divergence == nil) != (want.Divergence == nil) || got.Divergence != nil && *got.Divergence != *want.Divergence {
		t.Errorf("divergence %v, want %v", got.Divergence, want.Divergence)
	}
	if (got.Stop == nil) != (want.Stop == nil) || got.Stop != nil && *got.Stop != *want.Stop {
		t.Errorf("stop %v, want %v", got.Stop, want.Stop)
	}
	type figures struct {
		method, spectrum                    string
		nodes, steps, rejected, evaluations int
		compressionError, estimate          float64
	}
	of := func(r *Result) figures {
		return figures{r.Method, r.Spectrum, r.Nodes, r.Steps, r.Rejected, r.Evaluations, r.CompressionError, r.Estimates.Expectation}
	}
	if of(got) != of(want) {
		t.Errorf("%+v, want %+v", of(got), of(want))
	}
}

// TestPausesChangeNothing stops every kind of dynamics with every kind of integrator
// between steps, and goes on on another kernel path with another number of threads.
func TestPausesChangeNothing(t *testing.T) {
	all := cases(t)
	for name, c := range outputCases(t) {
		all[name] = c
	}
	methods := map[string]func(*Config){
		"full":       func(*Config) {},
		"rk4":        func(c *Config) { c.Method, c.Step = "rk4", 0.4 },
		"compressed": func(c *Config) { c.Spectrum = CompressedSpectrum },
		"implicit":   func(c *Config) { c.Method = "radau9" },
	}
	for name, base := range all {
		for method, change := range methods {
			if strings.Contains(name, "softmax") && method != "implicit" {
				continue // its expectations take long, and are the same for all methods
			}
			if testing.Short() && len(name+method)%3 != 0 {
				continue // about a third of them
			}
			t.Run(name+"/"+method, func(t *testing.T) {
				c := *base
				c.RelativeTolerance, c.AbsoluteTolerance = 1e-5, 1e-8
				if last := c.Times[len(c.Times)-1]; last > 100 && method != "implicit" {
					c.Times = c.Times[:3]
				}
				c.Events = Events{RiskBelow: []float64{0.66, 0.5, 0.3}, Stationary: 0.1}
				change(&c)
				whole := solve(t, &c)
				steps := max(whole.Steps/7, 1)
				if strings.Contains(name, "softmax") {
					steps = max(whole.Steps/3, 1)
				}
				result, pieces := inPieces(t, c, steps)
				sameResults(t, result, whole)
				if pieces < 2 {
					t.Errorf("%d pieces of %d steps: the test interrupts nothing", pieces, whole.Steps)
				}
			})
		}
	}
}

// TestPausesOfLongTimes does that over ten decades of the continuum, and after every step.
func TestPausesOfLongTimes(t *testing.T) {
	for name, rule := range map[string]rate.Rule{"constant": rate.Constant(1), "adaptive": rate.AdaGradNorm{Eta: 1, B: 1}} {
		c := continuum(t, true, 1, 0.5, rule, decades(0, 10, 1)...)
		c.Events.Stationary = 1e-5
		whole := solve(t, c)
		result, pieces := inPieces(t, *c, 1)
		sameResults(t, result, whole)
		if pieces < whole.Steps/3 {
			t.Errorf("%s: %d pieces of %d steps", name, pieces, whole.Steps)
		}
	}
}

// TestPausesBeforeTheEnd keeps divergences and stops where they are.
func TestPausesBeforeTheEnd(t *testing.T) {
	diverging := opposite(t, 200, false, model.Isotropic(1), model.Isotropic(1), model.ConstantVector(1), rate.Constant(3), 1, 100)
	law := model.PowerLaw{Exponent: 1.2, Scale: 1}
	stopping := opposite(t, 50, true, law, law, model.ConstantVector(1), rate.Constant(1), 0, 0.01, 50)
	stopping.MaxSteps = 12
	for name, c := range map[string]*Config{"divergence": diverging, "stop": stopping} {
		whole := solve(t, c)
		result, pieces := inPieces(t, *c, 2)
		sameResults(t, result, whole)
		if whole.Divergence == nil && whole.Stop == nil || pieces < 2 {
			t.Errorf("%s: %d pieces, %v, %v", name, pieces, whole.Divergence, whole.Stop)
		}
	}
}

// TestSavedResultIsTheResult writes results and reads them.
func TestSavedResultIsTheResult(t *testing.T) {
	c := powerLaw(t, 50, []float64{0, 1, 3})
	c.Events.RiskBelow = []float64{0.6}
	results := []*Result{solve(t, c)}
	c.MaxSteps = 6
	results = append(results, solve(t, c))
	results = append(results, solve(t, opposite(t, 200, false, model.Isotropic(1), model.Isotropic(1), model.ConstantVector(1), rate.Constant(3), 1, 100)))
	for _, want := range results {
		var state bytes.Buffer
		w := checkpoint.NewWriter(&state)
		want.Save(w)
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		got, err := RestoreResult(checkpoint.NewReader(bytes.NewReader(state.Bytes()), int64(state.Len())))
		if err != nil {
			t.Fatal(err)
		}
		sameResults(t, got, want)
		if got.Elapsed != want.Elapsed {
			t.Errorf("took %v, want %v", got.Elapsed, want.Elapsed)
		}
		if _, err := RestoreResult(checkpoint.NewReader(&state, int64(state.Len()-8))); err == nil {
			t.Error("a result that ends early was taken")
		}
	}
}

// TestForeignStateIsRefused reads the state of another dimension and other statistics.
func TestForeignStateIsRefused(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	i := &interrupter{steps: 3, saves: 1, cancel: cancel}
	c := powerLaw(t, 50, []float64{5})
	c.Saver = i
	if _, err := Solve(ctx, c); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	compressed := powerLaw(t, 50, []float64{5})
	compressed.Spectrum = CompressedSpectrum
	statistics := powerLaw(t, 50, []float64{5})
	statistics.Selection.Error = true
	for name, other := range map[string]*Config{"dimension": powerLaw(t, 51, []float64{5}), "spectrum": compressed, "set of statistics": statistics} {
		other.Saved = checkpoint.NewReader(bytes.NewReader(i.state.Bytes()), int64(i.state.Len()))
		if _, err := Solve(context.Background(), other); err == nil {
			t.Errorf("the state of another %s was taken", name)
		}
	}
}
