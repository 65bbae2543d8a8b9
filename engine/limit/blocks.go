package limit

import (
	"math"

	"anisgd/engine/closure"
	"anisgd/engine/rate"
)

// blocks is the Jacobian of the sums for several outputs that relax alike and apart:
// least squares at a given learning rate. Means of different outputs then do not
// couple, and all have the same equations; nor do different entries of the second
// moments. So one small matrix serves the means, as many rows as there are sources,
// and one the second moments, as many as there are spectra, whatever ℓ is. What
// means do to second moments comes with the next sweep. blocks implements
// sumJacobian.
type blocks struct {
	m              *compressed
	base, moved    *closure.Coupling
	rates          []float64 // a of each node
	drive, noise   []float64 // ∂Drive_j/∂mean_s and ∂Noise_l/∂second_k of the first output
	means, seconds [3]elimination
	inverse        [2][]float64 // 1/(σ + a) and 1/(σ + 2a) for the real shift
	gains          []complexNumber
	coefficients   []complexNumber
	right          []float64
	shift          float64
}

// separate reports whether blocks serves a problem.
func separate(c *Config) bool {
	if c.Problem.Outputs() == 1 || !alike(c.Problem) {
		return false
	}
	_, schedule := c.Rate.(rate.Schedule)
	_, adaptive := c.Rate.(rate.AdaGradNorm)
	return schedule || adaptive
}

func newBlocks(m *compressed) *blocks {
	models, spectra := m.models, len(m.nodes.Eigenvalues)
	b := &blocks{
		m: m, base: m.closure.NewCoupling(), moved: m.closure.NewCoupling(),
		rates: make([]float64, m.nodes.Count()),
		drive: make([]float64, models*models), noise: make([]float64, spectra*spectra),
		gains:        make([]complexNumber, max(models*models, spectra*spectra)),
		coefficients: make([]complexNumber, max(models, spectra)),
		right:        make([]float64, models*m.outputs+spectra*m.pairs),
	}
	for k := range b.means {
		b.means[k], b.seconds[k] = newElimination(models), newElimination(spectra)
	}
	for i := range b.inverse {
		b.inverse[i] = make([]float64, m.nodes.Count())
	}
	return b
}

// Linearize implements sumJacobian.
func (b *blocks) Linearize(t float64, y, _ []float64) (evaluations int) {
	m := b.m
	n := m.outputs
	m.sum(y)
	b.close(b.base, t, y)
	residual := max(m.meanResidual2(m.closure.Gradient2()), 1)
	for node := range b.rates {
		m.equation.at(b.base, m.nodes, node)
		b.rates[node] = m.equation.a[0]
	}
	for s := range m.models {
		increment := b.displace(&m.linear[s*n], math.Sqrt(residual), t, y)
		for j := range m.models {
			b.drive[j*m.models+s] = (b.moved.Drive[j*n] - b.base.Drive[j*n]) / increment
		}
	}
	spectra := len(m.nodes.Eigenvalues)
	for k := range spectra {
		increment := b.displace(&m.seconds[k*n*n], residual, t, y)
		for l := range spectra {
			b.noise[l*spectra+k] = (b.moved.Noise[l*n*n] - b.base.Noise[l*n*n]) / increment
		}
	}
	return 1
}

// displace closes the equations with another value of a sum, which matters down to a
// floor.
func (b *blocks) displace(sum *float64, floor, t float64, y []float64) (increment float64) {
	value := *sum
	*sum = value + math.Copysign(0x1p-20*max(math.Abs(value), floor), value)
	increment = *sum - value
	b.close(b.moved, t, y)
	*sum = value
	return increment
}

func (b *blocks) close(dst *closure.Coupling, t float64, y []float64) {
	b.m.assemble(b.m.observed)
	b.m.closure.Evaluate(dst, b.m.observed, t, y[len(y)-1], nil)
}

// Factor implements sumJacobian.
func (b *blocks) Factor(shift float64, complexShifts [2]complex128) {
	shifts := [3]complexNumber{{shift, 0}, {real(complexShifts[0]), imag(complexShifts[0])}, {real(complexShifts[1]), imag(complexShifts[1])}}
	b.shift = shift
	for node, a := range b.rates {
		b.inverse[0][node], b.inverse[1][node] = 1/(shift+a), 1/(shift+2*a)
	}
	for k, sigma := range shifts {
		b.factorMeans(&b.means[k], sigma)
		b.factorSeconds(&b.seconds[k], sigma)
	}
}

