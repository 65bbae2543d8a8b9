package sgd

import (
	"flag"
	"fmt"
	"math"
	"testing"

	"anisgd/engine/model"
	"anisgd/engine/parallel"
	"anisgd/engine/problem"
	"anisgd/engine/rate"
	"anisgd/engine/spectrum"
	"anisgd/engine/statistic"
	"anisgd/rng"
)

func TestUpdateFactorKeepsTheGramMatrix(t *testing.T) {
	stream := rng.NewStream(1, 0, rng.DomainNoise)
	z := make([]float64, 512)
	for _, shape := range []struct{ rows, outputs int }{{1, 1}, {2, 1}, {1, 3}, {3, 3}, {4, 3}, {2, 5}, {6, 5}} {
		stream.Normals(z, uint64(shape.rows), uint64(16*shape.outputs))
		n := shape.outputs
		factor, u, h := make([]float64, shape.rows*n), z[200:200+shape.rows], z[300:300+n]
		for row := range min(shape.rows, n) {
			copy(factor[row*n+row:(row+1)*n], z[row*n+row:])
		}
		const shrink = 0.75
		want := make([]float64, n*n)
		for row := range shape.rows {
			for a := range n {
				for b := range n {
					want[a*n+b] += (shrink*factor[row*n+a] - u[row]*h[a]) * (shrink*factor[row*n+b] - u[row]*h[b])
				}
			}
		}
		updateFactor(factor, u, h, shrink)
		for a := range n {
			for b := range n {
				got := 0.0
				for row := range shape.rows {
					got += factor[row*n+a] * factor[row*n+b]
				}
				if math.Abs(got-want[a*n+b]) > 1e-13*(1+math.Abs(want[a*n+b])) {
					t.Errorf("%+v: product of columns %d and %d is %v, want %v", shape, a, b, got, want[a*n+b])
				}
			}
		}
		for row := range shape.rows {
			for a := range min(row, n) {
				if factor[row*n+a] != 0 {
					t.Errorf("%+v: %v below the diagonal at %d, %d", shape, factor[row*n+a], row, a)
				}
			}
		}
	}
}

// One output stepped as many are, with the same random numbers.
func TestOneOutputAsMany(t *testing.T) {
	for _, l := range lawCases() {
		if l.problem.Outputs() > 1 {
			continue
		}
		_, config := l.configs(t, 1)
		one, many := walkerOf(t, config), walkerOf(t, config)
		one.start(0)
		many.start(0)
		a, b := one.iterate.(*grouped), many.iterate.(*grouped)
		for k := int64(0); k < 300; k++ {
			a.draw(k / stepsPerDraw)
			b.draw(k / stepsPerDraw)
			a.advanceOne(k, k+1, math.Inf(1))
			b.advanceMany(k, k+1, math.Inf(1))
		}
		for name, pair := range map[string][2][]float64{"Y": {a.y, b.y}, "T": {a.t, b.t}} {
			for i, v := range pair[0] {
				if math.Abs(v-pair[1][i]) > 1e-11*(1+math.Abs(v)) {
					t.Errorf("%s: %s[%d] is %v as one output, %v as many", l.name, name, i, v, pair[1][i])
				}
			}
		}
	}
}

