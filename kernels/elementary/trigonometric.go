package elementary

import (
	"math"
	"math/bits"
)

// trigonometricModerate bounds the arguments that three parts of π/2 reduce.
const trigonometricModerate = 0x1p20

// reduceAngle writes x = quadrant·π/2 + high + low, |high + low| ≤ π/4 (and the
// least bit more), for finite x. The quadrant is modulo 4.
func reduceAngle(x float64) (quadrant uint64, high, low float64) {
	if !(math.Abs(x) < trigonometricModerate) {
		return reduceAngleHuge(x)
	}
	shifted := math.FMA(x, twoOverPi, roundingShift)
	multiple := shifted - roundingShift
	// The first difference is exact; the product by the second part is kept to
	// the last bit, that by the third suffices rounded: no float64 in this range
	// is nearer to a multiple of π/2 than 2⁻⁶⁰.
	first := math.FMA(-multiple, halfPi0, x)
	product := float64(multiple * halfPi1)
	productRest := math.FMA(multiple, halfPi1, -product)
	second, secondRest := twoSum(first, -product)
	rest := secondRest - math.FMA(multiple, halfPi2, productRest)
	high = second + rest
	return math.Float64bits(shifted) % 4, high, second - high + rest
}

// reduceAngleHuge is reduceAngle by the method of Payne and Hanek ("Radian
// reduction for trigonometric functions", ACM SIGNUM Newsletter 18, 1983): of the
// product x·2/π only the places that matter, modulo 4, are computed, from the
// binary expansion of 2/π. |x| ≥ 1.
func reduceAngleHuge(x float64) (quadrant uint64, high, low float64) {
	pattern := math.Float64bits(math.Abs(x))
	mantissa := pattern&(1<<52-1) | 1<<52
	exponent := int(pattern>>52) - 1075 // |x| = mantissa·2^exponent

	// Binary places of 2/π that weigh 4/2^exponent and more give multiples of 4.
	// Take the 256 places that follow them. The table begins with 64 zeros, so
	// that the window starts inside it for every |x| ≥ 1.
	start := uint(exponent + 62)
	word, shift := start/64, start%64
	var product [4]uint64 // mantissa·window modulo 2²⁵⁶, highest word first
	var carry uint64
	for i := 3; i >= 0; i-- {
		window := twoOverPiBits[word+uint(i)]<<shift | twoOverPiBits[word+uint(i)+1]>>(64-shift)
		upper, lower := bits.Mul64(mantissa, window)
		var overflow uint64
		product[i], overflow = bits.Add64(lower, carry, 0)
		carry = upper + overflow
	}

	// The point is after the first two places; make the rest a fraction in
	// [−1/2, 1/2) given by sign and magnitude, rounding the quadrant.
	quadrant = product[0] >> 62
	a := product[0]<<2 | product[1]>>62
	b := product[1]<<2 | product[2]>>62
	c := product[2]<<2 | product[3]>>62
	sign := 1.0
	if a>>63 != 0 {
		quadrant++
		sign = -1
		var borrow uint64
		c, borrow = bits.Sub64(0, c, 0)
		b, borrow = bits.Sub64(0, b, borrow)
		a, _ = bits.Sub64(0, a, borrow)
	}
	if x < 0 {
		quadrant = -quadrant
		sign = -sign
	}

	// Its first 106 significant bits as two numbers. No float64 is so near to a
	// multiple of π/2 that the first word is zero.
	zeros := bits.LeadingZeros64(a)
	a = a<<zeros | b>>(64-zeros)
	b = b<<zeros | c>>(64-zeros)
	unit := math.Float64frombits(uint64(1023-53-zeros) << 52)
	fraction := sign * unit * float64(a>>11)
	fractionRest := sign * unit * 0x1p-53 * float64((a<<53|b>>11)>>11)

	first := float64(fraction * halfPi0)
	rest := math.FMA(fraction, halfPi0, -first)
	rest = math.FMA(fraction, halfPi1, math.FMA(fractionRest, halfPi0, rest))
	high = first + rest
	return quadrant % 4, high, first - high + rest
}

// sinReduced returns sin(high + low) for |high + low| ≤ π/4.
func sinReduced(high, low float64) float64 {
	z := high * high
	zz := z * z
	p := math.FMA(zz, math.FMA(z, sin3, sin2), math.FMA(z, sin1, sin0))
	p = math.FMA(zz*zz, math.FMA(zz, sin6, math.FMA(z, sin5, sin4)), p)
	return high + math.FMA(high*z, p, math.FMA(low*z, -0.5, low))
}

// cosReduced returns cos(high + low) for |high + low| ≤ π/4.
func cosReduced(high, low float64) float64 {
	z := float64(high * high)
	zRest := math.FMA(high, high, -z)
	zz := z * z
	p := math.FMA(zz, math.FMA(z, cos3, cos2), math.FMA(z, cos1, cos0))
	p = math.FMA(zz*zz, math.FMA(z, cos5, cos4), p)
	first := math.FMA(z, -0.5, 1)
	rest := math.FMA(z, -0.5, 1-first)
	rest = math.FMA(-high, low, math.FMA(zRest, -0.5, rest))
	return first + math.FMA(zz, p, rest)
}

// Sin returns the sine of x radians with an error below 0.85 ulp, however large x.
//
// Special cases are:
//
//	Sin(±0) = ±0
//	Sin(±Inf) = NaN
//	Sin(NaN) = NaN
func Sin(x float64) float64 {
	if math.Abs(x) < 0x1p-27 {
		return x
	}
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return math.NaN()
	}
	quadrant, high, low := reduceAngle(x)
	return sinQuadrant(quadrant, high, low)
}

// Cos returns the cosine of x radians with an error below 0.85 ulp, however large x.
//
// Special cases are:
//
//	Cos(±Inf) = NaN
//	Cos(NaN) = NaN
func Cos(x float64) float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return math.NaN()
	}
	quadrant, high, low := reduceAngle(x)
	return sinQuadrant(quadrant+1, high, low)
}

// sinQuadrant returns sin(quadrant·π/2 + high + low).
func sinQuadrant(quadrant uint64, high, low float64) float64 {
	var value float64
	if quadrant%2 == 0 {
		value = sinReduced(high, low)
	} else {
		value = cosReduced(high, low)
	}
	if quadrant&2 != 0 {
		return -value
	}
	return value
}
