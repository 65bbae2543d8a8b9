package rng

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// benchmarkLengths fit the first-level cache, the second, and none.
var benchmarkLengths = []int{256, 1024, 16384, 1 << 20}

// BenchmarkNormals has sub-benchmarks path=…/n=…, and path=math-rand-v2/n=… for
// the ratio to math/rand/v2 within one run.
func BenchmarkNormals(b *testing.B) {
	benchmarkDraws(b, draws[0])
	pcg := rand.New(rand.NewPCG(1, 2))
	for _, length := range benchmarkLengths {
		dst := make([]float64, length)
		b.Run(fmt.Sprintf("path=math-rand-v2/n=%d", length), func(b *testing.B) {
			benchmarkNumbers(b, length, func() {
				for i := range dst {
					dst[i] = pcg.NormFloat64()
				}
			})
		})
	}
}

// BenchmarkUniforms has sub-benchmarks path=…/n=….
func BenchmarkUniforms(b *testing.B) { benchmarkDraws(b, draws[1]) }

// BenchmarkWords is single counters in plain Go.
func BenchmarkWords(b *testing.B) {
	s := NewStream(1, 2, DomainNoise)
	const words = 512
	var sum uint64
	step := uint64(0)
	benchmarkNumbers(b, words, func() {
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
		dst := make([]float64, length)
		for _, p := range paths() {
			b.Run(fmt.Sprintf("path=%s/n=%d", p.name, length), func(b *testing.B) {
				defer p.use()()
				step := uint64(0)
				benchmarkNumbers(b, length, func() {
					d.fill(&s, dst, step, 0)
					step++
				})
			})
		}
	}
}

// benchmarkNumbers times fill, which makes length numbers of 8 bytes.
func benchmarkNumbers(b *testing.B, length int, fill func()) {
	b.SetBytes(8 * int64(length))
	b.ReportAllocs()
	for b.Loop() {
		fill()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(length), "ns/number")
}
