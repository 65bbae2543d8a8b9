package spectrum

import (
	"math"
	"slices"

	"anisgd/engine/model"
	"anisgd/engine/statistic"
)

// Description is a spectral measure to be represented: a model with a teacher and a
// start, in closed form as far as they are.
type Description struct {
	Model          *model.Model
	Teacher, Start []model.Vector // columns
	Windows        []statistic.Window
	Quadratics     []statistic.Quadratic
	// Continuum asks for d → ∞ at fixed u = ρ/d: sums over the modes become integrals
	// over u in (0, 1], and random directions are replaced by their expectations.
	// Unit vectors keep their place u, and stay single modes.
	Continuum bool
	// Horizon is a bound of ∫ γ dt, +Inf if there is none: modes with λ·Horizon ≪ 1
	// hardly relax, and need few nodes.
	Horizon float64
}

// DrawnModes is the dimension up to which random directions are drawn, block by
// block. Beyond it their expectations take their place, which for products of
// directions differ by O(d^−1/2).
const DrawnModes = 1 << 27

// Closed reports whether the spectra are in closed form.
func (d *Description) Closed() bool {
	_, closed := outlineOf(d)
	return closed
}

// Obstacle tells what of a description has no meaning in a continuum, "" if nothing.
func (d *Description) Obstacle() string {
	o, closed := outlineOf(d)
	switch {
	case !closed:
		return "eigenvalues are given one by one"
	case len(d.Quadratics) > 0:
		return "statistics have weights given one by one"
	case o.listed():
		return "means, teacher or init have entries given one by one"
	}
	return ""
}

// power is the function scale·u^exponent.
type power struct{ scale, exponent float64 }

func (p power) constant() bool { return p.exponent == 0 || p.scale == 0 }

// segment is a range of modes lo < ρ ≤ hi on which every spectrum is one power law.
type segment struct {
	lo, hi  float64 // whole numbers; of a continuum fractions u
	curves  []power // by spectrum
	sources []power // by source, as far as they are power laws; else of scale 0
}

// kind says how a source is summed over.
type kind uint8

const (
	smooth kind = iota // a power law on every segment
	random             // independent normal entries, by their expectation
	listed             // entries mode by mode
	atom               // a single mode
)

// source is one of the J sources.
type source struct {
	vector model.Vector
	factor float64
	kind   kind
}

// outline is what a description becomes: the structure and the segments.
type outline struct {
	*Description
	structure model.Structure
	sources   []source
	start     []Column
	segments  []segment
	d         float64   // 1 in a continuum
	edges     []float64 // of the windows, sorted, in units of modes or of u
}

// outlineOf reports false, and makes no segments, if the spectra are not in closed
// form.
func outlineOf(description *Description) (*outline, bool) {
	o := &outline{Description: description, structure: description.Model.Structure(), d: float64(description.Model.Dim)}
	if o.Continuum {
		o.d = 1
	}
	for _, v := range o.structure.Vectors {
		o.sources = append(o.sources, o.sourceOf(v))
	}
	for _, v := range o.Teacher {
		o.sources = append(o.sources, o.sourceOf(v))
	}
	first := len(o.sources)
	for _, v := range o.Start {
		base, factor := model.Factored(v)
		column := Column{-1, factor}
		for j := first; base != nil && j < len(o.sources) && column.Source < 0; j++ {
			if model.SameVector(o.sources[j].vector, base) {
				column.Source = j
			}
		}
		if base != nil && column.Source < 0 {
			column.Source = len(o.sources)
			o.sources = append(o.sources, o.sourceOf(base))
		}
		o.start = append(o.start, column)
	}
	if !o.cut() {
		return o, false
	}
	for _, window := range o.Windows {
		o.edges = append(o.edges, o.end(int64(window.Lo)), o.end(int64(window.Hi)))
	}
	slices.Sort(o.edges)
	o.edges = slices.Compact(o.edges)
	return o, true
}

