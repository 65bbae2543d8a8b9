package closure

import (
	"math"

	"anisgd/engine/model"
	"anisgd/engine/parallel"
	"anisgd/kernels"
	"anisgd/kernels/memory"
)

// ModeSources lists the arrays that drive the modes, in the order of a
// coupling's Drive: the sources of the model and, for a teacher with columns
// √d·x*_b, the products λ_l∘√d·x*_b. The latter are computed here: 8·d bytes for
// every spectrum and column.
func ModeSources(arrays *model.Arrays, teacher [][]float64) [][]float64 {
	sources := append([][]float64{}, arrays.Sources...)
	for _, spectrum := range arrays.Spectra {
		for _, column := range teacher {
			product := memory.Floats(len(column))
			for rho, v := range column {
				product[rho] = spectrum.Values[rho] * v
			}
			sources = append(sources, product)
		}
	}
	return sources
}

// MeanNorm2 adds Σ_ρ |A y + b|² over the modes lo ≤ ρ < hi for the coefficients
// of a coupling: with that for γ = 1, d·‖∇R‖² of an SGD iterate y = √d·x. The
// element of mode ρ goes to lane (ρ − lo) mod kernels.Lanes.
func (c *Closure) MeanNorm2(k *Coupling, spectra []model.Spectrum, y, sources [][]float64, lo, hi int, sum *kernels.Partial) {
	square := c.outputs * c.outputs
	for rho := lo; rho < hi; rho++ {
		lane := (rho - lo) % kernels.Lanes
		for a := range c.outputs {
			component := float64(k.Decay * y[a][rho])
			for s, source := range sources {
				component = math.FMA(k.Drive[s*c.outputs+a], source[rho], component)
			}
			for l, spectrum := range spectra {
				row := k.Rate[l*square+a*c.outputs : l*square+(a+1)*c.outputs]
				product := 0.0
				for b, h := range row {
					product = math.FMA(h, y[b][rho], product)
				}
				component = math.FMA(spectrum.Values[rho], product, component)
			}
			sum[lane] = math.FMA(component, component, sum[lane])
		}
	}
}

// VarianceNorm2 is tr(A C Aᵀ) in a mode with the given eigenvalue per spectrum
// and variance C (ℓ×ℓ).
func (c *Closure) VarianceNorm2(k *Coupling, eigenvalue func(spectrum int) float64, variance []float64) float64 {
	n := c.outputs
	square := n * n
	sum := 0.0
	// Row a of A, then a C aᵀ.
	entry := func(a, b int) float64 {
		v := 0.0
		if a == b {
			v = k.Decay
		}
		for l := range c.modes.Traces {
			v = math.FMA(eigenvalue(l), k.Rate[l*square+a*n+b], v)
		}
		return v
	}
	for a := range n {
		for b := range n {
			ab := entry(a, b)
			for e := range n {
				sum = math.FMA(float64(ab*entry(a, e)), variance[b*n+e], sum)
			}
		}
	}
	return sum
}

// total sums over all modes by chunks, in index order.
func total(d int, add func(lo, hi int, sum *kernels.Partial)) float64 {
	result := 0.0
	for index := range parallel.Chunks(d) {
		lo, hi := parallel.Chunk(index, d)
		var p kernels.Partial
		add(lo, hi, &p)
		result += p.Sum()
	}
	return result
}
