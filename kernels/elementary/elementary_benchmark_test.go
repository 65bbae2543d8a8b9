package elementary

import (
	"math"
	"math/rand/v2"
	"testing"
)

// BenchmarkFunctions times every function beside its namesake of package math
// on the same arguments: compare Exp/own with Exp/math within one run. The
// arguments are drawn from the ranges that the right-hand side of the limit uses.
func BenchmarkFunctions(b *testing.B) {
	for _, c := range []struct {
		name      string
		own, math func(float64) float64
		low, high float64
	}{
		{"Exp", Exp, math.Exp, -30, 30},
		{"Expm1", Expm1, math.Expm1, -2, 2},
		{"Log", Log, math.Log, 0, 100},
		{"Log1p", Log1p, math.Log1p, -0.5, 10},
		{"Erfc", Erfc, math.Erfc, -3, 6},
		{"Sin", Sin, math.Sin, -10, 10},
		{"Cos", Cos, math.Cos, -10, 10},
		{"SinHuge", Sin, math.Sin, -1e100, 1e100},
	} {
		x := arguments(c.low, c.high)
		for _, version := range []struct {
			name string
			f    func(float64) float64
		}{{"own", c.own}, {"math", c.math}} {
			b.Run(c.name+"/"+version.name, func(b *testing.B) {
				sum := 0.0
				for i := 0; b.Loop(); i++ {
					sum += version.f(x[i%len(x)])
				}
				benchmarkSink = sum
			})
		}
	}
	x, y := arguments(0, 10), arguments(-3, 3)
	for _, version := range []struct {
		name string
		f    func(x, y float64) float64
	}{{"own", Pow}, {"math", math.Pow}} {
		b.Run("Pow/"+version.name, func(b *testing.B) {
			sum := 0.0
			for i := 0; b.Loop(); i++ {
				sum += version.f(x[i%len(x)], y[i%len(y)])
			}
			benchmarkSink = sum
		})
	}
}

var benchmarkSink float64

func arguments(low, high float64) []float64 {
	random := rand.New(rand.NewPCG(1, 2))
	x := make([]float64, 1024)
	for i := range x {
		x[i] = low + float64((high-low)*random.Float64())
	}
	return x
}
