package gauss

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// Argmax evaluates the classification error of the rule that picks the largest
// of K Gaussian outputs. It owns all the memory a call needs, so calls allocate
// nothing, and it serves one goroutine at a time.
//
// The error is P(t_j > 0 for some j) with the differences t_j = r_j − r_i to the output
// of the class. Those that cannot matter are dropped; then
//
//   - two and three differences are one-dimensional integrals or better (eitherPositive,
//     anyOfThree);
//   - more are compared with the model of one common factor (commonFactor), in which
//     they are independent given the factor. Independent outputs obey it exactly, with
//     the class's own output for the factor, and the error is a one-dimensional integral;
//   - what the model leaves is integrated by separation of variables over a lattice
//     (factorPaths), or, where the error is small and the rest strongly correlated, by
//     separation of variables of the disjoint parts P(t_j > 0, t_l < 0 for l < j)
//     (disjointParts).
//
// No form is a difference of large numbers: errors keep their relative accuracy in the tail.
type Argmax struct {
	outputs int
	nodes   int

	risks    []argmaxRisk
	distance []float64 // −mean/deviation of the differences
	factor   commonFactor
	paths    separation

	correlation []float64 // of the differences, n×n
	residual    []float64 // what a factor leaves of it, or its Cholesky factor
}

// An argmaxRisk is a class that may win over the right one.
type argmaxRisk struct {
	class       int
	mean        float64 // of its difference t
	variance    float64
	probability float64 // P(t > 0)
}

const (
	// DefaultArgmaxNodes is the number of nodes of the lattice unless NewArgmax is asked
	// for another.
	DefaultArgmaxNodes = 1 << 10

	// MaxArgmaxLattice is the largest number of differences that are integrated over a
	// lattice.
	MaxArgmaxLattice = len(latticeVector)
)

// NewArgmax returns an evaluator for the given number of outputs, at least 2. nodes is
// the number of nodes of the lattice rule for five outputs and more: a power of two from
// MinSoftmaxNodes to MaxSoftmaxNodes, or 0 for DefaultArgmaxNodes.
func NewArgmax(outputs, nodes int) *Argmax {
	if outputs < 2 {
		panic(fmt.Sprintf("gauss: argmax of %d outputs", outputs))
	}
	if nodes == 0 {
		nodes = DefaultArgmaxNodes
	}
	checkNodes(nodes)
	n := outputs - 1
	a := &Argmax{outputs: outputs, nodes: nodes, risks: make([]argmaxRisk, 0, n)}
	if n <= 3 {
		return a
	}
	a.distance = make([]float64, n)
	a.factor = newCommonFactor(n)
	lattice := min(n, MaxArgmaxLattice)
	a.correlation = make([]float64, lattice*lattice)
	a.residual = make([]float64, lattice*lattice)
	a.paths = newSeparation(lattice)
	return a
}

// Error returns the probability that the class does not have the largest of the
// outputs r ~ N(mean, covariance), and an estimate of its relative error. Ties are
// decided by a fair draw: where outputs are tied with probability one, as all of them
// are if mean and covariance are zero, the class wins its share of them.
//
// The covariance is K×K, row by row; its lower triangle is read. It must be positive
// semidefinite and may be singular. Variances of differences below the rounding of the
// covariance's entries are taken as zero. NaN gives NaN.
//
// The relative error is below 1e-11 for K ≤ 3, and of the order of 1e-10 for K = 4 and
// for independent outputs. For others the probability depends on the order of the classes,
// which changes with the law: it may then jump by its error. With more than
// MaxArgmaxLattice classes that may win over the right one, the outputs are taken as
// those of the closest model of one common factor, and the estimate is what the rest may
// change at most.
func (a *Argmax) Error(class int, mean, covariance []float64) (probability, relativeError float64) {
	K := a.outputs
	if class < 0 || class >= K || len(mean) != K || len(covariance) != K*K {
		panic(fmt.Sprintf("gauss: argmax of %d outputs: class %d, mean of length %d, covariance of length %d",
			K, class, len(mean), len(covariance)))
	}
	tied, outcome := a.collect(class, mean, covariance)
	if outcome != 0 {
		return outcome, outcome - 1
	}
	probability, change := a.union(class, covariance)
	share := float64(tied)
	return (probability + share) / (1 + share), quotient(change, probability+share)
}

// bivariateError is the relative error of probabilities of two differences.
const bivariateError = 1e-11

