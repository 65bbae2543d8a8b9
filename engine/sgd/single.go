package sgd

import (
	"math"

	"anisgd/engine/internal/phase"
	"anisgd/engine/parallel"
	"anisgd/engine/rate"
	"anisgd/kernels"
	"anisgd/rng"
)

// single is the iterate of one output in single precision, y = √d·x: state, samples,
// means and standard deviations are float32, every product and sum on the modes is
// rounded to float32, and sums over the modes are float64. It steps as vector does.
//
// Every update rounds the entries it changes to 6e-8 of themselves; a ridge whose
// shrinkage γδ/d is below that is lost.
type single struct {
	*stepper
	y, a          []float32
	columns64     [1][]float64 // the state widened
	means, scales [][]float32  // of the sources and of the spectra; nil for constant ones
	teacher       []float64
	stream        rng.Stream

	pending        bool // y ← shrink·y + factor·a has still to be done
	shrink, factor float32
	spectrum       int
	index          uint64 // of the step in progress
	mean, scale    []float32
	sample         kernels.Sample32 // but for its slices

	sums       []vectorSums
	scratch    []singleScratch // per worker
	sweepChunk func(worker, chunk int)

	output, teacherOutput [1]float64
	needsNorm             bool
}

type singleScratch struct {
	noise  [normalsPerBlock]float32
	wide   [normalsPerBlock]float64 // a block of the sample, for sums that need it
	sample kernels.Sample32
}

func newSingle(st *stepper) *single {
	c := st.shared.config
	d := c.Arrays.Dim
	s := &single{
		stepper: st, y: make([]float32, d), a: make([]float32, d), columns64: [1][]float64{make([]float64, d)},
		sums: make([]vectorSums, parallel.Chunks(d)), scratch: make([]singleScratch, st.pool.Workers()),
		means: st.shared.means32, scales: st.shared.scales32,
	}
	s.sweepChunk = s.sumChunk
	if len(c.Observables.Teacher) > 0 {
		s.teacher = c.Observables.Teacher[0]
	}
	_, s.needsNorm = c.Rate.(rate.AdaGradNorm)
	return s
}

// narrow rounds an array to float32; nil stays nil.
func narrow(values []float64) []float32 {
	if values == nil {
		return nil
	}
	narrow := make([]float32, len(values))
	for i, v := range values {
		narrow[i] = float32(v)
	}
	return narrow
}

func (s *single) start(run uint32) {
	s.stream = rng.NewStream(s.shared.config.Seed, run, rng.DomainNoise)
	s.pending = false
	s.startColumns(s.columns64[:], run)
	s.adopt()
}

// adopt rounds what was written to the columns.
func (s *single) adopt() {
	for i, v := range s.columns64[0] {
		s.y[i] = float32(v)
	}
}

// advance makes one step.
func (s *single) advance(k, _ int64, bound float64) (steps int64, exceeded bool) {
	populationRate := 0.0
	if s.shared.population {
		populationRate = s.populationRate(k, s.columns())
	}
	class := s.stepper.class(k)
	teacher, norm2 := s.sweep(class, uint64(k))
	s.pending = false // the sweep has applied what was pending: the state is X_k
	if !(math.Abs(s.output[0]) <= bound) {
		return 0, true
	}
	s.teacherOutput[0] = teacher
	shrink, factor := s.step(k, s.output[:], s.teacherOutput[:], class, norm2, populationRate)
	s.shrink, s.factor = float32(shrink), float32(-(factor * s.gradient[0]))
	s.pending = true
	return 1, false
}

// sweep is that of vector.
func (s *single) sweep(class int, step uint64) (teacherOutput, norm2 float64) {
	arrays := s.shared.config.Arrays
	described := &arrays.Classes[class]
	s.index, s.spectrum, s.mean, s.scale = step, described.Spectrum, nil, s.scales[described.Spectrum]
	if described.Source >= 0 {
		s.mean = s.means[described.Source]
	}
	s.sample.MeanFactor = float32(described.Factor / s.rootDim)
	s.sample.ScaleFactor = float32(s.shared.constants[described.Spectrum])
	s.pool.EachWorker(len(s.sums), s.sweepChunk)
	phase.Reduce.Enter()
	output := 0.0
	for i := range s.sums {
		output += s.sums[i].output
		teacherOutput += s.sums[i].teacher
		norm2 += s.sums[i].norm2
	}
	s.output[0] = output / s.rootDim
	return teacherOutput / s.rootDim, norm2
}

// sumChunk is the sweep over one chunk of modes.
func (s *single) sumChunk(worker, chunk int) {
	scratch := &s.scratch[worker]
	sample := &scratch.sample
	*sample = s.sample
	first, end := parallel.Chunk(chunk, len(s.y))
	var dot, teacherDot, squares kernels.Partial
	for lo := first; lo < end; lo += normalsPerBlock {
		hi := min(lo+normalsPerBlock, end)
		sample.Noise = scratch.noise[:hi-lo]
		s.shared.drawNoise32(&s.stream, sample.Noise, s.spectrum, s.index, lo)
		phase.Update.Enter()
		if s.mean != nil {
			sample.Mean = s.mean[lo:hi]
		}
		if s.scale != nil {
			sample.Scale = s.scale[lo:hi]
		}
		if s.pending {
			kernels.UpdateSampleDot32(s.y[lo:hi], s.a[lo:hi], s.shrink, s.factor, sample, &dot)
		} else {
			kernels.SampleDot32(s.a[lo:hi], s.y[lo:hi], sample, &dot)
		}
		if s.teacher == nil && !s.needsNorm {
			continue
		}
		wide := scratch.wide[:hi-lo]
		for i, v := range s.a[lo:hi] {
			wide[i] = float64(v)
		}
		if s.teacher != nil {
			kernels.Dot(wide, s.teacher[lo:hi], &teacherDot)
		}
		kernels.Squares(wide, &squares)
	}
	s.sums[chunk] = vectorSums{dot.Sum(), teacherDot.Sum(), squares.Sum()}
}

// columns applies the pending update, so that the state is X_k itself, and widens it.
func (s *single) columns() [][]float64 {
	if s.pending {
		kernels.Update32(s.y, s.a, s.shrink, s.factor)
		s.pending = false
	}
	for i, v := range s.y {
		s.columns64[0][i] = float64(v)
	}
	return s.columns64[:]
}
