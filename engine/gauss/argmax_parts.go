package gauss

import "math"

// disjointParts is the probability of the union as that of disjoint parts,
//
//	P(t_1 > 0 or t_2 > 0) + Σ_{j>2} P(t_j > 0, t_l < 0 for l < j),
//
// integrated by separation of variables beginning with t_j > 0. What is left to the
// lattice is the conditional probability of l < j given j: the relative error stays small in the
// tail whatever the correlations are. Parts have nodes in proportion to their bounds P(t_j > 0).
func (a *Argmax) disjointParts() (probability, change float64) {
	n := len(a.distance)
	probability = a.anyOfTwo()
	change = float64(bivariateError * probability)
	total := 0.0
	for part := 2; part < n; part++ {
		total += a.risks[part].probability
	}
	var cosets block // estimates of the sum by the cosets of the lattices
	for part := 2; part < n; part++ {
		nodes := minPartNodes
		for float64(nodes)*total < partNodes*float64(a.nodes)*a.risks[part].probability {
			nodes *= 2
		}
		a.addPart(&cosets, part, nodes)
	}
	value, deviation := cosetMean(&cosets)
	return probability + value, change + deviation
}

// anyOfTwo is the probability of the union of the first two events.
func (a *Argmax) anyOfTwo() float64 {
	first, second := &a.risks[0], &a.risks[1]
	return eitherPositive(first, second, a.correlation[1]*math.Sqrt(first.variance)*math.Sqrt(second.variance))
}

const (
	// minPartNodes is the least number of nodes of a part.
	minPartNodes = 4 * latticeCosets

	// partNodes is the number of nodes of all parts in those of factorPaths, which cost
	// about as much.
	partNodes = 1.5
)

// addPart integrates P(t_part > 0, t_l < 0 for l < part). Parts have different shifts of
// the lattice, so that their errors average out.
func (a *Argmax) addPart(cosets *block, part, nodes int) {
	n := len(a.distance)
	probability := a.risks[part].probability
	loading := a.correlation[part*n : part*n+part]
	a.leaveResidual(part, loading)
	a.paths.set(part, a.distance, loading, a.residual, -normalQuantile(0.5*probability))
	a.paths.shiftLattice(part)
	weight := probability * latticeCosets / float64(nodes)
	var x block
	for number := 0; number < nodes; number += blockSize {
		a.paths.coordinate(&x, 0, number, nodes)
		for lane := range x {
			x[lane] = -normalQuantile(float64(x[lane] * probability))
		}
		all, _ := a.paths.product(&x, number, nodes)
		for lane := range all {
			cosets[lane] += float64(weight * all[lane])
		}
	}
}
