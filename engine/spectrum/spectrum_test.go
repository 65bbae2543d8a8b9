package spectrum

import (
	"fmt"
	"math"
	"testing"

	"anisgd/engine/model"
	"anisgd/engine/parallel"
	"anisgd/engine/statistic"

	"gonum.org/v1/gonum/mathext"
)

// twoClasses is a model of two classes with directions that are not multiples.
func twoClasses(d int64, first, second model.Covariance, a, b model.Vector) *model.Model {
	return &model.Model{Dim: d, Classes: []model.Class{
		{Prior: 0.3, Covariance: first, Mean: a}, {Prior: 0.7, Covariance: second, Mean: b},
	}}
}

var whole = statistic.Functional{Kind: statistic.Whole}

// response is what a mode's response may look like at a time: smooth in the
// eigenvalues.
func response(time float64, eigenvalue func(l int) float64, spectra int) float64 {
	v := 0.0
	for l := range spectra {
		v += eigenvalue(l) / float64(l+1)
	}
	return math.Exp(-v*time) * (1 + v)
}

// check compares sums over nodes with sums over the modes for every functional and
// every pair of sources, at several times up to the horizon.
func check(t *testing.T, description *Description, n *Nodes, tolerance float64) {
	t.Helper()
	m := description.Model
	arrays, err := m.Materialize()
	if err != nil {
		t.Fatal(err)
	}
	sources := append([][]float64{}, arrays.Sources...)
	for _, v := range description.Teacher {
		sources = append(sources, m.FillVector(v))
	}
	for a, c := range n.Start {
		if c.Source < len(sources) {
			continue
		}
		column := m.FillVector(description.Start[a])
		for rho := range column {
			column[rho] /= c.Factor
		}
		sources = append(sources, column)
	}
	if len(sources) != n.Sources() {
		t.Fatalf("%d sources, want %d", n.Sources(), len(sources))
	}
	d := int(m.Dim)
	weigh := map[statistic.Functional]func(rho int) float64{whole: func(int) float64 { return 1 }}
	for w, window := range description.Windows {
		weigh[statistic.Functional{Kind: statistic.InWindow, Index: w}] = func(rho int) float64 {
			if rho >= window.Lo && rho < window.Hi {
				return 1
			}
			return 0
		}
	}
	for q, quadratic := range description.Quadratics {
		weigh[statistic.Functional{Kind: statistic.ByWeights, Index: q}] = func(rho int) float64 { return quadratic.Weights[rho] }
	}
	for _, fraction := range []float64{0, 1e-3, 0.02, 0.3, 1} {
		time := fraction * math.Min(description.Horizon, 1e6)
		atNode := make([]float64, n.Count())
		for k := range atNode {
			atNode[k] = response(time, func(l int) float64 { return n.Eigenvalues[l][k] }, len(arrays.Spectra))
		}
		atMode, slower := make([]float64, d), make([]float64, d)
		for rho := range atMode {
			slower[rho] = response(time, func(l int) float64 { return arrays.Spectra[l].Values[rho] / 8 }, len(arrays.Spectra))
			atMode[rho] = response(time, func(l int) float64 { return arrays.Spectra[l].Values[rho] }, len(arrays.Spectra))
		}
		for f, weight := range weigh {
			compare := func(what string, node func(k int) float64, mode func(rho int) float64) {
				// Errors are those of the responses of all modes of a panel.
				want, size, got := 0.0, 0.0, 0.0
				for rho := range d {
					v := weight(rho) * mode(rho) / float64(d)
					want += v * atMode[rho]
					size += math.Abs(v) * slower[rho]
				}
				for k, v := range atNode {
					got += node(k) * v
				}
				if !(math.Abs(got-want) <= tolerance*size+1e-300) {
					t.Errorf("t=%g, %+v, %s: %.15g, want %.15g (of size %.3g)", time, f, what, got, want, size)
				}
			}
			compare("plain", func(k int) float64 { return n.Weights(f)[k] }, func(int) float64 { return 1 })
			for j := range sources {
				for k := range sources {
					compare(fmt.Sprintf("sources %d and %d", j, k),
						func(node int) float64 { return n.Products(f)[node][j*len(sources)+k] },
						func(rho int) float64 { return sources[j][rho] * sources[k][rho] })
				}
			}
		}
	}
}

