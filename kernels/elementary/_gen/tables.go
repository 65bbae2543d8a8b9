package main

import (
	"fmt"
	"io"
	"math"
	"math/big"
	"strconv"
)

// hex writes x as a literal that is read back to the same bits.
func hex(x float64) string { return strconv.FormatFloat(x, 'x', -1, 64) }

func writeConstant(w io.Writer, comment, name string, value float64) {
	fmt.Fprintf(w, "// %s\nconst %s = %s\n\n", comment, name, hex(value))
}

func writeArray(w io.Writer, comment, name string, values []float64) {
	fmt.Fprintf(w, "// %s\nconst (\n", comment)
	for i, v := range values {
		fmt.Fprintf(w, "%s%d = %s\n", name, i, hex(v))
	}
	fmt.Fprint(w, ")\n\n")
}

const (
	// expSteps is the number of table steps per factor of two in exp.
	expSteps = 128
	// logRows is the number of intervals per factor of two in log.
	logRows = 128
	// logOffset is the bit pattern of the left end of the first interval, half
	// an interval off a round number so that 1 is in the middle of one.
	logOffset = 0x3fe6_1000_0000_0000
	// logGrid: the leading part of every tabulated logarithm is a multiple of
	// 2^−logGrid, so that k·log 2 + log c is exact for every exponent k.
	logGrid = 42
	// erfcRowsPerBinade intervals in [2ⁿ, 2ⁿ⁺¹), from erfcStart to erfcEnd.
	erfcRowsPerBinade = 16
	erfcStart         = 0.25
	erfcEnd           = 28
	erfcDegree        = 9
)

func writeExp(w io.Writer) {
	logTwo := log(number(2))
	step := quo(logTwo, number(expSteps))
	hi, lo := roundPair(step)
	fmt.Fprintf(w, "const expSteps = %d\n\n", expSteps)
	writeConstant(w, "stepsPerUnit is 128/log 2.", "stepsPerUnit", round(quo(number(1), step)))
	writeConstant(w, "stepHigh + stepLow is log(2)/128.", "stepHigh", hi)
	writeConstant(w, "stepLow: see stepHigh.", "stepLow", lo)

	limit := scale(step, -1)
	limit = mul(limit, number(1.0001))
	// (exp r − 1 − r)/r², by its series: the closed form has a hole at 0.
	f := func(r *big.Float) *big.Float {
		sum, term := zero(), number(0.5)
		for n := 3; ; n++ {
			sum = add(sum, term)
			term = quo(mul(term, r), number(float64(n)))
			if negligible(term, sum) {
				return sum
			}
		}
	}
	a := zero().Neg(limit)
	square := func(r *big.Float) *big.Float { return mul(r, r) }
	coefficients := fit("exp r, relative", f, a, limit, 3, square)
	writeArray(w, "exp r = 1 + r + r² (exp0 + exp1 r + …) for |r| ≤ log(2)/256.", "exp", coefficients)

	identity := func(r *big.Float) *big.Float { return r }
	coefficients = fit("exp(r) - 1, relative", f, a, limit, 4, identity)
	writeArray(w, "exp r − 1 = r + r² (expFine0 + expFine1 r + …) for |r| ≤ log(2)/256.", "expFine", coefficients)

	fmt.Fprint(w, "// powersOfTwo holds 2^(i/128) as value + value·tail; scale is the value's bits\n// less i<<45, so that adding k<<45 gives those of 2^(k/128) for k = i modulo 128.\n")
	fmt.Fprint(w, "var powersOfTwo = [expSteps]struct {\ntail float64\nscale uint64\n}{\n")
	for i := range expSteps {
		exact := exp(mul(step, number(float64(i))))
		value := round(exact)
		tail := round(quo(sub(exact, number(value)), number(value)))
		bits := math.Float64bits(value) - uint64(i)<<45
		fmt.Fprintf(w, "{%s, %#x},\n", hex(tail), bits)
	}
	fmt.Fprint(w, "}\n\n")
}

