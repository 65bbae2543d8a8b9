package kernels

import "math"

// Coupling holds the few scalars that couple the modes of the limiting
// dynamics at one instant. Given them, every mode ρ is a linear equation of its
// own in its mean y and its variance c, with L spectra λ and S sources M:
//
//	a = Decay + Σ_l Rate[l]·λ_l[ρ]
//	n = Σ_l Noise[l]·λ_l[ρ]
//	b = Σ_s Drive[s]·M_s[ρ]
//	y' = −(a·y + b)
//	c' = n − 2a·c
//
// For one-pass SGD with learning rate γ, ridge δ, classes of prior p_i with
// covariance eigenvalues λ_i and means M_i, and the Gaussian expectations g_i,
// H_i, I_i of the loss: Decay = γδ, Rate = γ p_i H_i, Noise = γ² p_i I_i and
// Drive = γ p_i g_i.
type Coupling struct {
	Decay float64
	Rate  []float64 // length L
	Noise []float64 // length L
	Drive []float64 // length S
}

func (k *Coupling) check(kernel string, spectra, sources int) {
	checkLength(kernel, "Coupling.Rate", len(k.Rate), spectra)
	checkLength(kernel, "Coupling.Noise", len(k.Noise), spectra)
	checkLength(kernel, "Coupling.Drive", len(k.Drive), sources)
}

// at evaluates the coefficients of mode ρ, each a chain of fma in increasing l
// or s, from Decay for a and from +0 for n and b.
func (k *Coupling) at(mode int, spectra, sources [][]float64) (a, n, b float64) {
	a = k.Decay
	for l, spectrum := range spectra {
		a = math.FMA(k.Rate[l], spectrum[mode], a)
		n = math.FMA(k.Noise[l], spectrum[mode], n)
	}
	for s, source := range sources {
		b = math.FMA(k.Drive[s], source[mode], b)
	}
	return a, n, b
}

// derivative is the right-hand side of one mode.
func derivative(a, n, b, y, c float64) (dy, dc float64) {
	return -math.FMA(a, y, b), math.FMA(-2*a, c, n)
}

// Derivative evaluates the right-hand side of the limiting dynamics in all
// modes:
//
//	dY[ρ] ← −fma(a, y[ρ], b)
//	dC[ρ] ← fma(−2a, c[ρ], n)
//
// with a, n and b as Coupling says, each a chain of fma in the order of the
// spectra or sources, from Decay for a and from +0 for n and b. There must be
// at least one spectrum. dY may be y and dC may be c.
//
// It is the plain form that the fused sweep of [Stages] is tested against, and has no
// assembly.
func Derivative(dY, dC, y, c []float64, k *Coupling, spectra, sources [][]float64) {
	checkLength("Derivative", "dC", len(dC), len(dY))
	checkLength("Derivative", "y", len(y), len(dY))
	checkLength("Derivative", "c", len(c), len(dY))
	checkModes("Derivative", len(dY), spectra, sources)
	k.check("Derivative", len(spectra), len(sources))
	for mode := range dY {
		a, n, b := k.at(mode, spectra, sources)
		dY[mode], dC[mode] = derivative(a, n, b, y[mode], c[mode])
	}
}

func checkModes(kernel string, modes int, spectra, sources [][]float64) {
	if len(spectra) == 0 {
		panic("kernels: " + kernel + ": no spectrum")
	}
	for _, spectrum := range spectra {
		checkLength(kernel, "a spectrum", len(spectrum), modes)
	}
	for _, source := range sources {
		checkLength(kernel, "a source", len(source), modes)
	}
}
