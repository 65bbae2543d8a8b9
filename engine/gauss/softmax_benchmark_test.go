package gauss

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// BenchmarkSoftmax times all expectations for one class: with independent noise of a
// given variance, and from five outputs on also with a part that is not (mixed, by the
// rule of degree 5) and for a law of no structure (lattice).
func BenchmarkSoftmax(b *testing.B) {
	run := func(name string, l softmaxLaw) {
		b.Run(fmt.Sprintf("K=%d/%s", l.outputs(), name), func(b *testing.B) {
			s, e := NewSoftmax(l.outputs(), 0), NewSoftmaxExpectation(l.outputs())
			b.ReportAllocs()
			for b.Loop() {
				s.Expect(e, l.class, l.mean, l.covariance)
			}
			b.ReportMetric(e.Error, "error")
		})
	}
	for _, outputs := range []int{2, 3, 4, 5, 10, 20} {
		for _, variance := range []float64{0, 0.01, 0.1, 1, 10, 100} {
			if outputs == 4 && variance > 10 {
				continue
			}
			run(fmt.Sprintf("variance=%g", variance), independentLaw(outputs, 2, func(int) float64 { return variance }))
		}
		source := rand.New(rand.NewPCG(7, 1))
		if outputs > 4 {
			run("mixed", randomLaw(source, outputs, outputs, 0.02, 1).addNoise(1))
		}
		run("unstructured", randomLaw(source, outputs, outputs, 2, 1))
	}
}

// BenchmarkSoftmaxRisk times the risk alone.
func BenchmarkSoftmaxRisk(b *testing.B) {
	for _, outputs := range []int{3, 10} {
		l := independentLaw(outputs, 2, func(int) float64 { return 1 })
		b.Run(fmt.Sprintf("K=%d", outputs), func(b *testing.B) {
			s := NewSoftmax(outputs, 0)
			for b.Loop() {
				sinkFloat, _ = s.Risk(l.class, l.mean, l.covariance)
			}
		})
	}
}

// BenchmarkArgmax times the classification error of one class.
func BenchmarkArgmax(b *testing.B) {
	for _, outputs := range []int{2, 3, 4, 10} {
		l := independentLaw(outputs, 2, func(int) float64 { return 1 })
		b.Run(fmt.Sprintf("K=%d", outputs), func(b *testing.B) {
			a := NewArgmax(outputs, 0)
			b.ReportAllocs()
			estimate := 0.0
			for b.Loop() {
				sinkFloat, estimate = a.Error(l.class, l.mean, l.covariance)
			}
			b.ReportMetric(estimate, "error")
		})
	}
}
