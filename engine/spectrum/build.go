package spectrum

import (
	"math"
	"slices"

	"anisgd/engine/model"
	"anisgd/engine/parallel"
	"anisgd/engine/statistic"
	"anisgd/kernels/elementary"
)

// Of makes the nodes of a description; false if its spectra are not in closed form.
// Sums of what is in closed form take the same time at any d: the first few hundred
// modes are summed one by one, the others by Gauss quadrature of the discrete
// measure. Directions given mode by mode, and weights of quadratic statistics, take
// one pass over the modes, which the pool shares; nothing of length d is stored.
func Of(description *Description, pool *parallel.Pool) (*Nodes, bool) {
	o, closed := outlineOf(description)
	if !closed {
		return nil, false
	}
	observables := &statistic.Observables{Windows: o.Windows, Quadratics: o.Quadratics}
	b := &closedBuilder{
		builder: newBuilder(len(o.structure.Covariances), len(o.sources), observables),
		outline: o,
		entries: make([]float64, len(o.sources)),
		active:  make([]int, 0, len(o.Windows)+1),
	}
	b.packed = make([]float64, b.pairs)
	b.nodes.Classes, b.nodes.Models = o.structure.Classes, len(o.structure.Vectors)
	b.nodes.Teacher = len(o.Teacher)
	if slices.ContainsFunc(o.start, func(c Column) bool { return c.Source >= 0 }) {
		b.nodes.Start = o.start
	}
	for j := range o.sources {
		for k := range j + 1 {
			b.scatters = append(b.scatters, o.scatter(j, k))
		}
	}
	panels := o.panels()
	var walk *walk
	if o.listed() {
		walk = newWalk(b, pool)
	}
	for i := range panels {
		b.panel(&panels[i], walk)
	}
	b.atoms()
	return b.nodes, true
}

type closedBuilder struct {
	*builder
	*outline
	scatters []float64 // packed
	entries  []float64
	packed   []float64
	active   []int // functionals that count the modes at hand
}

// panel adds the nodes of a panel.
func (b *closedBuilder) panel(p *panel, walk *walk) {
	switch p.shape {
	case uniform:
		c := b.newCell(1)
		b.sumSmooth(c, p, p.lo, p.hi)
		if walk != nil {
			walk.add(c, p, p.lo, p.hi)
		}
		b.single(b.eigenvaluesAt(p.segment, elementary.Log(p.hi/b.d)), c)
	case kept:
		for rho := p.hi; rho > p.lo; rho-- {
			c := b.newCell(1)
			b.sumSmooth(c, p, rho-1, rho)
			if walk != nil {
				walk.add(c, p, rho-1, rho)
			}
			b.single(b.eigenvaluesAt(p.segment, elementary.Log(rho/b.d)), c)
		}
	default:
		c := b.newCell(panelTerms)
		b.sumSmooth(c, p, p.lo, p.hi)
		if walk != nil {
			walk.add(c, p, p.lo, p.hi)
		}
		points := panelPoints()
		conversion := panelConversion()
		b.place(panelTerms, func(l, n int) float64 { return p.eigenvalue(l, points[n]) }, c, &conversion)
	}
}

func (b *closedBuilder) eigenvaluesAt(s *segment, logarithm float64) []float64 {
	values := make([]float64, len(s.curves))
	for l, c := range s.curves {
		values[l] = c.at(logarithm)
	}
	return values
}

// homogeneous calls f for the parts of a range that lie within or without every
// window as a whole, with the functionals that count them in active.
func (b *closedBuilder) homogeneous(lo, hi float64, f func(lo, hi float64)) {
	for lo < hi {
		end := hi
		for _, edge := range b.edges {
			if edge > lo {
				end = math.Min(end, edge)
				break
			}
		}
		b.active = append(b.active[:0], 0)
		for w, window := range b.Windows {
			if b.end(int64(window.Lo)) <= lo && end <= b.end(int64(window.Hi)) {
				b.active = append(b.active, w+1)
			}
		}
		f(lo, end)
		lo = end
	}
}

// sumSmooth adds what is in closed form: the weights of the modes lo < ρ ≤ hi, and the
// products of smooth and of random sources.
func (b *closedBuilder) sumSmooth(c *cell, p *panel, lo, hi float64) {
	b.homogeneous(lo, hi, func(lo, hi float64) {
		if b.Continuum && lo == 0 {
			b.sumToZero(c, p, hi)
			return
		}
		b.sumPoints(c, p, lo, hi)
	})
}

// directModes is the number of modes that are summed one by one.
const directModes = 512

// sumPoints adds a range by its modes, or by Gauss quadrature on parts over which u
// at most doubles.
func (b *closedBuilder) sumPoints(c *cell, p *panel, lo, hi float64) {
	for lo < hi {
		if b.Continuum {
			from := math.Max(lo, hi/2)
			b.sumRule(c, p, legendre(), from, hi, 0)
			hi = from
			continue
		}
		from := math.Max(lo, math.Floor(hi/2))
		if hi-from <= directModes {
			from = math.Max(lo, hi-directModes)
			for rho := from + 1; rho <= hi; rho++ {
				b.addPoint(c, p, elementary.Log(rho/b.d), 1/b.d)
			}
		} else {
			// Mode ρ sits in the middle of (ρ − 1/2, ρ + 1/2).
			b.sumRule(c, p, consecutive(hi-from), from, hi, 0.5)
		}
		hi = from
	}
}

