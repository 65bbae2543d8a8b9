package plot

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"anisgd/engine/statistic"
)

// OverlapChart shows the cosine between the iterate and every class mean, of the
// whole vectors and restricted to each spectral window. Of two class means that
// are opposite or equal only the first is shown. With one output per class it shows
// the cosine of each output's column with its own class mean, of some classes.
func OverlapChart(title string, result *Result) *Chart {
	chart := &Chart{Title: title, YLabel: "cosine with the class mean", Cosine: true}
	columns := columnsOf(result)
	if has(columns, "overlap_0_0") {
		for n, i := range someClasses(columns) {
			curve := newCurve("μ"+subscript(i), StyleOf(n), result, fmt.Sprintf("overlap_%d_%d", i, i))
			if !curve.empty() {
				chart.Curves = append(chart.Curves, curve)
			}
		}
		return chart
	}
	classes := 0
	for has(columns, fmt.Sprintf("overlap_%d", classes)) {
		classes++
	}
	shown := make([]bool, classes)
	for i := range classes {
		curve := newCurve("", Style{}, result, fmt.Sprintf("overlap_%d", i))
		shown[i] = !curve.empty() && !mirrored(result, i)
	}
	windows := []string{""}
	for _, name := range columns {
		if window, found := strings.CutSuffix(name, "_overlap_0"); found {
			windows = append(windows, window)
		}
	}
	for w, window := range windows {
		for i := range classes {
			if !shown[i] {
				continue
			}
			column, label := fmt.Sprintf("overlap_%d", i), "μ"+subscript(i)
			if window != "" {
				column, label = window+"_"+column, label+" in "+window
			}
			style := StyleOf(len(chart.Curves))
			if classes > 1 && len(windows) > 1 {
				style = style.withPattern(w) // colours tell the curves apart, dashes the windows
			}
			if curve := newCurve(label, style, result, column); !curve.empty() {
				chart.Curves = append(chart.Curves, curve)
			}
		}
	}
	if len(chart.Curves) == 1 {
		chart.YLabel, chart.Curves[0].Name = "cosine with "+chart.Curves[0].Name, ""
	}
	return chart
}

// ClassRiskChart shows the risk of every class, or of some if there are many; nil
// if there are fewer than three, whose risks the risk tells.
func ClassRiskChart(title string, result *Result) *Chart {
	columns := columnsOf(result)
	if !has(columns, "risk_class_2") {
		return nil
	}
	chart := &Chart{Title: title, YLabel: "risk of the class", LogY: true}
	for n, i := range someClasses(columns) {
		chart.Curves = append(chart.Curves, newCurve("class "+strconv.Itoa(i), StyleOf(n), result, fmt.Sprintf("risk_class_%d", i)))
	}
	return chart
}

// maximalClasses is the number of classes that one chart can hold.
const maximalClasses = 6

// someClasses are all classes, or the first, the last, and some between.
func someClasses(columns []string) []int {
	classes := 0
	for has(columns, fmt.Sprintf("risk_class_%d", classes)) {
		classes++
	}
	shown := min(classes, maximalClasses)
	list := make([]int, shown)
	for n := range list {
		list[n] = n * (classes - 1) / max(shown-1, 1)
	}
	return list
}

// mirrored reports whether class i's overlap is, at all times, ± that of an
// earlier class.
func mirrored(result *Result, i int) bool {
	for j := range i {
		if equalUpToSign(result, fmt.Sprintf("overlap_%d", j), fmt.Sprintf("overlap_%d", i)) {
			return true
		}
	}
	return false
}

func equalUpToSign(result *Result, a, b string) bool {
	var rows [][]float64
	var ca, cb int
	if s := result.Limit; s != nil {
		rows, ca, cb = s.Rows, s.Column(a), s.Column(b)
	} else {
		rows, ca, cb = result.SGD.Runs[0], result.SGD.Column(a), result.SGD.Column(b)
	}
	sign := 0.0
	for _, row := range rows {
		x, y := row[ca], row[cb]
		if math.IsNaN(x) && math.IsNaN(y) {
			continue
		}
		if sign == 0 {
			sign = math.Copysign(1, x) * math.Copysign(1, y)
		}
		const roundingErrors = 1e-12
		if !(math.Abs(x-sign*y) <= roundingErrors) {
			return false
		}
	}
	return true
}

func columnsOf(result *Result) []string {
	if result.Limit != nil {
		return result.Limit.Columns
	}
	return result.SGD.Columns
}

func has(columns []string, name string) bool {
	return (&statistic.Series{Columns: columns}).Column(name) >= 0
}

// subscript writes a number in Unicode subscripts.
func subscript(n int) string {
	return strings.Map(func(digit rune) rune { return '₀' + digit - '0' }, strconv.Itoa(n))
}
