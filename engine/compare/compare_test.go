package compare

import (
	"context"
	"math"
	"testing"

	"anisgd/engine/limit"
	"anisgd/engine/model"
	"anisgd/engine/problem"
	"anisgd/engine/rate"
	"anisgd/engine/sgd"
	"anisgd/engine/statistic"
)

func TestCompareFindsTheLargestDeviation(t *testing.T) {
	nan := math.NaN()
	series := &statistic.Series{
		Columns: []string{"learning_rate", "risk", "overlap_0"}, Times: []float64{0, 1, 2, 3},
		Rows: [][]float64{{1, 0.5, nan}, {1, 0.4, 0.1}, {1, 0.3, 0.2}, {1, 0.2, 0.3}},
	}
	ensemble := &statistic.Ensemble{Columns: series.Columns, Times: series.Times[:3], Runs: [][][]float64{
		{{1, 0.5, nan}, {1, 0.5, 0.1}, {1, 0.35, 0.2}},
		{{1, 0.5, nan}, {1, 0.6, 0.1}, {1, 0.35 + 2e-3, 0.1}},
	}}
	report, err := Compare(series, ensemble, 100)
	if err != nil {
		t.Fatal(err)
	}
	if len(report.Deviations) != 2 {
		t.Fatalf("%d statistics compared, want risk and overlap", len(report.Deviations))
	}
	risk, ok := report.Of("risk")
	if !ok {
		t.Fatal("no deviation of the risk")
	}
	near := func(what string, got, want float64) {
		t.Helper()
		if math.Abs(got-want) > 1e-12 {
			t.Errorf("%s = %v, want %v", what, got, want)
		}
	}
	near("absolute", risk.Absolute, 0.15)
	near("absolute time", risk.AbsoluteTime, 1)
	// At t = 1: 0.15 over a standard error of 0.05; at t = 2: 0.051 over 0.001.
	near("standard errors", risk.StandardErrors, 51)
	near("standard errors time", risk.StandardErrorsTime, 2)
	near("single run", risk.SingleRun, math.Sqrt((0.1*0.1+0.2*0.2)/2))
	near("band", report.Band(4, 0.05), 0.2+0.003)

	ensemble.Times = []float64{0, 1.5}
	if _, err := Compare(series, ensemble, 100); err == nil {
		t.Error("different times are compared")
	}
}

// experiment builds both configurations of one experiment.
func experiment(t testing.TB, classes []model.Class, p func(labels []float64) problem.Problem, schedule rate.Schedule, d int64, times []float64) (*limit.Config, *sgd.Config) {
	t.Helper()
	arrays, err := (&model.Model{Dim: d, Classes: classes}).Materialize()
	if err != nil {
		t.Fatal(err)
	}
	var labels []float64
	for _, class := range classes {
		labels = append(labels, class.Label)
	}
	start := [][]float64{(&model.Model{Dim: d}).FillVector(model.ConstantVector(0.5))}
	l := &limit.Config{
		Arrays: arrays, Problem: p(labels), Rate: schedule, Ridge: 0.05, Start: start, StartVariance: 0.5, Times: times,
		Selection: statistic.Selection{Error: true},
		Method:    "dopri5", RelativeTolerance: 1e-9, AbsoluteTolerance: 1e-12, Threads: 2,
	}
	s := &sgd.Config{
		Arrays: arrays, Problem: l.Problem, Rate: schedule, Ridge: 0.05, Start: start, StartVariance: 0.5, Times: times,
		Seed: 2026, Runs: 40, Threads: 2, Selection: statistic.Selection{Error: true},
	}
	return l, s
}

func run(t testing.TB, l *limit.Config, s *sgd.Config) (*limit.Result, *sgd.Result) {
	t.Helper()
	a, err := limit.Solve(context.Background(), l)
	if err != nil {
		t.Fatal(err)
	}
	b, err := sgd.Simulate(context.Background(), s)
	if err != nil {
		t.Fatal(err)
	}
	return a, b
}

func logistic(labels []float64) problem.Problem     { return problem.Logistic{Labels: labels} }
func leastSquares(labels []float64) problem.Problem { return problem.LeastSquares{Labels: labels} }

