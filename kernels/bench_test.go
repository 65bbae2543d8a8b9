package kernels

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"anisgd/kernels/cpu"
)

// The benchmarks are named Kernel/path/n=length, with lengths from the first
// cache to memory; path generic is the naive Go twin of each kernel. They report
// bytes moved (MB/s) and arithmetic (Gflop/s, a fused multiply-add is two).
// BenchmarkTriad measures what one core's memory gives in the same run.
// BenchmarkStep is a whole adaptive Dormand–Prince step and reports
// ns/mode/rhs, six right-hand sides to the step. Both also report the sum of the
// fastest times of each chunk of 4096 modes, "fastest-…", to be compared with
// each other: it holds still on a machine that is busy with other work.

var benchLengths = []int{1e3, 1e4, 1e5, 1e6}

func forPathsAndLengths(b *testing.B, run func(b *testing.B, n int)) {
	for _, path := range cpu.Available() {
		for _, n := range benchLengths {
			b.Run(fmt.Sprintf("%v/n=%d", path, n), func(b *testing.B) {
				defer cpu.Override(path)()
				run(b, n)
			})
		}
	}
}

func benchVector(n int) []float64 {
	r := rand.New(rand.NewPCG(1, uint64(n)))
	x := make([]float64, n)
	for i := range x {
		x[i] = r.NormFloat64()
	}
	return x
}

// measure times the loop and reports the traffic and the arithmetic of one call.
func measure(b *testing.B, n, arrays, flops int, call func()) {
	b.SetBytes(int64(8 * arrays * n))
	b.ReportAllocs()
	for b.Loop() {
		call()
	}
	b.ReportMetric(float64(flops)*float64(n)*float64(b.N)/float64(b.Elapsed().Nanoseconds()), "Gflop/s")
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/elem")
}

func BenchmarkTriad(b *testing.B) {
	forPathsAndLengths(b, func(b *testing.B, n int) {
		x, y, z := make([]float64, n), benchVector(n), benchVector(n)
		var w stopwatch
		measure(b, n, 3, 2, func() {
			w.next = 0
			w.overChunks(n, func(_, lo, hi int) { Triad(x[lo:hi], y[lo:hi], z[lo:hi], 0.5) })
		})
		b.ReportMetric(w.fastest()/float64(n), "fastest-ns/elem")
	})
}

// stopwatch keeps the fastest time of every chunk of work, over all rounds.
type stopwatch struct {
	times []time.Duration
	next  int // chunk of the current round
}

const chunkModes = 4096

// overChunks cuts n elements into chunks and times the work on each.
func (w *stopwatch) overChunks(n int, work func(chunk, lo, hi int)) {
	for chunk, lo := 0, 0; lo < n; chunk, lo = chunk+1, lo+chunkModes {
		start := time.Now()
		work(chunk, lo, min(lo+chunkModes, n))
		elapsed := time.Since(start)
		if w.next == len(w.times) {
			w.times = append(w.times, elapsed)
		}
		w.times[w.next] = min(w.times[w.next], elapsed)
		w.next++
	}
}

// fastest is the sum of the fastest times, in ns.
func (w *stopwatch) fastest() float64 {
	var sum time.Duration
	for _, t := range w.times {
		sum += t
	}
	return float64(sum.Nanoseconds())
}

func BenchmarkDot(b *testing.B) {
	forPathsAndLengths(b, func(b *testing.B, n int) {
		x, y := benchVector(n), benchVector(n)
		var dot Partial
		measure(b, n, 2, 2, func() { Dot(x, y, &dot) })
	})
}

func BenchmarkWeightedSquares(b *testing.B) {
	forPathsAndLengths(b, func(b *testing.B, n int) {
		x, y := benchVector(n), benchVector(n)
		var sum Partial
		measure(b, n, 2, 3, func() { WeightedSquares(x, y, &sum) })
	})
}

// noiseBlock is the number of normals made at a time: as in a step of SGD, a
// vector longer than that is worked on in blocks, whose noise is in the first
// cache.
const noiseBlock = 512

func inBlocks(n int, s *Sample, call func(lo, hi int, s *Sample)) {
	for lo := 0; lo < n; lo += noiseBlock {
		hi := min(lo+noiseBlock, n)
		part := Sample{Noise: s.Noise[:hi-lo], MeanFactor: s.MeanFactor, ScaleFactor: s.ScaleFactor, Ahead: s.Ahead}
		if s.Mean != nil {
			part.Mean = s.Mean[lo:hi]
		}
		if s.Scale != nil {
			part.Scale = s.Scale[lo:hi]
		}
		call(lo, hi, &part)
	}
}

func benchSample(n int) *Sample {
	s := &Sample{Noise: benchVector(noiseBlock), Mean: benchVector(n), MeanFactor: -1, Scale: benchVector(n)}
	if n >= 1e6 {
		s.Ahead = AheadInMemory
	}
	return s
}

func BenchmarkSampleDot(b *testing.B) {
	forPathsAndLengths(b, func(b *testing.B, n int) {
		x, a, s := benchVector(n), benchVector(n), benchSample(n)
		var dot Partial
		measure(b, n, 4, 5, func() {
			inBlocks(n, s, func(lo, hi int, s *Sample) { SampleDot(a[lo:hi], x[lo:hi], s, &dot) })
		})
	})
}

func BenchmarkUpdateSampleDot(b *testing.B) {
	forPathsAndLengths(b, func(b *testing.B, n int) {
		x, a, s := benchVector(n), benchVector(n), benchSample(n)
		var dot Partial
		measure(b, n, 6, 8, func() {
			inBlocks(n, s, func(lo, hi int, s *Sample) { UpdateSampleDot(x[lo:hi], a[lo:hi], 1, 1e-9, s, &dot) })
		})
	})
}

