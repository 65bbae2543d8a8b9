package experiment

import (
	"fmt"

	"anisgd/engine/model"
	"anisgd/engine/sgd"
)

// The ways to simulate.
const (
	Direct  = "direct"  // step by step over all modes
	Grouped = "grouped" // exact in law, where modes share their eigenvalues
)

// readSimulation reads how SGD is simulated in an experiment that is known but for
// this and the limit.
func (r *reader) readSimulation(v *value, e *Experiment) Simulation {
	f := v.fields(simulateKeys...)
	s := Simulation{
		Runs:      int(f.get("runs").integerOr(defaultRuns, 1, maximalRuns)),
		Precision: f.get("precision").wordOr("f64", []string{"f64", "mixed", "f32"}, nil),
	}
	if noise := e.Model.Noise; s.Precision != "f64" && noise != model.Gaussian {
		f.get("precision").fail("is %s, which is for Gaussian noise, expected f64: %s noise is drawn exactly at no greater cost", s.Precision, noise)
	}
	method := f.get("method")
	word := wordOrAuto(method, []string{Direct, Grouped})
	grouped, direct, obstacle := e.simulationCosts(s.Precision)
	switch {
	case word == Grouped && obstacle != "":
		method.fail("is grouped, but %s, expected modes that share their eigenvalues in blocks (model.blocks, or isotropic), with Gaussian noise in f64, or direct", obstacle)
	case word != "auto":
		s.Method = word
		return s
	case obstacle != "":
		r.recordChoice(method, word, Direct, "not grouped: "+obstacle)
		s.Method = Direct
	case grouped < direct:
		r.recordChoice(method, word, Grouped, fmt.Sprintf("a step costs as much as %.0f modes, and direct simulation has %d", grouped, e.Model.Dim))
		s.Method = Grouped
	default:
		r.recordChoice(method, word, Direct, fmt.Sprintf("a grouped step costs as much as %.0f modes, and there are %d", grouped, e.Model.Dim))
		s.Method = Direct
	}
	return s
}

// simulationCosts are those of a step of either method, or why there is no grouped
// one.
func (e *Experiment) simulationCosts(precision string) (grouped, direct float64, obstacle string) {
	direct = sgd.DirectCost(e.Model.Dim, e.Problem.Outputs(), len(e.Teacher))
	description := e.Description(false)
	ends, err := sgd.Blocks(description)
	switch {
	case err != nil:
		return 0, direct, err.Error()
	case e.Model.Noise != model.Gaussian:
		return 0, direct, fmt.Sprintf("model.noise is %v, whose law depends on the basis", e.Model.Noise)
	case precision != "f64":
		return 0, direct, "simulate.precision is " + precision
	}
	return sgd.GroupedCost(description, ends, e.Problem.Outputs()), direct, ""
}

// StepCost is the cost of a step of the simulation, in modes of direct simulation of
// one output.
func (e *Experiment) StepCost() float64 {
	grouped, direct, _ := e.simulationCosts(e.Simulation.Precision)
	if e.Simulation.Method == Grouped {
		return grouped
	}
	return direct
}
