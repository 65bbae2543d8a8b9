package limit

import (
	"math"

	"anisgd/engine/ode"
	"anisgd/engine/parallel"
	"anisgd/kernels"
)

// stepper is an explicit Runge–Kutta method (any tableau) for the limiting
// dynamics that stores no stages. Every mode obeys a linear equation of its own
// given a few scalars per stage; so each sweep over the modes starts from the
// state at the beginning of the step and computes the derivatives of the earlier
// stages again, in registers (kernels.Stages), ending in the sums from which
// the scalars of the next stage follow. A stage costs one read-only pass.
//
// The state is y = √d·x̄ and c = C, each of length d. stepper implements
// ode.Stepper.
type stepper struct {
	config  *Config
	tableau *ode.Tableau
	closure *closure
	pool    *parallel.Pool
	stages  *kernels.Stages

	t        float64
	y, c     []float64 // current state
	oldY     []float64 // state at the start of the last step, with whose stages dense output is made;
	oldC     []float64 // during a trial, the state at its end
	trial    float64   // size of the last trial step
	first    *kernels.Coupling
	coupling *kernels.Coupling
	weights  [kernels.MaxStages]float64

	sums        []*kernels.Sums // one per chunk
	errorSums   []kernels.Partial
	linear      []float64 // Σ_ρ M_s y
	quadratic   []float64 // Σ_ρ λ_l (y² + c)
	evaluations int

	sweepChunk, errorChunk func(index int) // made once, so that a step does not allocate
	sweep                  sweepArguments
}

// sweepArguments are what the workers of one sweep need to know.
type sweepArguments struct {
	y, c, dstY, dstC []float64
	out              []float64
}

func newStepper(c *Config, tableau *ode.Tableau, pool *parallel.Pool) *stepper {
	d := c.Arrays.Dim
	spectra := make([][]float64, len(c.Arrays.Spectra))
	for l := range spectra {
		spectra[l] = c.Arrays.Spectra[l].Values
	}
	s := &stepper{
		config: c, tableau: tableau, pool: pool,
		closure: newClosure(c),
		stages:  kernels.NewStages(d, spectra, c.Arrays.Sources),
		y:       make([]float64, d), c: make([]float64, d),
		oldY: make([]float64, d), oldC: make([]float64, d),
		errorSums: make([]kernels.Partial, parallel.Chunks(d)),
		linear:    make([]float64, len(c.Arrays.Sources)),
		quadratic: make([]float64, len(spectra)),
	}
	copy(s.y, c.Start)
	for rho := range s.c {
		s.c[rho] = c.StartVariance
	}
	s.first, s.coupling = s.closure.newCoupling(), s.closure.newCoupling()
	for range parallel.Chunks(d) {
		s.sums = append(s.sums, s.stages.NewSums())
	}
	s.sweepChunk = func(index int) {
		lo, hi := parallel.Chunk(index, d)
		a := &s.sweep
		s.sums[index].Reset()
		s.stages.Combine(lo, hi, a.y, a.c, a.dstY, a.dstC, a.out, s.sums[index])
	}
	s.errorChunk = func(index int) {
		lo, hi := parallel.Chunk(index, d)
		s.errorSums[index] = kernels.Partial{}
		s.stages.ErrorNorm(lo, hi, s.y, s.c, s.sweep.out,
			s.config.AbsoluteTolerance, s.config.RelativeTolerance, &s.errorSums[index])
	}
	return s
}

// Order implements ode.Stepper.
func (s *stepper) Order() int { return s.tableau.Order }

// ErrorOrder implements ode.Stepper.
func (s *stepper) ErrorOrder() int { return s.tableau.ErrorOrder }

// Time implements ode.Stepper.
func (s *stepper) Time() float64 { return s.t }

// Evaluations implements ode.Stepper.
func (s *stepper) Evaluations() int { return s.evaluations }

// Reset implements ode.Stepper.
func (s *stepper) Reset(t float64) error {
	s.t = t
	s.stages.Reset()
	s.combine(s.y, s.c, nil, nil, nil)
	s.evaluate(s.first, t)
	return nil
}

