package gauss

import (
	"math"
	"math/rand/v2"
	"testing"
)

// expectBySplit evaluates a law by the split alone.
func expectBySplit(l softmaxLaw) *SoftmaxExpectation {
	s, e := NewSoftmax(l.outputs(), 0), NewSoftmaxExpectation(l.outputs())
	split := newSoftmaxSplit(s.free)
	for j := range s.shift {
		s.shift[j] = l.mean[other(j, l.class)] - l.mean[l.class]
	}
	split.open(l.class, s.shift, l.covariance)
	e.Error = split.integrate(s, l.class, false)
	s.assemble(e, l.class, s.total)
	return e
}

// expectByGrid evaluates a law of three or four outputs by the grid alone.
func expectByGrid(l softmaxLaw) *SoftmaxExpectation {
	s, e := NewSoftmax(l.outputs(), 0), NewSoftmaxExpectation(l.outputs())
	for j := range s.shift {
		s.shift[j] = l.mean[other(j, l.class)] - l.mean[l.class]
	}
	e.Error = s.grid.integrate(s, l.class, l.covariance, false)
	s.assemble(e, l.class, s.total)
	return e
}

// TestSplitOfIndependentOutputs: without a rest the split is exact but for its inner
// integral, in the tail and for large variances too. The grid shares nothing with it.
func TestSplitOfIndependentOutputs(t *testing.T) {
	worst := 0.0
	for _, outputs := range []int{3, 4} {
		for _, variance := range []float64{0, 1e-4, 0.04, 0.066, 0.07, 0.1, 0.25, 0.5, 1, 3, 12} {
			if outputs == 4 && variance > 3 {
				continue
			}
			for _, mean := range []float64{-18, 0, 3, 18} {
				l := independentLaw(outputs, mean, func(j int) float64 { return variance * float64(1+j) })
				errors := softmaxErrors(expectBySplit(l), expectByGrid(l))
				worst = math.Max(worst, largest(errors))
				if !(largest(errors) < splitFloor) {
					t.Errorf("%d outputs, variance %v, mean %v: errors %.1e", outputs, variance, mean, errors)
				}
			}
		}
	}
	t.Logf("largest relative error %.1e", worst)
}

// TestSplitOfFiveOutputs compares with the plain trapezoidal rule in four dimensions.
func TestSplitOfFiveOutputs(t *testing.T) {
	skipInShort(t)
	source := rand.New(rand.NewPCG(4, 1))
	for _, mean := range []float64{0, 4} {
		l := independentLaw(5, mean, func(j int) float64 { return 0.2 + 0.1*float64(j) })
		for _, rest := range []float64{0, 0.01} {
			r := randomLaw(source, 5, 4, rest, 0)
			for i, x := range r.covariance {
				l.covariance[i] += x
			}
			e := expect(l, 0)
			errors := softmaxErrors(e, referenceSoftmax(l, 0.5, 7.5))
			if limit := math.Max(2e-8, 3*e.Error); !(largest(errors) < limit) || e.Error > 1e-5 {
				t.Errorf("mean %v, rest %v: errors %.1e, estimate %.1e", mean, rest, errors, e.Error)
			}
		}
	}
}

// honesty counts by how much errors exceed their estimates.
type honesty struct {
	count, exceeding int // all, and those of errors above 3 estimates
	largest          float64
}

func (h *honesty) add(actual, estimate float64) {
	h.count++
	ratio := actual / estimate
	h.largest = math.Max(h.largest, ratio)
	if ratio > 3 {
		h.exceeding++
	}
}

func (h *honesty) check(t *testing.T, name string) {
	t.Helper()
	t.Logf("%s: %d laws, %d above 3 estimates, largest error %.2g estimates", name, h.count, h.exceeding, h.largest)
	if 20*h.exceeding > h.count || h.largest > 20 {
		t.Errorf("%s: %d of %d errors above 3 estimates, largest %.2g estimates", name, h.exceeding, h.count, h.largest)
	}
}

