package gauss

import (
	"math"
	"testing"

	"anisgd/kernels/elementary"
)

// near reports whether got is want within a relative tolerance.
func near(got, want, tolerance float64) bool {
	return got == want || math.Abs(got-want) <= tolerance*math.Abs(want)
}

// grid returns points over all methods, means of both signs.
func grid() []point {
	var points []point
	for _, variance := range []float64{1e-20, 1e-4, 0.06, 0.124, 0.126, 0.7, 1.9, 2.1, 6, 19, 80, 700, 1e4} {
		for mean := -40.0; mean <= 40; mean += 2.5 {
			points = append(points, point{mean, variance})
		}
	}
	return points
}

// derivative is the central difference of order 6.
func derivative(f func(float64) float64, x, step float64) float64 {
	return (45*(f(x+step)-f(x-step)) - 9*(f(x+2*step)-f(x-2*step)) + (f(x+3*step) - f(x-3*step))) / (60 * step)
}

func TestReflection(t *testing.T) {
	for _, p := range grid() {
		e, o := ExpectLogistic(p.mean, p.variance), ExpectLogistic(-p.mean, p.variance)
		if e.Hessian != o.Hessian {
			t.Errorf("%+v: Hessian %v, reflected %v", p, e.Hessian, o.Hessian)
		}
		if !near(e.Gradient+o.Gradient, 1, 1e-14) {
			t.Errorf("%+v: gradients add to %v", p, e.Gradient+o.Gradient)
		}
		if difference := o.Risk - e.Risk; math.Abs(difference-p.mean) > 1e-15*(1+math.Abs(p.mean)) {
			t.Errorf("%+v: risks differ by %v", p, difference)
		}
	}
}

func TestGradientIsHessianPlusSecondMoment(t *testing.T) {
	for _, p := range grid() {
		e := ExpectLogistic(p.mean, p.variance)
		if !near(e.Hessian+e.SecondMoment, e.Gradient, 3e-16) {
			t.Errorf("%+v: %v + %v is not %v", p, e.Hessian, e.SecondMoment, e.Gradient)
		}
	}
}

// TestTilting moves the mean by the variance: with e^{−s}N(s; mean, variance) =
// e^{variance/2 − mean}N(s; mean − variance, variance), σ(−s) = e^{−s}σ(s) becomes
// σ(s) and σ(−s)² becomes σ(s)σ(−s).
func TestTilting(t *testing.T) {
	for _, p := range grid() {
		if p.variance > 1000 {
			continue // the factor overflows
		}
		e, tilted := ExpectLogistic(p.mean, p.variance), ExpectLogistic(p.mean-p.variance, p.variance)
		factor := elementary.Exp(p.variance/2 - p.mean)
		tolerance := 1e-13 * (1 + math.Abs(p.mean) + p.variance) / 10
		if want := factor * tilted.Hessian; !near(e.SecondMoment, want, tolerance) {
			t.Errorf("%+v: SecondMoment %v, by tilting %v", p, e.SecondMoment, want)
		}
		if tilted.Gradient < 0.5 {
			if want := factor * (1 - tilted.Gradient); !near(e.Gradient, want, tolerance) {
				t.Errorf("%+v: Gradient %v, by tilting %v", p, e.Gradient, want)
			}
		}
	}
}

// TestDerivativeInMean checks d Risk/d mean = −Gradient.
func TestDerivativeInMean(t *testing.T) {
	for _, p := range grid() {
		got := derivative(func(mean float64) float64 { return ExpectLogistic(mean, p.variance).Risk }, p.mean, 0.02)
		e := ExpectLogistic(p.mean, p.variance)
		if math.Abs(got+e.Gradient) > 1e-10*e.Gradient+1e-13*e.Risk/0.02 {
			t.Errorf("%+v: derivative of the risk %v, Gradient %v", p, got, e.Gradient)
		}
	}
}

