package kernels

import (
	"fmt"
	"testing"

	"anisgd/kernels/cpu"
)

// TestSampleAndUpdateAreRoundedAsStated compares every element with exact
// arithmetic, rounded where the doc comments say.
func TestSampleAndUpdateAreRoundedAsStated(t *testing.T) {
	const n = 53
	const meanFactor, scaleFactor, shrink, step = -1.7, 0.6, 0.99, -0.013
	x, old := someVector(n), someVector(n + 1)[:n]
	z, m, s := someVector(n + 2)[:n], someVector(n + 3)[:n], someVector(n + 4)[:n]
	for _, path := range cpu.Available() {
		for variant := range 4 {
			sample := &Sample{Noise: z, MeanFactor: meanFactor, ScaleFactor: scaleFactor}
			if variant&1 != 0 {
				sample.Mean = m
			}
			if variant&2 != 0 {
				sample.Scale = s
			}
			wantA, wantX := make([]float64, n), make([]float64, n)
			var wantDot Partial
			for i := range n {
				scale, mean := scaleFactor, 0.0
				if variant&1 != 0 {
					mean = rounded(exact([]float64{meanFactor, m[i]}))
				}
				if variant&2 != 0 {
					scale = s[i]
				}
				wantA[i] = rounded(exact([]float64{scale, z[i]}, []float64{mean}))
				shrunk := rounded(exact([]float64{shrink, x[i]}))
				wantX[i] = rounded(exact([]float64{step, old[i]}, []float64{shrunk}))
				wantDot[i%16] = rounded(exact([]float64{wantX[i], wantA[i]}, []float64{wantDot[i%16]}))
			}
			what := fmt.Sprintf("%v, variant %d", path, variant)

			gotX, gotA := append([]float64{}, x...), append([]float64{}, old...)
			var dot Partial
			onPath(path, func() { UpdateSampleDot(gotX, gotA, shrink, step, sample, &dot) })
			compareVectors(t, what, gotX, wantX)
			compareVectors(t, what, gotA, wantA)
			comparePartials(t, what, []Partial{dot}, []Partial{wantDot})

			gotX, gotA, dot = append([]float64{}, x...), append([]float64{}, old...), Partial{}
			onPath(path, func() {
				Update(gotX, gotA, shrink, step)
				SampleDot(gotA, gotX, sample, &dot)
			})
			compareVectors(t, what+", separate", gotX, wantX)
			compareVectors(t, what+", separate", gotA, wantA)
			comparePartials(t, what+", separate", []Partial{dot}, []Partial{wantDot})
		}
	}
}

func TestTriadIsRoundedOnce(t *testing.T) {
	b, c := someVector(37), someVector(38)[:37]
	want := make([]float64, 37)
	for i := range want {
		want[i] = rounded(exact([]float64{-1.3, c[i]}, []float64{b[i]}))
	}
	for _, path := range cpu.Available() {
		a := make([]float64, 37)
		onPath(path, func() { Triad(a, b, c, -1.3) })
		compareVectors(t, path.String(), a, want)
	}
}
