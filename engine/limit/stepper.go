package limit

import (
	"math"

	"anisgd/engine/closure"
	"anisgd/engine/internal/phase"
	"anisgd/engine/ode"
	"anisgd/engine/parallel"
	"anisgd/engine/problem"
	"anisgd/engine/rate"
	"anisgd/engine/statistic"
	"anisgd/kernels"
	"anisgd/kernels/memory"
)

// fused is an explicit Runge–Kutta method (any tableau) for the limiting
// dynamics of one output that stores no stages. Every mode obeys a linear
// equation of its own given a few scalars per stage; so each sweep over the
// modes starts from the state at the beginning of the step and computes the
// derivatives of the earlier stages again, in registers (kernels.Stages), ending
// in the sums from which the scalars of the next stage follow. A stage costs one
// read-only pass, but for the second: its sums are polynomials in the size of the
// step, whose coefficients are collected in the pass for the error of the step
// before. That pass does not go through the stages again: what they contribute to
// the error is stored by the pass that stores the end of the step.
//
// The state is y = √d·x̄ and c = C, each of length d, and AdaGrad-Norm's sum.
// fused implements ode.Stepper and dynamics.
type fused struct {
	config  *Config
	tableau *ode.Tableau
	closure *closure.Closure
	pool    *parallel.Pool
	stages  *kernels.Stages
	sources [][]float64
	current []problem.Law // at the state evaluated last

	t        float64
	y, c     []float64 // current state
	oldY     []float64 // state at the start of the last step, with whose stages dense output is made;
	oldC     []float64 // during a trial, the state at its end
	errorY   []float64 // what all stages but the last contribute to the error of the trial
	errorC   []float64
	trial    float64 // size of the last trial step
	first    *kernels.Coupling
	coupling *kernels.Coupling
	rate     float64 // at the state evaluated last
	weights  [kernels.MaxStages]float64

	errorWeights [kernels.MaxStages]float64

	accumulated stagedScalar
	accumulates bool // the rule is AdaGrad-Norm

	sums        []*kernels.Sums // one per chunk
	errorSums   []*kernels.ErrorSums
	linear      []float64 // Σ_ρ M_s y
	quadratic   []float64 // Σ_ρ λ_l (y² + c)
	departure   departure // from the current state
	departed    departure // from the end of the trial
	evaluations int

	searches       bool // the rule is LineSearch: stages are materialised to measure the gradient
	stageY, stageC []float64
	gradientNorm2  closure.GradientNorm2

	sweepChunk, errorChunk func(index int) // made once, so that a step does not allocate
	sweep                  sweepArguments
	backward               bool // the direction of the present sweep

	meter    *statistic.Meter
	view     [1][]float64
	variance *statistic.ArrayVariance
	denseY   []float64 // scratch for dense output, made when first needed
	denseC   []float64

	denseLaws     []problem.Law
	denseCoupling *kernels.Coupling
	newLaws       func() []problem.Law
}

// sweepArguments are what the workers of one sweep need to know.
type sweepArguments struct {
	y, c, dstY, dstC []float64
	out              []float64
	err              []float64 // nil unless the error is wanted
	weight           float64   // of the last stage in it
}

// stagedScalar is a scalar component of the state, integrated along.
type stagedScalar struct {
	value, next, old float64
	slopes           [kernels.MaxStages]float64
	first, last      float64 // slopes at the current state and at the end of the trial
}

// at is the value combined with the slopes of the stages so far.
func (q *stagedScalar) at(from float64, weights []float64) float64 {
	for i, w := range weights {
		from = math.FMA(w, q.slopes[i], from)
	}
	return from
}

// departure gives the sums over the modes at the state y + w·y', c + w·c' that
// leaves (y, c) with its slope: polynomials in w with these coefficients.
type departure struct {
	known             bool      // the sums of a slope were found
	linear, quadratic []float64 // at (y, c)
	slope             []float64 // of linear
	cross, square     []float64 // of quadratic
}

