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

// Radau5 is the Radau IIA method of order 5 as a Stepper for stiff systems over
// long times: L-stable, so that components which have decayed put no limit on
// the step. Each trial solves for the three stages by a simplified Newton
// iteration, with the methods of Hairer and Wanner's code RADAU5 (Solving
// Ordinary Differential Equations II, section IV.8) for its start, its end, its
// Jacobians and the error estimate. It allocates nothing after NewRadau5 and is
// not safe for concurrent use.
//
// The error estimate, of size h⁴, is much larger than the error of the step,
// of size h⁶. So that steps err by about the tolerance, the estimate is held to
// the tolerance times 0.1·Relative^(−1/3) (Absolute where Relative is 0), as in
// RADAU5: relative 0.1·Relative^(2/3).
//
// Dense output has order 4: it is the collocation polynomial, of order 3,
// corrected for the slope at the start of the step by at most a quarter of the
// error estimate. Components that stiffness ties to others have no error at the ends
// of steps, but in between one of order 3. The jump of the slope between two
// steps shows it and is part of the error norm, so that dense output errs
// everywhere by a fraction of what the estimate may be.
type Radau5 struct {
	system          System
	linearization   Linearization
	tolerance       Tolerance // of the error estimate and the Newton iteration
	newtonTolerance float64   // relative to tolerance

	time float64
	step float64 // size of the last trial
	// state is the current one. other is the trial, and after Accept the start
	// of the step just accepted.
	state, other []float64
	slope        []float64 // at the current state
	stage        []float64 // argument of a stage, other scratch
	// trial and accepted describe a step each: the transformed unknowns and the
	// error estimate, for dense output and as a start for the next step.
	trial, accepted [4][]float64
	acceptedStep    float64 // 0: none since Reset
	increments      [3][]float64
	scale           []float64 // reciprocals of what the components may err by
	phase           phase
	rejected        bool // whether a trial from the current state was

	linearized   bool    // whether the Jacobian belongs to the current state
	outdated     bool    // whether it must be made anew for the next trial
	factoredStep float64 // step for which it was factored; 0: none
	convergence  float64 // factor from the last increment to the error, of the last iteration
	evaluations  int
}

// NewRadau5 returns a stepper with a zero state; set it by State before Reset.
func NewRadau5(system System, linearization Linearization, tolerance Tolerance) (*Radau5, error) {
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
	raised := 0.1 * elementary.Pow(size, 2.0/3)
	r := &Radau5{
		system:        system,
		linearization: linearization,
		tolerance: Tolerance{
			Relative: raised * (tolerance.Relative / size),
			Absolute: raised * (tolerance.Absolute / size),
		},
		newtonTolerance: max(10*unitRoundoff/raised, min(0.03, math.Sqrt(raised))),
		state:           make([]float64, n),
		other:           make([]float64, n),
		slope:           make([]float64, n),
		stage:           make([]float64, n),
		scale:           make([]float64, n),
	}
	for i := range r.trial {
		r.trial[i], r.accepted[i] = make([]float64, n), make([]float64, n)
	}
	for i := range r.increments {
		r.increments[i] = make([]float64, n)
	}
	return r, nil
}

// State is the current state, of length Dim. The slice is the stepper's own: it
// may be written before Reset only, and is good until the next Accept.
func (r *Radau5) State() []float64 { return r.state }

// Order is 5.
func (r *Radau5) Order() int { return 5 }

// ErrorOrder is 3.
func (r *Radau5) ErrorOrder() int { return 3 }

// Time is that of State.
func (r *Radau5) Time() float64 { return r.time }

// Evaluations counts calls of the system's Derivative, and what the
// linearization says its Jacobians cost.
func (r *Radau5) Evaluations() int { return r.evaluations }

// Reset starts at t from State; it evaluates the system once.
func (r *Radau5) Reset(t float64) error {
	r.time = t
	r.derivative(r.slope, t, r.state)
	r.phase = ready
	r.rejected = false
	r.acceptedStep = 0
	r.linearized, r.outdated = false, true
	r.convergence = 1
	return nil
}

