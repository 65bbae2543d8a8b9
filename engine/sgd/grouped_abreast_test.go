package sgd

import (
	"context"
	"fmt"
	"math"
	"testing"

	"anisgd/engine/model"
	"anisgd/engine/problem"
	"anisgd/engine/rate"
	"anisgd/kernels/cpu"
)

// companyCases are experiments beside lawCases in which runs side by side could differ
// from runs alone.
func companyCases() []lawCase {
	few := []int64{1, 3, 4, 7}
	mean := model.SteppedVector{Ends: few, Values: []float64{1, -0.5, 0, 2}}
	classes := []model.Class{
		{Prior: 0.5, Label: 1, Covariance: model.Stepped{Ends: few, Values: []float64{1, 0.3, 0, 2}}, Mean: mean},
		{Prior: 0, Label: -1, Covariance: model.Isotropic(1), Mean: model.Zero{}},
		{Prior: 0.2, Label: -1, Covariance: model.Isotropic(0), Mean: model.Scaled{Of: mean, By: -1}},
		{Prior: 0.3, Label: -1, Covariance: model.Stepped{Ends: few, Values: []float64{0.1, 0, 0, 1}}, Mean: model.Scaled{Of: mean, By: 1}},
	}
	single := []model.Class{classes[0]}
	single[0].Prior = 1
	labels := []float64{1, -1, -1, -1}
	many := lawCase{name: "twelve classes, opposite means", dim: 300, problem: problem.LeastSquares{}, rate: rate.Cosine{Initial: 0.5, Final: 0.1, End: 0.3}, ridge: 0.2}
	labelsOf := []float64{}
	for i := range 12 {
		labelsOf = append(labelsOf, float64(1-2*(i%2)))
		many.classes = append(many.classes, model.Class{
			Prior: 1. / 12, Label: labelsOf[i], Covariance: model.Stepped{Ends: []int64{100, 300}, Values: []float64{float64(i % 3), 1}},
			Mean: model.Scaled{Of: model.ConstantVector(1), By: labelsOf[i]},
		})
	}
	many.problem = problem.LeastSquares{Labels: labelsOf}
	var columns []model.Vector
	for i := range 9 {
		columns = append(columns, model.NormalVector{Norm: 1, Seed: 9, Column: uint32(i)})
	}
	return []lawCase{
		many,
		{name: "softmax, zero blocks", dim: 7, classes: classes, problem: problem.NewSoftmax(4), rate: rate.Power{Initial: 1, Exponent: 0.5, Timescale: 2},
			ridge: 0.1, startVariance: 0.5},
		{name: "teacher least squares with label noise, nine columns", dim: 40, classes: []model.Class{{Prior: 1, Covariance: model.Isotropic(1), Mean: model.ConstantVector(1)}},
			problem: problem.TeacherLeastSquares{Columns: 9, Noise: 0.5}, rate: rate.AdaGradNorm{Eta: 1, B: 1}, teacher: columns},
		{name: "logistic, blocks of 1, 2, 1 and 3 modes, zero blocks", dim: 7, classes: classes, problem: problem.Logistic{Labels: labels},
			rate: rate.Constant(1), ridge: 0.1, startVariance: 0.5},
		{name: "logistic, the same with AdaGrad-Norm", dim: 7, classes: classes, problem: problem.Logistic{Labels: labels},
			rate: rate.AdaGradNorm{Eta: 2, B: 0.1}, startVariance: 0.5},
		{name: "teacher least squares with label noise, one column", dim: 7, classes: single, problem: problem.TeacherLeastSquares{Columns: 1, Noise: 0.5},
			rate: rate.AdaGradNorm{Eta: 1, B: 1}, teacher: []model.Vector{model.NormalVector{Norm: 1, Seed: 9}}},
		largeOutputs(),
	}
}

// largeOutputs is an experiment whose outputs make runs look at their risk.
func largeOutputs() lawCase {
	return lawCase{
		name: "logistic, large outputs", dim: 7, problem: problem.Logistic{Labels: []float64{1}}, rate: rate.Constant(3e5),
		classes: []model.Class{{Prior: 1, Label: 1, Covariance: model.Isotropic(1), Mean: model.ConstantVector(1)}},
	}
}

// abreastOf are walkers at the beginning of runs 0, 1, …, and what steps them side by
// side.
func abreastOf(t testing.TB, config *Config, runs int) ([]*grouped, *abreast) {
	var members []*grouped
	for run := range runs {
		w := walkerOf(t, config)
		w.start(uint32(run))
		members = append(members, w.iterate.(*grouped))
	}
	return members, newAbreast(members[0])
}

