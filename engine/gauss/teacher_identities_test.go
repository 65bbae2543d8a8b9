package gauss

import (
	"encoding/binary"
	"hash/fnv"
	"math"
	"testing"
)

// teacherGrid returns points over all methods.
func teacherGrid() []teacherPoint {
	var points []teacherPoint
	for _, variance := range []float64{1e-3, 0.3, 1, 6, 200, 1e4} {
		for _, teacherVariance := range []float64{1e-3, 0.5, 1, 5, 40, 1e4} {
			for i, mean := range []float64{0, 1.5, -7, 30} {
				for j, teacherMean := range []float64{0.5, -3, 12, 30} {
					correlation := [...]float64{0, 0.5, -0.8, 0.99, 1 - 1e-9}[(i+2*j)%5]
					points = append(points, teacherPoint{mean, variance, teacherMean, teacherVariance, correlation})
				}
			}
		}
	}
	return points
}

// TestTeacherRiskBySteinsLemma: E[σ(r*) r] = mean·E σ(r*) + cross·E σ′(r*) leaves
// one-dimensional expectations, in a sum that cancels where the risk is small.
func TestTeacherRiskBySteinsLemma(t *testing.T) {
	for _, p := range teacherGrid() {
		e := p.expect()
		entropy := ExpectLogistic(-p.mean, p.variance).Risk
		up := ExpectLogistic(-p.teacherMean, p.teacherVariance).Gradient
		want := entropy - p.mean*up + p.cross()*e.TeacherHessian
		scale := entropy + math.Abs(p.mean*up) + math.Abs(p.cross()*e.TeacherHessian)
		if math.Abs(e.Risk-want) > 1e-12*scale {
			t.Errorf("%+v: risk %v, by Stein's lemma %v", p, e.Risk, want)
		}
	}
}

// TestTeacherDerivatives: the derivatives of the risk in mean, variance and cross are
// the gradient, half the Hessian and the Hessian with the teacher; that in the
// mean of the teacher is E ∂f/∂r* = −E σ′(r*) r.
func TestTeacherDerivatives(t *testing.T) {
	for _, p := range teacherGrid() {
		if math.Abs(p.correlation) > 0.995 {
			continue // the differences would leave the covariances
		}
		e, cross := p.expect(), p.cross()
		risk := func(mean, variance, teacherMean, cross float64) float64 {
			return ExpectTeacherLogistic(mean, variance, teacherMean, p.teacherVariance, cross).Risk
		}
		// The laws stay far from degenerate over three steps.
		free := 1 - p.correlation*p.correlation
		deviation, teacherDeviation := math.Sqrt(p.variance), math.Sqrt(p.teacherVariance)
		check := func(name string, f func(float64) float64, x, step, want, scale float64) {
			t.Helper()
			if got := derivative(f, x, step); math.Abs(got-want) > 1e-8*scale+4e-12*e.Risk/step {
				t.Errorf("%+v: derivative in the %s %v, want %v", p, name, got, want)
			}
		}
		check("mean", func(x float64) float64 { return risk(x, p.variance, p.teacherMean, cross) },
			p.mean, 0.02, e.Gradient, math.Abs(e.Gradient)+e.Hessian)
		check("variance", func(x float64) float64 { return risk(p.mean, x, p.teacherMean, cross) },
			p.variance, 0.02*free*math.Min(p.variance, 1), e.Hessian/2, e.Hessian)
		check("covariance", func(x float64) float64 { return risk(p.mean, p.variance, p.teacherMean, x) },
			cross, 0.02*free*math.Min(deviation, 1)*math.Min(teacherDeviation, 1), e.TeacherHessian, -e.TeacherHessian)
		slope := func(teacherMean float64) float64 {
			return -ExpectLogistic(teacherMean, p.teacherVariance).Hessian
		}
		want := p.mean*e.TeacherHessian + cross*derivative(slope, p.teacherMean, 0.02)
		check("mean of the teacher", func(x float64) float64 { return risk(p.mean, p.variance, x, cross) },
			p.teacherMean, 0.02, want, math.Abs(want)-e.TeacherHessian)
	}
}

// TestTeacherReflection: (r, r*) → (−r, −r*) exchanges the labels.
func TestTeacherReflection(t *testing.T) {
	for _, p := range teacherGrid() {
		reflected := p
		reflected.mean, reflected.teacherMean = -p.mean, -p.teacherMean
		e, o := p.expect(), reflected.expect()
		if !near(e.Risk, o.Risk, teacherAccuracy) || !near(e.SecondMoment, o.SecondMoment, teacherAccuracy) ||
			math.Abs(e.Gradient+o.Gradient) > teacherAccuracy*(math.Abs(e.Gradient)+e.Hessian) || e.Hessian != o.Hessian ||
			e.TeacherHessian != o.TeacherHessian || p.failure() != reflected.failure() {
			t.Errorf("%+v: %+v, reflected %+v", p, e, o)
		}
	}
}

