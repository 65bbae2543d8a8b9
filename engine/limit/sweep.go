package limit

import (
	"math"

	"anisgd/engine/closure"
	"anisgd/engine/ode"
)

// sweep writes the increments of the stages that follow from the couplings, and the
// sums that follow from them.
func (s *stages) sweep(h float64, y []float64, increments [ode.RadauStages][]float64) {
	m := s.m
	for i := range s.implied {
		clear(s.implied[i])
	}
	if m.outputs == 1 {
		s.sweepOne(h, y, increments)
	} else {
		s.sweepAlike(h, y, increments)
	}
	k := &ode.RadauCollocation
	last := len(y) - 1
	for i := range increments {
		sum := 0.0
		for j, v := range s.gradient2 {
			sum = math.FMA(k.Matrix[i][j], v, sum)
		}
		increments[i][last] = float64(h * sum)
		if s.rank > len(s.sums) {
			s.implied[i][len(s.sums)] = y[last] + increments[i][last]
		}
	}
	if s.searches {
		for i := range increments {
			for j, v := range y {
				s.stageState[j] = v + increments[i][j]
			}
			m.state = s.stageState
			s.implied[i][s.rank] = m.measureGradient(s.gains[i])
		}
	}
}

// atStages are values of one quantity at the stages.
type atStages = [ode.RadauStages]float64

// stageCoupling is h times the couplings of all stages.
type stageCoupling struct {
	decay       atStages
	rate, noise []atStages // per spectrum
	drive       []atStages // per source
}

func newStageCoupling(spectra, sources int) *stageCoupling {
	return &stageCoupling{rate: make([]atStages, spectra), noise: make([]atStages, spectra), drive: make([]atStages, sources)}
}

func (c *stageCoupling) gather(couplings *[ode.RadauStages]*closure.Coupling, h float64) {
	for i, k := range couplings {
		c.decay[i] = h * k.Decay
		for l := range c.rate {
			c.rate[l][i], c.noise[l][i] = h*k.Rate[l], h*k.Noise[l]
		}
		for j := range c.drive {
			c.drive[j][i] = h * k.Drive[j]
		}
	}
}

// sweepOne is sweep for one output.
func (s *stages) sweepOne(h float64, y []float64, increments [ode.RadauStages][]float64) {
	m, c := s.m, s.gathered
	c.gather(&s.couplings, h)
	weights, products := m.wholeWeights(), m.wholeProducts()
	values, sums := s.values, s.sumsAtStages
	for q := range sums {
		sums[q] = atStages{}
	}
	z0, z1, z2, z3, z4 := increments[0], increments[1], increments[2], increments[3], increments[4]
	var factors stageFactors
	for node, w := range weights {
		rates := c.decay
		var noise atStages
		for l, eigenvalues := range m.nodes.Eigenvalues {
			lambda := eigenvalues[node]
			scale(&rates, &c.rate[l], lambda)
			scale(&noise, &c.noise[l], lambda)
		}
		first := node * m.stride
		if m.responses > 1 {
			factors.factor(&rates)
		}
		for j := range m.responses {
			start := y[first+j]
			var x atStages
			switch {
			case j < m.models:
				x = c.drive[j]
			case j < m.models+m.teacher:
				for l, eigenvalues := range m.nodes.Eigenvalues {
					scale(&x, &c.drive[m.models+l*m.teacher+j-m.models], eigenvalues[node])
				}
			}
			for i, rate := range rates {
				x[i] = -math.FMA(rate, start, x[i])
			}
			if m.responses > 1 {
				factors.solve(&x)
			} else {
				solveStage(&rates, 1, &x)
			}
			at := first + j
			z0[at], z1[at], z2[at], z3[at], z4[at] = x[0], x[1], x[2], x[3], x[4]
			values[j] = atStages{start + x[0], start + x[1], start + x[2], start + x[3], start + x[4]}
		}
		at := first + m.responses
		start := y[at]
		for i, rate := range rates {
			noise[i] = math.FMA(-2*rate, start, noise[i])
		}
		solveStage(&rates, 2, &noise)
		z0[at], z1[at], z2[at], z3[at], z4[at] = noise[0], noise[1], noise[2], noise[3], noise[4]
		quadratic := atStages{w * (start + noise[0]), w * (start + noise[1]), w * (start + noise[2]), w * (start + noise[3]), w * (start + noise[4])}
		s.addResponses(products[node], node, &quadratic)
		for l, eigenvalues := range m.nodes.Eigenvalues {
			scale(&sums[m.models+l], &quadratic, eigenvalues[node])
		}
	}
	for q, sum := range sums {
		for i, v := range sum {
			s.implied[i][q] = v
		}
	}
}

