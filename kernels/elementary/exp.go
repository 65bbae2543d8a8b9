package elementary

import "math"

const (
	// roundingShift has a unit in the last place of one: adding it to a number
	// of magnitude below 2⁵¹ rounds that to the nearest integer, which is then
	// found in the low bits of the sum.
	roundingShift = 0x1.8p52

	// expOrdinary bounds the magnitude of x for which neither 2ᵏ nor eˣ leaves
	// the range of normal numbers.
	expOrdinary = 708

	// expOverflow and expUnderflow are beyond the largest x whose exponential is
	// finite and the smallest whose exponential does not round to zero.
	expOverflow  = 710
	expUnderflow = -746
)

// reduceExp writes x + tail = k·log(2)/128 + r, |r| ≤ log(2)/256, and returns
//
//	bits      of 2^(k/128), rounded; out of range if x is beyond expOrdinary
//	fraction  so that exp(x+tail) = 2^(k/128)·(1 + fraction)
//
// |x| < 2¹⁰ and |tail| ≤ 2⁻⁴⁰.
func reduceExp(x, tail float64) (bits uint64, fraction float64) {
	shifted := math.FMA(x, stepsPerUnit, roundingShift)
	k := math.Float64bits(shifted)
	multiple := shifted - roundingShift
	r := math.FMA(multiple, -stepHigh, x)
	r = math.FMA(multiple, -stepLow, r) + tail
	power := &powersOfTwo[k%expSteps]
	square := r * r
	fraction = math.FMA(square, math.FMA(r, exp1, exp0), power.tail+r)
	fraction = math.FMA(square*square, math.FMA(r, exp3, exp2), fraction)
	return power.scale + k<<45, fraction
}

// Exp returns eˣ with an error below 0.51 ulp. Overflow gives +Inf, underflow is
// gradual.
//
// Special cases are:
//
//	Exp(+Inf) = +Inf
//	Exp(-Inf) = 0
//	Exp(NaN) = NaN
func Exp(x float64) float64 {
	if !(x > -expOrdinary && x < expOrdinary) {
		return expExtreme(x)
	}
	bits, fraction := reduceExp(x, 0)
	value := math.Float64frombits(bits)
	return math.FMA(value, fraction, value)
}

func expExtreme(x float64) float64 {
	switch {
	case math.IsNaN(x):
		return x
	case x > expOverflow:
		return math.Inf(1)
	case x < expUnderflow:
		return 0
	}
	bits, fraction := reduceExp(x, 0)
	return expRescaled(bits, fraction, x)
}

// expRescaled returns 2^(k/128)·(1 + fraction), whose logarithm is about x, where
// bits are those of 2^(k/128) but for an exponent that may have left the range.
func expRescaled(bits uint64, fraction, x float64) float64 {
	if x > 0 {
		// The product by two is exact or overflows.
		value := math.Float64frombits(bits - 1<<52)
		return float64(2 * math.FMA(value, fraction, value))
	}
	value := math.Float64frombits(bits + subnormalShift<<52)
	high := math.FMA(value, fraction, value)
	return scaleDown(high, math.FMA(value, fraction, value-high))
}

// subnormalShift is the exponent of the smallest normal number, negated.
const subnormalShift = 1022

// scaleDown returns (high + low)·2⁻¹⁰²² rounded once, for 0 ≤ |low| ≤ high.
func scaleDown(high, low float64) float64 {
	total := high + low
	if total < 1 {
		// Among numbers in [1, 2) the spacing is that of subnormal numbers in
		// this scale, so adding one rounds to the right place.
		sum := 1 + total
		rest := 1 - sum + total + (high - total + low)
		total = sum + rest - 1
	}
	return float64(total * 0x1p-1022)
}

const (
	// expm1Large: from here on eˣ − 1 and eˣ are one to 70 bits.
	expm1Large = 50
	// expm1Small: below it eˣ rounds to zero beside one.
	expm1Small = -40
)

// Expm1 returns eˣ − 1 with an error below 0.53 ulp, also near zero.
//
// Special cases are:
//
//	Expm1(±0) = ±0
//	Expm1(+Inf) = +Inf
//	Expm1(-Inf) = -1
//	Expm1(NaN) = NaN
func Expm1(x float64) float64 {
	if !(x > expm1Small && x < expm1Large) {
		if x <= expm1Small {
			return -1
		}
		return Exp(x)
	}
	if math.Abs(x) < 0x1p-54 {
		return x
	}
	shifted := math.FMA(x, stepsPerUnit, roundingShift)
	k := math.Float64bits(shifted)
	multiple := shifted - roundingShift
	r := math.FMA(multiple, -stepHigh, x) // exact
	rest := multiple * stepLow
	power := &powersOfTwo[k%expSteps]
	value := math.Float64frombits(power.scale + k<<45)

	// e^(r−rest) − 1 = r + fraction, and with value(1+tail) = 2^(k/128)
	// eˣ − 1 = (value − 1) + value·r + value·(fraction + tail(1 + r)).
	square := r * r
	p := math.FMA(square, math.FMA(r, expFine3, expFine2), math.FMA(r, expFine1, expFine0))
	p = math.FMA(square*square, expFine4, p)
	fraction := math.FMA(square, p, -math.FMA(rest, r, rest))
	fraction += math.FMA(power.tail, r, power.tail)

	less, lessError := twoSum(value, -1)
	product := float64(value * r)
	productError := math.FMA(value, r, -product)
	sum, sumError := twoSum(less, product)
	return sum + math.FMA(value, fraction, sumError+(lessError+productError))
}

// twoSum returns a + b rounded, and what the rounding took away.
func twoSum(a, b float64) (sum, rest float64) {
	sum = a + b
	bPart := sum - a
	return sum, (a - (sum - bPart)) + (b - bPart)
}
