package limit

import (
	"cmp"
	"encoding/binary"
	"math"
	"slices"

	"anisgd/engine/model"
	"anisgd/engine/statistic"
	"anisgd/kernels/elementary"
)

// nodes represents functions of the eigenvalues of a mode by their values at few
// nodes: responses and variance of a mode depend on it only through its eigenvalues
// λ_{·,ρ}, so sums over all modes become sums over nodes with weights aggregated
// once (theory, section 8, spectral compression).
//
// Modes with equal eigenvalues share a node, exactly. A spectrum that is a smooth
// curve is cut into panels by λ̄ = Σ p_i λ_i, each interpolated in log λ̄ from
// nodesPerPanel of its own modes; a panel whose eigenvalues are not reproduced to
// nodeTolerance is halved, down to panels that keep their modes. So in the worst
// case every mode is a node.
type nodes struct {
	eigenvalues [][]float64                        // [spectrum][node]
	weights     map[statistic.Functional][]float64 // (1/d) Σ_ρ w_ρ ℓ_n(ρ) per node
	// products holds (1/d) Σ_ρ w_ρ σ_{j,ρ} σ_{k,ρ} ℓ_n(ρ) for every pair of sources, J×J
	// per node; not for functionals BySpectrum.
	products map[statistic.Functional][][]float64
}

const (
	nodesPerPanel = 16
	// nodeTolerance is the relative error with which a panel must reproduce the
	// eigenvalues of its modes.
	nodeTolerance = 1e-12
	// panelRatio is the largest ratio of λ̄ within a panel: the response of a mode,
	// an exponential in λ̄, is interpolated over it to 1e-11 at any time (to 1e-9
	// over a ratio of 8).
	panelRatio = 4
	// distinctNodes: up to so many different eigenvalues get a node each.
	distinctNodes = 64
)

// count is the number of nodes.
func (n *nodes) count() int { return len(n.eigenvalues[0]) }

// newNodes builds the nodes of a model, and the weights of the functionals that
// the observables need, with their products with the given sources (each of length
// d; none if only the variance is compressed).
func newNodes(arrays *model.Arrays, observables *statistic.Observables, sources [][]float64) *nodes {
	b := nodeBuilder{arrays: arrays, sources: sources, nodes: &nodes{
		eigenvalues: make([][]float64, len(arrays.Spectra)),
		weights:     map[statistic.Functional][]float64{},
		products:    map[statistic.Functional][][]float64{},
	}}
	b.listFunctionals(observables)
	if !b.distinct() {
		b.panels()
	}
	b.finish()
	return b.nodes
}

type nodeBuilder struct {
	arrays      *model.Arrays
	sources     [][]float64
	nodes       *nodes
	functionals []weightedFunctional
}

// weightedFunctional sums the weights of one functional as modes are spread over
// the nodes.
type weightedFunctional struct {
	functional statistic.Functional
	weight     func(mode int) float64
	totals     []float64   // per node
	products   [][]float64 // J×J per node
	pairs      bool        // products are wanted
}

func (b *nodeBuilder) listFunctionals(observables *statistic.Observables) {
	add := func(kind statistic.FunctionalKind, index int, weight func(mode int) float64) {
		b.functionals = append(b.functionals, weightedFunctional{
			functional: statistic.Functional{Kind: kind, Index: index}, weight: weight,
			pairs: kind != statistic.BySpectrum,
		})
	}
	add(statistic.Whole, 0, func(int) float64 { return 1 })
	if len(b.sources) == 0 {
		// Responses weigh the nodes' own eigenvalues instead.
		for l, spectrum := range b.arrays.Spectra {
			add(statistic.BySpectrum, l, func(mode int) float64 { return spectrum.Values[mode] })
		}
	}
	for w, window := range observables.Windows {
		add(statistic.InWindow, w, func(mode int) float64 {
			if mode >= window.Lo && mode < window.Hi {
				return 1
			}
			return 0
		})
	}
	for q, quadratic := range observables.Quadratics {
		add(statistic.ByWeights, q, func(mode int) float64 { return quadratic.Weights[mode] })
	}
}

// spread adds a mode, represented by consecutive nodes with the given weights.
func (b *nodeBuilder) spread(mode, first int, weights []float64) {
	for i := range b.functionals {
		f := &b.functionals[i]
		w := f.weight(mode)
		if w == 0 {
			continue
		}
		for k, v := range weights {
			f.totals[first+k] = math.FMA(w, v, f.totals[first+k])
			if f.pairs {
				b.spreadPairs(f.products[first+k], mode, float64(w*v))
			}
		}
	}
}

func (b *nodeBuilder) spreadPairs(products []float64, mode int, weight float64) {
	j := len(b.sources)
	for s, source := range b.sources {
		scaled := weight * source[mode]
		for t, other := range b.sources[:s+1] {
			products[s*j+t] = math.FMA(scaled, other[mode], products[s*j+t])
		}
	}
}

// finish divides by d and mirrors the products.
func (b *nodeBuilder) finish() {
	d, j := float64(b.arrays.Dim), len(b.sources)
	for _, f := range b.functionals {
		for n := range f.totals {
			f.totals[n] /= d
		}
		for _, products := range f.products {
			for s := range j {
				for t := range s + 1 {
					v := products[s*j+t] / d
					products[s*j+t], products[t*j+s] = v, v
				}
			}
		}
		b.nodes.weights[f.functional] = f.totals
		if f.pairs {
			b.nodes.products[f.functional] = f.products
		}
	}
}