func pool(t *testing.T) *parallel.Pool {
	p := parallel.NewPool(2)
	t.Cleanup(p.Close)
	return p
}

func weights(d int64) []float64 {
	w := make([]float64, d)
	for rho := range w {
		w[rho] = 1 + math.Sin(float64(rho*rho))
	}
	return w
}

func descriptions(d int64) map[string]*Description {
	ends := model.CumulativeCounts(d, []float64{0.2, 0.3, 0.5})
	beta := model.PowerVector{Exponent: 0.2, Scale: 1}
	normal := model.NormalVector{Norm: 1.5, Seed: 4}
	all := map[string]*Description{
		"isotropic": {Model: twoClasses(d, model.Isotropic(2), model.Isotropic(0.5), beta, model.Scaled{Of: beta, By: -2})},
		"blocks": {Model: twoClasses(d, model.Stepped{Ends: ends, Values: []float64{0, 1, 1}}, model.Stepped{Ends: ends, Values: []float64{0, 0, 1}},
			model.SteppedVector{Ends: ends, Values: []float64{1, 2, 3}}, normal)},
		"one power law":     {Model: twoClasses(d, model.PowerLaw{Exponent: 1.1, Scale: 1}, model.PowerLaw{Exponent: 1.1, Scale: 1}, beta, normal)},
		"two power laws":    {Model: twoClasses(d, model.PowerLaw{Exponent: 1.1, Scale: 1}, model.PowerLaw{Exponent: 1.5, Scale: 2}, beta, model.ConstantVector(0.7))},
		"far apart":         {Model: twoClasses(d, model.PowerLaw{Exponent: 0.5, Scale: 1}, model.PowerLaw{Exponent: 3, Scale: 1}, beta, model.PowerVector{Exponent: -0.3, Scale: 1})},
		"steep":             {Model: twoClasses(d, model.PowerLaw{Exponent: 3, Scale: 1}, model.PowerLaw{Exponent: 6, Scale: 1}, beta, normal)},
		"falling":           {Model: twoClasses(d, model.PowerLaw{Exponent: -0.5, Scale: 0.1}, model.PowerLaw{Exponent: 1, Scale: 1}, beta, normal)},
		"beside isotropic":  {Model: twoClasses(d, model.Isotropic(0.3), model.PowerLaw{Exponent: 1.2, Scale: 1}, normal, model.Scaled{Of: normal, By: -1})},
		"basis vectors":     {Model: twoClasses(d, model.PowerLaw{Exponent: 1.1, Scale: 1}, model.PowerLaw{Exponent: 1.5, Scale: 1}, model.UnitVector{Index: 3, Scale: 2}, model.UnitVector{Index: d / 2, Scale: 1})},
		"blocks of a curve": {Model: twoClasses(d, model.Stepped{Ends: ends, Values: []float64{0.1, 1, 2}}, model.PowerLaw{Exponent: 1.5, Scale: 1}, beta, normal)},
	}
	for name, description := range all {
		description.Horizon = 40
		if name == "basis vectors" || name == "steep" {
			description.Horizon = 1e4
		}
		description.Windows = []statistic.Window{{Name: "clean", Lo: 3, Hi: int(d / 3)}, {Name: "rest", Lo: int(d / 3), Hi: int(d)}}
		description.Start = []model.Vector{model.Zero{}}
	}
	all["two power laws"].Teacher = []model.Vector{model.PowerVector{Exponent: -0.1, Scale: 2}, model.Scaled{Of: beta, By: 0.5}}
	all["two power laws"].Start = []model.Vector{model.Scaled{Of: beta, By: -2}, model.Zero{}}
	all["one power law"].Quadratics = []statistic.Quadratic{{Name: "rough", Weights: weights(d)}}
	all["basis vectors"].Quadratics = []statistic.Quadratic{{Name: "rough", Weights: weights(d)}}
	all["basis vectors"].Teacher = []model.Vector{normal, model.UnitVector{Index: 3, Scale: -1}}
	all["one power law"].Horizon = math.Inf(1)
	return all
}