func newDeparture(sources, spectra int) departure {
	return departure{
		linear: make([]float64, sources), slope: make([]float64, sources),
		quadratic: make([]float64, spectra), cross: make([]float64, spectra), square: make([]float64, spectra),
	}
}

// at writes the sums at a distance w.
func (p *departure) at(linear, quadratic []float64, w float64) {
	for j, slope := range p.slope {
		linear[j] = math.FMA(w, slope, p.linear[j])
	}
	for l, square := range p.square {
		quadratic[l] = math.FMA(w, math.FMA(w, square, p.cross[l]), p.quadratic[l])
	}
}

func newFused(c *Config, tableau *ode.Tableau, cl *closure.Closure, meter *statistic.Meter, pool *parallel.Pool) *fused {
	d := c.Arrays.Dim
	spectra := make([][]float64, len(c.Arrays.Spectra))
	for l := range spectra {
		spectra[l] = c.Arrays.Spectra[l].Values
	}
	s := &fused{
		config: c, tableau: tableau, pool: pool, closure: cl,
		sources: closure.ModeSources(c.Arrays, c.Observables.Teacher),
		newLaws: func() []problem.Law { return meter.NewMoments().Laws },
		y:       memory.Floats(d), c: memory.Floats(d),
		oldY: memory.Floats(d), oldC: memory.Floats(d),
		errorY: memory.Floats(d), errorC: memory.Floats(d),
		quadratic: make([]float64, len(spectra)),
		meter:     meter,
		variance:  meter.NewArrayVariance(),
	}
	s.current = s.newLaws()
	s.stages = kernels.NewStages(d, spectra, s.sources)
	s.linear = make([]float64, len(s.sources))
	s.departure, s.departed = newDeparture(len(s.sources), len(spectra)), newDeparture(len(s.sources), len(spectra))
	_, s.accumulates = c.Rate.(rate.AdaGradNorm)
	if _, s.searches = c.Rate.(rate.LineSearch); s.searches {
		s.stageY, s.stageC = memory.Floats(d), memory.Floats(d)
		s.gradientNorm2 = s.measureGradient
	}
	if c.Start != nil {
		copy(s.y, c.Start[0])
	}
	for rho := range s.c {
		s.c[rho] = c.StartVariance
	}
	s.first, s.coupling = cl.NewCoupling(), cl.NewCoupling()
	for range parallel.Chunks(d) {
		s.sums = append(s.sums, s.stages.NewSums())
		s.errorSums = append(s.errorSums, s.stages.NewErrorSums())
	}
	s.sweepChunk = func(index int) {
		phase.Update.Enter()
		index = s.inOrder(index)
		lo, hi := parallel.Chunk(index, d)
		a := &s.sweep
		s.sums[index].Reset()
		if a.err == nil {
			s.stages.Combine(lo, hi, a.y, a.c, a.dstY, a.dstC, a.out, s.sums[index])
		} else {
			s.stages.CombineError(lo, hi, a.y, a.c, a.dstY, a.dstC, s.errorY, s.errorC, a.out, a.err, s.sums[index])
		}
	}
	s.errorChunk = func(index int) {
		phase.Update.Enter()
		index = s.inOrder(index)
		lo, hi := parallel.Chunk(index, d)
		s.errorSums[index].Reset()
		a := &s.sweep
		s.stages.ErrorNorm(lo, hi, a.y, a.c, a.dstY, a.dstC, s.errorY, s.errorC, a.weight,
			s.config.AbsoluteTolerance, s.config.RelativeTolerance, s.errorSums[index])
	}
	return s
}

// Order implements ode.Stepper.
func (s *fused) Order() int { return s.tableau.Order }

// ErrorOrder implements ode.Stepper.
func (s *fused) ErrorOrder() int { return s.tableau.ErrorOrder }

// Time implements ode.Stepper.
func (s *fused) Time() float64 { return s.t }

