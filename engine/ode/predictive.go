package ode

import (
	"fmt"

	"anisgd/kernels/elementary"
)

// Predictive is a controller for implicit methods on stiff problems, where the
// size of the error drifts along the solution: Gustafsson, Control-theoretic
// techniques for stepsize selection in implicit Runge–Kutta methods, ACM Trans.
// Math. Softw. 20 (1994) 496–517. After the accepted steps h_{n−1}, h_n with
// errors e_{n−1}, e_n (relative to the tolerance) it multiplies the step by
//
//	safety · (1/e_n)^(1/k) · (h_n/h_{n−1}) · (e_{n−1}/e_n)^(1/k),    k = ErrorOrder + 1
//
// or by safety · (1/e_n)^(1/k) where that is less. It accepts a step when its
// error norm is at most 1. Zero fields stand for the values given beside them.
type Predictive struct {
	Safety      float64 // 0.9, multiplies every proposed change
	MinFactor   float64 // 0.2, smallest change of the size in one step
	MaxFactor   float64 // 8, largest change; 1 right after a rejection
	FirstFactor float64 // 100, largest change after the first step
	// Hold is the growth up to which the size is rather left as it is, so that
	// an implicit method can use its matrices again. 1.2; 1: never.
	Hold      float64
	MaxStep   float64 // no limit; landing on a point may lengthen a step by 1 %
	FirstStep float64 // the stepper's InitialStep, at every Start

	integral      Adaptive // chooses by the last error alone, within the limits
	hold          float64
	previousStep  float64 // accepted; 0: none since Start
	previousError float64
}

// smallestDrift is the least error norm from which a drift is predicted.
const smallestDrift = 1e-2

// Start forgets the errors and takes the first step size from FirstStep or from
// the stepper. It reports an error for limits that make no sense and for a
// stepper without an error estimate.
func (p *Predictive) Start(stepper Stepper, end float64) error {
	p.hold = orDefault(p.Hold, 1.2)
	if !(p.hold >= 1) {
		return fmt.Errorf("ode: step size held up to a growth of %v: want at least 1", p.hold)
	}
	p.previousStep = 0
	p.integral = Adaptive{
		Gains: Integral, Safety: p.Safety, MinFactor: p.MinFactor, MaxFactor: orDefault(p.MaxFactor, 8),
		FirstFactor: p.FirstFactor, MaxStep: p.MaxStep, FirstStep: p.FirstStep,
	}
	return p.integral.Start(stepper, end)
}

// Propose returns the size chosen last, or what remains if that is hardly
// longer, or half of what remains if less than two such steps are left.
func (p *Predictive) Propose(remaining float64) float64 {
	return p.integral.Propose(remaining)
}

// Judge accepts an error norm of at most 1. A rejected step shrinks by its own
// error alone, one that is not finite by half.
func (p *Predictive) Judge(h, errorNorm float64) bool {
	next := &p.integral.next
	if !p.integral.Judge(h, errorNorm) {
		return false
	}
	drifted := max(errorNorm, smallestDrift)
	if p.previousStep > 0 {
		exponent := p.integral.retry
		change := p.integral.safety * elementary.Pow(drifted, exponent) *
			elementary.Pow(drifted/p.previousError, exponent) * (h / p.previousStep)
		*next = min(*next, h*max(change, p.integral.shrink))
	}
	if *next >= h && *next <= h*p.hold {
		*next = h
	}
	p.previousStep, p.previousError = h, drifted
	return true
}