func writeLog(w io.Writer) {
	logTwo := log(number(2))
	twoHigh := roundToMultiple(logTwo, logGrid)
	fmt.Fprintf(w, "const (\nlogRows = %d\nlogOffset = %#x\n)\n\n", logRows, uint64(logOffset))
	writeConstant(w, fmt.Sprintf("logTwoHigh + logTwoLow is log 2; logTwoHigh is a multiple of 2^−%d.", logGrid), "logTwoHigh", twoHigh)
	writeConstant(w, "logTwoLow: see logTwoHigh.", "logTwoLow", round(sub(logTwo, number(twoHigh))))

	fmt.Fprintf(w, "// logTable holds, for each interval of z, inverse ≈ 1/z so short that\n// z·inverse − 1 is exact, and high + low = −log(inverse), high a multiple of 2^−%d.\n", logGrid)
	fmt.Fprint(w, "var logTable = [logRows]struct {\ninverse, high, low float64\n}{\n")
	largest := 0.0
	for i := range logRows {
		left := math.Float64frombits(logOffset + uint64(i)<<45)
		right := math.Float64frombits(logOffset + uint64(i+1)<<45)
		// z is a multiple of 2⁻⁵³ below 1 and of 2⁻⁵² above, so with these grids
		// z·inverse − 1 is a multiple of 2⁻⁶⁰: it is exact up to 2⁻⁷.
		grid := 8
		if left < 1 {
			grid = 7
		}
		inverse := roundToMultiple(quo(number(2), number(left+right)), grid)
		// In the row of one, and in that below it, the logarithm is r to first
		// order: a constant there would cancel and leave r's errors.
		if left < 1 && right > 1-0x1p-8 {
			inverse = 1
		}
		for _, z := range []float64{left, right} {
			largest = max(largest, math.Abs(math.FMA(z, inverse, -1)))
		}
		exact := zero()
		if inverse != 1 {
			exact.Neg(log(number(inverse)))
		}
		high := roundToMultiple(exact, logGrid)
		low := round(sub(exact, number(high)))
		fmt.Fprintf(w, "{%s, %s, %s},\n", hex(inverse), hex(high), hex(low))
	}
	fmt.Fprint(w, "}\n\n")
	if largest > 0x1p-7 {
		panic(fmt.Sprintf("log: z·inverse − 1 reaches %g and is no longer exact", largest))
	}
	limit := number(largest)
	a := zero().Neg(limit)
	series := func(first int) func(*big.Float) *big.Float {
		return func(r *big.Float) *big.Float {
			sum, power := zero(), number(1)
			if first%2 == 0 {
				power = number(-1)
			}
			for n := first; ; n++ {
				term := quo(power, number(float64(n)))
				if n > first && negligible(term, sum) {
					return sum
				}
				sum = add(sum, term)
				power = zero().Neg(mul(power, r))
			}
		}
	}
	identity := func(r *big.Float) *big.Float { return r }
	coefficients := fit("log(1+r), relative", series(2), a, limit, 5, identity)
	writeArray(w, "log(1+r) = r + r² (log0 + log1 r + …).", "log", coefficients)

	square := func(r *big.Float) *big.Float { return mul(r, r) }
	coefficients = fit("log(1+r) for Pow, relative", series(3), a, limit, 7, square)
	writeArray(w, "log(1+r) = r − r²/2 + r³ (logFine0 + logFine1 r + …).", "logFine", coefficients)
}

func writeTrigonometric(w io.Writer) {
	halfPi := scale(pi(), -1)
	writeConstant(w, "twoOverPi is 2/π.", "twoOverPi", round(quo(number(1), halfPi)))
	rest := halfPi
	for i := range 3 {
		part := round(rest)
		rest = sub(rest, number(part))
		writeConstant(w, fmt.Sprintf("halfPi%d is part %d of π/2, unevaluated sum of three.", i, i), fmt.Sprintf("halfPi%d", i), part)
	}

	// Sine and cosine as functions of z = r², |r| ≤ π/4 and a little more.
	limit := mul(mul(halfPi, halfPi), number(0.2501))
	series := func(first int) func(*big.Float) *big.Float {
		return func(z *big.Float) *big.Float {
			term := number(1)
			for n := 2; n <= first; n++ {
				term = quo(term, number(float64(n)))
			}
			if first%4 >= 2 {
				term.Neg(term)
			}
			sum := zero().Set(term)
			for n := first + 1; ; n += 2 {
				term = quo(mul(term, z), number(float64(n*(n+1))))
				term.Neg(term)
				if negligible(term, sum) {
					return sum
				}
				sum = add(sum, term)
			}
		}
	}
	identity := func(z *big.Float) *big.Float { return z }
	coefficients := fit("sin r, relative", series(3), zero(), limit, 6, identity)
	writeArray(w, "sin r = r + r³ (sin0 + sin1 r² + …) for |r| ≤ π/4.", "sin", coefficients)
	square := func(z *big.Float) *big.Float { return mul(z, z) }
	coefficients = fit("cos r, absolute", series(4), zero(), limit, 5, square)
	writeArray(w, "cos r = 1 − r²/2 + r⁴ (cos0 + cos1 r² + …) for |r| ≤ π/4.", "cos", coefficients)

	// The largest float64 is 2⁵³·2⁹⁷¹; 256 bits are used from place 969 on.
	const words = 21
	digits := scale(quo(number(1), halfPi), 64*(words-1))
	integer, _ := digits.Int(nil)
	mask := new(big.Int).SetUint64(math.MaxUint64)
	fmt.Fprintf(w, "// twoOverPiBits holds 64 zeros and the first %d binary places of 2/π.\n", 64*(words-1))
	fmt.Fprintf(w, "var twoOverPiBits = [%d]uint64{\n", words)
	for i := range words {
		word := new(big.Int).Rsh(integer, uint(64*(words-1-i)))
		fmt.Fprintf(w, "%#016x,\n", word.And(word, mask).Uint64())
	}
	fmt.Fprint(w, "}\n\n")
}

