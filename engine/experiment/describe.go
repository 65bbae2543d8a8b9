package experiment

import (
	"math"

	"anisgd/engine/rate"
	"anisgd/engine/spectrum"
)

// largestAdaptiveRate is taken for a bound of the learning rates that have none
// beforehand. With a larger one the smallest eigenvalues would be represented less
// accurately, which the estimate of the compression's error shows.
const largestAdaptiveRate = 1e4

// Description is the spectral measure of the experiment, of its dimension or of a
// continuum.
func (e *Experiment) Description(continuum bool) *spectrum.Description {
	end := e.Times[len(e.Times)-1]
	return &spectrum.Description{
		Model: e.Model, Teacher: e.Teacher, Start: e.Start,
		Windows: e.Windows, Quadratics: e.Quadratics,
		Continuum: continuum,
		Horizon:   math.Min(rate.Largest(e.Rate, end), largestAdaptiveRate) * end,
	}
}
