package sgd

import (
	"math"

	"anisgd/engine/internal/phase"
	"anisgd/engine/parallel"
	"anisgd/kernels"
	"anisgd/kernels/memory"
	"anisgd/rng"
)

// signs is the iterate of one output with Rademacher noise, y = √d·x. It makes the
// steps of vector, to the bit, without storing samples: an element of a sample has two
// values, chosen by a bit, and is made again from it when the update is applied.
type signs struct {
	*stepper
	y      []float64
	view   [1][]float64
	stream rng.Stream

	pending        bool // y ← shrink·y + factor·a has still to be done
	shrink, factor float64
	last, next     signStep
	sums           []float64               // per chunk
	scratch        [][2]kernels.SignSample // per worker
	sweepChunk     func(worker, chunk int)

	output [1]float64
}

// signStep is a sample: its class and bits.
type signStep struct {
	class int
	index uint64 // the step
	bits  []uint64
}

func newSigns(st *stepper) *signs {
	d := st.shared.config.Arrays.Dim
	words := (d + rng.SignGranule - 1) / rng.SignGranule
	s := &signs{
		stepper: st, y: memory.Floats(d), sums: make([]float64, parallel.Chunks(d)),
		scratch: make([][2]kernels.SignSample, st.pool.Workers()),
	}
	s.last.bits, s.next.bits = make([]uint64, words), make([]uint64, words)
	s.view[0] = s.y
	s.sweepChunk = s.sumChunk
	return s
}

func (s *signs) start(run uint32) {
	s.stream = rng.NewStream(s.shared.config.Seed, run, rng.DomainNoise)
	s.settle()
	s.startColumns(s.view[:], run)
}

// settle forgets what is pending.
func (s *signs) settle() { s.pending, s.shrink, s.factor = false, 1, 0 }

// advance makes one step.
func (s *signs) advance(k, _ int64, bound float64) (steps int64, exceeded bool) {
	populationRate := 0.0
	if s.shared.population {
		populationRate = s.populationRate(k, s.columns())
	}
	s.next.class, s.next.index = s.class(k), uint64(k)
	s.pool.EachWorker(len(s.sums), s.sweepChunk)
	phase.Reduce.Enter()
	s.settle() // the sweep has applied what was pending: the state is X_k
	output := 0.0
	for _, v := range s.sums {
		output += v
	}
	s.output[0] = output / s.rootDim
	if !(math.Abs(s.output[0]) <= bound) {
		return 0, true
	}
	s.shrink, s.factor = s.step(k, s.output[:], nil, s.next.class, 0, populationRate)
	s.factor *= -s.gradient[0]
	s.pending = true
	s.last, s.next = s.next, s.last
	return 1, false
}

// sumChunk applies the pending update to one chunk of modes, makes the bits of the next
// sample and sums its product with the state.
func (s *signs) sumChunk(worker, chunk int) {
	lo, hi := parallel.Chunk(chunk, len(s.y))
	word := lo / rng.SignGranule
	phase.Sample.Enter()
	s.stream.Bits(s.next.bits[word:(hi+rng.SignGranule-1)/rng.SignGranule], s.next.index, uint64(word))
	phase.Update.Enter()
	samples := &s.scratch[worker]
	s.describe(&samples[0], &s.last, lo, hi)
	s.describe(&samples[1], &s.next, lo, hi)
	var dot kernels.Partial
	kernels.UpdateSignsDot(s.y[lo:hi], s.shrink, s.factor, &samples[0], &samples[1], &dot)
	s.sums[chunk] = dot.Sum()
}

// describe points at the modes lo ≤ ρ < hi of a sample.
func (s *signs) describe(sample *kernels.SignSample, step *signStep, lo, hi int) {
	arrays := s.shared.config.Arrays
	class := &arrays.Classes[step.class]
	*sample = kernels.SignSample{
		Bits:        step.bits[lo/rng.SignGranule:],
		MeanFactor:  class.Factor / s.rootDim,
		ScaleFactor: s.shared.constants[class.Spectrum],
	}
	if class.Source >= 0 {
		sample.Mean = arrays.Sources[class.Source][lo:hi]
	}
	if scale := s.shared.scales[class.Spectrum]; scale != nil {
		sample.Scale = scale[lo:hi]
	}
}

// columns applies the pending update, so that the state is X_k itself.
func (s *signs) columns() [][]float64 {
	if s.pending {
		for chunk := range s.sums {
			lo, hi := parallel.Chunk(chunk, len(s.y))
			samples := &s.scratch[0]
			s.describe(&samples[0], &s.last, lo, hi)
			var dropped kernels.Partial
			kernels.UpdateSignsDot(s.y[lo:hi], s.shrink, s.factor, &samples[0], &samples[0], &dropped)
		}
		s.settle()
	}
	return s.view[:]
}
