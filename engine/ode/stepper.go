package ode

import (
	"math"

	"anisgd/engine/checkpoint"
	"anisgd/kernels/elementary"
)

// Stepper makes trial steps from its own current state.
//
// The order of calls is Reset, then any number of Trial, then Accept, then Trial
// again. A trial that is not accepted leaves the current state as it was.
type Stepper interface {
	// Order is that of the solution.
	Order() int
	// ErrorOrder is that of the embedded solution: the error norm of one step
	// is of size h^(ErrorOrder+1). 0 means no estimate, for fixed steps only.
	ErrorOrder() int
	// Reset makes t the current time, keeps the current state, and computes
	// what a first step from there needs. It is called once at the start and
	// again after every discontinuity of the right-hand side.
	Reset(t float64) error
	// Trial attempts a step of size h > 0 from the current time and state. It
	// returns the norm of the error estimate relative to the tolerance, so
	// that ≤ 1 is acceptable; 0 if there is no estimate; and NaN or +Inf,
	// estimate or not, if the trial is not finite: smaller steps are then
	// tried, and after ErrNoConvergence as well. Any other error ends the
	// integration.
	Trial(h float64) (errorNorm float64, err error)
	// Accept makes the last trial the current state.
	Accept()
	// Time is that of the current state.
	Time() float64
	// InitialStep proposes the size of a first step from the current state, at
	// most end − Time. It may evaluate the right-hand side up to end.
	InitialStep(end float64) float64
	// Evaluations counts the right-hand sides evaluated so far.
	Evaluations() int
	// Save writes what the steps to come depend on: the state, its time, and what is
	// kept from the steps before. It is called after Reset and after Accept only.
	Save(w *checkpoint.Writer)
	// Restore makes the stepper one of which Save wrote what is read: it goes on with the
	// same bits, on any machine. Dense output of the last step may be lost.
	Restore(r *checkpoint.Reader)
}

// smallestProbe is the step with which InitialStep feels its way when the
// state or its slope is too small to give a time scale.
const smallestProbe = 1e-6

// ProbeStep is the size of the explicit Euler step by which InitialStep
// estimates the second derivative, at most limit: 1 % of the time in which the
// slope would change the state by its own size. stateNorm and slopeNorm are
// the norms of y and y' relative to the tolerance. (Hairer, Nørsett and Wanner,
// section II.4, steps a and b of the starting step size.)
func ProbeStep(stateNorm, slopeNorm, limit float64) float64 {
	h := smallestProbe
	if stateNorm > 1e-5 && slopeNorm > 1e-5 {
		if scale := 0.01 * (stateNorm / slopeNorm); scale > 0 && !math.IsInf(scale, 0) {
			h = scale
		}
	}
	return min(h, limit)
}

// StartingStep is the size of a first step of a method whose error per step is
// of size h^(order+1), at most limit: the size for which the larger of slope
// and second derivative gives an error of 1 % of the tolerance, but at most 100
// probe steps. slopeNorm is the norm of y', curvatureNorm that of
// (f(t+h, y+hf) − f(t, y))/h for the probe step h, both relative to the
// tolerance. Norms that are not finite give the probe step itself.
// (Hairer, Nørsett and Wanner, section II.4, steps d to f.)
func StartingStep(probe, slopeNorm, curvatureNorm float64, order int, limit float64) float64 {
	derivative := max(slopeNorm, curvatureNorm)
	if math.IsNaN(derivative) || math.IsInf(derivative, 0) {
		return probe
	}
	h := max(smallestProbe, 1e-3*probe)
	if derivative > 1e-15 {
		h = elementary.Pow(0.01/derivative, 1/float64(order+1))
	}
	return min(h, 100*probe, limit)
}

// initialStep is InitialStep for a stepper that stores its state and the slope
// there; stage and difference are scratch of the same length.
func initialStep(derivative func(dydt []float64, t float64, y []float64), tolerance Tolerance, errorOrder int,
	start, end float64, state, slope, stage, difference []float64) float64 {
	limit := end - start
	slopeNorm := tolerance.norm(slope, state, state)
	probe := ProbeStep(tolerance.norm(state, state, state), slopeNorm, limit)
	for i, y := range state {
		stage[i] = math.FMA(probe, slope[i], y)
	}
	derivative(difference, start+probe, stage)
	for i, f := range difference {
		difference[i] = (f - slope[i]) / probe
	}
	curvatureNorm := tolerance.norm(difference, state, state)
	return StartingStep(probe, slopeNorm, curvatureNorm, errorOrder, limit)
}
