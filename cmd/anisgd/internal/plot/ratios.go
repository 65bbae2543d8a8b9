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

// Ratios is a figure of ratios with their intervals, one row each, on a logarithmic axis
// around one.
type Ratios struct {
	Title, XLabel string
	Names         []string // of what is compared, one style each
	Rows          []RatioRow
}

// RatioRow is one benchmark.
type RatioRow struct {
	Label string
	Bold  bool // a mean over others
	// Values are in the order of the names; X is the ratio, Low and High its interval.
	Values []Measured
}

const (
	ratioRowHeight = vg.Length(12)
	ratioAxesWidth = 3.6 * vg.Inch
	ratioAxisRoom  = 0.55 * vg.Inch // for ticks and label
)

// WriteSVG writes the figure as a scalable drawing.
func (r *Ratios) WriteSVG(w io.Writer) error {
	width, height := r.size()
	return writeSVG(w, width, height, r.draw)
}

// WritePNG writes the figure as an image at 300 dots per inch.
func (r *Ratios) WritePNG(w io.Writer) error {
	width, height := r.size()
	return writePNG(w, width, height, r.draw)
}

// labelWidth is the room of the longest label.
func (r *Ratios) labelWidth() vg.Length {
	style, widest := textStyle(tickSize), vg.Length(0)
	for _, row := range r.Rows {
		widest = max(widest, style.Width(row.Label))
	}
	return widest + 8
}

func (r *Ratios) legend() [][]entry {
	var entries []entry
	for n, name := range r.Names {
		entries = append(entries, entry{name: name, style: StyleOf(n), marker: true})
	}
	return legendRows(entries, ratioAxesWidth+r.labelWidth())
}

func (r *Ratios) size() (width, height vg.Length) {
	rows := vg.Length(len(r.Rows)) * ratioRowHeight
	return r.labelWidth() + ratioAxesWidth + 2*margin,
		rows + ratioAxisRoom + 2*titleSize + legendGap + rowHeight*vg.Length(len(r.legend())) + 2*margin
}

func (r *Ratios) draw(canvas vg.CanvasSizer) {
	c := draw.Crop(draw.New(canvas), margin, -margin, margin, -margin)
	legend := r.legend()
	below := legendGap + rowHeight*vg.Length(len(legend))
	drawLegend(draw.Crop(c, 0, 0, 0, below-legendGap-(c.Max.Y-c.Min.Y)), legend)
	c = draw.Crop(c, 0, 0, below, 0)
	title := textStyle(titleSize)
	title.XAlign = draw.XCenter
	title, text := fitted(title, r.Title, c.Max.X-c.Min.X)
	c.FillText(title, vg.Point{X: (c.Min.X + c.Max.X) / 2, Y: c.Max.Y - titleSize/2}, text)
	labels := draw.Crop(c, 0, 0, ratioAxisRoom, -2*titleSize)
	c = draw.Crop(c, r.labelWidth(), 0, 0, -2*titleSize)

	x := nothing
	x.include(1)
	for _, row := range r.Rows {
		for _, v := range row.Values {
			x.include(v.X)
		}
	}
	x = span{math.Min(x.low, 1/1.1), math.Max(x.high, 1.1)}.padded(true)
	p := gonum.New()
	p.BackgroundColor = nil
	setAxis(&p.X, r.XLabel, x, true)
	p.Y.Min, p.Y.Max = 0, float64(len(r.Rows))
	p.Y.Tick.Marker = gonum.ConstantTicks(nil)
	p.Y.Padding = 0
	p.HideY()
	grid := plotter.NewGrid()
	grid.Vertical = draw.LineStyle{Color: color.Gray{0xe4}, Width: vg.Points(0.4)}
	grid.Horizontal.Width = 0
	p.Add(grid, ratioPlotter{r, labels.Min.X})
	p.Draw(c)
}

// ratioPlotter draws the rows and, left of the axes, their labels.
type ratioPlotter struct {
	*Ratios
	labels vg.Length // where they begin
}

// Plot implements plot.Plotter.
func (r ratioPlotter) Plot(c draw.Canvas, axes *gonum.Plot) {
	toX, toY := axes.Transforms(&c)
	at := func(v float64) vg.Length { return toX(math.Log10(v)) }
	text := textStyle(tickSize)
	c.StrokeLine2(draw.LineStyle{Color: color.Black, Width: vg.Points(0.8)}, at(1), c.Min.Y, at(1), c.Max.Y)
	for n, row := range r.Rows {
		middle := toY(float64(len(r.Rows)-n) - 0.5)
		if row.Bold {
			c.FillPolygon(color.NRGBA{0, 0, 0, 0x12}, []vg.Point{
				{X: r.labels, Y: middle - ratioRowHeight/2}, {X: c.Max.X, Y: middle - ratioRowHeight/2},
				{X: c.Max.X, Y: middle + ratioRowHeight/2}, {X: r.labels, Y: middle + ratioRowHeight/2},
			})
		}
		c.FillText(text, vg.Point{X: r.labels + 2, Y: middle}, row.Label)
		for k, v := range row.Values {
			style := StyleOf(k)
			y := middle + ratioRowHeight*0.5*(vg.Length(len(row.Values)-1)/2-vg.Length(k))/vg.Length(len(row.Values))
			line := []vg.Point{{X: at(v.Low), Y: y}, {X: at(v.High), Y: y}}
			c.StrokeLines(style.meanLine(), c.ClipLinesX(line)...)
			style.drawMarker(&c, vg.Point{X: at(v.X), Y: y})
		}
	}
}