// sourceOf tells how a vector is summed over.
func (o *outline) sourceOf(v model.Vector) source {
	base, factor := model.Factored(v)
	s := source{vector: base, factor: factor}
	switch base.(type) {
	case nil:
		s.vector = model.Zero{}
	case model.PowerVector, model.ConstantVector, model.SteppedVector:
	case model.UnitVector:
		s.kind = atom
	case model.NormalVector:
		if s.kind = random; !o.Continuum && o.Model.Dim <= DrawnModes {
			s.kind = listed
		}
	default:
		s.kind = listed
	}
	return s
}

// end is the end of a range of modes: their number, or in a continuum the
// fraction.
func (o *outline) end(modes int64) float64 {
	if o.Continuum {
		return float64(modes) / float64(o.Model.Dim)
	}
	return float64(modes)
}

// cut makes the segments.
func (o *outline) cut() bool {
	ends := []int64{o.Model.Dim}
	for _, c := range o.structure.Covariances {
		if stepped, ok := c.(model.Stepped); ok {
			ends = append(ends, stepped.Ends...)
		}
	}
	for _, s := range o.sources {
		if stepped, ok := s.vector.(model.SteppedVector); ok {
			ends = append(ends, stepped.Ends...)
		}
	}
	slices.Sort(ends)
	lo := int64(0)
	for _, hi := range ends {
		if hi <= lo {
			continue
		}
		seg := segment{lo: o.end(lo), hi: o.end(hi)}
		for _, c := range o.structure.Covariances {
			curve, ok := curveOf(c, lo)
			if !ok {
				return false
			}
			seg.curves = append(seg.curves, curve)
		}
		for _, s := range o.sources {
			seg.sources = append(seg.sources, s.on(lo))
		}
		o.segments = append(o.segments, seg)
		lo = hi
	}
	return true
}

// curveOf is the power law of a covariance on the modes after lo.
func curveOf(c model.Covariance, lo int64) (power, bool) {
	switch c := c.(type) {
	case model.Isotropic:
		return power{float64(c), 0}, true
	case model.PowerLaw:
		return power{c.Scale, c.Exponent}, true
	case model.Stepped:
		return power{stepAt(c.Ends, c.Values, lo), 0}, true
	}
	return power{}, false
}

// on is the power law of a source on the modes after lo; of scale 0 for a source
// that is none.
func (s *source) on(lo int64) power {
	switch v := s.vector.(type) {
	case model.PowerVector:
		return power{s.factor * v.Scale, v.Exponent}
	case model.ConstantVector:
		return power{s.factor * float64(v), 0}
	case model.SteppedVector:
		return power{s.factor * stepAt(v.Ends, v.Values, lo), 0}
	}
	return power{}
}

func stepAt(ends []int64, values []float64, lo int64) float64 {
	for b, end := range ends {
		if end > lo {
			return values[b]
		}
	}
	return 0
}

// scatter is the expectation of the product of the entries of two sources beyond
// that of their smooth parts: norm² for the same random direction.
func (o *outline) scatter(j, k int) float64 {
	a, b := &o.sources[j], &o.sources[k]
	if a.kind != random || b.kind != random || !model.SameVector(a.vector, b.vector) {
		return 0
	}
	norm := a.vector.(model.NormalVector).Norm
	return float64(a.factor*b.factor) * norm * norm
}

// listed reports whether a source or functional needs a pass over the modes.
func (o *outline) listed() bool {
	return len(o.Quadratics) > 0 || slices.ContainsFunc(o.sources, func(s source) bool { return s.kind == listed })
}

// minimalExponent is the smallest exponent of the spectra that vary in a segment.
func (s *segment) minimalExponent() float64 {
	smallest := math.Inf(1)
	for _, c := range s.curves {
		if !c.constant() {
			smallest = math.Min(smallest, c.exponent)
		}
	}
	return smallest
}

// constant reports whether all modes of a segment have the same eigenvalues.
func (s *segment) constant() bool {
	return !slices.ContainsFunc(s.curves, func(c power) bool { return !c.constant() })
}
