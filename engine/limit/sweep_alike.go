package limit

import (
	"math"

	"anisgd/engine/ode"
)

// sweepAlike is sweep for several outputs that relax alike.
func (s *stages) sweepAlike(h float64, y []float64, increments [ode.RadauStages][]float64) {
	m := s.m
	n, spectra := m.outputs, m.nodes.Eigenvalues
	var single, double stageFactors
	for node := range spectra[0] {
		var rates, twice atStages
		for i, c := range s.couplings {
			a := c.Decay
			for l := range spectra {
				a = math.FMA(spectra[l][node], c.Rate[l*n*n], a)
			}
			rates[i] = float64(h * a)
			twice[i] = 2 * rates[i]
		}
		single.factor(&rates)
		double.factor(&twice)
		first := node * m.stride
		for j := range m.responses {
			for a := range n {
				at := first + j*n + a
				x := s.driveAlike(j, a, node)
				for i, rate := range rates {
					x[i] = -math.FMA(rate, y[at], float64(h*x[i]))
				}
				single.solve(&x)
				for i, z := range x {
					increments[i][at] = z
				}
			}
		}
		at := first + m.responses*n
		for a := range n {
			for b := a; b < n; b++ {
				var x atStages
				for i, c := range s.couplings {
					for l := range spectra {
						x[i] = math.FMA(spectra[l][node], c.Noise[(l*n+a)*n+b], x[i])
					}
					x[i] = math.FMA(-twice[i], y[at], float64(h*x[i]))
				}
				double.solve(&x)
				for i, z := range x {
					increments[i][at] = z
				}
				at++
			}
		}
	}
	for i, increment := range increments {
		for j, v := range y {
			s.stageState[j] = v + increment[j]
		}
		m.sum(s.stageState)
		for q, sum := range s.sums {
			s.implied[i][q] = *sum.value
		}
	}
}

// driveAlike is the drive of output a of a response at the stages.
func (s *stages) driveAlike(j, a, node int) (x atStages) {
	m := s.m
	for i, c := range s.couplings {
		switch {
		case j < m.models:
			x[i] = c.Drive[j*m.outputs+a]
		case j < m.models+m.teacher:
			for l, eigenvalues := range m.nodes.Eigenvalues {
				x[i] = math.FMA(eigenvalues[node], c.Drive[(m.models+l*m.teacher+j-m.models)*m.outputs+a], x[i])
			}
		}
	}
	return x
}
