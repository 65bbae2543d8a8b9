package gauss

import (
	"fmt"
	"testing"
)

// Sinks keep the compiler from dropping what a benchmark computes.
var (
	sinkLogistic Logistic
	sinkFloat    float64
)

// BenchmarkExpectLogistic times one call, all four expectations, over the regimes
// of the variance; "trajectory" mixes those a solution of the limit runs through.
func BenchmarkExpectLogistic(b *testing.B) {
	for _, p := range []point{{0, 0}, {1, 0.01}, {1, 0.2}, {2, 1}, {-2, 1}, {2, 2}, {5, 9}, {20, 30}, {40, 40}, {1, 1e4}, {40, 1e4}} {
		b.Run(fmt.Sprintf("mean=%g/variance=%g", p.mean, p.variance), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				sinkLogistic = ExpectLogistic(p.mean, p.variance)
			}
		})
	}
	b.Run("trajectory", func(b *testing.B) {
		b.ReportAllocs()
		i := 0
		for b.Loop() {
			x := float64(i&1023) / 1024
			sinkLogistic = ExpectLogistic(3*x, 4*x)
			i++
		}
	})
}

// BenchmarkNegativeProbability times the classification error.
func BenchmarkNegativeProbability(b *testing.B) {
	for b.Loop() {
		sinkFloat = NegativeProbability(3, 2)
	}
}

// BenchmarkTables times what the package does at start.
func BenchmarkTables(b *testing.B) {
	for b.Loop() {
		sinkFloat = newLogisticLattice(0.25, -12).spacing + newLogisticLattice(0.5, -36).spacing
	}
}