// Trial implements ode.Stepper. The error norm is the root mean square over all
// 2d components.
func (s *stepper) Trial(h float64) (float64, error) {
	s.trial = h
	s.stages.Reset()
	s.stages.Append(s.first, nil)
	last := s.tableau.Stages - 1
	for i := 1; i <= last; i++ {
		row := s.scaled(s.tableau.A[i], h)
		if i == last && s.tableau.FSAL {
			s.combine(s.y, s.c, s.oldY, s.oldC, row)
		} else {
			s.combine(s.y, s.c, nil, nil, row)
		}
		s.evaluate(s.coupling, math.FMA(s.tableau.C[i], h, s.t))
		s.stages.Append(s.coupling, row)
	}
	if !s.tableau.FSAL {
		s.combine(s.y, s.c, s.oldY, s.oldC, s.scaled(s.tableau.B, h))
		s.evaluate(s.coupling, s.t+h)
	}
	if !s.finite() {
		return math.NaN(), nil
	}
	if s.tableau.E == nil {
		return 0, nil
	}
	return s.errorNorm(s.scaled(s.tableau.E, h)), nil
}

// Accept implements ode.Stepper.
func (s *stepper) Accept() {
	s.t += s.trial
	s.y, s.oldY = s.oldY, s.y
	s.c, s.oldC = s.oldC, s.c
	s.first, s.coupling = s.coupling, s.first
}

// Interpolate writes the state at a fraction theta of the last accepted step,
// from the method's continuous extension.
func (s *stepper) Interpolate(dstY, dstC []float64, theta float64) {
	weights := s.weights[:s.tableau.Stages]
	s.tableau.DenseWeights(weights, theta)
	for i := range weights {
		weights[i] *= s.trial
	}
	s.combine(s.oldY, s.oldC, dstY, dstC, weights)
}

// InitialStep implements ode.Stepper.
func (s *stepper) InitialStep(end float64) float64 {
	limit := end - s.t
	atol, rtol := s.config.AbsoluteTolerance, s.config.RelativeTolerance
	stateNorm := 0.0
	for rho, y := range s.y {
		ry := y / math.FMA(rtol, math.Abs(y), atol)
		rc := s.c[rho] / math.FMA(rtol, math.Abs(s.c[rho]), atol)
		stateNorm = math.FMA(rc, rc, math.FMA(ry, ry, stateNorm))
	}
	stateNorm = math.Sqrt(stateNorm / float64(2*len(s.y)))

	s.stages.Reset()
	s.stages.Append(s.first, nil)
	slopeNorm := s.errorNorm([]float64{1})
	probe := ode.ProbeStep(stateNorm, slopeNorm, limit)
	row := []float64{probe}
	s.combine(s.y, s.c, nil, nil, row)
	s.evaluate(s.coupling, s.t+probe)
	s.stages.Append(s.coupling, row)
	curvatureNorm := s.errorNorm([]float64{-1 / probe, 1 / probe})
	return ode.StartingStep(probe, slopeNorm, curvatureNorm, s.tableau.ErrorOrder, limit)
}

// scaled writes h·row into the scratch weights.
func (s *stepper) scaled(row []float64, h float64) []float64 {
	weights := s.weights[:len(row)]
	for i, a := range row {
		weights[i] = h * a
	}
	return weights
}

// combine sweeps over the modes and leaves the sums over all of them in linear
// and quadratic, added by chunks in index order.
func (s *stepper) combine(y, c, dstY, dstC, out []float64) {
	s.sweep = sweepArguments{y: y, c: c, dstY: dstY, dstC: dstC, out: out}
	s.pool.Each(len(s.sums), s.sweepChunk)
	clear(s.linear)
	clear(s.quadratic)
	for _, sums := range s.sums {
		for j := range s.linear {
			s.linear[j] += sums.Linear[j].Sum()
		}
		for l := range s.quadratic {
			s.quadratic[l] += sums.Quadratic[l].Sum()
		}
	}
}

// evaluate closes the equations at the state combined last.
func (s *stepper) evaluate(dst *kernels.Coupling, t float64) {
	s.closure.evaluate(dst, s.config.Rate.At(t), s.linear, s.quadratic)
	s.evaluations++
}

func (s *stepper) errorNorm(weights []float64) float64 {
	s.sweep.out = weights
	s.pool.Each(len(s.errorSums), s.errorChunk)
	total := 0.0
	for i := range s.errorSums {
		total += s.errorSums[i].Sum()
	}
	return math.Sqrt(total / float64(2*len(s.y)))
}

// finite reports whether the sums of the last sweep are.
func (s *stepper) finite() bool {
	total := 0.0
	for _, v := range s.linear {
		total += v - v
	}
	for _, v := range s.quadratic {
		total += v - v
	}
	return total == 0
}

// risk is the population risk at the current state, right after Reset or Accept.
func (s *stepper) risk() float64 { return s.closure.risk() }
