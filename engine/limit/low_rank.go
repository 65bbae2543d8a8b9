package limit

import (
	"math"

	"anisgd/kernels"
)

// lowRank solves with shifted Jacobians of the compressed dynamics of one output,
// for the implicit method. Given the few sums on which the laws of the outputs
// depend, every response and every variance relaxes by itself, so
//
//	J = D + U Vᵀ,   D diagonal, U = ∂f/∂sums, Vᵀ = ∂sums/∂state,
//
// and the Sherman–Morrison–Woodbury formula inverts σ − J at the price of a few
// passes over the nodes. lowRank implements ode.Linearization.
type lowRank struct {
	m     *compressed
	sums  []*float64 // on which the laws depend; AdaGrad-Norm's sum is one more
	rank  int
	rates []float64   // −D
	u, v  [][]float64 // rank columns of length Dim

	base, moved *kernels.Coupling
	real        woodbury
	complex     [2]woodbury
}

// woodbury is the solution with one shift: 1/(σ − D), Z = (σ − D)⁻¹U and the
// elimination of 1 − VᵀZ.
type woodbury struct {
	inverse []complexNumber
	z       [][]complexNumber
	small   elimination
	right   []complexNumber
	x       []complexNumber
}

func newLowRank(m *compressed) *lowRank {
	sums := m.sums()
	l := &lowRank{m: m, sums: sums, rank: len(sums) + 1, base: m.closure.NewCoupling(), moved: m.closure.NewCoupling()}
	n := m.Dim()
	l.rates = make([]float64, n)
	for range l.rank {
		l.u, l.v = append(l.u, make([]float64, n)), append(l.v, make([]float64, n))
	}
	for _, w := range []*woodbury{&l.real, &l.complex[0], &l.complex[1]} {
		w.inverse, w.x = make([]complexNumber, n), make([]complexNumber, n)
		w.right = make([]complexNumber, l.rank)
		for range l.rank {
			w.z = append(w.z, make([]complexNumber, n))
		}
		w.small = newElimination(l.rank)
	}
	return l
}

// sums points at every sum on which the laws depend: those of the sources of the
// model, of the spectra, and of the teacher.
func (m *compressed) sums() []*float64 {
	var list []*float64
	for s := range m.models {
		list = append(list, &m.linear[s])
	}
	for i := range m.seconds {
		list = append(list, &m.seconds[i])
	}
	for i := range m.crosses {
		list = append(list, &m.crosses[i])
	}
	return list
}

// Linearize implements ode.Linearization. Derivatives by the sums are differences
// of couplings, each as cheap as a right-hand side without its passes.
func (l *lowRank) Linearize(t float64, y, _ []float64) (evaluations int) {
	m := l.m
	last := len(y) - 1
	m.sum(y)
	l.sumGradients(y)
	m.state = y
	gradient2 := l.evaluate(l.base, t, y[last])
	l.relaxation(y)
	for q := range l.rank {
		accumulated := y[last]
		at := &accumulated
		if q < len(l.sums) {
			at = l.sums[q]
		}
		value := *at
		*at = value + math.Copysign(0x1p-20*math.Max(math.Abs(value), 1e-6), value)
		increment := *at - value
		moved := l.evaluate(l.moved, t, accumulated)
		*at = value
		l.column(l.u[q], y, increment)
		l.u[q][last] = (moved - gradient2) / increment
	}
	return 1
}

// evaluate closes the equations at the current sums and returns the slope of
// AdaGrad-Norm's sum.
func (l *lowRank) evaluate(dst *kernels.Coupling, t, accumulated float64) (gradient2 float64) {
	m := l.m
	m.assemble(m.observed)
	m.closure.Evaluate(dst, m.observed, t, accumulated, m.gradientNorm2)
	return m.closure.Gradient2()
}

