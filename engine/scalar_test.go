package engine_test

import (
	"context"
	"math"
	"testing"

	"anisgd/engine/limit"
	"anisgd/engine/model"
	"anisgd/engine/parallel"
	"anisgd/engine/problem"
	"anisgd/engine/rate"
	"anisgd/engine/sgd"
	"anisgd/engine/spectrum"
	"anisgd/engine/statistic"
	"anisgd/kernels/elementary"
)

// TestScalarEverywhere: the logistic loss as functions of one's own takes every way that the
// built-in one takes, SGD and the limit, and agrees with it.
func TestScalarEverywhere(t *testing.T) {
	labels := []float64{1, -1}
	sigma := func(s float64) float64 { return 1 / (1 + elementary.Exp(-s)) }
	own := problem.Scalar{
		Loss:       func(r float64, i int) float64 { return elementary.Log1p(elementary.Exp(-labels[i] * r)) },
		Derivative: func(r float64, i int) float64 { return -labels[i] * sigma(-labels[i]*r) },
		Second:     func(r float64, _ int) float64 { return sigma(r) * sigma(-r) },
		Signs:      labels,
	}
	builtIn := problem.Logistic{Labels: labels}
	mean := model.ConstantVector(1)
	power := &model.Model{Dim: 600, Classes: []model.Class{
		{Prior: 0.5, Label: 1, Covariance: model.PowerLaw{Exponent: 1, Scale: 1}, Mean: mean},
		{Prior: 0.5, Label: -1, Covariance: model.PowerLaw{Exponent: 2, Scale: 1}, Mean: model.Scaled{Of: mean, By: -1}},
	}}
	flat := &model.Model{Dim: 600, Classes: []model.Class{
		{Prior: 0.5, Label: 1, Covariance: model.Isotropic(1), Mean: mean},
		{Prior: 0.5, Label: -1, Covariance: model.Isotropic(0.5), Mean: model.Scaled{Of: mean, By: -1}},
	}}
	arrays := must(power.Materialize())
	pool := parallel.NewPool(1)
	defer pool.Close()
	groups := must(sgd.NewGroups(&spectrum.Description{Model: flat}, pool))
	times := []float64{0, 1, 10}
	ctx := context.Background()

	simulate := func(p problem.Problem, change func(*sgd.Config)) []float64 {
		c := sgd.Config{Arrays: arrays, Problem: p, Rate: rate.Constant(0.5), Times: times, Seed: 3, Runs: 9, Threads: 2, Selection: statistic.Selection{Error: true}}
		change(&c)
		ensemble := &must(sgd.Simulate(ctx, &c)).Ensemble
		var values []float64
		for _, name := range []string{"risk", "error", "norm2", "overlap_0"} {
			for k := 1; k < len(times); k++ {
				values = append(values, ensemble.Summarize(k, ensemble.Column(name), nil).Mean)
			}
		}
		return values
	}
	solve := func(p problem.Problem, change func(*limit.Config)) []float64 {
		c := limit.Config{Arrays: arrays, Problem: p, Rate: rate.Constant(0.5), Times: times, Method: "dopri5", RelativeTolerance: 1e-10, AbsoluteTolerance: 1e-13, Threads: 2, Selection: statistic.Selection{Error: true}}
		change(&c)
		series := must(limit.Solve(ctx, &c)).Series
		var values []float64
		for _, name := range []string{"risk", "error", "norm2", "overlap_0"} {
			values = append(values, series.Values(name)[1:]...)
		}
		return values
	}
	check := func(name string, a, b []float64, tolerance float64) {
		t.Helper()
		for k := range a {
			if !(math.Abs(a[k]-b[k]) <= tolerance*math.Abs(b[k])) {
				t.Errorf("%s: %.12g, built in %.12g", name, a[k], b[k])
			}
		}
	}
	for name, way := range map[string]struct {
		change    func(*sgd.Config)
		tolerance float64
	}{
		"direct":       {func(*sgd.Config) {}, 1e-10},
		"one thread":   {func(c *sgd.Config) { c.Threads = 1 }, 1e-10},
		"single":       {func(c *sgd.Config) { c.Precision = sgd.Single }, 1e-5},
		"grouped":      {func(c *sgd.Config) { c.Arrays, c.Groups = nil, groups }, 1e-10},
		"AdaGrad-Norm": {func(c *sgd.Config) { c.Rate = rate.AdaGradNorm{Eta: 1, B: 1} }, 1e-10},
		"line search":  {func(c *sgd.Config) { c.Rate = rate.LineSearch{} }, 1e-9},
		"start, ridge": {func(c *sgd.Config) { c.StartVariance, c.Ridge = 1, 0.1 }, 1e-10},
	} {
		check("SGD, "+name, simulate(own, way.change), simulate(builtIn, way.change), way.tolerance)
	}
	for name, change := range map[string]func(*limit.Config){
		"full":         func(*limit.Config) {},
		"compressed":   func(c *limit.Config) { c.Spectrum = limit.CompressedSpectrum },
		"radau9":       func(c *limit.Config) { c.Spectrum, c.Method = limit.CompressedSpectrum, "radau9" },
		"AdaGrad-Norm": func(c *limit.Config) { c.Rate = rate.AdaGradNorm{Eta: 1, B: 1} },
		"line search":  func(c *limit.Config) { c.Rate = rate.LineSearch{} },
	} {
		check("limit, "+name, solve(own, change), solve(builtIn, change), 1e-8)
	}
	if _, err := limit.Solve(ctx, &limit.Config{Arrays: arrays, Problem: own, Rate: rate.Polyak{}, Times: times, Method: "dopri5", RelativeTolerance: 1e-8, AbsoluteTolerance: 1e-12}); err == nil {
		t.Error("the Polyak step of a loss without a teacher is no error")
	}
}