func writeErfc(w io.Writer) {
	factor := twoOverRootPi()
	// erf x = x (erf high + erf low + x² (erf0 + erf1 x² + …))
	high, low := roundPair(factor)
	writeConstant(w, "twoOverRootPiHigh + twoOverRootPiLow is 2/√π.", "twoOverRootPiHigh", high)
	writeConstant(w, "twoOverRootPiLow: see twoOverRootPiHigh.", "twoOverRootPiLow", low)
	f := func(z *big.Float) *big.Float {
		// 2/√π Σ (−z)ⁿ⁻¹·(−1)/(n! (2n+1)), n ≥ 1
		sum, power := zero(), number(-1)
		for n := 1; ; n++ {
			power = quo(power, number(float64(n)))
			term := quo(power, number(float64(2*n+1)))
			if n > 1 && negligible(term, sum) {
				return mul(sum, factor)
			}
			sum = add(sum, term)
			power = zero().Neg(mul(power, z))
		}
	}
	limit := number(erfcStart * erfcStart)
	identity := func(z *big.Float) *big.Float { return z }
	coefficients := fit("erf(x)/x, absolute", f, zero(), limit, 6, identity)
	writeArray(w, "erf x = x (2/√π + x² (erf0 + erf1 x² + …)) for |x| ≤ 1/4.", "erf", coefficients)

	g := func(x *big.Float) *big.Float { return erfcScaled(x, factor) }
	fmt.Fprintf(w, "const (\nerfcDegree = %d\nerfcStart = %v\nerfcEnd = %v\n)\n\n", erfcDegree, erfcStart, erfcEnd)
	fmt.Fprintf(w, "// erfcTable holds, for each of the %d intervals a binade of x is cut into,\n// exp(x²) erfc(x) = high + (low + c[0] t + c[1] t² + …), t = x less the interval's\n// middle; low comes first, high second, then c.\n", erfcRowsPerBinade)
	fmt.Fprint(w, "var erfcTable = [...][erfcDegree + 2]float64{\n")
	worst := math.Inf(-1)
	for left, width := float64(erfcStart), 0.0; left < erfcEnd; left += width {
		_, exponent := math.Frexp(left)
		width = math.Ldexp(1.0/erfcRowsPerBinade, exponent-1)
		a, b, middle := number(left), number(left+width), number(left+width/2)
		exact := interpolate(g, a, b, middle, erfcDegree)
		rounded := roundAll(exact)
		_, low := roundPair(exact[0])
		fmt.Fprintf(w, "{%s, %s", hex(low), hex(rounded[0]))
		for _, c := range rounded[1:] {
			fmt.Fprintf(w, ", %s", hex(c))
		}
		fmt.Fprint(w, "},\n")
		if !*reporting {
			continue
		}
		// The sum of both parts of the first coefficient counts as exact.
		exactFirst := func(x *big.Float) *big.Float { return sub(g(x), number(low)) }
		inverse := func(x *big.Float) *big.Float { return quo(number(1), g(x)) }
		worst = max(worst, worstError(exactFirst, rounded, a, b, middle, inverse))
	}
	fmt.Fprint(w, "}\n")
	if *reporting {
		report("exp(x^2) erfc x, relative", erfcDegree, worst)
	}
}
