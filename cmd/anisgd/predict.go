package main

import (
	"fmt"
	"math"
	"reflect"
	"time"

	"anisgd/engine"
	"anisgd/engine/experiment"
	"anisgd/engine/model"
)

// prediction is what an experiment will cost, roughly.
type prediction struct {
	stepsPerRun float64 // not an integer type: it may be beyond any
	simulation  float64 // steps × modes, over all runs
	memory      float64 // bytes
}

// Costs for predictions: of one mode in a step of SGD on one core, and of solving
// the limit, in the same unit per mode.
const (
	secondsPerModeStep = 2e-9
	limitPerMode       = 1000
	typicalNodes       = 500 // of a compressed spectrum
)

// predict tells the cost from the sizes alone, of simulation, of the limit, or of
// both.
func predict(e *experiment.Experiment, threads int, simulate, limit bool) prediction {
	d := e.Model.Dim
	p := prediction{stepsPerRun: math.Round(e.Times[len(e.Times)-1] * float64(d))}
	runs := e.Simulation.Runs
	outputs := e.Problem.Outputs()
	p.simulation = float64(runs) * p.stepsPerRun * e.StepCost()
	spectra, sources := distinctArrays(e.Model)
	// Columns over the modes. Given ones are there in any case.
	columns := len(e.Quadratics)
	if engine.NeedsArrays(e, simulate, limit) {
		// The model's arrays, the start and the teacher.
		columns += spectra + sources + outputs + len(e.Teacher)
	}
	during := 0
	if simulate && e.Simulation.Method == experiment.Direct {
		// The root of each spectrum; of every run under way the iterate and the samples
		// of a block.
		samples := 1
		if outputs > 1 {
			samples = 16
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
	p.memory = bytesPerNumber * float64(columns+during) * float64(d)
	return p
}

// distinctArrays counts the spectra and means that differ.
func distinctArrays(m *model.Model) (spectra, sources int) {
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

// seconds is the time SGD takes on a number of threads.
func (p prediction) seconds(runs, threads int) float64 {
	return p.simulation * secondsPerModeStep / float64(min(runs, threads))
}

func formatBytes(bytes float64) string {
	units := []string{"B", "kB", "MB", "GB", "TB", "PB", "EB"}
	n := 0
	for bytes >= 1000 && n < len(units)-1 {
		bytes /= 1000
		n++
	}
	return fmt.Sprintf("%.3g %s", bytes, units[n])
}

// formatSeconds writes a duration as a person would say it.
func formatSeconds(seconds float64) string {
	switch {
	case seconds < 10:
		return fmt.Sprintf("%.2g s", seconds)
	case seconds < 2*3600:
		return time.Duration(math.Round(seconds) * 1e9).String()
	case seconds < 48*3600:
		return fmt.Sprintf("%.3g hours", seconds/3600)
	}
	return fmt.Sprintf("%.3g days", seconds/86400)
}
