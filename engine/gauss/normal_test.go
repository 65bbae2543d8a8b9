package gauss

import (
	"math"
	"math/big"
	"testing"
)

// referenceTail returns ∫_0^∞ t^power φ(x + t) dt for x ≥ 0: the probability above
// x for power 0, the expected excess over x for power 1. Gauss–Legendre on panels
// of length ½, as everywhere in the reference.
func referenceTail(x *big.Float, power int) *big.Float {
	rule := defaultRule()
	sum := newBig()
	for panel := range 28 {
		middle, quarter := bigFloat(float64(panel)/2+0.25), bigFloat(0.25)
		for k, node := range rule.nodes {
			t := newBig().Add(middle, newBig().Mul(quarter, node))
			z := newBig().Add(x, t)
			z.Mul(z, z)
			value := bigExp(z.SetMantExp(z.Neg(z), -1))
			for range power {
				value.Mul(value, t)
			}
			sum.Add(sum, value.Mul(value, newBig().Mul(quarter, rule.weights[k])))
		}
	}
	return sum.Quo(sum, newBig().Sqrt(newBig().Mul(bigFloat(2), bigPi())))
}

// ratio is mean/√variance in math/big.
func ratio(mean, variance float64) *big.Float {
	return newBig().Quo(bigFloat(mean), newBig().Sqrt(bigFloat(variance)))
}

// tailPoints reach the end of the normal range, with variances whose roots round.
func tailPoints() []point {
	var points []point
	for _, variance := range []float64{1, 2, 0.3, 3e-280, 7e200, 1.7e308} {
		for _, x := range []float64{0, 1e-200, 0.05, 0.7, 1.9, 4.4, 9.8, 9.95, 14.3, 22.1, 30.7, 37.4} {
			points = append(points, point{x * math.Sqrt(variance), variance})
		}
	}
	return points
}

func TestNegativeProbability(t *testing.T) {
	worst := 0.0
	for _, p := range tailPoints() {
		want := referenceTail(ratio(p.mean, p.variance), 0)
		got := NegativeProbability(p.mean, p.variance)
		difference := relativeError(got, want)
		if !(difference <= 1e-15) {
			t.Errorf("mean %v, variance %v: got %v, want %.20g, relative error %.2g", p.mean, p.variance, got, want, difference)
		}
		worst = math.Max(worst, difference)
		complement := newBig().Sub(bigFloat(1), want)
		if difference := relativeError(NegativeProbability(-p.mean, p.variance), complement); !(difference <= 4e-16) {
			t.Errorf("mean %v, variance %v: relative error %.2g", -p.mean, p.variance, difference)
		}
	}
	t.Logf("largest relative error %.2g", worst)
}

func TestNegativeProbabilityLimits(t *testing.T) {
	infinity, nan := math.Inf(1), math.NaN()
	for _, c := range []struct{ mean, variance, want float64 }{
		{0, 0, 0.5}, {math.Copysign(0, -1), 0, 0.5}, {1e-300, 0, 0}, {-1e-300, 0, 1},
		{1, -1e-18, 0}, {-1, -1e-18, 1}, {0, -1, 0.5}, {0, 3, 0.5},
		{1e6, 1, 0}, {-1e6, 1, 1}, {1e308, 1e-308, 0}, {-1e308, 5e-324, 1},
		{infinity, 2, 0}, {-infinity, 2, 1}, {infinity, 0, 0}, {1, infinity, 0.5},
		{infinity, infinity, nan}, {nan, 1, nan}, {1, nan, nan}, {nan, 0, nan}, {0, -infinity, 0.5},
	} {
		got := NegativeProbability(c.mean, c.variance)
		if got != c.want && !(math.IsNaN(got) && math.IsNaN(c.want)) {
			t.Errorf("NegativeProbability(%v, %v) = %v, want %v", c.mean, c.variance, got, c.want)
		}
	}
	// The smallest probabilities underflow gradually.
	last := 1.0
	for x := 37.0; x < 39.5; x += 1.0 / 64 {
		p := NegativeProbability(x, 1)
		if p > last || (p == last && p != 0) {
			t.Errorf("NegativeProbability(%v, 1) = %v after %v", x, p, last)
		}
		last = p
	}
	if last != 0 || NegativeProbability(38.4, 1) == 0 {
		t.Error("no gradual underflow")
	}
}

func TestExpectedShortfall(t *testing.T) {
	worst := 0.0
	for _, p := range tailPoints() {
		want := referenceTail(ratio(p.mean, p.variance), 1)
		want.Mul(want, newBig().Sqrt(bigFloat(p.variance)))
		if p.variance < 1 && p.mean > 0.5*tailEnd*math.Sqrt(p.variance) {
			continue // the result underflows
		}
		got := expectedShortfall(p.variance, newTail(p.mean, p.variance))
		difference := relativeError(got, want)
		if !(difference <= 3e-14) {
			t.Errorf("mean %v, variance %v: got %v, want %.20g, relative error %.2g", p.mean, p.variance, got, want, difference)
		}
		worst = math.Max(worst, difference)
	}
	t.Logf("largest relative error %.2g", worst)
}
