package gauss

import (
	"fmt"
	"math"

	"anisgd/kernels/elementary"
)

// Argmax evaluates the classification error of the rule that picks the largest
// of K Gaussian outputs. It owns all the memory a call needs, so calls allocate
// nothing, and it serves one goroutine at a time.
//
// With the differences t_j = r_j − r_i to the output of the class, ordered so that
// P(t_j > 0) falls, the error is the sum of disjoint parts
//
//	P(t_1 > 0 or t_2 > 0) + Σ_{j>2} P(t_j > 0, t_l < 0 for l < j).
//
// The first is known in closed form but for a smooth integral in one dimension. The
// others are integrated by separation of variables (Genz, Numerical computation of
// multivariate normal probabilities, Journal of Computational and Graphical Statistics
// 1, 1992), beginning with t_j > 0, over a lattice. No part is a difference of large
// numbers, and what is left to the lattice is the conditional probability of l < j
// given j: the relative error stays small in the tail.
type Argmax struct {
	outputs int
	nodes   int

	risks      []argmaxRisk
	mean       []float64 // of the differences in the order of a part
	covariance []float64 // of them, then its Cholesky factor
	normal     []float64 // independent normals of a node
}

// An argmaxRisk is a class that may win over the right one.
type argmaxRisk struct {
	class       int
	mean        float64 // of its difference t
	variance    float64
	probability float64 // P(t > 0)
}

// DefaultArgmaxNodes is the number of nodes for four outputs and more unless
// NewArgmax is asked for another.
const DefaultArgmaxNodes = 1 << 12

// NewArgmax returns an evaluator for the given number of outputs, at least 2. From
// four outputs on, nodes is the number of nodes of its lattice rule: a power of two
// from MinSoftmaxNodes to MaxSoftmaxNodes, or 0 for DefaultArgmaxNodes.
func NewArgmax(outputs, nodes int) *Argmax {
	if outputs < 2 || outputs > len(latticeVector)+1 {
		panic(fmt.Sprintf("gauss: argmax of %d outputs", outputs))
	}
	if nodes == 0 {
		nodes = DefaultArgmaxNodes
	}
	checkNodes(nodes)
	free := outputs - 1
	return &Argmax{
		outputs:    outputs,
		nodes:      nodes,
		risks:      make([]argmaxRisk, 0, free),
		mean:       make([]float64, free),
		covariance: make([]float64, free*free),
		normal:     make([]float64, free),
	}
}

// Error returns the probability that the class does not have the largest of the
// outputs r ~ N(mean, covariance), and an estimate of its relative error. Ties are
// decided by a fair draw: where outputs are tied with probability one, as all of them
// are if mean and covariance are zero, the class wins its share of them.
//
// The covariance is K×K, row by row; its lower triangle is read. It must be positive
// semidefinite and may be singular. Variances of differences below the rounding of the
// covariance's entries are taken as zero.
//
// The relative error is below 1e-11 for K ≤ 3. With more outputs the order of the classes
// may change with the law, and the probability then jumps by its error.
func (a *Argmax) Error(class int, mean, covariance []float64) (probability, relativeError float64) {
	K := a.outputs
	if class < 0 || class >= K || len(mean) != K || len(covariance) != K*K {
		panic(fmt.Sprintf("gauss: argmax of %d outputs: class %d, mean of length %d, covariance of length %d",
			K, class, len(mean), len(covariance)))
	}
	tied, lost := a.collect(class, mean, covariance)
	if lost {
		return 1, 0
	}
	probability, change := a.union(class, covariance)
	share := float64(tied)
	return (probability + share) / (1 + share), quotient(change, probability+share)
}

// bivariateError is the relative error of probabilities of two differences.
const bivariateError = 1e-11

