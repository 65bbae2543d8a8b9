package sgd

import (
	"context"
	"fmt"
	"math"
	"testing"

	"anisgd/engine/model"
	"anisgd/engine/problem"
	"anisgd/engine/rate"
)

// fourBlocks is the zero-one model with two opposite means.
func fourBlocks(d int64) *lawCase {
	ends := steppedBlocks(d, 0.25, 0.25, 0.25, 0.25)
	mean := model.SteppedVector{Ends: ends, Values: []float64{1, 0.5, -0.5, 1}}
	return &lawCase{
		dim: d, problem: problem.Logistic{Labels: []float64{1, -1}}, rate: rate.Constant(1), times: []float64{0, 2e6 / float64(d)},
		classes: []model.Class{
			{Prior: 0.5, Label: 1, Covariance: model.Stepped{Ends: ends, Values: []float64{0.5, 0.3, 1, 1}}, Mean: mean},
			{Prior: 0.5, Label: -1, Covariance: model.Stepped{Ends: ends, Values: []float64{0.1, 1, 0.2, 1}}, Mean: model.Scaled{Of: mean, By: -1}},
		},
	}
}

// tenClasses is one-hot least squares of ten classes with means of their own on four
// blocks.
func tenClasses(d int64) *lawCase {
	ends := steppedBlocks(d, 0.25, 0.25, 0.25, 0.25)
	l := &lawCase{dim: d, problem: problem.NewOneHotLeastSquares(10), rate: rate.Constant(0.5), times: []float64{0, 1e4 / float64(d)}}
	for i := range 10 {
		values := []float64{1, 0.5, 0.1, float64(i) / 10}
		l.classes = append(l.classes, model.Class{
			Prior: 0.1, Covariance: model.Stepped{Ends: ends, Values: values}, Mean: model.NormalVector{Norm: 1, Seed: 5, Column: uint32(i)},
		})
	}
	return l
}

// BenchmarkGroupedStep is one step on four blocks, in dimensions nine decades apart.
func BenchmarkGroupedStep(b *testing.B) {
	for _, d := range []int64{1e3, 1e6, 1e12} {
		for name, l := range map[string]*lawCase{"logistic": fourBlocks(d), "one-hot-10": tenClasses(d)} {
			b.Run(fmt.Sprintf("%s/d=%.0e", name, float64(d)), func(b *testing.B) {
				_, config := l.configs(b, 1)
				w := walkerOf(b, config)
				w.start(0)
				b.ReportAllocs()
				b.ResetTimer()
				for k := int64(0); k < int64(b.N); {
					made, _ := w.iterate.advance(k, int64(b.N), math.Inf(1))
					k += made
				}
			})
		}
	}
}

// BenchmarkGroupedRuns is a step of a run among several, which go side by side from
// fewestAbreast on, in dimensions nine decades apart.
func BenchmarkGroupedRuns(b *testing.B) {
	for _, c := range []struct {
		name  string
		of    func(d int64) *lawCase
		steps int64
	}{{"logistic", fourBlocks, 1e5}, {"one-hot-10", tenClasses, 4e3}} {
		for _, d := range []int64{1e3, 1e12} {
			for _, runs := range []int{1, 8, 64} {
				b.Run(fmt.Sprintf("%s/d=%.0e/runs=%d", c.name, float64(d), runs), func(b *testing.B) {
					_, config := c.of(d).configs(b, runs)
					config.Threads = 1
					config.Times = []float64{0, float64(c.steps) / float64(d)}
					b.ResetTimer()
					for range b.N {
						if _, err := Simulate(context.Background(), config); err != nil {
							b.Fatal(err)
						}
					}
					b.ReportMetric(b.Elapsed().Seconds()*1e9/float64(b.N)/float64(c.steps)/float64(runs), "ns/step")
				})
			}
		}
	}
}
