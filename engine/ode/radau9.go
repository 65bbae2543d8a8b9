package ode

import (
	"errors"
	"fmt"
	"math"

	"anisgd/kernels/elementary"
)

// ErrNoConvergence is returned by Trial when the equations of an implicit step
// could not be solved: smaller steps are then tried.
var ErrNoConvergence = errors.New("ode: the iteration for an implicit step does not converge")

// Radau9 is the Radau IIA method of five stages, of order 9, as a Stepper for stiff
// systems over long times: L-stable, so that components which have decayed put no
// limit on the step. The stages are found by a simplified Newton iteration, with
// the methods of Hairer and Wanner's code RADAU (Stiff differential equations
// solved by Radau methods, J. Comput. Appl. Math. 111 (1999) 93–111, and Solving
// Ordinary Differential Equations II, section IV.8) for its start, its end, its
// Jacobians and the error estimate, or by the system's own StageSolver. It
// allocates nothing after NewRadau9 and is not safe for concurrent use.
//
// The error estimate, of size h⁶, is much larger than the error of the step, of
// size h¹⁰. So that steps err by about the tolerance, the estimate is held to the
// tolerance times 0.1·Relative^(−2/5) (Absolute where Relative is 0): relative
// 0.1·Relative^(3/5), as in RADAU.
//
// Dense output has order 6: it is the collocation polynomial, of order 5,
// corrected for the slope at the start of the step. Components that stiffness ties
// to others have no error at the ends of steps, but in between one of order 5. The
// jump of the slope between two steps shows it and is part of the error norm, so
// that dense output errs everywhere by a fraction of what the estimate may be.
type Radau9 struct {
	system          System
	jacobian        Jacobian
	linearization   Linearization // or nil: Newton's iteration
	stageSolver     StageSolver   // or nil
	tolerance       Tolerance     // of the error estimate and the Newton iteration
	newtonTolerance float64       // relative to tolerance

	time float64
	step float64 // size of the last trial
	// state is the current one. other is the trial, and after Accept the start
	// of the step just accepted.
	state, other []float64
	slope        []float64 // at the current state
	stage        []float64 // argument of a stage, other scratch
	// trial and accepted describe a step each: the increments of the stages and
	// the error estimate, for dense output and as a start for the next step.
	trial, accepted [RadauStages + 1][]float64
	acceptedStep    float64 // 0: none since Reset
	// unknowns are those of the iteration, T⁻¹ times the increments of the stages,
	// and corrections what is added to them.
	unknowns, corrections [RadauStages][]float64
	scale                 []float64 // reciprocals of what the components may err by
	phase                 phase
	rejected              bool // whether a trial from the current state was

	linearized   bool               // whether the Jacobian belongs to the current state
	linearizedAt linearizationPoint // where it was made; a StageSolver knows that itself
	outdated     bool               // whether it must be made anew for the next trial
	factoredStep float64            // step for which it was factored; 0: none
	convergence  float64            // factor from the last increment to the error, of the last iteration
	evaluations  int
}

// NewRadau9 returns a stepper with a zero state; set it by State before Reset. The
// Jacobian must be a StageSolver, which then solves the equations of the steps, or a
// Linearization.
func NewRadau9(system System, jacobian Jacobian, tolerance Tolerance) (*Radau9, error) {
	n := system.Dim()
	if n < 1 {
		return nil, fmt.Errorf("ode: system of dimension %d", n)
	}
	if err := tolerance.validate(); err != nil {
		return nil, err
	}
	size := tolerance.Relative
	if size == 0 {
		size = tolerance.Absolute
	}
	raised := 0.1 * elementary.Pow(size, 0.6)
	vector := func() []float64 { return make([]float64, n) }
	r := &Radau9{
		system:   system,
		jacobian: jacobian,
		tolerance: Tolerance{
			Relative: raised * (tolerance.Relative / size),
			Absolute: raised * (tolerance.Absolute / size),
		},
		newtonTolerance: max(10*unitRoundoff/raised, min(0.03, math.Sqrt(raised))),
		state:           vector(), other: vector(), slope: vector(), stage: vector(), scale: vector(),
	}
	switch solver := jacobian.(type) {
	case StageSolver:
		r.stageSolver = solver
	case Linearization:
		r.linearization = solver
		r.linearizedAt = linearizationPoint{state: vector(), slope: vector()}
	default:
		return nil, fmt.Errorf("ode: %T solves no equations of implicit steps", jacobian)
	}
	for i := range r.trial {
		r.trial[i], r.accepted[i] = vector(), vector()
	}
	for i := range r.unknowns {
		r.corrections[i] = vector()
		if r.stageSolver == nil {
			r.unknowns[i] = vector()
		}
	}
	return r, nil
}

