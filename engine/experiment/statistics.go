package experiment

import (
	"regexp"
	"strings"

	"anisgd/engine/model"
	"anisgd/engine/statistic"
)

var (
	statisticName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]*$`)
	// standardColumn matches the names of the columns that every result has, and
	// their first parts.
	standardColumn = regexp.MustCompile(`^(t|learning_rate|risk|error|norm2|(risk_class|mean|cov|overlap|teacher)(_.*)?)$`)
)

// readStatistics reads what is reported beyond the standard columns: spectral
// windows, quadratic statistics given by their weights, and the classification
// error of SGD with several outputs.
func (r *reader) readStatistics(v *value, e *Experiment) {
	if !v.given() || v.node.kind == list && len(v.node.items) == 0 {
		*v.out = node{kind: list}
		return
	}
	taken := map[string]bool{}
	var quadraticNames []*value
	for _, element := range v.elements("a list of statistics") {
		if element.node.kind == scalar {
			element.word([]string{"error"}, nil)
			if !e.Problem.HasError() {
				element.fail("the error is not defined here, expected labels +1 and -1, one output for each class, or logistic loss with a teacher")
			}
			e.ErrorAsked = true
			continue
		}
		f := element.fields("name", "window", "weights")
		name := readStatisticName(f.get("name"), taken)
		if f.has("window") == f.has("weights") {
			element.fail("expected either a window or weights")
		}
		if f.has("window") {
			lo, hi := readWindow(f.get("window"), e.Model)
			e.Windows = append(e.Windows, statistic.Window{Name: name, Lo: int(lo), Hi: int(hi)})
			continue
		}
		e.Quadratics = append(e.Quadratics, statistic.Quadratic{Name: name, Weights: r.readWeights(f.get("weights"))})
		quadraticNames = append(quadraticNames, f.get("name"))
	}
	for q, quadratic := range e.Quadratics {
		for _, window := range e.Windows {
			if rest, found := strings.CutPrefix(quadratic.Name, window.Name+"_"); found &&
				(rest == "norm2" || strings.HasPrefix(rest, "overlap_")) {
				quadraticNames[q].fail("%q is the name of a column of window %q, expected another name", quadratic.Name, window.Name)
			}
		}
	}
}

// readStatisticName reads a name that becomes that of a column, or the first
// part of columns' names.
func readStatisticName(v *value, taken map[string]bool) string {
	const want = "a name of letters, digits, _ and -"
	name := v.text(want)
	switch {
	case !statisticName.MatchString(name):
		v.fail("is %s, expected %s that begins with a letter", v.node.describe(), want)
	case standardColumn.MatchString(name):
		v.fail("%q is the name of standard columns, expected another name", name)
	case taken[name]:
		v.fail("another statistic is named %q, expected different names", name)
	}
	taken[name] = true
	return name
}

// readWeights reads the weights w_ρ of a quadratic statistic: the name of a .npy
// file, or a list.
func (r *reader) readWeights(v *value) []float64 {
	if v.node.kind == scalar {
		return r.readArray(v)
	}
	return r.readEntries(v, (*value).finite)
}

// readWindow reads a range of modes: u in (a, b], or a block.
func readWindow(v *value, m *model.Model) (lo, hi int64) {
	v.require("{u: [from, to]} or {block: number}")
	f := v.fields("u", "block")
	if f.has("u") == f.has("block") {
		v.fail("expected either u or block")
	}
	if f.has("block") {
		block := f.get("block")
		var err error
		if lo, hi, err = m.BlockRange(int(block.integer(0, 1<<31-1))); err != nil {
			block.fail("%v, expected the number of a block, from 0", err)
		}
	} else {
		bounds := f.get("u").exactly(2, "[from, to] with 0 ≤ from < to ≤ 1")
		from := bounds[0].within("a number from 0 to 1", 0, 1)
		to := bounds[1].within("a number from 0 to 1", 0, 1)
		if from >= to {
			bounds[1].fail("is %s, not above %s, expected from < to", bounds[1].node.text, bounds[0].node.text)
		}
		lo, hi = model.FractionRange(m.Dim, from, to)
	}
	if lo == hi {
		v.fail("holds no mode at dim %d, expected a window with at least one", m.Dim)
	}
	return lo, hi
}
