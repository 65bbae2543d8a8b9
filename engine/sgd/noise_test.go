package sgd

import (
	"math"
	"testing"

	"anisgd/engine/model"
	"anisgd/engine/problem"
	"anisgd/engine/rate"
)

// Whatever the noise and its precision, the mean over runs is that of the limit, which
// Gaussian noise in double precision has too: universality. Single runs differ.
func TestNoiseOfAnyLawHasTheSameMean(t *testing.T) {
	const d, runs = 400, 48
	mean := model.PowerVector{Exponent: 0.2, Scale: 1}
	m := model.Model{Dim: d, Classes: []model.Class{
		{Prior: 0.5, Label: 1, Covariance: model.PowerLaw{Exponent: 1.1, Scale: 1}, Mean: mean},
		{Prior: 0.5, Label: -1, Covariance: model.PowerLaw{Exponent: 1.5, Scale: 1}, Mean: model.Scaled{Of: mean, By: -1}},
	}}
	arrays, err := m.Materialize()
	if err != nil {
		t.Fatal(err)
	}
	simulate := func(noise model.Noise, precision Precision, outputs problem.Problem, threads int) *Result {
		result, err := Simulate(t.Context(), &Config{
			Arrays: arrays, Problem: outputs, Rate: rate.Constant(0.7), Noise: noise, Precision: precision,
			Seed: 5, Runs: runs, Times: []float64{2}, Threads: threads,
		})
		if err != nil {
			t.Fatal(err)
		}
		return result
	}
	for name, p := range map[string]problem.Problem{
		"one output": problem.Logistic{Labels: []float64{1, -1}}, "two outputs": problem.NewSoftmax(2),
	} {
		want := simulate(model.Gaussian, Double, p, 2)
		column := want.Ensemble.Column("risk")
		reference := want.Ensemble.Summarize(0, column, nil)
		for law, c := range map[string]struct {
			noise     model.Noise
			precision Precision
		}{
			"rademacher": {model.Rademacher, Double}, "uniform": {model.Uniform, Double}, "mixed": {model.Gaussian, Mixed},
		} {
			got := simulate(c.noise, c.precision, p, 1)
			s := got.Ensemble.Summarize(0, column, nil)
			// A difference of two means of independent runs, but for mixed precision.
			band := 4*math.Sqrt((s.Std*s.Std+reference.Std*reference.Std)/runs) + 0.3/d
			if !(math.Abs(s.Mean-reference.Mean) < band) {
				t.Errorf("%s, %s: risk %.6f, Gaussian %.6f, band %.6f", name, law, s.Mean, reference.Mean, band)
			}
			if s.Mean == reference.Mean {
				t.Errorf("%s, %s: the same risk to the last bit", name, law)
			}
			if again := simulate(c.noise, c.precision, p, 7); again.Ensemble.Summarize(0, column, nil) != s {
				t.Errorf("%s, %s: the bits depend on the number of threads", name, law)
			}
		}
	}
}

func TestMixedPrecisionIsForGaussianNoise(t *testing.T) {
	for noise, fine := range map[model.Noise]bool{model.Gaussian: true, model.Rademacher: false, model.Uniform: false} {
		if _, err := drawingOf(noise, Mixed); (err == nil) != fine {
			t.Errorf("%v: %v", noise, err)
		}
	}
}

// Modes without noise draw none, and the others draw what they would have: with
// eigenvalues too small to matter in their place the bits are the same.
func TestSilentModes(t *testing.T) {
	const d = 2500
	mean := model.ConstantVector(1)
	simulate := func(clean float64, p problem.Problem) []float64 {
		law := model.Stepped{Ends: []int64{1300, d}, Values: []float64{clean, 1}}
		m := model.Model{Dim: d, Classes: []model.Class{
			{Prior: 0.5, Label: 1, Covariance: law, Mean: mean},
			{Prior: 0.5, Label: -1, Covariance: model.Isotropic(clean), Mean: model.Scaled{Of: mean, By: -1}},
		}}
		arrays, err := m.Materialize()
		if err != nil {
			t.Fatal(err)
		}
		result, err := Simulate(t.Context(), &Config{
			Arrays: arrays, Problem: p, Rate: rate.Constant(0.7), Seed: 5, Runs: 1, Times: []float64{0.05}, Threads: 2,
		})
		if err != nil {
			t.Fatal(err)
		}
		row := result.Ensemble.Runs[0][0]
		return []float64{row[result.Ensemble.Column("norm2")], row[result.Ensemble.Column("cov_0_0_0")], row[result.Ensemble.Column("risk")]}
	}
	for _, p := range []problem.Problem{problem.Logistic{Labels: []float64{1, -1}}, problem.NewSoftmax(2)} {
		silent, faint := simulate(0, p), simulate(1e-300, p)
		if silent[0] != faint[0] || silent[1] != faint[1] || silent[2] == math.Ln2 {
			t.Errorf("%T: norm, covariance and risk %v without noise, %v with next to none", p, silent, faint)
		}
	}
}
