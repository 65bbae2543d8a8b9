package problem

import (
	"math"

	"anisgd/engine/gauss"
)

// LeastSquares is scalar least squares with class labels: f_i(r) = ½(r − y_i)²,
// one output. Its expectations are closed forms.
type LeastSquares struct {
	classLabels
	Labels []float64 // y_i
}

// Gradient implements Problem: f′ = r − y.
func (p LeastSquares) Gradient(dst, r, _, _ []float64, class int) {
	dst[0] = r[0] - p.Labels[class]
}

// Evaluator implements Problem.
func (p LeastSquares) Evaluator() Evaluator { return p }

// Expect implements Evaluator: g = m − y, H = 1, I = B + (m − y)².
func (p LeastSquares) Expect(dst *Expectation, class int, law *Law) {
	residual := law.Mean[0] - p.Labels[class]
	dst.Gradient[0] = residual
	dst.Hessian[0] = 1
	dst.SecondMoment[0] = math.FMA(residual, residual, law.Covariance[0])
}

// Risk implements Evaluator: ½(B + (m − y)²).
func (p LeastSquares) Risk(class int, law *Law) float64 {
	residual := law.Mean[0] - p.Labels[class]
	return 0.5 * math.FMA(residual, residual, law.Covariance[0])
}

// Error implements Evaluator: P(sign r ≠ y) where every label is ±1.
func (p LeastSquares) Error(class int, law *Law) float64 {
	return gauss.NegativeProbability(p.Labels[class]*law.Mean[0], law.Covariance[0])
}

// HasError implements Problem: the error is defined where every label is ±1.
func (p LeastSquares) HasError() bool {
	for _, y := range p.Labels {
		if math.Abs(y) != 1 {
			return false
		}
	}
	return true
}

// OneHotLeastSquares is least squares with one output per class and one-hot
// labels: f_i(r) = ½‖r − e_i‖², ℓ = K. Its expectations are closed forms.
type OneHotLeastSquares struct {
	oneHot
}

// NewOneHotLeastSquares is the problem for the given number of classes.
func NewOneHotLeastSquares(classes int) OneHotLeastSquares {
	return OneHotLeastSquares{oneHot{classes}}
}

// Gradient implements Problem: ∇f = r − e_i.
func (p OneHotLeastSquares) Gradient(dst, r, _, _ []float64, class int) {
	copy(dst, r)
	dst[class]--
}

// Evaluator implements Problem.
func (p OneHotLeastSquares) Evaluator() Evaluator {
	return &oneHotLeastSquares{argmaxError: newArgmaxError(p.classes)}
}

type oneHotLeastSquares struct {
	argmaxError
}

// Expect implements Evaluator: g = m − e_i, H = 1, I = B + ggᵀ.
func (*oneHotLeastSquares) Expect(dst *Expectation, class int, law *Law) {
	copy(dst.Gradient, law.Mean)
	dst.Gradient[class]--
	squaredError(dst, law.Covariance)
}

// Risk implements Evaluator: ½(tr B + ‖m − e_i‖²).
func (*oneHotLeastSquares) Risk(class int, law *Law) float64 {
	total := 0.0
	for a, m := range law.Mean {
		if a == class {
			m--
		}
		total = math.FMA(m, m, total+law.Covariance[a*len(law.Mean)+a])
	}
	return 0.5 * total
}

// squaredError writes the Hessian and the second moment of ½‖e‖² for a Gaussian
// residual e of the given covariance whose mean is dst.Gradient.
func squaredError(dst *Expectation, covariance []float64) {
	outputs := len(dst.Gradient)
	clear(dst.Hessian)
	for a, g := range dst.Gradient {
		dst.Hessian[a*outputs+a] = 1
		for b, h := range dst.Gradient {
			dst.SecondMoment[a*outputs+b] = math.FMA(g, h, covariance[a*outputs+b])
		}
	}
}
