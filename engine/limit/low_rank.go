package limit

import (
	"math"

	"anisgd/engine/rate"
	"anisgd/kernels"
)

// lowRank solves with shifted Jacobians of the compressed dynamics, for the implicit
// method. Given the few sums on which the laws of the outputs depend, the equations
// of every node are linear, with a symmetric matrix A. In its eigenbasis every
// response (rate α_a) and every entry of the variance (rate α_a + α_b) relaxes by
// itself, so in these bases
//
//	J = D + U Vᵀ,   D diagonal, U = ∂f/∂sums, Vᵀ = ∂sums/∂state,
//
// and the Sherman–Morrison–Woodbury formula inverts σ − J at the price of two
// passes over the nodes. lowRank implements ode.Linearization. With n components
// and r sums, Linearize takes r + 1 closures and 2·r passes, Factor 3·r²·n
// operations, and both 8·(2r + 8)·n bytes.
type lowRank struct {
	m       *compressed
	sums    []sum // on which the laws depend; AdaGrad-Norm's sum is one more
	rank    int
	rates   []float64 // −D
	u, v    []float64 // rank entries for each component of the state
	bases   []float64 // eigenvectors of A as columns, ℓ×ℓ for each node; nil for one output
	column  []float64 // one column of U or V in the components of the nodes
	base    *kernels.Coupling
	moved   *kernels.Coupling
	real    shifted
	complex [2]shifted
	scratch *rotation
}

// shifted is the solution with one shift: 1/(σ − D) and the elimination of
// 1 − Vᵀ(σ − D)⁻¹U. The imaginary parts are nil for a real shift.
type shifted struct {
	re, im       []float64
	small        elimination
	coefficients []complexNumber
}

func newLowRank(m *compressed, sums []sum) *lowRank {
	l := &lowRank{
		m: m, sums: sums, rank: len(sums), base: m.closure.NewCoupling(), moved: m.closure.NewCoupling(),
	}
	if m.accumulates() {
		l.rank++
	}
	n := m.Dim()
	l.rates, l.column = make([]float64, n), make([]float64, n)
	l.u, l.v = make([]float64, n*l.rank), make([]float64, n*l.rank)
	if m.outputs > 1 {
		l.bases = make([]float64, m.nodes.Count()*m.outputs*m.outputs)
		l.scratch = newRotation(m.outputs)
	}
	for _, s := range []*shifted{&l.real, &l.complex[0], &l.complex[1]} {
		s.re = make([]float64, n)
		if s != &l.real {
			s.im = make([]float64, n)
		}
		s.coefficients = make([]complexNumber, l.rank)
		s.small = newElimination(l.rank)
	}
	return l
}

// Linearize implements ode.Linearization. Derivatives by the sums are differences
// of couplings.
func (l *lowRank) Linearize(t float64, y, _ []float64) (evaluations int) {
	m := l.m
	last := len(y) - 1
	m.sum(y)
	m.state = y
	gradient2 := l.evaluate(l.base, t, y[last])
	l.relaxation()
	l.sumGradients(y)
	residual := m.meanResidual2(gradient2)
	for q := range l.rank {
		accumulated := y[last]
		value, floor := accumulated, smallestDifference
		switch {
		case q >= len(l.sums):
			// It is added to b².
			if rule, adaptive := m.config.Rate.(rate.AdaGradNorm); adaptive {
				floor = min(floor, rule.B*rule.B)
			}
		case q < m.models*m.outputs:
			// A mean matters beside the standard deviation of the output.
			value, floor = *l.sums[q].value, max(floor, math.Sqrt(max(m.largestSecond(), residual)))
		default:
			value, floor = *l.sums[q].value, max(floor, residual)
		}
		displaced := value + math.Copysign(0x1p-20*max(math.Abs(value), floor), value)
		increment := displaced - value
		var moved float64
		if q < len(l.sums) {
			l.sums[q].set(displaced)
			moved = l.evaluate(l.moved, t, accumulated)
			l.sums[q].set(value)
		} else {
			moved = l.evaluate(l.moved, t, displaced)
		}
		l.difference(increment)
		l.slopes(y)
		l.column[last] = (moved - gradient2) / increment
		l.store(l.u, q)
	}
	return 1
}

// smallestDifference is the magnitude down to which sums matter.
const smallestDifference = 1e-6

