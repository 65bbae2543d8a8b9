package regime

import (
	"math"

	"anisgd/engine/model"
)

// Opposite reports whether a model has two classes with opposite means, not
// zero.
func Opposite(arrays *model.Arrays) bool {
	if len(arrays.Classes) != 2 {
		return false
	}
	a, b := arrays.Classes[0], arrays.Classes[1]
	if a.Source < 0 || b.Source < 0 {
		return false
	}
	some := false
	for rho, x := range arrays.Sources[a.Source] {
		if a.Factor*x != -b.Factor*arrays.Sources[b.Source][rho] {
			return false
		}
		some = some || x != 0
	}
	return some
}

// Separation is S = μᵀ(ΣK_i)⁻¹μ of two classes with means ±μ: +Inf where the
// means have entries in modes in which no class has noise. At finite d it is
// finite otherwise; whether it stays so as d → ∞ is what Predict tells.
func Separation(arrays *model.Arrays) float64 {
	class := arrays.Classes[0]
	s := 0.0
	for rho, x := range arrays.Sources[class.Source] {
		if mean := class.Factor * x; mean != 0 {
			s += mean * mean / noise(arrays, rho)
		}
	}
	return s / float64(arrays.Dim)
}

// noise is Σ λ_i in a mode.
func noise(arrays *model.Arrays, rho int) float64 {
	total := 0.0
	for _, class := range arrays.Classes {
		total += arrays.Spectra[class.Spectrum].Values[rho]
	}
	return total
}

// clean holds the inner products of two class means restricted to the modes in
// which neither class has noise.
type clean struct {
	first2, second2, product float64
}

func cleanParts(arrays *model.Arrays) clean {
	var c clean
	mean := func(class model.ClassArrays, rho int) float64 {
		if class.Source < 0 {
			return 0
		}
		return class.Factor * arrays.Sources[class.Source][rho]
	}
	for rho := range arrays.Dim {
		if noise(arrays, rho) > 0 {
			continue
		}
		x, y := mean(arrays.Classes[0], rho), mean(arrays.Classes[1], rho)
		c.first2 = math.FMA(x, x, c.first2)
		c.second2 = math.FMA(y, y, c.second2)
		c.product = math.FMA(x, y, c.product)
	}
	d := float64(arrays.Dim)
	return clean{c.first2 / d, c.second2 / d, c.product / d}
}

// separable reports whether some direction has a positive product with one mean
// and a negative one with the other: both parts are there, and not positively
// parallel.
func (c clean) separable() bool {
	cosine := c.product / math.Sqrt(c.first2*c.second2) // NaN without a part
	return c.first2 > 0 && c.second2 > 0 && cosine < 1-1e-12
}
