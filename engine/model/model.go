// Package model describes mixtures of anisotropic Gaussian classes that share
// one eigenbasis (theory, sections 1 and 5).
//
// A Model is a description, at any dimension. Materialize turns it into arrays
// over the modes, one for each distinct spectrum and one for each distinct
// direction of the means.
package model

import (
	"fmt"
	"math"
	"slices"

	"anisgd/kernels"
	"anisgd/kernels/memory"
)

// Model is a mixture of Gaussian classes: class i has prior p_i and samples
// a ~ N(μ_i, diag λ_i) in dimension d.
type Model struct {
	Dim     int64
	Classes []Class
	// BlockEnds are the ends of the blocks of a block model, increasing, the
	// last one Dim: block b holds the modes BlockEnds[b−1] < ρ ≤ BlockEnds[b].
	// It is nil for other models.
	BlockEnds []int64
	// Noise is the law of the samples' standardized entries, for simulation.
	Noise Noise
}

// Class is one component of the mixture.
type Class struct {
	Prior      float64 // p_i > 0 or 0; the priors of a model sum to 1
	Label      float64 // y_i: ±1 for logistic regression, any number for least squares
	Covariance Covariance
	Mean       Vector
}

// BlockRange is the half-open range of mode indices (from 0) of block b.
func (m *Model) BlockRange(b int) (lo, hi int64, err error) {
	switch {
	case m.BlockEnds == nil:
		return 0, 0, fmt.Errorf("the model has no blocks")
	case b < 0 || b >= len(m.BlockEnds):
		return 0, 0, fmt.Errorf("there is no block %d: the model has blocks 0 to %d", b, len(m.BlockEnds)-1)
	case b > 0:
		lo = m.BlockEnds[b-1]
	}
	return lo, m.BlockEnds[b], nil
}

// FractionRange is the half-open range of mode indices (from 0) of the modes
// with u = ρ/d in (from, to].
func FractionRange(d int64, from, to float64) (lo, hi int64) {
	inside := func(u float64) int64 { // the number of modes with ρ/d ≤ u
		n := int64(math.Floor(u * float64(d)))
		n = max(min(n, d), 0)
		// The product may have rounded across a mode.
		for n < d && float64(n+1)/float64(d) <= u {
			n++
		}
		for n > 0 && float64(n)/float64(d) > u {
			n--
		}
		return n
	}
	return inside(from), inside(to)
}

// CumulativeCounts cuts d modes into blocks by their fractions: block b ends at
// the rounded d·(f_0 + … + f_b), the last one at d.
func CumulativeCounts(d int64, fractions []float64) []int64 {
	ends := make([]int64, len(fractions))
	total := 0.0
	for b, f := range fractions {
		total += f
		ends[b] = min(int64(math.Round(total*float64(d))), d)
	}
	ends[len(ends)-1] = d
	return ends
}

// Arrays holds a model's spectra and means over all modes, each distinct one
// once: classes refer to them by index.
type Arrays struct {
	Dim     int
	Spectra []Spectrum  // distinct eigenvalue arrays
	Sources [][]float64 // distinct directions of the means: √d·v_ρ
	Classes []ClassArrays
}

// Spectrum is one eigenvalue array.
type Spectrum struct {
	Values   []float64 // λ_ρ, length d
	Constant bool      // all values are equal
}

// ClassArrays says which arrays belong to a class: λ_i = Spectra[Spectrum] and
// √d·μ_i = Factor·Sources[Source]; Source is −1 for a zero mean.
type ClassArrays struct {
	Prior, Label float64
	Spectrum     int
	Source       int
	Factor       float64
}

// Structure says which spectra and directions a model's classes have: each
// distinct one is listed once, and classes refer to them by index.
type Structure struct {
	Covariances []Covariance
	Vectors     []Vector // no multiples and no zero vectors
	Classes     []ClassArrays
}

// Structure finds what the classes share: covariances and means that are given by
// the same description, and means that are multiples of one vector.
func (m *Model) Structure() Structure {
	var s Structure
	for _, class := range m.Classes {
		out := ClassArrays{Prior: class.Prior, Label: class.Label, Spectrum: -1, Source: -1}
		for l, c := range s.Covariances {
			if sameCovariance(c, class.Covariance) {
				out.Spectrum = l
			}
		}
		if out.Spectrum < 0 {
			out.Spectrum = len(s.Covariances)
			s.Covariances = append(s.Covariances, class.Covariance)
		}
		if base, factor := Factored(class.Mean); base != nil {
			for j, v := range s.Vectors {
				if SameVector(v, base) {
					out.Source = j
				}
			}
			if out.Source < 0 {
				out.Source = len(s.Vectors)
				s.Vectors = append(s.Vectors, base)
			}
			out.Factor = factor
		}
		s.Classes = append(s.Classes, out)
	}
	return s
}

// Materialize computes the arrays of the model's structure: 8·d bytes for each
// distinct spectrum and source.
func (m *Model) Materialize() (*Arrays, error) {
	if m.Dim < 1 || m.Dim > math.MaxInt32*8 {
		return nil, fmt.Errorf("dimension %d: arrays over all modes need 1 ≤ d ≤ %d", m.Dim, int64(math.MaxInt32)*8)
	}
	d := int(m.Dim)
	structure := m.Structure()
	arrays := &Arrays{Dim: d, Classes: structure.Classes}
	for l, c := range structure.Covariances {
		values := memory.Floats(d)
		c.Fill(values, 0, m.Dim)
		if err := checkFinite(values, fmt.Sprintf("eigenvalue of class %d", structure.firstWith(func(c ClassArrays) bool { return c.Spectrum == l }))); err != nil {
			return nil, err
		}
		arrays.Spectra = append(arrays.Spectra, Spectrum{Values: values, Constant: isConstant(values)})
	}
	for j, v := range structure.Vectors {
		values := memory.FloatsWithRoom(d, Padded(d))
		v.Fill(values, 0, m.Dim)
		if err := checkFinite(values, fmt.Sprintf("mean of class %d", structure.firstWith(func(c ClassArrays) bool { return c.Source == j }))); err != nil {
			return nil, err
		}
		arrays.Sources = append(arrays.Sources, values)
	}
	return arrays, nil
}

// firstWith is the first class for which a condition holds.
func (s *Structure) firstWith(condition func(c ClassArrays) bool) int {
	return slices.IndexFunc(s.Classes, condition)
}

// Padded is the number of modes rounded up to whole vectors of the kernels: the
// capacity of arrays with room for zeros behind the last mode.
func Padded(d int) int { return (d + kernels.Lanes - 1) / kernels.Lanes * kernels.Lanes }

// FillVector computes √d·v over all modes.
func (m *Model) FillVector(v Vector) []float64 {
	values := memory.Floats(int(m.Dim))
	v.Fill(values, 0, m.Dim)
	return values
}

func checkFinite(values []float64, what string) error {
	for rho, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("%s, mode %d, is %v: the scale or exponent is out of range", what, rho+1, v)
		}
	}
	return nil
}

func isConstant(values []float64) bool {
	for _, v := range values {
		if v != values[0] {
			return false
		}
	}
	return true
}
