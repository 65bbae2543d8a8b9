//go:build (amd64 || arm64) && !purego

package kernels

import (
	"unsafe"

	"anisgd/kernels/cpu"
)

// innerProductsVector is innerProductsGeneric in assembly; it reports whether the
// selected path has any. The rows of the shorter list pass by for every tile of
// the longer one, so that the fewest bytes are read again and again.
func innerProductsVector(dst []float64, u, v [][]float64, lo, hi int) bool {
	if !hasAssembly() {
		return false
	}
	rowStride, columnStride := len(v), 1
	if len(u) > len(v) {
		u, v = v, u
		rowStride, columnStride = columnStride, rowStride
	}
	if len(u) == 0 {
		return true
	}
	for k := 0; k < len(v); k += productColumns {
		tile := v[k:min(k+productColumns, len(v))]
		innerProductsTile(&dst[k*columnStride], rowStride, columnStride, u, tile, lo, hi-lo)
	}
	return true
}

// gramVector is gramGeneric in assembly; it reports whether the selected path has
// any.
func gramVector(dst []float64, u [][]float64, lo, hi int) bool {
	if !hasAssembly() {
		return false
	}
	n := len(u)
	for k := 0; k < n; k += productColumns {
		tile := u[k:min(k+productColumns, n)]
		innerProductsTile(&dst[k*n+k], n, 1, u[k:], tile, lo, hi-lo)
	}
	return true
}

// productColumns is the largest number of rows of v in one tile.
const productColumns = 4

// innerProductsTile multiplies the rows of u, at least one, with one to
// productColumns rows of v, over n elements from lo. Product j, k is added to
// dst[j·rowStride + k·columnStride].
func innerProductsTile(dst *float64, rowStride, columnStride int, u, v [][]float64, lo, n int) {
	switch len(v) {
	case 1:
		innerProducts1Assembly(dst, rowStride, columnStride, &u[0], len(u), &v[0], lo, n)
	case 2:
		innerProducts2Assembly(dst, rowStride, columnStride, &u[0], len(u), &v[0], lo, n)
	case 3:
		innerProducts3Assembly(dst, rowStride, columnStride, &u[0], len(u), &v[0], lo, n)
	case 4:
		innerProducts4Assembly(dst, rowStride, columnStride, &u[0], len(u), &v[0], lo, n)
	}
}

// multiplyAddVector is multiplyAddGeneric in assembly on the first n elements of
// the range; it returns n, 0 where the selected path has none.
func multiplyAddVector(dst, src [][]float64, coefficients []float64, shrink float64, lo, hi int) int {
	if !hasAssembly() {
		return 0
	}
	const perTile = 4
	n := hi - lo
	if !cpu.Runs(cpu.AVX512) {
		n &^= 3 // whole registers
	}
	sources, c := unsafe.SliceData(src), unsafe.SliceData(coefficients)
	for k := 0; k < len(dst); k += perTile {
		if len(src) > 0 {
			c = &coefficients[k]
		}
		switch len(dst) - k {
		case 1:
			multiplyAdd1Assembly(&dst[k], sources, len(src), c, len(dst), shrink, lo, n)
		case 2:
			multiplyAdd2Assembly(&dst[k], sources, len(src), c, len(dst), shrink, lo, n)
		case 3:
			multiplyAdd3Assembly(&dst[k], sources, len(src), c, len(dst), shrink, lo, n)
		default:
			multiplyAdd4Assembly(&dst[k], sources, len(src), c, len(dst), shrink, lo, n)
		}
	}
	return n
}

func weightedDotVector(w, x, y []float64, dot *Partial) int {
	n := vectorLength(len(x))
	if n > 0 {
		weightedDotAssembly(&w[0], &x[0], &y[0], &dot[0], n)
	}
	return n
}

func squaredDistanceVector(x, y []float64, sum *Partial) int {
	n := vectorLength(len(x))
	if n > 0 {
		squaredDistanceAssembly(&x[0], &y[0], &sum[0], n)
	}
	return n
}

func sampleIntoVector(a []float64, s *Sample) int {
	n := vectorLength(len(a))
	if n == 0 {
		return 0
	}
	noise, mean, scale := &s.Noise[0], first(s.Mean), first(s.Scale)
	switch {
	case mean == nil && scale == nil:
		sampleIntoAssembly(&a[0], noise, mean, scale, s.MeanFactor, s.ScaleFactor, n)
	case mean == nil:
		sampleIntoScaleAssembly(&a[0], noise, mean, scale, s.MeanFactor, s.ScaleFactor, n)
	case scale == nil:
		sampleIntoMeanAssembly(&a[0], noise, mean, scale, s.MeanFactor, s.ScaleFactor, n)
	default:
		sampleIntoMeanScaleAssembly(&a[0], noise, mean, scale, s.MeanFactor, s.ScaleFactor, n)
	}
	return n
}

// recurrenceVector is recurrenceGeneric in assembly; it reports whether the
// selected path has any.
func recurrenceVector(x *[RecurrenceLanes]float64, u, v float64, rounds int) bool {
	if !hasAssembly() {
		return false
	}
	if rounds > 0 {
		recurrenceAssembly(&x[0], u, v, rounds)
	}
	return true
}