// State is the current state, of length Dim. The slice is the stepper's own: it
// may be written before Reset only, and is good until the next Accept.
func (r *Radau9) State() []float64 { return r.state }

// Order is 9.
func (r *Radau9) Order() int { return 9 }

// ErrorOrder is 5.
func (r *Radau9) ErrorOrder() int { return 5 }

// Time is that of State.
func (r *Radau9) Time() float64 { return r.time }

// Evaluations counts calls of the system's Derivative, and what the linearization
// says its Jacobians and its stages cost.
func (r *Radau9) Evaluations() int { return r.evaluations }

// Reset starts at t from State; it evaluates the system once.
func (r *Radau9) Reset(t float64) error {
	r.time = t
	r.derivative(r.slope, t, r.state)
	r.phase = ready
	r.rejected = false
	r.acceptedStep = 0
	r.linearized, r.outdated = false, true
	r.convergence = 1
	if r.stageSolver != nil {
		r.stageSolver.Restart()
	}
	return nil
}

// Trial attempts a step of size h; see Stepper. It returns ErrNoConvergence
// when Newton's iteration, with a Jacobian of the current state, does not lead
// to a solution. It panics before the first Reset.
func (r *Radau9) Trial(h float64) (errorNorm float64, err error) {
	switch r.phase {
	case unset:
		panic("ode: Trial before Reset")
	case accepted:
		r.slopeAtEnd()
	case tried:
		r.rejected = true
	}
	r.step = h
	r.phase = ready // until there is a trial
	if r.outdated {
		r.linearize()
	}
	outcome := r.solve(h)
	if outcome > ConvergedSlowly && !r.linearized {
		r.linearize()
		outcome = r.solve(h)
	}
	if outcome > ConvergedSlowly {
		r.rejected = true
		if outcome == Diverged {
			return 0, ErrNoConvergence
		}
		return math.NaN(), nil
	}
	r.outdated = outcome == ConvergedSlowly
	r.phase = tried
	if !finite(r.other) {
		return math.NaN(), nil
	}
	return r.estimate(h), nil
}

// slopeAtEnd is the slope at the state just reached. The stages of a StageSolver are
// exact to its precision, and so is then the slope of their polynomial.
func (r *Radau9) slopeAtEnd() {
	if r.stageSolver == nil {
		r.derivative(r.slope, r.time, r.state)
		return
	}
	combine5(r.slope, r.state, 0, 1/r.acceptedStep, &RadauCollocation.Inverse[RadauStages-1], &r.accepted)
}

// estimate leaves the error estimate of the trial for dense output and returns
// its norm. It is (γ/h − J)⁻¹ (f(t, y) − u'(t)) with the collocation polynomial
// u, the difference to an embedded method of order 5 but for the factor
// (1 − hJ/γ)⁻¹, which keeps it bounded where the system is stiff. Before a
// rejection for an estimate that a transient dominates, in a first step or after
// a rejection, f is taken at the state corrected by the estimate. For the sake
// of dense output the norm is at least that of kink.
func (r *Radau9) estimate(h float64) (norm float64) {
	defect := r.trial[RadauStages]
	r.defect(defect, h, r.slope)
	norm = r.norm(defect)
	if norm >= 1 && (r.rejected || r.acceptedStep == 0) {
		for i, y := range r.state {
			r.stage[i] = y + defect[i]
		}
		slope, repeated := r.corrections[0], r.corrections[1]
		r.derivative(slope, r.time, r.stage)
		r.defect(repeated, h, slope)
		// NaN: the corrected state is outside the domain of f.
		if n := r.norm(repeated); !math.IsNaN(n) {
			norm = n
		}
	}
	if r.acceptedStep > 0 {
		norm = max(norm, r.kink(h))
	}
	return norm
}