// collect finds the classes that may win, the likeliest first. It returns the number of
// those that are always tied with the right one, and the outcome where it is known: 1 if
// one always wins over the right one, NaN if a number is none, otherwise 0.
func (a *Argmax) collect(class int, mean, covariance []float64) (tied int, outcome float64) {
	const (
		rounding   = 0x1p-50
		negligible = 1e-300 // whose quantiles could underflow
	)
	K := a.outputs
	a.risks = a.risks[:0]
	own := covariance[class*K+class]
	for j := range K {
		if j == class {
			continue
		}
		r := argmaxRisk{class: j, mean: mean[j] - mean[class]}
		cross := covariance[max(j, class)*K+min(j, class)]
		variance := covariance[j*K+j]
		r.variance = (variance - cross) + (own - cross)
		if math.IsNaN(r.mean) || math.IsNaN(r.variance) {
			return 0, math.NaN()
		}
		if r.variance > rounding*(math.Abs(variance)+math.Abs(own)) {
			r.probability = NegativeProbability(-r.mean, r.variance)
			if r.probability > negligible {
				a.risks = append(a.risks, r)
			}
			continue
		}
		switch {
		case math.Abs(r.mean) <= rounding*(math.Abs(mean[j])+math.Abs(mean[class])):
			tied++
		case r.mean > 0:
			outcome = 1
		}
	}
	slices.SortStableFunc(a.risks, func(x, y argmaxRisk) int { return cmp.Compare(y.probability, x.probability) })
	return tied, outcome
}

// union returns the probability that one of the risks has a positive difference, and
// an estimate of the error.
func (a *Argmax) union(class int, covariance []float64) (probability, change float64) {
	dropped := a.drop()
	switch n := len(a.risks); {
	case n == 0:
		return 0, 0
	case n == 1 || a.risks[0].probability == 1:
		probability = a.risks[0].probability
		change = 1e-15 * probability
	case n == 2:
		probability = eitherPositive(&a.risks[0], &a.risks[1], a.crossCovariance(0, 1, class, covariance))
		change = float64(bivariateError * probability)
	case n == 3:
		probability, change = a.anyOfThree(class, covariance)
	default:
		probability, change = a.anyOfMany(class, covariance)
	}
	return math.Min(probability, 1), change + dropped
}

// drop removes the last risks, as many as together are negligible beside the first, and
// returns the sum of their probabilities.
func (a *Argmax) drop() (dropped float64) {
	const negligible = 1e-11
	for n := len(a.risks); n > 3; n-- {
		sum := dropped + a.risks[n-1].probability
		if sum > negligible*a.risks[0].probability {
			break
		}
		dropped = sum
		a.risks = a.risks[:n-1]
	}
	return dropped
}

// anyOfMany is union for four risks and more.
func (a *Argmax) anyOfMany(class int, covariance []float64) (probability, change float64) {
	n := len(a.risks)
	a.distance = a.distance[:n]
	for j := range a.risks {
		r := &a.risks[j]
		a.distance[j] = -r.mean / math.Sqrt(r.variance)
	}
	if n > MaxArgmaxLattice {
		return a.factorBound(class, covariance)
	}
	for j := range n {
		for l := range j {
			c := a.crossCovariance(j, l, class, covariance) / math.Sqrt(a.risks[j].variance) / math.Sqrt(a.risks[l].variance)
			c = math.Max(-1, math.Min(1, c))
			a.correlation[j*n+l], a.correlation[l*n+j] = c, c
		}
		a.correlation[j*n+j] = 1
	}
	left := a.fitFactor()
	probability, coarse := a.factor.integrate(a.distance)
	if left < negligibleCorrelation {
		// Logarithmic derivatives by correlations are of the order of the square of the distance.
		nearest := a.distance[0]
		rest := float64(left * float64(float64(n)*(1+float64(nearest*nearest))))
		return probability, probability * ((factorError + coarse) + rest)
	}
	a.setPaths()
	if !a.preferPaths(probability) {
		return a.disjointParts()
	}
	probability, change = a.factorPaths()
	if change > unevenError*probability {
		// A few nodes carry most of the sum.
		if other, otherChange := a.disjointParts(); otherChange < change {
			return other, otherChange
		}
	}
	return probability, change
}

// unevenError is an error of factorPaths from which disjointParts is tried too.
const unevenError = 0.01

// crossCovariance is the covariance of the differences of two risks.
func (a *Argmax) crossCovariance(first, second, class int, covariance []float64) float64 {
	at := func(j, l int) float64 { return covariance[max(j, l)*a.outputs+min(j, l)] }
	j, l := a.risks[first].class, a.risks[second].class
	return (at(j, l) - at(j, class)) + (at(class, class) - at(l, class))
}
