package gauss

import "math"

// differenceModes diagonalizes the covariance of K = n+1 outputs on the vectors that
// sum to zero, in which the differences of outputs lie: eigenvalues, and unit
// eigenvectors of length K. It reads the lower triangle.
func differenceModes(n int, covariance []float64) (values [maxGridFree]float64, vectors [maxGridFree][maxGridFree + 1]float64) {
	K := n + 1
	// The Helmert basis: q_a = (1, …, 1, −a, 0, …, 0)/√(a(a+1)) with a ones.
	var basis [maxGridFree][maxGridFree + 1]float64
	for a := range n {
		scale := 1 / math.Sqrt(float64((a+1)*(a+2)))
		for j := range a + 1 {
			basis[a][j] = scale
		}
		basis[a][a+1] = -float64(a+1) * scale
	}
	var matrix, rotation [maxGridFree][maxGridFree]float64
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
			matrix[a][b], matrix[b][a] = sum, sum
		}
		rotation[a][a] = 1
	}
	diagonalize(n, &matrix, &rotation)
	for a := range n {
		values[a] = matrix[a][a]
		for j := range K {
			for b := range n {
				vectors[a][j] += float64(rotation[a][b] * basis[b][j])
			}
		}
	}
	return values, vectors
}

// diagonalize is Jacobi's method: it leaves eigenvalues on the diagonal of the matrix
// and multiplies the rows of rotation with the eigenvectors.
func diagonalize(n int, matrix, rotation *[maxGridFree][maxGridFree]float64) {
	const sweeps = 30 // four or five suffice
	for range sweeps {
		rotated := false
		for a := 1; a < n; a++ {
			for b := range a {
				x := matrix[a][b]
				if math.Abs(x) <= 0x1p-54*math.Sqrt(math.Abs(matrix[a][a]))*math.Sqrt(math.Abs(matrix[b][b])) {
					continue
				}
				rotated = true
				// tan of the angle, the smaller of two roots
				half := 0.5 * (matrix[b][b] - matrix[a][a])
				tangent := x / (math.Abs(half) + math.Sqrt(float64(half*half)+float64(x*x)))
				if half < 0 {
					tangent = -tangent
				}
				cosine := 1 / math.Sqrt(1+float64(tangent*tangent))
				sine := tangent * cosine
				for c := range n {
					p, q := matrix[a][c], matrix[b][c]
					matrix[a][c] = float64(cosine*p) - float64(sine*q)
					matrix[b][c] = float64(sine*p) + float64(cosine*q)
					p, q = rotation[a][c], rotation[b][c]
					rotation[a][c] = float64(cosine*p) - float64(sine*q)
					rotation[b][c] = float64(sine*p) + float64(cosine*q)
				}
				for c := range n {
					p, q := matrix[c][a], matrix[c][b]
					matrix[c][a] = float64(cosine*p) - float64(sine*q)
					matrix[c][b] = float64(sine*p) + float64(cosine*q)
				}
				matrix[a][b], matrix[b][a] = 0, 0
			}
		}
		if !rotated {
			return
		}
	}
}