// collect finds the classes that may win. It returns the number of those that
// are always tied with the right one, and whether one always wins over it.
func (a *Argmax) collect(class int, mean, covariance []float64) (tied int, lost bool) {
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
			lost = true
		}
	}
	// Insertion sort: stable, and without allocation.
	for i := 1; i < len(a.risks); i++ {
		for j := i; j > 0 && a.risks[j].probability > a.risks[j-1].probability; j-- {
			a.risks[j], a.risks[j-1] = a.risks[j-1], a.risks[j]
		}
	}
	return tied, lost
}

// union returns the probability that one of the risks has a positive difference, and
// an estimate of the error.
func (a *Argmax) union(class int, covariance []float64) (probability, change float64) {
	switch len(a.risks) {
	case 0:
		return 0, 0
	case 1:
		return a.risks[0].probability, 1e-15 * a.risks[0].probability
	}
	cross := a.crossCovariance(0, 1, class, covariance)
	probability = eitherPositive(&a.risks[0], &a.risks[1], cross)
	if len(a.risks) == 2 {
		return probability, float64(bivariateError * probability)
	}
	// Errors of the parts may be alike: they are added before they are squared.
	var cosets [latticeCosets]float64
	for part := 2; part < len(a.risks); part++ {
		a.arrange(part, class, covariance)
		a.addPart(part, &cosets)
	}
	total := 0.0
	for _, sum := range cosets {
		total += sum
	}
	square := 0.0
	for _, sum := range cosets {
		difference := float64(latticeCosets*sum) - total
		square += float64(difference * difference)
	}
	change = float64(bivariateError*probability) + math.Sqrt(square/(latticeCosets*(latticeCosets-1)))
	return math.Min(probability+total, 1), change
}

// crossCovariance is the covariance of the differences of two risks.
func (a *Argmax) crossCovariance(first, second, class int, covariance []float64) float64 {
	at := func(j, l int) float64 { return covariance[max(j, l)*a.outputs+min(j, l)] }
	j, l := a.risks[first].class, a.risks[second].class
	return (at(j, l) - at(j, class)) + (at(class, class) - at(l, class))
}

// arrange sets mean and Cholesky factor of the differences part, 0, 1, …, part−1.
func (a *Argmax) arrange(part, class int, covariance []float64) {
	n := part + 1
	place := func(i int) int {
		if i == 0 {
			return part
		}
		return i - 1
	}
	for i := range n {
		a.mean[i] = a.risks[place(i)].mean
		for j := range i {
			a.covariance[i*n+j] = a.crossCovariance(place(i), place(j), class, covariance)
		}
		a.covariance[i*n+i] = a.risks[place(i)].variance
	}
	factorize(n, a.covariance[:n*n])
}

// addPart adds P(t_part > 0, t_l < 0 for l < part), each coset of the lattice its part.
func (a *Argmax) addPart(part int, cosets *[latticeCosets]float64) {
	points := a.nodes / 2
	weight := a.risks[part].probability / float64(a.nodes)
	for number := range points {
		sum := a.conditional(part, number, points, false) + a.conditional(part, number, points, true)
		cosets[number%latticeCosets] += float64(weight * sum)
	}
}

// conditional is the integrand at a point of the lattice, or at its reflection: the
// product of the probabilities of t_l < 0 given t_part > 0 and the differences before l.
func (a *Argmax) conditional(part, number, points int, reflected bool) float64 {
	n := part + 1
	z := a.normal[:n]
	product := 1.0
	for i := range n {
		row := a.covariance[i*n : i*n+i+1]
		location := a.mean[i]
		for j := range i {
			location += float64(row[j] * z[j])
		}
		u := 0.5
		if i < part {
			u = latticePoint(number, i, points)
			if reflected {
				u = 1 - u
			}
		}
		deviation := row[i]
		if i == 0 {
			z[0] = -normalQuantile(float64(u * a.risks[part].probability))
			continue
		}
		if deviation == 0 {
			if location > 0 {
				return 0
			}
			z[i] = 0
			continue
		}
		below := 0.5 * elementary.Erfc(location/deviation*math.Sqrt2/2)
		product *= below
		if i == part || product < 1e-300 {
			break
		}
		z[i] = normalQuantile(float64(u * below))
	}
	return product
}
