package rng

import (
	"math"

	"anisgd/kernels/elementary"
)

const (
	// DomainChiSquared is the uniforms that accept or reject χ² variables.
	DomainChiSquared Domain = iota + 64
	// DomainChiSquaredRetry is what χ² variables are drawn from once their first
	// normal was rejected.
	DomainChiSquaredRetry
	// DomainGram is what the inner products of random mean vectors are drawn from in
	// dimensions in which their entries are not.
	DomainGram
	// DomainStartFactor is the random part of initial parameters that are given by
	// their triangular factor.
	DomainStartFactor
)

// ChiSquared samples the χ² law of any number of degrees of freedom exactly, by
// rejection of a transformed normal (G. Marsaglia and W. W. Tsang, "A simple method
// for generating gamma variables", ACM TOMS 26, 2000): with δ = ν/2 − 1/3 and
// s = x/√(9δ) the variable is 2δ(1 + s)³, accepted with probability exp(−e),
//
//	e = −x²/2 − δ(1 − (1+s)³ + 3 log(1+s)) = 3δs⁴(1/4 − s/5 + s²/6 − …),
//
// which the series on the right gives without the cancellation that ruins the left
// side when ν is huge. A fraction of about 1/(18ν) of the normals is rejected.
//
// It is a value without references, and may be read by any number of goroutines.
type ChiSquared struct {
	freedom int64   // ν
	delta   float64 // δ
	slope   float64 // 1/√(9δ)
	scale   float64 // 2δ
	bound   float64 // 1/(108δ): e ≤ bound·x⁴/(1 − |s|)
}

// NewChiSquared prepares the law of ν ≥ 0 degrees of freedom; it is 0 for ν = 0.
func NewChiSquared(freedom int64) ChiSquared {
	c := ChiSquared{freedom: freedom}
	if freedom < 2 {
		return c
	}
	c.delta = math.FMA(0.5, float64(freedom), -1.0/3)
	c.slope = 1 / math.Sqrt(9*c.delta)
	c.scale = 2 * c.delta
	c.bound = 1 / (108 * c.delta)
	return c
}

// Accept makes a variable from a standard normal, or rejects it by a uniform number
// in (0, 1): accepted variables have the law. With fewer than two degrees of freedom
// nothing is rejected.
func (c *ChiSquared) Accept(normal, uniform float64) (value float64, accepted bool) {
	if c.freedom < 2 {
		return float64(c.freedom) * normal * normal, true
	}
	s := float64(c.slope * normal)
	v := 1 + s
	square := float64(normal * normal)
	// exp(−e) ≥ 1 − e: nearly always this suffices.
	if below := square * square * c.bound; !(below < (1-uniform)*(1-math.Abs(s))) && !c.accepts(s, square, uniform) {
		return 0, false
	}
	return c.scale * (v * v * v), true
}

// seriesRange is the |s| up to which e is summed as a series, of seriesTerms terms:
// those left out are below 2^−60 of the first.
const (
	seriesRange = 0.125
	seriesTerms = 20
)

// accepts decides exactly: log u < −e.
func (c *ChiSquared) accepts(s, square, uniform float64) bool {
	if s <= -1 {
		return false
	}
	logarithm := elementary.Log(uniform)
	if math.Abs(s) > seriesRange {
		v := float64((1 + s) * (1 + s) * (1 + s))
		inner := math.FMA(3, elementary.Log1p(s), 1-v)
		return logarithm < math.FMA(c.delta, inner, 0.5*square)
	}
	series := 0.0
	for n := seriesTerms - 1; n >= 0; n-- {
		series = math.FMA(-s, series, 1/float64(n+4))
	}
	return logarithm < -(3 * c.delta * (s * s) * (s * s) * series)
}

// attemptNumbers is how many numbers lie between the addresses of two attempts: a
// tile of normals, and one of uniforms.
const attemptNumbers = 2 * Tile

// Retry draws variables until one is accepted, from a stream that is used for
// nothing else, at addresses that begin with (step, place): places differ in the
// variables of a step, and are below 2^16.
func (c *ChiSquared) Retry(stream *Stream, step, place uint64) float64 {
	var normals [Tile]float64
	var uniforms [1]float64
	for index := place << 48; ; index += attemptNumbers {
		stream.Normals(normals[:], step, index)
		stream.Uniforms(uniforms[:], step, index+Tile)
		if value, accepted := c.Accept(normals[0], uniforms[0]); accepted {
			return value
		}
	}
}
