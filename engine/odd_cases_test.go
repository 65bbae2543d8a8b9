package engine_test

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"

	"anisgd/engine"
	"anisgd/engine/experiment"
	"anisgd/engine/statistic"
)

const ordinary = `
dim: 40
model:
  classes:
    - {prior: 0.5, label: 1, covariance: {isotropic: 1}, mean: {constant: 1}}
    - {prior: 0.5, label: -1, covariance: {isotropic: 1}, mean: {negative-of: 0}}
problem: {loss: LOSS}
learning-rate: 0.7
time: {at: [0, 0.1, 0.5, 2]}
simulate: {runs: 100}
statistics: [{name: tenth, window: {u: [0, 0.1]}}]
`

// oddCases are experiments at the edge of what makes sense, as changes of an
// ordinary one. All have a solution, and the solution is smooth.
var oddCases = []struct {
	name    string
	changes []string // old, new, …
}{
	{"one mode", []string{"dim: 40", "dim: 1", "[0, 0.1]", "[0, 1]"}},
	{"two modes", []string{"dim: 40", "dim: 2", "[0, 0.1]", "[0, 1]"}},
	{"one class", []string{"    - {prior: 0.5, label: -1, covariance: {isotropic: 1}, mean: {negative-of: 0}}\n", "", "prior: 0.5", "prior: 1"}},
	{"one time", []string{"[0, 0.1, 0.5, 2]", "[1]"}},
	{"the start alone", []string{"[0, 0.1, 0.5, 2]", "[0]"}},
	{"no noise in the samples", []string{"isotropic: 1", "isotropic: 0"}},
	{"no noise, by a power law", []string{"isotropic: 1", "power-law: {exponent: 1, scale: 0}"}},
	{"no means", []string{"{constant: 1}", "zero"}},
	{"samples of zeros", []string{"{constant: 1}", "zero", "isotropic: 1", "isotropic: 0"}},
	{"samples of zeros, start of noise", []string{"{constant: 1}", "zero", "isotropic: 1", "isotropic: 0", "learning-rate", "init-variance: 1\nlearning-rate"}},
	{"classes alike", []string{"{negative-of: 0}", "{scaled: {of: 0, by: 1}}"}},
	{"prior 0", []string{"prior: 0.5, label: 1", "prior: 0, label: 1", "prior: 0.5, label: -1", "prior: 1, label: -1"}},
	{"learning rate 0", []string{"0.7", "0"}},
	{"learning rate 1e-300", []string{"0.7", "1e-300"}},
	{"eigenvalues of 1e-300", []string{"isotropic: 1", "isotropic: 1e-300"}},
	{"means of 1e-150", []string{"constant: 1", "constant: 1e-150"}},
	{"steep spectrum", []string{"isotropic: 1", "power-law: {exponent: 60}"}},
	{"line search from noise", []string{"learning-rate: 0.7", "init-variance: 0.5\ninit: {constant: 0.3}\nlearning-rate: {line-search: {}}"}},
}

// TestOddCases: every way to solve gives the same finite numbers, SGD follows as far as
// so few modes let it, and statistics are undefined for both where they are for one.
func TestOddCases(t *testing.T) {
	for _, c := range oddCases {
		for _, loss := range []string{"logistic", "least-squares"} {
			t.Run(c.name+", "+loss, func(t *testing.T) {
				t.Parallel()
				text := strings.NewReplacer(append([]string{"LOSS", loss}, c.changes...)...).Replace(ordinary)
				var reference *statistic.Series
				for _, settings := range []string{"dopri5, spectrum: full", "dopri5, spectrum: compressed", "radau9, spectrum: full", "radau9, spectrum: compressed"} {
					o := runText(t, text+"limit: {method: "+settings+"}\n", engine.Options{Limit: true, Threads: 1})
					if o.Limit.Divergence != nil || o.Limit.Stop != nil {
						t.Fatalf("%s: %v, %v", settings, o.Limit.Divergence, o.Limit.Stop)
					}
					if reference == nil {
						reference = &o.Limit.Series
					}
					compareSeries(t, settings, &o.Limit.Series, reference, func(want float64, _ string) float64 { return 1e-6 * math.Max(1, math.Abs(want)) })
				}
				o := runText(t, text, engine.Options{Simulate: true, Threads: 1})
				if o.SGD.Divergence != nil {
					t.Fatal(o.SGD.Divergence)
				}
				d := float64(o.Experiment.Model.Dim)
				mean, errors := means(&o.SGD.Ensemble)
				if d > 10 {
					compareSeries(t, "SGD", mean, reference, func(want float64, at string) float64 {
						return 5*errors[at] + 1.5/d*math.Max(1, math.Abs(want))
					})
				}
			})
		}
	}
}

