package plot

import (
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"

	gonum "gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// typesetter is a text handler that sets the Unicode superscripts and subscripts
// of digits and of the minus sign as small raised or lowered ones: the fonts of
// gonum/plot lack some of them. Text is of one line. What else the font lacks takes the
// width of a square; drawings have the text there, images the square.
type typesetter struct{ text.Handler }

func newTypesetter() typesetter { return typesetter{gonum.DefaultTextHandler} }

// run is a piece of text on one level.
type run struct {
	text    string
	level   int  // +1 raised, −1 lowered
	missing bool // from the font
}

const (
	superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻˙" // the last stands for a raised decimal point, which Unicode lacks
	subscripts   = "₀₁₂₃₄₅₆₇₈₉₋"
	ordinary     = "0123456789−."

	smallSize = 0.7 // of raised and lowered text, relative to the font's
	raise     = 0.4 // of their baselines, relative to the font's size
	lower     = 0.18
)

// square stands for a character that the font lacks.
const square = '□'

// split cuts text into runs, with ordinary characters in all of them and none that an
// XML file may not have.
func split(s string, has func(rune) bool) []run {
	var runs []run
	for _, r := range s {
		level := 0
		if unicode.IsSpace(r) {
			r = ' '
		} else if !unicode.IsPrint(r) {
			continue
		}
		if n := runeIndex(superscripts, r); n >= 0 {
			r, level = []rune(ordinary)[n], 1
		} else if n := runeIndex(subscripts, r); n >= 0 {
			r, level = []rune(ordinary)[n], -1
		}
		missing := !has(r)
		if n := len(runs) - 1; n < 0 || runs[n].level != level || runs[n].missing != missing {
			runs = append(runs, run{level: level, missing: missing})
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
	_, height, depth = t.Handler.Box("x", face)
	for _, r := range split(s, t.glyphs(face)) {
		style, _ := fontOf(r, text.Style{Font: face})
		width += t.width(r, style.Font)
	}
	return width, height, depth
}

// width is that of a run in its font.
func (t typesetter) width(r run, face font.Font) vg.Length {
	s := r.text
	if r.missing {
		s = squares(r)
	}
	w, _, _ := t.Handler.Box(s, face)
	return w
}

func squares(r run) string { return strings.Repeat(string(square), utf8.RuneCountInString(r.text)) }

// glyphs tells which characters a font has.
func (t typesetter) glyphs(face font.Font) func(rune) bool {
	outlines := t.Cache().Lookup(face, face.Size).Face
	return func(r rune) bool {
		index, err := outlines.GlyphIndex(nil, r)
		return err == nil && index != 0
	}
}

// Draw implements text.Handler.
func (t typesetter) Draw(c vg.Canvas, s string, style text.Style, at vg.Point) {
	c.SetColor(style.Color)
	c.Push()
	c.Translate(at)
	c.Rotate(style.Rotation)
	width, _, _ := t.Box(s, style.Font)
	ascent := t.Extents(style.Font).Ascent
	x := vg.Length(style.XAlign) * width
	y := style.Height(s)*vg.Length(style.YAlign) - ascent + style.Font.Size
	image := isImage(c)
	for _, r := range split(s, t.glyphs(style.Font)) {
		set, up := fontOf(r, style)
		shown := r.text
		if r.missing && image {
			shown = squares(r)
		}
		c.FillString(t.Cache().Lookup(set.Font, set.Font.Size), vg.Point{X: x, Y: y + up}, shown)
		x += t.width(r, set.Font)
	}
	c.Pop()
}

// isImage reports whether a canvas has no fonts but the ones that it draws with.
func isImage(c vg.Canvas) bool {
	for {
		switch inner := c.(type) {
		case *vgimg.Canvas:
			return true
		case *draw.Canvas:
			c = inner.Canvas
		case draw.Canvas:
			c = inner.Canvas
		default:
			return false
		}
	}
}

// fitted makes a text fit: the font smaller, to seven tenths, below which it cannot be
// read, and what is too long even then cut off.
func fitted(style text.Style, s string, width vg.Length) (text.Style, string) {
	const smallest = 0.7
	if w := style.Width(s); w > width {
		style.Font.Size *= max(smallest, width/w)
	}
	return style, shortened(style, s, width)
}

// shortened is as much of a text as fits, with an ellipsis for the rest.
func shortened(style text.Style, s string, width vg.Length) string {
	const slack = 0.01 // of rounding
	if style.Width(s) <= width+slack {
		return s
	}
	characters := []rune(s)
	kept := sort.Search(len(characters), func(n int) bool {
		return style.Width(string(characters[:n+1])+"…") > width
	})
	return strings.TrimRight(string(characters[:kept]), " ") + "…"
}
