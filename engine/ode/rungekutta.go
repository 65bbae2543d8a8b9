package ode

import (
	"fmt"
	"math"

	"anisgd/kernels/memory"
)

// RungeKutta is the explicit Runge–Kutta Stepper over any System, in plain
// loops over stored slopes. It allocates nothing after NewRungeKutta and is not
// safe for concurrent use.
type RungeKutta struct {
	system    System
	tableau   *Tableau
	tolerance Tolerance

	time float64
	step float64 // size of the last trial
	// state is the current one. other is the trial, and after Accept the start
	// of the step just accepted.
	state, other []float64
	stage        []float64   // argument of a stage, then the error estimate
	slopes       [][]float64 // k_i of the last trial; k_0 serves every trial from the current state
	weights      []float64   // of dense output
	phase        phase
	evaluations  int
}

// phase is where a RungeKutta stands between two steps.
type phase uint8

const (
	unset    phase = iota // Reset was not called yet
	ready                 // slopes[0] belongs to the current state, nothing else is known
	tried                 // other holds a trial
	accepted              // the trial became the current state; slopes still describe that step
	restored              // nothing is known but the current state
)

// NewRungeKutta returns a stepper with a zero state; set it by State before
// Reset. Methods without an error estimate ignore the tolerance.
func NewRungeKutta(system System, tableau *Tableau, tolerance Tolerance) (*RungeKutta, error) {
	if err := tableau.Validate(); err != nil {
		return nil, err
	}
	n := system.Dim()
	if n < 1 {
		return nil, fmt.Errorf("ode: system of dimension %d", n)
	}
	if tableau.E != nil {
		if err := tolerance.validate(); err != nil {
			return nil, err
		}
	}
	rk := &RungeKutta{
		system:    system,
		tableau:   tableau,
		tolerance: tolerance,
		state:     memory.Floats(n),
		other:     memory.Floats(n),
		stage:     memory.Floats(n),
		slopes:    make([][]float64, tableau.Stages),
		weights:   make([]float64, tableau.Stages),
	}
	for i := range rk.slopes {
		rk.slopes[i] = memory.Floats(n)
	}
	return rk, nil
}

// State is the current state, of length Dim. The slice is the stepper's own: it
// may be written before Reset only, and is good until the next Accept.
func (rk *RungeKutta) State() []float64 { return rk.state }

// Order is that of the tableau.
func (rk *RungeKutta) Order() int { return rk.tableau.Order }

// ErrorOrder is that of the tableau.
func (rk *RungeKutta) ErrorOrder() int { return rk.tableau.ErrorOrder }

// Time is that of State.
func (rk *RungeKutta) Time() float64 { return rk.time }

// Evaluations counts calls of the system's Derivative.
func (rk *RungeKutta) Evaluations() int { return rk.evaluations }

// Reset starts at t from State; it evaluates the system once.
func (rk *RungeKutta) Reset(t float64) error {
	rk.time = t
	rk.derivative(rk.slopes[0], t, rk.state)
	rk.phase = ready
	return nil
}

// Trial attempts a step of size h; see Stepper. It returns no error, but panics
// before the first Reset.
func (rk *RungeKutta) Trial(h float64) (errorNorm float64, err error) {
	tableau := rk.tableau
	last := tableau.Stages - 1
	switch rk.phase {
	case unset:
		panic("ode: Trial before Reset")
	case restored:
		rk.derivative(rk.slopes[0], rk.time, rk.state)
	case accepted:
		if tableau.FSAL {
			rk.slopes[0], rk.slopes[last] = rk.slopes[last], rk.slopes[0]
		} else {
			rk.derivative(rk.slopes[0], rk.time, rk.state)
		}
	}
	rk.step = h
	rk.phase = tried
	for i := 1; i <= last; i++ {
		argument := rk.stage
		if i == last && tableau.FSAL {
			argument = rk.other // the last stage lies at the solution
		}
		combine(argument, rk.state, h, tableau.A[i], rk.slopes)
		rk.derivative(rk.slopes[i], math.FMA(tableau.C[i], h, rk.time), argument)
	}
	if !tableau.FSAL {
		combine(rk.other, rk.state, h, tableau.B, rk.slopes)
	}
	if !finite(rk.other) {
		return math.NaN(), nil
	}
	if tableau.E == nil {
		return 0, nil
	}
	combine(rk.stage, nil, h, tableau.E, rk.slopes)
	return rk.tolerance.norm(rk.stage, rk.state, rk.other), nil
}

// Accept makes the last trial the current state. It panics without a trial.
func (rk *RungeKutta) Accept() {
	if rk.phase != tried {
		panic("ode: Accept without a trial")
	}
	rk.state, rk.other = rk.other, rk.state
	rk.time += rk.step
	rk.phase = accepted
}

// Interpolate writes the state at time Time − (1−theta)·h to dst, where h is
// the size of the last accepted step and theta is in [0, 1]. theta = 1 is
// exactly the current state, at any time; other values need that no trial and
// no Reset came after Accept. It panics otherwise.
func (rk *RungeKutta) Interpolate(dst []float64, theta float64) {
	if len(dst) != len(rk.state) {
		panic(fmt.Sprintf("ode: interpolation of a state of length %d into one of length %d", len(rk.state), len(dst)))
	}
	if theta == 1 {
		copy(dst, rk.state)
		return
	}
	if rk.phase != accepted || !(theta >= 0 && theta < 1) {
		panic(fmt.Sprintf("ode: no accepted step to interpolate at %v", theta))
	}
	rk.tableau.DenseWeights(rk.weights, theta)
	combine(dst, rk.other, rk.step, rk.weights, rk.slopes)
}

// InitialStep proposes the first step size by Hairer's heuristic with one
// evaluation, end − Time if the method has no error estimate. It must directly
// follow Reset.
func (rk *RungeKutta) InitialStep(end float64) float64 {
	if rk.phase != ready {
		panic("ode: InitialStep not after Reset")
	}
	if rk.tableau.E == nil {
		return end - rk.time
	}
	return initialStep(rk.derivative, rk.tolerance, rk.tableau.ErrorOrder,
		rk.time, end, rk.state, rk.slopes[0], rk.stage, rk.other)
}

func (rk *RungeKutta) derivative(dydt []float64, t float64, y []float64) {
	rk.system.Derivative(dydt, t, y)
	rk.evaluations++
}

// block is the number of entries combine works on at once, so that partial sums
// stay in the first-level cache.
const block = 512

// combine writes y + h Σ_j weights[j] slopes[j] to dst, without y where that is
// nil. Each entry is summed in the order of j, weights of 0 left out, by fused
// multiply-adds, then multiplied by h and added to y in one more.
func combine(dst, y []float64, h float64, weights []float64, slopes [][]float64) {
	for low := 0; low < len(dst); low += block {
		high := min(low+block, len(dst))
		sum := dst[low:high]
		first := true
		for j, weight := range weights {
			if weight == 0 {
				continue
			}
			slope := slopes[j][low:high]
			if first {
				for i, k := range slope {
					sum[i] = weight * k
				}
				first = false
				continue
			}
			for i, k := range slope {
				sum[i] = math.FMA(weight, k, sum[i])
			}
		}
		if first {
			clear(sum)
		}
		if y == nil {
			for i := range sum {
				sum[i] *= h
			}
			continue
		}
		for i, start := range y[low:high] {
			sum[i] = math.FMA(h, sum[i], start)
		}
	}
}

// finite reports whether no entry of v is NaN or infinite.
func finite(v []float64) bool {
	for _, x := range v {
		if x-x != 0 {
			return false
		}
	}
	return true
}
