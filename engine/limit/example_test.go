package limit_test

import (
	"context"
	"fmt"

	"anisgd/engine/limit"
	"anisgd/engine/model"
	"anisgd/engine/problem"
	"anisgd/engine/rate"
)

// The limit of least squares on two opposite classes, until its risk falls below a value. The
// mean of the output is known in closed form, m(t) = (1 − e^(−1.25γt))/1.25 with 1.25 = ‖μ‖² + λ.
func ExampleSolve() {
	mean := model.ConstantVector(1)
	mixture := model.Model{Dim: 100, Classes: []model.Class{
		{Prior: 0.5, Label: 1, Covariance: model.Isotropic(0.25), Mean: mean},
		{Prior: 0.5, Label: -1, Covariance: model.Isotropic(0.25), Mean: model.Scaled{Of: mean, By: -1}},
	}}
	arrays, err := mixture.Materialize()
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := limit.Solve(context.Background(), &limit.Config{
		Arrays: arrays, Problem: problem.LeastSquares{Labels: []float64{1, -1}}, Rate: rate.Constant(0.1),
		Times: []float64{0, 10, 100}, Method: "dopri5", RelativeTolerance: 1e-9, AbsoluteTolerance: 1e-12,
		Events: limit.Events{RiskBelow: []float64{0.2}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for k, m := range result.Series.Values("mean_0_0") {
		fmt.Printf("m(%g) = %.6f, R = %.6f\n", result.Series.Times[k], m, result.Series.Values("risk")[k])
	}
	fmt.Printf("R < 0.2 from t = %.4f on\n", result.Events[0].Time)
	// Output:
	// m(0) = 0.000000, R = 0.500000
	// m(10) = 0.570796, R = 0.133986
	// m(100) = 0.799997, R = 0.101266
	// R < 0.2 from t = 5.5830 on
}
