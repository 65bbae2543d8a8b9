package gauss

import (
	"math"

	"anisgd/kernels/elementary"
)

const (
	// windowDepth is how far below its maximum, as a logarithm, an integrand
	// is followed: what is left out is about e^{−33} = 5e-15 of it.
	windowDepth = 33

	// exponentialMargin is a margin above which 1 + e^{−s} rounds to 1.
	exponentialMargin = 37

	// coarseVariance is the variance from which the lattice of spacing ½ errs by
	// less than 1e-13. That of spacing ¼ does from narrowVariance.
	coarseVariance = 2
)

var (
	fineLattice   = newLogisticLattice(0.25, -12)
	coarseLattice = newLogisticLattice(0.5, -36)
)

// expectLogisticWide is the sum over the lattice, for finite mean ≥ 0 and
// narrowVariance ≤ variance < ∞.
func expectLogisticWide(mean, variance float64) Logistic {
	depth := float64(math.Sqrt(2*windowDepth) * math.Sqrt(variance))
	low := (mean - float64(2*variance)) - depth
	if low > exponentialMargin {
		// The mass of e^{−s}N(s) sits around mean − variance and that of
		// e^{−2s}N(s) around mean − 2 variance, both where 1 + e^{−s} is 1.
		first := elementary.Exp(float64(0.5*variance) - mean)
		return Logistic{first, first, first, elementary.Exp(2 * (variance - mean))}
	}

	// With tilt = mean/variance and N₀ ~ N(0, variance), the integrands fall off to
	// the left of zero like e^{s(1 + tilt)}N₀(s), and to the right no faster than
	// e^{−s(1 − tilt)}N₀(s), which is largest at mean − variance where tilt > 1. The
	// left end is that of the second moment, whose mass is farthest left.
	tilt := mean / variance
	spread := 2 * windowDepth / variance
	low = math.Max(low, -2*windowDepth/((1+tilt)+math.Sqrt(float64((1+tilt)*(1+tilt))+spread)))
	high := (mean - variance) + depth
	if tilt < 1 {
		high = 2 * windowDepth / ((1 - tilt) + math.Sqrt(float64((1-tilt)*(1-tilt))+spread))
	}

	lattice := coarseLattice
	if variance < coarseVariance {
		lattice = fineLattice
	}
	hessian, second, risk := lattice.sum(mean, variance, low, high)
	if high > latticeEnd {
		first, square := lattice.exponentialSum(mean, variance, high)
		hessian += first
		second += square
		risk += first
	}
	smooth := newTail(mean, variance+1)
	second += smooth.probability()
	risk += expectedShortfall(variance+1, smooth)
	return Logistic{Risk: risk, Gradient: hessian + second, Hessian: hessian, SecondMoment: second}
}
