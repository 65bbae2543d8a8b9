package spectrum

import (
	"math"
	"sync"

	"anisgd/kernels/elementary"
)

const (
	// Terms of the Chebyshev series on a panel, and so nodes of a panel.
	panelTerms = 16
	// Terms of the coarser sums that serve to estimate the error.
	coarseTerms = 12
)

// panelPoints are the Chebyshev points of the second kind in [−1, 1], rising, the
// ends included.
var panelPoints = sync.OnceValue(func() (points [panelTerms]float64) {
	for n := range points {
		points[n] = -elementary.Cos(math.Pi * float64(n) / (panelTerms - 1))
	}
	points[0], points[panelTerms-1] = -1, 1
	return points
})

// panelConversion turns moments M_k of Chebyshev polynomials into weights of the
// values at the Chebyshev points, w_n = Σ_k conversion[n][k] M_k: the interpolant of
// f has the coefficients c_k = (2/15) Σ” f(x_n) T_k(x_n), where the first and last
// terms, of n and of k, count half.
var panelConversion = sync.OnceValue(func() (conversion [panelTerms][panelTerms]float64) {
	const last = panelTerms - 1
	half := func(i int) float64 {
		if i == 0 || i == last {
			return 0.5
		}
		return 1
	}
	for n, x := range panelPoints() {
		var basis [panelTerms]float64
		chebyshev(basis[:], x)
		for k, t := range basis {
			conversion[n][k] = 2.0 / last * half(n) * half(k) * t
		}
	}
	return conversion
})

// between holds the values of the interpolation in the Chebyshev points half-way (in
// angle) between them: where panels are tested.
var between = sync.OnceValue(func() (b struct {
	points  [panelTerms - 1]float64
	weights [panelTerms - 1][panelTerms]float64
}) {
	conversion := panelConversion()
	for m := range b.points {
		b.points[m] = -elementary.Cos(math.Pi * (float64(m) + 0.5) / (panelTerms - 1))
		var basis [panelTerms]float64
		chebyshev(basis[:], b.points[m])
		for n := range panelTerms {
			for k, t := range basis {
				b.weights[m][n] = math.FMA(conversion[n][k], t, b.weights[m][n])
			}
		}
	}
	return b
})

// chebyshev writes T_k(x) for k < len(dst).
func chebyshev(dst []float64, x float64) {
	previous, current := 1.0, x
	for k := range dst {
		switch k {
		case 0:
			dst[0] = 1
			continue
		case 1:
		default:
			previous, current = current, math.FMA(2*x, current, -previous)
		}
		dst[k] = current
	}
}

// conversionOf is the conversion of Chebyshev moments to weights of the values at
// any distinct points: the inverse of the transposed matrix T_k(x_n), by Gauss–Jordan
// elimination with row pivoting. It is well conditioned where the points are near
// the Chebyshev points.
func conversionOf(points *[panelTerms]float64) (conversion [panelTerms][panelTerms]float64) {
	// Rows k: Σ_n w_n T_k(x_n) = M_k.
	var matrix [panelTerms][panelTerms]float64
	for n, x := range points {
		var basis [panelTerms]float64
		chebyshev(basis[:], x)
		for k, t := range basis {
			matrix[k][n] = t
		}
	}
	for k := range conversion {
		conversion[k][k] = 1
	}
	for c := range matrix {
		pivot := c
		for r := c + 1; r < panelTerms; r++ {
			if math.Abs(matrix[r][c]) > math.Abs(matrix[pivot][c]) {
				pivot = r
			}
		}
		matrix[c], matrix[pivot] = matrix[pivot], matrix[c]
		conversion[c], conversion[pivot] = conversion[pivot], conversion[c]
		inverse := 1 / matrix[c][c]
		for k := range panelTerms {
			matrix[c][k] *= inverse
			conversion[c][k] *= inverse
		}
		for r := range matrix {
			if factor := -matrix[r][c]; r != c && factor != 0 {
				for k := range panelTerms {
					matrix[r][k] = math.FMA(factor, matrix[c][k], matrix[r][k])
					conversion[r][k] = math.FMA(factor, conversion[c][k], conversion[r][k])
				}
			}
		}
	}
	return conversion
}
