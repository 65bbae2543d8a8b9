package limit

import (
	"fmt"
	"math"

	"anisgd/engine/closure"
	"anisgd/engine/internal/phase"
	"anisgd/engine/ode"
	"anisgd/engine/problem"
	"anisgd/engine/rate"
	"anisgd/engine/spectrum"
	"anisgd/engine/statistic"
)

// compressed is the limiting dynamics on the nodes of the spectrum (theory,
// section 8). Every mode's linear equation depends on the mode only through its
// eigenvalues, and is linear in its sources σ_j: the directions of the means, the
// columns of the teacher, and those of the start. So
//
//	y_ρ = Σ_j σ_{j,ρ} φ_j(λ_ρ),   φ_j' = −(A φ_j + b_j),
//
// with response functions φ_j that are smooth in the eigenvalues whatever the
// sources are, and sums over the modes become sums over the nodes with the weights
// of the products σ_j σ_k, aggregated once. A solve costs the same at any d.
//
// The state is, for each node, the responses of all sources (ℓ numbers each), then
// C packed; and AdaGrad-Norm's sum at the end. compressed implements ode.System
// and, with its integrator, dynamics.
type compressed struct {
	flat

	closure *closure.Closure
	nodes   *spectrum.Nodes

	outputs, teacher  int
	models, responses int     // sources of the model, and all of them
	pairs, stride     int     // packed entries of C, and numbers per node
	trace             float64 // Σ p_i tr K_i/d

	coupling       *closure.Coupling
	lastRate       float64
	equation       *nodeEquation
	drive          []float64
	linear         []float64 // Σ over modes of σ_j y_a, ℓ for each source j
	seconds        []float64 // (1/d) Σ_ρ λ_l (y yᵀ + C), ℓ×ℓ for each spectrum
	crosses        []float64 // (1/d) Σ_ρ λ_l y_a x*_b, ℓ×ℓ* for each spectrum
	product        []float64 // W Φ of one node, ℓ for each source
	square         []float64 // ℓ×ℓ
	shifted        []float64 // responses less something
	state          []float64 // whose laws are being closed
	gradientNorm2  closure.GradientNorm2
	coarseWeights  []float64
	coarseProducts [][]float64
}

func newCompressed(c *Config, method *method, cl *closure.Closure, nodes *spectrum.Nodes, constants *statistic.Constants) (*compressed, error) {
	outputs, sources := c.Problem.Outputs(), nodes.Sources()
	m := &compressed{
		flat: flat{
			config:  c,
			current: constants.NewMoments().Laws, observed: constants.NewMoments().Laws,
			fsal: method.tableau != nil && method.tableau.FSAL,
		},
		closure: cl, nodes: nodes,
		outputs: outputs, teacher: nodes.Teacher,
		models: nodes.Models, responses: sources,
		pairs:    outputs * (outputs + 1) / 2,
		coupling: cl.NewCoupling(),
		equation: newNodeEquation(outputs),
		drive:    make([]float64, outputs),
		linear:   make([]float64, sources*outputs),
		product:  make([]float64, sources*outputs),
		square:   make([]float64, outputs*outputs),
		shifted:  make([]float64, sources*outputs),
	}
	m.close = m.closeAt
	traces := nodes.Modes().Traces
	for _, class := range nodes.Classes {
		m.trace = math.FMA(class.Prior, traces[class.Spectrum], m.trace)
	}
	m.stride = m.responses*outputs + m.pairs
	m.coarseWeights, m.coarseProducts = nodes.Coarse()
	m.seconds = make([]float64, len(nodes.Eigenvalues)*outputs*outputs)
	m.crosses = make([]float64, len(nodes.Eigenvalues)*outputs*m.teacher)
	if _, searches := c.Rate.(rate.LineSearch); searches {
		m.gradientNorm2 = m.measureGradient
	}
	var err error
	tolerance := ode.Tolerance{Relative: c.RelativeTolerance, Absolute: c.AbsoluteTolerance}
	if method.tableau == nil {
		m.integrator, err = ode.NewRadau9(m, newLinearization(m), tolerance)
	} else {
		m.integrator, err = ode.NewRungeKutta(m, method.tableau, tolerance)
	}
	if err != nil {
		return nil, fmt.Errorf("limit: %w", err)
	}
	for node := range m.nodes.Count() {
		phi, variance := m.at(m.State(), node)
		for a, column := range nodes.Start {
			if column.Source >= 0 {
				phi[column.Source*outputs+a] = column.Factor
			}
		}
		at := 0
		for a := range outputs {
			variance[at] = c.StartVariance
			at += outputs - a
		}
	}
	return m, nil
}

