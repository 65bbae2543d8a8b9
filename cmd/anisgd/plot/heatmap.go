package plot

import (
	"image/color"
	"io"
	"math"
	"strings"

	gonum "gonum.org/v1/plot"
	gonumpalette "gonum.org/v1/plot/palette"
	"gonum.org/v1/plot/palette/moreland"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"anisgd/engine/experiment"
	"anisgd/engine/study"
)

// HeatMap shows the statistic of a phase diagram over its two axes, in colours,
// with the boundary over it.
type HeatMap struct {
	title   string
	diagram *study.Diagram
	x, y    gridAxis
	values  span // of what is shown, in decimal logarithms if log
	log     bool
	colours gonumpalette.ColorMap
}

// gridAxis places the points of an axis.
type gridAxis struct {
	label  string
	log    bool
	edges  []float64 // of the cells, one more than there are points
	ticker gonum.Ticker
}

// NewHeatMap makes the heat map of a phase diagram.
func NewHeatMap(title string, diagram *study.Diagram) *HeatMap {
	h := &HeatMap{title: title, diagram: diagram, values: nothing, colours: moreland.ExtendedBlackBody()}
	h.x, h.y = newGridAxis(&diagram.Phase.X), newGridAxis(&diagram.Phase.Y)
	positive := nothing
	for _, c := range diagram.Cells {
		if finite(c.Value) {
			h.values.include(c.Value)
			if c.Value > 0 {
				positive.include(c.Value)
			}
		}
	}
	// Over more than a decade, all of it positive, the logarithm tells more.
	if h.log = h.values.low > 0 && positive.decades() > decadesForLogValue; h.log {
		h.values = span{math.Log10(h.values.low), math.Log10(h.values.high)}
	}
	if h.values.empty() {
		h.values = span{0, 1}
	}
	h.values = h.values.widened()
	h.colours.SetMin(h.values.low)
	h.colours.SetMax(h.values.high)
	return h
}

// newGridAxis places the points at their coordinates, with cells that meet halfway
// between them, or side by side where the coordinates do not increase.
func newGridAxis(axis *experiment.Axis) gridAxis {
	g := gridAxis{label: axisLabel(axis), log: axis.Log, ticker: linearTicks{}}
	at := make([]float64, len(axis.Points))
	for i, p := range axis.Points {
		at[i] = coordinate(p.Coordinate, g.log)
	}
	if g.log {
		g.ticker = logTicks{}
	}
	if !axis.Numeric {
		var named namedTicks
		for i, p := range axis.Points {
			at[i] = float64(i)
			named = append(named, gonum.Tick{Value: at[i], Label: typographic(p.Label)})
		}
		g.ticker = named
	}
	n := len(at)
	g.edges = make([]float64, n+1)
	for i := 1; i < n; i++ {
		g.edges[i] = (at[i-1] + at[i]) / 2
	}
	first, last := 0.5, 0.5
	if n > 1 {
		first, last = (at[1]-at[0])/2, (at[n-1]-at[n-2])/2
	}
	g.edges[0], g.edges[n] = at[0]-first, at[n-1]+last
	return g
}

// namedTicks are the labels of points that are no numbers.
type namedTicks []gonum.Tick

// Ticks implements plot.Ticker.
func (t namedTicks) Ticks(_, _ float64) []gonum.Tick { return t }

// axisLabel names the keys of an axis: the first one, and how many move with it.
func axisLabel(axis *experiment.Axis) string {
	path := axis.Paths[0]
	label := strings.TrimPrefix(path, "model.")
	for _, short := range []struct{ key, symbol string }{
		{"learning-rate", "learning rate γ"},
	} {
		if path == short.key {
			label = short.symbol
		}
	}
	switch {
	case strings.HasSuffix(path, "mean.power-law.exponent"):
		label = "exponent β of the means"
	case strings.HasSuffix(path, "covariance.power-law.exponent"):
		label = "exponent α of the eigenvalues"
		if class, of := classOf(path); of && len(axis.Paths) == 1 {
			label += " of class " + class
		}
	case len(axis.Paths) > 1:
		label += ", …"
	}
	return label
}

// classOf is the index of the class that a path is about.
func classOf(path string) (class string, found bool) {
	rest, found := strings.CutPrefix(path, "model.classes.")
	class, _, _ = strings.Cut(rest, ".")
	return class, found
}

// Sizes of a heat map.
const (
	mapWidth  = 4.6 * vg.Inch
	mapHeight = 3.7 * vg.Inch
	barWidth  = 0.62 * vg.Inch // of the colour bar, with its labels
	barGap    = vg.Length(8)
)

func (h *HeatMap) size() (width, height vg.Length, rows [][]entry) {
	width = 2*margin + mapWidth + barGap + barWidth
	rows = legendRows(h.entries(), width-2*margin)
	height = 2*margin + mapHeight
	if len(rows) > 0 {
		height += legendGap + rowHeight*vg.Length(len(rows))
	}
	return width, height, rows
}

// WriteSVG writes the heat map as a scalable drawing, as Figure does.
func (h *HeatMap) WriteSVG(w io.Writer) error {
	width, height, _ := h.size()
	return writeSVG(w, width, height, h.draw)
}

// WritePNG writes the heat map as an image, as Figure does.
func (h *HeatMap) WritePNG(w io.Writer) error {
	width, height, _ := h.size()
	return writePNG(w, width, height, h.draw)
}

