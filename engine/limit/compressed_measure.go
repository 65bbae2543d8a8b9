package limit

import (
	"math"

	"anisgd/engine/problem"
	"anisgd/engine/statistic"
)

// coarseLaws writes the laws that follow from the coarse weights of the nodes at a
// fraction theta of the last step, right after measure was called for it.
func (m *compressed) coarseLaws(laws []problem.Law, theta float64) {
	state := m.State()
	if theta < 1 {
		state = m.dense
	}
	m.sumWith(state, m.coarseWeights, m.coarseProducts)
	m.assemble(laws)
}

// measure implements dynamics.
func (m *compressed) measure(dst *statistic.Moments, t, theta float64) (learningRate float64) {
	state := m.observe(t, theta)
	m.writeLaws(state, dst.Laws)
	m.norms(dst.ColumnNorm2, state, statistic.Functional{Kind: statistic.Whole}, false)
	for b := range m.teacher {
		for a := range m.outputs {
			dst.TeacherDot[a*m.teacher+b] = m.linear[(m.models+b)*m.outputs+a]
		}
	}
	dst.Distance2 = 0
	if m.teacher == m.outputs {
		column := make([]float64, m.outputs)
		m.norms(column, state, statistic.Functional{Kind: statistic.Whole}, true)
		for _, v := range column {
			dst.Distance2 += v
		}
	}
	m.measureWindows(dst, state)
	for q := range dst.Quadratic {
		column := make([]float64, m.outputs)
		m.norms(column, state, statistic.Functional{Kind: statistic.ByWeights, Index: q}, false)
		dst.Quadratic[q] = 0
		for _, v := range column {
			dst.Quadratic[q] += v
		}
	}
	return rateAt(m.config.Rate, t, m.lastRate)
}

// norms writes (1/d) Σ_ρ w_ρ (y_a² + C_aa) for every output, of X − X* instead of X
// if fromTeacher: the teacher's columns are sources too, so its distance is that of
// the responses from the identity, without cancellation.
func (m *compressed) norms(dst, state []float64, f statistic.Functional, fromTeacher bool) {
	n := m.outputs
	clear(m.square)
	shifted := m.shifted
	for node, w := range m.nodes.Weights(f) {
		phi, variance := m.at(state, node)
		copy(shifted, phi)
		if fromTeacher {
			for a := range n {
				shifted[(m.models+a)*n+a]--
			}
		}
		m.multiply(m.nodes.Products(f)[node], shifted, m.square)
		m.addVariance(m.square, variance, w)
	}
	for a := range n {
		dst[a] = math.Max(m.square[a*n+a], 0)
	}
}

func (m *compressed) measureWindows(dst *statistic.Moments, state []float64) {
	n, classes := m.outputs, m.nodes.Classes
	for w := range m.config.Observables.Windows {
		f := statistic.Functional{Kind: statistic.InWindow, Index: w}
		m.norms(dst.WindowNorm2[w*n:(w+1)*n], state, f, false)
		clear(m.linear)
		for node := range m.nodes.Count() {
			phi, _ := m.at(state, node)
			clear(m.square)
			m.multiply(m.nodes.Products(f)[node], phi, m.square)
			for i, v := range m.product {
				m.linear[i] += v
			}
		}
		for i, class := range classes {
			for a := range n {
				at := (w*len(classes)+i)*n + a
				dst.WindowMean[at] = 0
				if class.Source >= 0 {
					dst.WindowMean[at] = class.Factor * m.linear[class.Source*n+a]
				}
			}
		}
	}
}
