package elementary

import "math"

const (
	leastNormal  = 0x0010_0000_0000_0000 // bits of 2⁻¹⁰²²
	infinityBits = 0x7ff0_0000_0000_0000
)

// splitLog writes the number whose bits are given, positive and normal, as 2ᵏ z
// with z in [0.689, 1.379), and names the row of logTable that z belongs to.
func splitLog(bits uint64) (k int64, z float64, row uint64) {
	offset := bits - logOffset
	k = int64(offset) >> 52
	return k, math.Float64frombits(bits - uint64(k)<<52), offset >> 45 % logRows
}

// logPolynomial returns p so that log(1+r) = r + r²p.
func logPolynomial(r, square float64) float64 {
	low := math.FMA(square, math.FMA(r, log3, log2), math.FMA(r, log1, log0))
	return math.FMA(square*square, math.FMA(r, log5, log4), low)
}

// Log returns the natural logarithm of x with an error below 0.51 ulp.
//
// Special cases are:
//
//	Log(+Inf) = +Inf
//	Log(±0) = -Inf
//	Log(x < 0) = NaN
//	Log(NaN) = NaN
func Log(x float64) float64 {
	bits := math.Float64bits(x)
	if bits-leastNormal >= infinityBits-leastNormal {
		switch {
		case x == 0:
			return math.Inf(-1)
		case x < 0:
			return math.NaN()
		case bits >= infinityBits:
			return x // +Inf or NaN
		}
		bits = math.Float64bits(x*0x1p52) - 52<<52
	}
	k, z, row := splitLog(bits)
	entry := &logTable[row]
	exponent := float64(k)
	r := math.FMA(z, entry.inverse, -1)                 // exact
	whole := math.FMA(exponent, logTwoHigh, entry.high) // exact
	high := whole + r
	low := math.FMA(exponent, logTwoLow, entry.low) + (whole - high + r)
	square := r * r
	return high + math.FMA(square, logPolynomial(r, square), low)
}

// log1pLarge: from here on log(1+x) and log x differ by less than 2⁻⁶⁰.
const log1pLarge = 0x1p60

// Log1p returns the natural logarithm of 1 + x with an error below 0.51 ulp, also
// near zero.
//
// Special cases are:
//
//	Log1p(+Inf) = +Inf
//	Log1p(±0) = ±0
//	Log1p(-1) = -Inf
//	Log1p(x < -1) = NaN
//	Log1p(NaN) = NaN
func Log1p(x float64) float64 {
	if x > -0x1p-9 && x < 0x1p-8 {
		// 1 + x would fall into the row of logTable that belongs to one.
		if math.Abs(x) < 0x1p-54 {
			return x
		}
		square := x * x
		return math.FMA(square, logPolynomial(x, square), x)
	}
	if !(x > -1 && x < log1pLarge) {
		switch {
		case x == -1:
			return math.Inf(-1)
		case x < -1:
			return math.NaN()
		}
		return Log(x) // +Inf and NaN too
	}
	sum, rest := twoSum(1, x)
	k, z, row := splitLog(math.Float64bits(sum))
	entry := &logTable[row]
	exponent := float64(k)
	// (z + rest·2⁻ᵏ)·inverse = 1 + r + more
	more := float64(rest * math.Float64frombits(uint64(1023-k)<<52) * entry.inverse)
	r := math.FMA(z, entry.inverse, -1)                 // exact
	whole := math.FMA(exponent, logTwoHigh, entry.high) // exact
	high := whole + r
	low := math.FMA(exponent, logTwoLow, entry.low) + (whole - high + r) + more
	r += more
	square := r * r
	return high + math.FMA(square, logPolynomial(r, square), low)
}
