package kernels

import (
	"testing"

	"anisgd/rng"
)

// aheadBench is Ahead steps of SGD for two classes with one mean, of either sign,
// and their own scales.
type aheadBench struct {
	stopwatch
	x, mean []float64
	scales  [2][]float64
	samples *AheadSamples
	noise   [Ahead][]float64
	weights [Ahead]float64
	sums    AheadSums
}

func newAheadBench(n int) *aheadBench {
	return &aheadBench{
		x: benchVector(n), mean: benchVector(n), scales: [2][]float64{benchVector(n), benchVector(n)},
		samples: NewAheadSamples(n),
		noise:   [Ahead][]float64(benchRows(Ahead, AheadBlock)),
		weights: [Ahead]float64{1e-9, -1e-9, 1e-9, -1e-9},
	}
}

// sample is that of step j, its elements lo ≤ i < hi.
func (p *aheadBench) sample(j, lo, hi int) Sample {
	sign := float64(1 - j%2*2)
	return Sample{Noise: p.noise[j][:hi-lo], Mean: p.mean[lo:hi], MeanFactor: sign, Scale: p.scales[j%2][lo:hi]}
}

// sweep is one call, for the elements lo ≤ i < hi of a block.
func (p *aheadBench) sweep(lo, hi int) {
	var s [Ahead]Sample
	for j := range s {
		s[j] = p.sample(j, lo, hi)
	}
	if len(p.x) >= 1e6 {
		s[0].Ahead = AheadInMemory
	}
	rows := p.samples.Rows(lo, hi)
	UpdateSamplesDots(p.x[lo:hi], &rows, 1, &p.weights, &s, &p.sums)
}

// overBlocks cuts the elements into blocks and times them in chunks of several.
func (p *aheadBench) overBlocks(work func(lo, hi int)) {
	p.overChunks(len(p.x), func(_, from, to int) {
		for lo := from; lo < to; lo += AheadBlock {
			work(lo, min(lo+AheadBlock, to))
		}
	})
}

// BenchmarkUpdateSamplesDots counts the samples, x, the mean and two scales as
// moved and reports ns per element and step.
func BenchmarkUpdateSamplesDots(b *testing.B) {
	forPathsAndLengths(b, func(b *testing.B, n int) {
		p := newAheadBench(n)
		const flops = 1 + 2*Ahead + 3*Ahead + 2*Ahead + Ahead*(Ahead-1)
		measure(b, n, 2*Ahead+5, flops, func() {
			p.next = 0
			p.overBlocks(p.sweep)
		})
		b.ReportMetric(p.fastest()/float64(Ahead*n), "fastest-ns/elem/step")
	})
}

// BenchmarkStepWithNormals times Ahead steps of SGD with their normals, one by one
// with UpdateSampleDot and at once with UpdateSamplesDots, and the normals alone,
// in turns, and reports ns per element and step of each, the sum of the fastest
// times of its chunks.
func BenchmarkStepWithNormals(b *testing.B) {
	forPathsAndLengths(b, func(b *testing.B, n int) {
		stream := rng.NewStream(1, 0, rng.DomainNoise)
		normals, merged, ahead := newAheadBench(n), newAheadBench(n), newAheadBench(n)
		a := benchVector(n)
		step := uint64(0)
		draw := func(p *aheadBench, j, lo, hi int) {
			stream.Normals(p.noise[j][:hi-lo], step+uint64(j), uint64(lo))
		}
		b.ReportAllocs()
		for b.Loop() {
			normals.next, merged.next, ahead.next = 0, 0, 0
			normals.overBlocks(func(lo, hi int) {
				for j := range Ahead {
					draw(normals, j, lo, hi)
				}
			})
			for j := range Ahead {
				merged.overBlocks(func(lo, hi int) {
					draw(merged, j, lo, hi)
					s := merged.sample(j, lo, hi)
					if n >= 1e6 {
						s.Ahead = AheadInMemory
					}
					var dot Partial
					UpdateSampleDot(merged.x[lo:hi], a[lo:hi], 1, 1e-9, &s, &dot)
				})
			}
			ahead.overBlocks(func(lo, hi int) {
				for j := range Ahead {
					draw(ahead, j, lo, hi)
				}
				ahead.sweep(lo, hi)
			})
			step += Ahead
		}
		for _, kind := range []struct {
			name string
			*aheadBench
		}{{"normals", normals}, {"merged", merged}, {"ahead", ahead}} {
			b.ReportMetric(kind.fastest()/float64(Ahead*n), kind.name+"-ns/elem/step")
		}
	})
}
