package spectrum

import (
	"cmp"
	"encoding/binary"
	"math"
	"slices"

	"anisgd/engine/model"
	"anisgd/engine/statistic"
	"anisgd/kernels/elementary"
)

const (
	// arrayTolerance is the relative error with which a panel must reproduce the
	// eigenvalues of its modes.
	arrayTolerance = 1e-12
	// arrayRatio is the largest ratio of λ̄ within a panel: the response of a mode, an
	// exponential in λ̄, is interpolated in log λ̄ to 1e-11 at any time (to 1e-9 over a
	// ratio of 8).
	arrayRatio = 4
	// DistinctNodes: up to so many different eigenvalues get a node each.
	DistinctNodes = 64
)

// FromArrays makes the nodes of a model given by arrays, and the weights of the
// observables' functionals, with products of the sources: the model's, the columns
// √d·x*_b of the teacher and the columns √d·x_a(0) of the start (nil for zero). Without
// sources if responses are not wanted, but with sums by spectrum.
//
// Modes with equal eigenvalues share a node if there are few different ones.
// Otherwise the modes are cut into panels by λ̄ = Σ p_i λ_i, each interpolated in
// log λ̄ from 16 of its own modes; a panel that does not reproduce the eigenvalues of
// its modes is halved, down to panels that keep their modes. So in the worst case
// every mode is a node.
func FromArrays(arrays *model.Arrays, observables *statistic.Observables, start [][]float64, responses bool) *Nodes {
	var sources [][]float64
	var columns []Column
	if responses {
		sources = append(append(sources, arrays.Sources...), observables.Teacher...)
		for _, column := range start {
			source := -1
			if slices.ContainsFunc(column, func(x float64) bool { return x != 0 }) {
				source = len(sources)
				sources = append(sources, column)
			}
			columns = append(columns, Column{source, 1})
		}
	}
	b := &arrayBuilder{
		builder: newBuilder(len(arrays.Spectra), len(sources), observables),
		arrays:  arrays, observables: observables, sources: sources,
		entries: make([]float64, len(sources)),
	}
	b.products = make([]float64, b.pairs)
	b.nodes.Classes, b.nodes.Models, b.nodes.Start = arrays.Classes, len(arrays.Sources), columns
	b.nodes.Teacher = len(observables.Teacher)
	if !b.distinct() {
		b.panels()
	}
	return b.nodes
}

type arrayBuilder struct {
	*builder
	arrays      *model.Arrays
	observables *statistic.Observables
	sources     [][]float64
	entries     []float64 // of the sources in one mode
	products    []float64 // of them, packed
}

// weight is w_ρ/d of a functional.
func (b *arrayBuilder) weight(f statistic.Functional, mode int) float64 {
	w := 1.0
	switch f.Kind {
	case statistic.InWindow:
		if window := b.observables.Windows[f.Index]; mode < window.Lo || mode >= window.Hi {
			return 0
		}
	case statistic.ByWeights:
		w = b.observables.Quadratics[f.Index].Weights[mode]
	case statistic.BySpectrum:
		w = b.arrays.Spectra[f.Index].Values[mode]
	}
	return w / float64(b.arrays.Dim)
}

// addMode adds a mode to a cell, at the position with the given basis.
func (b *arrayBuilder) addMode(c *cell, basis []float64, mode int) {
	for j, source := range b.sources {
		b.entries[j] = source[mode]
	}
	multiply(b.products, b.entries)
	for f, functional := range b.functionals {
		if w := b.weight(functional, mode); w != 0 {
			c.add(basis, f, w, b.products)
		}
	}
}

func (b *arrayBuilder) eigenvalues(mode int) []float64 {
	values := make([]float64, len(b.arrays.Spectra))
	for l, spectrum := range b.arrays.Spectra {
		values[l] = spectrum.Values[mode]
	}
	return values
}

var oneTerm = []float64{1}

// distinct gives every different eigenvalue a node, if there are few.
func (b *arrayBuilder) distinct() bool {
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
			if len(index) == DistinctNodes {
				return false
			}
			node = len(first)
			first = append(first, rho)
			index[string(key)] = node
		}
		nodeOf[rho] = node
	}
	cells := make([]*cell, len(first))
	for n := range cells {
		cells[n] = b.newCell(1)
	}
	for rho, node := range nodeOf {
		b.addMode(cells[node], oneTerm, rho)
	}
	for n, mode := range first {
		b.single(b.eigenvalues(mode), cells[n])
	}
	return true
}

// panels cuts the modes by λ̄.
func (b *arrayBuilder) panels() {
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
		for last < len(order) && mean[order[last]] <= arrayRatio*mean[order[first]] {
			last++
		}
		b.panel(order[first:last], mean)
		first = last
	}
}

// panel represents modes sorted by λ̄.
func (b *arrayBuilder) panel(modes []int, mean []float64) {
	if len(modes) <= panelTerms || mean[modes[0]] <= 0 {
		b.keep(modes)
		return
	}
	if b.interpolate(modes, mean) {
		return
	}
	half := len(modes) / 2
	b.panel(modes[:half], mean)
	b.panel(modes[half:], mean)
}

// keep makes a node of every mode, or of every run of equal ones.
func (b *arrayBuilder) keep(modes []int) {
	for first := 0; first < len(modes); {
		eigenvalues := b.eigenvalues(modes[first])
		c := b.newCell(1)
		last := first
		for last < len(modes) && slices.Equal(eigenvalues, b.eigenvalues(modes[last])) {
			b.addMode(c, oneTerm, modes[last])
			last++
		}
		b.single(eigenvalues, c)
		first = last
	}
}

// interpolate represents a panel by 16 of its modes, those nearest to the
// Chebyshev points of log λ̄; false if they do not reproduce the eigenvalues.
func (b *arrayBuilder) interpolate(modes []int, mean []float64) bool {
	position := make([]float64, len(modes))
	for k, mode := range modes {
		position[k] = elementary.Log(mean[mode])
	}
	low, high := position[0], position[len(modes)-1]
	if low == high {
		return false
	}
	var chosen [panelTerms]int
	var points [panelTerms]float64
	for j, x := range panelPoints() {
		target := math.FMA(0.5*(1+x), high-low, low)
		k, _ := slices.BinarySearch(position, target)
		if k == len(position) || k > 0 && target-position[k-1] < position[k]-target {
			k--
		}
		if j > 0 && position[k] <= position[chosen[j-1]] {
			return false // too few modes for so many nodes
		}
		chosen[j] = k
		points[j] = 2*(position[k]-low)/(high-low) - 1
	}
	conversion := conversionOf(&points)
	var basis [panelTerms]float64
	at := func(k int) { chebyshev(basis[:], 2*(position[k]-low)/(high-low)-1) }
	for _, spectrum := range b.arrays.Spectra {
		// The Chebyshev series of the interpolant of the eigenvalues.
		var series [panelTerms]float64
		for n, row := range &conversion {
			for k, q := range row {
				series[k] = math.FMA(q, spectrum.Values[modes[chosen[n]]], series[k])
			}
		}
		for k, mode := range modes {
			at(k)
			value := 0.0
			for i, t := range basis {
				value = math.FMA(series[i], t, value)
			}
			if want := spectrum.Values[mode]; !(math.Abs(value-want) <= arrayTolerance*math.Abs(want)) {
				return false
			}
		}
	}
	c := b.newCell(panelTerms)
	for k, mode := range modes {
		at(k)
		b.addMode(c, basis[:], mode)
	}
	b.place(panelTerms, func(l, n int) float64 { return b.arrays.Spectra[l].Values[modes[chosen[n]]] }, c, &conversion)
	return true
}