func runText(t *testing.T, text string, options engine.Options) *engine.Outcome {
	t.Helper()
	plan, err := experiment.Parse([]byte(text), "odd.yaml", nil)
	if err != nil {
		t.Fatal(err)
	}
	o, err := engine.Run(context.Background(), plan.Panels[0].Variants[0].Experiment, options)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// means are the means over the runs, and their standard errors by column and time.
func means(e *statistic.Ensemble) (series *statistic.Series, errors map[string]float64) {
	series, errors = &statistic.Series{Columns: e.Columns, Times: e.Times}, map[string]float64{}
	for k, time := range e.Times {
		row := make([]float64, len(e.Columns))
		for c, column := range e.Columns {
			s := e.Summarize(k, c, nil)
			row[c] = s.Mean
			errors[place(column, time)] = s.Std / math.Sqrt(float64(len(e.Runs)))
		}
		series.Rows = append(series.Rows, row)
	}
	return series, errors
}

func place(column string, time float64) string { return fmt.Sprintf("%s at t = %g", column, time) }

// compareSeries compares series whose numbers are finite or, in the same places,
// undefined.
func compareSeries(t *testing.T, what string, got, want *statistic.Series, tolerance func(want float64, at string) float64) {
	t.Helper()
	if len(got.Times) != len(want.Times) {
		t.Fatalf("%s: %d times, want %d", what, len(got.Times), len(want.Times))
	}
	for k, time := range want.Times {
		for c, column := range want.Columns {
			at := place(column, time)
			x, y := got.Rows[k][got.Column(column)], want.Rows[k][c]
			undefined := math.IsNaN(y)
			if undefined && !strings.Contains(column, "overlap") || math.IsNaN(x) != undefined || math.IsInf(x, 0) || math.Abs(x-y) > tolerance(y, at) {
				t.Errorf("%s: %s is %v, want %v", what, at, x, y)
			}
		}
	}
}

// TestLineSearchAtAnyTolerance: the implicit method has ‖∇R‖² among its unknowns, and
// its iteration must converge whatever step the tolerance asks for.
func TestLineSearchAtAnyTolerance(t *testing.T) {
	const blocks = `
dim: 400
model:
  blocks:
    - {fraction: 0.25, eigenvalues: [0, 0], mean-energy: [1, 1], mean-sign: [1, -1]}
    - {fraction: 0.25, eigenvalues: [0, 1], mean-energy: [0.5, 0]}
    - {fraction: 0.5, eigenvalues: [1, 2], mean-energy: [0, 0]}
  classes: [{label: 1}, {label: -1}]
problem: {loss: logistic}
learning-rate: {line-search: {}}
init: {constant: 0.3}
init-variance: 0.5
time: {at: [0, 0.5, 1]}
`
	want := &runText(t, blocks+"limit: {method: dopri5}\n", engine.Options{Limit: true, Threads: 1}).Limit.Series
	for _, tolerance := range []float64{1e-4, 1e-6, 1e-8, 1e-10} {
		for _, absolute := range []float64{1e-12, 1e-8} {
			settings := fmt.Sprintf("{method: radau9, rtol: %g, atol: %g}", tolerance, absolute)
			o := runText(t, blocks+"limit: "+settings+"\n", engine.Options{Limit: true, Threads: 1})
			if o.Limit.Stop != nil {
				t.Errorf("%s: %v", settings, o.Limit.Stop)
				continue
			}
			compareSeries(t, settings, &o.Limit.Series, want, func(want float64, _ string) float64 {
				return math.Max(10*tolerance, 1e-6) * math.Max(1, want)
			})
		}
	}
}
