// Package problem defines the losses: the gradient that SGD follows, and the
// Gaussian expectations through which a loss enters the limit (theory,
// sections 3 and 4). One definition serves both.
package problem

// Law is the joint law, in one class, of the outputs r = Xᵀa (ℓ of them) and of
// the teacher's outputs r* = X*ᵀa (ℓ*): Gaussian. Matrices are stored row by row.
// The last three are nil for problems without a teacher.
type Law struct {
	Mean              []float64 // m, length ℓ
	Covariance        []float64 // B, ℓ×ℓ
	TeacherMean       []float64 // m*, length ℓ*
	Cross             []float64 // B̃ = Cov(r, r*), ℓ×ℓ*
	TeacherCovariance []float64 // B*, ℓ*×ℓ*
}

// NewLaw allocates the arrays for ℓ outputs and ℓ* teacher outputs.
func NewLaw(outputs, teacher int) Law {
	law := Law{Mean: make([]float64, outputs), Covariance: make([]float64, outputs*outputs)}
	if teacher > 0 {
		law.TeacherMean = make([]float64, teacher)
		law.Cross = make([]float64, outputs*teacher)
		law.TeacherCovariance = make([]float64, teacher*teacher)
	}
	return law
}

// Expectation holds the Gaussian expectations of a loss f in one class.
type Expectation struct {
	Gradient       []float64 // g = E ∇_r f, length ℓ
	Hessian        []float64 // H = E ∇²_rr f, ℓ×ℓ
	TeacherHessian []float64 // H̃ = E ∇²_{r r*} f, ℓ×ℓ*; nil without a teacher
	SecondMoment   []float64 // I = E[∇_r f ∇_r fᵀ], ℓ×ℓ
}

// NewExpectation allocates the arrays for ℓ outputs and ℓ* teacher outputs.
func NewExpectation(outputs, teacher int) Expectation {
	e := Expectation{
		Gradient:     make([]float64, outputs),
		Hessian:      make([]float64, outputs*outputs),
		SecondMoment: make([]float64, outputs*outputs),
	}
	if teacher > 0 {
		e.TeacherHessian = make([]float64, outputs*teacher)
	}
	return e
}

// LabelNoise says which random numbers a step of SGD needs for its label,
// beside the sample.
type LabelNoise uint8

const (
	// NoLabelNoise: the label follows from the class or the teacher.
	NoLabelNoise LabelNoise = iota
	// NormalLabelNoise: one standard normal per teacher output.
	NormalLabelNoise
	// UniformLabelNoise: one uniform number in (0, 1).
	UniformLabelNoise
)

// Problem is a loss f_i(r) for every class i, or f(r, r*) with a teacher. It is
// immutable and may be used from several goroutines.
type Problem interface {
	// Outputs is ℓ, the number of outputs.
	Outputs() int
	// TeacherOutputs is ℓ*, 0 for problems without a teacher.
	TeacherOutputs() int
	// LabelNoise is what Gradient wants as noise.
	LabelNoise() LabelNoise
	// Gradient writes ∇_r f at the outputs r of a sample of the given class;
	// teacher holds r* and noise the random numbers of the label. It does not
	// allocate.
	Gradient(dst, r, teacher, noise []float64, class int)
	// HasError says whether a classification error is defined.
	HasError() bool
	// Evaluator makes an evaluator of the expectations for one goroutine.
	Evaluator() Evaluator
}

// Evaluator computes Gaussian expectations. Its methods do not allocate.
type Evaluator interface {
	// Expect writes the expectations over the given law in class i.
	Expect(dst *Expectation, class int, law *Law)
	// Risk is E f.
	Risk(class int, law *Law) float64
	// Error is the probability of a wrong classification in class i, ties
	// counted as a fair draw.
	Error(class int, law *Law) float64
}

// Estimates are the largest relative errors of the integrals of an evaluator, as it
// estimates them itself; 0 where integrals are exact to rounding.
type Estimates struct {
	Expectation         float64 // of the expectations and the risk
	ClassificationError float64
}

// Largest is the larger of each estimate.
func (e Estimates) Largest(other Estimates) Estimates {
	return Estimates{
		Expectation:         max(e.Expectation, other.Expectation),
		ClassificationError: max(e.ClassificationError, other.ClassificationError),
	}
}

// Estimating is an Evaluator whose integrals are approximate.
type Estimating interface {
	Evaluator
	// Estimates are those over all calls so far.
	Estimates() Estimates
}

// EstimatesOf are the estimates of any evaluator.
func EstimatesOf(e Evaluator) Estimates {
	if estimating, ok := e.(Estimating); ok {
		return estimating.Estimates()
	}
	return Estimates{}
}
