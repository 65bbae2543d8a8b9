package sgd

import (
	"math"

	"anisgd/engine/internal/phase"
	"anisgd/engine/model"
	"anisgd/engine/parallel"
	"anisgd/engine/rate"
	"anisgd/kernels"
	"anisgd/kernels/memory"
	"anisgd/rng"
)

// vector is the iterate of one output, y = √d·x. Each step makes one pass over
// the modes: it applies the update of the step before, draws the sample and takes
// its inner product with the state ("merged sweep"). Hence between steps an
// update is pending.
type vector struct {
	*stepper
	y, a   []float64 // state and sample, length d
	padded int       // the length on which the sweeps work: d, or a multiple of kernels.Lanes if the arrays have room for zeros
	view   [1][]float64
	stream rng.Stream

	pending        bool // y ← shrink·y + factor·a has still to be done
	shrink, factor float64
	sample         kernels.Sample // of the step in progress, but for its slices
	spectrum       int
	mean, scale    []float64
	teacher        []float64
	index          uint64    // of the step in progress
	meanFactor     []float64 // per class: μ_i = meanFactor·source

	sums       []vectorSums    // per chunk
	scratch    []vectorScratch // per worker
	sweepChunk func(worker, chunk int)

	output, teacherOutput [1]float64
	needsNorm             bool // of the sample, for AdaGrad-Norm
}

// vectorSums are those of a chunk of modes.
type vectorSums struct{ output, teacher, norm2 float64 }

type vectorScratch struct {
	noise  [normalsPerBlock]float64
	sample kernels.Sample
}

func newVector(st *stepper) *vector {
	arrays := st.shared.config.Arrays
	room := model.Padded(arrays.Dim)
	v := &vector{
		stepper: st, y: memory.FloatsWithRoom(arrays.Dim, room), a: memory.FloatsWithRoom(arrays.Dim, room),
		padded: room,
		sums:   make([]vectorSums, parallel.Chunks(arrays.Dim)), scratch: make([]vectorScratch, st.pool.Workers()),
	}
	v.sweepChunk = v.sumChunk
	if len(st.shared.config.Observables.Teacher) > 0 {
		v.teacher = st.shared.config.Observables.Teacher[0]
	}
	for _, source := range arrays.Sources {
		if cap(source) < room {
			v.padded = arrays.Dim
		}
	}
	v.view[0] = v.y
	for _, class := range arrays.Classes {
		v.meanFactor = append(v.meanFactor, class.Factor/st.rootDim)
	}
	_, v.needsNorm = st.shared.config.Rate.(rate.AdaGradNorm)
	return v
}

func (v *vector) start(run uint32) {
	v.stream = rng.NewStream(v.shared.config.Seed, run, rng.DomainNoise)
	v.pending = false
	v.startColumns(v.view[:], run)
}

// advance makes one step.
func (v *vector) advance(k, _ int64, bound float64) (steps int64, exceeded bool) {
	populationRate := 0.0
	if v.shared.population {
		populationRate = v.populationRate(k, v.columns())
	}
	class := v.class(k)
	teacher, norm2 := v.sweep(class, uint64(k))
	v.pending = false // the sweep has applied what was pending: the state is X_k
	if !(math.Abs(v.output[0]) <= bound) {
		return 0, true
	}
	v.teacherOutput[0] = teacher
	v.shrink, v.factor = v.step(k, v.output[:], v.teacherOutput[:], class, norm2, populationRate)
	v.factor *= -v.gradient[0]
	v.pending = true
	return 1, false
}

// sweep applies the pending update, draws the sample a of a class into v.a and
// sums, by chunks in index order, the output r into v.output, the teacher's output
// r*, and ‖a‖², the last two if they are needed.
func (v *vector) sweep(class int, step uint64) (teacherOutput, norm2 float64) {
	arrays := v.shared.config.Arrays
	spectrum := arrays.Classes[class].Spectrum
	v.index, v.spectrum, v.scale, v.mean = step, spectrum, v.shared.scales[spectrum], nil
	if source := arrays.Classes[class].Source; source >= 0 {
		v.mean = arrays.Sources[source]
	}
	v.sample.MeanFactor, v.sample.ScaleFactor = v.meanFactor[class], v.shared.constants[spectrum]
	v.pool.EachWorker(len(v.sums), v.sweepChunk)
	phase.Reduce.Enter()
	output := 0.0
	for i := range v.sums {
		output += v.sums[i].output
		teacherOutput += v.sums[i].teacher
		norm2 += v.sums[i].norm2
	}
	v.output[0] = output / v.rootDim
	return teacherOutput / v.rootDim, norm2
}

// sumChunk is the sweep over one chunk of modes.
func (v *vector) sumChunk(worker, chunk int) {
	scratch := &v.scratch[worker]
	s := &scratch.sample
	*s = v.sample
	d := len(v.y)
	first := chunk * parallel.ModesPerChunk
	var dot, teacherDot, squares kernels.Partial
	for lo := first; lo < min(first+parallel.ModesPerChunk, d); lo += normalsPerBlock {
		hi := min(lo+normalsPerBlock, v.padded)
		s.Noise = scratch.noise[:hi-lo]
		v.shared.drawNoise(&v.stream, s.Noise, v.spectrum, v.index, lo)
		phase.Update.Enter()
		if hi > d {
			clear(s.Noise[d-lo:]) // what lies beyond the modes stays zero
		}
		if v.mean != nil {
			s.Mean = v.mean[lo:hi]
		}
		if v.scale != nil {
			s.Scale = v.scale[lo:hi]
		}
		if v.pending {
			kernels.UpdateSampleDot(v.y[lo:hi], v.a[lo:hi], v.shrink, v.factor, s, &dot)
		} else {
			kernels.SampleDot(v.a[lo:hi], v.y[lo:hi], s, &dot)
		}
		if v.teacher != nil {
			modes := min(hi, d)
			kernels.Dot(v.a[lo:modes], v.teacher[lo:modes], &teacherDot)
		}
		if v.needsNorm {
			kernels.Squares(v.a[lo:hi], &squares)
		}
	}
	v.sums[chunk] = vectorSums{dot.Sum(), 0, 0}
	if v.teacher != nil {
		v.sums[chunk].teacher = teacherDot.Sum()
	}
	if v.needsNorm {
		v.sums[chunk].norm2 = squares.Sum()
	}
}

// columns applies the pending update, so that the state is X_k itself.
func (v *vector) columns() [][]float64 {
	if v.pending {
		for chunk := range parallel.Chunks(len(v.y)) {
			lo, hi := parallel.Chunk(chunk, len(v.y))
			kernels.Update(v.y[lo:hi], v.a[lo:hi], v.shrink, v.factor)
		}
		v.pending = false
	}
	return v.view[:]
}
