package gauss

import (
	"math"

	"anisgd/kernels/elementary"
)

// preferPaths tells whether factorPaths is likely to err less than disjointParts, given
// the probability under the model. Both are compared by the standard deviation of their integrands
// over the probability.
func (a *Argmax) preferPaths(model float64) bool {
	const (
		even      = 0.35 // deviations up to which the integrand of factorPaths is close to normal
		uncertain = 3    // how far the root of the model's odds may be wrong
		coarse    = 28   // number of parts from which their lattices are coarse
		typical   = 1.4  // deviation of the parts where they err as much as even paths then
	)
	n := len(a.distance)
	total, square := 0.0, 0.0
	for i, j := range a.paths.order[:n] {
		// Given the factor the event is e > distance for a standard normal e, of whose
		// variance the outputs before explain a share: its probability given those has
		// the second moment exp(distance² share/(1 + share)) in the tail, relative to the square
		// of the mean.
		scale := a.factor.scale[j]
		if scale == 0 {
			continue
		}
		share := math.Max(0, 1-a.paths.rest[i]/float64(scale*scale))
		distance := math.Max(a.distance[j], 0) * scale
		exponent := (1 + float64(distance*distance)) * share / (1 + share)
		p := a.risks[j].probability
		square += float64(p * elementary.Expm1(math.Min(exponent, 50)))
		total += p
	}
	odds := math.Max(1-model, 0) / model
	paths := math.Min(math.Sqrt(square/total), uncertain*math.Sqrt(odds))

	// The integrands of the parts are probabilities, with this mean.
	rest := total - a.risks[0].probability
	mean := math.Max(0.02, math.Min(0.98, (model-a.risks[0].probability)/rest))
	parts := rest / model * math.Sqrt(mean*(1-mean))
	return paths < even*math.Min(1, float64(n)/coarse)*math.Max(1, parts/typical)
}