// Evaluations implements ode.Stepper.
func (s *fused) Evaluations() int { return s.evaluations }

// Reset implements ode.Stepper.
func (s *fused) Reset(t float64) error {
	s.t = t
	s.stages.Reset()
	s.combine(s.y, s.c, s.stageY, s.stageC, nil)
	s.departFrom(&s.departure)
	s.accumulated.first = s.evaluate(s.first, s.current, t, s.accumulated.value)
	return nil
}

// Trial implements ode.Stepper. The error norm is the root mean square over all
// 2d components, and at least the scaled error of AdaGrad-Norm's sum.
func (s *fused) Trial(h float64) (float64, error) {
	s.trial = h
	q := &s.accumulated
	s.stages.Reset()
	s.stages.Append(s.first, nil)
	q.slopes[0] = q.first
	last := s.tableau.Stages - 1
	for i := 1; i <= last; i++ {
		row := s.scaled(s.tableau.A[i], h)
		q.next = q.at(q.value, row)
		switch {
		case i == last && s.tableau.FSAL:
			s.combineError(s.oldY, s.oldC, row, s.scaledError(h)[:last])
			s.departFrom(&s.departed)
		case i == 1 && s.departure.known && !s.searches:
			s.departure.at(s.linear, s.quadratic, row[0])
		default:
			s.combine(s.y, s.c, s.stageY, s.stageC, row)
		}
		q.slopes[i] = s.evaluate(s.coupling, s.current, math.FMA(s.tableau.C[i], h, s.t), q.next)
		s.stages.Append(s.coupling, row)
	}
	q.last = q.slopes[last]
	if !s.tableau.FSAL {
		weights := s.scaled(s.tableau.B, h)
		q.next = q.at(q.value, weights)
		s.combine(s.y, s.c, s.oldY, s.oldC, weights)
		q.last = s.evaluate(s.coupling, s.current, s.t+h, q.next)
	}
	if !s.finite() {
		return math.NaN(), nil
	}
	if s.tableau.E == nil {
		return 0, nil
	}
	weights := s.scaledError(h)
	norm := s.errorNorm(s.oldY, s.oldC, weights[last], &s.departed)
	if s.accumulates {
		scale := math.FMA(s.config.RelativeTolerance, math.Max(q.value, q.next), s.config.AbsoluteTolerance)
		norm = math.Max(norm, math.Abs(q.at(0, weights))/scale)
	}
	return norm, nil
}

// Accept implements ode.Stepper.
func (s *fused) Accept() {
	s.t += s.trial
	s.y, s.oldY = s.oldY, s.y
	s.c, s.oldC = s.oldC, s.c
	s.first, s.coupling = s.coupling, s.first
	s.departure, s.departed = s.departed, s.departure
	q := &s.accumulated
	q.old, q.value, q.first = q.value, q.next, q.last
}

// scaled writes h·row into the scratch weights.
func (s *fused) scaled(row []float64, h float64) []float64 {
	weights := s.weights[:len(row)]
	for i, a := range row {
		weights[i] = h * a
	}
	return weights
}

// scaledError writes the weights of the error estimate for a step of size h, if
// the method has one.
func (s *fused) scaledError(h float64) []float64 {
	weights := s.errorWeights[:len(s.tableau.E)]
	for i, e := range s.tableau.E {
		weights[i] = h * e
	}
	return weights
}

// combine sweeps over the modes and leaves the sums over all of them in linear
// and quadratic, added by chunks in index order.
func (s *fused) combine(y, c, dstY, dstC, out []float64) {
	s.run(sweepArguments{y: y, c: c, dstY: dstY, dstC: dstC, out: out})
}

// combineError is combine from the current state, and leaves what the stages so
// far contribute to the error in errorY and errorC.
func (s *fused) combineError(dstY, dstC, out, err []float64) {
	s.run(sweepArguments{y: s.y, c: s.c, dstY: dstY, dstC: dstC, out: out, err: err})
}

