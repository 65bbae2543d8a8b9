package kernels

import (
	"math"
	"unsafe"

	"anisgd/kernels/elementary"
)

// Float is the type of the elements of a matrix.
type Float interface{ float32 | float64 }

// ProductLanes is the number of independent sums of an inner product in
// InnerProducts, 8 of float64 or 16 of float32: small enough that many of them
// fit in the registers.
func ProductLanes[E Float]() int {
	var element E
	return 64 / int(unsafe.Sizeof(element))
}

// mostProductLanes is that of float32.
const mostProductLanes = 16

// fusedMultiplyAdd is xy + z rounded once.
func fusedMultiplyAdd[E Float](x, y, z E) E {
	if unsafe.Sizeof(x) == 4 {
		return E(elementary.FusedMultiplyAdd32(float32(x), float32(y), float32(z)))
	}
	return E(math.FMA(float64(x), float64(y), float64(z)))
}

// InnerProducts adds all inner products of the rows of u with the rows of v over
// the elements lo ≤ i < hi:
//
//	dst[j·len(v) + k] ← dst[j·len(v) + k] + Σ_i u[j][i]·v[k][i]
//
// Each sum has L = ProductLanes lanes, element i in lane (i−lo) mod L as
// fma(u[j][i], v[k][i], lane), starting from 0; lanes p are added as p + (p+L/2),
// and so on by halves to + 1, all in the type of the elements, and the total is
// added to dst. So in float32 a sum over n elements errs by about (n/16 + 5)·6e-8 of
// the sum of the terms' magnitudes at most; keep n to some hundred. u and v may be
// the same. It panics unless dst has len(u)·len(v) elements and every row reaches hi.
//
// Speed is bound by arithmetic if the rows' ranges stay in the second cache and
// seven of them in the first, which is read twice: up to 512 elements at a time.
// Best is if those of the smaller of u and v stay in the first: 128 to 192
// elements with 16 rows; twice as many in float32.
func InnerProducts[E Float](dst []float64, u, v [][]E, lo, hi int) {
	checkLength("InnerProducts", "dst", len(dst), len(u)*len(v))
	checkRows("InnerProducts", "u", u, lo, hi)
	checkRows("InnerProducts", "v", v, lo, hi)
	if !innerProductsVector(dst, u, v, lo, hi) {
		innerProductsGeneric(dst, u, v, lo, hi)
	}
}

func innerProductsGeneric[E Float](dst []float64, u, v [][]E, lo, hi int) {
	for j, x := range u {
		for k, y := range v {
			dst[j*len(v)+k] += float64(innerProductGeneric(x[lo:hi], y[lo:hi]))
		}
	}
}

func innerProductGeneric[E Float](x, y []E) E {
	y = y[:len(x)]
	var lanes [mostProductLanes]E
	count := ProductLanes[E]()
	for i, xi := range x {
		lane := i % count
		lanes[lane] = fusedMultiplyAdd(xi, y[i], lanes[lane])
	}
	for half := count / 2; half > 0; half /= 2 {
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
func Gram[E Float](dst []float64, u [][]E, lo, hi int) {
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
func gramGeneric[E Float](dst []float64, u [][]E, lo, hi int) {
	for j, x := range u {
		for k, y := range u[:j+1] {
			dst[j*len(u)+k] += float64(innerProductGeneric(x[lo:hi], y[lo:hi]))
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
func MultiplyAdd[E Float](dst, src [][]E, coefficients []E, shrink E, lo, hi int) {
	checkLength("MultiplyAdd", "coefficients", len(coefficients), len(src)*len(dst))
	checkRows("MultiplyAdd", "dst", dst, lo, hi)
	checkRows("MultiplyAdd", "src", src, lo, hi)
	n := multiplyAddVector(dst, src, coefficients, shrink, lo, hi)
	if lo += n; lo < hi {
		multiplyAddGeneric(dst, src, coefficients, shrink, lo, hi)
	}
}

func multiplyAddGeneric[E Float](dst, src [][]E, coefficients []E, shrink E, lo, hi int) {
	for k, y := range dst {
		y = y[lo:hi]
		for i := range y {
			y[i] *= shrink
		}
		for j, x := range src {
			c := coefficients[j*len(dst)+k]
			for i, xi := range x[lo:hi] {
				y[i] = fusedMultiplyAdd(c, xi, y[i])
			}
		}
	}
}

func checkRows[E Float](kernel, argument string, rows [][]E, lo, hi int) {
	if lo < 0 || hi < lo {
		panicLength(kernel, "range", hi, lo)
	}
	for _, row := range rows {
		if len(row) < hi {
			panicLength(kernel, "a row of "+argument, len(row), hi)
		}
	}
}
