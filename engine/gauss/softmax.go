package gauss

import (
	"fmt"
	"math"
)

// SoftmaxExpectation holds the Gaussian expectations of the softmax loss
// f_i(r) = log Σ_j e^{r_j} − r_i of outputs r ~ N(mean, covariance) in K dimensions;
// π = softmax(r), and e_i is the basis vector of the class i. Matrices are K×K,
// row by row.
type SoftmaxExpectation struct {
	// Risk is E f_i.
	Risk float64
	// Gradient is E ∇f_i = E π − e_i.
	Gradient []float64
	// Hessian is E ∇²f_i = E[diag π − ππᵀ].
	Hessian []float64
	// SecondMoment is E ∇f_i ∇f_iᵀ = E (π − e_i)(π − e_i)ᵀ.
	SecondMoment []float64
	// Error estimates the largest of four relative errors: of the risk, and of
	// each of the others in the Euclidean (Frobenius) norm.
	Error float64
}

// NewSoftmaxExpectation returns an expectation with room for the given number
// of outputs.
func NewSoftmaxExpectation(outputs int) *SoftmaxExpectation {
	return &SoftmaxExpectation{
		Gradient:     make([]float64, outputs),
		Hessian:      make([]float64, outputs*outputs),
		SecondMoment: make([]float64, outputs*outputs),
	}
}

// Softmax evaluates SoftmaxExpectation. It owns all the memory a call needs, so
// calls allocate nothing, and it serves one goroutine at a time.
//
// Only the n = K−1 differences t_j = r_j − r_i to the output of the class matter.
// In them everything is a sum of positive terms,
//
//	E log(1 + Σ_j e^{t_j})    and    E π_jπ_l for {j, l} ≠ {i},
//
// so that nothing cancels where probabilities are close to 0 or 1.
//
// Two outputs are the logistic loss of the margin (ExpectLogistic). Three and four are
// integrated by a product of one-dimensional rules (softmaxGrid). With more of them,
// what is independent noise in the outputs is integrated exactly and the rest by a
// rule of low degree (softmaxSplit) where that rest is small, else all by a
// lattice rule (softmaxLattice); in between both are blended.
type Softmax struct {
	outputs int
	free    int             // number of differences
	grid    *softmaxGrid    // three and four outputs
	split   *softmaxSplit   // from four outputs on
	lattice *softmaxLattice // from five outputs on

	shift   []float64 // means of the differences
	total   []float64 // expectations of the terms, in the order of softmaxKernel
	blend   []float64
	scaled  []float64 // a covariance
	scratch *SoftmaxExpectation
}

// NewSoftmax returns an evaluator for the given number of outputs, at least 2.
// From five outputs on, nodes is the number of nodes of its lattice rule: a power
// of two from MinSoftmaxNodes to MaxSoftmaxNodes, or 0 for DefaultSoftmaxNodes.
// Fewer outputs ignore it.
func NewSoftmax(outputs, nodes int) *Softmax {
	if outputs < 2 {
		panic(fmt.Sprintf("gauss: softmax of %d outputs", outputs))
	}
	free := outputs - 1
	s := &Softmax{
		outputs: outputs,
		free:    free,
		shift:   make([]float64, free),
		total:   make([]float64, softmaxTerms(free)),
		scaled:  make([]float64, outputs*outputs),
		scratch: NewSoftmaxExpectation(outputs),
	}
	switch {
	case outputs == 2:
	case outputs <= maxGridFree+1:
		s.grid = newSoftmaxGrid(free)
	default:
		s.lattice = newSoftmaxLattice(free, nodes)
		s.blend = make([]float64, softmaxTerms(free))
	}
	if outputs > 3 {
		s.split = newSoftmaxSplit(free)
	}
	return s
}

// Expect computes the expectations for the given class. The covariance is K×K,
// row by row; its lower triangle is read. It must be positive semidefinite and may
// be singular; what rounding has made slightly negative is taken as zero.
//
// With up to four outputs relative errors are below 1e-8, however small the results
// are, where variances of differences are below 1500; dst.Error is of that order. With
// more outputs they depend on the law, and dst.Error tells: 1e-8 where differences
// of outputs have the covariance of independent outputs, as those of
// exchangeable classes do, growing with the third power of the deviation from that,
// and for a law of no structure typically 1e-3 with 2^14 nodes.
//
// The result is a smooth function of mean and covariance to within its error: nodes
// either do not depend on the law or are so many that their number does not matter,
// and methods are blended smoothly.
func (s *Softmax) Expect(dst *SoftmaxExpectation, class int, mean, covariance []float64) {
	s.check(class, mean, covariance)
	if len(dst.Gradient) != s.outputs || len(dst.Hessian) != len(covariance) || len(dst.SecondMoment) != len(covariance) {
		panic("gauss: softmax expectation of another number of outputs")
	}
	if s.free == 1 {
		expectSoftmaxPair(dst, class, mean, covariance)
		return
	}
	estimate := s.integrate(class, mean, covariance, false)
	s.assemble(dst, class, s.total)
	dst.Error = estimate
}