func (s *fused) run(sweep sweepArguments) {
	s.sweep = sweep
	s.backward = !s.backward
	s.each(s.sweepChunk)
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

// evaluate closes the equations at the state combined last, whose laws it writes,
// and returns the slope of AdaGrad-Norm's sum.
func (s *fused) evaluate(dst *kernels.Coupling, laws []problem.Law, t, accumulated float64) float64 {
	phase.Expectation.Enter()
	d := float64(s.config.Arrays.Dim)
	teacher := len(s.config.Observables.Teacher)
	for i, class := range s.config.Arrays.Classes {
		law := &laws[i]
		law.Mean[0] = 0
		if class.Source >= 0 {
			law.Mean[0] = class.Factor * s.linear[class.Source] / d
		}
		// A trial step may leave the domain C ≥ 0 by its own error.
		law.Covariance[0] = math.Max(s.quadratic[class.Spectrum]/d, 0)
		for b := range teacher {
			law.Cross[b] = s.linear[len(s.config.Arrays.Sources)+class.Spectrum*teacher+b] / d
		}
	}
	s.rate = s.closure.Evaluate(dst, laws, t, accumulated, s.gradientNorm2)
	s.evaluations++
	return s.closure.Gradient2()
}

// measureGradient is ‖∇R‖² at the state combined last.
func (s *fused) measureGradient(gain *closure.Coupling) float64 {
	return gradientNorm2(s.closure, gain, s.sweep.dstY, s.sweep.dstC, s.sources, s.config.Arrays)
}

// departFrom notes the sums of the last sweep as those at the state to depart
// from, whose slope is not known yet.
func (s *fused) departFrom(p *departure) {
	p.known = false
	copy(p.linear, s.linear)
	copy(p.quadratic, s.quadratic)
}

// errorNorm is the norm relative to the tolerance of the error: what the stages
// contribute that were combined last, and the given weight times the slope at
// (newY, newC), the state of the stage appended last. The sweep also finds how the
// sums depart from there, which is written unless p is nil.
func (s *fused) errorNorm(newY, newC []float64, weight float64, p *departure) float64 {
	s.sweep = sweepArguments{y: s.y, c: s.c, dstY: newY, dstC: newC, weight: weight}
	s.backward = !s.backward
	s.each(s.errorChunk)
	phase.Reduce.Enter()
	total := 0.0
	for _, sums := range s.errorSums {
		total += sums.Error.Sum()
	}
	if p != nil {
		p.known = true
		clear(p.slope)
		clear(p.cross)
		clear(p.square)
		for _, sums := range s.errorSums {
			for j := range p.slope {
				p.slope[j] += sums.Slope[j].Sum()
			}
			for l := range p.cross {
				p.cross[l] += sums.Cross[l].Sum()
				p.square[l] += sums.Square[l].Sum()
			}
		}
	}
	return math.Sqrt(total / float64(2*len(s.y)))
}

// fewestShared is the number of chunks below which a sweep, of some ten
// microseconds a chunk, is over before sharing it would pay.
const fewestShared = 6

// each calls the task for every chunk.
func (s *fused) each(task func(index int)) {
	if len(s.sums) < fewestShared {
		for index := range s.sums {
			task(index)
		}
		return
	}
	s.pool.Each(len(s.sums), task)
}

// inOrder is the chunk to take at a place in the order of the present sweep.
// Sweeps go forward and backward in turn, so that each begins with the modes that
// the last one left in the cache.
func (s *fused) inOrder(place int) int {
	if s.backward {
		return len(s.sums) - 1 - place
	}
	return place
}

// finite reports whether the sums of the last sweep are.
func (s *fused) finite() bool {
	total := 0.0
	for _, v := range s.linear {
		total += v - v
	}
	for _, v := range s.quadratic {
		total += v - v
	}
	return total == 0
}
