package elementary

import "math"

// logPair returns log x as the unevaluated sum of two numbers, to a relative
// error below 2⁻⁶⁷, for x positive and normal, given by its bits.
func logPair(bits uint64) (high, low float64) {
	k, z, row := splitLog(bits)
	entry := &logTable[row]
	exponent := float64(k)
	r := math.FMA(z, entry.inverse, -1)                 // exact
	whole := math.FMA(exponent, logTwoHigh, entry.high) // exact
	first := whole + r
	firstRest := whole - first + r

	// r − r²/2 with what its roundings take away.
	half := -0.5 * r
	square := float64(half * r)
	squareRest := math.FMA(half, r, -square)
	second := first + square
	secondRest := first - second + square

	// r³ (logFine0 + logFine1 r + …)
	rr := r * r
	cubic := math.FMA(rr, math.FMA(r, logFine3, logFine2), math.FMA(r, logFine1, logFine0))
	upper := math.FMA(rr, math.FMA(r, logFine7, logFine6), math.FMA(r, logFine5, logFine4))
	cubic = math.FMA(rr*rr, upper, cubic)

	low = math.FMA(exponent, logTwoLow, entry.low) + firstRest + secondRest + squareRest
	low = math.FMA(r*rr, cubic, low)
	high = second + low
	return high, second - high + low
}

// Pow returns x to the power y with an error below 0.53 ulp. Overflow gives ±Inf,
// underflow is gradual.
//
// Special cases are (in order):
//
//	Pow(x, ±0) = 1 for any x
//	Pow(1, y) = 1 for any y
//	Pow(x, 1) = x for any x
//	Pow(NaN, y) = NaN
//	Pow(x, NaN) = NaN
//	Pow(±0, y) = ±Inf for y an odd integer < 0
//	Pow(±0, -Inf) = +Inf
//	Pow(±0, +Inf) = +0
//	Pow(±0, y) = +Inf for finite y < 0 and not an odd integer
//	Pow(±0, y) = ±0 for y an odd integer > 0
//	Pow(±0, y) = +0 for finite y > 0 and not an odd integer
//	Pow(-1, ±Inf) = 1
//	Pow(x, +Inf) = +Inf for |x| > 1
//	Pow(x, -Inf) = +0 for |x| > 1
//	Pow(x, +Inf) = +0 for |x| < 1
//	Pow(x, -Inf) = +Inf for |x| < 1
//	Pow(+Inf, y) = +Inf for y > 0
//	Pow(+Inf, y) = +0 for y < 0
//	Pow(-Inf, y) = Pow(-0, -y)
//	Pow(x, y) = NaN for finite x < 0 and finite non-integer y
func Pow(x, y float64) float64 {
	bits := math.Float64bits(x)
	if bits-leastNormal >= infinityBits-leastNormal {
		return powUnusual(x, y)
	}
	return powPositive(bits, y)
}

// powPositive is Pow for x positive, finite and normal, given by its bits.
func powPositive(bits uint64, y float64) float64 {
	logHigh, logLow := logPair(bits)
	high := float64(y * logHigh)
	if !(high > -expOrdinary && high < expOrdinary) {
		switch {
		case high > expOverflow:
			return math.Inf(1)
		case high < expUnderflow:
			return 0
		case logHigh == 0: // x is one
			return 1
		case math.IsNaN(high):
			return y
		}
	}
	low := math.FMA(y, logLow, math.FMA(y, logHigh, -high))
	power, fraction := reduceExp(high, low)
	if !(high > -expOrdinary && high < expOrdinary) {
		return expRescaled(power, fraction, high)
	}
	value := math.Float64frombits(power)
	return math.FMA(value, fraction, value)
}

// powUnusual is Pow for x zero, negative, subnormal, infinite or NaN.
func powUnusual(x, y float64) float64 {
	switch {
	case y == 0:
		return 1
	case math.IsNaN(x):
		return x
	case math.IsNaN(y):
		return y
	}
	odd := isOddInteger(y)
	if x == 0 || math.IsInf(x, 0) {
		// The magnitude is 0 or ∞.
		magnitude := math.Inf(1)
		if (x == 0) == (y > 0) {
			magnitude = 0
		}
		if odd {
			return math.Copysign(magnitude, x)
		}
		return magnitude
	}
	if x < 0 && !math.IsInf(y, 0) && y != math.Trunc(y) {
		return math.NaN()
	}
	magnitude := math.Abs(x)
	bits := math.Float64bits(magnitude)
	if bits < leastNormal {
		bits = math.Float64bits(magnitude*0x1p52) - 52<<52
	}
	result := powPositive(bits, y)
	if x < 0 && odd {
		return -result
	}
	return result
}

// isOddInteger tells whether y is an odd integer; from 2⁵³ on all are even.
func isOddInteger(y float64) bool {
	half := 0.5 * y
	return y == math.Trunc(y) && half != math.Trunc(half)
}
