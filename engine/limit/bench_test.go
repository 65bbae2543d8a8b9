package limit

import (
	"context"
	"fmt"
	"math"
	"testing"
	"time"

	"anisgd/engine/model"
	"anisgd/engine/parallel"
	"anisgd/engine/problem"
	"anisgd/engine/rate"
	"anisgd/engine/spectrum"
	"anisgd/kernels"
)

// BenchmarkSolve is the experiment of the measured anchors: binary logistic
// regression, power laws 1.1 and 1.5, β = 0.2, γ = 0.7, to t = 50 at rtol 1e-6 with
// one and with two threads, the fastest of the solves: ns per mode and right-hand side
// (ns/mode/rhs), and that over the time of a triad of the same length measured right
// after (per-triad).
func BenchmarkSolve(b *testing.B) {
	for _, threads := range []int{1, 2} {
		for _, d := range []int64{1e4, 1e5, 1e6} {
			b.Run(fmt.Sprintf("full/d=%.0e/threads=%d", float64(d), threads), func(b *testing.B) {
				c := powerLaw(b, d, []float64{50})
				c.RelativeTolerance, c.AbsoluteTolerance, c.Threads = 1e-6, 1e-9, threads
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
				perMode := fastest / float64(d) / float64(evaluations)
				b.ReportMetric(perMode, "ns/mode/rhs")
				b.ReportMetric(perMode/triad(int(d)), "per-triad")
			})
		}
	}
}

// BenchmarkNodes is the same experiment on nodes at rtol 1e-8, with the set-up
// (set-up-ms) and without (solve-ms), the fastest of each: means in closed form, at any
// dimension, and drawn mode by mode; and to t = 1e14 in the continuum.
func BenchmarkNodes(b *testing.B) {
	closed, drawn := model.PowerVector{Exponent: 0.2, Scale: 1}, model.NormalVector{Norm: 1, Seed: 1}
	for _, run := range []struct {
		name      string
		mean      model.Vector
		dim       int64
		continuum bool
		method    string
		end       float64
	}{
		{"closed/d=1e6/t=50", closed, 1e6, false, "dopri5", 50},
		{"closed/d=1e12/t=50", closed, 1e12, false, "dopri5", 50},
		{"drawn/d=1e6/t=50", drawn, 1e6, false, "dopri5", 50},
		{"continuum/t=1e8", closed, 1e15, true, "radau9", 1e8},
		{"continuum/t=1e14", closed, 1e15, true, "radau9", 1e14},
	} {
		b.Run(run.name, func(b *testing.B) {
			m := &model.Model{Dim: run.dim, Classes: []model.Class{
				{Prior: 0.5, Label: 1, Covariance: model.PowerLaw{Exponent: 1.1, Scale: 1}, Mean: run.mean},
				{Prior: 0.5, Label: -1, Covariance: model.PowerLaw{Exponent: 1.5, Scale: 1}, Mean: model.Scaled{Of: run.mean, By: -1}},
			}}
			description := &spectrum.Description{Model: m, Continuum: run.continuum, Horizon: 0.7 * run.end}
			pool := parallel.NewPool(2)
			defer pool.Close()
			setup, solve := math.Inf(1), math.Inf(1)
			var result *Result
			for b.Loop() {
				begin := time.Now()
				nodes, _ := spectrum.Of(description, pool)
				setup = math.Min(setup, time.Since(begin).Seconds())
				var err error
				result, err = Solve(context.Background(), &Config{
					Nodes: nodes, Problem: problem.Logistic{Labels: []float64{1, -1}}, Rate: rate.Constant(0.7), Times: []float64{run.end},
					Method: run.method, RelativeTolerance: 1e-8, AbsoluteTolerance: 1e-12, Threads: 1,
				})
				if err != nil {
					b.Fatal(err)
				}
				solve = math.Min(solve, result.Elapsed.Seconds())
			}
			b.ReportMetric(setup*1e3, "set-up-ms")
			b.ReportMetric(solve*1e3, "solve-ms")
			b.ReportMetric(float64(result.Steps), "steps")
			b.ReportMetric(float64(result.Nodes), "nodes")
		})
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
