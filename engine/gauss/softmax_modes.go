package gauss

import "math"

// differenceModes diagonalizes the covariance of K = n+1 outputs on the vectors that
// sum to zero, in which the differences of outputs lie: eigenvalues, and unit
// eigenvectors of length K. It reads the lower triangle.
func differenceModes(n int, covariance []float64) (values [maxGridFree]float64, vectors [maxGridFree][maxGridFree + 1]float64) {
	K := n + 1
	var basis [maxGridFree][maxGridFree + 1]float64
	for a := range n {
		fillHelmert(basis[a][:K], a)
	}
	var matrix, rotation [maxGridFree * maxGridFree]float64
	for a := range n {
		for b := range a + 1 {
			// Each basis vector sums to zero: taking the corner off first keeps a
			// variance common to all outputs out of the rounding.
			sum := 0.0
			for j := range K {
				inner := 0.0
				for l := range K {
					inner += float64(basis[b][l] * (covariance[max(j, l)*K+min(j, l)] - covariance[0]))
				}
				sum += float64(basis[a][j] * inner)
			}
			matrix[a*n+b], matrix[b*n+a] = sum, sum
		}
	}
	diagonalize(n, matrix[:], rotation[:])
	for a := range n {
		values[a] = matrix[a*n+a]
		for j := range K {
			for b := range n {
				vectors[a][j] += float64(rotation[a*n+b] * basis[b][j])
			}
		}
	}
	return values, vectors
}

// fillHelmert sets vector a of the Helmert basis of the vectors of sum zero:
// (1, …, 1, −(a+1), 0, …, 0)/√((a+1)(a+2)) with a+1 ones.
func fillHelmert(vector []float64, a int) {
	clear(vector)
	scale := 1 / math.Sqrt(float64((a+1)*(a+2)))
	for j := range a + 1 {
		vector[j] = scale
	}
	vector[a+1] = -float64(a+1) * scale
}

// diagonalize is Jacobi's method for an n×n matrix, row by row: it leaves the
// eigenvalues on the diagonal and the eigenvectors in the rows of vectors.
func diagonalize(n int, matrix, vectors []float64) {
	const sweeps = 40 // fewer than ten suffice
	clear(vectors[:n*n])
	for a := range n {
		vectors[a*n+a] = 1
	}
	for range sweeps {
		rotated := false
		for a := 1; a < n; a++ {
			for b := range a {
				x := matrix[a*n+b]
				first, second := matrix[a*n+a], matrix[b*n+b]
				if math.Abs(x) <= 0x1p-54*math.Sqrt(math.Abs(first))*math.Sqrt(math.Abs(second)) {
					continue
				}
				rotated = true
				// The tangent of the angle is the smaller root of a quadratic equation.
				half := 0.5 * (second - first)
				tangent := x / (math.Abs(half) + math.Sqrt(float64(half*half)+float64(x*x)))
				if half < 0 {
					tangent = -tangent
				}
				cosine := 1 / math.Sqrt(1+float64(tangent*tangent))
				sine := tangent * cosine
				rotateRows(matrix[a*n:a*n+n], matrix[b*n:b*n+n], cosine, sine)
				rotateRows(vectors[a*n:a*n+n], vectors[b*n:b*n+n], cosine, sine)
				for c := range n {
					p, q := matrix[c*n+a], matrix[c*n+b]
					matrix[c*n+a] = float64(cosine*p) - float64(sine*q)
					matrix[c*n+b] = float64(sine*p) + float64(cosine*q)
				}
				matrix[a*n+b], matrix[b*n+a] = 0, 0
			}
		}
		if !rotated {
			return
		}
	}
}

// rotateRows replaces (x, y) by (cosine·x − sine·y, sine·x + cosine·y).
func rotateRows(x, y []float64, cosine, sine float64) {
	for c, p := range x {
		q := y[c]
		x[c] = float64(cosine*p) - float64(sine*q)
		y[c] = float64(sine*p) + float64(cosine*q)
	}
}
