package sgd

import (
	"fmt"
	"math"
	"testing"

	"anisgd/engine/model"
	"anisgd/engine/problem"
	"anisgd/engine/rate"
	"anisgd/kernels/cpu"
	"anisgd/rng"
)

// BenchmarkStep is one step of binary logistic SGD with two power-law classes,
// the hardest case for memory: it streams state, sample, mean and standard
// deviations, 48 bytes a mode with the writes. Sub-benchmarks /normals draw the
// same d normals alone, in the same blocks: the ratio of the two is the price of
// everything that is not sampling. Both report ns/mode.
func BenchmarkStep(b *testing.B) {
	for _, path := range cpu.Available() {
		for _, d := range []int64{1e3, 1e4, 1e5, 1e6} {
			if path == cpu.Generic && d > 1e4 {
				continue
			}
			mean := model.PowerVector{Exponent: 0.2, Scale: 1}
			m := model.Model{Dim: d, Classes: []model.Class{
				{Prior: 0.5, Label: 1, Covariance: model.PowerLaw{Exponent: 1.1, Scale: 1}, Mean: mean},
				{Prior: 0.5, Label: -1, Covariance: model.PowerLaw{Exponent: 1.5, Scale: 1}, Mean: model.Scaled{Of: mean, By: -1}},
			}}
			arrays, err := m.Materialize()
			if err != nil {
				b.Fatal(err)
			}
			w := newWalker(newShared(&Config{
				Arrays: arrays, Problem: problem.Logistic{Labels: []float64{1, -1}}, Rate: rate.Constant(0.7),
				Runs: 1, Times: []float64{1}, Threads: 1,
			}))
			restore := cpu.Override(path)
			b.Run(fmt.Sprintf("%v/d=%.0e/step", path, float64(d)), func(b *testing.B) {
				w.start(0)
				b.SetBytes(48 * d)
				b.ReportAllocs()
				b.ResetTimer()
				for k := range b.N {
					w.step(int64(k))
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(d), "ns/mode")
			})
			b.Run(fmt.Sprintf("%v/d=%.0e/normals", path, float64(d)), func(b *testing.B) {
				stream := rng.NewStream(1, 0, rng.DomainNoise)
				block := make([]float64, normalsPerBlock)
				b.SetBytes(8 * d)
				for k := range b.N {
					for lo := int64(0); lo < d; lo += normalsPerBlock {
						stream.Normals(block[:min(normalsPerBlock, d-lo)], uint64(k), uint64(lo))
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(d), "ns/mode")
			})
			restore()
			if math.IsNaN(w.y[0]) {
				b.Fatal("the state is not finite")
			}
		}
	}
}
