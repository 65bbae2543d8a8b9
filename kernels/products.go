package kernels

import "math"

// ProductLanes is the number of independent sums of an inner product in
// InnerProducts: small enough that many of them fit in the registers.
const ProductLanes = 8

// InnerProducts adds all inner products of the rows of u with the rows of v over
// the elements lo ≤ i < hi:
//
//	dst[j·len(v) + k] ← dst[j·len(v) + k] + Σ_i u[j][i]·v[k][i]
//
// Each sum has ProductLanes lanes, element i in lane (i−lo) mod ProductLanes as
// fma(u[j][i], v[k][i], lane), starting from 0; lanes p are added as p + (p+4),
// then + 2, then + 1, and the total is added to dst. u and v may be the same. It
// panics unless dst has len(u)·len(v) elements and every row reaches hi.
func InnerProducts(dst []float64, u, v [][]float64, lo, hi int) {
	checkLength("InnerProducts", "dst", len(dst), len(u)*len(v))
	checkRows("InnerProducts", "u", u, lo, hi)
	checkRows("InnerProducts", "v", v, lo, hi)
	innerProductsGeneric(dst, u, v, lo, hi)
}

func innerProductsGeneric(dst []float64, u, v [][]float64, lo, hi int) {
	for j, x := range u {
		x = x[lo:hi]
		for k, y := range v {
			y = y[lo:hi]
			var lanes [ProductLanes]float64
			for i, xi := range x {
				lane := i % ProductLanes
				lanes[lane] = math.FMA(xi, y[i], lanes[lane])
			}
			for half := ProductLanes / 2; half > 0; half /= 2 {
				for i := range half {
					lanes[i] += lanes[i+half]
				}
			}
			dst[j*len(v)+k] += lanes[0]
		}
	}
}

// MultiplyAdd adds linear combinations of the rows of src to the rows of dst,
// over the elements lo ≤ i < hi:
//
//	dst[k][i] ← shrink·dst[k][i] + Σ_j coefficients[j·len(dst) + k]·src[j][i]
//
// where the product with shrink is rounded and the sum is a chain of fma in
// increasing j from it. With no rows in src, dst is multiplied by shrink. Rows of
// dst must not overlap each other or rows of src. It panics unless coefficients
// has len(src)·len(dst) elements and every row reaches hi.
func MultiplyAdd(dst, src [][]float64, coefficients []float64, shrink float64, lo, hi int) {
	checkLength("MultiplyAdd", "coefficients", len(coefficients), len(src)*len(dst))
	checkRows("MultiplyAdd", "dst", dst, lo, hi)
	checkRows("MultiplyAdd", "src", src, lo, hi)
	multiplyAddGeneric(dst, src, coefficients, shrink, lo, hi)
}

func multiplyAddGeneric(dst, src [][]float64, coefficients []float64, shrink float64, lo, hi int) {
	for k, y := range dst {
		y = y[lo:hi]
		for i := range y {
			y[i] *= shrink
		}
		for j, x := range src {
			c := coefficients[j*len(dst)+k]
			for i, xi := range x[lo:hi] {
				y[i] = math.FMA(c, xi, y[i])
			}
		}
	}
}

func checkRows(kernel, argument string, rows [][]float64, lo, hi int) {
	if lo < 0 || hi < lo {
		panicLength(kernel, "range", hi, lo)
	}
	for _, row := range rows {
		if len(row) < hi {
			panicLength(kernel, "a row of "+argument, len(row), hi)
		}
	}
}

// WeightedDot adds an inner product weighted by a diagonal matrix:
//
//	dot[i mod Lanes] ← fma(w[i]·x[i], y[i], dot[i mod Lanes])
//
// The slices may be the same; with x = y it is WeightedSquares.
func WeightedDot(w, x, y []float64, dot *Partial) {
	checkLength("WeightedDot", "w", len(w), len(x))
	checkLength("WeightedDot", "y", len(y), len(x))
	weightedDotGeneric(w, x, y, dot)
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
func SquaredDistance(x, y []float64, sum *Partial) {
	checkLength("SquaredDistance", "y", len(y), len(x))
	squaredDistanceGeneric(x, y, sum)
}

func squaredDistanceGeneric(x, y []float64, sum *Partial) {
	y = y[:len(x)]
	for i, xi := range x {
		difference := xi - y[i]
		lane := i % Lanes
		sum[lane] = math.FMA(difference, difference, sum[lane])
	}
}