// Sums over the modes are sums over the nodes, whatever the sources are.
func TestNodesOfDescriptions(t *testing.T) {
	for _, d := range []int64{40, 1000, 30000} {
		for name, description := range descriptions(d) {
			t.Run(fmt.Sprintf("%s, d=%d", name, d), func(t *testing.T) {
				t.Parallel()
				n, closed := Of(description, pool(t))
				if !closed {
					t.Fatal("not in closed form")
				}
				t.Logf("%d nodes", n.Count())
				survey, err := Look(description)
				if err != nil {
					t.Fatal(err)
				}
				if !survey.Closed || survey.Nodes != n.Count() || survey.Sources != n.Sources() {
					t.Errorf("looks like %+v, is %d nodes of %d sources", survey, n.Count(), n.Sources())
				}
				check(t, description, n, 2e-11)
			})
		}
	}
}

// The same from arrays, in any order of the modes.
func TestNodesOfArrays(t *testing.T) {
	const d = 5000
	shuffled := make(model.Eigenvalues, d)
	rough := make(model.Eigenvalues, d)
	for rho := range shuffled {
		shuffled[rho] = math.Pow(float64(rho*1777%d+1)/d, 1.1)
		rough[rho] = 1 + math.Sin(float64(rho*rho))
	}
	all := descriptions(d)
	all["shuffled"] = &Description{Model: twoClasses(d, shuffled, shuffled, model.NormalVector{Norm: 1, Seed: 2}, model.ConstantVector(1)), Horizon: 100}
	all["rough"] = &Description{Model: twoClasses(d, rough, model.PowerLaw{Exponent: 1, Scale: 1}, model.NormalVector{Norm: 1, Seed: 2}, model.ConstantVector(1)), Horizon: 100}
	for name, description := range all {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := description.Model
			arrays, err := m.Materialize()
			if err != nil {
				t.Fatal(err)
			}
			observables := &statistic.Observables{Windows: description.Windows, Quadratics: description.Quadratics}
			for _, v := range description.Teacher {
				observables.Teacher = append(observables.Teacher, m.FillVector(v))
			}
			var start [][]float64
			for _, v := range description.Start {
				start = append(start, m.FillVector(v))
			}
			n := FromArrays(arrays, observables, start, true)
			t.Logf("%d nodes", n.Count())
			// A mean eigenvalue that falls and rises again belongs to two curves.
			if n.Count() > 600 && name != "rough" && name != "falling" {
				t.Errorf("%d nodes", n.Count())
			}
			check(t, description, n, 2e-11)
		})
	}
}

// In a continuum sums are integrals: ∫ u^2β exp(−2t u^α) du by the incomplete gamma
// function.
func TestContinuumAgainstTheIncompleteGammaFunction(t *testing.T) {
	for _, alpha := range []float64{0.3, 1, 1.1, 6} {
		for _, beta := range []float64{-0.45, 0, 0.2, 3} {
			for _, horizon := range []float64{10, 1e4, 1e14, math.Inf(1)} {
				law := model.PowerLaw{Exponent: alpha, Scale: 1}
				mean := model.PowerVector{Exponent: beta, Scale: 1}
				description := &Description{
					Model: twoClasses(1e15, law, law, mean, model.Scaled{Of: mean, By: -1}), Continuum: true, Horizon: horizon,
				}
				n, _ := Of(description, pool(t))
				if n.Count() > 120+int(17*math.Log(math.Min(horizon, 1e200))) {
					t.Errorf("α=%g, β=%g, horizon %g: %d nodes", alpha, beta, horizon, n.Count())
				}
				for _, time := range []float64{0, 0.1, 0.01 * horizon, horizon} {
					if math.IsInf(time, 1) {
						time = 1e14
					}
					for _, power := range []float64{0, 2 * beta} {
						integral := func(time float64) float64 {
							p := (power + 1) / alpha
							if time == 0 {
								return 1 / (power + 1)
							}
							return mathext.GammaIncReg(p, time) * math.Gamma(p) / alpha * math.Pow(time, -p)
						}
						want := integral(time)
						got := 0.0
						for k, lambda := range n.Eigenvalues[0] {
							w := n.Weights(whole)[k]
							if power != 0 {
								w = n.Products(whole)[k][0]
							}
							got += w * math.Exp(-time*lambda)
						}
						if power == 0 || beta != 0 {
							// Errors are those of the responses of all modes of a panel.
							if !(math.Abs(got-want) < 1e-10*integral(time/8)) {
								t.Errorf("α=%g, β=%g, horizon %g, t=%g: ∫u^%g exp(−tλ) = %.15g, want %.15g", alpha, beta, horizon, time, power, got, want)
							}
						}
					}
				}
			}
		}
	}
}