// meanResidual2 is Σ p_i (tr K_i/d) tr I_i, which is given, over Σ p_i tr K_i/d: the
// mean squared residual of least squares, in which a difference of the sums must be
// seen in spite of rounding; 0 for other losses, whose gradients are bounded.
func (m *compressed) meanResidual2(gradient2 float64) float64 {
	if m.trace == 0 || !leastSquares(m.config.Problem) {
		return 0
	}
	return gradient2 / m.trace
}

// largestSecond is the largest second moment of an output.
func (m *compressed) largestSecond() float64 {
	largest := 0.0
	for _, v := range m.seconds {
		largest = max(largest, v)
	}
	return largest
}

// evaluate closes the equations at the current sums and returns the slope of
// AdaGrad-Norm's sum.
func (l *lowRank) evaluate(dst *kernels.Coupling, t, accumulated float64) (gradient2 float64) {
	m := l.m
	m.assemble(m.observed)
	m.closure.Evaluate(dst, m.observed, t, accumulated, m.gradientNorm2)
	return m.closure.Gradient2()
}

// store writes the column, in the bases of the nodes, as number q of a matrix.
func (l *lowRank) store(matrix []float64, q int) {
	for i, v := range l.column {
		matrix[i*l.rank+q] = v
	}
}

// relaxation finds the eigenbases and the rates −D at the base coupling.
func (l *lowRank) relaxation() {
	m := l.m
	n := m.outputs
	for node := range m.nodes.Count() {
		m.equation.at(l.base, m.nodes, node)
		rates, varianceRates := m.at(l.rates, node)
		if n == 1 {
			for k := range rates {
				rates[k] = m.equation.a[0]
			}
			varianceRates[0] = 2 * m.equation.a[0]
			continue
		}
		alpha := l.scratch.diagonalise(m.equation.a, l.bases[node*n*n:(node+1)*n*n])
		for k := range m.responses {
			copy(rates[k*n:(k+1)*n], alpha)
		}
		at := 0
		for a := range n {
			for b := a; b < n; b++ {
				varianceRates[at] = alpha[a] + alpha[b]
				at++
			}
		}
	}
	l.rates[len(l.rates)-1] = 0
}

// difference makes moved the derivative of the coupling by a sum.
func (l *lowRank) difference(increment float64) {
	quotients(l.moved.Rate, l.base.Rate, increment)
	quotients(l.moved.Noise, l.base.Noise, increment)
	quotients(l.moved.Drive, l.base.Drive, increment)
	l.moved.Decay = (l.moved.Decay - l.base.Decay) / increment
}

func quotients(moved, base []float64, increment float64) {
	for i, v := range base {
		moved[i] = (moved[i] - v) / increment
	}
}

// slopes writes the derivative of the right-hand side by a sum, from that of the
// coupling.
func (l *lowRank) slopes(y []float64) {
	m := l.m
	n := m.outputs
	if n == 1 {
		m.slopesOne(l.column, l.moved, y)
		return
	}
	for node := range m.nodes.Count() {
		m.equation.at(l.moved, m.nodes, node)
		phi, variance := m.at(y, node)
		slopes, varianceSlope := m.at(l.column, node)
		for j := range m.responses {
			m.driveOf(l.moved, j, node)
			m.equation.responseSlope(slopes[j*n:(j+1)*n], phi[j*n:(j+1)*n], m.drive)
		}
		m.equation.varianceSlope(varianceSlope, variance, false)
		l.rotate(node, l.column, false)
	}
}

// rotate takes the part of a vector that belongs to a node to its eigenbasis:
// values or, if it is one, a gradient by them.
func (l *lowRank) rotate(node int, vector []float64, gradient bool) {
	if l.bases == nil {
		return
	}
	n := l.m.outputs
	phi, variance := l.m.at(vector, node)
	l.scratch.forward(l.bases[node*n*n:(node+1)*n*n], phi, variance, gradient)
}

