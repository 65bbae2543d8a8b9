// Package regime tells what theory predicts about an experiment without running
// it: the largest stable learning rate of least squares, and whether the risk of
// two opposite classes vanishes (theory, section 9). What it computes is for
// people to read and reaches no result.
package regime

import (
	"math"

	"anisgd/engine/model"
)

// StabilityThreshold is the learning rate below which least squares is stable,
//
//	γ < 2/ρ(A),   A_ij = p_j (1/d) Σ_ρ λ_{i,ρ}λ_{j,ρ}/(λ̄_ρ + δ),   λ̄ = Σ p_i λ_i,
//
// with the spectral radius ρ(A) and the ridge δ ≥ 0. It holds for any number of
// outputs, any means and any labels; classes of equal κ = tr K/d without a ridge
// have the threshold 2/κ. It is +Inf where no class has noise. The cost is d
// times the square of the number of different spectra.
func StabilityThreshold(arrays *model.Arrays, ridge float64) float64 {
	priors := make([]float64, len(arrays.Spectra))
	for _, class := range arrays.Classes {
		priors[class.Spectrum] += class.Prior
	}
	return 2 / spectralRadius(noiseGain(arrays, priors, ridge))
}

// noiseGain is A by spectra instead of classes, which has the same spectral
// radius, and made symmetric by the similarity with the roots of the priors.
func noiseGain(arrays *model.Arrays, priors []float64, ridge float64) [][]float64 {
	spectra := len(priors)
	gain := make([][]float64, spectra)
	for l := range gain {
		gain[l] = make([]float64, spectra)
	}
	for rho := range arrays.Dim {
		relaxation := ridge
		for l, p := range priors {
			relaxation = math.FMA(p, arrays.Spectra[l].Values[rho], relaxation)
		}
		if relaxation == 0 {
			continue // no class that is ever drawn has noise in this mode
		}
		for l := range spectra {
			scaled := arrays.Spectra[l].Values[rho] / relaxation
			for m := range l + 1 {
				gain[l][m] = math.FMA(scaled, arrays.Spectra[m].Values[rho], gain[l][m])
			}
		}
	}
	for l := range spectra {
		for m := range l + 1 {
			gain[l][m] *= math.Sqrt(priors[l]*priors[m]) / float64(arrays.Dim)
			gain[m][l] = gain[l][m]
		}
	}
	return gain
}

// spectralRadius is the largest eigenvalue of a symmetric, positive semidefinite
// matrix without negative entries, by power iteration from the vector of ones.
// That vector is nowhere orthogonal to the dominant eigenspace, which holds a
// vector without negative entries (Perron and Frobenius), and the Rayleigh
// quotients increase.
func spectralRadius(a [][]float64) float64 {
	const iterations = 100_000
	v, w := make([]float64, len(a)), make([]float64, len(a))
	for i := range v {
		v[i] = 1
	}
	radius := 0.0
	for range iterations {
		product, norm2 := 0.0, 0.0
		for i, row := range a {
			w[i] = 0
			for j, x := range row {
				w[i] = math.FMA(x, v[j], w[i])
			}
			product = math.FMA(v[i], w[i], product)
			norm2 = math.FMA(v[i], v[i], norm2)
		}
		before := radius
		radius = product / norm2
		if radius <= before*(1+0x1p-52) {
			break
		}
		largest := 0.0
		for _, x := range w {
			largest = math.Max(largest, x)
		}
		for i := range v {
			v[i] = w[i] / largest
		}
	}
	return radius
}