// add makes a node with the eigenvalues of a mode.
func (b *nodeBuilder) add(mode int) int {
	for l, spectrum := range b.arrays.Spectra {
		b.nodes.eigenvalues[l] = append(b.nodes.eigenvalues[l], spectrum.Values[mode])
	}
	for i := range b.functionals {
		f := &b.functionals[i]
		f.totals = append(f.totals, 0)
		if f.pairs {
			f.products = append(f.products, make([]float64, len(b.sources)*len(b.sources)))
		}
	}
	return b.nodes.count() - 1
}

// distinct gives every different eigenvalue a node, if there are few.
func (b *nodeBuilder) distinct() bool {
	index := map[string]int{}
	key := make([]byte, 8*len(b.arrays.Spectra))
	nodeOf := make([]int, b.arrays.Dim)
	var first []int // the first mode of every node
	for rho := range nodeOf {
		for l, spectrum := range b.arrays.Spectra {
			binary.LittleEndian.PutUint64(key[8*l:], math.Float64bits(spectrum.Values[rho]))
		}
		node, found := index[string(key)]
		if !found {
			if len(index) == distinctNodes {
				return false
			}
			node = len(first)
			first = append(first, rho)
			index[string(key)] = node
		}
		nodeOf[rho] = node
	}
	for _, rho := range first {
		b.add(rho)
	}
	one := []float64{1}
	for rho, node := range nodeOf {
		b.spread(rho, node, one)
	}
	return true
}

// panels cuts the modes by λ̄.
func (b *nodeBuilder) panels() {
	mean := make([]float64, b.arrays.Dim)
	order := make([]int, b.arrays.Dim)
	for rho := range mean {
		order[rho] = rho
		for _, class := range b.arrays.Classes {
			mean[rho] = math.FMA(class.Prior, b.arrays.Spectra[class.Spectrum].Values[rho], mean[rho])
		}
	}
	if !slices.IsSorted(mean) {
		slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(mean[i], mean[j]) })
	}
	for first := 0; first < len(order); {
		last := first + 1
		for last < len(order) && mean[order[last]] <= panelRatio*mean[order[first]] {
			last++
		}
		b.panel(order[first:last], mean)
		first = last
	}
}

// panel represents modes sorted by λ̄.
func (b *nodeBuilder) panel(modes []int, mean []float64) {
	if len(modes) <= nodesPerPanel || mean[modes[0]] <= 0 {
		one := []float64{1}
		for _, mode := range modes {
			b.spread(mode, b.add(mode), one)
		}
		return
	}
	if b.interpolate(modes, mean) {
		return
	}
	half := len(modes) / 2
	b.panel(modes[:half], mean)
	b.panel(modes[half:], mean)
}

// interpolate represents a panel by nodesPerPanel of its modes, those nearest to
// the Chebyshev points of log λ̄; false if they do not reproduce the eigenvalues.
func (b *nodeBuilder) interpolate(modes []int, mean []float64) bool {
	position := make([]float64, len(modes))
	for k, mode := range modes {
		position[k] = elementary.Log(mean[mode])
	}
	low, high := position[0], position[len(modes)-1]
	chosen := make([]int, 0, nodesPerPanel)
	for j := range nodesPerPanel {
		// Chebyshev points of the second kind, the ends included.
		x := -elementary.Cos(math.Pi * float64(j) / (nodesPerPanel - 1))
		target := math.FMA(0.5*(1+x), high-low, low)
		k, _ := slices.BinarySearch(position, target)
		if k == len(position) || k > 0 && target-position[k-1] < position[k]-target {
			k--
		}
		if len(chosen) > 0 && position[k] <= position[chosen[len(chosen)-1]] {
			return false // too few modes for so many nodes
		}
		chosen = append(chosen, k)
	}
	points := make([]float64, nodesPerPanel)
	for j, k := range chosen {
		points[j] = 2*(position[k]-low)/(high-low) - 1
	}
	barycentric := barycentricWeights(points)
	weights := make([]float64, nodesPerPanel)
	weigh := func(k int) { interpolationWeights(weights, points, barycentric, 2*(position[k]-low)/(high-low)-1) }
	for k := range modes {
		weigh(k)
		for _, spectrum := range b.arrays.Spectra {
			value := 0.0
			for j, c := range chosen {
				value = math.FMA(weights[j], spectrum.Values[modes[c]], value)
			}
			want := spectrum.Values[modes[k]]
			if !(math.Abs(value-want) <= nodeTolerance*math.Abs(want)) {
				return false
			}
		}
	}
	first := b.nodes.count()
	for _, k := range chosen {
		b.add(modes[k])
	}
	for k, mode := range modes {
		weigh(k)
		b.spread(mode, first, weights)
	}
	return true
}

// barycentricWeights are 1/Π_{k≠j} (x_j − x_k) (Berrut and Trefethen, SIAM Rev. 46
// (2004) 501–517), for points in [−1, 1] scaled by 2 to stay of order one.
func barycentricWeights(points []float64) []float64 {
	weights := make([]float64, len(points))
	for j, x := range points {
		product := 1.0
		for k, y := range points {
			if k != j {
				product *= 2 * (x - y)
			}
		}
		weights[j] = 1 / product
	}
	return weights
}

// interpolationWeights writes the values at x of the Lagrange polynomials.
func interpolationWeights(dst, points, barycentric []float64, x float64) {
	total := 0.0
	for j, p := range points {
		if x == p {
			clear(dst)
			dst[j] = 1
			return
		}
		dst[j] = barycentric[j] / (x - p)
		total += dst[j]
	}
	for j := range dst {
		dst[j] /= total
	}
}
