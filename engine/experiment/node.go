package experiment

import (
	"slices"
	"strconv"
	"strings"
)

// kind is the shape of a node.
type kind int

const (
	nothing kind = iota // no value: an empty field, null, ~
	scalar
	list
	mapping
)

// node is one value of an experiment file. Trees of nodes are never changed
// after they are made: with returns a new tree that shares what is the same.
type node struct {
	kind    kind
	at      position
	text    string // of a scalar: its characters
	quoted  bool   // of a scalar: in quotes, hence text whatever it looks like
	items   []*node
	entries []entry // in the order of the file, keys distinct
}

// entry is one "key: value" of a mapping.
type entry struct {
	key   string
	at    position // of the key
	value *node
}

// child is the value of a key of a mapping, or nil.
func (n *node) child(key string) *node {
	if i := n.index(key); i >= 0 {
		return n.entries[i].value
	}
	return nil
}

func (n *node) index(key string) int {
	return slices.IndexFunc(n.entries, func(e entry) bool { return e.key == key })
}

// without is the mapping without some of its keys.
func (n *node) without(keys ...string) *node {
	out := *n
	out.entries = slices.DeleteFunc(slices.Clone(n.entries), func(e entry) bool { return slices.Contains(keys, e.key) })
	return &out
}

// with is the tree in which the value at a path, such as model.classes.0.mean,
// is replaced: names of keys and indices of list elements, separated by dots.
// Keys that do not exist are made, list elements must exist. The position is
// that of whoever sets the value.
func (n *node) with(path string, value *node, at position) *node {
	return n.replace(strings.Split(path, "."), 0, value, at)
}

func (n *node) replace(steps []string, depth int, value *node, at position) *node {
	if depth == len(steps) {
		return value
	}
	path, step, before := strings.Join(steps, "."), steps[depth], strings.Join(steps[:depth], ".")
	if step == "" {
		fail(at, path, "a path must not have empty parts, expected names and indices with single dots between them")
	}
	if n == nil || n.kind == nothing {
		n = &node{kind: mapping, at: at}
	}
	out := *n
	switch n.kind {
	case mapping:
		out.entries = slices.Clone(n.entries)
		if i := n.index(step); i >= 0 {
			out.entries[i].value = n.entries[i].value.replace(steps, depth+1, value, at)
		} else {
			var absent *node
			out.entries = append(out.entries, entry{key: step, at: at, value: absent.replace(steps, depth+1, value, at)})
		}
	case list:
		i, err := strconv.Atoi(step)
		if err != nil || i < 0 || i >= len(n.items) {
			fail(at, path, "there is no element %q of %s, expected an index from 0 to %d", step, before, len(n.items)-1)
		}
		out.items = slices.Clone(n.items)
		out.items[i] = n.items[i].replace(steps, depth+1, value, at)
	default:
		fail(at, path, "%s is %s and has no key %q, expected the path of a key or of a list element", before, n.describe(), step)
	}
	return &out
}

// lookup is the node at a path that exists.
func (n *node) lookup(path string) *node {
	for _, step := range strings.Split(path, ".") {
		if n.kind == list {
			i, _ := strconv.Atoi(step)
			n = n.items[i]
		} else {
			n = n.child(step)
		}
	}
	return n
}

// describe names a node's value for an error message.
func (n *node) describe() string {
	switch n.kind {
	case scalar:
		if n.quoted {
			return "the text " + strconv.Quote(shorten(n.text))
		}
		return strconv.Quote(shorten(n.text))
	case list:
		return "a list"
	case mapping:
		return "a map"
	}
	return "empty"
}

// shorten keeps a message readable whatever the file holds.
func shorten(text string) string {
	return abridge(text, 60)
}

func abridge(text string, longest int) string {
	if runes := []rune(text); len(runes) > longest {
		return string(runes[:longest]) + "…"
	}
	return text
}

// equal reports whether two trees hold the same values, wherever they come from.
// Mappings are compared in order.
func (n *node) equal(m *node) bool {
	if n == m {
		return true
	}
	return n != nil && m != nil && n.kind == m.kind && n.text == m.text && n.quoted == m.quoted &&
		slices.EqualFunc(n.items, m.items, (*node).equal) &&
		slices.EqualFunc(n.entries, m.entries, func(a, b entry) bool { return a.key == b.key && a.value.equal(b.value) })
}

func join(path, step string) string {
	if path == "" {
		return step
	}
	return path + "." + step
}