func models(d int64) map[string][]model.Class {
	powers := model.PowerVector{Exponent: 0.2, Scale: 1}
	blocks := model.CumulativeCounts(d, []float64{0.25, 0.25, 0.25, 0.25})
	clean := model.SteppedVector{Ends: blocks, Values: []float64{2, 0, 0, 0}}
	return map[string][]model.Class{
		"isotropic": {
			{Prior: 0.3, Label: 1, Covariance: model.Isotropic(1), Mean: model.NormalVector{Norm: 1, Seed: 1}},
			{Prior: 0.7, Label: -1, Covariance: model.Isotropic(0.6), Mean: model.NormalVector{Norm: 1, Seed: 2}},
		},
		"zero-one": {
			{Prior: 0.5, Label: 1, Covariance: model.Stepped{Ends: blocks, Values: []float64{0, 0, 1, 1}}, Mean: clean},
			{Prior: 0.5, Label: -1, Covariance: model.Stepped{Ends: blocks, Values: []float64{0, 1, 0, 1}}, Mean: model.Scaled{Of: clean, By: -1}},
		},
		"power law": {
			{Prior: 0.5, Label: 1, Covariance: model.PowerLaw{Exponent: 1.1, Scale: 1}, Mean: powers},
			{Prior: 0.5, Label: -1, Covariance: model.PowerLaw{Exponent: 1.5, Scale: 1}, Mean: model.Scaled{Of: powers, By: -1}},
		},
	}
}

// The mean over the runs lies within 4 standard errors and a bias of 0.3/d of
// the limit, in the risk at every time (theory, section 9).
func TestMeanWithinBand(t *testing.T) {
	const d = 400
	times := []float64{0, 0.03, 0.1, 0.3, 1, 2, 4}
	for name, classes := range models(d) {
		for loss, p := range map[string]func([]float64) problem.Problem{"logistic": logistic, "least squares": leastSquares} {
			schedules := map[string]rate.Schedule{
				"constant":  rate.Constant(0.6),
				"piecewise": rate.Piecewise{Times: []float64{0, 0.5}, Values: []float64{0.8, 0.2}},
			}
			for kind, schedule := range schedules {
				if testing.Short() && (kind != "piecewise" || loss != "logistic") {
					continue // the others take minutes where the program is emulated
				}
				t.Run(name+"/"+loss+"/"+kind, func(t *testing.T) {
					l, s := experiment(t, classes, p, schedule, d, times)
					solved, simulated := run(t, l, s)
					report, err := Compare(&solved.Series, &simulated.Ensemble, d)
					if err != nil {
						t.Fatal(err)
					}
					scratch := make([]float64, s.Runs)
					for _, name := range []string{"risk", "risk_class_0", "error", "norm2", "mean_0_0", "cov_1_0_0"} {
						c := simulated.Ensemble.Column(name)
						for k, time := range times {
							summary := simulated.Ensemble.Summarize(k, c, scratch)
							target := solved.Series.Rows[k][solved.Series.Column(name)]
							band := report.Band(4, summary.Std/math.Sqrt(float64(s.Runs)))
							if name != "risk" {
								band += 1 / float64(d) // biases of other statistics have other constants
							}
							if math.Abs(summary.Mean-target) > band {
								t.Errorf("%s at t=%v: mean %v, limit %v, allowed %v", name, time, summary.Mean, target, band)
							}
						}
					}
				})
			}
		}
	}
}

// A single run deviates from the limit like d^−1/2 (theory, section 9).
func TestSingleRunDeviationFallsLikeRootDimension(t *testing.T) {
	if testing.Short() {
		t.Skip("takes minutes where the program is emulated")
	}
	times := []float64{0.25, 0.5, 1, 1.5, 2}
	var x, y []float64
	for _, d := range []int64{250, 500, 1000, 2000, 4000} {
		l, s := experiment(t, models(d)["power law"], logistic, rate.Constant(0.7), d, times)
		solved, simulated := run(t, l, s)
		report, err := Compare(&solved.Series, &simulated.Ensemble, int(d))
		if err != nil {
			t.Fatal(err)
		}
		risk, _ := report.Of("risk")
		x, y = append(x, math.Log(float64(d))), append(y, math.Log(risk.SingleRun))
		// C·d^−1/2 with C = 0.1 … 0.6.
		if c := risk.SingleRun * math.Sqrt(float64(d)); c < 0.05 || c > 0.8 {
			t.Errorf("d=%d: deviation %v, that is %.2f·d^−1/2", d, risk.SingleRun, c)
		}
	}
	slope := slope(x, y)
	t.Logf("fitted exponent %.3f", slope)
	if math.Abs(slope+0.5) > 0.1 {
		t.Errorf("deviation falls like d^%.3f, want d^−0.5", slope)
	}
}

func slope(x, y []float64) float64 {
	n := float64(len(x))
	mx, my := 0.0, 0.0
	for i := range x {
		mx += x[i] / n
		my += y[i] / n
	}
	sxy, sxx := 0.0, 0.0
	for i := range x {
		sxy += (x[i] - mx) * (y[i] - my)
		sxx += (x[i] - mx) * (x[i] - mx)
	}
	return sxy / sxx
}
