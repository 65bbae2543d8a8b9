package elementary

import "math"

const (
	// erfcRowBits is how many leading bits of the mantissa name a row of erfcTable.
	erfcRowBits = 4
	// erfcUnderflow: from here on erfc rounds to zero.
	erfcUnderflow = 27.25
	// erfcOrdinary: up to here erfc and its low part are normal.
	erfcOrdinary = 26
)

// Erfc returns the complementary error function 2/√π ∫ₓ^∞ exp(−t²) dt with an
// error below 0.6 ulp, in the tail as well; underflow is gradual.
//
// Special cases are:
//
//	Erfc(+Inf) = 0
//	Erfc(-Inf) = 2
//	Erfc(NaN) = NaN
func Erfc(x float64) float64 {
	if math.IsNaN(x) {
		return x
	}
	magnitude := math.Abs(x)
	if magnitude < erfcStart {
		return erfcCentre(x)
	}
	switch {
	case x >= erfcUnderflow:
		return 0
	case x > erfcOrdinary:
		return scaleDown(erfcTail(x, subnormalShift))
	case x > 0:
		high, low := erfcTail(x, 0)
		return high + low
	case x < -6:
		return 2 // less 2⁻⁵⁵
	}
	high, low := erfcTail(-x, 0)
	first := 2 - high
	return first + (2 - first - high - low)
}

// erfcCentre is Erfc for |x| < erfcStart, as 1 − erf x.
func erfcCentre(x float64) float64 {
	z := x * x
	zz := z * z
	p := math.FMA(zz, math.FMA(z, erf3, erf2), math.FMA(z, erf1, erf0))
	upper := math.FMA(zz, erf6, math.FMA(z, erf5, erf4))
	p = math.FMA(zz*zz, upper, p)

	product := float64(x * twoOverRootPiHigh)
	productRest := math.FMA(x, twoOverRootPiHigh, -product)
	first := 1 - product
	rest := 1 - first - product - productRest
	return first + math.FMA(-x, math.FMA(z, p, twoOverRootPiLow), rest)
}

// erfcTail returns 2^shift·erfc(x) as the unevaluated sum of two numbers, for x
// from erfcStart to erfcUnderflow, as the product of exp(−x²) and the smooth
// function exp(x²) erfc(x), which is tabulated.
func erfcTail(x float64, shift uint64) (high, low float64) {
	pattern := math.Float64bits(x)
	const startRow = 0x3fd0_0000_0000_0000 >> (52 - erfcRowBits) // of erfcStart
	row := &erfcTable[pattern>>(52-erfcRowBits)-startRow]
	const halfRow = 1 << (51 - erfcRowBits)
	middle := math.Float64frombits(pattern&^(2*halfRow-1) | halfRow)
	t := x - middle // exact
	tt := t * t
	p := math.FMA(tt, math.FMA(t, row[5], row[4]), math.FMA(t, row[3], row[2]))
	upper := math.FMA(tt, math.FMA(t, row[9], row[8]), math.FMA(t, row[7], row[6]))
	upper = math.FMA(tt*tt, row[10], upper)
	p = math.FMA(tt*tt, upper, p)
	rest := math.FMA(t, p, row[0]) // exp(x²) erfc x = row[1] + rest

	square := float64(x * x)
	squareRest := math.FMA(x, x, -square)
	bits, fraction := reduceExp(-square, -squareRest)
	power := math.Float64frombits(bits + shift<<52)
	// power(1 + fraction)(row[1] + rest)
	high = float64(power * row[1])
	low = math.FMA(power, row[1], -high)
	return high, math.FMA(power, math.FMA(fraction, row[1]+rest, rest), low)
}
