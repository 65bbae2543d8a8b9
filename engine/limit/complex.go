package limit

import "math"

// complexNumber has arithmetic with explicit fused operations, so that it gives the
// same bits on every architecture, which Go's own complex products need not.
type complexNumber struct{ re, im float64 }

func (a complexNumber) plus(b complexNumber) complexNumber {
	return complexNumber{a.re + b.re, a.im + b.im}
}

func (a complexNumber) times(b complexNumber) complexNumber {
	return complexNumber{
		math.FMA(a.re, b.re, -float64(a.im*b.im)),
		math.FMA(a.re, b.im, float64(a.im*b.re)),
	}
}

func (a complexNumber) scaled(by float64) complexNumber {
	return complexNumber{float64(a.re * by), float64(a.im * by)}
}

func (a complexNumber) reciprocal() complexNumber {
	norm2 := math.FMA(a.re, a.re, float64(a.im*a.im))
	return complexNumber{a.re / norm2, -a.im / norm2}
}

func (a complexNumber) size() float64 { return math.Abs(a.re) + math.Abs(a.im) }

// elimination solves small systems of linear equations by Gaussian elimination with
// partial pivoting.
type elimination struct {
	n      int
	matrix []complexNumber
	pivots []int
}

func newElimination(n int) elimination {
	return elimination{n: n, matrix: make([]complexNumber, n*n), pivots: make([]int, n)}
}

// setSum makes the matrix 1 + sign·a·b.
func (e *elimination) setSum(a []complexNumber, b []float64, sign float64) {
	n := e.n
	for i := range n {
		for j := range n {
			var sum complexNumber
			if i == j {
				sum.re = 1
			}
			for k := range n {
				x, y := a[i*n+k], sign*b[k*n+j]
				sum.re, sum.im = math.FMA(x.re, y, sum.re), math.FMA(x.im, y, sum.im)
			}
			e.matrix[i*n+j] = sum
		}
	}
}

// factor replaces the matrix by its factors.
func (e *elimination) factor() {
	n := e.n
	for c := range n {
		pivot := c
		for r := c + 1; r < n; r++ {
			if e.matrix[r*n+c].size() > e.matrix[pivot*n+c].size() {
				pivot = r
			}
		}
		e.pivots[c] = pivot
		for k := range n {
			e.matrix[c*n+k], e.matrix[pivot*n+k] = e.matrix[pivot*n+k], e.matrix[c*n+k]
		}
		inverse := e.matrix[c*n+c].reciprocal()
		for r := c + 1; r < n; r++ {
			factor := e.matrix[r*n+c].times(inverse)
			e.matrix[r*n+c] = factor
			for k := c + 1; k < n; k++ {
				e.matrix[r*n+k] = e.matrix[r*n+k].plus(factor.times(e.matrix[c*n+k]).scaled(-1))
			}
		}
	}
}

// solve replaces x by the solution.
func (e *elimination) solve(x []complexNumber) {
	n := e.n
	for c := range n {
		x[c], x[e.pivots[c]] = x[e.pivots[c]], x[c]
	}
	for r := range n {
		for c := range r {
			x[r] = x[r].plus(e.matrix[r*n+c].times(x[c]).scaled(-1))
		}
	}
	for r := n - 1; r >= 0; r-- {
		for c := r + 1; c < n; c++ {
			x[r] = x[r].plus(e.matrix[r*n+c].times(x[c]).scaled(-1))
		}
		x[r] = x[r].times(e.matrix[r*n+r].reciprocal())
	}
}
