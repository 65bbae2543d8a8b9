package rng

import "math"

// logCell is a row of logTable.
type logCell struct{ reciprocal, twiceLog float64 }

// turnCell is a row of turnTable.
type turnCell struct{ cosine, sine float64 }

const (
	exponentBias = 1023
	fractionBits = 52
	oneBits      = exponentBias << fractionBits
	// unusedBits of a word lie below its 53-bit fraction.
	unusedBits = 11
	// turnFraction masks the bits of a word's fraction below those that choose the
	// cell of the turn.
	turnFraction = 1<<(64-turnIndexBits) - 1<<unusedBits
)

// uniform maps a word to (0, 1), exactly.
func uniform(word uint64) float64 {
	k := word >> unusedBits
	if k == 0 {
		return 0x1p-54
	}
	return float64(k) * 0x1p-53
}

// normalPair maps the words of one counter to two independent normals,
// √(-2 ln u) (cos 2πv, sin 2πv) with u and v the words' 53-bit fractions.
//
// Logarithm: the leading bits of u choose c ≈ 1/u whose 2 ln c is known almost
// exactly; -2 ln u = 2 ln c - 2 ln(1+f) with f = uc - 1 exact to rounding and
// |f| ≤ 1/128. For u ≥ 127/128, c = 1, so nothing cancels near u = 1.
//
// Rotation: the leading bits of v choose a cell of the turn with known (C, S) at
// its centre; v is δ away from it, |δ| ≤ π/512, and
//
//	(cos, sin) = cos δ (C - S tan δ, S + C tan δ).
//
// The factor cos δ goes under the root as cos² δ, where it costs a polynomial
// only. Error relative to the radius, in units of 2^-53, for radii from 1 on: the
// squared radius 1 and its factor cos² δ 1, both halved by the root; the root 1;
// the row of the table ½ and the sum with it ½; the last product 1. That makes 4,
// or 3.85e-15 at the largest radius, √(108 ln 2); the polynomials add less than
// 0.1. Smaller radii err less in absolute terms.
func normalPair(low, high uint64) (cosine, sine float64) {
	u := uniform(low)
	row := &logTable[math.Float64bits(u)>>(fractionBits-logIndexBits)-(exponentBias+smallestExponent)<<logIndexBits]
	f := math.FMA(u, row.reciprocal, -1)
	h := math.FMA(f, logCoefficient5, logCoefficient4)
	h = math.FMA(f, h, logCoefficient3)
	h = math.FMA(f, h, logCoefficient2)
	h = math.FMA(f, h, logCoefficient1)
	h = math.FMA(f, h, logCoefficient0)
	squaredRadius := math.FMA(f, h, row.twiceLog)

	turn := &turnTable[high>>(64-turnIndexBits)]
	// The residual is in units of a cell, in [-½, ½), exact.
	residual := math.Float64frombits(high&turnFraction>>(64-turnIndexBits-fractionBits)|oneBits) - 1.5
	square := residual * residual
	t := math.FMA(square, tangentCoefficient2, tangentCoefficient1)
	t = math.FMA(square, t, tangentCoefficient0)
	t *= residual
	q := math.FMA(square, cosineSquareCoefficient2, cosineSquareCoefficient1)
	q = math.FMA(square, q, cosineSquareCoefficient0)
	radius := math.Sqrt(math.FMA(squaredRadius*square, q, squaredRadius))

	cosine = radius * math.FMA(-turn.sine, t, turn.cosine)
	sine = radius * math.FMA(turn.cosine, t, turn.sine)
	return cosine, sine
}