// kink is the norm of the jump of the slope of the collocation polynomials, u of the
// trial and v of the step before, as (v' − u')(t)·h/γ: the error estimate without
// its damping. A stiff component follows the others without an error at the ends
// of steps, whatever their size, but not between them; there its error is
// ω(θ)/720·h⁶ times the sixth derivative, with ω = θ Π_i (θ−c_i), at most 0.9 of this.
//
// The jump is then (ω'(0)·h⁵ − ω'(1)·h_v⁵)/720 times that, where ω'(0) = −1/126 and
// ω'(1) = 5/126. After a longer step it is scaled to what it would be for equal
// ones, so that it falls with h⁶ when the trial is repeated.
func (r *Radau9) kink(h float64) float64 {
	ratio := h / r.acceptedStep
	jump := r.corrections[0]
	combine5(jump, r.slope, 0, -1/RadauCollocation.Shift, &radauSlopeAtStart, &r.trial)
	var atEnd [RadauStages]float64
	for i, weight := range radauSlopeAtEnd {
		atEnd[i] = ratio * weight / RadauCollocation.Shift
	}
	combine5(jump, jump, 1, 1, &atEnd, &r.accepted)
	norm := r.norm(jump)
	if ratio < 1 {
		square := float64(ratio * ratio)
		power := float64(float64(square*square) * ratio)
		norm *= 6 * power / (power + 5)
	}
	return norm
}

// defect writes (γ/h − J)⁻¹ (slope − u'(t)) to dst.
func (r *Radau9) defect(dst []float64, h float64, slope []float64) {
	combine5(dst, slope, 1, -1/h, &radauSlopeAtStart, &r.trial)
	r.jacobian.SolveReal(dst)
}

// combine5 writes a·base + b·Σ_i weights[i] vectors[i], summed in the order of i.
func combine5(dst, base []float64, a, b float64, weights *[RadauStages]float64, vectors *[RadauStages + 1][]float64) {
	w0, w1, w2, w3, w4 := weights[0], weights[1], weights[2], weights[3], weights[4]
	n := len(dst)
	v0, v1, v2, v3, v4 := vectors[0][:n], vectors[1][:n], vectors[2][:n], vectors[3][:n], vectors[4][:n]
	base = base[:n]
	for i := range dst {
		sum := math.FMA(w4, v4[i], math.FMA(w3, v3[i], math.FMA(w2, v2[i], math.FMA(w1, v1[i], float64(w0*v0[i])))))
		dst[i] = math.FMA(b, sum, float64(a*base[i]))
	}
}

// Accept makes the last trial the current state. It panics without a trial.
func (r *Radau9) Accept() {
	if r.phase != tried {
		panic("ode: Accept without a trial")
	}
	r.state, r.other = r.other, r.state
	r.trial, r.accepted = r.accepted, r.trial
	r.acceptedStep = r.step
	r.time += r.step
	r.linearized = false
	r.rejected = false
	r.phase = accepted
	if r.stageSolver != nil {
		r.stageSolver.Advance()
	}
}

// Interpolate writes the state at time Time − (1−theta)·h to dst, where h is
// the size of the last accepted step and theta is in [0, 1]. theta = 1 is
// exactly the current state, at any time; other values need that no trial and
// no Reset came after Accept. It panics otherwise.
func (r *Radau9) Interpolate(dst []float64, theta float64) {
	if len(dst) != len(r.state) {
		panic(fmt.Sprintf("ode: interpolation of a state of length %d into one of length %d", len(r.state), len(dst)))
	}
	if theta == 1 {
		copy(dst, r.state)
		return
	}
	if r.phase != accepted || !(theta >= 0 && theta < 1) {
		panic(fmt.Sprintf("ode: no accepted step to interpolate at %v", theta))
	}
	weights := denseWeights(theta)
	combine(dst, r.other, 1, weights[:], r.accepted[:])
}

// InitialStep proposes the first step size by Hairer's heuristic with one
// evaluation. It must directly follow Reset.
func (r *Radau9) InitialStep(end float64) float64 {
	if r.phase != ready {
		panic("ode: InitialStep not after Reset")
	}
	return initialStep(r.derivative, r.tolerance, r.ErrorOrder(), r.time, end, r.state, r.slope, r.stage, r.other)
}

func (r *Radau9) derivative(dydt []float64, t float64, y []float64) {
	r.system.Derivative(dydt, t, y)
	r.evaluations++
}

func (r *Radau9) linearize() {
	r.evaluations += r.jacobian.Linearize(r.time, r.state, r.slope)
	if r.stageSolver == nil {
		r.linearizedAt.time = r.time
		copy(r.linearizedAt.state, r.state)
		copy(r.linearizedAt.slope, r.slope)
	}
	r.linearized, r.outdated = true, false
	r.factoredStep = 0
}
