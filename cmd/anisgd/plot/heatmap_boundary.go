package plot

import (
	"image/color"

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
		var line []vg.Point
		style := structureStyle
		if kind == study.Stability {
			style = stabilityStyle
		}
		for i := range h.diagram.Boundaries {
			b := &h.diagram.Boundaries[i]
			if at, ok := place(b.X, b.Structure); ok && b.Kind == kind {
				line = append(line, at)
			}
		}
		under := style.line()
		under.Color, under.Width, under.Dashes = color.White, vg.Points(2.6), nil
		c.StrokeLines(under, c.ClipLinesXY(line)...)
		c.StrokeLines(style.line(), c.ClipLinesXY(line)...)
	}
	next := c.Min.X
	for i := range h.diagram.Boundaries {
		b := &h.diagram.Boundaries[i]
		at, ok := place(b.X, b.Risk)
		if !ok || at.X < next || !c.Contains(at) {
			continue
		}
		const most = 22
		next = at.X + (c.Max.X-c.Min.X)/most
		style := riskStyle
		if b.Kind == study.Stability {
			style = Style{colour: stabilityStyle.colour}
		}
		low, lowOK := place(b.X, b.Low)
		high, highOK := place(b.X, b.High)
		if lowOK && highOK {
			bar := draw.LineStyle{Color: color.White, Width: vg.Points(2.4)}
			c.StrokeLine2(bar, low.X, low.Y, high.X, high.Y)
			bar.Color, bar.Width = style.colour, vg.Points(1)
			c.StrokeLine2(bar, low.X, low.Y, high.X, high.Y)
		}
		style.drawMarker(&c, at)
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
	if has(func(b *study.Boundary) bool { return transition(b) && finite(b.Structure) }) {
		name := "R → 0 from here: μᵀ(ΣKᵢ)⁻¹μ = ∞"
		if has(func(b *study.Boundary) bool { return transition(b) && finite(b.Predicted) }) {
			name = "predicted: μᵀ(ΣKᵢ)⁻¹μ finite | infinite"
		}
		entries = append(entries, entry{name: name, style: structureStyle, line: true})
	}
	if has(func(b *study.Boundary) bool { return transition(b) && finite(b.Risk) }) {
		entries = append(entries, entry{name: "from R(t) alone", style: riskStyle, marker: true})
	}
	if has(func(b *study.Boundary) bool { return !transition(b) && finite(b.Structure) }) {
		entries = append(entries, entry{name: "stability threshold", style: stabilityStyle, line: true})
	}
	if has(func(b *study.Boundary) bool { return !transition(b) && finite(b.Risk) }) {
		entries = append(entries, entry{name: "divergence seen", style: Style{colour: stabilityStyle.colour}, marker: true})
	}
	return entries
}
