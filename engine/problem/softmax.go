package problem

import (
	"math"

	"anisgd/engine/gauss"
	"anisgd/kernels/elementary"
)

// oneHot is the part that losses with one output per class share.
type oneHot struct {
	classes int
}

// Outputs implements Problem.
func (p oneHot) Outputs() int { return p.classes }

// TeacherOutputs implements Problem.
func (oneHot) TeacherOutputs() int { return 0 }

// LabelNoise implements Problem.
func (oneHot) LabelNoise() LabelNoise { return NoLabelNoise }

// MaxSoftmaxClasses is the largest number of classes of Softmax, whose integrals
// have as many dimensions.
const MaxSoftmaxClasses = 256

// HasError implements Problem.
func (oneHot) HasError() bool { return true }

// argmaxError computes P(argmax r ≠ i).
type argmaxError struct {
	argmax   *gauss.Argmax
	estimate float64
}

func newArgmaxError(classes int) argmaxError {
	return argmaxError{argmax: gauss.NewArgmax(classes, 0)}
}

// Error implements Evaluator.
func (e *argmaxError) Error(class int, law *Law) float64 {
	p, estimate := e.argmax.Error(class, law.Mean, law.Covariance)
	e.estimate = max(e.estimate, estimate)
	return p
}

// Estimates implements Estimating.
func (e *argmaxError) Estimates() Estimates { return Estimates{ClassificationError: e.estimate} }

// Softmax is multinomial logistic regression with class labels:
// f_i(r) = log Σ_j e^{r_j} − r_i, ℓ = K.
type Softmax struct {
	oneHot
}

// NewSoftmax is the problem for the given number of classes, at most
// MaxSoftmaxClasses.
func NewSoftmax(classes int) Softmax { return Softmax{oneHot{classes}} }

// Gradient implements Problem: ∇f = softmax(r) − e_i.
func (p Softmax) Gradient(dst, r, _, _ []float64, class int) {
	largest := r[0]
	for _, v := range r {
		largest = math.Max(largest, v)
	}
	total, others := 0.0, 0.0
	for a, v := range r {
		dst[a] = elementary.Exp(v - largest)
		total += dst[a]
		if a != class {
			others += dst[a]
		}
	}
	for a := range dst {
		dst[a] /= total
	}
	// 1 − π_i without the cancellation.
	dst[class] = -(others / total)
}

// Evaluator implements Problem.
func (p Softmax) Evaluator() Evaluator {
	return &softmax{
		argmaxError: newArgmaxError(p.classes),
		expecter:    gauss.NewSoftmax(p.classes, 0),
	}
}

type softmax struct {
	argmaxError
	expecter *gauss.Softmax
	view     gauss.SoftmaxExpectation // of the caller's arrays
	largest  float64
}

// Expect implements Evaluator.
func (s *softmax) Expect(dst *Expectation, class int, law *Law) {
	e := &s.view
	e.Gradient, e.Hessian, e.SecondMoment = dst.Gradient, dst.Hessian, dst.SecondMoment
	s.expecter.Expect(e, class, law.Mean, law.Covariance)
	s.largest = max(s.largest, e.Error)
}

// Risk implements Evaluator.
func (s *softmax) Risk(class int, law *Law) float64 {
	risk, estimate := s.expecter.Risk(class, law.Mean, law.Covariance)
	s.largest = max(s.largest, estimate)
	return risk
}

// Estimates implements Estimating.
func (s *softmax) Estimates() Estimates {
	return Estimates{Expectation: s.largest, ClassificationError: s.estimate}
}
