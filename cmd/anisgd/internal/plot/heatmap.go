package plot

import (
	"image/color"
	"io"
	"math"
	"strconv"
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
		if drawable(c.Value) {
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

// axisLabels are the names of keys, by the ends of their paths.
var axisLabels = []struct{ suffix, label string }{
	{"learning-rate", "learning rate γ"},
	{"mean.power-law.exponent", "exponent β of the means"},
	{"covariance.power-law.exponent", "exponent α of the eigenvalues"},
	{"covariance.isotropic", "eigenvalue λ"},
	{"fraction", "fraction of the modes"},
	{"mean-energy", "mean energy"},
	{"problem.ridge", "ridge δ"},
	{"init-variance", "variance w of the start"},
	{"dim", "dimension d"},
}

// axisLabel names the keys of an axis: by what they are, and whose where only one
// class or block has it; or else by the path of the first.
func axisLabel(axis *experiment.Axis) string {
	var steps []string
	for _, step := range strings.Split(axis.Paths[0], ".") {
		if _, err := strconv.Atoi(step); err != nil || len(steps) > 0 && (steps[len(steps)-1] == "classes" || steps[len(steps)-1] == "blocks") {
			steps = append(steps, step)
		}
	}
	path := strings.Join(steps, ".")
	for _, known := range axisLabels {
		if path != known.suffix && !strings.HasSuffix(path, "."+known.suffix) {
			continue
		}
		label := known.label
		switch {
		case len(steps) > 2 && steps[1] == "blocks":
			label += " in block " + steps[2]
		case len(steps) > 2 && steps[1] == "classes" && len(axis.Paths) == 1 && !strings.Contains(path, "mean"):
			label += " of class " + steps[2]
		}
		return label
	}
	if len(axis.Paths) > 1 {
		return axis.Paths[0] + ", …"
	}
	return axis.Paths[0]
}

// Sizes of a heat map.
const (
	mapWidth  = 4.6 * vg.Inch
	mapHeight = 3.7 * vg.Inch
	barWidth  = vg.Length(11)
	barRoom   = 0.68 * vg.Inch // of the colour bar with its labels
	barGap    = vg.Length(9)
)

func (h *HeatMap) size() (width, height vg.Length, rows [][]entry) {
	width = 2*margin + mapWidth + barGap + barRoom
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
	main := h.axes()
	plots := [][]*gonum.Plot{{main}}
	place := gonum.Align(plots, draw.Tiles{Cols: 1, Rows: 1}, draw.Crop(c, 0, -(barGap+barRoom), 0, 0))[0][0]
	main.Draw(place)
	// The bar stands beside the axes, not beside their labels.
	inner := main.DataCanvas(place)
	h.drawBar(draw.Canvas{Canvas: c.Canvas, Rectangle: vg.Rectangle{
		Min: vg.Point{X: inner.Max.X + barGap, Y: inner.Min.Y}, Max: vg.Point{X: c.Max.X, Y: inner.Max.Y},
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

// hair is how much wider cells are drawn, so that no paper shows between neighbours.
const hair = vg.Length(0.25)

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
			high.X, high.Y = min(high.X+hair, c.Max.X), min(high.Y+hair, c.Max.Y)
			h.drawCell(&c, cell, low, high)
		}
	}
}

func (h *HeatMap) drawCell(c *draw.Canvas, cell *study.Cell, low, high vg.Point) {
	box := []vg.Point{low, {X: high.X, Y: low.Y}, high, {X: low.X, Y: high.Y}}
	switch {
	case drawable(cell.Value):
		value := cell.Value
		if h.log {
			value = math.Log10(value)
		}
		colour, err := h.colours.At(min(max(value, h.values.low), h.values.high))
		if err == nil {
			c.FillPolygon(colour, box)
		}
	case drawable(cell.Diverged):
		c.FillPolygon(divergedColour, box)
		c.StrokeLine2(draw.LineStyle{Color: hatchColour, Width: vg.Points(0.4)}, low.X, low.Y, high.X, high.Y)
	}
}

// drawBar draws the colour bar, with its labels on the right.
func (h *HeatMap) drawBar(c draw.Canvas) {
	right := c.Min.X + barWidth
	y := func(v float64) vg.Length {
		return c.Min.Y + (c.Max.Y-c.Min.Y)*vg.Length((v-h.values.low)/(h.values.high-h.values.low))
	}
	const steps = 256
	for k := range steps {
		low := h.values.low + (h.values.high-h.values.low)*float64(k)/steps
		high := h.values.low + (h.values.high-h.values.low)*float64(k+1)/steps
		colour, err := h.colours.At((low + high) / 2)
		if err != nil {
			continue
		}
		top := min(y(high)+hair, c.Max.Y)
		c.FillPolygon(colour, []vg.Point{{X: c.Min.X, Y: y(low)}, {X: right, Y: y(low)}, {X: right, Y: top}, {X: c.Min.X, Y: top}})
	}
	line := draw.LineStyle{Color: color.Black, Width: vg.Points(0.5)}
	c.StrokeLines(line, []vg.Point{c.Min, {X: right, Y: c.Min.Y}, {X: right, Y: c.Max.Y}, {X: c.Min.X, Y: c.Max.Y}, c.Min})
	var ticker gonum.Ticker = linearTicks{}
	if h.log {
		ticker = logTicks{}
	}
	style := textStyle(tickSize)
	for _, tick := range ticker.Ticks(h.values.low, h.values.high) {
		if tick.Value < h.values.low || tick.Value > h.values.high {
			continue
		}
		at := vg.Point{X: right, Y: y(tick.Value)}
		length := vg.Length(2)
		if tick.Label != "" {
			length = 4
			c.FillText(style, vg.Point{X: right + length + 2, Y: at.Y}, tick.Label)
		}
		c.StrokeLine2(line, at.X, at.Y, at.X+length, at.Y)
	}
	style = textStyle(labelSize)
	style.Rotation, style.XAlign, style.YAlign = math.Pi/2, draw.XCenter, draw.YBottom
	c.FillText(style, vg.Point{X: c.Max.X, Y: (c.Min.Y + c.Max.Y) / 2}, statisticLabel(h.diagram.Phase.Statistic))
}

func statisticLabel(statistic string) string {
	if statistic == "risk" {
		return "risk R at the last time"
	}
	return statistic + " at the last time"
}