// addResponses adds the products of the responses of a node to the sums: means and
// crosses, and the squares to quadratic.
func (s *stages) addResponses(products []float64, node int, quadratic *atStages) {
	m, sums := s.m, s.sumsAtStages
	for k := range m.responses {
		var pull atStages
		for j, product := range products[k*m.responses : (k+1)*m.responses] {
			scale(&pull, &s.values[j], product)
		}
		phi := &s.values[k]
		for i, v := range pull {
			quadratic[i] = math.FMA(phi[i], v, quadratic[i])
		}
		if k < m.models {
			for i, v := range pull {
				sums[k][i] += v
			}
		} else if b := k - m.models; b < m.teacher {
			for l, eigenvalues := range m.nodes.Eigenvalues {
				scale(&sums[m.models+len(m.nodes.Eigenvalues)+l*m.teacher+b], &pull, eigenvalues[node])
			}
		}
	}
}

// scale adds by·src to dst.
func scale(dst, src *atStages, by float64) {
	dst[0] = math.FMA(by, src[0], dst[0])
	dst[1] = math.FMA(by, src[1], dst[1])
	dst[2] = math.FMA(by, src[2], dst[2])
	dst[3] = math.FMA(by, src[3], dst[3])
	dst[4] = math.FMA(by, src[4], dst[4])
}

// stageFactors is A⁻¹ + diag(d) = L·U of the method, by rows: L below the diagonal
// without its ones, U above, the reciprocals of the pivots on it. No rows need to be
// exchanged: with a positive diagonal matrix D, D·A⁻¹ + (D·A⁻¹)ᵀ is positive definite
// (Hairer and Wanner, section IV.14), and with it every leading block, for d ≥ 0.
type stageFactors [ode.RadauStages]atStages

// factor eliminates for d = rates.
func (f *stageFactors) factor(rates *atStages) {
	w := &ode.RadauCollocation.Inverse
	p0 := 1 / (w[0][0] + rates[0])
	u01, u02, u03, u04 := w[0][1], w[0][2], w[0][3], w[0][4]

	l10 := w[1][0] * p0
	p1 := 1 / math.FMA(-l10, u01, w[1][1]+rates[1])
	u12, u13, u14 := math.FMA(-l10, u02, w[1][2]), math.FMA(-l10, u03, w[1][3]), math.FMA(-l10, u04, w[1][4])

	l20 := w[2][0] * p0
	l21 := math.FMA(-l20, u01, w[2][1]) * p1
	p2 := 1 / math.FMA(-l21, u12, math.FMA(-l20, u02, w[2][2]+rates[2]))
	u23 := math.FMA(-l21, u13, math.FMA(-l20, u03, w[2][3]))
	u24 := math.FMA(-l21, u14, math.FMA(-l20, u04, w[2][4]))

	l30 := w[3][0] * p0
	l31 := math.FMA(-l30, u01, w[3][1]) * p1
	l32 := math.FMA(-l31, u12, math.FMA(-l30, u02, w[3][2])) * p2
	p3 := 1 / math.FMA(-l32, u23, math.FMA(-l31, u13, math.FMA(-l30, u03, w[3][3]+rates[3])))
	u34 := math.FMA(-l32, u24, math.FMA(-l31, u14, math.FMA(-l30, u04, w[3][4])))

	l40 := w[4][0] * p0
	l41 := math.FMA(-l40, u01, w[4][1]) * p1
	l42 := math.FMA(-l41, u12, math.FMA(-l40, u02, w[4][2])) * p2
	l43 := math.FMA(-l42, u23, math.FMA(-l41, u13, math.FMA(-l40, u03, w[4][3]))) * p3
	p4 := 1 / math.FMA(-l43, u34, math.FMA(-l42, u24, math.FMA(-l41, u14, math.FMA(-l40, u04, w[4][4]+rates[4]))))

	*f = stageFactors{
		{p0, u01, u02, u03, u04},
		{l10, p1, u12, u13, u14},
		{l20, l21, p2, u23, u24},
		{l30, l31, l32, p3, u34},
		{l40, l41, l42, l43, p4},
	}
}