// A run takes the same steps in company as alone, whoever the others are.
func TestCompanyChangesNothing(t *testing.T) {
	for _, path := range cpu.Available() {
		for _, l := range append(lawCases(), companyCases()...) {
			t.Run(fmt.Sprintf("%v/%s", path, l.name), func(t *testing.T) {
				defer cpu.Override(path)()
				_, config := l.configs(t, 1)
				for _, runs := range []int{2, 3, 8} {
					alone, _ := abreastOf(t, config, runs)
					company, lanes := abreastOf(t, config, runs)
					if company[0].shared.population {
						t.Skip("not stepped side by side")
					}
					at := int64(0)
					for _, end := range []int64{3, 70, 200} {
						for _, g := range alone {
							for k := at; k < end; {
								made, _ := g.advance(k, end, math.Inf(1))
								k += made
							}
						}
						if made, exceeded := lanes.advance(company, at, end, math.Inf(1)); made != end-at || exceeded {
							t.Fatalf("%d steps from %d to %d, an output too large: %v", made, at, end, exceeded)
						}
						at = end
						for run, g := range company {
							checkSameBits(t, run, alone[run].y, g.y)
							checkSameBits(t, run, alone[run].t, g.t)
							checkSameBits(t, run, []float64{alone[run].accumulated}, []float64{g.accumulated})
						}
					}
				}
			})
		}
	}
}

// A simulation gives the same with one thread, runs side by side, as with a thread for
// each run; where outputs are too large for the runs to stay side by side, too.
func TestCompanyInSimulations(t *testing.T) {
	cases := append(lawCases(), companyCases()...)
	unstable := companyCases()[0]
	unstable.name, unstable.rate = "divergence", rate.Constant(20)
	for _, l := range append(cases, unstable) {
		t.Run(l.name, func(t *testing.T) {
			const runs = 11
			_, config := l.configs(t, runs)
			d := float64(l.dim)
			config.Times, config.Threads = []float64{0, 1 / d, 40 / d, 129 / d}, 1
			if l.name == unstable.name {
				config.Times = append(config.Times, 9)
			}
			company, err := Simulate(context.Background(), config)
			if err != nil {
				t.Fatal(err)
			}
			config.Threads = runs
			alone, err := Simulate(context.Background(), config)
			if err != nil {
				t.Fatal(err)
			}
			if diverged := alone.Divergence != nil; diverged != (l.name == unstable.name) || diverged && *alone.Divergence != *company.Divergence {
				t.Fatalf("divergence %v alone, %v in company", alone.Divergence, company.Divergence)
			}
			company.Steps, company.Divergence = alone.Steps, alone.Divergence // steps beyond it depend on threads
			sameResults(t, company, alone)
		})
	}
}

// An output beyond the bound stops all runs before its step, and no further.
func TestCompanyStopsAtLargeOutputs(t *testing.T) {
	l := largeOutputs()
	_, config := l.configs(t, 1)
	alone, _ := abreastOf(t, config, 3)
	company, together := abreastOf(t, config, 3)
	least := int64(math.MaxInt64)
	for _, g := range alone {
		for k := int64(0); k < 200; {
			made, exceeded := g.advance(k, 200, firstOutputCheck)
			if k += made; exceeded {
				least = min(least, k)
				break
			}
		}
	}
	made, exceeded := together.advance(company, 0, 200, firstOutputCheck)
	if !exceeded || made != least {
		t.Errorf("%d steps were made (an output too large: %v), want %d", made, exceeded, least)
	}
}

func TestCompanyDoesNotAllocate(t *testing.T) {
	for _, l := range append(lawCases(), companyCases()...) {
		_, config := l.configs(t, 1)
		company, together := abreastOf(t, config, 5)
		if company[0].shared.population {
			continue
		}
		k := int64(0)
		if n := testing.AllocsPerRun(50, func() {
			made, _ := together.advance(company, k, k+stepsAbreast, math.Inf(1))
			k += made
		}); n != 0 {
			t.Errorf("%s: %v allocations for a batch of steps", l.name, n)
		}
	}
}

func checkSameBits(t *testing.T, run int, want, got []float64) {
	t.Helper()
	for i, v := range want {
		if math.Float64bits(got[i]) != math.Float64bits(v) {
			t.Fatalf("run %d: %v in company, %v alone", run, got, want)
		}
	}
}
