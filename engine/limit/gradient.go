package limit

import (
	"math"

	"anisgd/engine/closure"
	"anisgd/engine/model"
	"anisgd/engine/parallel"
	"anisgd/kernels"
)

// gradientNorm2 is ‖∇R‖² = Σ_ρ E|c_ρ + A⁰_ρ x_ρ|² of one output in the state
// (y, c), from the coupling for γ = 1: (1/d) Σ_ρ (a y + b)² + a² c.
func gradientNorm2(cl *closure.Closure, gain *closure.Coupling, y, c []float64, sources [][]float64, arrays *model.Arrays) float64 {
	total := 0.0
	columns := [][]float64{y}
	for index := range parallel.Chunks(arrays.Dim) {
		lo, hi := parallel.Chunk(index, arrays.Dim)
		var sum kernels.Partial
		cl.MeanNorm2(gain, arrays.Spectra, columns, sources, lo, hi, &sum)
		for rho := lo; rho < hi; rho++ {
			a := gain.Decay
			for l, spectrum := range arrays.Spectra {
				a = math.FMA(gain.Rate[l], spectrum.Values[rho], a)
			}
			lane := (rho - lo) % kernels.Lanes
			sum[lane] = math.FMA(float64(a*a), c[rho], sum[lane])
		}
		total += sum.Sum()
	}
	return total / float64(arrays.Dim)
}
