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
			"rademacher": {model.Rademacher, Double}, "uniform": {model.Uniform, Double}, "mixed": {model.Gaussian, Mixed}, "single": {model.Gaussian, Single},
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

func TestLowPrecisionIsForGaussianNoise(t *testing.T) {
	for noise, fine := range map[model.Noise]bool{model.Gaussian: true, model.Rademacher: false, model.Uniform: false} {
		for _, precision := range []Precision{Mixed, Single} {
			if _, err := drawingOf(noise, precision); (err == nil) != fine {
				t.Errorf("%v: %v", noise, err)
			}
		}
	}
}

// modesConfig is a short run of one output with two spectra, a ridge and a start.
func modesConfig(t *testing.T, d int64, rule rate.Rule) *Config {
	t.Helper()
	mean := model.PowerVector{Exponent: 0.2, Scale: 1}
	m := model.Model{Dim: d, Classes: []model.Class{
		{Prior: 0.5, Label: 1, Covariance: model.PowerLaw{Exponent: 1.1, Scale: 1}, Mean: mean},
		{Prior: 0.3, Label: -1, Covariance: model.Isotropic(0.7), Mean: model.Scaled{Of: mean, By: -1}},
		{Prior: 0.2, Label: -1, Covariance: model.Isotropic(0), Mean: model.Zero{}},
	}}
	arrays, err := m.Materialize()
	if err != nil {
		t.Fatal(err)
	}
	return &Config{
		Arrays: arrays, Problem: problem.Logistic{Labels: []float64{1, -1, -1}}, Rate: rule, Ridge: 0.1,
		StartVariance: 0.5, Seed: 5, Runs: 1, Times: []float64{1}, Threads: 1,
	}
}

// Sweeps that make signs again from their bits take the steps of those that store
// samples, to the bit.
func TestSignsAreStoredSamples(t *testing.T) {
	for _, d := range []int64{1, 63, 64, 65, 1000, 4096, 9001} {
		for _, rule := range []rate.Rule{rate.Constant(0.7), rate.LineSearch{}} {
			c := modesConfig(t, d, rule)
			c.Noise = model.Rademacher
			made, stored := walkerOf(t, c), walkerOf(t, c)
			if _, ok := made.iterate.(overModes).columnar.(*signs); !ok {
				t.Fatalf("%T", made.iterate)
			}
			stored.iterate = overModes{newVector(&stored.steps), &stored.steps}
			made.start(2)
			stored.start(2)
			for k := range int64(40) {
				made.iterate.advance(k, k+1, math.Inf(1))
				stored.iterate.advance(k, k+1, math.Inf(1))
				if k%7 != 6 {
					continue
				}
				x, y := made.iterate.(overModes).columns()[0], stored.iterate.(overModes).columns()[0]
				for rho := range x {
					if x[rho] != y[rho] {
						t.Fatalf("d=%d, %T, step %d, mode %d: %v from bits, %v stored", d, rule, k, rho, x[rho], y[rho])
					}
				}
			}
		}
	}
}

// In single precision a run follows that of mixed precision, which has the same
// normals, to the accuracy of float32.
func TestSinglePrecisionFollowsMixed(t *testing.T) {
	rules := []rate.Rule{rate.Constant(0.7), rate.LineSearch{}, rate.AdaGradNorm{Eta: 1, B: 1}}
	for i, rule := range append(rules, rules...) {
		if testing.Short() && i%len(rules) > 0 {
			continue
		}
		risks := map[Precision][]float64{}
		for _, precision := range []Precision{Mixed, Single} {
			c := modesConfig(t, 1500, rule)
			if i >= len(rules) {
				c.Problem = problem.NewSoftmax(3)
			}
			c.Times, c.Precision = []float64{0, 0.5, 2}, precision
			result, err := Simulate(t.Context(), c)
			if err != nil {
				t.Fatal(err)
			}
			for _, row := range result.Ensemble.Runs[0] {
				risks[precision] = append(risks[precision], row[result.Ensemble.Column("risk")])
			}
		}
		for k, want := range risks[Mixed] {
			if got := risks[Single][k]; !(math.Abs(got-want) < 1e-5) || k > 0 && got == want {
				t.Errorf("%T, %d outputs, row %d: risk %v single, %v mixed", rule, 1+2*(i/len(rules)), k, got, want)
			}
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