// TestDerivativeInVariance checks Stein's identity d Risk/d variance = ½ Hessian,
// across the switches between methods too.
func TestDerivativeInVariance(t *testing.T) {
	for _, p := range grid() {
		if p.variance < 1e-2 {
			continue
		}
		step := 0.01 * math.Min(p.variance, 1)
		got := derivative(func(variance float64) float64 { return ExpectLogistic(p.mean, variance).Risk }, p.variance, step)
		e := ExpectLogistic(p.mean, p.variance)
		if math.Abs(got-e.Hessian/2) > 1e-9*e.Hessian+1e-13*e.Risk/step {
			t.Errorf("%+v: derivative of the risk %v, half the Hessian %v", p, got, e.Hessian/2)
		}
	}
}

func TestMonotone(t *testing.T) {
	for variance := 1e-8; variance < 1e12; variance *= 7 {
		last := ExpectLogistic(-100, variance)
		for mean := -99.5; mean <= 900; mean += 0.5 {
			e := ExpectLogistic(mean, variance)
			// Steps below the rounding of a number near one cannot show.
			if e.Risk >= last.Risk && e.Risk > 1e-320 || e.Gradient > last.Gradient*(1+1e-13) || e.SecondMoment > last.SecondMoment*(1+1e-13) {
				t.Fatalf("mean %v, variance %v: %+v after %+v", mean, variance, e, last)
			}
			last = e
		}
	}
	for _, mean := range []float64{-30, -1, 0, 0.5, 20, 40} {
		last := ExpectLogistic(mean, 0).Risk
		for variance := 1e-3; variance < 1e15; variance *= 1.1 {
			risk := ExpectLogistic(mean, variance).Risk
			if risk < last*(1-1e-14) {
				t.Fatalf("mean %v, variance %v: risk %v after %v", mean, variance, risk, last)
			}
			last = risk
		}
	}
}

// fields lists the four values for comparisons field by field.
func fields(e Logistic) [4]float64 {
	return [4]float64{e.Risk, e.Gradient, e.Hessian, e.SecondMoment}
}

// TestContinuity compares both sides of every switch between methods.
func TestContinuity(t *testing.T) {
	check := func(a, b point) {
		t.Helper()
		left, right := fields(ExpectLogistic(a.mean, a.variance)), fields(ExpectLogistic(b.mean, b.variance))
		// In the tail a shift of the mean changes the second moment by twice as much.
		tolerance := observed + 2*(b.mean-a.mean)
		for j := range left {
			if !near(left[j], right[j], tolerance) {
				t.Errorf("field %d jumps from %v to %v between %+v and %+v", j, left[j], right[j], a, b)
			}
		}
	}
	for mean := -40.0; mean <= 60; mean += 0.625 {
		check(point{mean, 0}, point{mean, 5e-324})
		for _, variance := range []float64{narrowVariance, coarseVariance} {
			check(point{mean, math.Nextafter(variance, 0)}, point{mean, variance})
		}
	}
	for _, variance := range []float64{0.2, 1, 3, 10, 50} {
		// tilt = 1, and where the window leaves the region in which 1 + e^{−s} differs from 1
		check(point{math.Nextafter(variance, 0), variance}, point{variance, variance})
		mean := exponentialMargin + 2*variance + math.Sqrt(2*windowDepth*variance)
		check(point{mean * (1 - 1e-15), variance}, point{mean * (1 + 1e-15), variance})
	}
}

