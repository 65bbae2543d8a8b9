// Package closure turns the laws of the outputs into the few scalars that couple
// the modes: the Gaussian expectations of the loss, weighted by the priors and
// gathered by spectrum and source, and the learning rate where it follows from
// them (theory, sections 3 and 6). SGD with adaptive learning rates and the limit
// use the same closure.
package closure

import (
	"fmt"
	"math"

	"anisgd/engine/model"
	"anisgd/engine/problem"
	"anisgd/engine/rate"
	"anisgd/kernels"
)

// Coupling holds the coefficients of the modes' linear equations for S sources,
// L spectra and ℓ outputs: in mode ρ, with y = √d·x̄ (ℓ) and C (ℓ×ℓ),
//
//	A = Decay·1 + Σ_l λ_l Rate_l     b = Σ_s M_s Drive_s     N = Σ_l λ_l Noise_l
//	y' = −(A y + b)                  C' = N − (A C + C Aᵀ)
//
// Rate_l and Noise_l are ℓ×ℓ at [l·ℓ²], Drive_s has length ℓ at [s·ℓ]. With one
// output this is the layout of kernels.Coupling.
type Coupling = kernels.Coupling

// Closure evaluates couplings for one experiment. It serves one goroutine.
type Closure struct {
	modes       *Modes
	problem     problem.Problem
	evaluator   problem.Evaluator
	rule        rate.Rule
	ridge       float64
	outputs     int
	teacher     int
	expectation problem.Expectation
	gain        *Coupling // the coupling for γ = 1 without ridge

	gradient2 float64 // Σ p_i (tr K_i/d) tr I_i at the last evaluation
	excess    float64 // Σ p_i (2R_i − ℓs²), for Polyak
	noise2    float64 // ℓ s²
}

// GradientNorm2 measures ‖∇R‖² = Σ_ρ E|c_ρ + A⁰_ρ x_ρ|² at the state whose laws
// are being closed, from the coupling for γ = 1.
type GradientNorm2 func(gain *Coupling) float64

// Modes is what a closure knows of the model's modes: the classes with their
// spectra and sources, and sums over the spectra.
type Modes struct {
	Classes  []model.ClassArrays
	Sources  int       // of the model
	Traces   []float64 // tr K_l/d for every spectrum l
	Products []float64 // tr K_l K_k/d for every pair of spectra
}

// ModesOf sums over the arrays of a model.
func ModesOf(arrays *model.Arrays) *Modes {
	m := &Modes{Classes: arrays.Classes, Sources: len(arrays.Sources)}
	d := float64(arrays.Dim)
	for _, u := range arrays.Spectra {
		m.Traces = append(m.Traces, total(arrays.Dim, func(lo, hi int, s *kernels.Partial) { kernels.Sum(u.Values[lo:hi], s) })/d)
		for _, v := range arrays.Spectra {
			m.Products = append(m.Products, total(arrays.Dim, func(lo, hi int, s *kernels.Partial) { kernels.Dot(u.Values[lo:hi], v.Values[lo:hi], s) })/d)
		}
	}
	return m
}

// New prepares the closure of one experiment. Sources of the coupling are those
// of the model followed by Σ λ_l∘x*_b for every spectrum l and teacher column b
// (at S + l·ℓ* + b). It is an error to ask for a learning rate that the problem
// does not define.
func New(modes *Modes, p problem.Problem, rule rate.Rule, ridge float64) (*Closure, error) {
	c := &Closure{
		modes: modes, problem: p, evaluator: p.Evaluator(), rule: rule, ridge: ridge,
		outputs: p.Outputs(), teacher: p.TeacherOutputs(),
		expectation: problem.NewExpectation(p.Outputs(), p.TeacherOutputs()),
	}
	c.gain = c.NewCoupling()
	if _, polyak := rule.(rate.Polyak); polyak {
		teacher, ok := p.(problem.TeacherLeastSquares)
		if !ok {
			return nil, fmt.Errorf("the idealised Polyak step is defined for least squares with a teacher only, whose smallest risk is known")
		}
		c.noise2 = float64(teacher.Columns) * teacher.Noise * teacher.Noise
	}
	return c, nil
}

// NewCoupling allocates a coupling of the closure's shape.
func (c *Closure) NewCoupling() *Coupling {
	square := c.outputs * c.outputs
	return &Coupling{
		Rate:  make([]float64, len(c.modes.Traces)*square),
		Noise: make([]float64, len(c.modes.Traces)*square),
		Drive: make([]float64, c.Sources()*c.outputs),
	}
}

