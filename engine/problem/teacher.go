package problem

import (
	"math"

	"anisgd/engine/gauss"
)

// TeacherLeastSquares is least squares on the outputs of a teacher with label
// noise: f(r, r*) = ½‖r − r* − sε‖², ε ~ N(0, 1), ℓ = ℓ*. Its expectations are
// closed forms.
type TeacherLeastSquares struct {
	Columns int     // ℓ = ℓ*
	Noise   float64 // s ≥ 0
}

// Outputs implements Problem.
func (p TeacherLeastSquares) Outputs() int { return p.Columns }

// TeacherOutputs implements Problem.
func (p TeacherLeastSquares) TeacherOutputs() int { return p.Columns }

// LabelNoise implements Problem.
func (p TeacherLeastSquares) LabelNoise() LabelNoise {
	if p.Noise == 0 {
		return NoLabelNoise
	}
	return NormalLabelNoise
}

// Gradient implements Problem: ∇f = r − r* − sε.
func (p TeacherLeastSquares) Gradient(dst, r, teacher, noise []float64, _ int) {
	for a := range dst {
		dst[a] = r[a] - teacher[a]
		if p.Noise != 0 {
			dst[a] = math.FMA(-p.Noise, noise[a], dst[a])
		}
	}
}

// HasError implements Problem: there is no classification error.
func (TeacherLeastSquares) HasError() bool { return false }

// Evaluator implements Problem.
func (p TeacherLeastSquares) Evaluator() Evaluator { return p }

// Expect implements Evaluator. The residual e = r − r* is Gaussian with mean
// m − m* and covariance B − B̃ − B̃ᵀ + B*; g = E e, H = 1, H̃ = −1, I = E[eeᵀ] + s².
func (p TeacherLeastSquares) Expect(dst *Expectation, _ int, law *Law) {
	n := p.Columns
	clear(dst.Hessian)
	clear(dst.TeacherHessian)
	for a := range n {
		dst.Gradient[a] = law.Mean[a] - law.TeacherMean[a]
	}
	for a, g := range dst.Gradient {
		dst.Hessian[a*n+a] = 1
		dst.TeacherHessian[a*n+a] = -1
		for b, h := range dst.Gradient {
			dst.SecondMoment[a*n+b] = math.FMA(g, h, p.residualCovariance(law, a, b))
		}
		dst.SecondMoment[a*n+a] = math.FMA(p.Noise, p.Noise, dst.SecondMoment[a*n+a])
	}
}

// residualCovariance is B − B̃ − B̃ᵀ + B*. Its parts cancel as X approaches X*, so
// its error is a rounding error of B*; variances are kept from going below zero.
func (p TeacherLeastSquares) residualCovariance(law *Law, a, b int) float64 {
	n := p.Columns
	v := (law.Covariance[a*n+b] - law.Cross[a*n+b]) + (law.TeacherCovariance[a*n+b] - law.Cross[b*n+a])
	if a == b {
		return math.Max(v, 0)
	}
	return v
}

// Risk implements Evaluator: ½(tr E[eeᵀ] + ℓ s²).
func (p TeacherLeastSquares) Risk(_ int, law *Law) float64 {
	total := 0.0
	for a := range p.Columns {
		e := law.Mean[a] - law.TeacherMean[a]
		total += math.FMA(e, e, math.FMA(p.Noise, p.Noise, p.residualCovariance(law, a, a)))
	}
	return 0.5 * total
}

// Error implements Evaluator; it is not defined.
func (TeacherLeastSquares) Error(int, *Law) float64 { return math.NaN() }

// TeacherLogistic is logistic regression on the labels of a teacher: y = 1 with
// probability σ(r*), else 0, and f(r, y) = log(1 + e^r) − y r. One output, one
// teacher output.
type TeacherLogistic struct{}

// Outputs implements Problem.
func (TeacherLogistic) Outputs() int { return 1 }

// TeacherOutputs implements Problem.
func (TeacherLogistic) TeacherOutputs() int { return 1 }

// LabelNoise implements Problem.
func (TeacherLogistic) LabelNoise() LabelNoise { return UniformLabelNoise }

// Gradient implements Problem: f′ = σ(r) − y.
func (TeacherLogistic) Gradient(dst, r, teacher, noise []float64, _ int) {
	if noise[0] < sigmoid(teacher[0]) {
		dst[0] = -sigmoid(-r[0])
	} else {
		dst[0] = sigmoid(r[0])
	}
}

// HasError implements Problem.
func (TeacherLogistic) HasError() bool { return true }

// Evaluator implements Problem.
func (p TeacherLogistic) Evaluator() Evaluator { return p }

// Expect implements Evaluator by two-dimensional Gaussian expectations.
func (TeacherLogistic) Expect(dst *Expectation, _ int, law *Law) {
	e := expectTeacher(law)
	dst.Gradient[0] = e.Gradient
	dst.Hessian[0] = e.Hessian
	dst.TeacherHessian[0] = e.TeacherHessian
	dst.SecondMoment[0] = e.SecondMoment
}

// Risk implements Evaluator.
func (TeacherLogistic) Risk(_ int, law *Law) float64 { return expectTeacher(law).Risk }

// Error implements Evaluator: P(sign r ≠ 2y − 1).
func (TeacherLogistic) Error(_ int, law *Law) float64 {
	return gauss.TeacherLogisticError(law.Mean[0], law.Covariance[0], law.TeacherMean[0], law.TeacherCovariance[0], law.Cross[0])
}

func expectTeacher(law *Law) gauss.TeacherLogistic {
	return gauss.ExpectTeacherLogistic(law.Mean[0], law.Covariance[0], law.TeacherMean[0], law.TeacherCovariance[0], law.Cross[0])
}
