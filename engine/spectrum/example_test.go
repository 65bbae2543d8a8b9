package spectrum_test

import (
	"context"
	"fmt"

	"anisgd/engine/limit"
	"anisgd/engine/model"
	"anisgd/engine/parallel"
	"anisgd/engine/problem"
	"anisgd/engine/rate"
	"anisgd/engine/spectrum"
)

// The limit at d = 1e12, which needs nothing of length d: the nodes that stand for so many
// modes, and the solution on them.
func ExampleOf() {
	mean := model.PowerVector{Exponent: 0, Scale: 1}
	description := &spectrum.Description{Horizon: 1e6, Model: &model.Model{Dim: 1e12, Classes: []model.Class{
		{Prior: 0.5, Label: 1, Covariance: model.PowerLaw{Exponent: 1.1, Scale: 1}, Mean: mean},
		{Prior: 0.5, Label: -1, Covariance: model.PowerLaw{Exponent: 1.5, Scale: 1}, Mean: model.Scaled{Of: mean, By: -1}},
	}}}
	pool := parallel.NewPool(1)
	defer pool.Close()
	nodes, closed := spectrum.Of(description, pool)
	if !closed {
		fmt.Println("the spectra are not in closed form")
		return
	}
	result, err := limit.Solve(context.Background(), &limit.Config{
		Nodes: nodes, Problem: problem.Logistic{Labels: []float64{1, -1}}, Rate: rate.Constant(1),
		Times: []float64{0, 1, 1e3, 1e6}, Method: "radau9", RelativeTolerance: 1e-8, AbsoluteTolerance: 1e-12,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("fewer than 500 nodes:", nodes.Count() < 500)
	for k, risk := range result.Series.Values("risk") {
		fmt.Printf("R(%g) = %.6f\n", result.Series.Times[k], risk)
	}
	// Output:
	// fewer than 500 nodes: true
	// R(0) = 0.693147
	// R(1) = 0.518424
	// R(1000) = 0.023809
	// R(1e+06) = 0.000841
}