// TestSplitEstimate compares estimates of the split with its errors against the grid.
func TestSplitEstimate(t *testing.T) {
	skipInShort(t)
	source := rand.New(rand.NewPCG(4, 2))
	var h honesty
	for _, outputs := range []int{3, 4} {
		for range 400 {
			l := randomLaw(source, outputs, 1+source.IntN(outputs), 0.3*source.Float64(), 3*source.Float64())
			for j := range outputs {
				l.covariance[j*outputs+j] += 0.5 * source.Float64()
			}
			e := expectBySplit(l)
			h.add(largest(softmaxErrors(e, expectByGrid(l))), e.Error)
		}
	}
	h.check(t, "split")
}

// TestGridEstimate is the same for the grid, against one with finer spacings.
func TestGridEstimate(t *testing.T) {
	skipInShort(t)
	source := rand.New(rand.NewPCG(4, 3))
	var h honesty
	for range 150 {
		l := randomLaw(source, 3, 3, 5*source.Float64(), 3*source.Float64())
		e := expectByGrid(l)
		h.add(largest(softmaxErrors(e, referenceSoftmax(l, 0.08, 9))), e.Error)
	}
	h.check(t, "grid")
}

// TestLatticeEstimate is the same for ten outputs of no structure, against 64 times the
// nodes, and for laws that are blended.
func TestLatticeEstimate(t *testing.T) {
	skipInShort(t)
	source := rand.New(rand.NewPCG(4, 4))
	var h honesty
	for range 30 {
		for _, noise := range []float64{0, 0.2} {
			l := randomLaw(source, 10, 10, 2*source.Float64(), 3*source.Float64()).addNoise(noise)
			e, want := expect(l, 1<<10), expect(l, 1<<16)
			h.add(largest(softmaxErrors(e, want)), e.Error)
		}
	}
	h.check(t, "lattice")
}

// TestSoftmaxIsSmooth follows the expectations along a line in the space of laws, through
// all changes of the rules: second differences are those of a smooth function to
// within the error of the result.
func TestSoftmaxIsSmooth(t *testing.T) {
	skipInShort(t)
	source := rand.New(rand.NewPCG(4, 5))
	for _, test := range []struct {
		outputs, points int
		noise, rest     float64
		tolerance       float64
	}{
		{3, 1500, 0, 2, 1e-9},
		{4, 300, 0.1, 0.5, 1e-9},
		{6, 700, 1, 0, 1e-8},
		{6, 700, 1, 0.05, 1e-8},
		{6, 700, 0.1, 1, 1e-8}, // from the split to the lattice
	} {
		K := test.outputs
		l := randomLaw(source, K, K, test.rest, 1).addNoise(test.noise)
		s, e := NewSoftmax(K, 1<<9), NewSoftmaxExpectation(K)
		at := softmaxLaw{class: l.class, mean: make([]float64, K), covariance: make([]float64, K*K)}
		step := 1 / float64(test.points)
		var previous [3][3]float64 // of risk, a gradient, a Hessian entry
		worst := 0.0
		for i := range test.points {
			x := float64(i) * step
			for j := range at.mean {
				at.mean[j] = (1 + 2*x) * l.mean[j]
			}
			for j := range at.covariance {
				at.covariance[j] = x * l.covariance[j]
			}
			s.Expect(e, at.class, at.mean, at.covariance)
			for k, value := range [3]float64{e.Risk, e.Gradient[(l.class+1)%K], e.Hessian[0]} {
				p := &previous[k]
				if i >= 3 {
					// The third difference of a smooth function is of the order step³.
					third := math.Abs(value - 3*p[2] + 3*p[1] - p[0])
					worst = math.Max(worst, third)
				}
				p[0], p[1], p[2] = p[1], p[2], value
			}
		}
		if limit := 8*test.tolerance + 100*step*step*step; worst > limit {
			t.Errorf("%+v: largest third difference %.1e, want below %.1e", test, worst, limit)
		}
		t.Logf("%d outputs, noise %v, rest %v: largest third difference %.1e, step³ %.1e", K, test.noise, test.rest, worst, step*step*step)
	}
}
