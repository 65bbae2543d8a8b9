package plot

import (
	"math"
	"strings"

	gonum "gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
)

// typesetter is a text handler that sets the Unicode superscripts and subscripts
// of digits and of the minus sign as small raised or lowered ones: the fonts of
// gonum/plot lack some of them. Text is of one line.
type typesetter struct{ text.Handler }

func newTypesetter() typesetter { return typesetter{gonum.DefaultTextHandler} }

// run is a piece of text on one level.
type run struct {
	text  string
	level int // +1 raised, −1 lowered
}

const (
	superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻"
	subscripts   = "₀₁₂₃₄₅₆₇₈₉₋"
	ordinary     = "0123456789−"

	smallSize = 0.7 // of raised and lowered text, relative to the font's
	raise     = 0.4 // of their baselines, relative to the font's size
	lower     = 0.18
)

// split cuts text into runs, with ordinary characters in all of them.
func split(s string) []run {
	var runs []run
	for _, r := range s {
		level := 0
		if n := runeIndex(superscripts, r); n >= 0 {
			r, level = []rune(ordinary)[n], 1
		} else if n := runeIndex(subscripts, r); n >= 0 {
			r, level = []rune(ordinary)[n], -1
		}
		if len(runs) == 0 || runs[len(runs)-1].level != level {
			runs = append(runs, run{level: level})
		}
		runs[len(runs)-1].text += string(r)
	}
	return runs
}

// runeIndex is the number of runes before r in s, or −1.
func runeIndex(s string, r rune) int {
	for n, candidate := range []rune(s) {
		if candidate == r {
			return n
		}
	}
	return -1
}

// fontOf is the font of a run, and how far its baseline is moved up.
func fontOf(r run, style text.Style) (text.Style, vg.Length) {
	size := style.Font.Size
	switch r.level {
	case 1:
		style.Font.Size = smallSize * size
		return style, raise * size
	case -1:
		style.Font.Size = smallSize * size
		return style, -lower * size
	}
	return style, 0
}

// Box implements text.Handler.
func (t typesetter) Box(s string, face font.Font) (width, height, depth vg.Length) {
	_, height, depth = t.Handler.Box(s, face)
	for _, r := range split(s) {
		style, _ := fontOf(r, text.Style{Font: face})
		w, _, _ := t.Handler.Box(r.text, style.Font)
		width += w
	}
	return width, height, depth
}

// Draw implements text.Handler.
func (t typesetter) Draw(c vg.Canvas, s string, style text.Style, at vg.Point) {
	s = strings.TrimRight(s, "\n")
	if s == "" {
		return
	}
	c.SetColor(style.Color)
	c.Push()
	c.Translate(at)
	c.Rotate(style.Rotation)
	width, _, _ := t.Box(s, style.Font)
	ascent := t.Extents(style.Font).Ascent
	x := vg.Length(style.XAlign) * width
	y := style.Height(s)*vg.Length(style.YAlign) - ascent + style.Font.Size
	for _, r := range split(s) {
		run, up := fontOf(r, style)
		c.FillString(t.Cache().Lookup(run.Font, run.Font.Size), vg.Point{X: x, Y: y + up}, r.text)
		w, _, _ := t.Handler.Box(r.text, run.Font)
		x += w
	}
	c.Pop()
}

// shrunk is the style with its font made as small as needed for s to fit.
func shrunk(style text.Style, s string, width vg.Length) text.Style {
	if w := style.Width(s); w > width {
		style.Font.Size *= vg.Length(math.Max(0.5, float64(width/w)))
	}
	return style
}
