package experiment

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"
)

// lineWidth is where lists of numbers are broken and up to which a map is
// written on one line.
const lineWidth = 100

// writeYAML writes a mapping as YAML text that parseYAML reads back to equal
// nodes.
func writeYAML(n *node) []byte {
	var b bytes.Buffer
	writeBlock(&b, n, 0)
	return b.Bytes()
}

// writeFlowText writes a node in flow style.
func writeFlowText(n *node) []byte {
	var b bytes.Buffer
	writeFlow(&b, n, 0)
	return b.Bytes()
}

// writeBlock writes a mapping or a list of mappings, line by line. The first
// line's indentation is already there.
func writeBlock(b *bytes.Buffer, n *node, indent int) {
	margin := strings.Repeat(" ", indent)
	if n.kind == list {
		for i, item := range n.items {
			if i > 0 {
				b.WriteString(margin)
			}
			b.WriteString("- ")
			writeItem(b, item, indent+2)
		}
		return
	}
	for i, e := range n.entries {
		if i > 0 {
			b.WriteString(margin)
		}
		key := quoteText(e.key) + ":"
		b.WriteString(key)
		switch {
		case !e.value.hasBlock(lineWidth - indent - len(key)):
			b.WriteString(" ")
			writeFlow(b, e.value, indent+2)
			b.WriteString("\n")
		default:
			b.WriteString("\n" + margin + "  ")
			writeBlock(b, e.value, indent+2)
		}
	}
}

// writeItem writes an element of a list behind its dash.
func writeItem(b *bytes.Buffer, n *node, indent int) {
	if n.hasBlock(lineWidth - indent) {
		writeBlock(b, n, indent)
		return
	}
	writeFlow(b, n, indent)
	b.WriteString("\n")
}

// hasBlock reports whether a node is written over several lines: a map that does
// not fit the width and a list of maps. A list of scalars only wraps.
func (n *node) hasBlock(width int) bool {
	switch n.kind {
	case mapping:
		return len(n.entries) > 0 && n.flowWidth() > width
	case list:
		for _, item := range n.items {
			if item.kind == mapping {
				return true
			}
		}
	}
	return false
}

// flowWidth is the length of a node written in one line.
func (n *node) flowWidth() int {
	width := 0
	switch n.kind {
	case scalar:
		return len(n.scalarText())
	case list:
		for _, item := range n.items {
			width += item.flowWidth() + 2
		}
	case mapping:
		for _, e := range n.entries {
			width += len(quoteText(e.key)) + 2 + e.value.flowWidth() + 2
		}
	}
	return width + 2
}

// writeFlow writes a node in flow style; long lists wrap.
func writeFlow(b *bytes.Buffer, n *node, indent int) {
	switch n.kind {
	case scalar:
		b.WriteString(n.scalarText())
	case list:
		b.WriteString("[")
		column := indent
		for i, item := range n.items {
			width := item.flowWidth() + 2
			if i > 0 {
				b.WriteString(",")
				if column += width; column > lineWidth {
					b.WriteString("\n" + strings.Repeat(" ", indent))
					column = indent + width
				} else {
					b.WriteString(" ")
				}
			}
			writeFlow(b, item, indent)
		}
		b.WriteString("]")
	case mapping:
		b.WriteString("{")
		for i, e := range n.entries {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(quoteText(e.key) + ": ")
			writeFlow(b, e.value, indent)
		}
		b.WriteString("}")
	}
}

func (n *node) scalarText() string {
	if n.quoted {
		return quoteText(n.text)
	}
	return n.text
}

var (
	plainText = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_./-]*( [A-Za-z0-9_./-]+)*$`)
	notText   = regexp.MustCompile(`^(?i:null|true|false|yes|no|on|off|y|n)$`)
)

// quoteText is a text as a YAML scalar: plain if it cannot be taken for anything
// else, or in double quotes, whose escapes Go's include.
func quoteText(text string) string {
	if plainText.MatchString(text) && !notText.MatchString(text) {
		return text
	}
	return strconv.Quote(text)
}

// pruned is a resolved tree without the places where nothing was recorded.
func (n *node) pruned() *node {
	out := *n
	out.entries, out.items = nil, nil
	for _, e := range n.entries {
		if e.value.kind != nothing {
			out.entries = append(out.entries, entry{key: e.key, value: e.value.pruned()})
		}
	}
	for _, item := range n.items {
		if item.kind != nothing {
			out.items = append(out.items, item.pruned())
		}
	}
	return &out
}