func TestExpectLogisticLimits(t *testing.T) {
	infinity, nan := math.Inf(1), math.NaN()
	for _, c := range []struct {
		mean, variance float64
		want           [4]float64
	}{
		{0, 0, [4]float64{math.Ln2, 0.5, 0.25, 0.25}},
		{0, -1e-17, [4]float64{math.Ln2, 0.5, 0.25, 0.25}},
		{0, -infinity, [4]float64{math.Ln2, 0.5, 0.25, 0.25}},
		{infinity, 1, [4]float64{0, 0, 0, 0}},
		{infinity, 0, [4]float64{0, 0, 0, 0}},
		{-infinity, 1, [4]float64{infinity, 1, 0, 1}},
		{3, infinity, [4]float64{infinity, 0.5, 0, 0.5}},
		{-3, infinity, [4]float64{infinity, 0.5, 0, 0.5}},
		{1e6, 1, [4]float64{0, 0, 0, 0}},
		{1e6, 1e5, [4]float64{0, 0, 0, 0}},
		{1e6, 8e5, [4]float64{0, 0, 0, 0}},
		{1e308, 1e307, [4]float64{0, 0, 0, 0}},
		{-1e6, 1, [4]float64{1e6, 1, 0, 1}},
		{infinity, infinity, [4]float64{nan, nan, nan, nan}},
		{-infinity, infinity, [4]float64{nan, nan, nan, nan}},
		{nan, 1, [4]float64{nan, nan, nan, nan}},
		{1, nan, [4]float64{nan, nan, nan, nan}},
	} {
		got := fields(ExpectLogistic(c.mean, c.variance))
		for j := range got {
			if got[j] != c.want[j] && !(math.IsNaN(got[j]) && math.IsNaN(c.want[j])) {
				t.Errorf("ExpectLogistic(%v, %v) = %v, want %v", c.mean, c.variance, got, c.want)
				break
			}
		}
	}
	// A variance that dwarfs the mean: risk √(variance/2π), Hessian 1/√(2π variance).
	for _, variance := range []float64{1e24, 1e100, 1e308} {
		e := ExpectLogistic(40, variance)
		root := math.Sqrt(variance)
		if !near(e.Risk, root/sqrtTwoPi, 1e-10) || !near(e.Hessian, 1/(root*sqrtTwoPi), 1e-13) || !near(e.Gradient, 0.5, 1e-10) {
			t.Errorf("variance %v: %+v", variance, e)
		}
	}
}

func TestNoAllocations(t *testing.T) {
	for _, p := range []point{{1, 0}, {1, 0.1}, {-2, 1}, {3, 50}, {300, 200}} {
		if n := testing.AllocsPerRun(10, func() {
			sinkLogistic = ExpectLogistic(p.mean, p.variance)
			sinkFloat = NegativeProbability(p.mean, p.variance)
		}); n != 0 {
			t.Errorf("%+v: %v allocations", p, n)
		}
	}
}

// exceeds reports whether x > bound beyond the rounding of normal and of
// subnormal numbers.
func exceeds(x, bound float64) bool { return x > bound*(1+accuracy)+1e-320 }

func FuzzExpectLogistic(f *testing.F) {
	for _, p := range append(edges(), point{1e6, 1e15}, point{700, 900}, point{360.2, 5e-324}, point{1239.2, 1040}, point{-1e308, 1e308}) {
		f.Add(p.mean, p.variance)
	}
	f.Fuzz(func(t *testing.T, mean, variance float64) {
		if math.IsNaN(mean) || math.IsInf(mean, 0) || math.IsNaN(variance) || math.IsInf(variance, 0) {
			t.Skip("limits have their own test")
		}
		e := ExpectLogistic(mean, variance)
		for j, x := range fields(e) {
			if math.IsNaN(x) || math.IsInf(x, 0) || x < 0 {
				t.Fatalf("(%v, %v): field %d of %+v", mean, variance, j, e)
			}
		}
		// log(1+e^{−s}) ≥ σ(−s) ≥ σ(s)σ(−s), σ(−s)², and Jensen's inequality for
		// the risk and for the square.
		if e.Gradient > 1 || exceeds(e.Hessian, 0.25) || exceeds(e.Hessian, e.Gradient) ||
			exceeds(e.SecondMoment, e.Gradient) || exceeds(e.Gradient, e.Risk) ||
			exceeds(-mean, e.Risk) || exceeds(e.Gradient*e.Gradient, e.SecondMoment) {
			t.Fatalf("(%v, %v): inequality violated: %+v", mean, variance, e)
		}
		if p := NegativeProbability(mean, variance); !(p >= 0 && p <= 1) || (mean > 0 && p > 0.5) || (mean < 0 && p < 0.5) {
			t.Fatalf("(%v, %v): probability %v", mean, variance, p)
		}
	})
}