// accumulates reports whether AdaGrad-Norm's sum matters.
func (m *compressed) accumulates() bool {
	_, accumulates := m.config.Rate.(rate.AdaGradNorm)
	return accumulates
}

// Dim implements ode.System.
func (m *compressed) Dim() int { return m.nodes.Count()*m.stride + 1 }

// at is the part of a state that belongs to a node: responses and variance.
func (m *compressed) at(state []float64, node int) (phi, variance []float64) {
	part := state[node*m.stride : (node+1)*m.stride]
	split := m.responses * m.outputs
	return part[:split], part[split:]
}

// Derivative implements ode.System.
func (m *compressed) Derivative(dst []float64, t float64, state []float64) {
	m.close(state, t, m.current)
	phase.Update.Enter()
	dst[len(dst)-1] = m.closure.Gradient2()
	if m.outputs == 1 {
		m.slopesOne(dst, m.coupling, state)
		return
	}
	diagonal := isDiagonal(m.coupling, m.outputs)
	n := m.outputs
	for node := range m.nodes.Count() {
		m.equation.at(m.coupling, m.nodes, node)
		phi, variance := m.at(state, node)
		phiSlope, varianceSlope := m.at(dst, node)
		for j := range m.responses {
			m.driveOf(m.coupling, j, node)
			m.equation.responseSlope(phiSlope[j*n:(j+1)*n], phi[j*n:(j+1)*n], m.drive)
		}
		m.equation.varianceSlope(varianceSlope, variance, diagonal)
	}
}

// wholeWeights and wholeProducts are the weights of sums over all modes.
func (m *compressed) wholeWeights() []float64 {
	return m.nodes.Weights(statistic.Functional{Kind: statistic.Whole})
}

func (m *compressed) wholeProducts() [][]float64 {
	return m.nodes.Products(statistic.Functional{Kind: statistic.Whole})
}

// driveOf writes b_j at a node: the drive of a source of the model, Σ_l λ_l times
// that of a column of the teacher, none of a start.
func (m *compressed) driveOf(k *closure.Coupling, j, node int) {
	n := m.outputs
	switch {
	case j < m.models:
		copy(m.drive, k.Drive[j*n:(j+1)*n])
	case j < m.models+m.teacher:
		clear(m.drive)
		for l := range m.nodes.Eigenvalues {
			s := m.models + l*m.teacher + j - m.models
			for a := range n {
				m.drive[a] = math.FMA(m.nodes.Eigenvalues[l][node], k.Drive[s*n+a], m.drive[a])
			}
		}
	default:
		clear(m.drive)
	}
}

// multiply writes product = W Φ for the weights W of the products of sources at a
// node, and adds ΦᵀWΦ to the square.
func (m *compressed) multiply(weights, phi []float64, square []float64) {
	n := m.outputs
	clear(m.product)
	for j := range m.responses {
		row := m.product[j*n : (j+1)*n]
		for k, w := range weights[j*m.responses : (j+1)*m.responses] {
			for a, v := range phi[k*n : (k+1)*n] {
				row[a] = math.FMA(w, v, row[a])
			}
		}
	}
	for j := range m.responses {
		for a, v := range phi[j*n : (j+1)*n] {
			for b, w := range m.product[j*n : (j+1)*n] {
				square[a*n+b] = math.FMA(v, w, square[a*n+b])
			}
		}
	}
}

// addVariance adds w·C to the square.
func (m *compressed) addVariance(square, variance []float64, w float64) {
	n := m.outputs
	at := 0
	for a := range n {
		for b := a; b < n; b++ {
			square[a*n+b] = math.FMA(w, variance[at], square[a*n+b])
			if a != b {
				square[b*n+a] = math.FMA(w, variance[at], square[b*n+a])
			}
			at++
		}
	}
}