// Sources is the number of sources of a coupling: the model's and the teacher's.
func (c *Closure) Sources() int {
	return c.modes.Sources + len(c.modes.Traces)*c.teacher
}

// Evaluate closes the equations: laws are those of all classes at time t;
// accumulated is AdaGrad-Norm's sum, and norm measures the population gradient
// for line search; both may be zero for other rules. It writes the coupling and
// returns the learning rate.
func (c *Closure) Evaluate(dst *Coupling, laws []problem.Law, t, accumulated float64, norm GradientNorm2) (learningRate float64) {
	c.expect(laws)
	switch rule := c.rule.(type) {
	case rate.Schedule:
		learningRate = rule.At(t)
	case rate.AdaGradNorm:
		learningRate = rule.Rate(accumulated)
	case rate.LineSearch:
		learningRate = rule.Rate(norm(c.gain), c.curvature())
	case rate.Polyak:
		learningRate = rule.Rate(c.excess, c.gradient2)
	}
	dst.Decay = learningRate * c.ridge
	scale(dst.Rate, c.gain.Rate, learningRate)
	scale(dst.Drive, c.gain.Drive, learningRate)
	scale(dst.Noise, c.gain.Noise, learningRate*learningRate)
	return learningRate
}

// Gradient2 is Σ p_i (tr K_i/d) tr I_i at the last evaluation: the growth of
// AdaGrad-Norm's sum per unit of time.
func (c *Closure) Gradient2() float64 { return c.gradient2 }

// Estimates are those of the closure's evaluator.
func (c *Closure) Estimates() problem.Estimates { return problem.EstimatesOf(c.evaluator) }

// Risk is the population risk of the laws of all classes.
func (c *Closure) Risk(laws []problem.Law) float64 {
	risk := 0.0
	for i, class := range c.modes.Classes {
		if class.Prior > 0 {
			risk = math.FMA(class.Prior, c.evaluator.Risk(i, &laws[i]), risk)
		}
	}
	return risk
}

// expect gathers the expectations of all classes into gain.
func (c *Closure) expect(laws []problem.Law) {
	gain, e := c.gain, &c.expectation
	clear(gain.Rate)
	clear(gain.Noise)
	clear(gain.Drive)
	c.gradient2, c.excess = 0, 0
	_, polyak := c.rule.(rate.Polyak)
	square := c.outputs * c.outputs
	for i, class := range c.modes.Classes {
		if class.Prior == 0 {
			continue
		}
		c.evaluator.Expect(e, i, &laws[i])
		l := class.Spectrum
		accumulate(gain.Rate[l*square:(l+1)*square], e.Hessian, class.Prior)
		accumulate(gain.Noise[l*square:(l+1)*square], e.SecondMoment, class.Prior)
		if s := class.Source; s >= 0 {
			accumulate(gain.Drive[s*c.outputs:(s+1)*c.outputs], e.Gradient, class.Prior*class.Factor)
		}
		for b := range c.teacher {
			s := c.modes.Sources + l*c.teacher + b
			for a := range c.outputs {
				at := s*c.outputs + a
				gain.Drive[at] = math.FMA(class.Prior, e.TeacherHessian[a*c.teacher+b], gain.Drive[at])
			}
		}
		trace := 0.0
		for a := range c.outputs {
			trace += e.SecondMoment[a*c.outputs+a]
		}
		c.gradient2 = math.FMA(class.Prior*c.modes.Traces[l], trace, c.gradient2)
		if polyak {
			c.excess = math.FMA(class.Prior, math.FMA(2, c.evaluator.Risk(i, &laws[i]), -c.noise2), c.excess)
		}
	}
}

// curvature is Σ_ij p_i p_j (tr K_i K_j/d) tr(H_j I_i), summed by spectra.
func (c *Closure) curvature() float64 {
	spectra, square := len(c.modes.Traces), c.outputs*c.outputs
	sum := 0.0
	for l := range spectra {
		for k := range spectra {
			// tr(H I) = Σ_ab H_ab I_ab, both being symmetric.
			trace := 0.0
			for ab := range square {
				trace = math.FMA(c.gain.Rate[k*square+ab], c.gain.Noise[l*square+ab], trace)
			}
			sum = math.FMA(c.modes.Products[l*spectra+k], trace, sum)
		}
	}
	return sum
}

func accumulate(dst, src []float64, weight float64) {
	for j, v := range src {
		dst[j] = math.FMA(weight, v, dst[j])
	}
}

func scale(dst, src []float64, by float64) {
	for j, v := range src {
		dst[j] = by * v
	}
}
