package kernels

import "math"

// WeightedDot adds an inner product weighted by a diagonal matrix:
//
//	dot[i mod Lanes] ← fma(w[i]·x[i], y[i], dot[i mod Lanes])
//
// The slices may be the same; with x = y it is WeightedSquares. Speed is
// bound by the three loads per element.
func WeightedDot(w, x, y []float64, dot *Partial) {
	checkLength("WeightedDot", "w", len(w), len(x))
	checkLength("WeightedDot", "y", len(y), len(x))
	n := weightedDotVector(w, x, y, dot)
	weightedDotGeneric(w[n:], x[n:], y[n:], dot)
}

func weightedDotGeneric(w, x, y []float64, dot *Partial) {
	w, y = w[:len(x)], y[:len(x)]
	for i, xi := range x {
		lane := i % Lanes
		dot[lane] = math.FMA(float64(w[i]*xi), y[i], dot[lane])
	}
}

// SquaredDistance adds the squared Euclidean distance:
//
//	sum[i mod Lanes] ← fma(x[i]−y[i], x[i]−y[i], sum[i mod Lanes])
//
// Speed is bound by the two loads per element.
func SquaredDistance(x, y []float64, sum *Partial) {
	checkLength("SquaredDistance", "y", len(y), len(x))
	n := squaredDistanceVector(x, y, sum)
	squaredDistanceGeneric(x[n:], y[n:], sum)
}

func squaredDistanceGeneric(x, y []float64, sum *Partial) {
	y = y[:len(x)]
	for i, xi := range x {
		difference := xi - y[i]
		lane := i % Lanes
		sum[lane] = math.FMA(difference, difference, sum[lane])
	}
}
