package ode

import (
	"math"

	"anisgd/engine/checkpoint"
)

// Save writes what the integration is between two steps, with stepper and controller.
func (g *Integration) Save(w *checkpoint.Writer) {
	w.Section("integration")
	w.Bool(g.begun)
	if !g.begun {
		return
	}
	w.Int(int64(g.passed))
	w.Bool(g.entered)
	w.Float(g.result.Time)
	w.Int(int64(g.result.Steps))
	w.Int(int64(g.result.Rejected))
	w.Int(int64(g.before))
	w.Int(int64(len(g.asked)))
	w.Int(int64(g.failure))
	w.Floats(g.events.values)
	g.stepper.Save(w)
	if g.entered {
		g.controller.Save(w)
	}
}

// Restore reads what Save wrote, for the same options and a stepper and controller of the
// same kind; it is called before Run.
func (g *Integration) Restore(r *checkpoint.Reader) error {
	r.Section("integration")
	if g.begun = r.Bool(); !g.begun {
		return r.Err()
	}
	g.passed = r.Count(len(g.stops) + 1)
	g.entered = r.Bool()
	g.result.Time = r.Float()
	g.result.Steps = r.Count(math.MaxInt)
	g.result.Rejected = r.Count(math.MaxInt)
	g.before = r.Count(math.MaxInt)
	g.asked = g.asked[len(g.asked)-r.Count(len(g.asked)+1):]
	g.failure = Reason(r.Count(len(reasonNames)))
	r.Floats(g.events.values)
	g.stepper.Restore(r)
	if g.entered {
		g.controller.Restore(r)
	}
	return r.Err()
}

// Time is that which the integration has reached.
func (g *Integration) Time() float64 { return g.result.Time }

// Save implements Controller: there is nothing to save.
func (Fixed) Save(*checkpoint.Writer) {}

// Restore implements Controller.
func (Fixed) Restore(*checkpoint.Reader) {}

// Save implements Controller.
func (a *Adaptive) Save(w *checkpoint.Writer) {
	w.Bool(a.first)
	w.Bool(a.rejected)
	for _, v := range a.numbers() {
		w.Float(*v)
	}
}

// Restore implements Controller.
func (a *Adaptive) Restore(r *checkpoint.Reader) {
	a.first, a.rejected = r.Bool(), r.Bool()
	for _, v := range a.numbers() {
		*v = r.Float()
	}
}

// numbers are those of the controller's state.
func (a *Adaptive) numbers() []*float64 {
	return []*float64{
		&a.next, &a.previous[0], &a.previous[1], &a.exponents[0], &a.exponents[1], &a.exponents[2],
		&a.retry, &a.safety, &a.shrink, &a.grow, &a.growFirst, &a.longest,
	}
}

// Save implements Controller.
func (p *Predictive) Save(w *checkpoint.Writer) {
	w.Float(p.hold)
	w.Float(p.previousStep)
	w.Float(p.previousError)
	p.integral.Save(w)
}

// Restore implements Controller.
func (p *Predictive) Restore(r *checkpoint.Reader) {
	p.hold, p.previousStep, p.previousError = r.Float(), r.Float(), r.Float()
	p.integral.Restore(r)
}

// Save implements Stepper. Beside the state it writes the slope there if that is known:
// after Reset, and from the last stage of methods that end with it.
func (rk *RungeKutta) Save(w *checkpoint.Writer) {
	w.Section("Runge-Kutta")
	w.Float(rk.time)
	w.Int(int64(rk.evaluations))
	w.Floats(rk.state)
	switch {
	case rk.phase == ready:
		w.Bool(true)
		w.Floats(rk.slopes[0])
	case rk.phase == accepted && rk.tableau.FSAL:
		w.Bool(true)
		w.Floats(rk.slopes[len(rk.slopes)-1])
	default:
		w.Bool(false)
	}
}

// Restore implements Stepper. There is no dense output of the last step.
func (rk *RungeKutta) Restore(r *checkpoint.Reader) {
	r.Section("Runge-Kutta")
	rk.time, rk.evaluations = r.Float(), r.Count(math.MaxInt)
	r.Floats(rk.state)
	rk.phase = restored
	if r.Bool() {
		r.Floats(rk.slopes[0])
		rk.phase = ready
	}
}

// linearizationPoint is where a Jacobian was made.
type linearizationPoint struct {
	time         float64
	state, slope []float64
}

// Save implements Stepper. The Jacobian is made again from where it was made before.
func (r *Radau9) Save(w *checkpoint.Writer) {
	w.Section("Radau")
	w.Float(r.time)
	w.Float(r.acceptedStep)
	w.Float(r.factoredStep)
	w.Float(r.convergence)
	w.Int(int64(r.phase))
	w.Int(int64(r.evaluations))
	w.Bool(r.outdated)
	w.Floats(r.state)
	w.Floats(r.other)
	w.Floats(r.slope)
	for _, increments := range r.accepted {
		w.Floats(increments)
	}
	if r.stageSolver != nil {
		r.stageSolver.Save(w)
		return
	}
	w.Float(r.linearizedAt.time)
	w.Floats(r.linearizedAt.state)
	w.Floats(r.linearizedAt.slope)
}

// Restore implements Stepper.
func (r *Radau9) Restore(from *checkpoint.Reader) {
	from.Section("Radau")
	r.time, r.acceptedStep = from.Float(), from.Float()
	factoredStep := from.Float()
	r.convergence = from.Float()
	r.phase = phase(from.Count(int(restored)))
	r.evaluations = from.Count(math.MaxInt)
	r.outdated = from.Bool()
	from.Floats(r.state)
	from.Floats(r.other)
	from.Floats(r.slope)
	for _, increments := range r.accepted {
		from.Floats(increments)
	}
	r.linearized, r.rejected = false, false
	if r.stageSolver != nil {
		r.stageSolver.Restore(from)
	} else {
		at := &r.linearizedAt
		at.time = from.Float()
		from.Floats(at.state)
		from.Floats(at.slope)
		if factoredStep > 0 {
			r.jacobian.Linearize(at.time, at.state, at.slope)
		}
	}
	if factoredStep > 0 {
		r.factor(factoredStep)
	}
}
