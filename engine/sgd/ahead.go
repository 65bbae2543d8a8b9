package sgd

import (
	"math"

	"anisgd/engine/internal/phase"
	"anisgd/engine/parallel"
	"anisgd/engine/rate"
	"anisgd/kernels"
	"anisgd/kernels/memory"
	"anisgd/rng"
)

const (
	// modesAhead is the dimension from which one output is stepped in look-ahead
	// blocks: its arrays then lie beyond the second-level cache, and the merged
	// sweep of a single step is bound by memory. It depends on nothing but d,
	// because the two ways add up in different orders.
	modesAhead = 1 << 18
	// modesInMemory is the dimension from which arrays are fetched ahead.
	modesInMemory = 1 << 18
)

// ahead is the iterate of one output in large dimensions, y = √d·x, stepped in
// look-ahead blocks of kernels.Ahead steps (theory, section 8): one pass over the
// modes applies the updates of the block before, draws the samples of the next
// steps and takes their products with the state, R_j = a_j·y, and with each other,
// G_ij = a_i·a_j. With weights w_j of the samples in the state and S = Π s_j,
//
//	r_k = (S·R_k + Σ_{j<k} G_kj w_j)/√d,   w ← s_k w,  w_k = −γ_k g_k/√d,  S ← s_k S.
type ahead struct {
	*stepper
	y       []float64
	samples *kernels.AheadSamples
	view    [1][]float64
	stream  rng.Stream

	pending bool // y ← shrink·y + Σ_j weights_j a_j has still to be done
	shrink  float64
	weights [kernels.Ahead]float64

	classes    [kernels.Ahead]int
	first      uint64 // step of the block in progress
	teacher    []float64
	sums       []aheadSums    // per chunk
	scratch    []aheadScratch // per worker
	sweepChunk func(worker, chunk int)
	outputs    [kernels.Ahead]float64 // R
	gram       [kernels.Ahead * (kernels.Ahead - 1) / 2]float64
	teachers   [kernels.Ahead]float64
	norms      [kernels.Ahead]float64
	meanFactor []float64 // per class: μ_i = meanFactor·source
	needsNorm  bool      // of the samples, for AdaGrad-Norm

	output, teacherOutput [1]float64
}

// aheadSums are those of a chunk of modes.
type aheadSums struct {
	kernels.AheadSums
	teacher, squares [kernels.Ahead]kernels.Partial
}

type aheadScratch struct {
	noise [kernels.Ahead][kernels.AheadBlock]float64
	block [kernels.Ahead]kernels.Sample
}

func newAhead(st *stepper) *ahead {
	arrays := st.shared.config.Arrays
	a := &ahead{
		stepper: st, y: memory.Floats(arrays.Dim), samples: kernels.NewAheadSamples(arrays.Dim),
		sums: make([]aheadSums, parallel.Chunks(arrays.Dim)), scratch: make([]aheadScratch, st.pool.Workers()),
	}
	a.view[0] = a.y
	a.sweepChunk = a.sumChunk
	if len(st.shared.config.Observables.Teacher) > 0 {
		a.teacher = st.shared.config.Observables.Teacher[0]
	}
	for _, class := range arrays.Classes {
		a.meanFactor = append(a.meanFactor, class.Factor/st.rootDim)
	}
	_, a.needsNorm = st.shared.config.Rate.(rate.AdaGradNorm)
	return a
}

func (a *ahead) start(run uint32) {
	a.stream = rng.NewStream(a.shared.config.Seed, run, rng.DomainNoise)
	a.settle()
	a.startColumns(a.view[:], run)
}

// settle forgets what is pending.
func (a *ahead) settle() {
	a.pending, a.shrink = false, 1
	clear(a.weights[:])
}

