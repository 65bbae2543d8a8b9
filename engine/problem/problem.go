// Package problem defines the losses: the gradient that SGD follows, and the
// Gaussian expectations through which a loss enters the limit (theory,
// sections 3 and 4). One definition serves both.
package problem

// Law is the law of the outputs r = Xᵀa in one class: Gaussian with the given
// mean m (ℓ) and covariance B (ℓ×ℓ, row by row).
type Law struct {
	Mean, Covariance []float64
}

// Expectation holds the Gaussian expectations of a loss f in one class.
type Expectation struct {
	Gradient     []float64 // g = E ∇_r f, length ℓ
	Hessian      []float64 // H = E ∇²_rr f, ℓ×ℓ
	SecondMoment []float64 // I = E[∇_r f ∇_r fᵀ], ℓ×ℓ
}

// NewExpectation allocates the arrays for ℓ outputs.
func NewExpectation(outputs int) Expectation {
	return Expectation{
		Gradient:     make([]float64, outputs),
		Hessian:      make([]float64, outputs*outputs),
		SecondMoment: make([]float64, outputs*outputs),
	}
}

// Problem is a loss f_i(r) for every class i with its labels. Methods do not
// allocate and may be called from several goroutines.
type Problem interface {
	// Outputs is ℓ, the number of outputs.
	Outputs() int
	// Gradient writes ∇_r f_i(r).
	Gradient(dst, r []float64, class int)
	// Expect writes the expectations over r of the given law in class i.
	Expect(dst *Expectation, class int, law Law)
	// Risk is E f_i(r).
	Risk(class int, law Law) float64
	// Error is the probability of a wrong classification in class i, ties
	// counted as a fair draw. HasError says whether it is defined.
	Error(class int, law Law) float64
	HasError() bool
}