// TestTeacherIndependent: without correlation all expectations are products.
func TestTeacherIndependent(t *testing.T) {
	for _, p := range teacherGrid() {
		p.correlation = 0
		plus, minus := ExpectLogistic(p.mean, p.variance), ExpectLogistic(-p.mean, p.variance)
		up := ExpectLogistic(-p.teacherMean, p.teacherVariance).Gradient
		down := ExpectLogistic(p.teacherMean, p.teacherVariance).Gradient
		below := NegativeProbability(p.mean, p.variance)
		above := NegativeProbability(-p.mean, p.variance)
		e := p.expect()
		for _, c := range []struct {
			name      string
			got, want float64
		}{
			{"Risk", e.Risk, up*plus.Risk + down*minus.Risk},
			{"SecondMoment", e.SecondMoment, up*plus.SecondMoment + down*minus.SecondMoment},
			{"error", p.failure(), up*below + down*above},
		} {
			if !near(c.got, c.want, teacherAccuracy) {
				t.Errorf("%+v: %s %v, want %v", p, c.name, c.got, c.want)
			}
		}
	}
}

// TestTeacherRecovered: with r = r* the gradient vanishes, its second moment is the
// Hessian, and the risk is the entropy of the label, which no other r undercuts.
func TestTeacherRecovered(t *testing.T) {
	for _, variance := range []float64{0, 1e-9, 1e-3, 0.4, 1, 7, 100, 1e4} {
		for _, mean := range []float64{0, 0.7, -4, 30} {
			e := ExpectTeacherLogistic(mean, variance, mean, variance, variance)
			if e.Gradient != 0 || e.TeacherHessian != -e.Hessian || !near(e.SecondMoment, e.Hessian, teacherAccuracy) {
				t.Errorf("mean %v, variance %v: %+v", mean, variance, e)
			}
			if flat := ExpectTeacherLogistic(mean*1.1, variance*1.21, mean, variance, variance*1.1); flat.Risk < e.Risk*(1-teacherAccuracy) {
				t.Errorf("mean %v, variance %v: risk %v of the teacher, %v of another", mean, variance, e.Risk, flat.Risk)
			}
		}
	}
}

// TestTeacherSmooth follows paths through every switch between methods and checks
// fourth differences, which are those of the errors.
func TestTeacherSmooth(t *testing.T) {
	paths := map[string]func(x float64) teacherPoint{
		"variance":             func(x float64) teacherPoint { return teacherPoint{0.5, 4 * x, 0.2, 1, 0.8} },
		"teacher's variance":   func(x float64) teacherPoint { return teacherPoint{0.5, 1, 0.2, 17 * x, 0.2} },
		"to full correlation":  func(x float64) teacherPoint { return teacherPoint{0.5, 2, 0.2, 1, x} },
		"mean":                 func(x float64) teacherPoint { return teacherPoint{10*x - 5, 1, 4, 2, 0.7} },
		"mean of the teacher":  func(x float64) teacherPoint { return teacherPoint{3, 50, 30*x - 15, 60, 0.97} },
		"everything, to tails": func(x float64) teacherPoint { return teacherPoint{30 * x, 20 * x, 25 * x, 8 * x, x * x} },
	}
	for name, path := range paths {
		const count = 120
		const step = 0x1p-16
		for start := 0.02; start < 1; start += 0.05 {
			start = math.Min(start, 1-(count-1)*step)
			var values [count][3]float64
			for i := range values {
				p := path(start + float64(i)*step)
				e := p.expect()
				values[i] = [3]float64{e.Risk, e.SecondMoment, p.failure()}
			}
			for i := 4; i < count; i++ {
				for j := range values[i] {
					difference := values[i][j] - 4*values[i-1][j] + 6*values[i-2][j] - 4*values[i-3][j] + values[i-4][j]
					if math.Abs(difference) > 16*teacherAccuracy*values[i-2][j] {
						t.Errorf("%s, field %d: fourth difference %.2g of %v at %+v", name, j, difference, values[i-2][j], path(start+float64(i-2)*step))
					}
				}
			}
		}
	}
}