// Risk computes the risk of the given class alone, which is faster, with an estimate
// of its relative error. The arguments are those of Expect.
func (s *Softmax) Risk(class int, mean, covariance []float64) (risk, relativeError float64) {
	s.check(class, mean, covariance)
	if s.free == 1 {
		margin, variance := softmaxMargin(class, mean, covariance)
		return ExpectLogistic(margin, variance).Risk, logisticError
	}
	relativeError = s.integrate(class, mean, covariance, true)
	return s.total[0], relativeError
}

func (s *Softmax) check(class int, mean, covariance []float64) {
	if class < 0 || class >= s.outputs || len(mean) != s.outputs || len(covariance) != s.outputs*s.outputs {
		panic(fmt.Sprintf("gauss: softmax of %d outputs: class %d, mean of length %d, covariance of length %d",
			s.outputs, class, len(mean), len(covariance)))
	}
}

// integrate leaves the expectations of all terms, or of the risk alone, in total
// and returns the estimated relative error.
func (s *Softmax) integrate(class int, mean, covariance []float64, riskOnly bool) float64 {
	size := 0.0
	for j := range s.shift {
		s.shift[j] = mean[other(j, class)] - mean[class]
		size = math.Max(size, math.Abs(s.shift[j]))
		size = math.Max(size, math.Sqrt(math.Abs(differenceVariance(other(j, class), class, s.outputs, covariance))))
	}
	if size <= hugeOutput {
		return s.choose(class, covariance, riskOnly)
	}
	estimate := s.integrateHuge(class, covariance, hugeOutput/size, riskOnly)
	return math.Max(estimate, 1/hugeOutput)
}

// differenceVariance is the variance of r_j − r_class.
func differenceVariance(j, class, outputs int, covariance []float64) float64 {
	cross := covariance[max(j, class)*outputs+min(j, class)]
	return (covariance[j*outputs+j] - cross) + (covariance[class*outputs+class] - cross)
}

// hugeOutput is a mean or deviation of a difference beyond which the limit of large outputs serves.
const hugeOutput = 1e6

// integrateHuge integrates for outputs multiplied by a factor below 1, by which risk and
// products of two probabilities change in inverse ways in the limit of large outputs:
// the loss is max_j t_j then, and products live where two outputs are equal.
func (s *Softmax) integrateHuge(class int, covariance []float64, factor float64, riskOnly bool) float64 {
	for j := range s.shift {
		s.shift[j] *= factor
	}
	for i, x := range covariance {
		s.scaled[i] = x * factor * factor
	}
	estimate := s.choose(class, s.scaled, riskOnly)
	s.total[0] /= factor
	if !riskOnly {
		next := 1
		for j := range s.free {
			next++ // π_j²
			for range s.free - j {
				s.total[next] *= factor
				next++
			}
		}
	}
	return estimate
}

// choose integrates by the method for the number of outputs and the law.
func (s *Softmax) choose(class int, covariance []float64, riskOnly bool) float64 {
	if s.split == nil {
		return s.grid.integrate(s, class, covariance, riskOnly)
	}
	s.split.open(class, s.shift, covariance)
	weight := s.split.weight()
	if s.grid != nil {
		if weight == 1 && s.split.wide() {
			if estimate := s.split.integrate(s, class, riskOnly); estimate < 1.1*splitFloor {
				return estimate
			}
		}
		return s.grid.integrate(s, class, covariance, riskOnly)
	}
	switch weight {
	case 0:
		return s.lattice.integrate(s, class, covariance, riskOnly)
	case 1:
		return s.split.integrate(s, class, riskOnly)
	}
	estimate := float64(weight * s.split.integrate(s, class, riskOnly))
	copy(s.blend, s.total)
	estimate += float64((1 - weight) * s.lattice.integrate(s, class, covariance, riskOnly))
	for i, value := range s.blend {
		s.total[i] = float64(weight*value) + float64((1-weight)*s.total[i])
	}
	return estimate
}