// sumGradients writes V: how the sums follow from the state. The last is
// AdaGrad-Norm's sum itself.
func (l *lowRank) sumGradients(y []float64) {
	m := l.m
	whole := m.wholeProducts()
	spectra := len(m.nodes.eigenvalues)
	for node, w := range m.wholeWeights() {
		phi, _ := m.at(y, node)
		first := node * m.stride
		products := whole[node]
		for k := range m.responses {
			pull := 0.0
			for j, v := range phi {
				pull = math.FMA(products[k*m.responses+j], v, pull)
			}
			for s := range m.models {
				l.v[s][first+k] = products[s*m.responses+k]
			}
			for spectrum := range spectra {
				lambda := m.nodes.eigenvalues[spectrum][node]
				l.v[m.models+spectrum][first+k] = 2 * lambda * pull
				for b := range m.teacher {
					l.v[m.models+spectra+spectrum*m.teacher+b][first+k] = lambda * products[(m.models+b)*m.responses+k]
				}
			}
		}
		for spectrum := range spectra {
			l.v[m.models+spectrum][first+m.responses] = m.nodes.eigenvalues[spectrum][node] * w
		}
	}
	l.v[l.rank-1][len(y)-1] = 1
}

// relaxation writes the rates −D at the base coupling.
func (l *lowRank) relaxation(y []float64) {
	m := l.m
	for node := range m.nodes.count() {
		m.equation.at(l.base, m.nodes, node)
		first := node * m.stride
		for k := range m.responses {
			l.rates[first+k] = m.equation.a[0]
		}
		l.rates[first+m.responses] = 2 * m.equation.a[0]
	}
	l.rates[len(y)-1] = 0
}

// column writes the derivative of the right-hand side by a sum, from the coupling
// moved by an increment of it.
func (l *lowRank) column(dst, y []float64, increment float64) {
	m := l.m
	for i, v := range l.base.Rate {
		l.moved.Rate[i] = (l.moved.Rate[i] - v) / increment
	}
	for i, v := range l.base.Noise {
		l.moved.Noise[i] = (l.moved.Noise[i] - v) / increment
	}
	for i, v := range l.base.Drive {
		l.moved.Drive[i] = (l.moved.Drive[i] - v) / increment
	}
	l.moved.Decay = (l.moved.Decay - l.base.Decay) / increment
	for node := range m.nodes.count() {
		m.equation.at(l.moved, m.nodes, node)
		phi, variance := m.at(y, node)
		slopes, varianceSlope := m.at(dst, node)
		for j := range m.responses {
			m.driveOf(l.moved, j, node)
			m.equation.responseSlope(slopes[j:j+1], phi[j:j+1], m.drive)
		}
		m.equation.varianceSlope(varianceSlope, variance, true)
	}
}

// Factor implements ode.Linearization.
func (l *lowRank) Factor(shift float64, complexShifts [2]complex128) {
	l.factor(&l.real, complexNumber{shift, 0})
	for k, s := range complexShifts {
		l.factor(&l.complex[k], complexNumber{real(s), imag(s)})
	}
}

func (l *lowRank) factor(w *woodbury, shift complexNumber) {
	for i, rate := range l.rates {
		w.inverse[i] = complexNumber{shift.re + rate, shift.im}.reciprocal()
	}
	for q, u := range l.u {
		for i, v := range u {
			w.z[q][i] = w.inverse[i].scaled(v)
		}
	}
	for p, v := range l.v {
		for q, z := range w.z {
			sum := dotComplex(v, z)
			if p == q {
				w.small.set(p, q, complexNumber{1 - sum.re, -sum.im})
			} else {
				w.small.set(p, q, complexNumber{-sum.re, -sum.im})
			}
		}
	}
	w.small.factor()
}

// solve replaces x by (σ − J)⁻¹x.
func (l *lowRank) solve(w *woodbury) {
	for i := range w.x {
		w.x[i] = w.x[i].times(w.inverse[i])
	}
	for p, v := range l.v {
		w.right[p] = dotComplex(v, w.x)
	}
	w.small.solve(w.right)
	for q, z := range w.z {
		c := w.right[q]
		for i := range w.x {
			w.x[i] = w.x[i].plus(c.times(z[i]))
		}
	}
}

// SolveReal implements ode.Linearization.
func (l *lowRank) SolveReal(x []float64) {
	for i, v := range x {
		l.real.x[i] = complexNumber{v, 0}
	}
	l.solve(&l.real)
	for i := range x {
		x[i] = l.real.x[i].re
	}
}

// SolveComplex implements ode.Linearization.
func (l *lowRank) SolveComplex(k int, re, im []float64) {
	w := &l.complex[k]
	for i, v := range re {
		w.x[i] = complexNumber{v, im[i]}
	}
	l.solve(w)
	for i, v := range w.x {
		re[i], im[i] = v.re, v.im
	}
}
