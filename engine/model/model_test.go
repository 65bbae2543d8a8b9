package model

import (
	"math"
	"testing"
)

func TestFractionRangeHoldsExactlyTheModesInside(t *testing.T) {
	for _, d := range []int64{1, 2, 3, 7, 10, 100, 999} {
		for _, window := range [][2]float64{{0, 1}, {0, 0.1}, {0.1, 0.3}, {0.3, 0.3}, {1. / 3, 2. / 3}, {0.7, 1}, {0.29, 0.31}} {
			lo, hi := FractionRange(d, window[0], window[1])
			for rho := int64(1); rho <= d; rho++ {
				u := float64(rho) / float64(d)
				want := u > window[0] && u <= window[1]
				if got := rho-1 >= lo && rho-1 < hi; got != want {
					t.Errorf("d=%d, (%v, %v]: mode %d (u=%v) inside: %v, want %v", d, window[0], window[1], rho, u, got, want)
				}
			}
		}
	}
	lo, hi := FractionRange(1e15, 0.25, 0.5)
	if lo != 25e13 || hi != 50e13 {
		t.Errorf("d=1e15: [%d, %d)", lo, hi)
	}
}

func TestCumulativeCountsSumToTheDimension(t *testing.T) {
	for _, d := range []int64{1, 5, 10, 1001, 1e15} {
		for _, f := range [][]float64{{1}, {0.25, 0.75}, {1. / 3, 1. / 3, 1. / 3}, {0.1, 0.2, 0.3, 0.4}, {0, 1}, {1, 0}} {
			ends := CumulativeCounts(d, f)
			previous, total := int64(0), 0.0
			for b, end := range ends {
				total += f[b]
				if end < previous {
					t.Fatalf("d=%d %v: ends %v decrease", d, f, ends)
				}
				if off := math.Abs(float64(end) - total*float64(d)); off > 0.5+1e-9*float64(d) {
					t.Errorf("d=%d %v: block %d ends at %d, %v modes from its fraction", d, f, b, end, off)
				}
				previous = end
			}
			if previous != d {
				t.Errorf("d=%d %v: blocks hold %d modes", d, f, previous)
			}
		}
	}
}

func TestBlockRange(t *testing.T) {
	m := Model{Dim: 10, BlockEnds: []int64{3, 3, 10}}
	for b, want := range [][2]int64{{0, 3}, {3, 3}, {3, 10}} {
		lo, hi, err := m.BlockRange(b)
		if err != nil || lo != want[0] || hi != want[1] {
			t.Errorf("block %d: [%d, %d) %v, want %v", b, lo, hi, err, want)
		}
	}
	for _, b := range []int{-1, 3} {
		if _, _, err := m.BlockRange(b); err == nil {
			t.Errorf("block %d exists", b)
		}
	}
	if _, _, err := (&Model{Dim: 10}).BlockRange(0); err == nil {
		t.Error("a model without blocks has a block 0")
	}
}

func TestFillDoesNotDependOnTheCut(t *testing.T) {
	const d = 1000
	vectors := map[string]Vector{
		"zero": Zero{}, "power": PowerVector{0.3, 2}, "constant": ConstantVector(1.5),
		"normal": NormalVector{Norm: 2, Seed: 7}, "unit": UnitVector{Index: 500, Scale: -2},
		"stepped": SteppedVector{Ends: []int64{0, 10, 10, 500, d}, Values: []float64{9, 1, 8, 2, 3}},
		"scaled":  Scaled{Of: NormalVector{Norm: 1, Seed: 3}, By: -0.5},
		"entries": Entries(ramp(d)),
	}
	for name, v := range vectors {
		whole := make([]float64, d)
		v.Fill(whole, 0, d)
		for _, cut := range []int64{1, 7, 16, 100, 511} {
			for first := int64(0); first < d; first += cut {
				part := make([]float64, min(cut, d-first))
				v.Fill(part, first, d)
				for i, got := range part {
					if got != whole[first+int64(i)] {
						t.Fatalf("%s: mode %d is %v in a part from %d, %v in the whole", name, first+int64(i)+1, got, first, whole[first+int64(i)])
					}
				}
			}
		}
	}
}

