package plot

import (
	"bytes"
	"image/color"
	"io"
	"slices"

	gonum "gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Figure is one or several charts side by side.
type Figure struct {
	Charts []*Chart
	// Runs describes what SGD's markers are, such as "mean of 10 runs, d = 4000".
	Runs string
	// Key explains lines, markers and bands where they are not the limit, SGD and its
	// runs; an empty explanation is left out.
	Key *Key
}

// Key says what is drawn.
type Key struct{ Line, Marker, Band string }

// Sizes of one chart, without its legend.
const (
	chartWidth  = 4.8 * vg.Inch
	chartHeight = 3.3 * vg.Inch
	tileWidth   = 3.3 * vg.Inch
	tileHeight  = 2.5 * vg.Inch
	margin      = vg.Length(8)
	tileGap     = vg.Length(16)
	legendGap   = vg.Length(5) // between axes and legend
)

// resolution of PNG files, in dots per inch: fit for print.
const resolution = 300

// layout is where everything of a figure goes.
type layout struct {
	columns, rows        int
	chartWidth           vg.Length
	chartHeight          vg.Length   // without the legend
	own                  [][][]entry // rows of each chart's own legend, if they differ
	shared               [][]entry   // rows of the figure's legend
	ownHeight, allHeight vg.Length
	width, height        vg.Length
}

// key is the explanation of what is drawn.
func (f *Figure) key() Key {
	if f.Key != nil {
		return *f.Key
	}
	return Key{Line: "limit (ODE)", Marker: "SGD, " + f.Runs, Band: "10–90 % of runs"}
}

func (f *Figure) layout() layout {
	l := layout{columns: 1, rows: 1, chartWidth: chartWidth, chartHeight: chartHeight}
	if n := len(f.Charts); n > 1 {
		l.columns = 2
		if n == 3 || n > 4 {
			l.columns = 3
		}
		l.rows = (n + l.columns - 1) / l.columns
		l.chartWidth, l.chartHeight = tileWidth, tileHeight
	}
	l.width = 2*margin + vg.Length(l.columns)*l.chartWidth + vg.Length(l.columns-1)*tileGap
	if names := curveEntries(f.Charts[0], f.key()); f.sameLegend() {
		l.shared = legendRows(names, l.width-2*margin)
	} else {
		for _, chart := range f.Charts {
			rows := legendRows(curveEntries(chart, f.key()), l.chartWidth)
			l.own = append(l.own, rows)
			l.ownHeight = max(l.ownHeight, legendGap+rowHeight*vg.Length(len(rows)))
		}
	}
	l.shared = append(l.shared, legendRows(keyEntries(f.Charts, f.key()), l.width-2*margin)...)
	if len(l.shared) > 0 {
		l.allHeight = legendGap + rowHeight*vg.Length(len(l.shared))
	}
	l.height = 2*margin + vg.Length(l.rows)*(l.chartHeight+l.ownHeight) + vg.Length(l.rows-1)*tileGap + l.allHeight
	return l
}

// sameLegend reports whether one legend serves all charts.
func (f *Figure) sameLegend() bool {
	for _, chart := range f.Charts[1:] {
		if !slices.Equal(curveEntries(chart, f.key()), curveEntries(f.Charts[0], f.key())) {
			return false
		}
	}
	return true
}

func (f *Figure) draw(canvas vg.CanvasSizer, l layout) {
	c := draw.Crop(draw.New(canvas), margin, -margin, margin, -margin)
	drawLegend(draw.Crop(c, 0, 0, 0, l.allHeight-legendGap-(c.Max.Y-c.Min.Y)), l.shared)
	c = draw.Crop(c, 0, 0, l.allHeight, 0)

	tiles := draw.Tiles{Cols: l.columns, Rows: l.rows, PadX: tileGap, PadY: tileGap + l.ownHeight, PadBottom: l.ownHeight}
	plots := make([][]*gonum.Plot, l.rows)
	for row := range plots {
		plots[row] = make([]*gonum.Plot, l.columns)
	}
	for n, chart := range f.Charts {
		plots[n/l.columns][n%l.columns] = axes(chart, scalesOf(chart))
	}
	places := gonum.Align(plots, tiles, c)
	for n := range f.Charts {
		row, column := n/l.columns, n%l.columns
		place := places[row][column]
		plots[row][column].Draw(place)
		if l.own != nil {
			drawLegend(draw.Crop(tiles.At(c, column, row), 0, 0, -l.ownHeight, -l.chartHeight-legendGap), l.own[n])
		}
	}
}

// WriteSVG writes the figure as a scalable drawing. Its fonts are named, not
// embedded: Liberation Sans, or what has the same widths.
func (f *Figure) WriteSVG(w io.Writer) error {
	l := f.layout()
	return writeSVG(w, l.width, l.height, func(c vg.CanvasSizer) { f.draw(c, l) })
}

// WritePNG writes the figure as an image at 300 dots per inch.
func (f *Figure) WritePNG(w io.Writer) error {
	l := f.layout()
	return writePNG(w, l.width, l.height, func(c vg.CanvasSizer) { f.draw(c, l) })
}

func writeSVG(w io.Writer, width, height vg.Length, paint func(vg.CanvasSizer)) error {
	canvas := vgsvg.New(width, height)
	paper := draw.New(canvas)
	paper.FillPolygon(color.White, []vg.Point{{}, {X: width}, {X: width, Y: height}, {Y: height}})
	paint(canvas)
	var buffer bytes.Buffer
	if _, err := canvas.WriteTo(&buffer); err != nil {
		return err
	}
	_, err := w.Write(bytes.ReplaceAll(buffer.Bytes(),
		[]byte("font-family:Liberation Sans;"),
		[]byte("font-family:'Liberation Sans',Arial,Helvetica,sans-serif;")))
	return err
}

func writePNG(w io.Writer, width, height vg.Length, paint func(vg.CanvasSizer)) error {
	canvas := vgimg.NewWith(vgimg.UseWH(width, height), vgimg.UseDPI(resolution))
	paint(canvas)
	_, err := vgimg.PngCanvas{Canvas: canvas}.WriteTo(w)
	return err
}
