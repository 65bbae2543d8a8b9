package gauss

import "math"

// fitFactor finds the loadings of the common factor closest to the correlations off the
// diagonal, and returns the largest of what it leaves of them. The rest,
// correlation − loading loadingᵀ, is positive semidefinite.
//
// The loadings minimise the sum of squares one by one (Harman and Jones, Factor analysis
// by minimizing residuals, Psychometrika 31, 1966), beginning with the same covariance for
// all pairs: that of independent outputs.
func (a *Argmax) fitFactor() (left float64) {
	n := len(a.distance)
	loading := a.factor.loading[:n]
	a.factor.loading = loading
	a.startLoadings()
	for range maxFits {
		square := 0.0
		for _, x := range loading {
			square += float64(x * x)
		}
		changed := 0.0
		for j, x := range loading {
			others := square - float64(x*x)
			if !(others > 1e-12) {
				continue
			}
			row := a.correlation[j*n : j*n+n]
			sum := 0.0
			for l, c := range row {
				sum += float64(c * loading[l])
			}
			next := math.Max(-1, math.Min(1, (sum-x)/others))
			changed = math.Max(changed, math.Abs(next-x))
			square = others + float64(next*next)
			loading[j] = next
		}
		if changed < 1e-15 {
			break
		}
	}
	if left = a.restSize(); left < negligibleCorrelation {
		return left
	}
	if a.shrinkFactor() {
		left = a.restSize()
	}
	return left
}

// maxFits bounds the number of sweeps of fitFactor.
const maxFits = 40

// startLoadings sets the loadings to those of one covariance for all pairs.
func (a *Argmax) startLoadings() {
	n := len(a.distance)
	sum := 0.0
	for j := range n {
		for l := range j {
			sum += float64(a.correlation[j*n+l] * math.Sqrt(float64(a.risks[j].variance)) * math.Sqrt(a.risks[l].variance))
		}
	}
	common := math.Max(sum/float64(n*(n-1)/2), 0)
	for j := range n {
		a.factor.loading[j] = math.Min(1, math.Sqrt(common/a.risks[j].variance))
	}
}

// restSize is the largest entry off the diagonal of correlation − loading loadingᵀ.
func (a *Argmax) restSize() (size float64) {
	n := len(a.distance)
	for j := range n {
		for l := range j {
			size = math.Max(size, math.Abs(a.correlation[j*n+l]-float64(a.factor.loading[j]*a.factor.loading[l])))
		}
	}
	return size
}

// shrinkFactor makes the loadings so small that they leave a positive semidefinite rest:
// loadingᵀ correlation⁻¹ loading ≤ 1. It tells whether that was necessary.
func (a *Argmax) shrinkFactor() bool {
	n := len(a.distance)
	factor := a.residual[:n*n]
	copy(factor, a.correlation[:n*n])
	factorize(n, factor)
	square := 0.0
	solution := a.paths.bound[:n] // which is free yet
	for j, x := range a.factor.loading {
		row := factor[j*n : j*n+n]
		for l := range j {
			x -= float64(row[l] * solution[l])
		}
		switch {
		case row[j] > 0:
			x /= row[j]
		case math.Abs(x) > 1e-7:
			square = math.Inf(1)
			x = 0
		default:
			x = 0
		}
		solution[j] = x
		square += float64(x * x)
	}
	if square <= 1 {
		return false
	}
	scale := math.Sqrt(factorShare / square)
	for j := range a.factor.loading {
		a.factor.loading[j] *= scale
	}
	return true
}

// factorShare is the share of the largest possible factor that is taken where the closest
// one is too large: all of it would leave a singular rest.
const factorShare = 0.9
