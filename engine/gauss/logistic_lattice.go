package gauss

import (
	"math"

	"anisgd/kernels/elementary"
)

// The trapezoidal rule on a lattice fixed in s.
//
// Write E f(s) = ∫ f(s) N(s) ds with the density N of the margin. On the whole
// line the trapezoidal rule with spacing h converges exponentially: moving the
// contour to Im s = a multiplies the error by e^{−2πa/h} and |N| by
// e^{a²/(2 variance)}, where a may reach the poles of σ at ±iπ. So the relative
// error is about
//
//	e^{−2π²/h + π²/(2 variance)}   and   e^{−2π² variance/h²},
//
// whatever the mean is (Trefethen and Weideman, The exponentially convergent
// trapezoidal rule, SIAM Review 56, 2014). Because the nodes do not move, the
// functions are tabulated and a call computes Gaussian weights only, by a
// recurrence of two multiplications per node.
//
// For s → −∞ the functions grow or stay constant, and the Gaussian may reach far
// out there. What they do there is split off in a smooth form whose expectation
// is closed: with an independent z ~ N(0, 1) and its distribution function Φ,
//
//	σ(−s)²        = P(s + z < 0 | s)        + excess₂(s),
//	log(1+e^{−s}) = E[max(−(s + z), 0) | s] + excess₁(s),     s + z ~ N(mean, variance + 1).
//
// Both excesses decay like e^{−|s|} or faster and stay below three times the
// function itself, and what is split off is entire in s: neither accuracy in
// the tail nor convergence is lost. The Hessian decays by itself, and the
// gradient is the sum of Hessian and second moment, both positive.

// A logisticLattice holds the functions at the nodes s = index·spacing from
// first·width to latticeEnd.
type logisticLattice struct {
	spacing float64
	first   int
	blocks  []logisticBlock
}

// lanes is the number of nodes in a block, each with its own recurrence for the
// weights: independent work for the processor, and rounding errors that grow
// with the square of a quarter of the number of nodes only.
const lanes = 4

type logisticBlock struct {
	hessian [lanes]float64 // σ(s)σ(−s)
	second  [lanes]float64 // excess₂ = σ(−s)² − Φ(−s)
	risk    [lanes]float64 // excess₁ = log(1+e^{−s}) − E max(−(s + z), 0)
}

const (
	// latticeEnd is where the tables end, a multiple of the blocks' widths. No
	// window reaches it for a mean ≤ 40. Beyond it the functions are e^{−s},
	// e^{−2s} and e^{−s} to better than 1e-27.
	latticeEnd = 64

	// underflowExponent is a logarithm below which every result is zero.
	underflowExponent = -760
)

// newLogisticLattice tabulates the functions from s = start, a multiple of the width
// of a block, to latticeEnd.
func newLogisticLattice(spacing, start float64) *logisticLattice {
	l := &logisticLattice{spacing: spacing}
	l.first = int(start / l.width())
	l.blocks = make([]logisticBlock, int(latticeEnd/l.width())-l.first)
	for i := range l.blocks {
		block := &l.blocks[i]
		for lane := range lanes {
			s := float64((l.first+i)*lanes+lane) * spacing
			block.hessian[lane], block.second[lane], block.risk[lane] = latticeFunctions(s)
		}
	}
	return l
}

// width is the length of a block in s.
func (l *logisticLattice) width() float64 { return float64(lanes * l.spacing) }

// latticeFunctions returns σ(s)σ(−s), excess₂(s) and excess₁(s). The first and the
// last are even in s.
func latticeFunctions(s float64) (hessian, second, risk float64) {
	distance := math.Abs(s)
	e := elementary.Exp(-distance)
	down := e / (1 + e) // σ(−|s|)
	hessian = down / (1 + e)
	normal := newTail(distance, 1)
	risk = elementary.Log1p(e) - expectedShortfall(1, normal)
	second = float64(down*down) - normal.probability()
	if s < 0 { // (1 − σ(−|s|))² − (1 − Φ(−|s|))
		second = normal.probability() - float64(down*(2-down))
	}
	return hessian, second, risk
}

// sum returns spacing·Σ N(s)·(σ(s)σ(−s), excess₂(s), excess₁(s)) over the blocks that
// meet [low, high].
//
// Blocks are added in the order of s, each as (lane 0 + lane 1) + (lane 2 + lane 3).
// The weight w of a lane runs through w ← w·r, r ← r·q with q = e^{−width²/variance}.
func (l *logisticLattice) sum(mean, variance, low, high float64) (hessian, second, risk float64) {
	width := l.width()
	from := int(math.Floor(low/width)) - l.first
	to := int(math.Floor(math.Min(high, latticeEnd-width)/width)) + 1 - l.first
	if from >= to {
		return 0, 0, 0
	}
	blocks := l.blocks[from:to]

	distance := mean - float64(float64(l.first+from)*width)
	// Half of the first weight's exponent enters before the sum and half after
	// it, so that a weight far from the mean cannot underflow before the result does.
	half := elementary.Exp(-0.25 * (distance * (distance / variance)))
	slope := float64(l.spacing * (distance / variance))
	curvature := l.spacing * l.spacing / variance
	next := elementary.Exp(slope - float64(0.5*curvature)) // N(s + spacing)/N(s) at the first node
	bend := elementary.Exp(-curvature)                     // and its change from node to node
	w0 := half
	w1 := w0 * next
	w2 := w1 * (next * bend)
	w3 := w2 * (next * (bend * bend))
	bend *= bend
	bend *= bend
	r0 := elementary.Exp(float64(lanes*slope) - float64(0.5*lanes*lanes*curvature)) // N(s + width)/N(s)
	r1 := r0 * bend
	r2 := r1 * bend
	r3 := r2 * bend
	q := elementary.Exp(-lanes * lanes * curvature)
	for i := range blocks {
		b := &blocks[i]
		hessian += (float64(w0*b.hessian[0]) + float64(w1*b.hessian[1])) + (float64(w2*b.hessian[2]) + float64(w3*b.hessian[3]))
		second += (float64(w0*b.second[0]) + float64(w1*b.second[1])) + (float64(w2*b.second[2]) + float64(w3*b.second[3]))
		risk += (float64(w0*b.risk[0]) + float64(w1*b.risk[1])) + (float64(w2*b.risk[2]) + float64(w3*b.risk[3]))
		w0 *= r0
		w1 *= r1
		w2 *= r2
		w3 *= r3
		r0 *= q
		r1 *= q
		r2 *= q
		r3 *= q
	}
	scale := l.spacing / (sqrtTwoPi * math.Sqrt(variance)) * half
	return float64(hessian * scale), float64(second * scale), float64(risk * scale)
}

// exponentialSum returns spacing·Σ N(s)·(e^{−s}, e^{−2s}) over the nodes from
// latticeEnd to high. It is reached only for means above 40 and evaluates every
// weight by itself.
func (l *logisticLattice) exponentialSum(mean, variance, high float64) (first, second float64) {
	largest := -0.5 * (mean * (mean / variance))
	if mean > variance {
		largest = float64(0.5*variance) - mean
	}
	if largest < underflowExponent {
		return 0, 0
	}
	for s := float64(latticeEnd); s <= high; s += l.spacing {
		distance := s - mean
		exponent := float64(-0.5 * (distance * (distance / variance)))
		first += elementary.Exp(exponent - s)
		second += elementary.Exp(exponent - float64(2*s))
	}
	scale := l.spacing / (sqrtTwoPi * math.Sqrt(variance))
	return float64(first * scale), float64(second * scale)
}
