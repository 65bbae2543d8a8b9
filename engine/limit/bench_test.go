package limit

import (
	"context"
	"fmt"
	"math"
	"testing"
	"time"

	"anisgd/kernels"
)

// BenchmarkSolve is the experiment of the measured anchors: binary logistic
// regression, power laws 1.1 and 1.5, β = 0.2, γ = 0.7, to t = 50 at rtol 1e-6 with
// one thread, full/… also with two, the fastest of the solves. full reports ns per mode and right-hand side (ns/mode/rhs), and that
// over the time of a triad of the same length measured right after (per-triad);
// compressed includes the set-up of the nodes.
func BenchmarkSolve(b *testing.B) {
	for _, run := range []struct {
		spectrum string
		threads  int
	}{{FullSpectrum, 1}, {FullSpectrum, 2}, {CompressedSpectrum, 1}} {
		spectrum := run.spectrum
		for _, d := range []int64{1e4, 1e5, 1e6} {
			b.Run(fmt.Sprintf("%s/d=%.0e/threads=%d", spectrum, float64(d), run.threads), func(b *testing.B) {
				c := powerLaw(b, d, []float64{50})
				c.RelativeTolerance, c.AbsoluteTolerance, c.Threads, c.Spectrum = 1e-6, 1e-9, run.threads, spectrum
				evaluations := 0
				fastest := math.Inf(1)
				for b.Loop() {
					begin := time.Now()
					result, err := Solve(context.Background(), c)
					if err != nil {
						b.Fatal(err)
					}
					evaluations = result.Evaluations
					fastest = math.Min(fastest, float64(time.Since(begin).Nanoseconds()))
				}
				b.ReportMetric(fastest/1e6, "fastest-ms")
				b.ReportMetric(float64(evaluations), "rhs")
				if spectrum == CompressedSpectrum {
					return
				}
				perMode := fastest / float64(d) / float64(evaluations)
				b.ReportMetric(perMode, "ns/mode/rhs")
				b.ReportMetric(perMode/triad(int(d)), "per-triad")
			})
		}
	}
}

// triad is the time of one element of a triad of three arrays, in ns.
func triad(n int) float64 {
	x, y, z := make([]float64, n), make([]float64, n), make([]float64, n)
	fastest := math.Inf(1)
	for range 50 {
		begin := time.Now()
		for range 1 + 1000000/n {
			kernels.Triad(x, y, z, 0.5)
		}
		fastest = math.Min(fastest, float64(time.Since(begin).Nanoseconds())/float64(n*(1+1000000/n)))
	}
	return fastest
}
