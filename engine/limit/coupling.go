package limit

import (
	"math"

	"anisgd/engine/problem"
	"anisgd/engine/statistic"
	"anisgd/kernels"
)

// closure turns the reductions of a state into the few scalars that couple the
// modes: the laws of the outputs (m_i, B_i), then the Gaussian expectations of
// the loss, then the coefficients of every mode's linear equation.
type closure struct {
	config      *Config
	priors      []float64
	moments     statistic.Moments // Mean and Covariance only
	expectation problem.Expectation
}

func newClosure(c *Config) *closure {
	classes := len(c.Arrays.Classes)
	cl := &closure{
		config: c,
		moments: statistic.Moments{
			Mean:       make([]float64, classes),
			Covariance: make([]float64, classes),
		},
		expectation: problem.NewExpectation(c.Problem.Outputs()),
	}
	for _, class := range c.Arrays.Classes {
		cl.priors = append(cl.priors, class.Prior)
	}
	return cl
}

// newCoupling allocates the coefficients for the model's spectra and sources.
func (cl *closure) newCoupling() *kernels.Coupling {
	spectra, sources := len(cl.config.Arrays.Spectra), len(cl.config.Arrays.Sources)
	return &kernels.Coupling{
		Rate:  make([]float64, spectra),
		Noise: make([]float64, spectra),
		Drive: make([]float64, sources),
	}
}

// evaluate writes the coupling for learning rate gamma at a state given by its
// reductions Σ_ρ M_s y per source and Σ_ρ λ_l (y² + c) per spectrum.
func (cl *closure) evaluate(dst *kernels.Coupling, gamma float64, linear, quadratic []float64) {
	c := cl.config
	d := float64(c.Arrays.Dim)
	clear(dst.Rate)
	clear(dst.Noise)
	clear(dst.Drive)
	dst.Decay = gamma * c.Ridge
	e := &cl.expectation
	for i, class := range c.Arrays.Classes {
		mean := 0.0
		if class.Source >= 0 {
			mean = class.Factor * linear[class.Source] / d
		}
		cl.moments.Mean[i] = mean
		// A trial step may leave the domain C ≥ 0 by its own error.
		cl.moments.Covariance[i] = math.Max(quadratic[class.Spectrum]/d, 0)
		if class.Prior == 0 {
			continue
		}
		c.Problem.Expect(e, i, cl.law(i))
		weight := gamma * class.Prior
		l := class.Spectrum
		dst.Rate[l] = math.FMA(weight, e.Hessian[0], dst.Rate[l])
		dst.Noise[l] = math.FMA(weight*gamma, e.SecondMoment[0], dst.Noise[l])
		if s := class.Source; s >= 0 {
			dst.Drive[s] = math.FMA(weight*class.Factor, e.Gradient[0], dst.Drive[s])
		}
	}
}

// risk is the population risk at the state evaluated last.
func (cl *closure) risk() float64 {
	return statistic.Risk(cl.config.Problem, cl.priors, &cl.moments)
}

func (cl *closure) law(i int) problem.Law {
	return problem.Law{Mean: cl.moments.Mean[i : i+1], Covariance: cl.moments.Covariance[i : i+1]}
}
