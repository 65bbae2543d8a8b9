package limit

import (
	"fmt"
	"math"

	"anisgd/engine/closure"
	"anisgd/engine/internal/phase"
	"anisgd/engine/ode"
	"anisgd/engine/parallel"
	"anisgd/engine/problem"
	"anisgd/engine/rate"
	"anisgd/engine/spectrum"
	"anisgd/engine/statistic"
	"anisgd/kernels"
)

// modesPerBlock modes are worked on at a time, so that their columns stay in the
// second-level cache. It divides parallel.ModesPerChunk.
const modesPerBlock = 512

// matrix is the limiting dynamics of ℓ > 1 outputs, for the general stepper of
// package ode. The state is, one after the other,
//
//	y_a = √d·x̄_a      for every output a, over all d modes
//	C                  at the nodes of the spectrum, the ℓ(ℓ+1)/2 entries a ≤ b of each node together
//	AdaGrad-Norm's sum
//
// C depends on a mode only through its eigenvalues, so that it needs no storage
// per mode: for spectra that are constant on blocks, or smooth curves, a hundred
// nodes or so serve any d. Memory: about 80·(d·ℓ + n·ℓ²/2) bytes for n nodes.
//
// matrix implements ode.System and, with its stepper, dynamics.
type matrix struct {
	flat

	closure *closure.Closure
	pool    *parallel.Pool
	nodes   *spectrum.Nodes
	sources [][]float64
	outputs int
	pairs   int
	dim     int // d

	coupling *closure.Coupling
	meter    *statistic.Meter
	blocks   []*block // scratch, one per chunk

	means    []float64 // Σ_ρ M_s y_a at [s·ℓ + a]
	seconds  []float64 // Σ_ρ λ_l y_a y_b at [l·ℓ² + a·ℓ + b]
	variance nodeVariance

	slope         []float64 // of the derivative in progress
	columns       [][]float64
	slopes        [][]float64
	diagonal      bool // every Rate_l is a multiple of the identity
	gradientNorm2 closure.GradientNorm2
	reduceChunk   func(index int)
	slopeChunk    func(index int)
	nodeChunk     func(index int)

	lastRate float64
}

// block is the scratch of one chunk.
type block struct {
	means, seconds []float64
	weighted       [][]float64 // ℓ rows of one block of modes
	views          [][]float64 // the columns of one block of modes
	equation       *nodeEquation
}

// nodeVariance is a variance given at nodes, packed.
type nodeVariance struct {
	nodes   *spectrum.Nodes
	outputs int
	values  []float64 // n·ℓ(ℓ+1)/2
}

// Integrate implements statistic.Variance.
func (v *nodeVariance) Integrate(dst []float64, f statistic.Functional) {
	clear(dst)
	at := 0
	for _, w := range v.nodes.Weights(f) {
		for a := range v.outputs {
			for b := a; b < v.outputs; b++ {
				dst[a*v.outputs+b] = math.FMA(w, v.values[at], dst[a*v.outputs+b])
				at++
			}
		}
	}
	for a := range v.outputs {
		for b := range a {
			dst[a*v.outputs+b] = dst[b*v.outputs+a]
		}
	}
}

func newMatrix(c *Config, tableau *ode.Tableau, cl *closure.Closure, meter *statistic.Meter, pool *parallel.Pool) (*matrix, error) {
	outputs := c.Problem.Outputs()
	m := &matrix{
		flat: flat{
			config:  c,
			current: meter.NewMoments().Laws, observed: meter.NewMoments().Laws,
			fsal: tableau.FSAL,
		},
		closure: cl, pool: pool,
		nodes:   spectrum.FromArrays(c.Arrays, &c.Observables, nil, false),
		sources: closure.ModeSources(c.Arrays, c.Observables.Teacher),
		outputs: outputs, pairs: outputs * (outputs + 1) / 2, dim: c.Arrays.Dim,
		coupling: cl.NewCoupling(),
		meter:    meter,
	}
	m.close = m.closeAt
	m.means = make([]float64, len(m.sources)*outputs)
	m.seconds = make([]float64, len(c.Arrays.Spectra)*outputs*outputs)
	m.variance = nodeVariance{nodes: m.nodes, outputs: outputs}
	m.columns, m.slopes = make([][]float64, outputs), make([][]float64, outputs)
	for range max(parallel.Chunks(m.dim), pool.Workers()) {
		b := &block{
			means: make([]float64, len(m.means)), seconds: make([]float64, len(m.seconds)),
			equation: newNodeEquation(outputs),
		}
		for range outputs {
			b.weighted = append(b.weighted, make([]float64, modesPerBlock))
		}
		b.views = make([][]float64, outputs)
		m.blocks = append(m.blocks, b)
	}
	if _, searches := c.Rate.(rate.LineSearch); searches {
		m.gradientNorm2 = m.measureGradient
	}
	m.reduceChunk, m.slopeChunk, m.nodeChunk = m.reduce, m.modeSlopes, m.nodeSlopes
	var err error
	m.integrator, err = ode.NewRungeKutta(m, tableau, ode.Tolerance{Relative: c.RelativeTolerance, Absolute: c.AbsoluteTolerance})
	if err != nil {
		return nil, fmt.Errorf("limit: %w", err)
	}
	m.start(m.State())
	return m, nil
}

