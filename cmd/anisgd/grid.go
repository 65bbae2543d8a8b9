package main

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// grid is a table for a person. Numbers are aligned at the decimal point. On a terminal
// that is too narrow for its rows they are broken, each part with the cells that say what
// the row is about.
type grid struct {
	heading []string
	keys    int // leading cells that say what a row is about
	rows    [][]string
	note    string // below the rows
}

func (g *grid) add(cells ...string) { g.rows = append(g.rows, cells) }

// columnGap is between two columns.
const columnGap = "  "

// write writes the table in the width of the terminal, or in its own elsewhere.
func (g *grid) write(w io.Writer) error {
	width, isTerminal := terminalWidth(w)
	if !isTerminal {
		width = fallbackWide
	}
	return g.writeWithin(w, width)
}

func (g *grid) writeWithin(w io.Writer, width int) error {
	cells, widths := g.aligned()
	lines := func(parts [][]int, indents []string) (text strings.Builder) {
		for _, row := range cells {
			for p, part := range parts {
				var shown []string
				for _, column := range part {
					shown = append(shown, row[column])
				}
				fmt.Fprintln(&text, strings.TrimRight(indents[p]+strings.Join(shown, columnGap), " "))
			}
		}
		return text
	}
	var keys, rest []int
	for column := range widths {
		if column < g.keys {
			keys = append(keys, column)
		} else {
			rest = append(rest, column)
		}
	}
	var text strings.Builder
	switch forKeys := span(widths, keys); {
	case span(widths, append(keys[:len(keys):len(keys)], rest...)) <= width:
		all := lines([][]int{append(keys, rest...)}, []string{""})
		text.WriteString(all.String())
	case 2*forKeys > width: // each row in several lines, the first of them with its keys
		const indent = "    "
		parts, indents := [][]int{keys}, []string{""}
		for _, part := range breakColumns(widths, rest, width-len(indent)) {
			parts, indents = append(parts, part), append(indents, indent)
		}
		all := lines(parts, indents)
		text.WriteString(all.String())
	default: // several tables, each with the keys
		for n, part := range breakColumns(widths, rest, width-forKeys-len(columnGap)) {
			if n > 0 {
				text.WriteString("\n")
			}
			all := lines([][]int{append(keys[:len(keys):len(keys)], part...)}, []string{""})
			text.WriteString(all.String())
		}
	}
	if g.note != "" {
		fmt.Fprintln(&text, g.note)
	}
	_, err := io.WriteString(w, text.String())
	return err
}

// span is the width of some columns beside each other.
func span(widths, columns []int) int {
	total := len(columnGap) * max(0, len(columns)-1)
	for _, column := range columns {
		total += widths[column]
	}
	return total
}

// breakColumns deals columns out in their order to parts no wider than a width, one
// column at least to each.
func breakColumns(widths, columns []int, width int) [][]int {
	var parts [][]int
	for _, column := range columns {
		last := len(parts) - 1
		if last < 0 || span(widths, append(parts[last], column)) > width {
			parts = append(parts, nil)
			last++
		}
		parts[last] = append(parts[last], column)
	}
	return parts
}

// aligned are heading and rows with all cells of a column padded to the same width.
func (g *grid) aligned() (cells [][]string, widths []int) {
	columns := len(g.heading)
	for _, row := range g.rows {
		columns = max(columns, len(row))
	}
	for _, row := range append([][]string{g.heading}, g.rows...) {
		cells = append(cells, append(append([]string{}, row...), make([]string, columns-len(row))...))
	}
	widths = make([]int, columns)
	for column := range widths {
		lead := 0
		for _, row := range cells[1:] {
			lead = max(lead, wholeDigits(row[column]))
		}
		for n, row := range cells {
			if digits := wholeDigits(row[column]); n > 0 && digits > 0 {
				row[column] = strings.Repeat(" ", lead-digits) + row[column]
			}
			widths[column] = max(widths[column], utf8.RuneCountInString(row[column]))
		}
		for _, row := range cells {
			row[column] += strings.Repeat(" ", widths[column]-utf8.RuneCountInString(row[column]))
		}
	}
	return cells, widths
}

// wholeDigits is the number of characters before the decimal point of the number with
// which a cell begins, 0 where it begins with none.
func wholeDigits(cell string) int {
	sign := 0
	if strings.HasPrefix(cell, "-") || strings.HasPrefix(cell, "+") {
		sign = 1
	}
	digits := len(cell[sign:]) - len(strings.TrimLeft(cell[sign:], "0123456789"))
	if digits == 0 {
		return 0
	}
	return sign + digits
}

// describe writes a line of a key, padded to a width, and what there is to say about it,
// on a terminal in as many lines as that takes.
func (s *settings) describe(padding int, key, text string) {
	width, isTerminal := terminalWidth(s.stdout)
	if !isTerminal {
		width = fallbackWide
	}
	for n, line := range wrapped(text, width-padding-1) {
		if n > 0 {
			key = ""
		}
		s.printf("%s\n", strings.TrimRight(fmt.Sprintf("%-*s %s", padding, key, line), " "))
	}
}

// wrapped breaks a text between words into lines of a width, if that is not too narrow
// for words.
func wrapped(text string, width int) []string {
	const narrowest = 24
	if utf8.RuneCountInString(text) <= width || width < narrowest {
		return []string{text}
	}
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width {
			lines, line = append(lines, line), ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}
