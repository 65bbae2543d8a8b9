package ode

import (
	"math"

	"anisgd/kernels/elementary"
)

const (
	unitRoundoff = 0x1p-53
	// maxIterations bounds the Newton iterations of a trial.
	maxIterations = 12
	// fastContraction is the rate of convergence up to which the Jacobian
	// serves for the next step as well.
	fastContraction = 1e-3
	// trustedConvergence bounds from below the factor with which a first
	// correction is judged by the convergence of the last trial.
	trustedConvergence = 1e-3
)

// solve finds the stages of a step of size h and leaves the state at its end in
// other. The unknowns are w, with the increments T w of the stages:
//
//	(Λ/h ⊗ 1) w = (T⁻¹ ⊗ 1) F,   F_i = f(t + c_i h, y + Σ_k T_ik w_k).
//
// An iteration replaces w by w + (Λ/h ⊗ 1 − 1 ⊗ J)⁻¹ (T⁻¹F − (Λ/h)w).
//
// If each correction is θ times the one before, the error left is the last one
// times θ/(1−θ). The iteration ends when that is below the tolerance, and is
// given up when it will not be so within maxIterations.
func (r *Radau9) solve(h float64) Convergence {
	if r.factoredStep != h {
		r.factor(h)
	}
	if r.stageSolver != nil {
		return r.solveStages(h)
	}
	r.start(h)
	// Before there are two corrections to compare, the factor of the last
	// trial is trusted almost, and a very small one not at all: steps may grow.
	factor := elementary.Pow(max(r.convergence, trustedConvergence), 0.8)
	var previous, previousRatio, contraction float64
	for i := 1; ; i++ {
		r.iterate(h)
		norm := r.correctionNorm()
		if !(norm <= math.MaxFloat64) {
			return Overflowed
		}
		if i > 1 {
			ratio := norm / previous
			contraction = ratio
			if i > 2 {
				contraction = math.Sqrt(ratio * previousRatio)
			}
			previousRatio = ratio
			if contraction >= 0.99 {
				return Diverged
			}
			factor = contraction / (1 - contraction)
		}
		left := factor * norm
		if left <= r.newtonTolerance {
			r.convergence = factor
			if contraction > fastContraction {
				return ConvergedSlowly
			}
			return Converged
		}
		for range maxIterations - i {
			left *= contraction
		}
		if i == maxIterations || i > 1 && left > r.newtonTolerance {
			return Diverged
		}
		previous = max(norm, unitRoundoff)
	}
}

// factor prepares the solutions with the Jacobian for a step of size h.
func (r *Radau9) factor(h float64) {
	k := &RadauCollocation
	r.jacobian.Factor(k.Shift/h, [2]complex128{
		complex(real(k.ComplexShifts[0])/h, imag(k.ComplexShifts[0])/h),
		complex(real(k.ComplexShifts[1])/h, imag(k.ComplexShifts[1])/h),
	})
	r.factoredStep = h
}

// solveStages is solve by the system's own solver.
func (r *Radau9) solveStages(h float64) Convergence {
	var increments [RadauStages][]float64
	copy(increments[:], r.trial[:])
	precision := r.newtonTolerance * max(r.tolerance.Relative, unitRoundoff)
	evaluations, convergence := r.stageSolver.SolveStages(r.time, h, r.state, increments, precision)
	r.evaluations += evaluations
	if convergence > ConvergedSlowly {
		return convergence
	}
	for i, y := range r.state {
		r.other[i] = y + increments[RadauStages-1][i]
	}
	r.weigh()
	return convergence
}

// start guesses the increments of a step of size h from the step before, and the
// unknowns that belong to them.
func (r *Radau9) start(h float64) {
	if r.acceptedStep == 0 {
		for i, w := range r.unknowns {
			clear(w)
			clear(r.trial[i])
		}
		return
	}
	m := extrapolation(h / r.acceptedStep)
	for i := range m {
		combine(r.trial[i], nil, 1, m[i][:], r.accepted[:])
	}
	for k, w := range r.unknowns {
		combine(w, nil, 1, RadauCollocation.InverseTransform[k][:], r.trial[:RadauStages])
	}
}

