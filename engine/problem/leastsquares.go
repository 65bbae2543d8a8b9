package problem

import (
	"math"

	"anisgd/engine/gauss"
)

// LeastSquares is scalar least squares with class labels: f_i(r) = ½(r − y_i)²,
// one output. Its expectations are closed forms.
type LeastSquares struct {
	Labels []float64 // y_i
}

// Outputs implements Problem.
func (LeastSquares) Outputs() int { return 1 }

// Gradient implements Problem: f′ = r − y.
func (p LeastSquares) Gradient(dst, r []float64, class int) { dst[0] = r[0] - p.Labels[class] }

// Expect implements Problem: g = m − y, H = 1, I = B + (m − y)².
func (p LeastSquares) Expect(dst *Expectation, class int, law Law) {
	residual := law.Mean[0] - p.Labels[class]
	dst.Gradient[0] = residual
	dst.Hessian[0] = 1
	dst.SecondMoment[0] = math.FMA(residual, residual, law.Covariance[0])
}

// Risk implements Problem: ½(B + (m − y)²).
func (p LeastSquares) Risk(class int, law Law) float64 {
	residual := law.Mean[0] - p.Labels[class]
	return 0.5 * math.FMA(residual, residual, law.Covariance[0])
}

// Error implements Problem: P(sign r ≠ y) where every label is ±1.
func (p LeastSquares) Error(class int, law Law) float64 {
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
