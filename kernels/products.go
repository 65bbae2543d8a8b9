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
//
// Speed is bound by arithmetic if the rows' ranges stay in the second cache and
// seven of them in the first, which is read twice: up to 512 elements at a time.
// Best is if those of the smaller of u and v stay in the first: 128 to 192
// elements with 16 rows.
func InnerProducts(dst []float64, u, v [][]float64, lo, hi int) {
	checkLength("InnerProducts", "dst", len(dst), len(u)*len(v))
	checkRows("InnerProducts", "u", u, lo, hi)
	checkRows("InnerProducts", "v", v, lo, hi)
	if !innerProductsVector(dst, u, v, lo, hi) {
		innerProductsGeneric(dst, u, v, lo, hi)
	}
}

func innerProductsGeneric(dst []float64, u, v [][]float64, lo, hi int) {
	for j, x := range u {
		for k, y := range v {
			dst[j*len(v)+k] += innerProductGeneric(x[lo:hi], y[lo:hi])
		}
	}
}

func innerProductGeneric(x, y []float64) float64 {
	y = y[:len(x)]
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
	return lanes[0]
}

// Gram adds all inner products of the rows of u with each other over the
// elements lo ≤ i < hi to a symmetric matrix:
//
//	dst[j·len(u) + k] ← dst[j·len(u) + k] + Σ_i u[j][i]·u[k][i]
//
// It gives the same bits as InnerProducts with v = u in about half the time, for
// it computes the products with k ≤ j and copies them to the rest of dst, which
// is not read. It panics unless dst has len(u)² elements and every row reaches hi.
func Gram(dst []float64, u [][]float64, lo, hi int) {
	checkLength("Gram", "dst", len(dst), len(u)*len(u))
	checkRows("Gram", "u", u, lo, hi)
	if !gramVector(dst, u, lo, hi) {
		gramGeneric(dst, u, lo, hi)
	}
	n := len(u)
	for j := range n {
		for k := range j {
			dst[k*n+j] = dst[j*n+k]
		}
	}
}

// gramGeneric specifies the elements of dst with k ≤ j; the others may take any value.
func gramGeneric(dst []float64, u [][]float64, lo, hi int) {
	for j, x := range u {
		for k, y := range u[:j+1] {
			dst[j*len(u)+k] += innerProductGeneric(x[lo:hi], y[lo:hi])
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
//
// Each element of dst is read and written once. Speed is bound by arithmetic if
// the ranges of the rows of src stay in the second cache. Rows of src should not
// be multiples of 4 KiB apart, or they compete for the same places of the first.
func MultiplyAdd(dst, src [][]float64, coefficients []float64, shrink float64, lo, hi int) {
	checkLength("MultiplyAdd", "coefficients", len(coefficients), len(src)*len(dst))
	checkRows("MultiplyAdd", "dst", dst, lo, hi)
	checkRows("MultiplyAdd", "src", src, lo, hi)
	n := multiplyAddVector(dst, src, coefficients, shrink, lo, hi)
	if lo += n; lo < hi {
		multiplyAddGeneric(dst, src, coefficients, shrink, lo, hi)
	}
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
