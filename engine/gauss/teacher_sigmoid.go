package gauss

import (
	"math"

	"anisgd/kernels/elementary"
)

// A smoothedSigmoid evaluates E σ(s) and E σ(−s), s ~ N(mean, variance), at many
// means of one variance.
//
// It is the trapezoidal rule in z = (s − mean)/√variance. The nodes move with the mean,
// so that what depends on the variance is computed once: with t = e^{−mean} and
// g = e^{√variance z} the pair of nodes ±z has
//
//	σ(−s) + σ(−s′) = (t k + 2t²)/(1 + t k + t²),   k = g + 1/g.
//
// A mean costs one exponential and one division a pair. Every term is positive.
//
// For a mean above the variance the mass of σ(−s) is elsewhere, by a standard
// deviation or more. Then e^{−s} is taken into the Gaussian, whose mean becomes
// mean − variance, and σ(−s) = e^{−s}σ(s) leaves
//
//	E σ(−s) = e^{variance/2 − mean} (1 − E σ(−s′)),   s′ ~ N(mean − variance, variance),
//
// where the last expectation is at most ½.
type smoothedSigmoid struct {
	variance float64
	tilt     float64 // e^{−variance/2}
	center   float64 // weight of z = 0
	pairs    int     // 0 for a variance of zero, and from broadVariance
	growth   [smoothedPairs]float64
	weight   [smoothedPairs]float64
}

const (
	// broadVariance is a variance from which the nodes would be too many;
	// ExpectLogistic then serves.
	broadVariance = 16

	// smoothedPairs is the largest number of pairs: that of broadVariance.
	smoothedPairs = 64

	// smoothedDepth is how far below the result the error of the rule is, as a
	// logarithm: e^{−34} = 2e-15.
	smoothedDepth = 34
)

// prepare computes the nodes.
//
// With spacing h in z and the poles of σ at a distance p = π/√variance from the line,
// the relative error is e^{−2πa/h + a²/2} for any a ≤ p (see logisticLattice). The
// best a is 2π/h, or p if that is less; h makes the exponent −smoothedDepth. The
// nodes reach to where e^{−z²/2} is that far below e^{−variance/2}, the order of
// the smallest result, at mean = variance.
func (g *smoothedSigmoid) prepare(variance float64) {
	g.variance = variance
	g.tilt = 1
	g.center = 1
	g.pairs = 0
	if variance <= 0 || variance >= broadVariance {
		return
	}
	deviation := math.Sqrt(variance)
	distance := math.Min(math.Pi/deviation, math.Sqrt(2*smoothedDepth))
	spacing := 2 * math.Pi * distance / (smoothedDepth + float64(0.5*float64(distance*distance)))
	g.pairs = int(math.Sqrt(2*smoothedDepth+variance)/spacing) + 1

	g.tilt = elementary.Exp(-0.5 * variance)
	g.center = spacing / sqrtTwoPi
	ratio := elementary.Exp(-0.5 * float64(spacing*spacing)) // of the next weight to this one
	bend := float64(ratio * ratio)
	weight := g.center
	step := elementary.Exp(deviation * spacing)
	growth := 1.0
	for i := range g.pairs {
		weight *= ratio
		ratio *= bend
		growth = float64(growth * step)
		g.weight[i] = weight
		g.growth[i] = growth + 1/growth
	}
}

// at returns E σ(s) and E σ(−s) for s ~ N(mean, variance).
func (g *smoothedSigmoid) at(mean float64) (up, down float64) {
	distance := math.Abs(mean)
	var small float64 // E σ(−s) for s ~ N(|mean|, variance)
	switch {
	case g.variance >= broadVariance:
		small = ExpectLogistic(distance, g.variance).Gradient
	case distance > g.variance:
		t := elementary.Exp(g.variance - distance)
		small = float64(float64(t*g.tilt) * (1 - g.sum(t)))
	default:
		small = g.sum(elementary.Exp(-distance))
	}
	if mean < 0 {
		return small, 1 - small
	}
	return 1 - small, small
}

// sum is the rule for E σ(−s), given t = e^{−mean} ≤ 1.
func (g *smoothedSigmoid) sum(t float64) float64 {
	square := float64(t * t)
	numerator, denominator := 2*square, 1+square
	sum := float64(g.center * (t / (1 + t)))
	for i := range g.pairs {
		k := float64(t * g.growth[i])
		sum += float64(g.weight[i] * ((k + numerator) / (k + denominator)))
	}
	return sum
}
