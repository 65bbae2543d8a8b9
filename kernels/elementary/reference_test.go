package elementary

import (
	"math"
	"math/big"
	"sync"
)

// The reference: every function in arbitrary precision, by methods other than
// those that computed the tables. Results have at least 200 correct bits.
const (
	referenceBits = 320
	// reductionBits are enough to take a float64 modulo π/2.
	reductionBits = 1100 + referenceBits
)

func exactly(x float64) *big.Float {
	return new(big.Float).SetPrec(referenceBits).SetFloat64(x)
}

func withPrecision(bits uint) *big.Float { return new(big.Float).SetPrec(bits) }

func vanishes(term, sum *big.Float) bool {
	return term.Sign() == 0 || term.MantExp(nil) < sum.MantExp(nil)-int(sum.Prec())-4
}

// halfPiReference is π/2 by the arithmetic–geometric mean of Gauss and Legendre.
var halfPiReference = sync.OnceValue(func() *big.Float {
	const bits = reductionBits + 64
	a := withPrecision(bits).SetInt64(1)
	b := withPrecision(bits).Sqrt(withPrecision(bits).SetFloat64(0.5))
	t := withPrecision(bits).SetFloat64(0.25)
	power := 0
	for range 12 {
		next := withPrecision(bits).Add(a, b)
		next.SetMantExp(next, -1)
		b = withPrecision(bits).Sqrt(withPrecision(bits).Mul(a, b))
		difference := withPrecision(bits).Sub(a, next)
		difference.Mul(difference, difference)
		t.Sub(t, difference.SetMantExp(difference, power))
		a = next
		power++
	}
	sum := withPrecision(bits).Add(a, b)
	sum.Mul(sum, sum)
	sum.Quo(sum, t) // 4π·… with the factor below
	return sum.SetMantExp(sum, -3)
})

// logTwoReference is log 2 = Σ 1/(n 2ⁿ).
var logTwoReference = sync.OnceValue(func() *big.Float {
	sum := withPrecision(referenceBits + 32)
	for n := int64(1); n < referenceBits+32; n++ {
		term := withPrecision(referenceBits + 32).SetInt64(1)
		term.Quo(term, withPrecision(referenceBits).SetInt64(n))
		sum.Add(sum, term.SetMantExp(term, -int(n)))
	}
	return sum
})

// expm1Series sums xⁿ/n! from n = 1.
func expm1Series(x *big.Float) *big.Float {
	sum := withPrecision(referenceBits).Set(x)
	term := withPrecision(referenceBits).Set(x)
	for n := int64(2); ; n++ {
		term.Mul(term, x)
		term.Quo(term, withPrecision(64).SetInt64(n))
		if vanishes(term, sum) {
			return sum
		}
		sum.Add(sum, term)
	}
}

// expReference reduces x by multiples of log 2, halves what is left eight times
// and sums the Taylor series.
func expReference(x *big.Float) *big.Float {
	approximate, _ := x.Float64()
	if approximate < -1e6 {
		// So small that no sum it may be part of is changed.
		return withPrecision(referenceBits).SetMantExp(exactly(1), -1_000_000)
	}
	k := math.Round(approximate / math.Ln2)
	r := withPrecision(referenceBits).Mul(logTwoReference(), exactly(k))
	r.Sub(x, r)
	if r.Sign() == 0 {
		return withPrecision(referenceBits).SetMantExp(exactly(1), int(k))
	}
	const halvings = 8
	r.SetMantExp(r, -halvings)
	y := expm1Series(r)
	y.Add(y, exactly(1))
	for range halvings {
		y.Mul(y, y)
	}
	return y.SetMantExp(y, int(k))
}

func expm1Reference(x float64) *big.Float {
	if math.Abs(x) < 0.5 {
		return expm1Series(exactly(x))
	}
	y := expReference(exactly(x))
	// eˣ beside 1 may be too small or too large for the common precision: what
	// is lost is then beyond 2⁻³⁰⁰ of the result.
	return withPrecision(referenceBits).Sub(y, exactly(1))
}

// logReference solves exp y = x by Halley's iteration, which triples the number
// of correct bits.
func logReference(x *big.Float) *big.Float {
	mantissa := new(big.Float)
	exponent := x.MantExp(mantissa)
	if m, _ := mantissa.Float64(); m < math.Sqrt2/2 {
		exponent--
		mantissa.SetMantExp(mantissa, 1)
	}
	m, _ := mantissa.Float64()
	y := exactly(math.Log(m))
	for range 2 {
		e := expReference(y)
		numerator := withPrecision(referenceBits).Sub(mantissa, e)
		denominator := withPrecision(referenceBits).Add(mantissa, e)
		numerator.Quo(numerator, denominator)
		y.Add(y, numerator.SetMantExp(numerator, 1))
	}
	multiple := withPrecision(referenceBits).Mul(logTwoReference(), exactly(float64(exponent)))
	return y.Add(y, multiple)
}

