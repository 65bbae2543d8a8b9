package sgd

import (
	"context"
	"math"
	"sync/atomic"

	"anisgd/engine/parallel"
	"anisgd/engine/statistic"
	"anisgd/kernels"
	"anisgd/rng"
)

const (
	// normalsPerBlock normals are drawn at a time, so that they are used from
	// the first-level cache. It divides parallel.ModesPerChunk and is a multiple
	// of kernels.Lanes and rng.Tile, so that it has no influence on the results.
	normalsPerBlock = 512
	// uniformsPerBatch class draws are made at a time.
	uniformsPerBatch = 256
	// sampledModesPerCheck is how many modes are sampled, about, between two
	// looks at the context and reports of progress.
	sampledModesPerCheck = 1 << 21
	// firstOutputCheck is the size of the output r at which a run first looks at
	// its risk: the risk exceeds statistic.DivergenceFactor only beyond it.
	firstOutputCheck = 1e5
)

// walker performs runs one after another in memory of its own.
//
// The state is y = √d·x. Each step makes one pass over the modes: it applies
// the update of the step before, draws the sample and takes its inner product
// with the state ("merged sweep"). Hence between steps an update is pending.
type walker struct {
	shared *shared
	y, a   []float64 // state and sample, length d
	noise  [normalsPerBlock]float64

	noiseStream, classStream rng.Stream
	uniforms                 [uniformsPerBatch]float64

	pending     bool // y ← shrink·y + factor·a has still to be done
	shrink      float64
	factor      float64
	sample      kernels.Sample
	output      [1]float64
	gradient    [1]float64
	rootDim     float64
	meanFactor  []float64 // per class: μ_i = meanFactor·source
	meter       *statistic.Meter
	moments     *statistic.Moments
	table       *statistic.Table
	bounds      statistic.Bounds
	outputBound float64 // the risk is looked at when |r| exceeds it
}

func newWalker(s *shared) *walker {
	c := s.config
	d := c.Arrays.Dim
	w := &walker{
		shared: s, y: make([]float64, d), a: make([]float64, d),
		rootDim: math.Sqrt(float64(d)),
		meter:   statistic.NewMeter(c.Arrays, c.Windows, parallel.NewPool(1)),
	}
	for _, class := range c.Arrays.Classes {
		w.meanFactor = append(w.meanFactor, class.Factor/w.rootDim)
	}
	w.moments = w.meter.NewMoments()
	w.table = statistic.NewTable(c.Problem, w.meter, c.AllColumns)
	return w
}

// walk performs one run and writes its rows. It returns the step whose iterate
// was found to have diverged and its risk, or −1. The rows from that step on are
// undefined.
func (w *walker) walk(ctx context.Context, run uint32, rows [][]float64, stopAt, steps *atomic.Int64) (divergedAt int64, risk float64) {
	w.start(run)
	stepsPerCheck := max(sampledModesPerCheck/int64(len(w.y)), 1)
	reported := int64(0)
	report := func(k int64) {
		steps.Add(k - reported)
		if p := w.shared.config.Progress; p != nil {
			p(k - reported)
		}
		reported = k
	}
	k := int64(0)
	for row, output := range w.shared.outputs {
		for k < output {
			if k%stepsPerCheck == 0 {
				report(k)
				if ctx.Err() != nil || k > stopAt.Load() {
					return -1, 0
				}
			}
			if risk, diverged := w.step(k); diverged {
				report(k)
				return k, risk
			}
			k++
		}
		w.settle()
		w.meter.Measure(w.moments, w.y, nil)
		if risk := statistic.Risk(w.shared.config.Problem, w.shared.priors, w.moments); w.bounds.Exceeded(risk) {
			report(k)
			return k, risk
		}
		w.table.Evaluate(rows[row], w.learningRate(k), w.moments)
	}
	report(k)
	return -1, 0
}