// TestTeacherLimits: degenerate covariances and those that rounding takes too far.
func TestTeacherLimits(t *testing.T) {
	want := ExpectTeacherLogistic(0.5, 4, 1, 0.25, 1)
	for _, cross := range []float64{1 + 1e-15, 1.1, math.MaxFloat64} {
		if got := ExpectTeacherLogistic(0.5, 4, 1, 0.25, cross); got != want {
			t.Errorf("cross %v: %+v, at the boundary %+v", cross, got, want)
		}
	}
	for _, variance := range []float64{0, -1e-17, -3} {
		if got, want := ExpectTeacherLogistic(0.5, variance, 1, 2, 0), ExpectTeacherLogistic(0.5, 0, 1, 2, 0); got != want {
			t.Errorf("variance %v: %+v, want %+v", variance, got, want)
		}
		if got, want := ExpectTeacherLogistic(0.5, 2, 1, variance, 0), ExpectTeacherLogistic(0.5, 2, 1, 0, 0); got != want {
			t.Errorf("teacher's variance %v: %+v, want %+v", variance, got, want)
		}
	}
	for _, c := range []struct{ mean, variance, teacherMean, teacherVariance, want float64 }{
		{0, 0, 1, 2, 0.5},
		{0, 0, 0, 0, 0.5},
		{0, 3, 0, 0, 0.5},
		{0, 3, 5, 0, 0.5},
		{1, 0, 0, 9, 0.5},
		{-1, 0, 800, 1, 1},
		{1, 0, 800, 1, 0},
	} {
		if got := TeacherLogisticError(c.mean, c.variance, c.teacherMean, c.teacherVariance, 0); !near(got, c.want, 1e-14) {
			t.Errorf("error at %+v: %v", c, got)
		}
	}
	arguments := [5]float64{1, 2, 3, 4, 2}
	for i := range arguments {
		for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
			a := arguments
			a[i] = bad
			e := ExpectTeacherLogistic(a[0], a[1], a[2], a[3], a[4])
			for _, x := range append(teacherFields(e), TeacherLogisticError(a[0], a[1], a[2], a[3], a[4])) {
				if !math.IsNaN(x) {
					t.Errorf("argument %d %v: %+v", i, bad, e)
				}
			}
		}
	}
}

func teacherFields(e TeacherLogistic) []float64 {
	return []float64{e.Risk, e.Gradient, e.Hessian, e.TeacherHessian, e.SecondMoment}
}

func TestTeacherNoAllocations(t *testing.T) {
	for _, p := range []teacherPoint{{1, 0, 1, 1, 0}, {1, 2, 0.5, 1, 0.5}, {1, 2, 0.5, 100, 0.5}, {1, 1e4, 0.5, 1e4, 1}} {
		if n := testing.AllocsPerRun(10, func() {
			sinkFloat = p.expect().Risk
			sinkFloat = p.failure()
		}); n != 0 {
			t.Errorf("%+v: %v allocations", p, n)
		}
	}
}

// TestTeacherSameBits holds the results to the last bit on every architecture and
// GOAMD64 level. The checksum changes with any change of the arithmetic here or in
// kernels/elementary; then it must be the same everywhere again.
func TestTeacherSameBits(t *testing.T) {
	const want = uint64(0x46b8528362e81c42)
	hash := fnv.New64a()
	var bytes [8]byte
	for _, p := range append(teacherGrid(), randomTeacherPoints(200)...) {
		for _, x := range append(teacherFields(p.expect()), p.failure()) {
			binary.LittleEndian.PutUint64(bytes[:], math.Float64bits(x))
			hash.Write(bytes[:])
		}
	}
	if got := hash.Sum64(); got != want {
		t.Errorf("checksum of the results %#x, want %#x", got, want)
	}
}

func FuzzExpectTeacherLogistic(f *testing.F) {
	for _, p := range randomTeacherPoints(20) {
		f.Add(p.mean, p.variance, p.teacherMean, p.teacherVariance, p.cross())
	}
	huge := math.MaxFloat64
	f.Add(huge, huge, huge, huge, huge)
	f.Add(-huge, huge, huge, -huge, -huge)
	f.Add(huge, 1.0, -huge, 1.0, 1.0)
	f.Add(1.0, 1e300, 2.0, 1e-300, 1.0)
	f.Add(1.0, 5e-324, 2.0, 5e-324, 5e-324)
	f.Add(1e5, 1e30, 1e5, 1e30, 1e30)
	f.Add(-1e8, 1e8, 1e16, 1e16, 1e12)
	f.Add(0.0, huge, 0.0, huge, huge)
	f.Add(-77.0, huge/10, -33.0, huge, huge) // all of it within 1e-152 of one z
	f.Fuzz(func(t *testing.T, mean, variance, teacherMean, teacherVariance, cross float64) {
		if !finite(mean, variance, teacherMean, teacherVariance, cross) {
			t.Skip("limits have their own test")
		}
		e := ExpectTeacherLogistic(mean, variance, teacherMean, teacherVariance, cross)
		failure := TeacherLogisticError(mean, variance, teacherMean, teacherVariance, cross)
		for i, x := range append(teacherFields(e), failure) {
			if math.IsNaN(x) || math.IsInf(x, 0) {
				t.Fatalf("field %d of %+v, error %v", i, e, failure)
			}
		}
		// log(1+e^{−s}) ≥ σ(−s) ≥ σ(−s)² for the margin s = ±r, log(1+e^{−s}) ≥ log 2
		// where s < 0, and |σ(r) − σ(r*)| ≤ 1.
		below := func(x, bound float64) bool { return x <= bound*(1+1e-9)+1e-290 }
		if e.Risk < 0 || e.SecondMoment < 0 || failure < 0 || failure > 1 || math.Abs(e.Gradient) > 1+1e-9 ||
			!below(e.SecondMoment, 1) || !below(e.SecondMoment, e.Risk) || !below(failure*math.Ln2, e.Risk) ||
			!below(e.Gradient*e.Gradient, e.SecondMoment) {
			t.Fatalf("inequality violated: %+v, error %v", e, failure)
		}
	})
}