func log1pReference(x float64) *big.Float {
	if math.Abs(x) < 0x1p-10 {
		// x − x²/2 + x³/3 − …
		sum, power := exactly(x), exactly(x)
		minus := exactly(-x)
		for n := int64(2); ; n++ {
			power.Mul(power, minus)
			term := withPrecision(referenceBits).Quo(power, withPrecision(64).SetInt64(n))
			if vanishes(term, sum) {
				return sum
			}
			sum.Add(sum, term)
		}
	}
	return logReference(withPrecision(2*referenceBits).Add(exactly(1), exactly(x)))
}

func powReference(x, y float64) *big.Float {
	exponent := withPrecision(referenceBits).Mul(exactly(y), logReference(exactly(x)))
	if limit := exactly(1e6); exponent.Cmp(limit) > 0 {
		exponent = limit // infinite to any float64
	}
	return expReference(exponent)
}

// erfcReference sums the alternating series of erf up to 5 in magnitude, where
// 70 bits cancel, and evaluates Laplace's continued fraction beyond.
func erfcReference(x float64) *big.Float {
	const bits = referenceBits + 160
	square := withPrecision(bits).SetFloat64(x)
	square.Mul(square, square)
	rootPi := withPrecision(bits).Set(halfPiReference())
	rootPi.Sqrt(rootPi.SetMantExp(rootPi, 1))
	if math.Abs(x) < 5 {
		power := withPrecision(bits).SetFloat64(x)
		sum := withPrecision(bits).Set(power)
		for n := int64(1); ; n++ {
			power.Mul(power, square)
			power.Quo(power, withPrecision(64).SetInt64(-n))
			term := withPrecision(bits).Quo(power, withPrecision(64).SetInt64(2*n+1))
			if vanishes(term, sum) {
				break
			}
			sum.Add(sum, term)
		}
		sum.Quo(sum, rootPi)
		sum.SetMantExp(sum, 1)
		return sum.Sub(withPrecision(bits).SetInt64(1), sum)
	}
	if x < 0 {
		y := erfcReference(-x)
		return y.Sub(withPrecision(bits).SetInt64(2), y)
	}
	// √π exp(x²) erfc x = 1/(x + ½/(x + 1/(x + 3⁄2/(x + …))))
	levels := 60 + int(8100/(x*x))
	value := withPrecision(bits).SetFloat64(x)
	for n := levels; n >= 1; n-- {
		value.Quo(withPrecision(bits).SetFloat64(float64(n)/2), value)
		value.Add(value, withPrecision(bits).SetFloat64(x))
	}
	value.Mul(value, rootPi)
	return value.Quo(expReference(square.Neg(square)), value)
}

// sinCosReference reduces x modulo π/2 and sums both Taylor series.
func sinCosReference(x float64) (sin, cos *big.Float) {
	quotient := withPrecision(reductionBits).SetFloat64(x)
	quotient.Quo(quotient, halfPiReference())
	quotient.Add(quotient, big.NewFloat(math.Copysign(0.5, x)))
	quadrant, _ := quotient.Int(nil)
	multiple := withPrecision(reductionBits).SetInt(quadrant)
	multiple.Mul(multiple, halfPiReference())
	r := withPrecision(reductionBits).SetFloat64(x)
	r.Sub(r, multiple)
	r.SetPrec(referenceBits)

	s, c := withPrecision(referenceBits).Set(r), exactly(1)
	term := withPrecision(referenceBits).Set(r)
	for n := int64(2); r.Sign() != 0; n++ {
		term.Mul(term, r)
		term.Quo(term, withPrecision(64).SetInt64(n))
		if n%2 == 0 {
			term.Neg(term)
			c.Add(c, term)
			continue
		}
		if vanishes(term, s) {
			break
		}
		s.Add(s, term)
	}
	switch new(big.Int).And(quadrant, big.NewInt(3)).Int64() {
	case 0:
		return s, c
	case 1:
		return c, s.Neg(s)
	case 2:
		return s.Neg(s), c.Neg(c)
	default:
		return c.Neg(c), s
	}
}

func sinReference(x float64) *big.Float { s, _ := sinCosReference(x); return s }
func cosReference(x float64) *big.Float { _, c := sinCosReference(x); return c }

// ulpError is the distance of y from exact in units in the last place of exact:
// the spacing of float64 in the binade of exact, 2⁻¹⁰⁷⁴ in the subnormal range.
// An infinity counts as 2¹⁰²⁴, so that it is the right answer from half an ulp
// beyond the largest number on.
func ulpError(y float64, exact *big.Float) float64 {
	if math.IsNaN(y) {
		return math.Inf(1)
	}
	got := withPrecision(referenceBits)
	if math.IsInf(y, 0) {
		got.SetMantExp(exactly(math.Copysign(1, y)), 1024)
		if limit := withPrecision(referenceBits).Abs(exact); limit.Cmp(withPrecision(referenceBits).Abs(got)) > 0 &&
			exact.Sign() == got.Sign() {
			return 0
		}
	} else {
		got.SetFloat64(y)
	}
	got.Sub(got, exact)
	lastPlace := max(min(exact.MantExp(nil), 1024)-53, -1074)
	ulps, _ := got.SetMantExp(got, -lastPlace).Float64()
	return math.Abs(ulps)
}
