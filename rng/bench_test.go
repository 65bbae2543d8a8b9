package rng

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

// benchmarkLengths fit the first-level cache, the second, and none.
var benchmarkLengths = []int{256, 4096, 1 << 20}

// BenchmarkNormals has sub-benchmarks path=…/n=…, and path=math-rand-v2/n=… and
// path=gonum-distuv/n=… for the ratios to PCG NormFloat64 and to distuv.Normal
// within one run.
func BenchmarkNormals(b *testing.B) {
	benchmarkDraws(b, normals)
	gonum := distuv.Normal{Sigma: 1, Src: rand.NewPCG(1, 2)}
	for _, length := range benchmarkLengths {
		dst := make([]float64, length)
		b.Run(fmt.Sprintf("path=gonum-distuv/n=%d", length), func(b *testing.B) {
			benchmarkNumbers(b, length, 8, func() {
				for i := range dst {
					dst[i] = gonum.Rand()
				}
			})
		})
	}
	pcg := rand.New(rand.NewPCG(1, 2))
	for _, length := range benchmarkLengths {
		dst := make([]float64, length)
		b.Run(fmt.Sprintf("path=math-rand-v2/n=%d", length), func(b *testing.B) {
			benchmarkNumbers(b, length, 8, func() {
				for i := range dst {
					dst[i] = pcg.NormFloat64()
				}
			})
		})
	}
}

// BenchmarkUniforms has sub-benchmarks path=…/n=….
func BenchmarkUniforms(b *testing.B) { benchmarkDraws(b, uniforms) }

// The other draws, as BenchmarkUniforms. BenchmarkBits is raw words, what every
// other draw is to be compared with: a normal of float64 takes one of them.

func BenchmarkNormals32(b *testing.B)       { benchmarkDraws(b, normals32) }
func BenchmarkWidenedNormals(b *testing.B)  { benchmarkDraws(b, widenedNormals) }
func BenchmarkSigns(b *testing.B)           { benchmarkDraws(b, signs) }
func BenchmarkCentredUniforms(b *testing.B) { benchmarkDraws(b, centredUniforms) }
func BenchmarkBits(b *testing.B)            { benchmarkDraws(b, words) }

// BenchmarkWords is single counters in plain Go.
func BenchmarkWords(b *testing.B) {
	s := NewStream(1, 2, DomainNoise)
	const words = 512
	var sum uint64
	step := uint64(0)
	benchmarkNumbers(b, words, 8, func() {
		for block := range uint64(words / 2) {
			low, high := s.Words(step, block)
			sum += low ^ high
		}
		step++
	})
	if sum == 0 {
		b.Fatal("words sum to zero")
	}
}

func benchmarkDraws(b *testing.B, d draw) {
	s := NewStream(1, 2, DomainNoise)
	for _, length := range benchmarkLengths {
		fill := d.filler(length)
		for _, p := range paths() {
			b.Run(fmt.Sprintf("path=%s/n=%d", p.name, length), func(b *testing.B) {
				defer p.use()()
				step := uint64(0)
				benchmarkNumbers(b, length, d.size(), func() {
					fill(&s, step)
					step++
				})
			})
		}
	}
}

// benchmarkNumbers times fill, which makes length numbers of the given size.
func benchmarkNumbers(b *testing.B, length, size int, fill func()) {
	b.SetBytes(int64(size) * int64(length))
	b.ReportAllocs()
	for b.Loop() {
		fill()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(length), "ns/number")
}
