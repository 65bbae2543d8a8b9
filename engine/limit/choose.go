package limit

import (
	"fmt"
	"math"

	"anisgd/engine/problem"
	"anisgd/engine/rate"
	"anisgd/engine/spectrum"
)

// Automatic leaves a choice of method or spectrum to Choose.
const Automatic = "auto"

// Choice is a method and a spectrum, and for what was chosen why.
type Choice struct {
	Method, Spectrum             string
	MethodReason, SpectrumReason string // empty for what was given
}

const (
	// compressionGain is how many times fewer numbers a compressed spectrum must have
	// than the full one to be chosen: each costs more.
	compressionGain = 4
	// stiffness is the number of relaxation times of the fastest mode until the end from
	// which the implicit method is chosen: an explicit one takes a step for every three
	// or so.
	stiffness = 1000
	// chosenSums is the number of coupled sums up to which the implicit method is
	// chosen.
	chosenSums = 24
)

// Choose replaces what is Automatic. It counts: numbers in the state of both
// spectra, and relaxation times of the fastest mode until the end. The choices are
// functions of the problem alone. It is an error if a spectrum cannot be had.
func Choose(description *spectrum.Description, p problem.Problem, rule rate.Rule, end float64, method, spectrumName string) (Choice, error) {
	c := Choice{Method: method, Spectrum: spectrumName}
	if method != Automatic && spectrumName == FullSpectrum {
		return c, nil
	}
	survey, err := spectrum.Look(description)
	if err != nil {
		return c, err
	}
	c.chooseSpectrum(&survey, description.Model.Dim, p.Outputs())
	if method == Automatic {
		structure := description.Model.Structure()
		c.chooseMethod(survey.Largest*Curvature(p), rate.Largest(rule, end)*end,
			ImplicitSums(len(structure.Vectors), len(structure.Covariances), p.Outputs(), p.TeacherOutputs()))
	}
	return c, nil
}

func (c *Choice) chooseSpectrum(survey *spectrum.Survey, d int64, outputs int) {
	if c.Spectrum != Automatic {
		return
	}
	perNode := survey.Sources*outputs + outputs*(outputs+1)/2
	perMode := outputs
	if outputs == 1 {
		perMode = 2
	}
	compressed, full := float64(survey.Nodes)*float64(perNode), float64(d)*float64(perMode)
	c.Spectrum = FullSpectrum
	relation := "no fewer than a quarter of"
	if compressed*compressionGain <= full || survey.Nodes == 1 {
		c.Spectrum, relation = CompressedSpectrum, "fewer than a quarter of"
	}
	c.SpectrumReason = fmt.Sprintf("%d nodes with %d numbers each are %s %d modes with %d", survey.Nodes, perNode, relation, d, perMode)
}

// chooseMethod decides by a bound of the fastest relaxation, largest·γ, until the
// end.
func (c *Choice) chooseMethod(largest, horizon float64, sums int) {
	c.Method = "dopri5"
	times := largest * horizon
	switch {
	case !(times > stiffness):
		c.MethodReason = fmt.Sprintf("the fastest mode relaxes at most %.3g times", times)
	case sums > chosenSums:
		c.MethodReason = fmt.Sprintf("the modes are coupled by %d sums, many for an implicit method", sums)
	case math.IsInf(times, 1):
		c.MethodReason = "the learning rate has no bound that is known beforehand"
	default:
		c.Method = "radau9"
		c.MethodReason = fmt.Sprintf("the fastest mode relaxes up to %.3g times", times)
	}
}

// Curvature bounds the second derivatives of a loss by the outputs.
func Curvature(p problem.Problem) float64 {
	switch p.(type) {
	case problem.Logistic, problem.TeacherLogistic:
		return 0.25
	case problem.Softmax:
		return 0.5
	}
	return 1
}
