package ode

import (
	"math"

	"anisgd/kernels/elementary"
)

const (
	unitRoundoff = 0x1p-53
	// maxIterations bounds the Newton iterations of a trial.
	maxIterations = 7
	// fastContraction is the rate of convergence up to which the Jacobian
	// serves for the next step as well.
	fastContraction = 1e-3
)

// outcome is what became of a Newton iteration.
type outcome uint8

const (
	converged outcome = iota
	diverged
	notFinite
)

// solve finds the transformed unknowns w of a step of size h, so that
//
//	(Λ/h ⊗ 1) w = (T⁻¹ ⊗ 1) F,   F_i = f(t + c_i h, y + Σ_k T_ik w_k),
//
// and leaves the state at its end in other. An iteration replaces w by
// w + (Λ/h ⊗ 1 − 1 ⊗ J)⁻¹ (T⁻¹F − (Λ/h)w).
//
// If each increment is θ times the one before, the error left is the last one
// times θ/(1−θ). The iteration ends when that is below the tolerance, and is
// given up when it will not be so within maxIterations.
func (r *Radau5) solve(h float64) outcome {
	if r.factoredStep != h {
		r.linearization.Factor(radauReal/h, complex(radauRe/h, radauIm/h))
		r.factoredStep = h
	}
	r.start(h)
	// Before there are two increments to compare, the factor of the last
	// trial is trusted almost.
	factor := elementary.Pow(max(r.convergence, unitRoundoff), 0.8)
	var previous, previousRatio, contraction float64
	for i := 1; ; i++ {
		r.iterate(h)
		norm := r.incrementNorm()
		if !(norm <= math.MaxFloat64) {
			return notFinite
		}
		if i > 1 {
			ratio := norm / previous
			contraction = ratio
			if i > 2 {
				contraction = math.Sqrt(ratio * previousRatio)
			}
			previousRatio = ratio
			if contraction >= 0.99 {
				return diverged
			}
			factor = contraction / (1 - contraction)
		}
		left := factor * norm
		if left <= r.newtonTolerance {
			r.convergence = factor
			r.outdated = contraction > fastContraction
			return converged
		}
		for range maxIterations - i {
			left *= contraction
		}
		if i == maxIterations || i > 1 && left > r.newtonTolerance {
			return diverged
		}
		previous = max(norm, unitRoundoff)
	}
}

// start guesses the unknowns of a step of size h from the step before.
func (r *Radau5) start(h float64) {
	if r.acceptedStep == 0 {
		for _, w := range r.trial[:3] {
			clear(w)
		}
		return
	}
	m := extrapolation(h / r.acceptedStep)
	w0, w1, w2 := r.trial[0], r.trial[1], r.trial[2]
	a1, a2, a3 := r.accepted[1], r.accepted[2], r.accepted[3]
	for i, a := range r.accepted[0] {
		b, c, d := a1[i], a2[i], a3[i]
		w0[i] = math.FMA(m[0][3], d, dot3(&m[0], a, b, c))
		w1[i] = math.FMA(m[1][3], d, dot3(&m[1], a, b, c))
		w2[i] = math.FMA(m[2][3], d, dot3(&m[2], a, b, c))
	}
}

// iterate makes one Newton iteration: the increments, the unknowns with them
// added, and the state at the end of the step.
func (r *Radau5) iterate(h float64) {
	for i, slope := range r.increments {
		r.stageState(r.stage, i)
		r.derivative(slope, math.FMA(radauNodes[i], h, r.time), r.stage)
	}
	shift, re, im := radauReal/h, radauRe/h, radauIm/h
	d0, d1, d2 := r.increments[0], r.increments[1], r.increments[2]
	w0, w1, w2 := r.trial[0], r.trial[1], r.trial[2]
	for i, a := range w0 {
		b, c := w1[i], w2[i]
		f0, f1, f2 := d0[i], d1[i], d2[i]
		d0[i] = math.FMA(-shift, a, transformed(0, f0, f1, f2))
		d1[i] = math.FMA(im, c, math.FMA(-re, b, transformed(1, f0, f1, f2)))
		d2[i] = math.FMA(-im, b, math.FMA(-re, c, transformed(2, f0, f1, f2)))
	}
	r.linearization.SolveReal(d0)
	r.linearization.SolveComplex(d1, d2)
	for i := range w0 {
		w0[i] += d0[i]
		w1[i] += d1[i]
		w2[i] += d2[i]
	}
	r.stageState(r.other, 2)
}

// stageState writes the state at stage i of the trial.
func (r *Radau5) stageState(dst []float64, i int) {
	t := &radauT[i]
	w0, w1, w2 := r.trial[0], r.trial[1], r.trial[2]
	for l, y := range r.state {
		dst[l] = y + math.FMA(t[2], w2[l], math.FMA(t[1], w1[l], float64(t[0]*w0[l])))
	}
}

// dot3 is the sum of the first three products.
func dot3(row *[4]float64, a, b, c float64) float64 {
	return math.FMA(row[2], c, math.FMA(row[1], b, float64(row[0]*a)))
}

// transformed is row k of T⁻¹F.
func transformed(k int, f0, f1, f2 float64) float64 {
	row := &radauInverse[k]
	return math.FMA(row[2], f2, math.FMA(row[1], f1, float64(row[0]*f0)))
}

// incrementNorm is the root mean square of the increments relative to the
// tolerance, in the order of Tolerance.norm. It leaves the scales.
func (r *Radau5) incrementNorm() float64 {
	relative, absolute := r.tolerance.Relative, r.tolerance.Absolute
	d0, d1, d2 := r.increments[0], r.increments[1], r.increments[2]
	var lanes [4]float64
	for i, y := range r.state {
		scale := 1 / math.FMA(relative, max(math.Abs(y), math.Abs(r.other[i])), absolute)
		r.scale[i] = scale
		a, b, c := d0[i], d1[i], d2[i]
		if a == 0 && b == 0 && c == 0 {
			continue
		}
		a, b, c = a*scale, b*scale, c*scale
		lanes[i&3] = math.FMA(c, c, math.FMA(b, b, math.FMA(a, a, lanes[i&3])))
	}
	sum := (lanes[0] + lanes[1]) + (lanes[2] + lanes[3])
	return math.Sqrt(sum / float64(3*len(d0)))
}

// norm is that of an error of the trial, as Tolerance.norm with the scales that
// the last iteration left.
func (r *Radau5) norm(v []float64) float64 {
	var lanes [4]float64
	for i, x := range v {
		if x == 0 {
			continue
		}
		quotient := x * r.scale[i]
		lanes[i&3] = math.FMA(quotient, quotient, lanes[i&3])
	}
	sum := (lanes[0] + lanes[1]) + (lanes[2] + lanes[3])
	return math.Sqrt(sum / float64(len(v)))
}
