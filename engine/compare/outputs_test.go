package compare

import (
	"math"
	"testing"

	"anisgd/engine/limit"
	"anisgd/engine/model"
	"anisgd/engine/problem"
	"anisgd/engine/rate"
	"anisgd/engine/sgd"
	"anisgd/engine/statistic"
)

// outputExperiment builds both configurations for any problem and learning rate.
func outputExperiment(t testing.TB, d int64, p problem.Problem, rule rate.Rule, times []float64) (*limit.Config, *sgd.Config) {
	t.Helper()
	m := model.Model{Dim: d, Classes: []model.Class{
		{Prior: 0.3, Covariance: model.PowerLaw{Exponent: 1.1, Scale: 1}, Mean: model.NormalVector{Norm: 1, Seed: 1}},
		{Prior: 0.5, Covariance: model.PowerLaw{Exponent: 0.5, Scale: 1}, Mean: model.NormalVector{Norm: 1, Seed: 2}},
		{Prior: 0.2, Covariance: model.Isotropic(0.5), Mean: model.Zero{}},
	}}
	arrays, err := m.Materialize()
	if err != nil {
		t.Fatal(err)
	}
	fill := func(v model.Vector) []float64 { return (&model.Model{Dim: d}).FillVector(v) }
	var observables statistic.Observables
	for b := range p.TeacherOutputs() {
		observables.Teacher = append(observables.Teacher, fill(model.NormalVector{Norm: 1, Seed: 50, Column: uint32(b)}))
	}
	var start [][]float64
	for a := range p.Outputs() {
		start = append(start, fill(model.NormalVector{Norm: 0.5, Seed: 60, Column: uint32(a)}))
	}
	l := &limit.Config{
		Arrays: arrays, Problem: p, Rate: rule, Start: start, StartVariance: 0.3, Times: times, Observables: observables,
		Method: "dopri5", RelativeTolerance: 1e-8, AbsoluteTolerance: 1e-11, Threads: 2,
	}
	s := &sgd.Config{
		Arrays: arrays, Problem: p, Rate: rule, Start: start, StartVariance: 0.3, Times: times, Observables: observables,
		Seed: 77, Runs: 30, Threads: 2,
	}
	return l, s
}

// For every problem and adaptive rule the mean of the runs lies within 4 standard
// errors and a bias of order 1/d of the limit, and a single run deviates by no more
// than order d^−1/2.
func TestEveryProblemWithinBand(t *testing.T) {
	times := []float64{0, 0.1, 0.3, 1, 2}
	const d = 300
	for name, c := range map[string]struct {
		problem problem.Problem
		rule    rate.Rule
	}{
		"teacher least squares":         {problem.TeacherLeastSquares{Columns: 1, Noise: 0.5}, rate.Constant(0.6)},
		"teacher least squares, two":    {problem.TeacherLeastSquares{Columns: 2, Noise: 0.2}, rate.Constant(0.6)},
		"teacher least squares, Polyak": {problem.TeacherLeastSquares{Columns: 1, Noise: 0.5}, rate.Polyak{}},
		"teacher logistic":              {problem.TeacherLogistic{}, rate.Constant(1)},
		"teacher logistic, AdaGrad":     {problem.TeacherLogistic{}, rate.AdaGradNorm{Eta: 1, B: 0.5}},
		"one-hot":                       {problem.NewOneHotLeastSquares(3), rate.Constant(0.6)},
		"one-hot, line search":          {problem.NewOneHotLeastSquares(3), rate.LineSearch{}},
		"softmax":                       {problem.NewSoftmax(3), rate.Constant(1)},
		"softmax, AdaGrad":              {problem.NewSoftmax(3), rate.AdaGradNorm{Eta: 1, B: 0.5}},
	} {
		if testing.Short() && name != "teacher logistic, AdaGrad" && name != "one-hot" {
			continue // the others take minutes where the program is emulated
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, s := outputExperiment(t, d, c.problem, c.rule, times)
			solved, simulated := run(t, l, s)
			scratch := make([]float64, s.Runs)
			for _, column := range []string{"risk", "risk_class_0", "norm2", "mean_1_0", "cov_1_0_0", "learning_rate"} {
				at := simulated.Ensemble.Column(column)
				for k, time := range times {
					summary := simulated.Ensemble.Summarize(k, at, scratch)
					target := solved.Series.Rows[k][solved.Series.Column(column)]
					band := 4*summary.Std/math.Sqrt(float64(s.Runs)) + 2/float64(d) + 1e-7
					if !(math.Abs(summary.Mean-target) <= band) {
						t.Errorf("%s at t=%v: mean %v, limit %v, allowed %v", column, time, summary.Mean, target, band)
					}
				}
			}
			report, err := Compare(&solved.Series, &simulated.Ensemble, d)
			if err != nil {
				t.Fatal(err)
			}
			if risk, _ := report.Of("risk"); risk.SingleRun*math.Sqrt(d) > 2 {
				t.Errorf("a single run deviates by %v, %.2f·d^−1/2", risk.SingleRun, risk.SingleRun*math.Sqrt(d))
			}
		})
	}
}