// Factor implements ode.Linearization.
func (l *lowRank) Factor(shift float64, complexShifts [2]complex128) {
	r := l.rank
	all := [3]*shifted{&l.real, &l.complex[0], &l.complex[1]}
	for _, s := range all {
		clear(s.small.matrix)
		for i := range r {
			s.small.matrix[i*r+i].re = 1
		}
	}
	for i, rate := range l.rates {
		real0 := 1 / (shift + rate)
		re1, im1 := inverse(complexShifts[0], rate)
		re2, im2 := inverse(complexShifts[1], rate)
		l.real.re[i] = real0
		l.complex[0].re[i], l.complex[0].im[i] = re1, im1
		l.complex[1].re[i], l.complex[1].im[i] = re2, im2
		u := l.u[i*r : i*r+r]
		for p, v := range l.v[i*r : i*r+r] {
			if v == 0 {
				continue
			}
			low, high := p*r, p*r+r
			row0, row1, row2 := all[0].small.matrix[low:high], all[1].small.matrix[low:high], all[2].small.matrix[low:high]
			for q, x := range u {
				x *= -v
				row0[q].re = math.FMA(real0, x, row0[q].re)
				row1[q].re, row1[q].im = math.FMA(re1, x, row1[q].re), math.FMA(im1, x, row1[q].im)
				row2[q].re, row2[q].im = math.FMA(re2, x, row2[q].re), math.FMA(im2, x, row2[q].im)
			}
		}
	}
	for _, s := range all {
		s.small.factor()
	}
}

// inverse is 1/(shift + rate).
func inverse(shift complex128, rate float64) (re, im float64) {
	re, im = real(shift)+rate, imag(shift)
	scale := 1 / math.FMA(re, re, float64(im*im))
	return re * scale, -im * scale
}

// solveSums implements sumJacobian.
func (l *lowRank) solveSums(k int, re, im []float64) {
	s := &l.real
	if k > 0 {
		s = &l.complex[k-1]
	}
	for q := range s.coefficients {
		s.coefficients[q].re, s.coefficients[q].im = re[q], 0
		if im != nil {
			s.coefficients[q].im = im[q]
		}
	}
	s.small.solve(s.coefficients)
	for q, v := range s.coefficients {
		re[q] = v.re
		if im != nil {
			im[q] = v.im
		}
	}
}

// SolveReal implements ode.Linearization.
func (l *lowRank) SolveReal(x []float64) {
	l.toBases(x)
	s, r := &l.real, l.rank
	clear(s.coefficients)
	for i, inverse := range s.re {
		x[i] *= inverse
		for p, v := range l.v[i*r : i*r+r] {
			s.coefficients[p].re = math.FMA(v, x[i], s.coefficients[p].re)
		}
	}
	s.small.solve(s.coefficients)
	for i, inverse := range s.re {
		correction := 0.0
		for q, u := range l.u[i*r : i*r+r] {
			correction = math.FMA(u, s.coefficients[q].re, correction)
		}
		x[i] = math.FMA(inverse, correction, x[i])
	}
	l.fromBases(x)
}

// SolveComplex implements ode.Linearization.
func (l *lowRank) SolveComplex(k int, re, im []float64) {
	l.toBases(re)
	l.toBases(im)
	s, r := &l.complex[k], l.rank
	clear(s.coefficients)
	for i := range re {
		inverse := complexNumber{s.re[i], s.im[i]}
		x := inverse.times(complexNumber{re[i], im[i]})
		re[i], im[i] = x.re, x.im
		for p, v := range l.v[i*r : i*r+r] {
			c := &s.coefficients[p]
			c.re, c.im = math.FMA(v, x.re, c.re), math.FMA(v, x.im, c.im)
		}
	}
	s.small.solve(s.coefficients)
	for i := range re {
		var correction complexNumber
		for q, u := range l.u[i*r : i*r+r] {
			c := s.coefficients[q]
			correction.re, correction.im = math.FMA(u, c.re, correction.re), math.FMA(u, c.im, correction.im)
		}
		correction = correction.times(complexNumber{s.re[i], s.im[i]})
		re[i] += correction.re
		im[i] += correction.im
	}
	l.fromBases(re)
	l.fromBases(im)
}

func (l *lowRank) toBases(x []float64) {
	if l.bases == nil {
		return
	}
	for node := range l.m.nodes.Count() {
		l.rotate(node, x, false)
	}
}

func (l *lowRank) fromBases(x []float64) {
	if l.bases == nil {
		return
	}
	n := l.m.outputs
	for node := range l.m.nodes.Count() {
		phi, variance := l.m.at(x, node)
		l.scratch.backward(l.bases[node*n*n:(node+1)*n*n], phi, variance)
	}
}
