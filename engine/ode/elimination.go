package ode

import "math"

// realFactors is a matrix P·A = L·U in place of A, by rows: L below the diagonal
// without its ones, U above, the reciprocals of the pivots on it. Each entry of
// L and U is a chain of fused multiply-adds in the order of columns.
type realFactors struct {
	matrix []float64
	pivots []int // row exchanged with row k in step k
}

// factor eliminates with the largest pivot of each column, the first of equals.
func (f realFactors) factor() {
	n := len(f.pivots)
	for k := range n {
		pivot := k
		for i := k + 1; i < n; i++ {
			if math.Abs(f.matrix[i*n+k]) > math.Abs(f.matrix[pivot*n+k]) {
				pivot = i
			}
		}
		f.pivots[k] = pivot
		swapRows(f.matrix, n, k, pivot)
		row := f.matrix[k*n : k*n+n]
		row[k] = 1 / row[k]
		for i := k + 1; i < n; i++ {
			other := f.matrix[i*n : i*n+n]
			factor := other[k] * row[k]
			other[k] = factor
			if factor == 0 {
				continue
			}
			for j := k + 1; j < n; j++ {
				other[j] = math.FMA(-factor, row[j], other[j])
			}
		}
	}
}

// solve replaces x by A⁻¹x.
func (f realFactors) solve(x []float64) {
	n := len(f.pivots)
	for k, pivot := range f.pivots {
		x[k], x[pivot] = x[pivot], x[k]
	}
	for i := 1; i < n; i++ {
		sum := x[i]
		for j, entry := range f.matrix[i*n : i*n+i] {
			sum = math.FMA(-entry, x[j], sum)
		}
		x[i] = sum
	}
	for i := n - 1; i >= 0; i-- {
		row := f.matrix[i*n : i*n+n]
		sum := x[i]
		for j := i + 1; j < n; j++ {
			sum = math.FMA(-row[j], x[j], sum)
		}
		x[i] = sum * row[i]
	}
}

func swapRows(matrix []float64, n, i, k int) {
	if i == k {
		return
	}
	a, b := matrix[i*n:i*n+n], matrix[k*n:k*n+n]
	for j := range a {
		a[j], b[j] = b[j], a[j]
	}
}

// complexFactors is realFactors for a complex matrix. Products are written out
// in reals, as those of Go may be rounded differently elsewhere; the size of a
// pivot is |re| + |im|.
type complexFactors struct {
	re, im []float64
	pivots []int
}

func (f complexFactors) factor() {
	n := len(f.pivots)
	for k := range n {
		pivot, largest := k, math.Abs(f.re[k*n+k])+math.Abs(f.im[k*n+k])
		for i := k + 1; i < n; i++ {
			if size := math.Abs(f.re[i*n+k]) + math.Abs(f.im[i*n+k]); size > largest {
				pivot, largest = i, size
			}
		}
		f.pivots[k] = pivot
		swapRows(f.re, n, k, pivot)
		swapRows(f.im, n, k, pivot)
		re, im := f.re[k*n:k*n+n], f.im[k*n:k*n+n]
		re[k], im[k] = reciprocal(re[k], im[k])
		for i := k + 1; i < n; i++ {
			otherRe, otherIm := f.re[i*n:i*n+n], f.im[i*n:i*n+n]
			factorRe, factorIm := product(otherRe[k], otherIm[k], re[k], im[k])
			otherRe[k], otherIm[k] = factorRe, factorIm
			if factorRe == 0 && factorIm == 0 {
				continue
			}
			for j := k + 1; j < n; j++ {
				otherRe[j], otherIm[j] = subtractProduct(otherRe[j], otherIm[j], factorRe, factorIm, re[j], im[j])
			}
		}
	}
}

// solve replaces x by A⁻¹x, where x = re + i·im.
func (f complexFactors) solve(re, im []float64) {
	n := len(f.pivots)
	for k, pivot := range f.pivots {
		re[k], re[pivot] = re[pivot], re[k]
		im[k], im[pivot] = im[pivot], im[k]
	}
	for i := 1; i < n; i++ {
		sumRe, sumIm := re[i], im[i]
		for j := range i {
			sumRe, sumIm = subtractProduct(sumRe, sumIm, f.re[i*n+j], f.im[i*n+j], re[j], im[j])
		}
		re[i], im[i] = sumRe, sumIm
	}
	for i := n - 1; i >= 0; i-- {
		sumRe, sumIm := re[i], im[i]
		for j := i + 1; j < n; j++ {
			sumRe, sumIm = subtractProduct(sumRe, sumIm, f.re[i*n+j], f.im[i*n+j], re[j], im[j])
		}
		re[i], im[i] = product(sumRe, sumIm, f.re[i*n+i], f.im[i*n+i])
	}
}

// product is (a + i·b)(c + i·d).
func product(a, b, c, d float64) (re, im float64) {
	return math.FMA(a, c, -float64(b*d)), math.FMA(a, d, float64(b*c))
}

// subtractProduct is x + i·y − (a + i·b)(c + i·d).
func subtractProduct(x, y, a, b, c, d float64) (re, im float64) {
	return math.FMA(b, d, math.FMA(-a, c, x)), math.FMA(-b, c, math.FMA(-a, d, y))
}

// reciprocal is 1/(a + i·b) without overflow on the way (Smith 1962).
func reciprocal(a, b float64) (re, im float64) {
	if math.Abs(a) >= math.Abs(b) {
		ratio := b / a
		scale := 1 / math.FMA(b, ratio, a)
		return scale, -ratio * scale
	}
	ratio := a / b
	scale := 1 / math.FMA(a, ratio, b)
	return ratio * scale, -scale
}