// solve replaces x by the solution.
func (f *stageFactors) solve(x *atStages) {
	x0 := x[0]
	x1 := math.FMA(-f[1][0], x0, x[1])
	x2 := math.FMA(-f[2][1], x1, math.FMA(-f[2][0], x0, x[2]))
	x3 := math.FMA(-f[3][2], x2, math.FMA(-f[3][1], x1, math.FMA(-f[3][0], x0, x[3])))
	x4 := math.FMA(-f[4][3], x3, math.FMA(-f[4][2], x2, math.FMA(-f[4][1], x1, math.FMA(-f[4][0], x0, x[4]))))
	x4 *= f[4][4]
	x3 = math.FMA(-f[3][4], x4, x3) * f[3][3]
	x2 = math.FMA(-f[2][4], x4, math.FMA(-f[2][3], x3, x2)) * f[2][2]
	x1 = math.FMA(-f[1][4], x4, math.FMA(-f[1][3], x3, math.FMA(-f[1][2], x2, x1))) * f[1][1]
	x0 = math.FMA(-f[0][4], x4, math.FMA(-f[0][3], x3, math.FMA(-f[0][2], x2, math.FMA(-f[0][1], x1, x0)))) * f[0][0]
	*x = atStages{x0, x1, x2, x3, x4}
}

// solveStage replaces x by the solution for d = scale·rates, without keeping factors.
func solveStage(rates *atStages, scale float64, x *atStages) {
	w := &ode.RadauCollocation.Inverse
	p0 := 1 / math.FMA(scale, rates[0], w[0][0])
	u01, u02, u03, u04 := w[0][1], w[0][2], w[0][3], w[0][4]

	l10 := w[1][0] * p0
	p1 := 1 / math.FMA(-l10, u01, math.FMA(scale, rates[1], w[1][1]))
	u12, u13, u14 := math.FMA(-l10, u02, w[1][2]), math.FMA(-l10, u03, w[1][3]), math.FMA(-l10, u04, w[1][4])

	l20 := w[2][0] * p0
	l21 := math.FMA(-l20, u01, w[2][1]) * p1
	p2 := 1 / math.FMA(-l21, u12, math.FMA(-l20, u02, math.FMA(scale, rates[2], w[2][2])))
	u23 := math.FMA(-l21, u13, math.FMA(-l20, u03, w[2][3]))
	u24 := math.FMA(-l21, u14, math.FMA(-l20, u04, w[2][4]))

	l30 := w[3][0] * p0
	l31 := math.FMA(-l30, u01, w[3][1]) * p1
	l32 := math.FMA(-l31, u12, math.FMA(-l30, u02, w[3][2])) * p2
	p3 := 1 / math.FMA(-l32, u23, math.FMA(-l31, u13, math.FMA(-l30, u03, math.FMA(scale, rates[3], w[3][3]))))
	u34 := math.FMA(-l32, u24, math.FMA(-l31, u14, math.FMA(-l30, u04, w[3][4])))

	l40 := w[4][0] * p0
	l41 := math.FMA(-l40, u01, w[4][1]) * p1
	l42 := math.FMA(-l41, u12, math.FMA(-l40, u02, w[4][2])) * p2
	l43 := math.FMA(-l42, u23, math.FMA(-l41, u13, math.FMA(-l40, u03, w[4][3]))) * p3
	p4 := 1 / math.FMA(-l43, u34, math.FMA(-l42, u24, math.FMA(-l41, u14, math.FMA(-l40, u04, math.FMA(scale, rates[4], w[4][4])))))

	x0 := x[0]
	x1 := math.FMA(-l10, x0, x[1])
	x2 := math.FMA(-l21, x1, math.FMA(-l20, x0, x[2]))
	x3 := math.FMA(-l32, x2, math.FMA(-l31, x1, math.FMA(-l30, x0, x[3])))
	x4 := math.FMA(-l43, x3, math.FMA(-l42, x2, math.FMA(-l41, x1, math.FMA(-l40, x0, x[4]))))
	x4 *= p4
	x3 = math.FMA(-u34, x4, x3) * p3
	x2 = math.FMA(-u24, x4, math.FMA(-u23, x3, x2)) * p2
	x1 = math.FMA(-u14, x4, math.FMA(-u13, x3, math.FMA(-u12, x2, x1))) * p1
	x0 = math.FMA(-u04, x4, math.FMA(-u03, x3, math.FMA(-u02, x2, math.FMA(-u01, x1, x0)))) * p0
	x[0], x[1], x[2], x[3], x[4] = x0, x1, x2, x3, x4
}
