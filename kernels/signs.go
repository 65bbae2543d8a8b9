package kernels

import "math"

// SignSample describes a vector of independent elements with two values each, by the
// bits that choose between them:
//
//	a[i] = MeanFactor·Mean[i] ± s[i]    or, without a mean,    a[i] = ± s[i]
//
// with − if bit i mod 64 of Bits[i/64], counted from the lowest, is set; the product
// is rounded, then the sum. It is, to the bit, the Sample whose Noise is −1 or 1. All
// slices of float64 that are not nil have the length n of the call; Bits has at least
// ⌈n/64⌉ words.
type SignSample struct {
	Bits        []uint64
	Mean        []float64 // direction of the mean; nil: zero mean
	MeanFactor  float64   // multiplies Mean; not read if Mean is nil
	Scale       []float64 // standard deviations s; nil: ScaleFactor for all
	ScaleFactor float64   // not read if Scale is not nil
}

func (s *SignSample) check(kernel string, n int) {
	if len(s.Bits) < (n+63)/64 {
		panicLength(kernel, "SignSample.Bits", len(s.Bits), (n+63)/64)
	}
	if s.Mean != nil {
		checkLength(kernel, "SignSample.Mean", len(s.Mean), n)
	}
	if s.Scale != nil {
		checkLength(kernel, "SignSample.Scale", len(s.Scale), n)
	}
}

// at is element i of the sample.
func (s *SignSample) at(i int) float64 {
	signed := s.ScaleFactor
	if s.Scale != nil {
		signed = s.Scale[i]
	}
	minus := s.Bits[i/64] >> (i % 64) << 63
	signed = math.Float64frombits(math.Float64bits(signed) ^ minus)
	if s.Mean == nil {
		return signed
	}
	return float64(s.MeanFactor*s.Mean[i]) + signed
}

// UpdateSignsDot is UpdateSampleDot for samples of signs, which it makes from their
// bits as it needs them, the last one a second time: no sample is stored.
//
//	x[i] ← fma(step, element i of last, shrink·x[i])
//	dot[i mod Lanes] ← fma(x[i], element i of next, dot[i mod Lanes])
//
// The first step, with nothing to add, takes shrink 1 and step 0: x then keeps its
// values, though −0 may become +0; a last step is added with any next, whose product
// is dropped. In the caches speed is bound by the load and the store of x and, if
// there are, by the loads of means and scales; beyond them by memory, half the bytes
// of UpdateSampleDot.
func UpdateSignsDot(x []float64, shrink, step float64, last, next *SignSample, dot *Partial) {
	last.check("UpdateSignsDot", len(x))
	next.check("UpdateSignsDot", len(x))
	n := updateSignsDotVector(x, shrink, step, last, next, dot)
	updateSignsDotGeneric(n, x, shrink, step, last, next, dot)
}

// updateSignsDotGeneric works on the elements from lo on.
func updateSignsDotGeneric(lo int, x []float64, shrink, step float64, last, next *SignSample, dot *Partial) {
	for i := lo; i < len(x); i++ {
		xi := math.FMA(step, last.at(i), float64(shrink*x[i]))
		x[i] = xi
		lane := i % Lanes
		dot[lane] = math.FMA(xi, next.at(i), dot[lane])
	}
}
