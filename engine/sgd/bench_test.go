package sgd

import (
	"fmt"
	"math"
	"testing"
	"time"

	"anisgd/engine/model"
	"anisgd/engine/problem"
	"anisgd/engine/rate"
	"anisgd/kernels"
	"anisgd/kernels/cpu"
	"anisgd/rng"
)

// BenchmarkStep is one step of binary logistic SGD, isotropic or with two
// power-law classes, the hardest case for memory. A merged sweep streams state and
// sample, read and written, the mean, and with power laws the standard deviations:
// 40 and 48 bytes a mode, the bytes declared; look-ahead at d = 1e6 moves fewer.
// ns/mode is that of the fastest batch of steps, and per-normal its ratio to the
// fastest batch of the same number of normals alone: the price of everything that is
// not sampling.
func BenchmarkStep(b *testing.B) {
	for name, spectra := range map[string][2]model.Covariance{
		"isotropic":  {model.Isotropic(1), model.Isotropic(1)},
		"power-laws": {model.PowerLaw{Exponent: 1.1, Scale: 1}, model.PowerLaw{Exponent: 1.5, Scale: 1}},
	} {
		bytes := int64(48)
		if name == "isotropic" {
			bytes = 40
		}
		for _, path := range cpu.Available() {
			for _, d := range []int64{1e3, 1e4, 1e5, 1e6} {
				if path == cpu.Generic && d > 1e4 {
					continue
				}
				mean := model.PowerVector{Exponent: 0.2, Scale: 1}
				m := model.Model{Dim: d, Classes: []model.Class{
					{Prior: 0.5, Label: 1, Covariance: spectra[0], Mean: mean},
					{Prior: 0.5, Label: -1, Covariance: spectra[1], Mean: model.Scaled{Of: mean, By: -1}},
				}}
				arrays, err := m.Materialize()
				if err != nil {
					b.Fatal(err)
				}
				w := walkerOf(b, &Config{
					Arrays: arrays, Problem: problem.Logistic{Labels: []float64{1, -1}}, Rate: rate.Constant(0.7),
					Runs: 1, Times: []float64{1}, Threads: 1,
				})
				restore := cpu.Override(path)
				b.Run(fmt.Sprintf("%s/%v/d=%.0e", name, path, float64(d)), func(b *testing.B) {
					w.start(0)
					b.SetBytes(bytes * d)
					b.ReportAllocs()
					stream := rng.NewStream(1, 0, rng.DomainNoise)
					block := make([]float64, normalsPerBlock)
					// Batches of steps and of normals take turns: what disturbs one
					// disturbs the other, and the fastest of each is compared.
					batch := max(40000/d, 4)
					step, normals := math.Inf(1), math.Inf(1)
					b.ResetTimer()
					for k := int64(0); k < int64(b.N); {
						begin, first := time.Now(), k
						for k < first+batch {
							made, _ := w.iterate.advance(k, first+batch, math.Inf(1))
							k += made
						}
						step = math.Min(step, time.Since(begin).Seconds()/float64(batch*d))
						b.StopTimer()
						begin = time.Now()
						for j := range batch {
							for lo := int64(0); lo < d; lo += normalsPerBlock {
								stream.Normals(block[:min(normalsPerBlock, d-lo)], uint64(j), uint64(lo))
							}
						}
						normals = math.Min(normals, time.Since(begin).Seconds()/float64(batch*d))
						b.StartTimer()
					}
					b.ReportMetric(step*1e9, "ns/mode")
					b.ReportMetric(step/normals, "per-normal")
				})
				restore()
				if math.IsNaN(w.iterate.(overModes).columns()[0][0]) {
					b.Fatal("the state is not finite")
				}
			}
		}
	}
}

// BenchmarkOutputs is SGD with one output per class, one-hot least squares with
// one power-law spectrum, in look-ahead blocks. Beside the time per step it
// reports bound: that time over the time of the step's normals and of 4dℓ floating
// point operations at the peak of one core, both measured in the same run.
func BenchmarkOutputs(b *testing.B) {
	const d = 10000
	for _, classes := range []int{3, 10, 100} {
		m := model.Model{Dim: d}
		for i := range classes {
			m.Classes = append(m.Classes, model.Class{
				Prior: 1 / float64(classes), Covariance: model.PowerLaw{Exponent: 1.1, Scale: 1},
				Mean: model.NormalVector{Norm: 1, Seed: 1, Column: uint32(i)},
			})
		}
		arrays, err := m.Materialize()
		if err != nil {
			b.Fatal(err)
		}
		w := walkerOf(b, &Config{
			Arrays: arrays, Problem: problem.NewOneHotLeastSquares(classes), Rate: rate.Constant(0.3),
			Runs: 1, Times: []float64{1}, Threads: 1,
		})
		b.Run(fmt.Sprintf("K=%d/d=1e4", classes), func(b *testing.B) {
			w.start(0)
			b.ReportAllocs()
			fastest := math.Inf(1)
			b.ResetTimer()
			for k := int64(0); k < int64(b.N); {
				begin := time.Now()
				made, _ := w.iterate.advance(k, k+maxLookAhead, math.Inf(1))
				fastest = math.Min(fastest, time.Since(begin).Seconds()/float64(made))
				k += made
			}
			b.StopTimer()
			b.ReportMetric(fastest*1e6, "fastest-us/step")
			b.ReportMetric(4*d*float64(classes)/fastest/1e9, "Gflop/s")
			b.ReportMetric(fastest/(secondsPerNormal()*d+4*d*float64(classes)/peakFlops()), "bound")
		})
	}
}

// secondsPerNormal is the fastest of several batches.
func secondsPerNormal() float64 {
	stream := rng.NewStream(1, 0, rng.DomainNoise)
	block := make([]float64, normalsPerBlock)
	fastest := math.Inf(1)
	for batch := range 200 {
		begin := time.Now()
		for k := range 40 {
			stream.Normals(block, uint64(batch), uint64(k*normalsPerBlock))
		}
		fastest = math.Min(fastest, time.Since(begin).Seconds()/40/normalsPerBlock)
	}
	return fastest
}

// peakFlops is the peak rate of fused multiply-adds, two operations each, of one
// core on the selected path.
func peakFlops() float64 {
	var x [kernels.RecurrenceLanes]float64
	const rounds = 4000
	fastest := math.Inf(1)
	for range 200 {
		begin := time.Now()
		kernels.Recurrence(&x, 0.5, 0.25, rounds)
		fastest = math.Min(fastest, time.Since(begin).Seconds())
	}
	return 2 * kernels.RecurrenceLanes * rounds / fastest
}
