package spectrum

import (
	"testing"

	"anisgd/engine/model"
	"anisgd/engine/parallel"
)

// BenchmarkOf is the set-up for the experiment of the measured anchors: binary
// logistic regression, power laws 1.1 and 1.5, γ = 0.7, t = 50, with means in closed
// form at any d, and drawn mode by mode at d = 1e6.
func BenchmarkOf(b *testing.B) {
	for name, c := range map[string]struct {
		mean      model.Vector
		dim       int64
		continuum bool
		horizon   float64
	}{
		"closed/d=1e6":           {model.PowerVector{Exponent: 0.2, Scale: 1}, 1e6, false, 35},
		"closed/d=1e12":          {model.PowerVector{Exponent: 0.2, Scale: 1}, 1e12, false, 35},
		"continuum":              {model.PowerVector{Exponent: 0.2, Scale: 1}, 1e15, true, 35},
		"continuum/horizon=1e14": {model.PowerVector{Exponent: 0.2, Scale: 1}, 1e15, true, 1e14},
		"drawn/d=1e6":            {model.NormalVector{Norm: 1, Seed: 1}, 1e6, false, 35},
	} {
		b.Run(name, func(b *testing.B) {
			pool := parallel.NewPool(2)
			defer pool.Close()
			m := twoClasses(c.dim, model.PowerLaw{Exponent: 1.1, Scale: 1}, model.PowerLaw{Exponent: 1.5, Scale: 1}, c.mean, model.Scaled{Of: c.mean, By: -1})
			description := &Description{Model: m, Continuum: c.continuum, Horizon: c.horizon}
			nodes := 0
			for b.Loop() {
				n, _ := Of(description, pool)
				nodes = n.Count()
			}
			b.ReportMetric(float64(nodes), "nodes")
		})
	}
}
