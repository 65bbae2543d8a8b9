package spectrum

import (
	"math"
	"sync"

	"anisgd/kernels/elementary"
)

// rulePoints is the order of the quadrature of consecutive modes: sums of
// polynomials up to the degree 2·rulePoints − 1 are exact.
const rulePoints = 20

// rule is a Gauss quadrature on [−1, 1] for the uniform measure of total weight 1.
type rule struct {
	points, weights [rulePoints]float64
}

// legendre is that of the continuous measure.
var legendre = sync.OnceValue(func() *rule {
	var r rule
	for i := range r.points {
		r.points[i] = -elementary.Cos(math.Pi * (float64(i) + 0.75) / (rulePoints + 0.5))
	}
	r.refine(math.Inf(1), 8)
	return &r
})

// consecutive is the rule for count equal weights at the positions (2i + 1)/count − 1,
// i = 0 … count−1: Gauss quadrature of a discrete measure, whose orthogonal
// polynomials are those of Gram (discrete Chebyshev polynomials). With it a sum over
// very many modes costs rulePoints evaluations and stays a sum: replacing it by an
// integral would err by O(1/count). The count must be much larger than
// rulePoints², or +Inf.
func consecutive(count float64) *rule {
	if count > 1e12 {
		return legendre() // 1 − k²/count² = 1 to the last bit
	}
	r := *legendre()
	r.refine(count, 4)
	return &r
}

// refine improves the points by Newton's method on the orthogonal polynomial, whose
// recurrence is p_{k+1} = x p_k − β_k p_{k−1} with β_k = k²(1 − k²/count²)/(4k² − 1), and
// evaluates the weights: 1/Σ p_k²/‖p_k‖² (Christoffel).
func (r *rule) refine(count float64, iterations int) {
	var beta [rulePoints]float64
	for k := 1; k < rulePoints; k++ {
		k2 := float64(k * k)
		beta[k] = k2 * (1 - k2/count/count) / math.FMA(4, k2, -1)
	}
	for i, x := range r.points {
		for range iterations {
			p, before := x, 1.0
			slope, slopeBefore := 1.0, 0.0
			for k := 1; k < rulePoints; k++ {
				p, before, slope, slopeBefore = math.FMA(x, p, -float64(beta[k]*before)), p,
					math.FMA(x, slope, math.FMA(-beta[k], slopeBefore, p)), slope
			}
			x -= p / slope
		}
		r.points[i] = x
		total, norm2 := 1.0, 1.0
		p, before := x, 1.0
		for k := 1; k < rulePoints; k++ {
			norm2 *= beta[k]
			total += p * p / norm2
			p, before = math.FMA(x, p, -float64(beta[k]*before)), p
		}
		r.weights[i] = 1 / total
	}
	for i := range rulePoints / 2 {
		j := rulePoints - 1 - i
		x := (r.points[j] - r.points[i]) / 2
		r.points[i], r.points[j] = -x, x
	}
}

// powerMoments writes ∫₀¹ v^σ T_k(2v − 1) dv for k < len(dst), σ > −1, by the forward
// recurrence of QUADPACK's dqmomo (Piessens and others, 1983).
func powerMoments(dst []float64, sigma float64) {
	dst[0] = 1 / (sigma + 1)
	dst[1] = dst[0] * sigma / (sigma + 2)
	for k := 2; k < len(dst); k++ {
		n := float64(k)
		// In units in which the interval has length 1: 2^(σ+1) of [−1, 1] becomes 1.
		dst[k] = -math.FMA(float64(n*(n-(sigma+2))), dst[k-1], 1) / ((n - 1) * (n + sigma + 1))
	}
}
