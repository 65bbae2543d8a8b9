package problem

import (
	"anisgd/engine/gauss"
	"anisgd/kernels/elementary"
)

// Logistic is binary logistic regression with class labels y_i = ±1:
// f_i(r) = log(1 + e^{−y_i r}), one output.
type Logistic struct {
	classLabels
	Labels []float64 // y_i
}

// Gradient implements Problem: f′ = −y σ(−y r).
func (p Logistic) Gradient(dst, r, _, _ []float64, class int) {
	y := p.Labels[class]
	dst[0] = -y * sigmoid(-y*r[0])
}

// Evaluator implements Problem.
func (p Logistic) Evaluator() Evaluator { return p }

// Expect implements Evaluator through the margin s = y r ~ N(y m, B).
func (p Logistic) Expect(dst *Expectation, class int, law *Law) {
	y := p.Labels[class]
	e := gauss.ExpectLogistic(float64(y*law.Mean[0]), law.Covariance[0])
	dst.Gradient[0] = -y * e.Gradient
	dst.Hessian[0] = e.Hessian
	dst.SecondMoment[0] = e.SecondMoment
}

// Risk implements Evaluator.
func (p Logistic) Risk(class int, law *Law) float64 {
	return gauss.ExpectLogistic(float64(p.Labels[class]*law.Mean[0]), law.Covariance[0]).Risk
}

// Error implements Evaluator: P(sign r ≠ y).
func (p Logistic) Error(class int, law *Law) float64 {
	return gauss.NegativeProbability(p.Labels[class]*law.Mean[0], law.Covariance[0])
}

// HasError implements Problem.
func (Logistic) HasError() bool { return true }

// classLabels is the part that losses of one output with class labels share.
type classLabels struct{}

// Outputs implements Problem.
func (classLabels) Outputs() int { return 1 }

// TeacherOutputs implements Problem.
func (classLabels) TeacherOutputs() int { return 0 }

// LabelNoise implements Problem.
func (classLabels) LabelNoise() LabelNoise { return NoLabelNoise }

// sigmoid is σ(s) = 1/(1 + e^{−s}), without overflow for either sign and with
// small relative error in both tails.
func sigmoid(s float64) float64 {
	if s >= 0 {
		return 1 / (1 + elementary.Exp(-s))
	}
	e := elementary.Exp(s)
	return e / (1 + e)
}
