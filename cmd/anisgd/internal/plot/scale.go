package plot

import (
	"math"
	"slices"
)

// span is a range of values.
type span struct{ low, high float64 }

var nothing = span{math.Inf(1), math.Inf(-1)}

func (s span) empty() bool { return s.low > s.high }

func (s *span) include(v float64) {
	s.low, s.high = math.Min(s.low, v), math.Max(s.high, v)
}

// decades is log10(high/low) of a range of positive values, 0 if it is empty.
func (s span) decades() float64 {
	if s.empty() {
		return 0
	}
	return math.Log10(s.high) - math.Log10(s.low)
}

// A logarithmic axis is used where the positive values span more decades, for
// times only if they are not mostly at the end, as equidistant times are.
const (
	decadesForLogTime  = 1.5
	decadesForLogValue = 1
)

// scales says how the axes of a chart are drawn and what they show.
type scales struct {
	logT, logY bool
	t, y       span
}

// Magnitudes beyond which values cannot be drawn, and below which they are drawn as
// zero: the steps of an axis, and what is left beside it, must be floating-point
// numbers, too.
const (
	largestDrawn  = 1e300
	smallestDrawn = 1e-300
)

// visible reports whether a value can be shown on an axis.
func visible(v float64, log bool) bool { return drawable(v) && (!log || v >= smallestDrawn) }

// coordinate is where a visible value lies on an axis.
func coordinate(v float64, log bool) float64 {
	if log {
		return math.Log10(v)
	}
	return v
}

// scalesOf chooses the axes of a chart. Values that a logarithmic axis cannot
// show (t = 0, a risk of 0) do not count, nor does what a diverging curve does far
// above the others.
func scalesOf(chart *Chart) scales {
	ceiling := chart.ceiling()
	positiveT, positiveY := nothing, nothing
	var times []float64
	chart.each(func(t, y float64) {
		if y > ceiling {
			return
		}
		if visible(t, true) {
			positiveT.include(t)
			times = append(times, t)
		}
		if visible(y, true) {
			positiveY.include(y)
		}
	})
	slices.Sort(times)
	s := scales{
		logT: chart.LogLog && !positiveT.empty() ||
			positiveT.decades() > decadesForLogTime && times[len(times)/2] < positiveT.high/4,
		// The bands do not count here: one run near zero is no reason.
		logY: chart.LogLog && !positiveY.empty() || chart.LogY && positiveY.decades() > decadesForLogValue,
		t:    nothing, y: nothing,
	}
	include := func(t, y float64) {
		if y <= ceiling && visible(t, s.logT) && visible(y, s.logY) {
			s.t.include(t)
			s.y.include(y)
		}
	}
	chart.each(include)
	chart.eachBand(include)
	if s.t.empty() {
		return scales{t: span{0, 1}, y: span{0, 1}}
	}
	if !s.logT {
		if chart.XLabel == "" {
			s.t.include(0) // also where the first values are undefined
		}
		s.t = s.t.widened()
	}
	if !s.logY {
		s.y = s.y.widened()
	}
	if chart.Cosine {
		s.y = span{math.Max(s.y.low, -1), math.Min(s.y.high, 1)}
	}
	if chart.LogLog {
		s.t, s.y = s.t.parted(s.logT), s.y.parted(s.logY)
	}
	if chart.XLabel != "" {
		s.t = s.t.padded(s.logT)
	}
	s.y = s.y.padded(s.logY)
	return s
}

// ceiling is the value above which diverging curves are not followed: well above
// the others, infinity if there are no others.
func (c *Chart) ceiling() float64 {
	others := Chart{}
	for _, curve := range c.Curves {
		if curve.Divergence == nil {
			others.Curves = append(others.Curves, curve)
		}
	}
	values := nothing
	others.each(func(_, y float64) { values.include(y) })
	if values.empty() || len(others.Curves) == len(c.Curves) {
		return math.Inf(1)
	}
	const wellAbove = 10
	return wellAbove * values.high
}

// each visits every point of the limit and of the mean of SGD.
func (c *Chart) each(visit func(t, y float64)) {
	for _, curve := range c.Curves {
		for _, p := range curve.Limit {
			visit(p.T, p.Value)
		}
		for _, p := range curve.SGD {
			visit(p.T, p.Mean)
		}
	}
}

// eachBand visits the edges of the bands.
func (c *Chart) eachBand(visit func(t, y float64)) {
	for _, curve := range c.Curves {
		for _, p := range curve.SGD {
			visit(p.T, p.Low)
			visit(p.T, p.High)
		}
	}
}

// constant is the width of a range, relative to its values, up to which they are
// drawn as one: what differs by less is rounding and the error of integration.
const constant = 1e-9

// widened makes a range that a linear axis can have of values that are all alike.
func (s span) widened() span {
	largest := math.Max(math.Abs(s.low), math.Abs(s.high))
	if s.high-s.low > math.Max(constant*largest, smallestDrawn) {
		return s
	}
	margin := 0.5 * largest
	if largest < smallestDrawn {
		margin = 1
	}
	return span{s.low - margin, s.high + margin}
}

// parted is a logarithmic range of more than one value.
func (s span) parted(log bool) span {
	if log && s.low == s.high {
		return span{s.low / 2, s.high * 2}
	}
	return s
}

// padded leaves some room below and above the values.
func (s span) padded(log bool) span {
	const share = 0.05
	if log {
		factor := math.Pow(10, share*s.decades())
		return span{s.low / factor, s.high * factor}
	}
	margin := share * (s.high - s.low)
	return span{s.low - margin, s.high + margin}
}
