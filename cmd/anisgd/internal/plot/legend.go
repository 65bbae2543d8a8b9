package plot

import (
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// entry is one item of a legend: a sample of what is drawn, and its name.
type entry struct {
	name   string
	style  Style
	line   bool
	band   bool
	bar    bool
	marker bool
	among  int // curves of the chart
}

const (
	sampleWidth = vg.Length(22)
	sampleGap   = vg.Length(4)  // between sample and name
	entryGap    = vg.Length(14) // between entries
	rowHeight   = vg.Length(12.5)
)

// curveEntries names the curves of a chart.
func curveEntries(chart *Chart, key Key) []entry {
	var entries []entry
	for n := range chart.Curves {
		curve := &chart.Curves[n]
		if curve.Name == "" || curve.empty() {
			continue
		}
		entries = append(entries, entry{
			name: curve.Name, style: curve.Style,
			line: len(curve.Limit) > 0, band: len(curve.SGD) > 0 && key.Band != "" && !curve.Bars, marker: len(curve.SGD) > 0,
			among: len(chart.Curves),
		})
	}
	return entries
}

// keyEntries explains lines, markers and bands, in grey for several curves.
func keyEntries(charts []*Chart, key Key) []entry {
	var line, marker, bars bool
	style := Style{colour: neutral}
	for _, chart := range charts {
		for _, curve := range chart.Curves {
			if len(charts) == 1 && len(chart.Curves) == 1 {
				style = curve.Style
			}
			line = line || len(curve.Limit) > 0
			marker = marker || len(curve.SGD) > 0
			bars = bars || curve.Bars
		}
	}
	var entries []entry
	if line && key.Line != "" {
		entries = append(entries, entry{name: key.Line, style: style, line: true})
	}
	if marker && key.Marker != "" {
		entries = append(entries, entry{name: key.Marker, style: style, marker: true})
	}
	if marker && key.Band != "" {
		entries = append(entries, entry{name: key.Band, style: style, band: !bars, bar: bars})
	}
	return entries
}

// legendRows breaks entries into as few rows as fit the width, and these as evenly as
// can be. Names that fit no row are cut.
func legendRows(entries []entry, width vg.Length) [][]entry {
	entries = slices.Clone(entries)
	for n := range entries {
		e := &entries[n]
		e.name = shortened(textStyle(legendSize), e.name, max(0, width-e.sampleWidth()-sampleGap))
	}
	rows := filledRows(entries, width)
	narrowest, widest := vg.Length(0), width
	for widest-narrowest > 1 {
		middle := (narrowest + widest) / 2
		if tried := filledRows(entries, middle); len(tried) == len(rows) {
			rows, widest = tried, middle
		} else {
			narrowest = middle
		}
	}
	return rows
}

// filledRows puts as many entries into every row as fit the width.
func filledRows(entries []entry, width vg.Length) [][]entry {
	var rows [][]entry
	used := vg.Length(0)
	for _, e := range entries {
		w := entryWidth(e)
		if len(rows) == 0 || used+entryGap+w > width {
			rows = append(rows, nil)
			used = -entryGap
		}
		rows[len(rows)-1] = append(rows[len(rows)-1], e)
		used += entryGap + w
	}
	return rows
}

func entryWidth(e entry) vg.Length {
	return e.sampleWidth() + sampleGap + textStyle(legendSize).Width(e.name)
}

func (e entry) sampleWidth() vg.Length {
	if !e.line && !e.band {
		return 3 * markerRadius
	}
	return sampleWidth
}

// drawLegend draws rows of entries from the top of the area down, centred.
func drawLegend(c draw.Canvas, rows [][]entry) {
	style := textStyle(legendSize)
	for n, row := range rows {
		width := -entryGap
		for _, e := range row {
			width += entryGap + entryWidth(e)
		}
		x := (c.Min.X+c.Max.X)/2 - width/2
		y := c.Max.Y - rowHeight*(vg.Length(n)+0.5)
		for _, e := range row {
			drawSample(c, e, x, y)
			c.FillText(style, vg.Point{X: x + e.sampleWidth() + sampleGap, Y: y + 0.08*legendSize}, e.name) // as letters reach higher than low
			x += entryWidth(e) + entryGap
		}
	}
}

func drawSample(c draw.Canvas, e entry, x, y vg.Length) {
	if e.band {
		const half = 3.5
		c.FillPolygon(e.style.band(e.among), []vg.Point{
			{X: x, Y: y - half}, {X: x + sampleWidth, Y: y - half},
			{X: x + sampleWidth, Y: y + half}, {X: x, Y: y + half},
		})
	}
	switch {
	case e.line:
		c.StrokeLine2(e.style.line(), x, y, x+sampleWidth, y)
	case e.bar:
		c.StrokeLine2(e.style.bar(), x+e.sampleWidth()/2, y-rowHeight/2+1, x+e.sampleWidth()/2, y+rowHeight/2-1)
	case e.marker && e.band:
		c.StrokeLine2(e.style.meanLine(), x, y, x+sampleWidth, y)
	}
	if e.marker {
		e.style.drawMarker(&c, vg.Point{X: x + e.sampleWidth()/2, Y: y})
	}
}