// Trial attempts a step of size h; see Stepper. It returns ErrNoConvergence
// when Newton's iteration, with a Jacobian of the current state, does not lead
// to a solution. It panics before the first Reset.
func (r *Radau5) Trial(h float64) (errorNorm float64, err error) {
	switch r.phase {
	case unset:
		panic("ode: Trial before Reset")
	case accepted:
		r.derivative(r.slope, r.time, r.state)
	case tried:
		r.rejected = true
	}
	r.step = h
	r.phase = ready // until there is a trial
	if r.outdated {
		r.linearize()
	}
	outcome := r.solve(h)
	if outcome != converged && !r.linearized {
		r.linearize()
		outcome = r.solve(h)
	}
	if outcome != converged {
		r.rejected = true
		if outcome == diverged {
			return 0, ErrNoConvergence
		}
		return math.NaN(), nil
	}
	r.phase = tried
	if !finite(r.other) {
		return math.NaN(), nil
	}
	return r.estimate(h), nil
}

// estimate leaves the error estimate of the trial for dense output and returns
// its norm. It is (γ/h − J)⁻¹ (f(t, y) − u'(t)) with the collocation polynomial
// u, the difference to an embedded method of order 3 but for the factor
// (1 − hJ/γ)⁻¹, which keeps it bounded where the system is stiff. Before a
// rejection for an estimate that a transient dominates, in a first step or after
// a rejection, f is taken at the state corrected by the estimate. For the sake
// of dense output the norm is at least that of kink.
func (r *Radau5) estimate(h float64) (norm float64) {
	defect := r.trial[3]
	r.defect(defect, h, r.slope)
	norm = r.norm(defect)
	if norm >= 1 && (r.rejected || r.acceptedStep == 0) {
		for i, y := range r.state {
			r.stage[i] = y + defect[i]
		}
		slope, repeated := r.increments[0], r.increments[1]
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

// kink is the norm of the jump of the slope of the collocation polynomials, u
// of the trial and v of the step before, as (v' − u')(t)·h/γ: the error estimate
// without its damping. A stiff component follows the others without an error at
// the ends of steps, whatever their size, but not between them; there its error
// is ω(θ)/24·h⁴y⁗ with ω = θ(θ−c₁)(θ−c₂)(θ−1), at most a sixth of this.
//
// The jump is then (ω'(0)·h³ − ω'(1)·h_v³)y⁗/24, where ω'(0) = −1/10 and
// ω'(1) = 3/10. After a longer step it is scaled to what it would be for equal
// ones, so that it falls with h⁴ when the trial is repeated.
func (r *Radau5) kink(h float64) float64 {
	var atStart, atEnd [4]float64
	ratio := h / r.acceptedStep
	for k, p := range radauCollocation {
		atStart[k] = p[0]
		atEnd[k] = ratio * math.FMA(3, p[2], math.FMA(2, p[1], p[0]))
	}
	jump := r.increments[0]
	v0, v1, v2 := r.accepted[0], r.accepted[1], r.accepted[2]
	u0, u1, u2 := r.trial[0], r.trial[1], r.trial[2]
	for i := range jump {
		jump[i] = dot3(&atEnd, v0[i], v1[i], v2[i]) - dot3(&atStart, u0[i], u1[i], u2[i])
	}
	norm := r.norm(jump) / radauReal
	if ratio < 1 {
		cube := float64(ratio * ratio * ratio)
		norm *= 4 * cube / (cube + 3)
	}
	return norm
}

// defect writes (γ/h − J)⁻¹ (slope − u'(t)) to dst.
func (r *Radau5) defect(dst []float64, h float64, slope []float64) {
	atStart := [3]float64{radauCollocation[0][0], radauCollocation[1][0], radauCollocation[2][0]}
	combine(dst, slope, -1/h, atStart[:], r.trial[:3])
	r.linearization.SolveReal(dst)
}

// Accept makes the last trial the current state. It panics without a trial.
func (r *Radau5) Accept() {
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
}

// Interpolate writes the state at time Time − (1−theta)·h to dst, where h is
// the size of the last accepted step and theta is in [0, 1]. theta = 1 is
// exactly the current state, at any time; other values need that no trial and
// no Reset came after Accept. It panics otherwise.
func (r *Radau5) Interpolate(dst []float64, theta float64) {
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
func (r *Radau5) InitialStep(end float64) float64 {
	if r.phase != ready {
		panic("ode: InitialStep not after Reset")
	}
	return initialStep(r.derivative, r.tolerance, r.ErrorOrder(), r.time, end, r.state, r.slope, r.stage, r.other)
}

func (r *Radau5) derivative(dydt []float64, t float64, y []float64) {
	r.system.Derivative(dydt, t, y)
	r.evaluations++
}

func (r *Radau5) linearize() {
	r.evaluations += r.linearization.Linearize(r.time, r.state, r.slope)
	r.linearized, r.outdated = true, false
	r.factoredStep = 0
}
