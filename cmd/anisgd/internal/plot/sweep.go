package plot

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"anisgd/engine/compare"
	"anisgd/engine/experiment"
	"anisgd/engine/study/sweep"
)

// SweepFigure is one of the figures of a sweep.
type SweepFigure struct {
	Name    string // of its files
	Caption string
	*Figure
}

// SweepFigures are the figures of a sweep, as far as it has what they show: the
// distance of SGD from the limit against d, risks over time, and overlaps over time and
// against the first axis other than d.
func SweepFigures(a *sweep.Analysis) []SweepFigure {
	s := &sweepCharts{Analysis: a, groups: a.Groups()}
	var figures []SweepFigure
	add := func(name, caption string, figure *Figure) {
		figure.Charts = slices.DeleteFunc(figure.Charts, func(c *Chart) bool {
			return !slices.ContainsFunc(c.Curves, func(c Curve) bool { return !c.empty() })
		})
		if len(figure.Charts) > 0 {
			figures = append(figures, SweepFigure{name, caption, figure})
		}
	}
	if s.severalDims() {
		add("deviation", "How far single runs are from the limit: the largest |run − limit| of the risk over the times, root mean square over the runs, against d.",
			&Figure{Charts: s.scaling("max |run − limit|", singleRun), Key: &Key{Line: "fitted power of d", Marker: "largest deviation of a run, rms"}})
		add("bias", "How far the mean over the runs is from the limit at the last time, with the 95 % interval of the mean, against d. Intervals that reach down to 0 end at the axis.",
			&Figure{Charts: s.scaling("|mean − limit|", bias), Key: &Key{Line: "fitted power of d", Marker: "|mean − limit| at the end", Band: "95 % interval"}})
	}
	add("risk", "Risk over time, at the largest d.", &Figure{Charts: s.risks(), Runs: "mean of the runs"})
	add("overlap", "Cosine of the iterate and the class mean over time, of the whole vectors and of those restricted to each window, at the largest d.",
		&Figure{Charts: s.overlaps(), Runs: "mean of the runs"})
	if k := s.firstAxis(); k >= 0 {
		symbol := sweep.Symbol(&a.Sweep.Axes[k])
		add("overlap-axis", "The same cosines against "+symbol+", at several times.", &Figure{Charts: s.overlapsAlong(k), Runs: "mean of the runs"})
	}
	return figures
}

// sweepCharts makes the charts of a sweep.
type sweepCharts struct {
	*sweep.Analysis
	groups [][]int
}

// Numbers of what one figure can hold.
const (
	mostCurves = 7
	mostCharts = 12
	mostTimes  = 5
)

func (s *sweepCharts) severalDims() bool {
	return slices.ContainsFunc(s.groups, func(group []int) bool {
		return s.Points[group[0]].Experiment.Model.Dim != s.Points[group[len(group)-1]].Experiment.Model.Dim
	})
}

// panels are the groups of every panel, in order.
func (s *sweepCharts) panels() (titles []string, groups [][][]int) {
	for _, group := range s.groups {
		title := s.Points[group[0]].PanelTitle
		at := slices.Index(titles, title)
		if at < 0 {
			at = len(titles)
			titles, groups = append(titles, title), append(groups, nil)
		}
		groups[at] = append(groups[at], group)
	}
	return titles, groups
}

// name is what tells a group from others of its panel.
func (s *sweepCharts) name(group []int) string {
	p := &s.Points[group[0]]
	var parts []string
	if p.VariantTitle != "" {
		parts = append(parts, Label(p.VariantTitle))
	}
	for k := range s.Sweep.Axes {
		if axis := &s.Sweep.Axes[k]; !sweep.WithinGroups(axis) {
			parts = append(parts, sweep.Symbol(axis)+" = "+typographic(axis.Points[p.At[k]].Label))
		}
	}
	return strings.Join(parts, ", ")
}

// some are groups spread evenly over all, few enough for one chart.
func some(groups [][]int) [][]int {
	n := min(len(groups), mostCurves)
	chosen := make([][]int, n)
	for k := range chosen {
		chosen[k] = groups[k*(len(groups)-1)/max(n-1, 1)]
	}
	return chosen
}

// measure is a distance of SGD from the limit with its standard error, and its fitted
// exponent; the error is 0 where it is not known.
type measure func(d *compare.Deviation, f *sweep.Fit) (value, standardError float64, exponent *compare.Exponent)

func singleRun(d *compare.Deviation, f *sweep.Fit) (value, standardError float64, exponent *compare.Exponent) {
	if f != nil {
		exponent = f.SingleRun
	}
	return d.SingleRun, 0, exponent
}

func bias(d *compare.Deviation, f *sweep.Fit) (value, standardError float64, exponent *compare.Exponent) {
	if f != nil {
		exponent = f.Bias
	}
	return d.AtEnd, d.AtEndError, exponent
}

