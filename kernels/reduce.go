package kernels

import "math"

// Dot adds an inner product:
//
//	dot[i mod Lanes] ← fma(x[i], y[i], dot[i mod Lanes])
//
// x and y may be the same slice. Speed is bound by the two loads per element.
func Dot(x, y []float64, dot *Partial) {
	checkLength("Dot", "y", len(y), len(x))
	n := dotVector(x, y, dot)
	dotGeneric(x[n:], y[n:], dot)
}

func dotGeneric(x, y []float64, dot *Partial) {
	y = y[:len(x)]
	for i, xi := range x {
		lane := i % Lanes
		dot[lane] = math.FMA(xi, y[i], dot[lane])
	}
}

// Sum adds the elements:
//
//	sum[i mod Lanes] ← sum[i mod Lanes] + x[i]
//
// Speed is bound by the load per element.
func Sum(x []float64, sum *Partial) {
	n := sumVector(x, sum)
	sumGeneric(x[n:], sum)
}

func sumGeneric(x []float64, sum *Partial) {
	for i, xi := range x {
		sum[i%Lanes] += xi
	}
}

// Squares adds the squared Euclidean norm:
//
//	sum[i mod Lanes] ← fma(x[i], x[i], sum[i mod Lanes])
//
// Speed is bound by the load per element.
func Squares(x []float64, sum *Partial) {
	n := squaresVector(x, sum)
	squaresGeneric(x[n:], sum)
}

func squaresGeneric(x []float64, sum *Partial) {
	for i, xi := range x {
		lane := i % Lanes
		sum[lane] = math.FMA(xi, xi, sum[lane])
	}
}

// WeightedSquares adds the quadratic form of a diagonal matrix:
//
//	sum[i mod Lanes] ← fma(w[i]·x[i], x[i], sum[i mod Lanes])
//
// w and x may be the same slice. Speed is bound by the two loads per element.
func WeightedSquares(w, x []float64, sum *Partial) {
	checkLength("WeightedSquares", "w", len(w), len(x))
	n := weightedSquaresVector(w, x, sum)
	weightedSquaresGeneric(w[n:], x[n:], sum)
}

func weightedSquaresGeneric(w, x []float64, sum *Partial) {
	w = w[:len(x)]
	for i, xi := range x {
		lane := i % Lanes
		sum[lane] = math.FMA(float64(w[i]*xi), xi, sum[lane])
	}
}
