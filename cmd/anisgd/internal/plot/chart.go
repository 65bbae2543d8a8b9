package plot

import (
	"math"

	"anisgd/engine/statistic"
)

// Result is what one variant of an experiment gave; either part may be nil.
type Result struct {
	Name  string // as the legend shows it
	Limit *statistic.Series
	SGD   *statistic.Ensemble
	Dim   int64
	// Divergence is where the dynamics left all bounds, nil if they did not.
	Divergence *statistic.Divergence
}

// Chart is one pair of axes with its curves.
type Chart struct {
	Title  string
	YLabel string
	Curves []Curve
	// XLabel is what stands on the horizontal axis in place of the time, "" for the
	// time.
	XLabel string
	// LogLog makes both axes logarithmic, wherever there are positive values.
	LogLog bool
	// LogY allows a logarithmic vertical axis, taken if the values span more than
	// a decade.
	LogY bool
	// Cosine says that the values are cosines, so that no axis goes far beyond −1 and 1.
	Cosine bool
}

// Curve is one statistic of one result, over time.
type Curve struct {
	Name  string // "" for no entry in the legend
	Style Style
	Limit []Point // empty if there is none
	SGD   []Spread
	// Bars are drawn at single points in place of a band and a line between them.
	Bars bool
	// Divergence is where the curve leaves the chart at the top, nil if it does not.
	Divergence *statistic.Divergence
}

// Point is a value at a time.
type Point struct{ T, Value float64 }

// Spread is the distribution over the runs at a time.
type Spread struct{ T, Mean, Low, High float64 }

// RiskChart shows the risk of several results over time.
func RiskChart(title string, results []Result) *Chart {
	chart := &Chart{Title: title, YLabel: "risk R(t)", LogY: true}
	for n, result := range results {
		chart.Curves = append(chart.Curves, newCurve(diverging(result.Name, result.Divergence), StyleOf(n), &result, "risk"))
	}
	return chart
}

// diverging is the name of a curve with the time at which it leaves the chart.
func diverging(name string, divergence *statistic.Divergence) string {
	if name == "" || divergence == nil {
		return name
	}
	return name + " (diverges at t = " + Number(divergence.Time) + ")"
}

// newCurve takes one statistic out of a result. What cannot be drawn is left out.
func newCurve(name string, style Style, result *Result, column string) Curve {
	curve := Curve{Name: name, Style: style, Divergence: result.Divergence}
	if s := result.Limit; s != nil {
		for k, v := range s.Values(column) {
			if drawable(v) {
				curve.Limit = append(curve.Limit, Point{s.Times[k], v})
			}
		}
	}
	if e := result.SGD; e != nil {
		if c := e.Column(column); c >= 0 {
			scratch := make([]float64, 0, len(e.Runs))
			for k, t := range e.Times {
				if s := e.Summarize(k, c, scratch); drawable(s.Mean) && drawable(s.Q10) && drawable(s.Q90) {
					curve.SGD = append(curve.SGD, Spread{t, s.Mean, s.Q10, s.Q90})
				}
			}
		}
	}
	return curve
}

func (c *Curve) empty() bool { return len(c.Limit) == 0 && len(c.SGD) == 0 }

// drawable reports whether a value is defined, and not beyond all axes.
func drawable(v float64) bool { return math.Abs(v) <= largestDrawn }
