package engine

import (
	"math"
	"reflect"

	"anisgd/engine/experiment"
	"anisgd/engine/model"
	"anisgd/engine/rate"
	"anisgd/kernels"
)

// Prediction is what an experiment will cost, roughly.
type Prediction struct {
	StepsPerRun float64 // not an integer type: it may be beyond any
	Simulation  float64 // steps × modes, over all runs
	Limit       float64 // of the limit, in the same unit
	Memory      float64 // bytes
}

// Costs for predictions: of one mode in a step of SGD on one core, and of solving
// the limit, in the same unit per mode.
const (
	secondsPerModeStep = 2e-9
	limitPerMode       = 1000
	typicalNodes       = 500 // of a compressed spectrum
)

// Predict tells the cost from the sizes alone, of simulation, of the limit, or of
// both.
func Predict(e *experiment.Experiment, threads int, simulate, limit bool) Prediction {
	d := e.Model.Dim
	p := Prediction{StepsPerRun: math.Round(e.Times[len(e.Times)-1] * float64(d))}
	runs := e.Simulation.Runs
	outputs := e.Problem.Outputs()
	if simulate {
		p.Simulation = float64(runs) * p.StepsPerRun * e.StepCost()
	}
	if limit {
		p.Limit = limitPerMode * float64(d)
		if e.Limit.Spectrum != "full" {
			p.Limit = limitPerMode * math.Min(float64(d), typicalNodes)
		}
	}
	spectra, sources := DistinctArrays(e.Model)
	// Columns over the modes. Given ones are there in any case.
	columns := len(e.Quadratics)
	if needsArrays(e, simulate, limit) {
		// The model's arrays, the start and the teacher.
		columns += spectra + sources + outputs + len(e.Teacher)
	}
	during := 0
	if simulate && e.Simulation.Method == experiment.Direct {
		// The root of each spectrum; of every run under way the iterate and the samples
		// of a block.
		samples := kernels.Ahead // in large dimensions, and in others nothing is large
		switch {
		case outputs > 1:
			samples = 16
		case e.Simulation.Precision == "f32":
			samples = 1
		case e.Model.Noise == model.Rademacher && len(e.Teacher) == 0 && !usesNorms(e):
			samples = 0 // signs are drawn twice instead
		}
		columns += spectra
		during = (outputs + samples) * min(runs, threads)
	}
	if limit && e.Limit.Spectrum == "full" {
		// The teacher's products with the spectra, the state, its last step and stages.
		stages := 8
		if outputs > 1 {
			stages = 10
		}
		during = max(during, stages*outputs+spectra*len(e.Teacher))
	}
	const bytesPerNumber = 8
	p.Memory = float64(bytesPerNumber * float64(columns+during) * float64(d))
	// Laws of the outputs, each with a covariance for every class.
	laws, ofNodes := 0, 0
	if limit {
		laws = 5
		if e.Limit.Spectrum != "full" {
			const stages = 10
			ofNodes = stages * typicalNodes * (outputs + outputs*(outputs+1)/2)
		}
	}
	if simulate {
		laws = max(laws, 1+min(runs, threads))
	}
	numbers := ofNodes + laws*len(e.Model.Classes)*outputs*outputs
	p.Memory += float64(bytesPerNumber * numbers)
	return p
}

// usesNorms reports whether the learning rate depends on the norms of the gradients.
func usesNorms(e *experiment.Experiment) bool {
	_, norms := e.Rate.(rate.AdaGradNorm)
	return norms
}

// DistinctArrays counts the spectra and means that differ.
func DistinctArrays(m *model.Model) (spectra, sources int) {
	var covariances []model.Covariance
	var means []model.Vector
	for _, class := range m.Classes {
		if !contains(covariances, class.Covariance) {
			covariances = append(covariances, class.Covariance)
		}
		base := class.Mean
		for scaled, ok := base.(model.Scaled); ok; scaled, ok = base.(model.Scaled) {
			base = scaled.Of
		}
		if _, zero := base.(model.Zero); !zero && !contains(means, base) {
			means = append(means, base)
		}
	}
	return len(covariances), len(means)
}

func contains[T any](list []T, v T) bool {
	for _, w := range list {
		if reflect.DeepEqual(w, v) {
			return true
		}
	}
	return false
}

// SimulationSeconds is the time SGD takes on a number of threads.
func (p Prediction) SimulationSeconds(runs, threads int) float64 {
	return p.Simulation * secondsPerModeStep / float64(min(runs, threads))
}

// Seconds is the time that SGD and the limit take on one thread.
func (p Prediction) Seconds() float64 { return (p.Simulation + p.Limit) * secondsPerModeStep }
