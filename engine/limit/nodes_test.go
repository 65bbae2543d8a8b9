package limit

import (
	"math"
	"testing"

	"anisgd/engine/model"
	"anisgd/engine/statistic"
)

func nodesOf(t *testing.T, d int64, covariances ...model.Covariance) (*model.Arrays, *statistic.Observables, *nodes) {
	t.Helper()
	m := model.Model{Dim: d}
	for _, c := range covariances {
		m.Classes = append(m.Classes, model.Class{Prior: 1 / float64(len(covariances)), Covariance: c, Mean: model.Zero{}})
	}
	arrays, err := m.Materialize()
	if err != nil {
		t.Fatal(err)
	}
	weights := make([]float64, d)
	for rho := range weights {
		weights[rho] = math.Sin(float64(rho * rho))
	}
	observables := &statistic.Observables{
		Windows:    []statistic.Window{{Name: "clean", Lo: 3, Hi: int(d / 3)}},
		Quadratics: []statistic.Quadratic{{Name: "rough", Weights: weights}},
	}
	return arrays, observables, newNodes(arrays, observables, nil)
}

// Sums over the modes of functions of the eigenvalues, such as the response at
// any time, are sums over the nodes, for every functional.
func TestNodesReproduceSumsOverModes(t *testing.T) {
	const d = 5000
	blocks := model.CumulativeCounts(d, []float64{0.2, 0.3, 0.5})
	rough := make(model.Eigenvalues, d)
	for rho := range rough {
		rough[rho] = 1 + math.Sin(float64(rho*rho))
	}
	for name, c := range map[string]struct {
		covariances []model.Covariance
		largest     int // number of nodes
	}{
		"isotropic":       {[]model.Covariance{model.Isotropic(2)}, 1},
		"blocks":          {[]model.Covariance{model.Stepped{Ends: blocks, Values: []float64{0, 1, 1}}, model.Stepped{Ends: blocks, Values: []float64{0, 0, 1}}}, 3},
		"power law":       {[]model.Covariance{model.PowerLaw{Exponent: 1.1, Scale: 1}}, 160},
		"two power laws":  {[]model.Covariance{model.PowerLaw{Exponent: 1.1, Scale: 1}, model.PowerLaw{Exponent: 1.5, Scale: 2}}, 160},
		"steep power law": {[]model.Covariance{model.PowerLaw{Exponent: 6, Scale: 1}}, 500},
		"shuffled":        {[]model.Covariance{model.PowerLaw{Exponent: 1.1, Scale: 1}, rough}, d},
	} {
		t.Run(name, func(t *testing.T) {
			arrays, observables, n := nodesOf(t, d, c.covariances...)
			if n.count() > c.largest {
				t.Errorf("%d nodes, want at most %d", n.count(), c.largest)
			}
			t.Logf("%d nodes", n.count())
			for _, time := range []float64{0, 0.1, 3, 100, 1e4} {
				response := func(lambda func(l int) float64) float64 {
					v := 0.0
					for l := range arrays.Spectra {
						v += lambda(l)
					}
					return math.Exp(-v*time) * (1 + v)
				}
				atMode := func(rho int) float64 {
					return response(func(l int) float64 { return arrays.Spectra[l].Values[rho] })
				}
				weigh := map[statistic.Functional]func(rho int) float64{
					{Kind: statistic.Whole}:      func(int) float64 { return 1 },
					{Kind: statistic.BySpectrum}: func(rho int) float64 { return arrays.Spectra[0].Values[rho] },
					{Kind: statistic.InWindow}: func(rho int) float64 {
						if w := observables.Windows[0]; rho >= w.Lo && rho < w.Hi {
							return 1
						}
						return 0
					},
					{Kind: statistic.ByWeights}: func(rho int) float64 { return observables.Quadratics[0].Weights[rho] },
				}
				for f, weight := range weigh {
					want, size := 0.0, 0.0
					for rho := range d {
						v := weight(rho) * atMode(rho) / d
						want += v
						size += math.Abs(v)
					}
					got := 0.0
					for k, w := range n.weights[f] {
						got += w * response(func(l int) float64 { return n.eigenvalues[l][k] })
					}
					if !(math.Abs(got-want) <= 1e-11*size+1e-300) {
						t.Errorf("t=%v, %+v: %.15g, want %.15g", time, f, got, want)
					}
				}
			}
		})
	}
}
