package main

import (
	"fmt"
	"math"
	"math/big"
	"os"
)

// interpolate returns the coefficients, lowest first, of the polynomial in
// x − origin of the given degree that takes f's values at the Chebyshev points
// of [a, b]. Its largest error is within a small factor of the smallest possible.
func interpolate(f func(*big.Float) *big.Float, a, b, origin *big.Float, degree int) []*big.Float {
	points := degree + 1
	middle, half := scale(add(a, b), -1), scale(sub(b, a), -1)
	angle := quo(pi(), number(float64(2*points)))
	x := make([]*big.Float, points)
	difference := make([]*big.Float, points)
	for i := range x {
		_, cosine := sinCos(mul(angle, number(float64(2*i+1))))
		node := add(middle, mul(half, cosine))
		x[i] = sub(node, origin)
		difference[i] = f(node)
	}
	for level := 1; level < points; level++ {
		for i := points - 1; i >= level; i-- {
			difference[i] = quo(sub(difference[i], difference[i-1]), sub(x[i], x[i-level]))
		}
	}
	// Newton's form, expanded from the innermost factor outwards.
	coefficients := []*big.Float{difference[degree]}
	for i := degree - 1; i >= 0; i-- {
		next := make([]*big.Float, len(coefficients)+1)
		for j := range next {
			next[j] = zero()
			if j > 0 {
				next[j] = add(next[j], coefficients[j-1])
			}
			if j < len(coefficients) {
				next[j] = sub(next[j], mul(x[i], coefficients[j]))
			}
		}
		next[0] = add(next[0], difference[i])
		coefficients = next
	}
	return coefficients
}

func roundAll(x []*big.Float) []float64 {
	rounded := make([]float64, len(x))
	for i := range x {
		rounded[i] = round(x[i])
	}
	return rounded
}

// worstError returns log₂ of the largest error of the polynomial with rounded
// coefficients, times weight, over [a, b].
func worstError(f func(*big.Float) *big.Float, coefficients []float64, a, b, origin *big.Float, weight func(*big.Float) *big.Float) float64 {
	samples := 6 * len(coefficients)
	worst := zero()
	for i := 0; i <= samples; i++ {
		x := add(a, mul(sub(b, a), quo(number(float64(i)), number(float64(samples)))))
		t := sub(x, origin)
		value := zero()
		for j := len(coefficients) - 1; j >= 0; j-- {
			value = add(mul(value, t), number(coefficients[j]))
		}
		failure := zero().Abs(mul(sub(value, f(x)), weight(x)))
		if failure.Cmp(worst) > 0 {
			worst = failure
		}
	}
	mantissa := new(big.Float)
	exponent := worst.MantExp(mantissa)
	m, _ := mantissa.Float64()
	return float64(exponent) + math.Log2(m)
}

// report prints the logarithm to base 2 of an error, so that a change of degree
// can be judged.
func report(name string, degree int, worst float64) {
	fmt.Fprintf(os.Stderr, "%-30s degree %d, error 2^%.1f\n", name, degree, worst)
}

// fit interpolates f about zero on [a, b] and rounds the coefficients; if asked
// to, it reports the error they make, times weight.
func fit(name string, f func(*big.Float) *big.Float, a, b *big.Float, degree int, weight func(*big.Float) *big.Float) []float64 {
	coefficients := roundAll(interpolate(f, a, b, zero(), degree))
	if *reporting {
		report(name, degree, worstError(f, coefficients, a, b, zero(), weight))
	}
	return coefficients
}
