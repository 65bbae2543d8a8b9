//go:build !purego

package kernels

import (
	"unsafe"

	"anisgd/kernels/cpu"
)

// innerProductsVector is innerProductsGeneric in assembly; it reports whether the
// selected path has any. The rows of the shorter list pass by for every tile of
// the longer one, so that the fewest bytes are read again and again.
func innerProductsVector(dst []float64, u, v [][]float64, lo, hi int) bool {
	if !cpu.Runs(cpu.AVX2) {
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
	for k := 0; k < len(v); k += productColumnsAVX2 {
		tile := v[k:min(k+productColumnsAVX2, len(v))]
		innerProductsTileAVX2(&dst[k*columnStride], rowStride, columnStride, u, tile, lo, hi-lo)
	}
	return true
}

// gramVector is gramGeneric in assembly; it reports whether the selected path has
// any.
func gramVector(dst []float64, u [][]float64, lo, hi int) bool {
	if !cpu.Runs(cpu.AVX2) {
		return false
	}
	n := len(u)
	for k := 0; k < n; k += productColumnsAVX2 {
		tile := u[k:min(k+productColumnsAVX2, n)]
		innerProductsTileAVX2(&dst[k*n+k], n, 1, u[k:], tile, lo, hi-lo)
	}
	return true
}

// productColumnsAVX2 is the largest number of rows of v in one tile.
const productColumnsAVX2 = 4

// innerProductsTileAVX2 multiplies the rows of u, at least one, with one to
// productColumnsAVX2 rows of v, over n elements from lo. Product j, k is added to
// dst[j·rowStride + k·columnStride].
func innerProductsTileAVX2(dst *float64, rowStride, columnStride int, u, v [][]float64, lo, n int) {
	switch len(v) {
	case 1:
		innerProducts1AVX2(dst, rowStride, columnStride, &u[0], len(u), &v[0], lo, n)
	case 2:
		innerProducts2AVX2(dst, rowStride, columnStride, &u[0], len(u), &v[0], lo, n)
	case 3:
		innerProducts3AVX2(dst, rowStride, columnStride, &u[0], len(u), &v[0], lo, n)
	case 4:
		innerProducts4AVX2(dst, rowStride, columnStride, &u[0], len(u), &v[0], lo, n)
	}
}

// multiplyAddVector is multiplyAddGeneric in assembly on the first n elements of
// the range; it returns n, 0 where the selected path has none.
func multiplyAddVector(dst, src [][]float64, coefficients []float64, shrink float64, lo, hi int) int {
	if !cpu.Runs(cpu.AVX2) {
		return 0
	}
	const perRegister, perTile = 4, 4
	n := (hi - lo) &^ (perRegister - 1)
	sources, c := unsafe.SliceData(src), unsafe.SliceData(coefficients)
	for k := 0; k < len(dst); k += perTile {
		if len(src) > 0 {
			c = &coefficients[k]
		}
		switch len(dst) - k {
		case 1:
			multiplyAdd1AVX2(&dst[k], sources, len(src), c, len(dst), shrink, lo, n)
		case 2:
			multiplyAdd2AVX2(&dst[k], sources, len(src), c, len(dst), shrink, lo, n)
		case 3:
			multiplyAdd3AVX2(&dst[k], sources, len(src), c, len(dst), shrink, lo, n)
		default:
			multiplyAdd4AVX2(&dst[k], sources, len(src), c, len(dst), shrink, lo, n)
		}
	}
	return n
}

func weightedDotVector(w, x, y []float64, dot *Partial) int {
	n := vectorLength(len(x))
	if n > 0 {
		weightedDotAVX2(&w[0], &x[0], &y[0], &dot[0], n)
	}
	return n
}

func squaredDistanceVector(x, y []float64, sum *Partial) int {
	n := vectorLength(len(x))
	if n > 0 {
		squaredDistanceAVX2(&x[0], &y[0], &sum[0], n)
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
		sampleIntoAVX2(&a[0], noise, mean, scale, s.MeanFactor, s.ScaleFactor, n)
	case mean == nil:
		sampleIntoScaleAVX2(&a[0], noise, mean, scale, s.MeanFactor, s.ScaleFactor, n)
	case scale == nil:
		sampleIntoMeanAVX2(&a[0], noise, mean, scale, s.MeanFactor, s.ScaleFactor, n)
	default:
		sampleIntoMeanScaleAVX2(&a[0], noise, mean, scale, s.MeanFactor, s.ScaleFactor, n)
	}
	return n
}

// recurrenceVector is recurrenceGeneric in assembly; it reports whether the
// selected path has any.
func recurrenceVector(x *[RecurrenceLanes]float64, factor, term float64, rounds int) bool {
	if !cpu.Runs(cpu.AVX2) {
		return false
	}
	if rounds > 0 {
		recurrenceAVX2(&x[0], factor, term, rounds)
	}
	return true
}