func (m *matrix) start(state []float64) {
	for a := range m.outputs {
		if m.config.Start != nil {
			copy(state[a*m.dim:(a+1)*m.dim], m.config.Start[a])
		}
	}
	at := m.outputs * m.dim
	for range m.nodes.Count() {
		for a := range m.outputs {
			state[at] = m.config.StartVariance
			at += m.outputs - a
		}
	}
}

// Dim implements ode.System.
func (m *matrix) Dim() int { return m.outputs*m.dim + m.nodes.Count()*m.pairs + 1 }

// view points the columns at the parts of a state.
func (m *matrix) view(columns [][]float64, state []float64) (variance []float64, accumulated float64) {
	for a := range columns {
		columns[a] = state[a*m.dim : (a+1)*m.dim]
	}
	return state[m.outputs*m.dim : len(state)-1], state[len(state)-1]
}

// Derivative implements ode.System.
func (m *matrix) Derivative(dst []float64, t float64, state []float64) {
	m.close(state, t, m.current)
	m.slope = dst
	m.view(m.slopes, dst)
	m.diagonal = isDiagonal(m.coupling, m.outputs)
	phase.Update.Enter()
	m.pool.Each(parallel.Chunks(m.dim), m.slopeChunk)
	m.pool.Each(min(len(m.blocks), m.nodes.Count()), m.nodeChunk)
	dst[len(dst)-1] = m.closure.Gradient2()
}

// closeAt evaluates the laws and the coupling at a state.
func (m *matrix) closeAt(state []float64, t float64, laws []problem.Law) {
	var accumulated float64
	m.variance.values, accumulated = m.view(m.columns, state)
	phase.Reduce.Enter()
	m.pool.Each(parallel.Chunks(m.dim), m.reduceChunk)
	clear(m.means)
	clear(m.seconds)
	for _, b := range m.blocks[:parallel.Chunks(m.dim)] {
		add(m.means, b.means)
		add(m.seconds, b.seconds)
	}
	phase.Expectation.Enter()
	m.writeLaws(laws)
	m.lastRate = m.closure.Evaluate(m.coupling, laws, t, accumulated, m.gradientNorm2)
}

func add(dst, src []float64) {
	for i, v := range src {
		dst[i] += v
	}
}

// reduce sums one chunk of modes: M_s·y_a and Σ λ_l y_a y_b.
func (m *matrix) reduce(index int) {
	phase.Reduce.Enter()
	b := m.blocks[index]
	clear(b.means)
	clear(b.seconds)
	first, end := parallel.Chunk(index, m.dim)
	square := m.outputs * m.outputs
	for lo := first; lo < end; lo += modesPerBlock {
		hi := min(lo+modesPerBlock, end)
		kernels.InnerProducts(b.means, m.sources, m.columns, lo, hi)
		b.view(m.columns, lo, hi)
		for l, spectrum := range m.config.Arrays.Spectra {
			for a, y := range b.views {
				for i, lambda := range spectrum.Values[lo:hi] {
					b.weighted[a][i] = lambda * y[i]
				}
			}
			kernels.InnerProducts(b.seconds[l*square:(l+1)*square], b.weighted, b.views, 0, hi-lo)
		}
	}
}

// view points the block's views at the modes lo ≤ ρ < hi of the columns.
func (b *block) view(columns [][]float64, lo, hi int) {
	for a, y := range columns {
		b.views[a] = y[lo:hi]
	}
}

func (m *matrix) writeLaws(laws []problem.Law) {
	d := float64(m.dim)
	arrays := m.config.Arrays
	n, square := m.outputs, m.outputs*m.outputs
	teacher := len(m.config.Observables.Teacher)
	for i, class := range arrays.Classes {
		law := &laws[i]
		for a := range n {
			law.Mean[a] = 0
			if class.Source >= 0 {
				law.Mean[a] = class.Factor * m.means[class.Source*n+a] / d
			}
		}
		l := class.Spectrum
		m.variance.Integrate(law.Covariance, statistic.Functional{Kind: statistic.BySpectrum, Index: l})
		for ab := range square {
			law.Covariance[ab] += m.seconds[l*square+ab] / d
		}
		for b := range teacher {
			s := len(arrays.Sources) + l*teacher + b
			for a := range n {
				law.Cross[a*teacher+b] = m.means[s*n+a] / d
			}
		}
	}
}