// iterate makes one Newton iteration: the corrections, the increments of the stages
// with them, and the state at the end of the step.
func (r *Radau9) iterate(h float64) {
	for i, slope := range r.corrections {
		for l, y := range r.state {
			r.stage[l] = y + r.trial[i][l]
		}
		r.derivative(slope, math.FMA(RadauCollocation.Nodes[i], h, r.time), r.stage)
	}
	r.residual(h)
	d, w := &r.corrections, &r.unknowns
	r.linearization.SolveReal(d[0])
	r.linearization.SolveComplex(0, d[1], d[2])
	r.linearization.SolveComplex(1, d[3], d[4])
	for k, correction := range d {
		unknown := w[k]
		for i, v := range correction {
			unknown[i] += v
		}
	}
	for i := range RadauStages {
		combine(r.trial[i], nil, 1, RadauCollocation.Transform[i][:], w[:])
	}
	for i, y := range r.state {
		r.other[i] = y + r.trial[RadauStages-1][i]
	}
}

// residual replaces the slopes F of the stages by T⁻¹F − (Λ/h)w.
func (r *Radau9) residual(h float64) {
	k := &RadauCollocation
	shift := k.Shift / h
	re0, im0 := real(k.ComplexShifts[0])/h, imag(k.ComplexShifts[0])/h
	re1, im1 := real(k.ComplexShifts[1])/h, imag(k.ComplexShifts[1])/h
	n := len(r.state)
	d0, d1, d2, d3, d4 := r.corrections[0][:n], r.corrections[1][:n], r.corrections[2][:n], r.corrections[3][:n], r.corrections[4][:n]
	w0, w1, w2, w3, w4 := r.unknowns[0][:n], r.unknowns[1][:n], r.unknowns[2][:n], r.unknowns[3][:n], r.unknowns[4][:n]
	for i := range n {
		f := [RadauStages]float64{d0[i], d1[i], d2[i], d3[i], d4[i]}
		d0[i] = math.FMA(-shift, w0[i], transformed(0, &f))
		d1[i] = math.FMA(im0, w2[i], math.FMA(-re0, w1[i], transformed(1, &f)))
		d2[i] = math.FMA(-im0, w1[i], math.FMA(-re0, w2[i], transformed(2, &f)))
		d3[i] = math.FMA(im1, w4[i], math.FMA(-re1, w3[i], transformed(3, &f)))
		d4[i] = math.FMA(-im1, w3[i], math.FMA(-re1, w4[i], transformed(4, &f)))
	}
}

// transformed is row k of T⁻¹F.
func transformed(k int, f *[RadauStages]float64) float64 {
	row := &RadauCollocation.InverseTransform[k]
	return math.FMA(row[4], f[4], math.FMA(row[3], f[3], math.FMA(row[2], f[2], math.FMA(row[1], f[1], float64(row[0]*f[0])))))
}

// weigh computes the scales from the ends of the trial.
func (r *Radau9) weigh() {
	relative, absolute := r.tolerance.Relative, r.tolerance.Absolute
	for i, y := range r.state {
		r.scale[i] = 1 / math.FMA(relative, max(math.Abs(y), math.Abs(r.other[i])), absolute)
	}
}

// correctionNorm is the root mean square of the corrections relative to the
// tolerance, in the order of Tolerance.norm. It leaves the scales.
func (r *Radau9) correctionNorm() float64 {
	r.weigh()
	var lanes [4]float64
	for _, correction := range r.corrections {
		for i, v := range correction {
			if v == 0 {
				continue
			}
			v *= r.scale[i]
			lanes[i&3] = math.FMA(v, v, lanes[i&3])
		}
	}
	sum := (lanes[0] + lanes[1]) + (lanes[2] + lanes[3])
	return math.Sqrt(sum / float64(RadauStages*len(r.state)))
}

// norm is that of an error of the trial, as Tolerance.norm with the scales that
// the last iteration left.
func (r *Radau9) norm(v []float64) float64 {
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
