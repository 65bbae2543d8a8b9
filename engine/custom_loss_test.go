package engine_test

import (
	"context"
	"fmt"
	"math"

	"anisgd/engine/limit"
	"anisgd/engine/model"
	"anisgd/engine/problem"
	"anisgd/engine/rate"
	"anisgd/engine/sgd"
)

// Huber's loss of the residual r − y, given by three functions, in SGD and the limit.
func Example_customScalarLoss() {
	y := []float64{1, -1}
	clip := func(r float64, i int) float64 { return min(max(r-y[i], -1), 1) }
	huber := problem.Scalar{
		Loss:       func(r float64, i int) float64 { c := clip(r, i); return float64(c*(r-y[i])) - float64(c*c)/2 },
		Derivative: clip,
		Second: func(r float64, i int) float64 {
			if math.Abs(r-y[i]) < 1 {
				return 1
			}
			return 0
		},
		Kinks: []float64{-2, 0, 2},
	}
	mixture := model.Model{Dim: 1000, Classes: []model.Class{
		{Prior: 0.5, Covariance: model.Isotropic(1), Mean: model.ConstantVector(1)},
		{Prior: 0.5, Covariance: model.Isotropic(0.5), Mean: model.ConstantVector(-1)},
	}}
	arrays := must(mixture.Materialize())
	ctx, times := context.Background(), []float64{0, 1, 4}
	solution := must(limit.Solve(ctx, &limit.Config{Arrays: arrays, Problem: huber, Rate: rate.Constant(0.5), Times: times,
		Method: "dopri5", RelativeTolerance: 1e-8, AbsoluteTolerance: 1e-12}))
	simulation := must(sgd.Simulate(ctx, &sgd.Config{Arrays: arrays, Problem: huber, Rate: rate.Constant(0.5), Times: times, Seed: 1, Runs: 10, Threads: 1}))
	risk, ensemble := solution.Series.Values("risk"), &simulation.Ensemble
	for k, t := range times {
		mean := ensemble.Summarize(k, ensemble.Column("risk"), nil).Mean
		fmt.Printf("t = %g: limit %.4f, SGD within 0.01: %v\n", t, risk[k], math.Abs(mean-risk[k]) < 0.01)
	}
	// Output:
	// t = 0: limit 0.5000, SGD within 0.01: true
	// t = 1: limit 0.2898, SGD within 0.01: true
	// t = 4: limit 0.2449, SGD within 0.01: true
}
