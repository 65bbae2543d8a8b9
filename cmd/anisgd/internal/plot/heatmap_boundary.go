package plot

import (
	"image/color"
	"math"

	gonum "gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"anisgd/engine/study"
)

// Styles of the boundary. Lines have a white edge, so that they stand out from
// every colour.
var (
	structureStyle = Style{colour: color.NRGBA{0x00, 0x9e, 0x73, 0xff}}
	riskStyle      = Style{colour: color.NRGBA{0x00, 0x72, 0xb2, 0xff}}
	stabilityStyle = Style{colour: color.NRGBA{0x00, 0x00, 0x00, 0xff}, pattern: 1}
)

// boundaryPlotter draws the boundary: the structure's as a line, that from the
// risk alone as markers with the interval as a bar.
type boundaryPlotter struct{ *HeatMap }

// Plot implements plot.Plotter.
func (h boundaryPlotter) Plot(c draw.Canvas, axes *gonum.Plot) {
	x, y := axes.Transforms(&c)
	place := func(bx, by float64) (vg.Point, bool) {
		if !visible(bx, h.x.log) || !visible(by, h.y.log) {
			return vg.Point{}, false
		}
		return vg.Point{X: x(coordinate(bx, h.x.log)), Y: y(coordinate(by, h.y.log))}, true
	}
	for _, kind := range []string{study.Stability, study.Transition} {
		style := structureStyle
		if kind == study.Stability {
			style = stabilityStyle
		}
		lines := h.line(kind, place, func(i, j int) (low, high vg.Point) {
			at := x(h.x.edges[i+1])
			return vg.Point{X: at, Y: y(h.y.edges[j])}, vg.Point{X: at, Y: y(h.y.edges[j+1])}
		})
		under := style.line()
		under.Color, under.Width, under.Dashes = color.White, vg.Points(2.6), nil
		for _, pen := range []draw.LineStyle{under, style.line()} {
			for _, line := range lines {
				c.StrokeLines(pen, c.ClipLinesXY(line)...)
			}
		}
	}
	for _, kind := range []string{study.Stability, study.Transition} {
		h.drawEstimates(&c, kind, place)
	}
}

// line is where the structure has a boundary of a kind, as a list of lines: it
// follows the lines of constant x, and where it runs along one of them, between
// neighbours of which one has no boundary, the edge of the cells.
func (h *HeatMap) line(kind string, place func(x, y float64) (vg.Point, bool), edge func(i, j int) (low, high vg.Point)) [][]vg.Point {
	var lines [][]vg.Point
	var current []vg.Point
	found := map[float64]bool{}
	last := math.NaN()
	for i := range h.diagram.Boundaries {
		b := &h.diagram.Boundaries[i]
		at, ok := place(b.X, b.Structure)
		if b.Kind != kind || !ok {
			continue
		}
		if h.follows(last, b.X) {
			current = append(current, at)
		} else {
			lines, current = append(lines, current), []vg.Point{at}
		}
		found[b.X], last = true, b.X
	}
	lines = append(lines, current)
	rows := len(h.diagram.Phase.Y.Points)
	for i := range len(h.diagram.Phase.X.Points) - 1 {
		left, right := h.diagram.Cells[i*rows:(i+1)*rows], h.diagram.Cells[(i+1)*rows:(i+2)*rows]
		if found[left[0].X] == found[right[0].X] {
			continue
		}
		var along [][]vg.Point
		for j := range rows {
			if study.KindOf(left[j].Predicted, right[j].Predicted) == kind {
				low, high := edge(i, j)
				along = append(along, []vg.Point{low, high})
			}
		}
		// A boundary that only leaves the diagram here has few.
		if len(along) > rows/8 {
			lines = append(lines, along...)
		}
	}
	return lines
}

// follows reports whether x is the point of the axis after the last one, or the
// same.
func (h *HeatMap) follows(last, x float64) bool {
	points := h.diagram.Phase.X.Points
	for i := range points {
		if points[i].Coordinate == x {
			return last == x || i > 0 && points[i-1].Coordinate == last
		}
	}
	return false
}

// drawEstimates draws the boundary from the risk alone, thinned out so that
// markers do not cover each other.
func (h *HeatMap) drawEstimates(c *draw.Canvas, kind string, place func(x, y float64) (vg.Point, bool)) {
	const most = 22
	next := c.Min.X
	style := riskStyle
	if kind == study.Stability {
		style = Style{colour: stabilityStyle.colour}
	}
	for i := range h.diagram.Boundaries {
		b := &h.diagram.Boundaries[i]
		at, ok := place(b.X, b.Risk)
		if !ok || b.Kind != kind || at.X < next || !c.Contains(at) {
			continue
		}
		next = at.X + (c.Max.X-c.Min.X)/most
		low, lowVisible := place(b.X, b.Low)
		high, highVisible := place(b.X, b.High)
		if lowVisible && highVisible {
			bar := draw.LineStyle{Color: color.White, Width: vg.Points(2.4)}
			c.StrokeLines(bar, c.ClipLinesXY([]vg.Point{low, high})...)
			bar.Color, bar.Width = style.colour, vg.Points(1)
			c.StrokeLines(bar, c.ClipLinesXY([]vg.Point{low, high})...)
		}
		style.drawMarker(c, at)
	}
}

// entries explain what is drawn over the cells.
func (h *HeatMap) entries() []entry {
	var entries []entry
	has := func(found func(b *study.Boundary) bool) bool {
		for i := range h.diagram.Boundaries {
			if found(&h.diagram.Boundaries[i]) {
				return true
			}
		}
		return false
	}
	transition := func(b *study.Boundary) bool { return b.Kind == study.Transition }
	if has(func(b *study.Boundary) bool { return transition(b) && drawable(b.Structure) }) {
		name := "structure: μᵀ(ΣKᵢ)⁻¹μ finite | infinite"
		if has(func(b *study.Boundary) bool { return transition(b) && drawable(b.Predicted) }) {
			name = "predicted: μᵀ(ΣKᵢ)⁻¹μ finite | infinite"
		}
		entries = append(entries, entry{name: name, style: structureStyle, line: true})
	}
	if has(func(b *study.Boundary) bool { return transition(b) && drawable(b.Risk) }) {
		entries = append(entries, entry{name: "from R(t) alone", style: riskStyle, marker: true})
	}
	if has(func(b *study.Boundary) bool { return !transition(b) && drawable(b.Structure) }) {
		entries = append(entries, entry{name: "stability threshold", style: stabilityStyle, line: true})
	}
	if has(func(b *study.Boundary) bool { return !transition(b) && drawable(b.Risk) }) {
		entries = append(entries, entry{name: "divergence seen", style: Style{colour: stabilityStyle.colour}, marker: true})
	}
	for i := range h.diagram.Cells {
		if drawable(h.diagram.Cells[i].Diverged) {
			return append(entries, entry{name: "diverges", style: Style{colour: hatchColour}, band: true})
		}
	}
	return entries
}
