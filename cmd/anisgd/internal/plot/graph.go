package plot

import (
	"image/color"
	"io"
	"math"

	gonum "gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Graph is a figure of measurements on one pair of axes.
type Graph struct {
	Title          string
	XLabel, YLabel string
	LogX, LogY     bool
	Series         []Series
	Marks          []Mark
	// Key lists what abbreviations in the marks stand for, below the legend.
	Key []string
}

// Series is measurements that belong together.
type Series struct {
	Name   string // "" for no entry in the legend
	Style  Style
	Points []Measured
	Line   bool // joins the points
	Marker bool // draws one at each point
}

// Measured is a value with the ends of its interval; both equal to it if there is none.
type Measured struct{ X, Y, Low, High float64 }

// At is a value without an interval.
func At(x, y float64) Measured { return Measured{x, y, y, y} }

// Mark is a text at the top of a graph: along a dotted line that marks a place, or over
// what lies there.
type Mark struct {
	X    float64
	Text string
	Line bool
}

// Grey is the style of what belongs to no series in particular.
func Grey(pattern int) Style { return Style{neutral, pattern} }

const graphWidth, graphHeight = 6.2 * vg.Inch, 4 * vg.Inch

// WriteSVG writes the graph as a scalable drawing.
func (g *Graph) WriteSVG(w io.Writer) error {
	width, height, _ := g.size()
	return writeSVG(w, width, height, g.draw)
}

// WritePNG writes the graph as an image at 300 dots per inch.
func (g *Graph) WritePNG(w io.Writer) error {
	width, height, _ := g.size()
	return writePNG(w, width, height, g.draw)
}

// size is that of the whole, and of what is below the axes.
func (g *Graph) size() (width, height, below vg.Length) {
	rows := len(g.legend()) + len(g.keyRows())
	if rows > 0 {
		below = legendGap + rowHeight*vg.Length(rows)
	}
	return graphWidth + 2*margin, graphHeight + 2*margin + below, below
}

func (g *Graph) legend() [][]entry {
	var entries []entry
	for _, s := range g.Series {
		if s.Name != "" {
			entries = append(entries, entry{name: s.Name, style: s.Style, line: s.Line, marker: s.Marker})
		}
	}
	return legendRows(entries, graphWidth)
}

// keyRows breaks the key into lines.
func (g *Graph) keyRows() []string {
	const separator = "   "
	style := textStyle(legendSize)
	var rows []string
	for _, item := range g.Key {
		if n := len(rows) - 1; n >= 0 && style.Width(rows[n]+separator+item) <= graphWidth {
			rows[n] += separator + item
		} else {
			rows = append(rows, item)
		}
	}
	return rows
}

func (g *Graph) draw(canvas vg.CanvasSizer) {
	_, _, below := g.size()
	c := draw.Crop(draw.New(canvas), margin, -margin, margin, -margin)
	legend := g.legend()
	if below > 0 {
		bottom := draw.Crop(c, 0, 0, 0, below-legendGap-(c.Max.Y-c.Min.Y))
		drawLegend(bottom, legend)
		style := textStyle(legendSize)
		for n, row := range g.keyRows() {
			c.FillText(style, vg.Point{X: bottom.Min.X, Y: bottom.Max.Y - rowHeight*(vg.Length(len(legend)+n)+0.5)}, row)
		}
	}
	c = draw.Crop(c, 0, 0, below, 0)
	x, y := g.spans()
	p := gonum.New()
	p.BackgroundColor = nil
	if g.Title != "" {
		p.Title.Text = " "
		p.Title.TextStyle.Font.Size = titleSize
		p.Title.Padding = vg.Points(3)
	}
	setAxis(&p.X, g.XLabel, x, g.LogX)
	setAxis(&p.Y, g.YLabel, y, g.LogY)
	grid := plotter.NewGrid()
	grid.Horizontal = draw.LineStyle{Color: color.Gray{0xe4}, Width: vg.Points(0.4)}
	grid.Vertical = grid.Horizontal
	p.Add(grid, frame{g.Title}, graphPlotter{g})
	p.Draw(c)
}

// spans are the ranges of the axes; the texts of marks need room at the top.
func (g *Graph) spans() (x, y span) {
	x, y = nothing, nothing
	for _, s := range g.Series {
		for _, m := range s.Points {
			for _, v := range []float64{m.Y, m.Low, m.High} {
				if visible(m.X, g.LogX) && visible(v, g.LogY) {
					x.include(m.X)
					y.include(v)
				}
			}
		}
	}
	if x.empty() {
		return span{1, 10}, span{1, 10}
	}
	x, y = x.widened().padded(g.LogX), y.widened().padded(g.LogY)
	if len(g.Marks) > 0 {
		y.high = y.padded(g.LogY).padded(g.LogY).padded(g.LogY).high
	}
	return x, y
}

// graphPlotter draws what lies between the axes.
type graphPlotter struct{ *Graph }

// Plot implements plot.Plotter.
func (g graphPlotter) Plot(c draw.Canvas, axes *gonum.Plot) {
	toX, toY := axes.Transforms(&c)
	place := func(x, y float64) (vg.Point, bool) {
		if !visible(x, g.LogX) || !visible(y, g.LogY) {
			return vg.Point{}, false
		}
		return vg.Point{X: toX(coordinate(x, g.LogX)), Y: toY(coordinate(y, g.LogY))}, true
	}
	g.drawMarks(c, toX)
	for _, s := range g.Series {
		var line []vg.Point
		for _, m := range s.Points {
			at, ok := place(m.X, m.Y)
			if !ok {
				continue
			}
			line = append(line, at)
			low, lowVisible := place(m.X, m.Low)
			high, highVisible := place(m.X, m.High)
			if lowVisible && highVisible && high.Y > low.Y {
				c.StrokeLines(s.Style.meanLine(), []vg.Point{low, high})
			}
		}
		if s.Line {
			c.StrokeLines(s.Style.line(), c.ClipLinesXY(line)...)
		}
		if s.Marker {
			for _, at := range line {
				s.Style.drawMarker(&c, at)
			}
		}
	}
}

// drawMarks draws the marks, in as many lines of text as keep them apart.
func (g graphPlotter) drawMarks(c draw.Canvas, toX func(float64) vg.Length) {
	text := textStyle(0.9 * tickSize)
	text.XAlign = draw.XCenter
	along := text
	along.Rotation, along.XAlign = math.Pi/2, draw.XRight
	var ends []vg.Length // of the lines of text
	for _, m := range g.Marks {
		at := toX(coordinate(m.X, g.LogX))
		if m.Line {
			c.StrokeLine2(draw.LineStyle{Color: neutral, Width: vg.Points(0.6), Dashes: dashes[2]}, at, c.Min.Y, at, c.Max.Y)
			c.FillText(along, vg.Point{X: at - 0.7*tickSize, Y: c.Max.Y - 3}, m.Text)
			continue
		}
		const apart = 4
		half := text.Width(m.Text) / 2
		row := 0
		for row < len(ends) && ends[row]+apart > at-half {
			row++
		}
		if row == len(ends) {
			ends = append(ends, 0)
		}
		ends[row] = at + half
		c.FillText(text, vg.Point{X: at, Y: c.Max.Y - tickSize*(vg.Length(row)+0.8)}, m.Text)
	}
}

// Solid is the style with an unbroken line.
func (s Style) Solid() Style { return s.withPattern(0) }

// Dotted is the style with a dotted line.
func (s Style) Dotted() Style { return s.withPattern(2) }