// Coordinates have the inner products of the entries, and no more dimensions than the
// span.
func TestCoordinates(t *testing.T) {
	const d = 40
	m := &model.Model{Dim: d, Classes: []model.Class{
		{Prior: 0.5, Covariance: model.Stepped{Ends: []int64{1, 3, 40}, Values: []float64{1, 0, 2}}, Mean: model.NormalVector{Norm: 2, Seed: 1}},
		{Prior: 0.5, Covariance: model.Isotropic(1), Mean: model.UnitVector{Index: 3, Scale: 2}},
	}}
	teacher := []model.Vector{model.Scaled{Of: model.NormalVector{Norm: 2, Seed: 1}, By: -3}, model.UnitVector{Index: 30, Scale: 1}}
	start := []model.Vector{model.ConstantVector(1), model.PowerVector{Exponent: 0.5, Scale: 1}}
	g, err := NewGroups(&spectrum.Description{
		Model: m, Teacher: teacher, Start: start, Windows: []statistic.Window{{Name: "cut", Lo: 2, Hi: 20}}, Horizon: 1,
	}, parallel.NewPool(1))
	if err != nil {
		t.Fatal(err)
	}
	var entries [][]float64
	for _, v := range []model.Vector{m.Classes[0].Mean, m.Classes[1].Mean, teacher[0], teacher[1], start[0], start[1]} {
		entries = append(entries, m.FillVector(v))
	}
	ranks := ""
	for _, b := range g.blocks {
		ranks += fmt.Sprintf(" %d-%d:%d", b.lo, b.hi, b.rank)
		for j, x := range entries {
			for k, y := range entries {
				want := 0.0
				for rho := b.lo; rho < b.hi; rho++ {
					want += x[rho] * y[rho] / d
				}
				if got := dot(b.coordinates[j], b.coordinates[k]); math.Abs(got-want) > 1e-13 {
					t.Errorf("modes %d to %d, sources %d and %d: product %v, want %v", b.lo+1, b.hi, j, k, got, want)
				}
			}
		}
	}
	if want := " 0-1:1 1-2:1 2-3:1 3-20:3 20-40:4"; ranks != want {
		t.Errorf("ranks%s, want%s", ranks, want)
	}
}

// Beyond the dimensions in which random means are drawn their products have the law
// of those of independent normal entries: in a block of 3 modes all of it is seen.
func TestDrawnProducts(t *testing.T) {
	const seeds, d = 1000, 1 << 40
	var squares, fourths, crosses, withFixed float64
	for seed := range uint64(seeds) {
		m := &model.Model{Dim: d, Classes: []model.Class{
			{Prior: 0.5, Covariance: model.Stepped{Ends: []int64{3, d}, Values: []float64{1, 2}}, Mean: model.NormalVector{Norm: 2, Seed: seed}},
			{Prior: 0.25, Covariance: model.Isotropic(1), Mean: model.NormalVector{Norm: 1, Seed: seed, Column: 1}},
			{Prior: 0.25, Covariance: model.Isotropic(1), Mean: model.ConstantVector(1)},
		}}
		g, err := NewGroups(&spectrum.Description{Model: m, Horizon: 1}, parallel.NewPool(1))
		if err != nil {
			t.Fatal(err)
		}
		if seed == 0 && (g.blocks[0].rank != 3 || g.blocks[1].rank != 3) {
			t.Fatalf("ranks %d and %d, want 3", g.blocks[0].rank, g.blocks[1].rank)
		}
		c := g.blocks[0].coordinates
		// In units of one entry, of variance 4/d, 1/d; the constant is 1/√d.
		square := dot(c[0], c[0]) * d / 4
		squares += square / seeds
		fourths += square * square / seeds
		cross := dot(c[0], c[1]) * d / 2
		crosses += cross * cross / seeds
		fixed := dot(c[0], c[2]) * d / 2
		withFixed += fixed * fixed / seeds
		if whole := dot(g.blocks[1].coordinates[0], g.blocks[1].coordinates[0]); math.Abs(whole-4) > 1e-4 {
			t.Fatalf("‖μ‖² = %v, want 4", whole)
		}
	}
	for _, moment := range []struct {
		name            string
		got, want, band float64
	}{
		{"E‖z‖²", squares, 3, math.Sqrt(6)}, {"E‖z‖⁴", fourths, 15, math.Sqrt(945 - 225 + 225)},
		{"E(z·w)²", crosses, 3, math.Sqrt(45 - 9)}, {"E(z·1)²", withFixed, 3, math.Sqrt(18)},
	} {
		if math.Abs(moment.got-moment.want) > 4.5*moment.band/math.Sqrt(seeds) {
			t.Errorf("%s = %v, want %v ± %.2g", moment.name, moment.got, moment.want, moment.band/math.Sqrt(seeds))
		}
	}
}

