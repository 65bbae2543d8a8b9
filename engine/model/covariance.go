package model

import (
	"math"
	"reflect"
	"sort"

	"anisgd/kernels/elementary"
)

// Covariance gives the eigenvalues of one class covariance in the common
// eigenbasis.
type Covariance interface {
	// Fill writes λ_ρ for the modes ρ = first+1 … first+len(dst) of d. Values
	// are ≥ 0 and of order one.
	Fill(dst []float64, first, d int64)
}

// Isotropic is λ_ρ = Isotropic for every mode.
type Isotropic float64

// Fill implements Covariance.
func (c Isotropic) Fill(dst []float64, _, _ int64) {
	for i := range dst {
		dst[i] = float64(c)
	}
}

// PowerLaw is λ_ρ = Scale·(ρ/d)^Exponent.
type PowerLaw struct {
	Exponent, Scale float64
}

// Fill implements Covariance.
func (c PowerLaw) Fill(dst []float64, first, d int64) {
	fillPower(dst, first, d, c.Exponent, c.Scale)
}

// Eigenvalues is an explicit array λ of length d.
type Eigenvalues []float64

// Fill implements Covariance.
func (c Eigenvalues) Fill(dst []float64, first, _ int64) { copy(dst, c[first:]) }

// Stepped is a covariance that is constant on contiguous ranges of modes:
// Values[b] for modes with Ends[b−1] < ρ ≤ Ends[b].
type Stepped struct {
	Ends   []int64
	Values []float64
}

// Fill implements Covariance.
func (c Stepped) Fill(dst []float64, first, _ int64) { fillStepped(dst, first, c.Ends, c.Values) }

// sameCovariance reports whether two covariances are given by the same
// description, so that one array serves both.
func sameCovariance(a, b Covariance) bool { return reflect.DeepEqual(a, b) }

// fillPower writes scale·(ρ/d)^exponent.
func fillPower(dst []float64, first, d int64, exponent, scale float64) {
	for i := range dst {
		u := float64(first+int64(i)+1) / float64(d)
		dst[i] = scale * elementary.Pow(u, exponent)
	}
}

// fillStepped writes values[b] on the modes before ends[b].
func fillStepped(dst []float64, first int64, ends []int64, values []float64) {
	block := sort.Search(len(ends), func(b int) bool { return ends[b] > first })
	for i := range dst {
		for ends[block] <= first+int64(i) {
			block++
		}
		dst[i] = values[block]
	}
}

// sqrtOf is √n of a mode count.
func sqrtOf(n int64) float64 { return math.Sqrt(float64(n)) }