func (h *HeatMap) draw(canvas vg.CanvasSizer) {
	_, _, rows := h.size()
	c := draw.Crop(draw.New(canvas), margin, -margin, margin, -margin)
	if len(rows) > 0 {
		legend := legendGap + rowHeight*vg.Length(len(rows))
		drawLegend(draw.Crop(c, 0, 0, 0, legend-legendGap-(c.Max.Y-c.Min.Y)), rows)
		c = draw.Crop(c, 0, 0, legend, 0)
	}
	main, bar := h.axes(), h.bar()
	plots := [][]*gonum.Plot{{main}}
	place := gonum.Align(plots, draw.Tiles{Cols: 1, Rows: 1}, draw.Crop(c, 0, -(barGap+barWidth), 0, 0))[0][0]
	main.Draw(place)
	// The bar stands beside the axes, not beside their labels.
	inner := main.DataCanvas(place)
	bar.Draw(draw.Canvas{Canvas: c.Canvas, Rectangle: vg.Rectangle{
		Min: vg.Point{X: inner.Max.X + barGap, Y: inner.Min.Y},
		Max: vg.Point{X: c.Max.X, Y: inner.Max.Y},
	}})
}

func (h *HeatMap) axes() *gonum.Plot {
	p := gonum.New()
	p.BackgroundColor = nil
	if h.title != "" {
		p.Title.Text = " "
		p.Title.TextStyle.Font.Size = titleSize
		p.Title.Padding = vg.Points(3)
	}
	for _, a := range []struct {
		axis *gonum.Axis
		grid *gridAxis
	}{{&p.X, &h.x}, {&p.Y, &h.y}} {
		setAxis(a.axis, a.grid.label, span{a.grid.edges[0], a.grid.edges[len(a.grid.edges)-1]}, false)
		a.axis.Tick.Marker = a.grid.ticker
	}
	p.Add(cellPlotter{h}, boundaryPlotter{h}, frame{h.title})
	return p
}

// cellPlotter draws the cells.
type cellPlotter struct{ *HeatMap }

var (
	divergedColour = color.NRGBA{0xc8, 0xc8, 0xc8, 0xff}
	hatchColour    = color.NRGBA{0x80, 0x80, 0x80, 0xff}
)

// Plot implements plot.Plotter.
func (h cellPlotter) Plot(c draw.Canvas, axes *gonum.Plot) {
	x, y := axes.Transforms(&c)
	rows := len(h.diagram.Phase.Y.Points)
	for i := range h.diagram.Phase.X.Points {
		for j := range rows {
			cell := &h.diagram.Cells[i*rows+j]
			low := vg.Point{X: x(h.x.edges[i]), Y: y(h.y.edges[j])}
			high := vg.Point{X: x(h.x.edges[i+1]), Y: y(h.y.edges[j+1])}
			// A hair wider, so that no paper shows between neighbours.
			const hair = 0.15
			high.X, high.Y = min(high.X+hair, c.Max.X), min(high.Y+hair, c.Max.Y)
			h.drawCell(&c, cell, low, high)
		}
	}
}

func (h *HeatMap) drawCell(c *draw.Canvas, cell *study.Cell, low, high vg.Point) {
	box := []vg.Point{low, {X: high.X, Y: low.Y}, high, {X: low.X, Y: high.Y}}
	switch {
	case finite(cell.Value):
		value := cell.Value
		if h.log {
			value = math.Log10(value)
		}
		colour, err := h.colours.At(min(max(value, h.values.low), h.values.high))
		if err == nil {
			c.FillPolygon(colour, box)
		}
	case finite(cell.Diverged):
		c.FillPolygon(divergedColour, box)
		c.StrokeLine2(draw.LineStyle{Color: hatchColour, Width: vg.Points(0.4)}, low.X, low.Y, high.X, high.Y)
	}
}

// bar makes the colour bar.
func (h *HeatMap) bar() *gonum.Plot {
	p := gonum.New()
	p.BackgroundColor = nil
	p.HideX()
	p.X.Padding, p.Y.Padding = 0, 0
	p.X.Min, p.X.Max = 0, 1
	setAxis(&p.Y, "", h.values, false)
	if h.log {
		p.Y.Tick.Marker = logTicks{}
	}
	p.Y.Label.Text = statisticLabel(h.diagram.Phase.Statistic)
	p.Add(barPlotter{h}, frame{})
	return p
}

func statisticLabel(statistic string) string {
	if statistic == "risk" {
		return "risk R at the last time"
	}
	return statistic + " at the last time"
}

// barPlotter fills a colour bar.
type barPlotter struct{ *HeatMap }

// Plot implements plot.Plotter.
func (h barPlotter) Plot(c draw.Canvas, axes *gonum.Plot) {
	_, y := axes.Transforms(&c)
	const steps = 256
	for k := range steps {
		low := h.values.low + (h.values.high-h.values.low)*float64(k)/steps
		high := h.values.low + (h.values.high-h.values.low)*float64(k+1)/steps
		colour, err := h.colours.At((low + high) / 2)
		if err != nil {
			continue
		}
		top := min(y(high)+0.3, c.Max.Y)
		c.FillPolygon(colour, []vg.Point{{X: c.Min.X, Y: y(low)}, {X: c.Max.X, Y: y(low)}, {X: c.Max.X, Y: top}, {X: c.Min.X, Y: top}})
	}
}
