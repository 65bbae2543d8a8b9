package kernels

import (
	"fmt"
	"math"
	"testing"
	"time"

	"anisgd/kernels/cpu"
)

// The benchmarks of products are named Kernel/path/samples×outputs/n=range. They
// report the rows' bytes, counted once where read and once where written (MB/s),
// arithmetic (Gflop/s) and its ratio to the peak of the path, measured before and
// after the loop (of-peak). Both speeds of arithmetic are those of the best batch,
// so that they compare on a busy machine. An op is a batch of batchCalls calls.

const batchCalls = 20

// peak is the speed of arithmetic in registers, in flops a nanosecond: the best of
// a few short runs.
func peak() float64 {
	const rounds = 20000
	best := math.Inf(1)
	var x [RecurrenceLanes]float64
	for range 20 {
		start := time.Now()
		Recurrence(&x, 0.5, 1, rounds)
		best = min(best, float64(time.Since(start).Nanoseconds()))
	}
	return 2 * RecurrenceLanes * rounds / best
}

// measureFlops times batches of calls, each of which moves and computes so much.
func measureFlops(b *testing.B, bytes, flops int, call func()) {
	b.SetBytes(int64(batchCalls * bytes))
	b.ReportAllocs()
	top := peak()
	best := math.Inf(1)
	for b.Loop() {
		start := time.Now()
		for range batchCalls {
			call()
		}
		best = min(best, float64(time.Since(start).Nanoseconds()))
	}
	top = max(top, peak())
	speed := float64(batchCalls*flops) / best
	b.ReportMetric(speed, "Gflop/s")
	b.ReportMetric(speed/top, "of-peak")
}

// benchShapes are numbers of samples and outputs.
var benchShapes = [][2]int{{8, 10}, {16, 2}, {16, 4}, {16, 10}, {16, 100}, {32, 10}, {32, 100}}

func forShapesAndRanges(b *testing.B, shapes [][2]int, run func(b *testing.B, samples, outputs, n int)) {
	for _, path := range cpu.Available() {
		for _, shape := range shapes {
			for _, n := range []int{128, 192, 256, 512, 1024} {
				b.Run(fmt.Sprintf("%v/%d×%d/n=%d", path, shape[0], shape[1], n), func(b *testing.B) {
					defer cpu.Override(path)()
					run(b, shape[0], shape[1], n)
				})
			}
		}
	}
}

// benchRows are rows at a distance that spreads them over a cache.
func benchRows(count, n int) [][]float64 {
	stride := n + 8
	all := benchVector(count * stride)
	rows := make([][]float64, count)
	for j := range rows {
		rows[j] = all[j*stride:][:n]
	}
	return rows
}

func BenchmarkInnerProducts(b *testing.B) {
	forShapesAndRanges(b, benchShapes, func(b *testing.B, samples, outputs, n int) {
		u, v, dst := benchRows(samples, n), benchRows(outputs, n), make([]float64, samples*outputs)
		measureFlops(b, 8*(samples+outputs)*n, 2*samples*outputs*n, func() { InnerProducts(dst, u, v, 0, n) })
	})
}

func BenchmarkGram(b *testing.B) {
	forShapesAndRanges(b, [][2]int{{8, 8}, {16, 16}, {32, 32}}, func(b *testing.B, samples, _, n int) {
		u, dst := benchRows(samples, n), make([]float64, samples*samples)
		measureFlops(b, 8*samples*n, samples*(samples+1)*n, func() { Gram(dst, u, 0, n) })
	})
}

func BenchmarkMultiplyAdd(b *testing.B) {
	forShapesAndRanges(b, benchShapes, func(b *testing.B, samples, outputs, n int) {
		src, dst := benchRows(samples, n), benchRows(outputs, n)
		coefficients := make([]float64, samples*outputs)
		measureFlops(b, 8*(samples+2*outputs)*n, (2*samples+1)*outputs*n, func() {
			MultiplyAdd(dst, src, coefficients, 1, 0, n)
		})
	})
}

func BenchmarkWeightedDot(b *testing.B) {
	forPathsAndLengths(b, func(b *testing.B, n int) {
		w, x, y := benchVector(n), benchVector(n), benchVector(n)
		var dot Partial
		measure(b, n, 3, 3, func() { WeightedDot(w, x, y, &dot) })
	})
}

func BenchmarkSquaredDistance(b *testing.B) {
	forPathsAndLengths(b, func(b *testing.B, n int) {
		x, y := benchVector(n), benchVector(n)
		var sum Partial
		measure(b, n, 2, 3, func() { SquaredDistance(x, y, &sum) })
	})
}

func BenchmarkSampleInto(b *testing.B) {
	forPathsAndLengths(b, func(b *testing.B, n int) {
		a, s := benchVector(n), benchSample(n)
		measure(b, n, 3, 3, func() {
			inBlocks(n, s, func(lo, hi int, s *Sample) { SampleInto(a[lo:hi], s) })
		})
	})
}