// scaling shows a distance of the risk against d, a chart for each panel and a curve
// for each group.
func (s *sweepCharts) scaling(label string, of measure) []*Chart {
	titles, panels := s.panels()
	var charts []*Chart
	for n, groups := range panels {
		chart := &Chart{Title: titles[n], YLabel: label, XLabel: "d", LogLog: true}
		for k, group := range some(groups) {
			chart.Curves = append(chart.Curves, s.scalingCurve(group, StyleOf(k), of))
		}
		charts = append(charts, chart)
	}
	return charts
}

func (s *sweepCharts) scalingCurve(group []int, style Style, of measure) Curve {
	curve := Curve{Name: s.name(group), Style: style, Bars: true}
	fit := s.fitOf(group)
	var exponent *compare.Exponent
	var line powerLaw
	for _, i := range group {
		p := &s.Points[i]
		if p.Report == nil || p.Divergence() != nil {
			continue
		}
		d, ok := p.Report.Of("risk")
		if !ok {
			continue
		}
		var value, standardError float64
		value, standardError, exponent = of(&d, fit)
		const normalQuantile = 1.959963984540054 // of 95 %, on both sides
		v := Spread{T: float64(p.Experiment.Model.Dim), Mean: math.Abs(value)}
		v.Low, v.High = v.Mean-normalQuantile*standardError, v.Mean+normalQuantile*standardError
		if drawable(v.Mean) && v.Mean > 0 && drawable(v.High) {
			curve.SGD = append(curve.SGD, v)
			if exponent != nil {
				line.add(math.Pow(v.T, exponent.Value), value, standardError)
			}
		}
	}
	if exponent == nil || !exponent.Resolved() || len(curve.SGD) < 2 {
		return curve
	}
	curve.Name = strings.TrimPrefix(curve.Name+": d"+raised(fmt.Sprintf("%.2f", exponent.Value)), ": ")
	for _, v := range []Spread{curve.SGD[0], curve.SGD[len(curve.SGD)-1]} {
		curve.Limit = append(curve.Limit, Point{v.T, math.Abs(line.constant()) * math.Pow(v.T, exponent.Value)})
	}
	return curve
}

// powerLaw finds the constant C of values that are about C times a shape, by least
// squares: of the values in units of their standard errors, or of their logarithms
// where no errors are known.
type powerLaw struct{ product, square, logarithms, points float64 }

func (l *powerLaw) add(shape, value, standardError float64) {
	if standardError > 0 {
		l.product += shape * value / (standardError * standardError)
		l.square += shape * shape / (standardError * standardError)
		return
	}
	l.logarithms += math.Log(math.Abs(value) / shape)
	l.points++
}

func (l *powerLaw) constant() float64 {
	if l.square > 0 {
		return l.product / l.square
	}
	return math.Exp(l.logarithms / l.points)
}

// fitOf is the fit of the risk over a group, nil if there is none.
func (s *sweepCharts) fitOf(group []int) *sweep.Fit {
	for k := range s.Fits {
		if f := &s.Fits[k]; f.Statistic == "risk" && slices.Contains(group, f.Points[0]) {
			return f
		}
	}
	return nil
}

// largest is the complete point of a group with the largest dimension, nil if there
// is none.
func (s *sweepCharts) largest(group []int) *sweep.Point {
	for _, i := range slices.Backward(group) {
		if s.Points[i].Complete() {
			return &s.Points[i]
		}
	}
	return nil
}

// newSweepCurve takes one statistic of a point over time.
func newSweepCurve(name string, style Style, p *sweep.Point, column string) Curve {
	curve := Curve{Name: name, Style: style, Divergence: p.Divergence()}
	for k, t := range p.Limit.Times {
		if c := p.Limit.Column(column); c >= 0 && drawable(p.Limit.Rows[k][c]) {
			curve.Limit = append(curve.Limit, Point{t, p.Limit.Rows[k][c]})
		}
	}
	for k, t := range p.SGD.Times {
		if c := p.SGD.Column(column); c >= 0 {
			if v := p.SGD.Rows[k][c]; drawable(v.Mean) && drawable(v.Q10) && drawable(v.Q90) {
				curve.SGD = append(curve.SGD, Spread{t, v.Mean, v.Q10, v.Q90})
			}
		}
	}
	return curve
}

// over shows one statistic over time, a curve for each group.
func (s *sweepCharts) over(title, label, column string, groups [][]int) *Chart {
	chart := &Chart{Title: title, YLabel: label, LogY: column == "risk"}
	for k, group := range some(groups) {
		if p := s.largest(group); p != nil {
			name := diverging(s.name(group), p.Divergence())
			chart.Curves = append(chart.Curves, newSweepCurve(name, StyleOf(k), p, column))
		}
	}
	return chart
}

func (s *sweepCharts) risks() []*Chart {
	titles, panels := s.panels()
	var charts []*Chart
	for n, groups := range panels {
		charts = append(charts, s.over(titles[n], "risk R(t)", "risk", groups))
	}
	return charts
}