// advance makes the steps of one look-ahead block. Samples are drawn for a whole
// block, also where it is cut by end.
func (a *ahead) advance(k, end int64, bound float64) (steps int64, exceeded bool) {
	for j := range a.classes {
		a.classes[j] = a.class(k + int64(j))
	}
	a.sweep(uint64(k))
	a.settle()
	count := int(min(kernels.Ahead, end-k))
	for j := range count {
		r := a.shrink * a.outputs[j]
		for i := range j {
			r = math.FMA(a.gram[kernels.AheadPair(i, j)], a.weights[i], r)
		}
		r /= a.rootDim
		if !(math.Abs(r) <= bound) {
			return int64(j), true
		}
		a.output[0], a.teacherOutput[0] = r, a.teachers[j]/a.rootDim
		shrink, factor := a.step(k+int64(j), a.output[:], a.teacherOutput[:], a.classes[j], a.norms[j], 0)
		for i := range j {
			a.weights[i] *= shrink
		}
		a.shrink *= shrink
		a.weights[j] = -(factor * a.gradient[0])
		a.pending = true
	}
	return int64(count), false
}

// sweep applies what is pending, draws the samples of the steps from first on and
// sums their products by chunks in index order.
func (a *ahead) sweep(first uint64) {
	a.first = first
	a.pool.EachWorker(len(a.sums), a.sweepChunk)
	phase.Reduce.Enter()
	clear(a.outputs[:])
	clear(a.gram[:])
	clear(a.teachers[:])
	clear(a.norms[:])
	for chunk := range a.sums {
		sums := &a.sums[chunk]
		for j := range a.outputs {
			a.outputs[j] += sums.Output[j].Sum()
			a.teachers[j] += sums.teacher[j].Sum()
			a.norms[j] += sums.squares[j].Sum()
		}
		for pair := range a.gram {
			a.gram[pair] += sums.Gram[pair].Sum()
		}
	}
}

// sumChunk is the sweep over one chunk of modes.
func (a *ahead) sumChunk(worker, chunk int) {
	scratch, sums := &a.scratch[worker], &a.sums[chunk]
	*sums = aheadSums{}
	d := len(a.y)
	first := chunk * parallel.ModesPerChunk
	for lo := first; lo < min(first+parallel.ModesPerChunk, d); lo += kernels.AheadBlock {
		hi := min(lo+kernels.AheadBlock, d)
		rows := a.samples.Rows(lo, hi)
		for j := range scratch.block {
			a.prepare(scratch, j, a.first+uint64(j), lo, hi)
		}
		phase.Update.Enter()
		kernels.UpdateSamplesDots(a.y[lo:hi], &rows, a.shrink, &a.weights, &scratch.block, &sums.AheadSums)
		for j, row := range rows {
			if a.teacher != nil {
				kernels.Dot(row, a.teacher[lo:hi], &sums.teacher[j])
			}
			if a.needsNorm {
				kernels.Squares(row, &sums.squares[j])
			}
		}
	}
}

// prepare describes the modes lo ≤ ρ < hi of sample j, that of one step.
func (a *ahead) prepare(scratch *aheadScratch, j int, step uint64, lo, hi int) {
	arrays := a.shared.config.Arrays
	class := &arrays.Classes[a.classes[j]]
	s := &scratch.block[j]
	s.Noise = scratch.noise[j][:hi-lo]
	a.shared.drawNoise(&a.stream, s.Noise, class.Spectrum, step, lo)
	if s.Ahead = 0; len(a.y) >= modesInMemory {
		s.Ahead = kernels.AheadInMemory
	}
	s.MeanFactor, s.ScaleFactor = a.meanFactor[a.classes[j]], a.shared.constants[class.Spectrum]
	s.Mean, s.Scale = nil, nil
	if class.Source >= 0 {
		s.Mean = arrays.Sources[class.Source][lo:hi]
	}
	if scale := a.shared.scales[class.Spectrum]; scale != nil {
		s.Scale = scale[lo:hi]
	}
}

// columns applies what is pending, so that the state is X_k itself.
func (a *ahead) columns() [][]float64 {
	if a.pending {
		weights := a.weights
		d := len(a.y)
		for lo := 0; lo < d; lo += kernels.AheadBlock {
			hi := min(lo+kernels.AheadBlock, d)
			rows := a.samples.Rows(lo, hi)
			tile := [1][]float64{a.y[lo:hi]}
			kernels.MultiplyAdd(tile[:], rows[:], weights[:], a.shrink, 0, hi-lo)
		}
		a.settle()
	}
	return a.view[:]
}
