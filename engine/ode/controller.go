package ode

import (
	"errors"
	"fmt"
	"math"

	"anisgd/engine/checkpoint"
	"anisgd/kernels/elementary"
)

// Controller decides whether a trial step is accepted and how long the next is.
type Controller interface {
	// Start prepares for steps from the stepper's current state towards end.
	// It is called after every Reset of the stepper, so what was learnt about
	// the errors before a discontinuity is forgotten.
	Start(stepper Stepper, end float64) error
	// Propose returns the size of the next step when a distance remaining > 0
	// is left to the point where a step must end. It is positive; remaining
	// itself, and no more, means to land there.
	Propose(remaining float64) float64
	// Judge is told the size and error norm of every trial and says whether it
	// is accepted. A norm that is NaN or +Inf is never accepted; Drive gives up
	// if the next proposal is not smaller then.
	Judge(h, errorNorm float64) (accept bool)
	// Save writes what the proposals to come depend on; Restore reads it, in place of
	// Start.
	Save(w *checkpoint.Writer)
	Restore(r *checkpoint.Reader)
}

// Fixed accepts every finite step. It divides each stretch between two points
// that must be hit into the smallest number of equal steps that are no longer
// than Step (but for one part in 10⁶, so that rounding adds no step).
type Fixed struct {
	Step float64 // > 0
}

// Start reports an error if Step is not a positive number.
func (f Fixed) Start(Stepper, float64) error {
	if !(f.Step > 0) || math.IsInf(f.Step, 0) {
		return fmt.Errorf("ode: fixed step %v: want a positive number", f.Step)
	}
	return nil
}

// Propose divides what remains evenly, anew at every step: rounding of the time
// then leaves neither a sliver nor an additional step at the end.
func (f Fixed) Propose(remaining float64) float64 {
	steps := math.Ceil(remaining/f.Step - 1e-6)
	if steps <= 1 {
		return remaining
	}
	return remaining / steps
}

// Judge accepts.
func (Fixed) Judge(float64, float64) bool { return true }

// Gains are the exponents of a digital step size controller. After the accepted
// errors e_n, e_{n−1}, e_{n−2} (relative to the tolerance) it multiplies the
// step by
//
//	safety · Π_i (1/e_{n−i})^(Gains[i]/k),    k = ErrorOrder + 1
//
// in the notation of Söderlind, Digital filters in adaptive time-stepping, ACM
// Trans. Math. Softw. 29 (2003) 1–26.
type Gains [3]float64

var (
	// Integral is the elementary controller.
	Integral = Gains{1}
	// ProportionalIntegral is that of Hairer's DOPRI5: its exponents
	// 0.2 − 0.75·0.04 and −0.04 times k = 5.
	ProportionalIntegral = Gains{0.85, -0.2}
	// LightProportionalIntegral is the same with β = 0.01 instead of 0.04: where the
	// size of the error drifts along the solution the steps follow it more closely,
	// and the proportional part left still calms the size where stability limits it.
	LightProportionalIntegral = Gains{0.9625, -0.05}
	// ProportionalIntegralDerivative is that of Kennedy and Carpenter, Appl.
	// Numer. Math. 44 (2003) 139–181, the default of ARKODE.
	ProportionalIntegralDerivative = Gains{0.58, -0.21, 0.1}
)

// Adaptive accepts a step when its error norm is at most 1 and chooses the next
// size from the last errors. Zero fields stand for the values given beside them.
type Adaptive struct {
	Gains     Gains   // LightProportionalIntegral
	Safety    float64 // 0.9, multiplies every proposed change
	MinFactor float64 // 0.2, smallest change of the size in one step
	MaxFactor float64 // 5, largest change; 1 right after a rejection
	// FirstFactor is the largest change after the first step, whose size is a
	// cautious guess, and after those that follow it while the error norm is below
	// 10⁻³: they are judged by their own error alone. 100.
	FirstFactor float64
	MaxStep     float64 // no limit; landing on a point may lengthen a step by 1 %
	FirstStep   float64 // the stepper's InitialStep, at every Start

	next     float64    // size to propose
	first    bool       // whether all steps accepted since Start were far too small
	rejected bool       // whether the last trial was
	previous [2]float64 // error norms before the last accepted one

	// The fields above as Start resolved them for the stepper.
	exponents            [3]float64 // of the error norms, after an accepted step
	retry                float64    // of the error norm, after a rejected step
	safety, shrink, grow float64
	growFirst, longest   float64
}

