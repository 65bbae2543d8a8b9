package gauss

import (
	"math"

	"anisgd/kernels/elementary"
)

const (
	inverseSqrtPi = 0.5641895835477562869480794515607725858 // 1/√π
	sqrtTwoPi     = 2.506628274631000502415765284811045253  // √(2π)
	fourOverPi    = 1.273239544735162686151070106980114896  // 4/π
)

// NegativeProbability is P(r < 0) + ½P(r = 0) for r ~ N(mean, variance): the
// error of a classifier with margin r where a tie is decided by a fair draw.
//
// Its relative error is below 1e-15 also in the tail, until the probability
// falls below the normal range of float64 (mean > 37.5 standard deviations). A
// negative variance is taken as zero; then the answer is 0, ½ or 1. A variance
// of +Inf gives ½. NaN, and a mean and variance both infinite, give NaN.
func NegativeProbability(mean, variance float64) float64 {
	switch {
	case math.IsNaN(mean) || math.IsNaN(variance):
		return math.NaN()
	case math.IsInf(variance, 1):
		if math.IsInf(mean, 0) {
			return math.NaN()
		}
	case variance > 0:
		return newTail(mean, variance).probability()
	case mean < 0:
		return 1
	case mean > 0:
		return 0
	}
	return 0.5
}

// A tail is the argument mean/√(2 variance) = y + residual of the complementary
// error function, |residual| of the order of an ulp of y. The residual matters
// because a relative error ε of y is one of 2y²ε in e^{−y²} and in erfc(y).
type tail struct{ y, residual float64 }

// tailEnd is an argument beyond which e^{−y²} and erfc(y) are zero.
const tailEnd = 40

// newTail needs 0 < variance < ∞.
func newTail(mean, variance float64) tail {
	// Powers of two keep 2·variance and the residuals in the normal range.
	if variance > 0x1p+900 {
		mean, variance = mean*0x1p-500, variance*0x1p-1000
	} else if variance < 0x1p-900 {
		mean, variance = mean*0x1p+500, variance*0x1p+1000
	}
	twice := 2 * variance
	root := math.Sqrt(twice)
	y := mean / root
	if math.Abs(y) > tailEnd {
		return tail{y: math.Copysign(tailEnd, y)}
	}
	// √(2 variance) = root + rootResidual/(2 root) and mean = y·root + remainder.
	rootResidual := math.FMA(-root, root, twice)
	remainder := math.FMA(-y, root, mean)
	return tail{y, (remainder - float64(y*(rootResidual/(2*root)))) / root}
}

// probability is P(r < 0) = ½ erfc(y + residual).
func (t tail) probability() float64 {
	p := float64(0.5 * elementary.Erfc(t.y))
	if t.y > 0 {
		// The logarithmic derivative −2e^{−y²}/(√π erfc(y)) of erfc is
		// −(y + √(y² + 4/π)) within 10 % for y > 0: ample for a correction of
		// a few units in the last place.
		slope := t.y + math.Sqrt(float64(t.y*t.y)+fourOverPi)
		p -= float64(p * float64(slope*t.residual))
	}
	return p
}

// expSquare is e^{−(y + residual)²}.
func (t tail) expSquare() float64 {
	square := float64(t.y * t.y)
	low := math.FMA(t.y, t.y, -square)
	e := elementary.Exp(-square)
	return e - float64(e*(low+float64(2*t.y*t.residual)))
}

// asymptoticTail is the argument from which expectedShortfall sums the asymptotic
// series. Its 23 terms err by less than 1e-15 there; below, the closed form
// loses at most a factor 1 + 2y² = 100 to cancellation.
const asymptoticTail = 7

// expectedShortfall is E max(−s, 0) for s ~ N(mean, variance), given
// t = newTail(mean, variance) with mean ≥ 0 and finite variance:
//
//	√(variance/2) (e^{−y²}/√π − y erfc(y)).
//
// Its relative error is below 3e-14.
func expectedShortfall(variance float64, t tail) float64 {
	scale := math.Sqrt(0.5 * variance)
	gaussian := float64(t.expSquare() * inverseSqrtPi)
	if t.y < asymptoticTail {
		return float64(scale * (gaussian - float64(2*t.y*t.probability())))
	}
	// 1 − √π y e^{y²} erfc(y) = u − 1·3 u² + 1·3·5 u³ − …, u = 1/(2y²).
	u := 0.5 / float64(t.y*t.y)
	series := 1.0
	for odd := 45.0; odd > 1; odd -= 2 {
		series = 1 - float64(float64(odd*u)*series)
	}
	return float64(scale * (gaussian * (u * series)))
}
