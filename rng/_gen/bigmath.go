package main

import "math/big"

// precision of every intermediate number, in bits. The tables hold 53.
const precision = 256

func number(x float64) *big.Float { return new(big.Float).SetPrec(precision).SetFloat64(x) }

func ratio(a, b int64) *big.Float {
	return new(big.Float).SetPrec(precision).SetRat(big.NewRat(a, b))
}

func add(a, b *big.Float) *big.Float { return new(big.Float).SetPrec(precision).Add(a, b) }
func sub(a, b *big.Float) *big.Float { return new(big.Float).SetPrec(precision).Sub(a, b) }
func mul(a, b *big.Float) *big.Float { return new(big.Float).SetPrec(precision).Mul(a, b) }
func quo(a, b *big.Float) *big.Float { return new(big.Float).SetPrec(precision).Quo(a, b) }

func nearest(a *big.Float) float64 {
	x, _ := a.Float64()
	return x
}

// negligible tells that adding term to a sum of order one no longer changes it.
func negligible(term *big.Float) bool {
	return term.Sign() == 0 || term.MantExp(nil) < -precision
}

// logarithm of x > 0, by ln m + e ln 2 with √½ ≤ m < √2 and
// ln m = 2 artanh((m-1)/(m+1)).
func logarithm(x *big.Float) *big.Float {
	mantissa := new(big.Float).SetPrec(precision)
	exponent := x.MantExp(mantissa)
	if mantissa.Cmp(number(0.7071)) < 0 {
		mantissa.SetMantExp(mantissa, 1)
		exponent--
	}
	sum := artanhTwice(quo(sub(mantissa, number(1)), add(mantissa, number(1))))
	ln2 := artanhTwice(ratio(1, 3))
	return add(sum, mul(ln2, number(float64(exponent))))
}

// artanhTwice is 2 artanh z = 2 Σ z^(2k+1)/(2k+1).
func artanhTwice(z *big.Float) *big.Float {
	square := mul(z, z)
	sum, power := number(0), mul(z, number(2))
	for k := int64(0); !negligible(power); k++ {
		sum = add(sum, quo(power, number(float64(2*k+1))))
		power = mul(power, square)
	}
	return sum
}

// arctanInverse is arctan(1/n), by its Taylor series.
func arctanInverse(n int64) *big.Float {
	square := ratio(-1, n*n)
	sum, power := number(0), ratio(1, n)
	for k := int64(0); !negligible(power); k++ {
		sum = add(sum, quo(power, number(float64(2*k+1))))
		power = mul(power, square)
	}
	return sum
}

// pi by Machin's formula, π/4 = 4 arctan(1/5) - arctan(1/239).
var pi = mul(number(4), sub(mul(number(4), arctanInverse(5)), arctanInverse(239)))

// cosineSine of an angle of a few radians at most, by their Taylor series.
func cosineSine(angle *big.Float) (cosine, sine *big.Float) {
	cosine, sine = number(0), number(0)
	term := number(1)
	for k := 0; k < 4 || !negligible(term); k++ {
		switch k % 4 {
		case 0:
			cosine = add(cosine, term)
		case 1:
			sine = add(sine, term)
		case 2:
			cosine = sub(cosine, term)
		case 3:
			sine = sub(sine, term)
		}
		term = quo(mul(term, angle), number(float64(k+1)))
	}
	return cosine, sine
}

// interpolate returns the coefficients, lowest first and rounded to float64, of
// the polynomial that meets f at the Chebyshev nodes of [low, high]: the
// minimax polynomial but for a small factor in the error.
func interpolate(f func(*big.Float) *big.Float, low, high *big.Float, degree int) []float64 {
	n := degree + 1
	centre, half := quo(add(low, high), number(2)), quo(sub(high, low), number(2))
	nodes, values := make([]*big.Float, n), make([]*big.Float, n)
	for i := range nodes {
		cosine, _ := cosineSine(mul(pi, ratio(int64(2*i+1), int64(2*n))))
		nodes[i] = add(centre, mul(half, cosine))
		values[i] = f(nodes[i])
	}
	// Newton's divided differences, in place.
	for order := 1; order < n; order++ {
		for i := n - 1; i >= order; i-- {
			values[i] = quo(sub(values[i], values[i-1]), sub(nodes[i], nodes[i-order]))
		}
	}
	// Horner's rule in the Newton basis, expanded into powers.
	power := make([]*big.Float, n)
	for i := range power {
		power[i] = number(0)
	}
	for i := n - 1; i >= 0; i-- {
		for k := n - 1; k > 0; k-- {
			power[k] = sub(power[k-1], mul(nodes[i], power[k]))
		}
		power[0] = sub(values[i], mul(nodes[i], power[0]))
	}
	coefficients := make([]float64, n)
	for k := range power {
		coefficients[k] = nearest(power[k])
	}
	return coefficients
}
