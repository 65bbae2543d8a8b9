package limit

import (
	"math"

	"anisgd/engine/ode"
	"anisgd/engine/problem"
	"anisgd/engine/rate"
	"anisgd/engine/statistic"
)

// interpolate writes the state at a fraction theta of the last accepted step,
// from the method's continuous extension, and returns AdaGrad-Norm's sum there.
func (s *fused) interpolate(dstY, dstC []float64, theta float64) (accumulated float64) {
	weights := s.weights[:s.tableau.Stages]
	s.tableau.DenseWeights(weights, theta)
	for i := range weights {
		weights[i] *= s.trial
	}
	s.combine(s.oldY, s.oldC, dstY, dstC, weights)
	return s.accumulated.at(s.accumulated.old, weights)
}

// InitialStep implements ode.Stepper.
func (s *fused) InitialStep(end float64) float64 {
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
	clear(s.errorY)
	clear(s.errorC)
	slopeNorm := s.errorNorm(s.y, s.c, 1, &s.departure)
	probe := ode.ProbeStep(stateNorm, slopeNorm, limit)
	row := []float64{probe}
	s.combineError(s.oldY, s.oldC, row, []float64{-1 / probe})
	s.evaluate(s.coupling, s.current, s.t+probe, math.FMA(probe, s.accumulated.first, s.accumulated.value))
	s.stages.Append(s.coupling, row)
	curvatureNorm := s.errorNorm(s.oldY, s.oldC, 1/probe, nil)
	if stateNorm == 0 {
		// A state that vanishes has no scale of time, and the probe says nothing
		// about the step: the error estimated for it does, at most 1e6 probes.
		probe = min(1e4*probe, limit)
	}
	return ode.StartingStep(probe, slopeNorm, curvatureNorm, s.tableau.ErrorOrder, limit)
}

// laws implements dynamics.
func (s *fused) laws() []problem.Law { return s.current }

// measure implements dynamics.
func (s *fused) measure(dst *statistic.Moments, t, theta float64) (learningRate float64) {
	learningRate = s.rate
	s.view[0], s.variance.C = s.y, s.c
	if theta < 1 {
		if s.denseY == nil {
			s.denseY, s.denseC = make([]float64, len(s.y)), make([]float64, len(s.c))
			s.denseLaws, s.denseCoupling = s.newLaws(), s.closure.NewCoupling()
		}
		s.view[0], s.variance.C = s.denseY, s.denseC
		accumulated := s.interpolate(s.denseY, s.denseC, theta)
		if _, schedule := s.config.Rate.(rate.Schedule); !schedule {
			current := s.rate
			s.evaluate(s.denseCoupling, s.denseLaws, t, accumulated)
			learningRate, s.rate = s.rate, current
		}
	}
	s.meter.Measure(dst, s.view[:], s.variance)
	return rateAt(s.config.Rate, t, learningRate)
}

// rateAt is the learning rate to report at time t: a schedule's is that of the
// next step, at a jump the value to its right; adaptive rules' is the given one.
func rateAt(rule rate.Rule, t, adaptive float64) float64 {
	if schedule, ok := rule.(rate.Schedule); ok {
		return schedule.At(t)
	}
	return adaptive
}