// modeSlopes writes y' in one chunk of modes.
func (m *matrix) modeSlopes(index int) {
	b := m.blocks[index]
	first, end := parallel.Chunk(index, m.dim)
	for lo := first; lo < end; lo += modesPerBlock {
		hi := min(lo+modesPerBlock, end)
		if m.diagonal {
			m.scalarRates(b.weighted[0][:hi-lo], lo)
			for a, y := range m.columns {
				for i, rate := range b.weighted[0][:hi-lo] {
					m.slopes[a][lo+i] = rate * y[lo+i]
				}
			}
		} else {
			for a, y := range m.columns {
				for rho := lo; rho < hi; rho++ {
					m.slopes[a][rho] = m.coupling.Decay * y[rho]
				}
			}
			b.view(m.columns, lo, hi)
			m.matrixRates(b, lo, hi)
		}
		kernels.MultiplyAdd(m.slopes, m.sources, m.coupling.Drive, 1, lo, hi)
		for _, slope := range m.slopes {
			for rho := lo; rho < hi; rho++ {
				slope[rho] = -slope[rho]
			}
		}
	}
}

// scalarRates writes a_ρ = Decay + Σ_l λ_l Rate_l where all Rate_l are multiples
// of the identity.
func (m *matrix) scalarRates(dst []float64, lo int) {
	square := m.outputs * m.outputs
	for i := range dst {
		dst[i] = m.coupling.Decay
	}
	for l, spectrum := range m.config.Arrays.Spectra {
		r := m.coupling.Rate[l*square]
		for i, v := range spectrum.Values[lo : lo+len(dst)] {
			dst[i] = math.FMA(r, v, dst[i])
		}
	}
}

// matrixRates adds Σ_l λ_l Rate_l y to the slopes.
func (m *matrix) matrixRates(b *block, lo, hi int) {
	square := m.outputs * m.outputs
	for l, spectrum := range m.config.Arrays.Spectra {
		// Rate_l is symmetric, so its rows serve as coefficients of its columns.
		for _, product := range b.weighted {
			clear(product)
		}
		kernels.MultiplyAdd(b.weighted, b.views, m.coupling.Rate[l*square:(l+1)*square], 1, 0, hi-lo)
		for a, slope := range m.slopes {
			product := b.weighted[a]
			for i, lambda := range spectrum.Values[lo:hi] {
				slope[lo+i] = math.FMA(lambda, product[i], slope[lo+i])
			}
		}
	}
}

// nodeSlopes writes C' at every node n ≡ index modulo the number of blocks.
func (m *matrix) nodeSlopes(index int) {
	b := m.blocks[index]
	slopes := m.slope[m.outputs*m.dim:]
	for node := index; node < m.nodes.Count(); node += min(len(m.blocks), m.nodes.Count()) {
		b.equation.at(m.coupling, m.nodes, node)
		from, to := node*m.pairs, (node+1)*m.pairs
		b.equation.varianceSlope(slopes[from:to], m.variance.values[from:to], m.diagonal)
	}
}

// measureGradient is ‖∇R‖² at the state being closed.
func (m *matrix) measureGradient(gain *closure.Coupling) float64 {
	total := 0.0
	for index := range parallel.Chunks(m.dim) {
		lo, hi := parallel.Chunk(index, m.dim)
		var sum kernels.Partial
		m.closure.MeanNorm2(gain, m.config.Arrays.Spectra, m.columns, m.sources, lo, hi, &sum)
		total += sum.Sum()
	}
	total /= float64(m.dim)
	c := m.blocks[0].equation.c
	for node, w := range m.nodes.Weights(statistic.Functional{Kind: statistic.Whole}) {
		unpack(c, m.variance.values[node*m.pairs:(node+1)*m.pairs], m.outputs)
		norm := m.closure.VarianceNorm2(gain, func(l int) float64 { return m.nodes.Eigenvalues[l][node] }, c)
		total = math.FMA(w, norm, total)
	}
	return total
}

// measure implements dynamics.
func (m *matrix) measure(dst *statistic.Moments, t, theta float64) (learningRate float64) {
	state := m.observe(t, theta)
	m.variance.values, _ = m.view(m.columns, state)
	m.meter.Measure(dst, m.columns, &m.variance)
	return rateAt(m.config.Rate, t, m.lastRate)
}
