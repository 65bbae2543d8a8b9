package experiment

import (
	"regexp"

	"anisgd/engine/model"
	"anisgd/engine/problem"
	"anisgd/engine/statistic"
)

var (
	windowName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]*$`)
	// standardColumn matches the names of the columns that every result has, and
	// their first parts.
	standardColumn = regexp.MustCompile(`^(t|learning_rate|risk|error|norm2|(risk_class|mean|cov|overlap|teacher)(_.*)?)$`)
)

// readStatistics reads what is reported beyond the standard columns: spectral
// windows.
func (r *reader) readStatistics(v *value, m *model.Model, p problem.Problem) []statistic.Window {
	if !v.given() || v.node.kind == list && len(v.node.items) == 0 {
		*v.out = node{kind: list}
		return nil
	}
	var windows []statistic.Window
	taken := map[string]bool{}
	for _, element := range v.elements("a list of windows") {
		if element.node.kind == scalar {
			element.word([]string{"error"}, nil)
			if !p.HasError() {
				element.fail("the error is not defined here, expected labels +1 and -1")
			}
			continue
		}
		f := element.fields("name", "window")
		name := f.get("name")
		window := statistic.Window{Name: name.text("a name of letters, digits, _ and -")}
		switch {
		case !windowName.MatchString(window.Name):
			name.fail("is %s, expected a name of letters, digits, _ and - that begins with a letter", name.node.describe())
		case standardColumn.MatchString(window.Name):
			name.fail("%q is the name of standard columns, expected another name", window.Name)
		case taken[window.Name]:
			name.fail("another window is named %q, expected different names", window.Name)
		}
		taken[window.Name] = true
		lo, hi := readWindow(f.get("window"), m)
		window.Lo, window.Hi = int(lo), int(hi)
		windows = append(windows, window)
	}
	return windows
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