func TestGroupedDoesNotAllocate(t *testing.T) {
	for _, l := range lawCases() {
		if _, searches := l.rate.(rate.LineSearch); searches {
			l.problem = problem.NewOneHotLeastSquares(3) // in closed form: a step is quick
		}
		_, config := l.configs(t, 1)
		w := walkerOf(t, config)
		w.start(0)
		k := int64(0)
		if n := testing.AllocsPerRun(200, func() {
			made, _ := w.iterate.advance(k, k+stepsPerDraw, math.Inf(1))
			k += made
			w.iterate.measure(w.steps.moments)
		}); n != 0 {
			t.Errorf("%s: %v allocations for a batch of steps", l.name, n)
		}
	}
}

func TestBlocksRefuses(t *testing.T) {
	weights := make([]float64, 5000)
	for i := range weights {
		weights[i] = float64(i)
	}
	for name, description := range map[string]*spectrum.Description{
		"power law":  {Model: &model.Model{Dim: 10, Classes: []model.Class{{Prior: 1, Covariance: model.PowerLaw{Exponent: 1, Scale: 1}}}}},
		"one by one": {Model: &model.Model{Dim: 2, Classes: []model.Class{{Prior: 1, Covariance: model.Eigenvalues{1, 2}}}}},
		"weights": {Model: &model.Model{Dim: 5000, Classes: []model.Class{{Prior: 1, Covariance: model.Isotropic(1)}}},
			Quadratics: []statistic.Quadratic{{Name: "all", Weights: weights}}},
	} {
		if _, err := Blocks(description); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

var drift = flag.Bool("drift", false, "step 1e9 times and look for drift (about two minutes)")

// Least squares in its stationary state, at length: moments stay where they are.
func TestNoDrift(t *testing.T) {
	steps := int64(2e6)
	if *drift {
		steps = 1e9
	}
	const d = 200
	l := &lawCase{
		dim: d, problem: problem.LeastSquares{Labels: []float64{1, -1}}, rate: rate.Constant(0.5), ridge: 0.1, times: []float64{0, 1},
		classes: []model.Class{
			{Prior: 0.5, Label: 1, Covariance: model.Stepped{Ends: []int64{50, 200}, Values: []float64{0, 1}}, Mean: model.ConstantVector(1)},
			{Prior: 0.5, Label: -1, Covariance: model.Isotropic(1), Mean: model.Scaled{Of: model.ConstantVector(1), By: -1}},
		},
	}
	_, config := l.configs(t, 1)
	w := walkerOf(t, config)
	w.start(0)
	average := func(from, to int64) (mean, deviation float64) {
		var batches []float64
		for k := from; k < to; {
			batch, n := 0.0, 0.0
			for end := k + (to-from)/40; k < end; {
				made, exceeded := w.iterate.advance(k, min(k+stepsPerDraw, end), 1e5)
				if k += made; exceeded {
					t.Fatalf("an output beyond 1e5 at step %d", k)
				}
				batch, n = batch+w.risk(), n+1
			}
			batches = append(batches, batch/n)
		}
		square := 0.0
		for _, v := range batches {
			mean += v / float64(len(batches))
		}
		for _, v := range batches {
			square += (v - mean) * (v - mean)
		}
		return mean, math.Sqrt(square / float64(len(batches)-1) / float64(len(batches)))
	}
	early, earlyError := average(0, steps/2)
	late, lateError := average(steps/2, steps)
	if math.Abs(early-late) > 4*math.Hypot(earlyError, lateError)+2e-5 {
		t.Errorf("mean risk %v ± %v in the first half, %v ± %v in the second", early, earlyError, late, lateError)
	}
	for i, v := range w.iterate.(*grouped).t {
		if math.IsNaN(v) || v < 0 {
			t.Errorf("T[%d] = %v", i, v)
		}
	}
}