// dormandPrince is the tableau of the 5(4) pair: the rows of the stages and the
// difference of the two orders' weights.
var dormandPrince = struct {
	rows [][]float64
	err  []float64
}{
	rows: [][]float64{
		{},
		{1.0 / 5},
		{3.0 / 40, 9.0 / 40},
		{44.0 / 45, -56.0 / 15, 32.0 / 9},
		{19372.0 / 6561, -25360.0 / 2187, 64448.0 / 6561, -212.0 / 729},
		{9017.0 / 3168, -355.0 / 33, 46732.0 / 5247, 49.0 / 176, -5103.0 / 18656},
		{35.0 / 384, 0, 500.0 / 1113, 125.0 / 192, -2187.0 / 6784, 11.0 / 84},
	},
	err: []float64{71.0 / 57600, 0, -71.0 / 16695, 71.0 / 1920, -17253.0 / 339200, 22.0 / 525, -1.0 / 40},
}

type benchProblem struct {
	stopwatch
	stages *Stages
	y, c   []float64

	newY, newC, errorY, errorC []float64

	sums   []*Sums
	errors []*ErrorSums
}

func newBenchProblem(n, spectra, sources int) *benchProblem {
	p := &benchProblem{
		y: benchVector(n), c: benchVector(n), newY: benchVector(n), newC: benchVector(n),
		errorY: benchVector(n), errorC: benchVector(n),
	}
	var lambda, m [][]float64
	for range spectra {
		lambda = append(lambda, benchVector(n))
	}
	for range sources {
		m = append(m, benchVector(n))
	}
	p.stages = NewStages(n, lambda, m)
	for lo := 0; lo < n; lo += chunkModes {
		p.sums = append(p.sums, p.stages.NewSums())
		p.errors = append(p.errors, p.stages.NewErrorSums())
	}
	return p
}

func (p *benchProblem) coupling() *Coupling {
	return &Coupling{
		Decay: 0.1,
		Rate:  benchVector(len(p.stages.spectra)),
		Noise: benchVector(len(p.stages.spectra)),
		Drive: benchVector(len(p.stages.sources)),
	}
}

func (p *benchProblem) combine(out []float64, dstY, dstC []float64) {
	p.overChunks(len(p.y), func(chunk, lo, hi int) {
		p.stages.Combine(lo, hi, p.y, p.c, dstY, dstC, out, p.sums[chunk])
	})
}

func (p *benchProblem) errorNorm() {
	p.overChunks(len(p.y), func(chunk, lo, hi int) {
		p.stages.ErrorNorm(lo, hi, p.y, p.c, p.newY, p.newC, p.errorY, p.errorC, dormandPrince.err[MaxStages-1], 1e-12, 1e-8, p.errors[chunk])
	})
}

// last is the sweep for the last stage, which is the new state.
func (p *benchProblem) last() {
	const n = MaxStages - 1
	p.overChunks(len(p.y), func(chunk, lo, hi int) {
		p.stages.CombineError(lo, hi, p.y, p.c, p.newY, p.newC, p.errorY, p.errorC,
			dormandPrince.rows[n], dormandPrince.err[:n], p.sums[chunk])
	})
}

// step is one step whose second stage's sums are known from the step before.
func (p *benchProblem) step(k *Coupling) {
	p.next = 0
	p.stages.Reset()
	for i, row := range dormandPrince.rows {
		switch i {
		case 0, 1:
		case MaxStages - 1:
			p.last()
		default:
			p.combine(row, nil, nil)
		}
		p.stages.Append(k, row)
	}
	p.errorNorm()
}

func BenchmarkStep(b *testing.B) {
	for _, shape := range [][2]int{{1, 1}, {2, 1}, {2, 2}, {4, 4}} {
		b.Run(fmt.Sprintf("spectra=%d/sources=%d", shape[0], shape[1]), func(b *testing.B) {
			forPathsAndLengths(b, func(b *testing.B, n int) {
				p := newBenchProblem(n, shape[0], shape[1])
				k := p.coupling()
				b.ReportAllocs()
				for b.Loop() {
					p.step(k)
				}
				perStep := float64(b.Elapsed().Nanoseconds()) / float64(b.N)
				b.ReportMetric(perStep/float64(6*n), "ns/mode/rhs")
				b.ReportMetric(p.fastest()/float64(6*n), "fastest-ns/mode/rhs")
			})
		})
	}
}

func BenchmarkCombine(b *testing.B) {
	const spectra, sources = 2, 1
	for stages := range MaxStages {
		b.Run(fmt.Sprintf("stages=%d", stages), func(b *testing.B) {
			forPathsAndLengths(b, func(b *testing.B, n int) {
				p := newBenchProblem(n, spectra, sources)
				for _, row := range dormandPrince.rows[:stages] {
					p.stages.Append(p.coupling(), row)
				}
				out := dormandPrince.rows[stages]
				fma := stages*(stages+1) + stages*(2*spectra+sources+2) + 2 + spectra + sources
				measure(b, n, 2+spectra+sources, 2*fma, func() {
					p.next = 0
					p.combine(out, nil, nil)
				})
			})
		})
	}
}

func BenchmarkErrorNorm(b *testing.B) {
	const spectra, sources = 2, 1
	forPathsAndLengths(b, func(b *testing.B, n int) {
		p := newBenchProblem(n, spectra, sources)
		p.stages.Append(p.coupling(), nil)
		fma := 2*spectra + sources + 2 + 2 + 4 + 2 + sources + 2*spectra
		measure(b, n, 6+spectra+sources, 2*fma, func() {
			p.next = 0
			p.errorNorm()
		})
	})
}