// start puts the walker at the beginning of a run.
func (w *walker) start(run uint32) {
	c := w.shared.config
	clear(w.y)
	if c.Start != nil {
		copy(w.y, c.Start)
	}
	if c.StartVariance > 0 {
		stream := rng.NewStream(c.Seed, run, rng.DomainStart)
		deviation := math.Sqrt(c.StartVariance)
		for lo := 0; lo < len(w.y); lo += normalsPerBlock {
			block := w.y[lo:min(lo+normalsPerBlock, len(w.y))]
			normals := w.noise[:len(block)]
			stream.Normals(normals, 0, uint64(lo))
			kernels.Update(block, normals, 1, deviation)
		}
	}
	w.noiseStream = rng.NewStream(c.Seed, run, rng.DomainNoise)
	w.classStream = rng.NewStream(c.Seed, run, rng.DomainClass)
	w.pending = false
	w.meter.MeasureOutputs(w.moments, w.y, nil)
	w.bounds = statistic.NewBounds(statistic.Risk(c.Problem, w.shared.priors, w.moments))
	w.outputBound = firstOutputCheck
}

// step takes the iterate from X_k to X_{k+1}, the update left pending. It
// reports whether X_k was found to have diverged, and its risk.
func (w *walker) step(k int64) (risk float64, diverged bool) {
	c := w.shared.config
	if k%uniformsPerBatch == 0 {
		w.classStream.Uniforms(w.uniforms[:], 0, uint64(k))
	}
	class := w.shared.class(w.uniforms[k%uniformsPerBatch])
	r := w.sweep(class, uint64(k)) / w.rootDim
	if !(math.Abs(r) <= w.outputBound) {
		// Rare: the state is now exactly X_k, since the sweep has applied what
		// was pending.
		w.meter.MeasureOutputs(w.moments, w.y, nil)
		risk = statistic.Risk(c.Problem, w.shared.priors, w.moments)
		if w.bounds.Exceeded(risk) {
			return risk, true
		}
		w.outputBound = 2 * math.Abs(r)
	}
	w.output[0] = r
	c.Problem.Gradient(w.gradient[:], w.output[:], class)
	gamma := w.learningRate(k)
	d := float64(len(w.y))
	w.shrink = 1 - float64(gamma*c.Ridge)/d
	w.factor = -(gamma * w.gradient[0]) / w.rootDim
	w.pending = true
	return 0, false
}

// learningRate is γ at step k → k+1.
func (w *walker) learningRate(k int64) float64 {
	return w.shared.config.Rate.At(float64(k) / float64(len(w.y)))
}

// sweep applies the pending update, draws the sample a of a class into w.a and
// returns Σ_ρ a_ρ y_ρ, summed by chunks in index order.
func (w *walker) sweep(class int, step uint64) float64 {
	arrays := w.shared.config.Arrays
	spectrum := arrays.Classes[class].Spectrum
	scale := w.shared.scales[spectrum]
	var mean []float64
	if source := arrays.Classes[class].Source; source >= 0 {
		mean = arrays.Sources[source]
	}
	s := &w.sample
	s.MeanFactor, s.ScaleFactor = w.meanFactor[class], w.shared.constants[spectrum]
	s.Mean, s.Scale = nil, nil
	d := len(w.y)
	total := 0.0
	for first := 0; first < d; first += parallel.ModesPerChunk {
		var dot kernels.Partial
		for lo := first; lo < min(first+parallel.ModesPerChunk, d); lo += normalsPerBlock {
			hi := min(lo+normalsPerBlock, d)
			s.Noise = w.noise[:hi-lo]
			w.noiseStream.Normals(s.Noise, step, uint64(lo))
			if mean != nil {
				s.Mean = mean[lo:hi]
			}
			if scale != nil {
				s.Scale = scale[lo:hi]
			}
			if w.pending {
				kernels.UpdateSampleDot(w.y[lo:hi], w.a[lo:hi], w.shrink, w.factor, s, &dot)
			} else {
				kernels.SampleDot(w.a[lo:hi], w.y[lo:hi], s, &dot)
			}
		}
		total += dot.Sum()
	}
	return total
}

// settle applies the pending update, so that the state is X_k itself.
func (w *walker) settle() {
	if !w.pending {
		return
	}
	for chunk := range parallel.Chunks(len(w.y)) {
		lo, hi := parallel.Chunk(chunk, len(w.y))
		kernels.Update(w.y[lo:hi], w.a[lo:hi], w.shrink, w.factor)
	}
	w.pending = false
}
