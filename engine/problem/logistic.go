package problem

import (
	"anisgd/engine/gauss"
	"anisgd/kernels/elementary"
)

// Logistic is binary logistic regression with class labels y_i = ±1:
// f_i(r) = log(1 + e^{−y_i r}), one output.
type Logistic struct {
	Labels []float64 // y_i
}

// Outputs implements Problem.
func (Logistic) Outputs() int { return 1 }

// Gradient implements Problem: f′ = −y σ(−y r).
func (p Logistic) Gradient(dst, r []float64, class int) {
	y := p.Labels[class]
	dst[0] = -y * sigmoid(-y*r[0])
}

// Expect implements Problem through the margin s = y r ~ N(y m, B).
func (p Logistic) Expect(dst *Expectation, class int, law Law) {
	y := p.Labels[class]
	e := gauss.ExpectLogistic(float64(y*law.Mean[0]), law.Covariance[0])
	dst.Gradient[0] = -y * e.Gradient
	dst.Hessian[0] = e.Hessian
	dst.SecondMoment[0] = e.SecondMoment
}

// Risk implements Problem.
func (p Logistic) Risk(class int, law Law) float64 {
	return gauss.ExpectLogistic(float64(p.Labels[class]*law.Mean[0]), law.Covariance[0]).Risk
}

// Error implements Problem: P(sign r ≠ y).
func (p Logistic) Error(class int, law Law) float64 {
	return gauss.NegativeProbability(p.Labels[class]*law.Mean[0], law.Covariance[0])
}

// HasError implements Problem.
func (Logistic) HasError() bool { return true }

// sigmoid is σ(s) = 1/(1 + e^{−s}), without overflow for either sign and with
// small relative error in both tails.
func sigmoid(s float64) float64 {
	if s >= 0 {
		return 1 / (1 + elementary.Exp(-s))
	}
	e := elementary.Exp(s)
	return e / (1 + e)
}