// other is the j-th class that is not the given one.
func other(j, class int) int {
	if j < class {
		return j
	}
	return j + 1
}

// logisticError is what ExpectLogistic promises.
const logisticError = 1e-12

// softmaxMargin returns mean and variance of the margin r_class − r_other of two outputs.
func softmaxMargin(class int, mean, covariance []float64) (margin, variance float64) {
	return mean[class] - mean[1-class], math.Max(differenceVariance(1-class, class, 2, covariance), 0)
}

// expectSoftmaxPair is Expect for two outputs.
func expectSoftmaxPair(dst *SoftmaxExpectation, class int, mean, covariance []float64) {
	e := ExpectLogistic(softmaxMargin(class, mean, covariance))
	dst.Risk = e.Risk
	dst.Gradient[class], dst.Gradient[1-class] = -e.Gradient, e.Gradient
	dst.Hessian[0], dst.Hessian[1], dst.Hessian[2], dst.Hessian[3] = e.Hessian, -e.Hessian, -e.Hessian, e.Hessian
	second := e.SecondMoment
	dst.SecondMoment[0], dst.SecondMoment[1], dst.SecondMoment[2], dst.SecondMoment[3] = second, -second, -second, second
	dst.Error = logisticError
}

// assemble forms the expectations from those of the terms. It is linear.
func (s *Softmax) assemble(dst *SoftmaxExpectation, class int, terms []float64) {
	K := s.outputs
	dst.Risk = terms[0]
	clear(dst.Gradient)
	clear(dst.Hessian)
	clear(dst.SecondMoment)
	gradient, hessian, second := dst.Gradient, dst.Hessian, dst.SecondMoment
	next := 1
	for a := range s.free {
		j := other(a, class)
		square := terms[next]
		next++
		second[j*K+j] = square
		gradient[j] += square
		for b := a + 1; b < s.free; b++ {
			l := other(b, class)
			product := terms[next]
			next++
			second[j*K+l], second[l*K+j] = product, product
			hessian[j*K+l], hessian[l*K+j] = -product, -product
			hessian[j*K+j] += product
			hessian[l*K+l] += product
			gradient[j] += product
			gradient[l] += product
		}
		product := terms[next] // E π_jπ_i
		next++
		hessian[j*K+class], hessian[class*K+j] = -product, -product
		hessian[j*K+j] += product
		hessian[class*K+class] += product
		gradient[j] += product
	}
	// The entries of (π − e_i)(π − e_i)ᵀ in the row of i are minus the sums of
	// their columns, for those of π − e_i sum to zero.
	for a := range s.free {
		j := other(a, class)
		row := 0.0
		for b := range s.free {
			row += second[j*K+other(b, class)]
		}
		second[j*K+class], second[class*K+j] = -row, -row
		second[class*K+class] += row
		gradient[class] -= gradient[j]
	}
}

// relative returns the largest relative size of a change of total: of the
// risk, and of gradient, Hessian and second moment in the Frobenius norm.
func (s *Softmax) relative(class int, change []float64, riskOnly bool) float64 {
	if riskOnly {
		return quotient(math.Abs(change[0]), s.total[0])
	}
	e := s.scratch
	s.assemble(e, class, change)
	risk, gradient, hessian, second := math.Abs(e.Risk), norm(e.Gradient), norm(e.Hessian), norm(e.SecondMoment)
	s.assemble(e, class, s.total)
	return math.Max(
		math.Max(quotient(risk, e.Risk), quotient(gradient, norm(e.Gradient))),
		math.Max(quotient(hessian, norm(e.Hessian)), quotient(second, norm(e.SecondMoment))))
}

// quotient is change/size, and 0 if both are.
func quotient(change, size float64) float64 {
	if change == 0 {
		return 0
	}
	return change / size
}

// norm is the Euclidean norm, scaled against underflow of the squares.
func norm(x []float64) float64 {
	largest := 0.0
	for _, value := range x {
		largest = math.Max(largest, math.Abs(value))
	}
	if largest == 0 || math.IsInf(largest, 1) {
		return largest
	}
	sum := 0.0
	for _, value := range x {
		ratio := value / largest
		sum += float64(ratio * ratio)
	}
	return float64(largest * math.Sqrt(sum))
}
