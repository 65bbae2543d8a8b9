package gauss

import "math"

// setPaths prepares factorPaths.
func (a *Argmax) setPaths() {
	typical, _, _ := a.factor.sample(0.5)
	n, loading := len(a.distance), a.factor.loading
	a.leaveResidual(n, loading)
	a.paths.set(n, a.distance, loading, a.residual, typical)
}

// factorPaths is the probability of the union, integrated over a lattice, the first coordinate
// of which is the factor with about the density that the model gives it. A function of the factor
// with known integral, close to the integrand of the model, is subtracted from it: what is left
// is small where the rest is.
func (a *Argmax) factorPaths() (value, deviation float64) {
	f := &a.factor
	a.paths.shiftLattice(0)
	perCoset := latticeCosets / float64(a.nodes)
	var cosets, x, weight, cubic block
	for number := 0; number < a.nodes; number += blockSize {
		a.paths.coordinate(&x, 0, number, a.nodes)
		for lane := range x {
			x[lane], weight[lane], cubic[lane] = f.sample(x[lane])
		}
		_, lost := a.paths.product(&x, number, a.nodes)
		for lane := range x {
			cosets[lane] += float64(perCoset * (float64(weight[lane]*lost[lane]) - cubic[lane]))
		}
	}
	difference, deviation := cosetMean(&cosets)
	return f.cubic + difference, deviation
}

// leaveResidual sets residual to correlation − loading loadingᵀ for the first n differences.
func (a *Argmax) leaveResidual(n int, loading []float64) {
	size := len(a.distance)
	for j := range n {
		for l := range j {
			x := a.correlation[j*size+l] - float64(loading[j]*loading[l])
			a.residual[j*n+l], a.residual[l*n+j] = x, x
		}
		a.residual[j*n+j] = (1 - loading[j]) * (1 + loading[j])
	}
}

// cosetSafety is for what all cosets have in common, and for there being few of them.
const cosetSafety = 2

// cosetMean returns the mean of the estimates by the cosets of a lattice, and its error
// estimated by how much they differ.
func cosetMean(cosets *block) (mean, deviation float64) {
	for _, x := range cosets {
		mean += x / latticeCosets
	}
	square := 0.0
	for _, x := range cosets {
		square += float64((x - mean) * (x - mean))
	}
	return mean, cosetSafety * math.Sqrt(square/(latticeCosets*(latticeCosets-1)))
}
