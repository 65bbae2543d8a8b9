package limit

import (
	"anisgd/engine/ode"
	"anisgd/engine/problem"
	"anisgd/engine/rate"
)

// integrator is a stepper over a System with a flat state.
type integrator interface {
	ode.Stepper
	State() []float64
	Interpolate(dst []float64, theta float64)
}

// flat is what the forms of the equations with a flat state share: the stepper, and the laws
// of the outputs at the states that it passes.
type flat struct {
	integrator

	config *Config
	// close finds the laws at a state, and the coupling and the learning rate that follow.
	close             func(state []float64, t float64, laws []problem.Law)
	current, observed []problem.Law // at the state derived last, and at one that is only looked at
	fsal              bool          // the method's last stage is the new state
	dense             []float64     // a state within the last step, made when first needed
}

// laws implements dynamics. A method whose last stage is not the new state has to
// evaluate them.
func (f *flat) laws() []problem.Law {
	if !f.fsal {
		f.close(f.State(), f.Time(), f.current)
	}
	return f.current
}

// stateAt is the state at a fraction theta of the last step.
func (f *flat) stateAt(theta float64) []float64 {
	if theta == 1 {
		return f.State()
	}
	if f.dense == nil {
		f.dense = make([]float64, len(f.State()))
	}
	f.Interpolate(f.dense, theta)
	return f.dense
}

// observe is stateAt, with the learning rate of rules that follow the state found there.
func (f *flat) observe(t, theta float64) []float64 {
	state := f.stateAt(theta)
	if _, schedule := f.config.Rate.(rate.Schedule); !schedule {
		f.close(state, t, f.observed)
	}
	return state
}
