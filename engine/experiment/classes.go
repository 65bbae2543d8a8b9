package experiment

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"anisgd/engine/model"
)

// readModel reads the classes, and the table of blocks where there is one. The
// problem says whether classes have labels and how many there must be.
func (r *reader) readModel(v *value) *model.Model {
	v.require("a map with the classes")
	f := v.fields(modelKeys...)
	m := &model.Model{Dim: r.dim, Noise: readNoise(f.get("noise"))}
	blocks := func(classes int) *blockTable {
		if !f.has("blocks") {
			return nil
		}
		table := r.readBlocks(f.get("blocks"), classes)
		m.BlockEnds = table.ends
		return table
	}
	classes := f.get("classes")
	var means []meanSpec
	if classes.given() && classes.node.kind == mapping {
		m.Classes, means = r.readAlikeClasses(classes, blocks)
	} else {
		m.Classes, means = r.readClasses(classes, blocks)
	}
	if len(m.Classes) < 2 && r.problem.outputs == "one-hot" {
		classes.fail("gives one class, expected at least 2 with one output for each")
	}
	r.means = resolveMeans(means)
	for i, mean := range r.means {
		m.Classes[i].Mean = mean
	}
	return m
}

// readNoise reads the law of the samples' standardized entries.
func readNoise(v *value) model.Noise {
	laws := []model.Noise{model.Gaussian, model.Rademacher, model.Uniform}
	words := make([]string, len(laws))
	for i, law := range laws {
		words[i] = law.String()
	}
	word := v.wordOr(words[0], words, nil)
	return laws[slices.Index(words, word)]
}

// readClasses reads a list of classes.
func (r *reader) readClasses(v *value, blocks func(classes int) *blockTable) ([]model.Class, []meanSpec) {
	elements := v.elements("a list of at least one class, or a map with count and each")
	table := blocks(len(elements))
	classes := make([]model.Class, len(elements))
	means := make([]meanSpec, len(elements))
	priors := make([]*value, len(elements))
	for i, element := range elements {
		f := element.fields("prior", "label", "covariance", "mean")
		priors[i] = f.get("prior")
		if r.problem.label != nil {
			classes[i].Label = r.problem.label(f.get("label"))
		} else {
			f.forbid("with target: class and outputs: scalar", "label")
		}
		own := f.get("mean")
		if table == nil {
			classes[i].Covariance = readForm(r, f.get("covariance"), covarianceForms)
			means[i] = r.readMean(own)
			continue
		}
		f.forbid("without model.blocks", "covariance")
		classes[i].Covariance = table.covariance(i)
		if own.given() {
			means[i] = r.readMean(own)
		}
		means[i] = table.mean(i, own, means[i])
	}
	for i, p := range readPriors(priors) {
		classes[i].Prior = p
	}
	return classes, means
}

// readAlikeClasses reads a number of classes that share a description.
func (r *reader) readAlikeClasses(v *value, blocks func(classes int) *blockTable) ([]model.Class, []meanSpec) {
	if r.problem.label != nil {
		v.fail("is a map, in which classes have no labels, expected a list of classes with labels, " +
			"or outputs: one-hot, loss: softmax or target: teacher")
	}
	f := v.fields("count", "priors", "each")
	number := f.get("count")
	number.require("the number of classes")
	count := int(number.integer(1, maximalClasses))
	table := blocks(count)
	priors := r.readPriorLaw(f.get("priors"), count)

	description := &fields{f.get("each")}
	description.forbid("in a list of classes; here priors stands beside each", "prior")
	description.forbid("in a list of classes with target: class and outputs: scalar", "label")
	each := description.fields("covariance", "mean")
	r.each = count
	var covariance model.Covariance
	if table == nil {
		covariance = readForm(r, each.get("covariance"), covarianceForms)
	} else {
		each.forbid("without model.blocks", "covariance")
	}
	own := each.get("mean")
	var shared meanSpec
	if table == nil || own.given() {
		shared = r.readMean(own)
	}
	r.each = 0

	classes := make([]model.Class, count)
	means := make([]meanSpec, count)
	for i := range classes {
		classes[i] = model.Class{Prior: priors[i], Covariance: covariance}
		means[i] = shared.ofClass(i)
		if table != nil {
			classes[i].Covariance = table.covariance(i)
			means[i] = table.mean(i, own, means[i])
		}
	}
	return classes, means
}

// readPriorLaw reads the priors of classes that share a description.
func (r *reader) readPriorLaw(v *value, count int) []float64 {
	if v.given() && v.node.kind == list {
		elements := v.exactly(count, fmt.Sprintf("%d priors, one for each class", count))
		return readPriors(elements)
	}
	if !v.given() {
		v.record("uniform")
		return uniformPriors(count)
	}
	return readForm(r, v, priorForms)(count)
}

// priorForms are the laws of the priors of any number of classes.
var priorForms = []form[func(classes int) []float64]{
	{name: "uniform", bare: true, read: func(*reader, *value) func(int) []float64 { return uniformPriors }},
	{name: "geometric", read: func(_ *reader, v *value) func(int) []float64 {
		ratio := v.positive()
		return func(classes int) []float64 { return geometricPriors(classes, ratio) }
	}},
}

func uniformPriors(classes int) []float64 {
	priors := make([]float64, classes)
	for i := range priors {
		priors[i] = 1 / float64(classes)
	}
	return priors
}

// geometricPriors are proportional to the powers of a ratio. They are built from
// the largest one, so that nothing overflows.
func geometricPriors(classes int, ratio float64) []float64 {
	priors := make([]float64, classes)
	weight, total := 1.0, 0.0
	for n := range priors {
		i := n
		if ratio > 1 {
			i = classes - 1 - n
		}
		priors[i] = weight
		total += weight
		if ratio > 1 {
			weight /= ratio
		} else {
			weight *= ratio
		}
	}
	for i := range priors {
		priors[i] /= total
	}
	return priors
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
