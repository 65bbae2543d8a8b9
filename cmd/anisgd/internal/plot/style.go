package plot

import (
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// palette is Okabe and Ito's, told apart with every kind of colour vision, in an
// order that begins with the strongest contrasts; yellow is left out, which white
// paper swallows.
var palette = []color.NRGBA{
	{0x00, 0x72, 0xb2, 0xff}, // blue
	{0xd5, 0x5e, 0x00, 0xff}, // vermilion
	{0x00, 0x9e, 0x73, 0xff}, // bluish green
	{0xcc, 0x79, 0xa7, 0xff}, // reddish purple
	{0xe6, 0x9f, 0x00, 0xff}, // orange
	{0x56, 0xb4, 0xe9, 0xff}, // sky blue
	{0x00, 0x00, 0x00, 0xff}, // black
}

// dashes and markers repeat the distinction of the colours, for print in grey: of the
// numbers of dashes and of markers none divides the other, and markers are filled every
// second time around, so that the first 70 curves differ.
var dashes = [][]vg.Length{
	nil,
	{6, 2.5},
	{1.5, 2},
	{8, 2, 1.5, 2},
	{8, 2, 1.5, 2, 1.5, 2},
}

// marker is a closed outline by the angles of its corners, in degrees.
type marker []float64

var markers = []marker{
	nil, // a circle
	{45, 135, 225, 315},
	{90, 210, 330},
	{0, 90, 180, 270},
	{270, 30, 150},
	{0, 120, 240},
	{180, 300, 60},
}

// neutral is the colour of what belongs to no curve in particular.
var neutral = color.NRGBA{0x55, 0x55, 0x55, 0xff}

// Style tells the curves of a chart apart.
type Style struct {
	colour  color.NRGBA
	pattern int // of dashes and markers
}

// StyleOf is the style of the n-th curve, from 0.
func StyleOf(n int) Style {
	return Style{palette[n%len(palette)], n}
}

func (s Style) withPattern(pattern int) Style { return Style{s.colour, pattern} }

func (s Style) line() draw.LineStyle {
	return draw.LineStyle{Color: s.colour, Width: vg.Points(1.3), Dashes: dashes[s.pattern%len(dashes)]}
}

// meanLine is the line through the means where no limit is drawn.
func (s Style) meanLine() draw.LineStyle {
	return draw.LineStyle{Color: s.colour, Width: vg.Points(0.6)}
}

// bar is an interval at a single point.
func (s Style) bar() draw.LineStyle {
	return draw.LineStyle{Color: s.colour, Width: vg.Points(0.9)}
}

// band is the colour of a band among so many of one chart.
func (s Style) band(curves int) color.Color {
	c := s.colour
	c.A = 0x3c
	if curves > 3 { // they would hide each other
		c.A = 0x28
	}
	return c
}

// filling is the colour inside of a marker.
func (s Style) filling() color.Color {
	if s.pattern/len(markers)%2 == 1 {
		return s.colour
	}
	return color.White
}

const markerRadius = vg.Length(2.4)

// drawMarker draws the style's marker around a point, hollow or filled.
func (s Style) drawMarker(c *draw.Canvas, at vg.Point) {
	var path vg.Path
	corners := markers[s.pattern%len(markers)]
	if corners == nil {
		path.Move(vg.Point{X: at.X + markerRadius, Y: at.Y})
		path.Arc(at, markerRadius, 0, 2*math.Pi)
	}
	for n, degrees := range corners {
		// Polygons are drawn larger, so that all markers look of one size.
		const radius = 1.25 * markerRadius
		sin, cos := math.Sincos(degrees * math.Pi / 180)
		p := vg.Point{X: at.X + vg.Length(cos)*radius, Y: at.Y + vg.Length(sin)*radius}
		if n == 0 {
			path.Move(p)
		} else {
			path.Line(p)
		}
	}
	path.Close()
	c.SetColor(s.filling())
	c.Fill(path)
	c.SetLineStyle(draw.LineStyle{Color: s.colour, Width: vg.Points(0.9)})
	c.Stroke(path)
}
