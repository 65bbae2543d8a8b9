package model

import (
	"reflect"

	"anisgd/rng"
)

// Vector is a d-vector v of norm O(1): a class mean, a column of the teacher or
// of the start. It is handled as √d·v, whose entries are of order one at any d.
type Vector interface {
	// Fill writes √d·v_ρ for the modes ρ = first+1 … first+len(dst) of d.
	Fill(dst []float64, first, d int64)
}

// Zero is v = 0.
type Zero struct{}

// Fill implements Vector.
func (Zero) Fill(dst []float64, _, _ int64) { clear(dst) }

// PowerVector is v_ρ = Scale·(ρ/d)^Exponent/√d.
type PowerVector struct {
	Exponent, Scale float64
}

// Fill implements Vector.
func (v PowerVector) Fill(dst []float64, first, d int64) {
	fillPower(dst, first, d, v.Exponent, v.Scale)
}

// ConstantVector is v_ρ = ConstantVector/√d, a vector of norm |ConstantVector|.
type ConstantVector float64

// Fill implements Vector.
func (v ConstantVector) Fill(dst []float64, _, _ int64) {
	for i := range dst {
		dst[i] = float64(v)
	}
}

// NormalVector has independent entries v_ρ ~ N(0, Norm²/d). The entry of mode ρ
// is addressed by (Seed, Column, ρ), so that another d keeps the first ones (of
// √d·v).
type NormalVector struct {
	Norm   float64
	Seed   uint64
	Column uint32 // tells apart the vectors that share a seed
}

// Fill implements Vector.
func (v NormalVector) Fill(dst []float64, first, _ int64) {
	stream := rng.NewStream(v.Seed, v.Column, rng.DomainMean)
	aligned := first - first%rng.Tile
	if skip := int(first - aligned); skip > 0 {
		var tile [rng.Tile]float64
		stream.Normals(tile[:], 0, uint64(aligned))
		n := copy(dst, tile[skip:])
		scale(dst[:n], v.Norm)
		dst, first = dst[n:], first+int64(n)
	}
	if len(dst) > 0 {
		stream.Normals(dst, 0, uint64(first))
		scale(dst, v.Norm)
	}
}

// UnitVector is Scale times the basis vector of mode Index (from 1).
type UnitVector struct {
	Index int64
	Scale float64
}

// Fill implements Vector.
func (v UnitVector) Fill(dst []float64, first, d int64) {
	clear(dst)
	if i := v.Index - 1 - first; i >= 0 && i < int64(len(dst)) {
		dst[i] = v.Scale * sqrtOf(d)
	}
}

// Entries is an explicit vector v of length d.
type Entries []float64

// Fill implements Vector.
func (v Entries) Fill(dst []float64, first, d int64) {
	copy(dst, v[first:])
	scale(dst, sqrtOf(d))
}

// SteppedVector is constant on contiguous ranges of modes: √d·v_ρ = Values[b]
// for modes with Ends[b−1] < ρ ≤ Ends[b].
type SteppedVector struct {
	Ends   []int64
	Values []float64
}

// Fill implements Vector.
func (v SteppedVector) Fill(dst []float64, first, _ int64) {
	fillStepped(dst, first, v.Ends, v.Values)
}

// Scaled is By times another vector.
type Scaled struct {
	Of Vector
	By float64
}

// Fill implements Vector.
func (v Scaled) Fill(dst []float64, first, d int64) {
	v.Of.Fill(dst, first, d)
	scale(dst, v.By)
}

func scale(dst []float64, by float64) {
	for i := range dst {
		dst[i] *= by
	}
}

// SameVector reports whether two vectors are given by the same description.
func SameVector(a, b Vector) bool { return reflect.DeepEqual(a, b) }

// Factored splits a vector into a base and a factor, so that multiples of one
// vector can share one array. Zero vectors have a nil base.
func Factored(v Vector) (base Vector, factor float64) {
	factor = 1
	for {
		switch w := v.(type) {
		case Scaled:
			factor *= w.By
			v = w.Of
			continue
		case Zero:
			return nil, 0
		}
		if factor == 0 {
			return nil, 0
		}
		return v, factor
	}
}
