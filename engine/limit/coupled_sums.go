package limit

import (
	"fmt"
	"math"

	"anisgd/engine/spectrum"
)

// sum is one of the sums of compressed; a sum off the diagonal of a symmetric matrix
// has a mirror image.
type sum struct{ value, mirror *float64 }

func (s sum) set(value float64) {
	*s.value = value
	if s.mirror != nil {
		*s.mirror = value
	}
}

// sums lists every sum on which the laws depend: those of the sources of the model,
// of the spectra, and of the teacher.
func (m *compressed) sums() []sum {
	var list []sum
	n := m.outputs
	for i := range m.models * n {
		list = append(list, sum{value: &m.linear[i]})
	}
	for l := range m.nodes.Eigenvalues {
		for a := range n {
			for b := a; b < n; b++ {
				entry := sum{value: &m.seconds[(l*n+a)*n+b]}
				if a != b {
					entry.mirror = &m.seconds[(l*n+b)*n+a]
				}
				list = append(list, entry)
			}
		}
	}
	for i := range m.crosses {
		list = append(list, sum{value: &m.crosses[i]})
	}
	return list
}

// MaximalImplicitSums bounds the sums of the low-rank correction: its work grows
// with the square of their number. Least squares of several outputs at given learning
// rates has no bound.
const MaximalImplicitSums = 64

// ImplicitSums is the number of sums over the modes that couple the equations of a
// model with so many sources (directions of means) and different spectra, ℓ outputs
// and ℓ* columns of the teacher: S·ℓ + L·ℓ(ℓ+1)/2 + L·ℓ·ℓ*. An implicit method takes
// about as many closures for each Jacobian, each as dear as that of a right-hand side.
func ImplicitSums(sources, spectra, outputs, teacher int) int {
	return sources*outputs + spectra*outputs*(outputs+1)/2 + spectra*outputs*teacher
}

// checkImplicit reports an error if the implicit method is not for a problem.
func checkImplicit(c *Config, nodes *spectrum.Nodes) error {
	sources, spectra := nodes.Models, len(nodes.Eigenvalues)
	sums := ImplicitSums(sources, spectra, c.Problem.Outputs(), nodes.Teacher)
	if sums > MaximalImplicitSums && !separate(c) {
		return fmt.Errorf("limit: %d outputs, %d sources and %d spectra are coupled by %d sums over the modes: an implicit method is for at most %d, expected an explicit one",
			c.Problem.Outputs(), sources, spectra, sums, MaximalImplicitSums)
	}
	return nil
}

// sumGradients writes V: how the sums follow from the state. AdaGrad-Norm's sum
// follows itself.
func (l *lowRank) sumGradients(y []float64) {
	m := l.m
	n := m.outputs
	for q := range m.models * n {
		l.linearGradient(q/n, q%n, -1)
		l.store(l.v, q)
	}
	q := m.models * n
	for spectrum := range m.nodes.Eigenvalues {
		for a := range n {
			for b := a; b < n; b++ {
				l.secondGradient(y, spectrum, a, b)
				l.store(l.v, q)
				q++
			}
		}
	}
	for spectrum := range m.nodes.Eigenvalues {
		for a := range n {
			for b := range m.teacher {
				l.linearGradient(m.models+b, a, spectrum)
				l.store(l.v, q)
				q++
			}
		}
	}
	if q < l.rank {
		clear(l.column)
		l.column[len(y)-1] = 1
		l.store(l.v, q)
	}
}

// linearGradient writes the gradient of Σ σ_s y_a, with λ of a spectrum if that is
// not negative.
func (l *lowRank) linearGradient(source, a, spectrum int) {
	m := l.m
	clear(l.column)
	for node, products := range m.wholeProducts() {
		gradient, _ := m.at(l.column, node)
		weight := 1.0
		if spectrum >= 0 {
			weight = m.nodes.Eigenvalues[spectrum][node]
		}
		for k := range m.responses {
			gradient[k*m.outputs+a] = weight * products[source*m.responses+k]
		}
		l.rotate(node, l.column, true)
	}
}

// secondGradient writes the gradient of (1/d) Σ λ (y_a y_b + C_ab).
func (l *lowRank) secondGradient(y []float64, spectrum, a, b int) {
	m := l.m
	n := m.outputs
	clear(l.column)
	products := m.wholeProducts()
	for node, w := range m.wholeWeights() {
		phi, _ := m.at(y, node)
		gradient, varianceGradient := m.at(l.column, node)
		lambda := m.nodes.Eigenvalues[spectrum][node]
		for k := range m.responses {
			pullA, pullB := 0.0, 0.0
			for j, product := range products[node][k*m.responses : (k+1)*m.responses] {
				pullA = math.FMA(product, phi[j*n+a], pullA)
				pullB = math.FMA(product, phi[j*n+b], pullB)
			}
			gradient[k*n+a] = lambda * pullB
			gradient[k*n+b] += float64(lambda * pullA)
		}
		varianceGradient[packedIndex(a, b, n)] = lambda * w
		l.rotate(node, l.column, true)
	}
}

// packedIndex is the place of entry a ≤ b of a packed symmetric n×n matrix.
func packedIndex(a, b, n int) int { return a*n - a*(a-1)/2 + b - a }