// sumRule adds a range by the points of a rule, moved by an offset.
func (b *closedBuilder) sumRule(c *cell, p *panel, r *rule, lo, hi, offset float64) {
	for i, x := range r.points {
		at := math.FMA(0.5*(hi-lo), 1+x, lo+offset)
		b.addPoint(c, p, elementary.Log(at/b.d), r.weights[i]*(hi-lo)/b.d)
	}
}

// addPoint adds a point at log u with a weight.
func (b *closedBuilder) addPoint(c *cell, p *panel, logarithm, weight float64) {
	for j, s := range p.segment.sources {
		b.entries[j] = s.at(logarithm)
	}
	multiply(b.packed, b.entries)
	for i, v := range b.scatters {
		b.packed[i] += v
	}
	var basis [panelTerms]float64
	chebyshev(basis[:c.terms], p.positionFor(c, logarithm))
	for _, f := range b.active {
		c.add(basis[:c.terms], f, weight, b.packed)
	}
}

func (p *panel) positionFor(c *cell, logarithm float64) float64 {
	if c.terms == 1 {
		return 0
	}
	return p.position(logarithm)
}

// sumToZero adds the fractions 0 < u ≤ hi of a continuum in closed form: with
// v = (u/p.hi)^a of a tail and the product u^q of two sources,
//
//	∫ u^q T_k du = hi^(q+1)/a · ∫₀¹ v^((q+1)/a − 1) T_k(2v − 1) dv
//
// where hi is the panel's own; a window's that ends within it is cut off by points.
func (b *closedBuilder) sumToZero(c *cell, p *panel, hi float64) {
	if c.terms > 1 && hi < p.hi {
		// Within the tail the rest of the interval shrinks geometrically to nothing.
		b.sumPoints(c, p, hi*0x1p-200, hi)
		return
	}
	exponent := p.exponent
	if c.terms == 1 {
		exponent = 1
	}
	logarithm := elementary.Log(hi)
	moments := make([]float64, c.terms)
	add := func(into []float64, scale, q float64) {
		if scale == 0 {
			return
		}
		total := scale * elementary.Exp((q+1)*logarithm)
		if c.terms == 1 {
			moments[0] = 1 / (q + 1)
		} else {
			powerMoments(moments, (q+1)/exponent-1)
			total /= exponent
		}
		for k, m := range moments {
			into[k] = math.FMA(total, m, into[k])
		}
	}
	for _, f := range b.active {
		add(c.weights[f*c.terms:], 1, 0)
		pair := 0
		for j, s := range p.segment.sources {
			for _, t := range p.segment.sources[:j+1] {
				into := c.products[(f*b.pairs+pair)*c.terms:]
				add(into, s.scale*t.scale, s.exponent+t.exponent)
				add(into, b.scatters[pair], 0)
				pair++
			}
		}
	}
}

// atoms adds the sources that are single modes: their products with each other and
// with the other sources' entries there.
func (b *closedBuilder) atoms() {
	for j, s := range b.sources {
		if s.kind != atom {
			continue
		}
		unit := s.vector.(model.UnitVector)
		if slices.ContainsFunc(b.sources[:j], func(before source) bool {
			v, ok := before.vector.(model.UnitVector)
			return ok && v.Index == unit.Index
		}) {
			continue // that atom's node has the products with this one
		}
		b.atom(unit.Index)
	}
}

// atom adds the node of the mode that some sources are atoms at. The mode's weight
// and the products of the other sources belong to its panel.
func (b *closedBuilder) atom(index int64) {
	at := b.end(index)
	below := b.end(index - 1)
	var home *segment
	for s := range b.segments {
		if below < b.segments[s].hi {
			home = &b.segments[s]
			break
		}
	}
	logarithm := elementary.Log(at / b.d)
	d := float64(b.Model.Dim)
	here := make([]bool, len(b.sources))
	for j, s := range b.sources {
		b.entries[j] = home.sources[j].at(logarithm)
		switch s.kind {
		case atom:
			b.entries[j] = 0
			if v := s.vector.(model.UnitVector); v.Index == index {
				here[j] = true
				b.entries[j] = s.factor * v.Scale
			}
		case listed:
			var entry [1]float64
			s.vector.Fill(entry[:], index-1, b.Model.Dim)
			b.entries[j] = s.factor * entry[0]
		}
	}
	pair := 0
	for j := range b.sources {
		for k := range j + 1 {
			b.packed[pair] = 0
			switch {
			case here[j] && here[k]:
				b.packed[pair] = b.entries[j] * b.entries[k]
			case (here[j] || here[k]) && !b.Continuum:
				b.packed[pair] = b.entries[j] * b.entries[k] / math.Sqrt(d)
			}
			pair++
		}
	}
	c := b.newCell(1)
	add := func(f int, weight float64) {
		for i, v := range b.packed {
			c.products[f*b.pairs+i] = weight * v
		}
	}
	add(0, 1)
	for f, functional := range b.functionals {
		switch functional.Kind {
		case statistic.InWindow:
			if w := b.Windows[functional.Index]; int64(w.Lo) < index && index <= int64(w.Hi) {
				add(f, 1)
			}
		case statistic.ByWeights:
			add(f, b.Quadratics[functional.Index].Weights[index-1])
		}
	}
	b.single(b.eigenvaluesAt(home, logarithm), c)
}
