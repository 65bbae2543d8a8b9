// Package spectrum represents a model's spectral measure by few nodes (theory,
// section 8, spectral compression).
//
// Responses and variance of a mode depend on it only through its eigenvalues
// λ_{·,ρ}, smoothly, whatever the directions of means, teacher and start are. So
// modes with equal eigenvalues share a node, exactly; a smooth curve of eigenvalues
// is cut into panels, on each of which functions of the eigenvalues are replaced by
// their interpolants in 16 Chebyshev points; and sums over the modes, weighted by
// products of the directions' entries, become sums over the nodes with weights that
// are aggregated once.
//
// Of takes descriptions: spectra in closed form at any d, or d = ∞, with any
// directions. FromArrays takes any arrays of eigenvalues.
package spectrum

import (
	"math"

	"anisgd/engine/closure"
	"anisgd/engine/model"
	"anisgd/engine/statistic"
)

// Nodes are the nodes of a spectral measure and the weights of sums over them.
// With J sources: the directions of the class means, those of the columns of the
// teacher, and those of the start, in this order.
type Nodes struct {
	Classes []model.ClassArrays // Spectrum and Source index what follows
	Models  int                 // sources that are directions of class means
	Teacher int                 // sources that are columns of the teacher, √d·x*_b themselves
	Start   []Column            // X(0), one for each output; nil if it is zero

	// Eigenvalues are λ_l at node n, [l][n].
	Eigenvalues [][]float64

	sources int
	fine    sums
	coarse  sums // the same with fewer terms a panel, to estimate the error
}

// Column is a multiple of a source; Source is −1 for a zero vector.
type Column struct {
	Source int
	Factor float64
}

// sums are the weights of sums over nodes by functional.
type sums struct {
	weights  map[statistic.Functional][]float64
	products map[statistic.Functional][][]float64
}

func newSums() sums {
	return sums{map[statistic.Functional][]float64{}, map[statistic.Functional][][]float64{}}
}

// Count is the number of nodes.
func (n *Nodes) Count() int { return len(n.Eigenvalues[0]) }

// Sources is J.
func (n *Nodes) Sources() int { return n.sources }

// Weights are those of (1/d) Σ_ρ w_ρ φ(λ_ρ) = Σ_n Weights[n] φ_n, for the weights w
// of a functional: Whole, InWindow or ByWeights, and BySpectrum of nodes without
// sources. Nil for a functional the nodes were not made for.
func (n *Nodes) Weights(f statistic.Functional) []float64 { return n.fine.weights[f] }

// Products are the weights of sums with entries of two sources, J×J for each node:
// (1/d) Σ_ρ w_ρ σ_{j,ρ} σ_{k,ρ} φ(λ_ρ) = Σ_n Products[n][j·J + k] φ_n. Not of
// BySpectrum.
func (n *Nodes) Products(f statistic.Functional) [][]float64 { return n.fine.products[f] }

// Coarse are the Weights and Products over all modes with terms left out: Chebyshev
// series of 12 instead of 16 terms on every panel. What changes with them is an
// estimate of the error of the coarser sums, and so a bound for that of the finer.
func (n *Nodes) Coarse() (weights []float64, products [][]float64) {
	whole := statistic.Functional{Kind: statistic.Whole}
	return n.coarse.weights[whole], n.coarse.products[whole]
}

// Modes sums what a closure needs to know.
func (n *Nodes) Modes() *closure.Modes {
	m := &closure.Modes{Classes: n.Classes, Sources: n.Models}
	weights := n.Weights(statistic.Functional{Kind: statistic.Whole})
	for _, u := range n.Eigenvalues {
		trace := 0.0
		for k, w := range weights {
			trace = math.FMA(w, u[k], trace)
		}
		m.Traces = append(m.Traces, trace)
		for _, v := range n.Eigenvalues {
			product := 0.0
			for k, w := range weights {
				product = math.FMA(float64(w*u[k]), v[k], product)
			}
			m.Products = append(m.Products, product)
		}
	}
	return m
}

// Constants sums what every state is measured against.
func (n *Nodes) Constants(outputs int, observables *statistic.Observables) *statistic.Constants {
	c := statistic.NewConstants(n.Classes, outputs, n.Teacher, observables)
	whole := statistic.Functional{Kind: statistic.Whole}
	for i, class := range n.Classes {
		if class.Source < 0 {
			continue
		}
		square := class.Factor * class.Factor
		c.MeanNorm2[i] = square * n.product(whole, class.Source, class.Source, nil)
		for w := range observables.Windows {
			f := statistic.Functional{Kind: statistic.InWindow, Index: w}
			c.WindowMean2[w*len(n.Classes)+i] = square * n.product(f, class.Source, class.Source, nil)
		}
	}
	for b := range n.Teacher {
		c.Teacher2[b] = n.product(whole, n.Models+b, n.Models+b, nil)
	}
	for i, class := range n.Classes {
		law := &c.TeacherLaws[i]
		for b := range n.Teacher {
			if class.Source >= 0 {
				law.TeacherMean[b] = class.Factor * n.product(whole, class.Source, n.Models+b, nil)
			}
			for e := range n.Teacher {
				law.TeacherCovariance[b*n.Teacher+e] = n.product(whole, n.Models+b, n.Models+e, n.Eigenvalues[class.Spectrum])
			}
		}
	}
	return c
}

// product is (1/d) Σ_ρ w_ρ λ_ρ σ_{j,ρ} σ_{k,ρ}; λ = 1 if nil.
func (n *Nodes) product(f statistic.Functional, j, k int, eigenvalues []float64) float64 {
	total := 0.0
	for node, products := range n.fine.products[f] {
		v := products[j*n.sources+k]
		if eigenvalues != nil {
			v *= eigenvalues[node]
		}
		total += v
	}
	return total
}
