package experiment

import (
	"fmt"
	"math"
	"strings"

	"anisgd/engine/model"
)

// meanSpec is a vector as a file gives it: itself, or a multiple of the mean of
// a class.
type meanSpec struct {
	vector model.Vector // nil for a reference
	of     int
	by     float64
	from   *value // where the reference stands, for messages
	basis  bool   // the vector is a multiple of basis vector number class+1
}

// ofClass is the vector of one of the classes that share a description: of its
// own where the description is random or names the class.
func (s meanSpec) ofClass(class int) meanSpec {
	switch v := s.vector.(type) {
	case model.NormalVector:
		v.Column = uint32(class)
		s.vector = v
	case model.UnitVector:
		if s.basis {
			v.Index = int64(class) + 1
			s.vector = v
		}
	}
	return s
}

// meanForms are the ways to give a vector: a class mean or a start.
var meanForms = []form[meanSpec]{
	{name: "zero", bare: true, read: func(*reader, *value) meanSpec { return meanSpec{vector: model.Zero{}} }},
	{name: "power-law", read: func(r *reader, v *value) meanSpec {
		f := v.fields("exponent", "scale")
		law := model.PowerVector{Exponent: f.get("exponent").finite(), Scale: f.get("scale").finiteOr(1)}
		r.checkFirstMode(v, law.Fill)
		return meanSpec{vector: law}
	}},
	{name: "constant", read: func(_ *reader, v *value) meanSpec {
		return meanSpec{vector: model.ConstantVector(v.finite())}
	}},
	{name: "normal", read: func(r *reader, v *value) meanSpec {
		f := v.fields("norm", "seed")
		place := strings.TrimSuffix(v.path, ".normal")
		return meanSpec{vector: model.NormalVector{
			Norm: f.get("norm").atLeastZeroOr(1),
			Seed: f.get("seed").seed(deriveSeed(r.seed, place)),
		}}
	}},
	{name: "unit", read: func(r *reader, v *value) meanSpec {
		if v.node.kind != mapping {
			return r.readUnit(v, 1)
		}
		f := v.fields("index", "scale")
		return r.readUnit(f.get("index"), f.get("scale").finiteOr(1))
	}},
	{name: "values", read: func(r *reader, v *value) meanSpec {
		return meanSpec{vector: model.Entries(r.readEntries(v, (*value).finite))}
	}},
	{name: "file", read: func(r *reader, v *value) meanSpec {
		return meanSpec{vector: model.Entries(r.readArray(v))}
	}},
	{name: "negative-of", read: func(_ *reader, v *value) meanSpec {
		return meanSpec{of: classIndex(v), by: -1, from: v}
	}},
	{name: "scaled", read: func(_ *reader, v *value) meanSpec {
		f := v.fields("of", "by")
		of := f.get("of")
		return meanSpec{of: classIndex(of), by: f.get("by").finite(), from: of}
	}},
}

// readUnit reads the index of a basis vector, or class where classes share a
// description.
func (r *reader) readUnit(index *value, scale float64) meanSpec {
	if r.each == 0 || !index.given() || index.node.kind != scalar || index.node.text != "class" {
		return meanSpec{vector: model.UnitVector{Index: index.integer(1, r.dim), Scale: scale}}
	}
	if int64(r.each) > r.dim {
		index.fail("is class, but %d classes have no basis vector each at dim %d, expected fewer classes", r.each, r.dim)
	}
	index.record("class")
	return meanSpec{vector: model.UnitVector{Scale: scale}, basis: true}
}

// readMean reads a class mean, zero where the file gives none.
func (r *reader) readMean(v *value) meanSpec {
	if !v.given() {
		v.record("zero")
		return meanSpec{vector: model.Zero{}}
	}
	return readForm(r, v, meanForms)
}

// resolveMeans replaces references between class means by the vectors they mean.
func resolveMeans(specs []meanSpec) []model.Vector {
	resolved := make([]model.Vector, len(specs))
	for i := range specs {
		// Follow the references to a vector, then resolve them on the way back.
		var chain []int
		seen := map[int]bool{}
		at := i
		for resolved[at] == nil && specs[at].vector == nil {
			spec := specs[at]
			if seen[at] {
				spec.from.fail("refers back to itself by way of %s, expected a class whose mean is given", className(spec.of))
			}
			if spec.of >= len(specs) {
				spec.from.fail("there is no %s, expected one from 0 to %d", className(spec.of), len(specs)-1)
			}
			seen[at] = true
			chain = append(chain, at)
			at = spec.of
		}
		if resolved[at] == nil {
			resolved[at] = specs[at].vector
		}
		for c := len(chain) - 1; c >= 0; c-- {
			resolved[chain[c]] = multiple(resolved[specs[chain[c]].of], specs[chain[c]])
		}
	}
	return resolved
}

// multiple is the vector of a reference to a resolved vector, as one factor on a
// vector that is no multiple itself.
func multiple(of model.Vector, spec meanSpec) model.Vector {
	by := spec.by
	if s, ok := of.(model.Scaled); ok {
		of, by = s.Of, by*s.By
	}
	if math.IsInf(by, 0) {
		spec.from.fail("the product of the factors on the way overflows, expected a finite multiple")
	}
	if _, zero := of.(model.Zero); zero {
		return of
	}
	return model.Scaled{Of: of, By: by}
}

// readStart reads x(0): one vector for every output, or a list with one for
// each. References are to class means.
func (r *reader) readStart(v *value, outputs int) []model.Vector {
	start := make([]model.Vector, outputs)
	if v.given() && v.node.kind == list {
		for a, element := range v.exactly(outputs, fmt.Sprintf("one vector for each output, here %d", outputs)) {
			start[a] = r.readVector(element)
		}
		return start
	}
	shared := r.readVector(v)
	for a := range start {
		start[a] = shared
	}
	return start
}

// readVector reads a vector that may refer to a class mean, zero where the file
// gives none.
func (r *reader) readVector(v *value) model.Vector {
	spec := r.readMean(v)
	if spec.vector != nil {
		return spec.vector
	}
	if spec.of >= len(r.means) {
		spec.from.fail("there is no %s, expected one from 0 to %d", className(spec.of), len(r.means)-1)
	}
	return multiple(r.means[spec.of], spec)
}

// deriveSeed is the seed of a random vector without one of its own: a function
// of the experiment's seed and of the vector's place in the file. The place is
// hashed by FNV-1a and mixed in by the finalizer of SplitMix64 (Steele, Lea and
// Flood, Fast splittable pseudorandom number generators, 2014).
func deriveSeed(seed uint64, place string) uint64 {
	hash := uint64(14695981039346656037)
	for _, b := range []byte(place) {
		hash = (hash ^ uint64(b)) * 1099511628211
	}
	return mix(mix(seed) ^ hash)
}

func mix(z uint64) uint64 {
	z += 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}
