package gauss

import "math"

// factorBound is the union for so many risks that matrices of them are not kept: the
// probability of the model with one covariance for all pairs of differences, which is that
// of independent outputs.
//
// By Plackett's identity (A reduction formula for normal multivariate integrals,
// Biometrika 41, 1954) a change ε of the covariance of e_j and e_l changes the
// probability by −ε E[φ(y_j)φ(y_l)/(s_j s_l) Π_{i≠j,l} Φ(y_i)] to first order. The error is
// estimated by the sum for the largest ε, and bounded by that of the probability
// between the largest of the risks and their sum.
func (a *Argmax) factorBound(class int, covariance []float64) (probability, change float64) {
	n := len(a.risks)
	sum := 0.0
	for j := range n {
		for l := range j {
			sum += a.crossCovariance(j, l, class, covariance)
		}
	}
	common := math.Max(sum/(float64(n)*float64(n-1)/2), 0)
	f := &a.factor
	f.loading = f.loading[:n]
	for j := range n {
		f.loading[j] = math.Min(1, math.Sqrt(common/a.risks[j].variance))
	}
	left, total := 0.0, 0.0
	for j := range n {
		scale := math.Sqrt(a.risks[j].variance)
		for l := range j {
			correlation := a.crossCovariance(j, l, class, covariance) / scale / math.Sqrt(a.risks[l].variance)
			left = math.Max(left, math.Abs(correlation-float64(f.loading[j]*f.loading[l])))
		}
		total += a.risks[j].probability
	}
	probability, coarse := f.integrate(a.distance)
	least := a.risks[0].probability
	most := math.Min(total, 1)
	change = float64((factorError + coarse) * probability)
	if left > negligibleCorrelation {
		change += math.Min(float64(left*f.sensitivity(a.distance)), math.Max(probability-least, most-probability))
	}
	return probability, change
}

// sensitivity is the integral of φ(x) Σ_{j<l} φ(y_j)φ(y_l)/(s_j s_l) Π_{i≠j,l} Φ(y_i).
func (f *commonFactor) sensitivity(distance []float64) float64 {
	total := 0.0
	for k, x := range f.node {
		left, sum, square := 1.0, 0.0, 0.0
		for j, h := range distance {
			if f.scale[j] == 0 {
				continue
			}
			y := (h - float64(f.loading[j]*x)) / f.scale[j]
			_, below := tails(y, 1)
			left *= below
			if left < 1e-100 {
				break
			}
			hazard := normalDensity(y) / below / f.scale[j]
			sum += hazard
			square += float64(hazard * hazard)
		}
		if left < 1e-100 {
			continue
		}
		width := 0.0
		if k > 0 {
			width += f.node[k] - f.node[k-1]
		}
		if k < len(f.node)-1 {
			width += f.node[k+1] - f.node[k]
		}
		pairs := 0.5 * (float64(sum*sum) - square)
		total += float64(float64(0.5*width*normalDensity(x)) * float64(left*pairs))
	}
	return total
}