// farTooSmall is the error norm below which the first steps are lengthened without
// regard to those before: the one allowed is four times longer at order 5.
const farTooSmall = 1e-3

// smallestError is the least error norm that enters the gains: an error that
// happens to vanish says little about the next steps.
const smallestError = 1e-5

// landingStretch is the relative length by which a step may be lengthened to land on
// a point instead of leaving a sliver before it.
const landingStretch = 0.01

// Start forgets the errors and takes the first step size from FirstStep or from
// the stepper. It reports an error for limits that make no sense and for a
// stepper without an error estimate.
func (a *Adaptive) Start(stepper Stepper, end float64) error {
	if stepper.ErrorOrder() == 0 {
		return errors.New("ode: adaptive steps need a method with an error estimate")
	}
	k := float64(stepper.ErrorOrder() + 1)
	gains := a.Gains
	if gains == (Gains{}) {
		gains = LightProportionalIntegral
	}
	for i, gain := range gains {
		a.exponents[i] = -gain / k
	}
	a.retry = -1 / k
	a.safety = orDefault(a.Safety, 0.9)
	a.shrink = orDefault(a.MinFactor, 0.2)
	a.grow = orDefault(a.MaxFactor, 5)
	a.growFirst = orDefault(a.FirstFactor, 100)
	a.longest = orDefault(a.MaxStep, math.Inf(1))
	if !(a.safety > 0 && a.safety <= 1 && a.shrink > 0 && a.shrink < 1 && a.grow > 1 &&
		a.growFirst > 1 && a.longest > 0 && a.FirstStep >= 0) {
		return fmt.Errorf("ode: safety %v, factors %v to %v (at first %v), longest step %v, first step %v: want safety in (0, 1], factors in (0, 1) and above 1, positive steps",
			a.safety, a.shrink, a.grow, a.growFirst, a.longest, a.FirstStep)
	}
	a.previous = [2]float64{1, 1}
	a.first, a.rejected = true, false
	a.next = a.FirstStep
	if a.next == 0 {
		a.next = stepper.InitialStep(end)
	}
	a.next = min(a.next, a.longest)
	return nil
}

func orDefault(value, standard float64) float64 {
	if value == 0 {
		return standard
	}
	return value
}

// Propose returns the size chosen last, or what remains if that is hardly
// longer, or half of what remains if less than two such steps are left.
func (a *Adaptive) Propose(remaining float64) float64 {
	switch {
	case remaining <= a.next*(1+landingStretch):
		return remaining
	case remaining < 2*a.next:
		return remaining / 2
	}
	return a.next
}

// Judge accepts an error norm of at most 1. The gains apply to accepted steps;
// a rejected one shrinks by its own error alone, one that is not finite by half.
func (a *Adaptive) Judge(h, errorNorm float64) bool {
	switch {
	case math.IsNaN(errorNorm) || math.IsInf(errorNorm, 0):
		a.rejected = true
		a.next = h / 2
		return false
	case errorNorm > 1:
		a.rejected = true
		a.next = h * max(a.shrink, a.safety*elementary.Pow(errorNorm, a.retry))
		return false
	}
	a.next = min(h*a.factor(errorNorm), a.longest)
	a.previous = [2]float64{max(errorNorm, smallestError), a.previous[0]}
	a.first, a.rejected = a.first && errorNorm < farTooSmall, false
	return true
}

// factor is the change of the step size after an accepted step.
func (a *Adaptive) factor(errorNorm float64) float64 {
	var factor, grow float64
	if a.first {
		factor = a.safety * elementary.Pow(errorNorm, a.retry)
		grow = a.growFirst
	} else {
		factor = a.safety * elementary.Pow(max(errorNorm, smallestError), a.exponents[0])
		for i, exponent := range a.exponents[1:] {
			if exponent != 0 {
				factor *= elementary.Pow(a.previous[i], exponent)
			}
		}
		grow = a.grow
	}
	if a.rejected {
		grow = 1
	}
	return min(max(factor, a.shrink), grow)
}
