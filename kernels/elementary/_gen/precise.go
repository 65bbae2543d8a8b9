package main

import (
	"math"
	"math/big"
)

// precision is that of every intermediate result, in bits. It is far beyond the
// 160 bits the widest constant needs, so that no rounding of a table entry is
// ever in doubt, and beyond the 1100 bits that cancel in 1 − erf(27).
const precision = 1600

func number(x float64) *big.Float { return new(big.Float).SetPrec(precision).SetFloat64(x) }

func zero() *big.Float { return new(big.Float).SetPrec(precision) }

func add(x, y *big.Float) *big.Float { return zero().Add(x, y) }
func sub(x, y *big.Float) *big.Float { return zero().Sub(x, y) }
func mul(x, y *big.Float) *big.Float { return zero().Mul(x, y) }
func quo(x, y *big.Float) *big.Float { return zero().Quo(x, y) }

// scale returns x·2ⁿ.
func scale(x *big.Float, n int) *big.Float { return zero().SetMantExp(x, n) }

// negligible tells whether a term no longer changes a sum.
func negligible(term, sum *big.Float) bool {
	return term.Sign() == 0 || term.MantExp(nil) < sum.MantExp(nil)-precision-8
}

// exp sums the Taylor series at x/2^halvings and squares the result back up.
func exp(x *big.Float) *big.Float {
	const halvings = 24
	reduced := scale(x, -halvings)
	sum, term := number(1), number(1)
	for n := 1; ; n++ {
		term = quo(mul(term, reduced), number(float64(n)))
		if negligible(term, sum) {
			break
		}
		sum = add(sum, term)
	}
	for range halvings {
		sum = mul(sum, sum)
	}
	return sum
}

// log1p sums log(1+x) = 2 artanh(x/(2+x)), for x of moderate size.
func log1p(x *big.Float) *big.Float {
	ratio := quo(x, add(number(2), x))
	square := mul(ratio, ratio)
	sum, power := zero().Set(ratio), zero().Set(ratio)
	for n := 3; ; n += 2 {
		power = mul(power, square)
		term := quo(power, number(float64(n)))
		if negligible(term, sum) {
			return scale(sum, 1)
		}
		sum = add(sum, term)
	}
}

func log(x *big.Float) *big.Float { return log1p(sub(x, number(1))) }

// arctanInverse sums arctan(1/n).
func arctanInverse(n float64) *big.Float {
	power := quo(number(1), number(n))
	sum := zero().Set(power)
	square := number(n * n)
	for k := 1; ; k++ {
		power = quo(power, square)
		term := quo(power, number(float64(2*k+1)))
		if negligible(term, sum) {
			return sum
		}
		if k%2 == 1 {
			term.Neg(term)
		}
		sum = add(sum, term)
	}
}

// pi is Machin's 16 arctan(1/5) − 4 arctan(1/239).
func pi() *big.Float {
	return sub(scale(arctanInverse(5), 4), scale(arctanInverse(239), 2))
}

// sinCos sums both Taylor series.
func sinCos(x *big.Float) (sin, cos *big.Float) {
	sin, cos = zero(), number(1)
	term := number(1)
	for n := 1; ; n++ {
		term = quo(mul(term, x), number(float64(n)))
		if negligible(term, cos) {
			return sin, cos
		}
		signed := zero().Set(term)
		if n%4 >= 2 {
			signed.Neg(signed)
		}
		if n%2 == 1 {
			sin = add(sin, signed)
		} else {
			cos = add(cos, signed)
		}
	}
}

// erfSeries returns S(x) = Σ 2ⁿ x^(2n+1) / (2n+1)!!, so that
// erf x = 2/√π · exp(−x²) · S(x). Every term is positive.
func erfSeries(x *big.Float) *big.Float {
	doubleSquare := scale(mul(x, x), 1)
	sum, term := zero().Set(x), zero().Set(x)
	for n := 1; ; n++ {
		term = quo(mul(term, doubleSquare), number(float64(2*n+1)))
		if negligible(term, sum) {
			return sum
		}
		sum = add(sum, term)
	}
}

func twoOverRootPi() *big.Float { return quo(number(2), zero().Sqrt(pi())) }

// erfcScaled returns exp(x²) erfc(x) = exp(x²) − 2/√π S(x). For x ≤ 28 fewer
// than 1150 bits cancel.
func erfcScaled(x, twoOverRootPi *big.Float) *big.Float {
	return sub(exp(mul(x, x)), mul(twoOverRootPi, erfSeries(x)))
}

// round returns the nearest float64.
func round(x *big.Float) float64 {
	y, _ := x.Float64()
	return y
}

// roundPair returns x as the unevaluated sum of two float64.
func roundPair(x *big.Float) (hi, lo float64) {
	hi = round(x)
	return hi, round(sub(x, number(hi)))
}

// roundToMultiple returns the multiple of 2^−bits nearest to x.
func roundToMultiple(x *big.Float, bits int) float64 {
	return math.Ldexp(math.RoundToEven(math.Ldexp(round(x), bits)), -bits)
}