func TestNormalVectorKeepsItsFirstEntriesAndHasItsNorm(t *testing.T) {
	const d = 200000
	v := NormalVector{Norm: 3, Seed: 11}
	small, large := make([]float64, 100), make([]float64, d)
	v.Fill(small, 0, 100)
	v.Fill(large, 0, d)
	norm2 := 0.0
	for i, x := range large {
		if i < len(small) && small[i] != x {
			t.Fatalf("entry %d changes with d", i)
		}
		norm2 += x * x / d
	}
	// ‖v‖²/norm² has standard deviation √(2/d).
	if math.Abs(norm2/9-1) > 5*math.Sqrt(2.0/d) {
		t.Errorf("‖v‖² = %v, want about 9", norm2)
	}
	other := make([]float64, 100)
	NormalVector{Norm: 3, Seed: 11, Column: 1}.Fill(other, 0, 100)
	if other[0] == small[0] {
		t.Error("two columns of one seed are equal")
	}
}

func TestVectorNorms(t *testing.T) {
	const d = 4096
	for _, c := range []struct {
		name string
		v    Vector
		want float64
	}{
		{"constant", ConstantVector(1.5), 2.25},
		{"unit", UnitVector{Index: d, Scale: -2}, 4},
		{"entries", Entries(ramp(d)), sumSquares(ramp(d))},
		{"scaled", Scaled{Of: ConstantVector(2), By: 3}, 36},
	} {
		values := make([]float64, d)
		c.v.Fill(values, 0, d)
		if got := sumSquares(values) / d; math.Abs(got/c.want-1) > 1e-12 {
			t.Errorf("%s: ‖v‖² = %v, want %v", c.name, got, c.want)
		}
	}
}

func TestPowerLawAgainstTheStandardLibrary(t *testing.T) {
	const d = 3000
	values := make([]float64, d)
	PowerLaw{Exponent: 1.1, Scale: 2}.Fill(values, 0, d)
	for i, got := range values {
		if want := 2 * math.Pow(float64(i+1)/d, 1.1); math.Abs(got/want-1) > 1e-15 {
			t.Fatalf("λ_%d = %v, want %v", i+1, got, want)
		}
	}
}

func TestMaterializeSharesArrays(t *testing.T) {
	mean := NormalVector{Norm: 1, Seed: 5}
	m := Model{Dim: 100, Classes: []Class{
		{Prior: 0.25, Label: 1, Covariance: PowerLaw{1.1, 1}, Mean: mean},
		{Prior: 0.25, Label: -1, Covariance: PowerLaw{1.1, 1}, Mean: Scaled{Of: mean, By: -1}},
		{Prior: 0.25, Label: 1, Covariance: Isotropic(2), Mean: Scaled{Of: Scaled{Of: mean, By: -2}, By: 3}},
		{Prior: 0.25, Label: -1, Covariance: PowerLaw{1.5, 1}, Mean: Zero{}},
	}}
	arrays, err := m.Materialize()
	if err != nil {
		t.Fatal(err)
	}
	if len(arrays.Spectra) != 3 || len(arrays.Sources) != 1 {
		t.Fatalf("%d spectra and %d sources, want 3 and 1", len(arrays.Spectra), len(arrays.Sources))
	}
	want := []ClassArrays{
		{0.25, 1, 0, 0, 1}, {0.25, -1, 0, 0, -1}, {0.25, 1, 1, 0, -6}, {0.25, -1, 2, -1, 0},
	}
	for i, class := range arrays.Classes {
		if class != want[i] {
			t.Errorf("class %d: %+v, want %+v", i, class, want[i])
		}
	}
	if arrays.Spectra[0].Constant || !arrays.Spectra[1].Constant {
		t.Error("only the isotropic spectrum is constant")
	}
}

func TestMaterializeRefusesValuesThatOverflow(t *testing.T) {
	for name, class := range map[string]Class{
		"covariance": {Prior: 1, Covariance: PowerLaw{Exponent: -400, Scale: 1}, Mean: Zero{}},
		"mean":       {Prior: 1, Covariance: Isotropic(1), Mean: PowerVector{Exponent: -400, Scale: 1}},
	} {
		if _, err := (&Model{Dim: 10, Classes: []Class{class}}).Materialize(); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func ramp(n int) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = math.Sin(float64(i))
	}
	return v
}

func sumSquares(v []float64) float64 {
	s := 0.0
	for _, x := range v {
		s += x * x
	}
	return s
}