// factorMeans eliminates 1 + G·∂Drive/∂mean with G_sj = Σ_n P_sj/(σ + a).
func (b *blocks) factorMeans(e *elimination, sigma complexNumber) {
	m := b.m
	size := m.models
	gains := b.gains[:size*size]
	clear(gains)
	for node, products := range m.wholeProducts() {
		inverse := complexNumber{sigma.re + b.rates[node], sigma.im}.reciprocal()
		for s := range size {
			for j, product := range products[s*m.responses : s*m.responses+size] {
				g := &gains[s*size+j]
				g.re, g.im = math.FMA(product, inverse.re, g.re), math.FMA(product, inverse.im, g.im)
			}
		}
	}
	e.setSum(gains, b.drive, 1)
	e.factor()
}

// factorSeconds eliminates 1 − H·∂Noise/∂second with H_lk = Σ_n w λ_l λ_k/(σ + 2a).
func (b *blocks) factorSeconds(e *elimination, sigma complexNumber) {
	m := b.m
	spectra := m.nodes.Eigenvalues
	size := len(spectra)
	gains := b.gains[:size*size]
	clear(gains)
	for node, w := range m.wholeWeights() {
		inverse := complexNumber{sigma.re + 2*b.rates[node], sigma.im}.reciprocal()
		for l := range size {
			for k := range size {
				weight := w * spectra[l][node] * spectra[k][node]
				g := &gains[l*size+k]
				g.re, g.im = math.FMA(weight, inverse.re, g.re), math.FMA(weight, inverse.im, g.im)
			}
		}
	}
	e.setSum(gains, b.noise, -1)
	e.factor()
}

// solveSums implements sumJacobian: crosses and AdaGrad-Norm's sum do not act back.
func (b *blocks) solveSums(k int, re, im []float64) {
	m := b.m
	for a := range m.outputs {
		b.solveBlock(&b.means[k], re, im, a, m.outputs)
	}
	first := m.models * m.outputs
	for pair := range m.pairs {
		b.solveBlock(&b.seconds[k], re, im, first+pair, m.pairs)
	}
}

// solveBlock solves for entries first, first + stride, and so on.
func (b *blocks) solveBlock(e *elimination, re, im []float64, first, stride int) {
	x := b.coefficients[:e.n]
	for i := range x {
		x[i].re, x[i].im = re[first+i*stride], 0
		if im != nil {
			x[i].im = im[first+i*stride]
		}
	}
	e.solve(x)
	for i, v := range x {
		re[first+i*stride] = v.re
		if im != nil {
			im[first+i*stride] = v.im
		}
	}
}

// SolveReal implements sumJacobian.
func (b *blocks) SolveReal(x []float64) {
	m := b.m
	n, spectra := m.outputs, m.nodes.Eigenvalues
	firstSecond := m.models * n
	clear(b.right)
	products := m.wholeProducts()
	for node, w := range m.wholeWeights() {
		phi, variance := m.at(x, node)
		for i := range phi {
			phi[i] *= b.inverse[0][node]
		}
		for s := range m.models {
			for k, product := range products[node][s*m.responses : (s+1)*m.responses] {
				for a, v := range phi[k*n : (k+1)*n] {
					b.right[s*n+a] = math.FMA(product, v, b.right[s*n+a])
				}
			}
		}
		for p := range variance {
			variance[p] *= b.inverse[1][node]
			for l := range spectra {
				at := firstSecond + l*m.pairs + p
				b.right[at] = math.FMA(float64(w*spectra[l][node]), variance[p], b.right[at])
			}
		}
	}
	b.solveSums(0, b.right, nil)
	for node := range products {
		phi, variance := m.at(x, node)
		for j := range m.models {
			for s := range m.models {
				slope := -b.inverse[0][node] * b.drive[j*m.models+s]
				for a := range n {
					phi[j*n+a] = math.FMA(slope, b.right[s*n+a], phi[j*n+a])
				}
			}
		}
		for k := range spectra {
			slope := 0.0
			for l := range spectra {
				slope = math.FMA(spectra[l][node], b.noise[l*len(spectra)+k], slope)
			}
			slope *= b.inverse[1][node]
			for p := range variance {
				variance[p] = math.FMA(slope, b.right[firstSecond+k*m.pairs+p], variance[p])
			}
		}
	}
	x[len(x)-1] /= b.shift
}
