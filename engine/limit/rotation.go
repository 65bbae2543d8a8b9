package limit

import "math"

// rotation diagonalises symmetric n×n matrices and takes responses and variances to
// their eigenbases and back.
type rotation struct {
	n                    int
	matrix, left, middle []float64
	values               []float64
}

func newRotation(n int) *rotation {
	return &rotation{
		n: n, matrix: make([]float64, n*n), left: make([]float64, n*n), middle: make([]float64, n*n), values: make([]float64, n),
	}
}

// maximalSweeps bounds Jacobi's method, which converges quadratically.
const maximalSweeps = 20

// diagonalise writes the eigenvectors of a symmetric matrix to the columns of basis
// and returns the eigenvalues, good until the next call, by Jacobi's method with
// cyclic sweeps (Golub and Van Loan, Matrix Computations, section 8.5).
func (r *rotation) diagonalise(symmetric, basis []float64) (values []float64) {
	n := r.n
	a := r.matrix
	copy(a, symmetric)
	clear(basis)
	for i := range n {
		basis[i*n+i] = 1
	}
	for range maximalSweeps {
		rotated := false
		for p := range n {
			for q := p + 1; q < n; q++ {
				off := a[p*n+q]
				// Below rounding of the diagonal there is nothing left to rotate.
				if math.Abs(off) <= 0x1p-54*(math.Abs(a[p*n+p])+math.Abs(a[q*n+q])) {
					continue
				}
				rotated = true
				tau := (a[q*n+q] - a[p*n+p]) / (2 * off)
				tangent := math.Copysign(1/(math.Abs(tau)+math.Sqrt(math.FMA(tau, tau, 1))), tau)
				cosine := 1 / math.Sqrt(math.FMA(tangent, tangent, 1))
				r.rotate(a, basis, p, q, cosine, tangent*cosine)
			}
		}
		if !rotated {
			break
		}
	}
	for i := range n {
		r.values[i] = a[i*n+i]
	}
	return r.values
}

// rotate replaces a by JᵀaJ and basis by basis·J for the rotation J in the plane
// p, q.
func (r *rotation) rotate(a, basis []float64, p, q int, cosine, sine float64) {
	n := r.n
	for i := range n {
		x, y := a[i*n+p], a[i*n+q]
		a[i*n+p], a[i*n+q] = math.FMA(cosine, x, -float64(sine*y)), math.FMA(sine, x, float64(cosine*y))
	}
	for i := range n {
		x, y := a[p*n+i], a[q*n+i]
		a[p*n+i], a[q*n+i] = math.FMA(cosine, x, -float64(sine*y)), math.FMA(sine, x, float64(cosine*y))
	}
	for i := range n {
		x, y := basis[i*n+p], basis[i*n+q]
		basis[i*n+p], basis[i*n+q] = math.FMA(cosine, x, -float64(sine*y)), math.FMA(sine, x, float64(cosine*y))
	}
}

// forward replaces every response φ by Qᵀφ and the packed variance C by QᵀCQ. A
// gradient by the packed entries of C has those off the diagonal twice.
func (r *rotation) forward(basis, responses, variance []float64, gradient bool) {
	n := r.n
	r.multiplyResponses(basis, responses, true)
	if gradient {
		scaleOffDiagonal(variance, n, 0.5)
	}
	r.congruence(basis, variance, true)
	if gradient {
		scaleOffDiagonal(variance, n, 2)
	}
}

// backward is the inverse of forward for values.
func (r *rotation) backward(basis, responses, variance []float64) {
	r.multiplyResponses(basis, responses, false)
	r.congruence(basis, variance, false)
}

func (r *rotation) multiplyResponses(basis, responses []float64, transpose bool) {
	n := r.n
	for low := 0; low < len(responses); low += n {
		x := responses[low : low+n]
		for a := range n {
			sum := 0.0
			for b, v := range x {
				sum = math.FMA(entry(basis, a, b, n, transpose), v, sum)
			}
			r.values[a] = sum
		}
		copy(x, r.values)
	}
}

// congruence replaces a packed symmetric C by QᵀCQ if transpose, else by QCQᵀ.
func (r *rotation) congruence(basis, packed []float64, transpose bool) {
	n := r.n
	unpack(r.left, packed, n)
	for a := range n {
		for b := range n {
			sum := 0.0
			for c := range n {
				sum = math.FMA(entry(basis, a, c, n, transpose), r.left[c*n+b], sum)
			}
			r.middle[a*n+b] = sum
		}
	}
	at := 0
	for a := range n {
		for b := a; b < n; b++ {
			sum := 0.0
			for c := range n {
				sum = math.FMA(r.middle[a*n+c], entry(basis, b, c, n, transpose), sum)
			}
			packed[at] = sum
			at++
		}
	}
}

// entry is that of Q, or of Qᵀ.
func entry(basis []float64, a, b, n int, transpose bool) float64 {
	if transpose {
		return basis[b*n+a]
	}
	return basis[a*n+b]
}

func scaleOffDiagonal(packed []float64, n int, by float64) {
	at := 0
	for a := range n {
		at++
		for b := a + 1; b < n; b++ {
			packed[at] *= by
			at++
		}
	}
}
