package plot

import (
	"image/color"
	"math"

	gonum "gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

const (
	titleSize  = vg.Length(10)
	labelSize  = vg.Length(9.5)
	tickSize   = vg.Length(8.5)
	legendSize = vg.Length(8.5)
)

// textStyle is left-aligned and centred on the height of its place.
func textStyle(size vg.Length) text.Style {
	return text.Style{
		Color:  color.Black,
		Font:   font.Font{Typeface: "Liberation", Variant: "Sans", Size: size},
		YAlign: draw.YCenter, Handler: newTypesetter(),
	}
}

// axes makes the empty plot of a chart.
func axes(chart *Chart, s scales) *gonum.Plot {
	p := gonum.New()
	p.BackgroundColor = nil // the paper is white already
	if chart.Title != "" {
		// Only reserves the room: frame draws the title, over the axes.
		p.Title.Text = " "
		p.Title.TextStyle.Font.Size = titleSize
		p.Title.Padding = vg.Points(3)
	}
	xLabel := chart.XLabel
	if xLabel == "" {
		xLabel = "t = steps / d"
	}
	setAxis(&p.X, xLabel, s.t, s.logT)
	setAxis(&p.Y, chart.YLabel, s.y, s.logY)
	grid := plotter.NewGrid()
	grid.Horizontal = draw.LineStyle{Color: color.Gray{0xe4}, Width: vg.Points(0.4)}
	grid.Vertical = grid.Horizontal
	p.Add(grid, frame{chart.Title})
	for n := range chart.Curves {
		p.Add(&curvePlotter{&chart.Curves[n], s, n, len(chart.Curves)})
	}
	return p
}

// setAxis shows a range of values on an axis. A logarithmic axis is a linear one
// of the decimal logarithm: gonum/plot's own places the label by the arithmetic
// mean of the ends, far off the middle.
func setAxis(axis *gonum.Axis, label string, s span, log bool) {
	style := textStyle(labelSize)
	style.XAlign, style.YAlign, style.Rotation = axis.Label.TextStyle.XAlign, axis.Label.TextStyle.YAlign, axis.Label.TextStyle.Rotation
	axis.Label.Text, axis.Label.TextStyle = label, style
	axis.Label.Padding = vg.Points(3)
	style = textStyle(tickSize)
	style.XAlign, style.YAlign = axis.Tick.Label.XAlign, axis.Tick.Label.YAlign
	axis.Tick.Label = style
	axis.Tick.Length = vg.Points(4)
	axis.Padding = 0
	axis.Min, axis.Max = s.low, s.high
	axis.Tick.Marker = linearTicks{}
	if log {
		axis.Min, axis.Max = math.Log10(s.low), math.Log10(s.high)
		axis.Tick.Marker = logTicks{}
	}
}

// frame closes the axes on the other two sides and sets the title above.
type frame struct{ title string }

// Plot implements plot.Plotter.
func (f frame) Plot(c draw.Canvas, _ *gonum.Plot) {
	c.StrokeLines(draw.LineStyle{Color: color.Black, Width: vg.Points(0.5)}, []vg.Point{
		{X: c.Min.X, Y: c.Max.Y}, c.Max, {X: c.Max.X, Y: c.Min.Y},
	})
	if f.title == "" {
		return
	}
	const overhang = 1.06 // a title may be a little wider than the axes
	style := textStyle(titleSize)
	style.XAlign = draw.XCenter
	style, title := fitted(style, f.title, overhang*(c.Max.X-c.Min.X))
	c.FillText(style, vg.Point{X: (c.Min.X + c.Max.X) / 2, Y: c.Max.Y + titleSize}, title)
}

// curvePlotter draws one curve: band, line, markers.
type curvePlotter struct {
	curve        *Curve
	scales       scales
	index, outOf int // which curve of the chart: markers of different curves are staggered
}

// Plot implements plot.Plotter.
func (p *curvePlotter) Plot(c draw.Canvas, axes *gonum.Plot) {
	x, y := axes.Transforms(&c)
	place := func(t, v float64) (vg.Point, bool) {
		if !visible(t, p.scales.logT) || !visible(v, p.scales.logY) {
			return vg.Point{}, false
		}
		return vg.Point{X: x(coordinate(t, p.scales.logT)), Y: y(coordinate(v, p.scales.logY))}, true
	}
	var upper, lower, mean, limit []vg.Point
	for _, s := range p.curve.SGD {
		high, highVisible := place(s.T, s.High)
		low, lowVisible := place(s.T, s.Low)
		if highVisible && !lowVisible { // below any logarithmic axis: down to its end
			low, lowVisible = vg.Point{X: high.X, Y: c.Min.Y}, true
		}
		if highVisible && lowVisible {
			upper, lower = append(upper, high), append(lower, low)
		}
		if m, ok := place(s.T, s.Mean); ok {
			mean = append(mean, m)
		}
	}
	for _, point := range p.curve.Limit {
		if at, ok := place(point.T, point.Value); ok {
			limit = append(limit, at)
		}
	}
	style := p.curve.Style
	if p.curve.Bars {
		for n := range upper {
			c.StrokeLines(style.bar(), c.ClipLinesXY([]vg.Point{upper[n], lower[n]})...)
		}
	} else {
		c.FillPolygon(style.band(p.outOf), c.ClipPolygonXY(outline(upper, lower)))
	}
	switch {
	case len(limit) > 0:
		c.StrokeLines(style.line(), c.ClipLinesXY(limit)...)
	case !p.curve.Bars:
		c.StrokeLines(style.meanLine(), c.ClipLinesXY(mean)...)
	}
	for _, at := range p.thin(mean, c.Rectangle) {
		if c.Contains(at) {
			style.drawMarker(&c, at)
		}
	}
}

// outline is the polygon between two lines.
func outline(upper, lower []vg.Point) []vg.Point {
	polygon := append([]vg.Point(nil), upper...)
	for n := len(lower) - 1; n >= 0; n-- {
		polygon = append(polygon, lower[n])
	}
	return polygon
}

// thin picks points about evenly along the horizontal axis, elsewhere for every
// curve of a chart so that markers of neighbouring curves do not cover each other.
func (p *curvePlotter) thin(points []vg.Point, area vg.Rectangle) []vg.Point {
	const most = 14
	if len(points) <= most {
		return points
	}
	spacing := (area.Max.X - area.Min.X) / most
	next := area.Min.X + spacing*(0.25+vg.Length(p.index)/vg.Length(p.outOf))
	var chosen []vg.Point
	for _, at := range points {
		if at.X >= next && at.X <= area.Max.X {
			chosen = append(chosen, at)
			for next <= at.X {
				next += spacing
			}
		}
	}
	return chosen
}
