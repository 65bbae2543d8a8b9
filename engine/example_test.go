package engine_test

import (
	"context"
	"fmt"
	"math"

	"anisgd/engine"
	"anisgd/engine/experiment"
	"anisgd/engine/limit"
	"anisgd/engine/model"
	"anisgd/engine/problem"
	"anisgd/engine/rate"
	"anisgd/engine/sgd"
)

// An experiment file, run: SGD, the limit, and how far apart they are.
func ExampleRun() {
	plan, err := experiment.Parse([]byte(`
dim: 1000
model:
  classes:
    - {label: +1, covariance: {isotropic: 1}, mean: {constant: 1}}
    - {label: -1, covariance: {isotropic: 1}, mean: {negative-of: 0}}
problem: {loss: logistic}
learning-rate: 0.5
time: {at: [0, 1, 2]}
simulate: {runs: 10}
`), "example.yaml", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	outcome, err := engine.Run(context.Background(), plan.Panels[0].Variants[0].Experiment,
		engine.Options{Simulate: true, Limit: true, Threads: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	risk := outcome.Limit.Series.Values("risk")
	ensemble := &outcome.SGD.Ensemble
	for k, t := range ensemble.Times {
		mean := ensemble.Summarize(k, ensemble.Column("risk"), nil).Mean
		fmt.Printf("t = %g: limit %.4f, SGD within 0.01: %v\n", t, risk[k], math.Abs(mean-risk[k]) < 0.01)
	}
	// Output:
	// t = 0: limit 0.6931, SGD within 0.01: true
	// t = 1: limit 0.6005, SGD within 0.01: true
	// t = 2: limit 0.5420, SGD within 0.01: true
}

// logarithmic is a spectrum of one's own: λ_ρ = 1/(1 − log(ρ/d)).
type logarithmic struct{}

func (logarithmic) Fill(dst []float64, first, d int64) {
	for i := range dst {
		dst[i] = 1 / (1 - math.Log(float64(first+int64(i)+1)/float64(d)))
	}
}

// must ends an example that fails.
func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// A spectrum of one's own is a type with one method, for SGD and for the limit, which at larger
// d is solved on few nodes of the spectrum.
func Example_customSpectrum() {
	mean := model.ConstantVector(1)
	mixture := model.Model{Classes: []model.Class{
		{Prior: 0.5, Label: 1, Covariance: logarithmic{}, Mean: mean},
		{Prior: 0.5, Label: -1, Covariance: logarithmic{}, Mean: model.Scaled{Of: mean, By: -1}},
	}}
	ctx, loss, times := context.Background(), problem.Logistic{Labels: []float64{1, -1}}, []float64{0, 2, 10}
	for _, mixture.Dim = range []int64{1e3, 1e6} {
		arrays := must(mixture.Materialize())
		solution := must(limit.Solve(ctx, &limit.Config{Arrays: arrays, Problem: loss, Rate: rate.Constant(0.5), Times: times,
			Method: "dopri5", RelativeTolerance: 1e-8, AbsoluteTolerance: 1e-12, Spectrum: limit.CompressedSpectrum}))
		fmt.Printf("d = %g: limit %.5f\n", float64(mixture.Dim), solution.Series.Values("risk"))
		if mixture.Dim > 1e4 {
			continue
		}
		simulation := must(sgd.Simulate(ctx, &sgd.Config{Arrays: arrays, Problem: loss, Rate: rate.Constant(0.5), Times: times, Seed: 1, Runs: 4, Threads: 2}))
		ensemble := &simulation.Ensemble
		fmt.Printf("SGD at the end: %.2f\n", ensemble.Summarize(2, ensemble.Column("risk"), nil).Mean)
	}
	// Output:
	// d = 1000: limit [0.69315 0.52301 0.32939]
	// SGD at the end: 0.33
	// d = 1e+06: limit [0.69315 0.52299 0.32929]
}

// weighted is a loss of one's own: f_i(r) = ½ w_i (r − y_i)². What the limit needs of it
// are its Gaussian expectations, those of the squares times w_i or w_i².
type weighted struct {
	problem.LeastSquares
	weights []float64
}

func (p weighted) Evaluator() problem.Evaluator { return p }

func (p weighted) Gradient(dst, r, teacher, noise []float64, class int) {
	p.LeastSquares.Gradient(dst, r, teacher, noise, class)
	dst[0] *= p.weights[class]
}

func (p weighted) Expect(dst *problem.Expectation, class int, law *problem.Law) {
	p.LeastSquares.Expect(dst, class, law)
	dst.Gradient[0] *= p.weights[class]
	dst.Hessian[0] *= p.weights[class]
	dst.SecondMoment[0] *= p.weights[class] * p.weights[class]
}

func (p weighted) Risk(class int, law *problem.Law) float64 {
	return p.weights[class] * p.LeastSquares.Risk(class, law)
}

// A loss of one's own serves SGD and the limit alike.
func Example_customLoss() {
	mixture := model.Model{Dim: 1000, Classes: []model.Class{
		{Prior: 0.5, Covariance: model.Isotropic(1), Mean: model.ConstantVector(1)},
		{Prior: 0.5, Covariance: model.Isotropic(0.5), Mean: model.ConstantVector(-1)},
	}}
	arrays, err := mixture.Materialize()
	if err != nil {
		fmt.Println(err)
		return
	}
	loss := weighted{problem.LeastSquares{Labels: []float64{1, -1}}, []float64{1, 0.2}}
	times := []float64{0, 1, 4}
	solution, err := limit.Solve(context.Background(), &limit.Config{
		Arrays: arrays, Problem: loss, Rate: rate.Constant(0.5), Times: times,
		Method: "dopri5", RelativeTolerance: 1e-8, AbsoluteTolerance: 1e-12,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	simulation, err := sgd.Simulate(context.Background(), &sgd.Config{
		Arrays: arrays, Problem: loss, Rate: rate.Constant(0.5), Times: times, Seed: 1, Runs: 10, Threads: 1,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	risk, ensemble := solution.Series.Values("risk"), &simulation.Ensemble
	for k, t := range times {
		mean := ensemble.Summarize(k, ensemble.Column("risk"), nil).Mean
		fmt.Printf("t = %g: limit %.4f, SGD within 0.01: %v\n", t, risk[k], math.Abs(mean-risk[k]) < 0.01)
	}
	// Output:
	// t = 0: limit 0.3000, SGD within 0.01: true
	// t = 1: limit 0.2153, SGD within 0.01: true
	// t = 4: limit 0.1825, SGD within 0.01: true
}
