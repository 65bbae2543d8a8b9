package experiment

import (
	"fmt"
	"math"
	"strconv"

	"anisgd/engine/model"
)

// readModel reads the classes, and the table of blocks where there is one. The
// loss says which labels classes have.
func (r *reader) readModel(v *value, loss *lossForm) *model.Model {
	v.require("a map with the classes")
	f := v.fields("blocks", "classes")
	list := f.get("classes")
	if list.given() && list.node.kind == mapping {
		list.fail("a map with count and each is not available in this version, expected a list of classes")
	}
	elements := list.elements("a list of at least one class")
	m := &model.Model{Dim: r.dim, Classes: make([]model.Class, len(elements))}
	var blocks *blockTable
	if f.has("blocks") {
		blocks = r.readBlocks(f.get("blocks"), len(elements))
		m.BlockEnds = blocks.ends
	}

	priors := make([]*value, len(elements))
	means := make([]meanSpec, len(elements))
	for i, element := range elements {
		class := element.fields("prior", "label", "covariance", "mean")
		priors[i] = class.get("prior")
		m.Classes[i].Label = loss.label(class.get("label"))
		if blocks != nil {
			class.forbid("without model.blocks", "covariance")
			m.Classes[i].Covariance = blocks.covariance(i)
			means[i] = r.readBlockMean(class, blocks, i)
			continue
		}
		m.Classes[i].Covariance = readForm(r, class.get("covariance"), covarianceForms)
		means[i] = r.readMean(class.get("mean"))
	}
	for i, p := range readPriors(priors) {
		m.Classes[i].Prior = p
	}
	r.means = resolveMeans(means)
	for i, mean := range r.means {
		m.Classes[i].Mean = mean
	}
	return m
}

// readPriors reads the priors p_i; none given means uniform ones.
func readPriors(values []*value) []float64 {
	given := 0
	for _, v := range values {
		if v.given() {
			given++
		}
	}
	priors := make([]float64, len(values))
	for i, v := range values {
		if given == 0 {
			priors[i] = 1 / float64(len(values))
			v.record(formatNumber(priors[i]))
			continue
		}
		v.require("a prior for every class or for none")
		priors[i] = v.within("a number from 0 to 1", 0, 1)
	}
	normalize(values, priors, "priors")
	return priors
}

// normalize checks that numbers sum to 1 within 1e-9 and makes the sum 1 to
// rounding. Numbers that already do are left as they are, so that a resolved
// file reads back to the same bits.
func normalize(values []*value, numbers []float64, what string) {
	total := 0.0
	for _, x := range numbers {
		total += x
	}
	if math.Abs(total-1) > 1e-9 {
		values[0].fail("the %s sum to %v, expected 1 within 1e-9", what, total)
	}
	rounding := float64(2*len(numbers)) * 0x1p-53
	if math.Abs(total-1) <= rounding {
		return
	}
	for i := range numbers {
		numbers[i] /= total
		values[i].record(formatNumber(numbers[i]))
	}
}

// covarianceForms are the ways to give the eigenvalues of a class.
var covarianceForms = []form[model.Covariance]{
	{name: "isotropic", read: func(_ *reader, v *value) model.Covariance {
		return model.Isotropic(v.atLeastZero())
	}},
	{name: "power-law", read: func(r *reader, v *value) model.Covariance {
		f := v.fields("exponent", "scale")
		law := model.PowerLaw{Exponent: f.get("exponent").finite(), Scale: f.get("scale").atLeastZeroOr(1)}
		r.checkFirstMode(v, law.Fill)
		return law
	}},
	{name: "values", read: func(r *reader, v *value) model.Covariance {
		return model.Eigenvalues(r.readEntries(v, (*value).atLeastZero))
	}},
	{name: "file", read: func(r *reader, v *value) model.Covariance {
		eigenvalues := r.readArray(v)
		for i, x := range eigenvalues {
			if x < 0 {
				v.fail("entry %d (from 0) is %v, expected eigenvalues ≥ 0", i, x)
			}
		}
		return model.Eigenvalues(eigenvalues)
	}},
}

// readEntries reads an inline array of d numbers.
func (r *reader) readEntries(v *value, read func(*value) float64) []float64 {
	want := fmt.Sprintf("a list of d = %d numbers", r.dim)
	elements := v.elements(want)
	if int64(len(elements)) != r.dim {
		v.fail("has %d elements, expected %s", len(elements), want)
	}
	numbers := make([]float64, len(elements))
	for i, e := range elements {
		numbers[i] = read(e)
	}
	return numbers
}

// checkFirstMode fails where a power law overflows at mode 1, where it is
// farthest from its scale.
func (r *reader) checkFirstMode(v *value, fill func(dst []float64, first, d int64)) {
	var first [1]float64
	fill(first[:], 0, r.dim)
	if math.IsNaN(first[0]) || math.IsInf(first[0], 0) {
		v.fail("is %v at mode 1 of %d, expected an exponent and a scale that stay finite", first[0], r.dim)
	}
}

// classIndex reads the index of a class.
func classIndex(v *value) int { return int(v.integer(0, math.MaxInt32)) }

func className(i int) string { return "class " + strconv.Itoa(i) }
