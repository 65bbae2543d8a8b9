//go:build (amd64 || arm64) && !purego

package kernels

import (
	"unsafe"

	"anisgd/kernels/cpu"
)

// innerProductsVector is innerProductsGeneric in assembly; it reports whether the
// selected path has any. The rows of the shorter list pass by for every tile of
// the longer one, so that the fewest bytes are read again and again.
func innerProductsVector[E Float](dst []float64, u, v [][]E, lo, hi int) bool {
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
func gramVector[E Float](dst []float64, u [][]E, lo, hi int) bool {
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
func innerProductsTile[E Float](dst *float64, rowStride, columnStride int, u, v [][]E, lo, n int) {
	if u32, v32 := single(u), single(v); u32 != nil {
		switch len(v) {
		case 1:
			innerProducts32x1Assembly(dst, rowStride, columnStride, u32, len(u), v32, lo, n)
		case 2:
			innerProducts32x2Assembly(dst, rowStride, columnStride, u32, len(u), v32, lo, n)
		case 3:
			innerProducts32x3Assembly(dst, rowStride, columnStride, u32, len(u), v32, lo, n)
		case 4:
			innerProducts32x4Assembly(dst, rowStride, columnStride, u32, len(u), v32, lo, n)
		}
		return
	}
	u64, v64 := double(u), double(v)
	switch len(v) {
	case 1:
		innerProducts1Assembly(dst, rowStride, columnStride, u64, len(u), v64, lo, n)
	case 2:
		innerProducts2Assembly(dst, rowStride, columnStride, u64, len(u), v64, lo, n)
	case 3:
		innerProducts3Assembly(dst, rowStride, columnStride, u64, len(u), v64, lo, n)
	case 4:
		innerProducts4Assembly(dst, rowStride, columnStride, u64, len(u), v64, lo, n)
	}
}

// single and double are the first row of a matrix in the type that it has, for
// assembly; nil in the other one, and if there is none.
func single[E Float](rows [][]E) *[]float32 {
	if ProductLanes[E]() == ProductLanes[float32]() {
		return (*[]float32)(unsafe.Pointer(unsafe.SliceData(rows)))
	}
	return nil
}

func double[E Float](rows [][]E) *[]float64 {
	if ProductLanes[E]() == ProductLanes[float64]() {
		return (*[]float64)(unsafe.Pointer(unsafe.SliceData(rows)))
	}
	return nil
}

// multiplyAddVector is multiplyAddGeneric in assembly on the first n elements of
// the range; it returns n, 0 where the selected path has none.
func multiplyAddVector[E Float](dst, src [][]E, coefficients []E, shrink E, lo, hi int) int {
	if !hasAssembly() {
		return 0
	}
	const perTile = 4
	n := hi - lo
	if !cpu.Runs(cpu.AVX512) {
		n &^= ProductLanes[E]()/2 - 1 // whole registers
	}
	c := unsafe.SliceData(coefficients)
	for k := 0; k < len(dst); k += perTile {
		if len(src) > 0 {
			c = &coefficients[k]
		}
		multiplyAddTile(dst[k:], src, c, len(dst), shrink, lo, n)
	}
	return n
}

// multiplyAddTile is for the first rows of dst, four if there are so many.
func multiplyAddTile[E Float](dst, src [][]E, coefficients *E, stride int, shrink E, lo, n int) {
	if y, x := single(dst), single(src); y != nil {
		c, shrink := (*float32)(unsafe.Pointer(coefficients)), float32(shrink)
		switch len(dst) {
		case 1:
			multiplyAdd32x1Assembly(y, x, len(src), c, stride, shrink, lo, n)
		case 2:
			multiplyAdd32x2Assembly(y, x, len(src), c, stride, shrink, lo, n)
		case 3:
			multiplyAdd32x3Assembly(y, x, len(src), c, stride, shrink, lo, n)
		default:
			multiplyAdd32x4Assembly(y, x, len(src), c, stride, shrink, lo, n)
		}
		return
	}
	y, x, c, factor := double(dst), double(src), (*float64)(unsafe.Pointer(coefficients)), float64(shrink)
	switch len(dst) {
	case 1:
		multiplyAdd1Assembly(y, x, len(src), c, stride, factor, lo, n)
	case 2:
		multiplyAdd2Assembly(y, x, len(src), c, stride, factor, lo, n)
	case 3:
		multiplyAdd3Assembly(y, x, len(src), c, stride, factor, lo, n)
	default:
		multiplyAdd4Assembly(y, x, len(src), c, stride, factor, lo, n)
	}
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

func sampleInto32Vector(a []float32, s *Sample32) int {
	n := vectorLength(len(a))
	if n == 0 {
		return 0
	}
	noise, mean, scale := &s.Noise[0], unsafe.SliceData(s.Mean), unsafe.SliceData(s.Scale)
	switch {
	case mean == nil && scale == nil:
		sampleInto32Assembly(&a[0], noise, mean, scale, s.MeanFactor, s.ScaleFactor, n)
	case mean == nil:
		sampleInto32ScaleAssembly(&a[0], noise, mean, scale, s.MeanFactor, s.ScaleFactor, n)
	case scale == nil:
		sampleInto32MeanAssembly(&a[0], noise, mean, scale, s.MeanFactor, s.ScaleFactor, n)
	default:
		sampleInto32MeanScaleAssembly(&a[0], noise, mean, scale, s.MeanFactor, s.ScaleFactor, n)
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