// windowsOf are the overlaps that a point has, by columns, with the window's name.
func windowsOf(p *sweep.Point) (columns, windows []string) {
	for _, name := range p.SGD.Columns {
		for _, suffix := range []string{"overlap_0", "overlap_0_0"} {
			switch window, found := strings.CutSuffix(name, "_"+suffix); {
			case name == suffix:
				columns, windows = append(columns, name), append(windows, "")
			case found:
				columns, windows = append(columns, name), append(windows, window)
			}
		}
	}
	return columns, windows
}

// titleOf is the title of a chart of a window in a panel.
func titleOf(panel, window string) string {
	if window == "" {
		window = "all modes"
	}
	return strings.TrimPrefix(panel+": "+window, ": ")
}

func (s *sweepCharts) overlaps() []*Chart {
	var charts []*Chart
	s.eachWindow(func(panel, column, window string, groups [][]int) {
		chart := s.over(titleOf(panel, window), "cosine with μ₀", column, groups)
		chart.Cosine = true
		charts = append(charts, chart)
	})
	return charts
}

// eachWindow visits the windows of every panel, as many as one figure holds.
func (s *sweepCharts) eachWindow(visit func(panel, column, window string, groups [][]int)) {
	titles, panels := s.panels()
	charts := 0
	for n, groups := range panels {
		k := slices.IndexFunc(groups, func(group []int) bool { return s.largest(group) != nil })
		if k < 0 {
			continue
		}
		columns, windows := windowsOf(s.largest(groups[k]))
		short := titles[n]
		if len(titles) > 1 { // a title has no room beside the window's name
			short = s.Points[groups[0][0]].Panel
		}
		for w, column := range columns {
			if charts++; charts <= mostCharts {
				visit(short, column, windows[w], groups)
			}
		}
	}
}

// firstAxis is the first axis of numbers other than the dimension and the seed, −1 if
// there is none.
func (s *sweepCharts) firstAxis() int {
	return slices.IndexFunc(s.Sweep.Axes, func(axis experiment.Axis) bool {
		return axis.Numeric && len(axis.Points) > 2 && !sweep.WithinGroups(&axis)
	})
}

// overlapsAlong shows overlaps against an axis, a curve for each of some times. Of the
// other axes and of the variants it shows the first points.
func (s *sweepCharts) overlapsAlong(axis int) []*Chart {
	var charts []*Chart
	s.eachWindow(func(panel, column, window string, groups [][]int) {
		chart := &Chart{Title: titleOf(panel, window), YLabel: "cosine with μ₀", Cosine: true, XLabel: sweep.Symbol(&s.Sweep.Axes[axis])}
		var points []*sweep.Point
		for _, group := range groups {
			if p := s.largest(group); p != nil && s.alike(p, &s.Points[groups[0][0]], axis) && p.Divergence() == nil {
				points = append(points, p)
			}
		}
		if len(points) == 0 {
			return
		}
		for n, k := range someTimes(len(points[0].Limit.Times)) {
			chart.Curves = append(chart.Curves, s.along(points, axis, k, column, StyleOf(n)))
		}
		charts = append(charts, chart)
	})
	return charts
}

// alike reports whether two points differ in nothing but an axis and the dimension or
// seed.
func (s *sweepCharts) alike(p, q *sweep.Point, axis int) bool {
	same := p.Panel == q.Panel && p.Variant == q.Variant
	for k := range s.Sweep.Axes {
		same = same && (k == axis || sweep.WithinGroups(&s.Sweep.Axes[k]) || p.At[k] == q.At[k])
	}
	return same
}

// someTimes are numbers of output times, the last and some before it; not the first,
// at which there may be no overlap.
func someTimes(n int) []int {
	var chosen []int
	for k := 1; k <= mostTimes; k++ {
		if at := (n - 1) * k / mostTimes; at > 0 && !slices.Contains(chosen, at) {
			chosen = append(chosen, at)
		}
	}
	return chosen
}

// along is a statistic at output time number k against an axis.
func (s *sweepCharts) along(points []*sweep.Point, axis, k int, column string, style Style) Curve {
	curve := Curve{Style: style}
	for _, p := range points {
		if k >= len(p.Limit.Times) || k >= len(p.SGD.Times) {
			continue
		}
		curve.Name = "t = " + Number(p.Limit.Times[k])
		x := s.Sweep.Axes[axis].Points[p.At[axis]].Coordinate
		if c := p.Limit.Column(column); c >= 0 && drawable(p.Limit.Rows[k][c]) {
			curve.Limit = append(curve.Limit, Point{x, p.Limit.Rows[k][c]})
		}
		if c := p.SGD.Column(column); c >= 0 {
			if v := p.SGD.Rows[k][c]; drawable(v.Mean) && drawable(v.Q10) && drawable(v.Q90) {
				curve.SGD = append(curve.SGD, Spread{x, v.Mean, v.Q10, v.Q90})
			}
		}
	}
	return curve
}