// sum sums over the nodes: linear, seconds and crosses, the numbers on which the
// laws of the outputs at a state depend.
func (m *compressed) sum(state []float64) {
	n := m.outputs
	if n == 1 {
		m.sumOne(state)
		return
	}
	m.sumWith(state, m.wholeWeights(), m.wholeProducts())
}

// sumWith sums over the nodes with the given weights.
func (m *compressed) sumWith(state, weights []float64, products [][]float64) {
	n := m.outputs
	clear(m.linear)
	clear(m.seconds)
	clear(m.crosses)
	for node, w := range weights {
		phi, variance := m.at(state, node)
		clear(m.square)
		m.multiply(products[node], phi, m.square)
		m.addVariance(m.square, variance, w)
		for i, v := range m.product {
			m.linear[i] += v
		}
		for l := range m.nodes.Eigenvalues {
			lambda := m.nodes.Eigenvalues[l][node]
			second := m.seconds[l*n*n : (l+1)*n*n]
			for ab, v := range m.square {
				second[ab] = math.FMA(lambda, v, second[ab])
			}
			for b := range m.teacher {
				for a, v := range m.product[(m.models+b)*n : (m.models+b+1)*n] {
					at := (l*n+a)*m.teacher + b
					m.crosses[at] = math.FMA(lambda, v, m.crosses[at])
				}
			}
		}
	}
}

// assemble writes the laws that follow from the sums.
func (m *compressed) assemble(laws []problem.Law) {
	n := m.outputs
	for i, class := range m.nodes.Classes {
		law := &laws[i]
		for a := range n {
			law.Mean[a] = 0
			if class.Source >= 0 {
				law.Mean[a] = class.Factor * m.linear[class.Source*n+a]
			}
		}
		l := class.Spectrum
		copy(law.Covariance, m.seconds[l*n*n:(l+1)*n*n])
		for a := range n {
			// A trial step may leave the domain C ≥ 0 by its own error.
			law.Covariance[a*n+a] = math.Max(law.Covariance[a*n+a], 0)
		}
		copy(law.Cross, m.crosses[l*n*m.teacher:(l+1)*n*m.teacher])
	}
}

// writeLaws writes the laws of the outputs at a state.
func (m *compressed) writeLaws(state []float64, laws []problem.Law) {
	m.sum(state)
	m.assemble(laws)
}

// closeAt evaluates the laws and the coupling at a state.
func (m *compressed) closeAt(state []float64, t float64, laws []problem.Law) {
	phase.Reduce.Enter()
	m.writeLaws(state, laws)
	phase.Expectation.Enter()
	m.state = state
	m.lastRate = m.closure.Evaluate(m.coupling, laws, t, state[len(state)-1], m.gradientNorm2)
}

// measureGradient is ‖∇R‖² at the state being closed: with residuals
// ψ_j = A⁰ φ_j + b⁰_j of every source, Σ over the nodes of tr(ΨᵀWΨ) + w tr(A⁰CA⁰).
func (m *compressed) measureGradient(gain *closure.Coupling) float64 {
	n := m.outputs
	whole := statistic.Functional{Kind: statistic.Whole}
	residual := m.shifted
	total := 0.0
	for node, w := range m.nodes.Weights(whole) {
		phi, variance := m.at(m.state, node)
		m.equation.at(gain, m.nodes, node)
		for j := range m.responses {
			m.driveOf(gain, j, node)
			m.equation.responseSlope(residual[j*n:(j+1)*n], phi[j*n:(j+1)*n], m.drive)
		}
		clear(m.square)
		m.multiply(m.nodes.Products(whole)[node], residual, m.square)
		for a := range n {
			total += m.square[a*n+a]
		}
		unpack(m.equation.c, variance, n)
		norm := m.closure.VarianceNorm2(gain, func(l int) float64 { return m.nodes.Eigenvalues[l][node] }, m.equation.c)
		total = math.FMA(w, norm, total)
	}
	return total
}