// A very large finite dimension tends to the continuum, and random directions to
// their expectations.
func TestLargeDimensionTendsToTheContinuum(t *testing.T) {
	make := func(d int64, continuum bool) *Nodes {
		description := &Description{
			Model:     twoClasses(d, model.PowerLaw{Exponent: 1.1, Scale: 1}, model.PowerLaw{Exponent: 1.5, Scale: 1}, model.PowerVector{Exponent: 0.2, Scale: 1}, model.NormalVector{Norm: 2, Seed: 1}),
			Start:     []model.Vector{model.Scaled{Of: model.NormalVector{Norm: 2, Seed: 1}, By: -1}},
			Continuum: continuum, Horizon: 30,
		}
		n, _ := Of(description, pool(t))
		return n
	}
	large, limit := make(1e15, false), make(1e15, true)
	sum := func(n *Nodes, time float64, j, k int) float64 {
		total := 0.0
		for node := range n.Count() {
			total += n.Products(whole)[node][j*n.Sources()+k] * math.Exp(-time*n.Eigenvalues[0][node])
		}
		return total
	}
	for _, time := range []float64{0, 1, 30} {
		for _, pair := range [][2]int{{0, 0}, {1, 1}, {1, 2}, {0, 1}} {
			a, b := sum(large, time, pair[0], pair[1]), sum(limit, time, pair[0], pair[1])
			if !(math.Abs(a-b) <= 1e-10*math.Abs(b)) {
				t.Errorf("t=%g, sources %v: %.15g at d = 1e15, %.15g in the continuum", time, pair, a, b)
			}
		}
	}
	if v := sum(limit, 0, 1, 2); math.Abs(v-4) > 1e-12 {
		t.Errorf("the direction of norm 2 and its start have the product %v", v)
	}
}

func TestRuleIsExactForPolynomials(t *testing.T) {
	for _, count := range []float64{513, 3000} {
		r := consecutive(count)
		for degree := range 2 * rulePoints {
			want, got := 0.0, 0.0
			for i := range int(count) {
				want += math.Pow((2*float64(i)+1)/count-1, float64(degree)) / count
			}
			for i, x := range r.points {
				got += r.weights[i] * math.Pow(x, float64(degree))
			}
			if math.Abs(got-want) > 1e-12 {
				t.Errorf("%g modes, degree %d: %.16g, want %.16g", count, degree, got, want)
			}
		}
	}
}

func TestSpectraGivenByArraysAreNotClosed(t *testing.T) {
	m := twoClasses(3, model.Eigenvalues{1, 2, 3}, model.Isotropic(1), model.ConstantVector(1), model.Zero{})
	description := &Description{Model: m}
	if _, closed := Of(description, pool(t)); closed {
		t.Error("an array is taken for a closed form")
	}
	survey, err := Look(description)
	if err != nil || survey != (Survey{Nodes: 3, Sources: 1, Largest: 3}) {
		t.Errorf("%+v, %v", survey, err)
	}
}
