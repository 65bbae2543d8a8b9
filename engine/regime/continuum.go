package regime

import (
	"math"
	"slices"

	"anisgd/engine/model"
	"anisgd/kernels/elementary"
)

// restrictedToClean holds the inner products of the means restricted to the modes
// in which no class has noise, for spectra that are constant on ranges of modes.
// Long ranges are sampled: only whether something is there and its direction
// matter.
func restrictedToClean(m *model.Model) clean {
	ends := []int64{m.Dim}
	for _, class := range m.Classes {
		if stepped, ok := class.Covariance.(model.Stepped); ok {
			ends = append(ends, stepped.Ends...)
		}
		switch base, _ := unscaled(class.Mean); v := base.(type) {
		case model.SteppedVector:
			ends = append(ends, v.Ends...)
		case model.UnitVector:
			ends = append(ends, v.Index-1, v.Index)
		}
	}
	slices.Sort(ends)
	ends = slices.Compact(ends)
	var c clean
	first := int64(0)
	for _, end := range ends {
		if end > first && noiseAt(m, first) == 0 {
			c.add(m, first, end)
		}
		first = max(first, end)
	}
	d := float64(m.Dim)
	return clean{c.first2 / d, c.second2 / d, c.product / d}
}

// noiseAt is Σ λ_i in a mode, from 0.
func noiseAt(m *model.Model, rho int64) float64 {
	total := 0.0
	var value [1]float64
	for _, class := range m.Classes {
		class.Covariance.Fill(value[:], rho, m.Dim)
		total += value[0]
	}
	return total
}

// add adds the inner products over a range of modes.
func (c *clean) add(m *model.Model, first, end int64) {
	const samples = 4096
	step := max(1, (end-first)/samples)
	weight := float64(end-first) / float64((end-first+step-1)/step)
	var x, y [1]float64
	for rho := first; rho < end; rho += step {
		m.Classes[0].Mean.Fill(x[:], rho, m.Dim)
		m.Classes[1].Mean.Fill(y[:], rho, m.Dim)
		c.first2 = math.FMA(weight*x[0], x[0], c.first2)
		c.second2 = math.FMA(weight*y[0], y[0], c.second2)
		c.product = math.FMA(weight*x[0], y[0], c.product)
	}
}

// ContinuumThreshold is StabilityThreshold as d → ∞, from the spectra as functions
// of u = ρ/d. It is undefined (NaN) where a spectrum is not given in closed form.
func ContinuumThreshold(m *model.Model, ridge float64) float64 {
	breaks := []float64{1}
	for _, class := range m.Classes {
		switch c := class.Covariance.(type) {
		case model.Isotropic, model.PowerLaw:
		case model.Stepped:
			for _, end := range c.Ends {
				breaks = append(breaks, float64(end)/float64(m.Dim))
			}
		default:
			return math.NaN()
		}
	}
	slices.Sort(breaks)
	breaks = slices.Compact(breaks)
	n := len(m.Classes)
	gain := make([][]float64, n)
	for i := range gain {
		gain[i] = make([]float64, n)
	}
	values := make([]float64, n)
	from := 0.0
	for _, to := range breaks {
		// Downwards in panels, on which power laws are nearly polynomials; what lies
		// below the smallest one, u ~ 1e-45, has no weight.
		const panels, ratio = 360, 0.75
		high := to
		for k := 0; k < panels && high > from; k++ {
			low := math.Max(ratio*high, from)
			addPanel(gain, m, values, low, high, ridge)
			high = low
		}
		from = to
	}
	for i := range n {
		for j := range n {
			gain[i][j] *= math.Sqrt(m.Classes[i].Prior * m.Classes[j].Prior)
		}
	}
	return 2 / spectralRadius(gain)
}

// Nodes and weights of Gauss–Legendre quadrature of order 10 on [−1, 1].
var (
	legendreNodes   = [5]float64{-0.9061798459386640, -0.5384693101056831, 0, 0.5384693101056831, 0.9061798459386640}
	legendreWeights = [5]float64{0.2369268850561891, 0.4786286704993665, 0.5688888888888889, 0.4786286704993665, 0.2369268850561891}
)

// addPanel adds ∫ λ_iλ_j/(λ̄ + δ) du over a range of u.
func addPanel(gain [][]float64, m *model.Model, values []float64, low, high, ridge float64) {
	half, middle := (high-low)/2, (high+low)/2
	for k, node := range legendreNodes {
		u := math.FMA(half, node, middle)
		relaxation := ridge
		for i, class := range m.Classes {
			values[i] = eigenvalueAt(class.Covariance, u, m.Dim)
			relaxation = math.FMA(class.Prior, values[i], relaxation)
		}
		if relaxation == 0 {
			continue // no class that is ever drawn has noise here
		}
		for i := range gain {
			for j := range gain {
				gain[i][j] = math.FMA(half*legendreWeights[k]*values[i]/relaxation, values[j], gain[i][j])
			}
		}
	}
}

// eigenvalueAt is λ at u = ρ/d.
func eigenvalueAt(c model.Covariance, u float64, d int64) float64 {
	switch c := c.(type) {
	case model.Isotropic:
		return float64(c)
	case model.PowerLaw:
		return c.Scale * elementary.Pow(u, c.Exponent)
	case model.Stepped:
		for b, end := range c.Ends {
			if u <= float64(end)/float64(d) {
				return c.Values[b]
			}
		}
	}
	return math.NaN()
}
