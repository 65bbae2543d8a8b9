package sgd_test

import (
	"context"
	"fmt"

	"anisgd/engine/model"
	"anisgd/engine/parallel"
	"anisgd/engine/problem"
	"anisgd/engine/rate"
	"anisgd/engine/sgd"
	"anisgd/engine/spectrum"
	"anisgd/engine/statistic"
)

// Eight runs on two classes in power laws, whose modes are simulated one by one, and how much
// of the iterate lies in the tenth of the modes with the least noise.
func ExampleSimulate() {
	mean := model.ConstantVector(1)
	mixture := model.Model{Dim: 1000, Classes: []model.Class{
		{Prior: 0.5, Label: 1, Covariance: model.PowerLaw{Exponent: 1.1, Scale: 1}, Mean: mean},
		{Prior: 0.5, Label: -1, Covariance: model.PowerLaw{Exponent: 1.5, Scale: 1}, Mean: model.Scaled{Of: mean, By: -1}},
	}}
	arrays, err := mixture.Materialize()
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := sgd.Simulate(context.Background(), &sgd.Config{
		Arrays: arrays, Problem: problem.Logistic{Labels: []float64{1, -1}}, Rate: rate.Constant(1),
		Seed: 1, Runs: 8, Threads: 2, Times: []float64{1, 10, 100},
		Observables: statistic.Observables{Windows: []statistic.Window{{Name: "clean", Lo: 0, Hi: 100}}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	ensemble := &result.Ensemble
	average := func(k int, name string) float64 {
		return ensemble.Summarize(k, ensemble.Column(name), nil).Mean
	}
	for k, t := range ensemble.Times {
		fmt.Printf("t = %3g: risk %.2f, cosine with the mean %.2f, in the clean modes %.2f\n",
			t, average(k, "risk"), average(k, "overlap_0"), average(k, "clean_overlap_0"))
	}
	// Output:
	// t =   1: risk 0.52, cosine with the mean 0.84, in the clean modes 0.99
	// t =  10: risk 0.21, cosine with the mean 0.96, in the clean modes 1.00
	// t = 100: risk 0.07, cosine with the mean 0.85, in the clean modes 1.00
}

// Where modes share their eigenvalues, SGD is a Markov chain of few numbers, and its law is
// simulated exactly at any d: here the first 100,000 steps at d = 1e9.
func ExampleNewGroups() {
	mean := model.NormalVector{Norm: 1, Seed: 7}
	description := &spectrum.Description{Model: &model.Model{Dim: 1e9, Classes: []model.Class{
		{Prior: 0.5, Label: 1, Covariance: model.Isotropic(1), Mean: mean},
		{Prior: 0.5, Label: -1, Covariance: model.Isotropic(1), Mean: model.Scaled{Of: mean, By: -1}},
	}}}
	pool := parallel.NewPool(1)
	defer pool.Close()
	groups, err := sgd.NewGroups(description, pool)
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := sgd.Simulate(context.Background(), &sgd.Config{
		Groups: groups, Problem: problem.Logistic{Labels: []float64{1, -1}}, Rate: rate.Constant(1),
		Seed: 1, Runs: 4, Threads: 1, Times: []float64{0, 1e-4},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	ensemble := &result.Ensemble
	fmt.Printf("%d steps, risk %.6f\n", result.Steps, ensemble.Summarize(1, ensemble.Column("risk"), nil).Mean)
	// Output:
	// 400000 steps, risk 0.693125
}
