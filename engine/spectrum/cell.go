package spectrum

import (
	"math"

	"anisgd/engine/statistic"
)

// builder collects cells of modes and makes the nodes of them.
type builder struct {
	nodes       *Nodes
	functionals []statistic.Functional
	pairs       int // of sources, packed j ≤ k
}

func newBuilder(spectra, sources int, observables *statistic.Observables) *builder {
	b := &builder{
		nodes: &Nodes{Eigenvalues: make([][]float64, spectra), sources: sources, fine: newSums(), coarse: newSums()},
		pairs: sources * (sources + 1) / 2,
	}
	b.functionals = append(b.functionals, statistic.Functional{Kind: statistic.Whole})
	for w := range observables.Windows {
		b.functionals = append(b.functionals, statistic.Functional{Kind: statistic.InWindow, Index: w})
	}
	for q := range observables.Quadratics {
		b.functionals = append(b.functionals, statistic.Functional{Kind: statistic.ByWeights, Index: q})
	}
	if sources == 0 {
		// Responses weigh the nodes' own eigenvalues instead.
		for l := range spectra {
			b.functionals = append(b.functionals, statistic.Functional{Kind: statistic.BySpectrum, Index: l})
		}
	}
	return b
}

// cell holds the moments (1/d) Σ_ρ w_ρ T_k(x_ρ) of a set of modes that are
// represented together, at the positions x_ρ in [−1, 1], and those weighted by the
// products of two sources, for every functional. One term is enough for modes with
// the same eigenvalues.
type cell struct {
	terms    int
	weights  []float64 // [functional·terms + k]
	products []float64 // [(functional·pairs + pair)·terms + k]
}

func (b *builder) newCell(terms int) *cell {
	return &cell{
		terms:    terms,
		weights:  make([]float64, len(b.functionals)*terms),
		products: make([]float64, len(b.functionals)*b.pairs*terms),
	}
}

// add adds a mode, or a point of a quadrature, to the moments of one functional:
// its weight, and that times the packed products of its sources.
func (c *cell) add(basis []float64, functional int, weight float64, products []float64) {
	add(c.weights[functional*c.terms:], basis, weight)
	for p, v := range products {
		add(c.products[(functional*len(products)+p)*c.terms:], basis, weight*v)
	}
}

func add(dst, basis []float64, weight float64) {
	if weight == 0 {
		return
	}
	dst = dst[:len(basis)]
	for k, t := range basis {
		dst[k] = math.FMA(weight, t, dst[k])
	}
}

// multiply writes the packed products of the entries of all sources.
func multiply(dst, entries []float64) {
	at := 0
	for j, x := range entries {
		for _, y := range entries[:j+1] {
			dst[at] = x * y
			at++
		}
	}
}

// single adds a node with the moments of a cell of one term.
func (b *builder) single(eigenvalues []float64, c *cell) {
	one := [panelTerms][panelTerms]float64{{1}}
	b.place(1, func(l, _ int) float64 { return eigenvalues[l] }, c, &one)
}

// place adds a node for each term of a cell, whose moments the conversion turns into
// weights.
func (b *builder) place(count int, eigenvalue func(l, node int) float64, c *cell, conversion *[panelTerms][panelTerms]float64) {
	for l := range b.nodes.Eigenvalues {
		for n := range count {
			b.nodes.Eigenvalues[l] = append(b.nodes.Eigenvalues[l], eigenvalue(l, n))
		}
	}
	for f, functional := range b.functionals {
		for n := range count {
			row := &conversion[n]
			whole := f == 0
			b.nodes.fine.append(functional, row[:c.terms], c, f, b.pairs, b.nodes.sources)
			if whole {
				b.nodes.coarse.append(functional, row[:min(c.terms, coarseTerms)], c, f, b.pairs, b.nodes.sources)
			}
		}
	}
}

// append adds the weights of a node: the moments with the given coefficients.
func (s *sums) append(functional statistic.Functional, coefficients []float64, c *cell, f, pairs, sources int) {
	combine := func(moments []float64) float64 {
		total := 0.0
		for k, q := range coefficients {
			total = math.FMA(q, moments[k], total)
		}
		return total
	}
	s.weights[functional] = append(s.weights[functional], combine(c.weights[f*c.terms:]))
	full := make([]float64, sources*sources)
	pair := 0
	for j := range sources {
		for k := range j + 1 {
			v := combine(c.products[(f*pairs+pair)*c.terms:])
			full[j*sources+k], full[k*sources+j] = v, v
			pair++
		}
	}
	s.products[functional] = append(s.products[functional], full)
}
