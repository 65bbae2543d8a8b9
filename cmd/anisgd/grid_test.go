package main

import (
	"slices"
	"strings"
	"testing"
)

func TestGridAlignsNumbersAtThePoint(t *testing.T) {
	g := grid{heading: []string{"name", "value", "words"}, keys: 1}
	g.add("a", "1.25", "x")
	g.add("bc", "-10", "1 node")
	g.add("d", "–")
	g.note = "(1 more)"
	want := `name  value   words
a       1.25  x
bc    -10     1 node
d     –
(1 more)
`
	var text strings.Builder
	if err := g.writeWithin(&text, 80); err != nil || text.String() != want {
		t.Errorf("%v:\n%s, want\n%s", err, text.String(), want)
	}
}

func TestGridBreaksRowsThatAreTooWide(t *testing.T) {
	g := grid{heading: []string{"key", "first", "second", "third"}, keys: 1}
	g.add("k", "11111", "222222", "33333")
	for width, want := range map[int]string{
		26: "key  first  second  third\nk    11111  222222  33333\n",
		20: "key  first  second\nk    11111  222222\n\nkey  third\nk    33333\n",
		4:  "key\n    first\n    second\n    third\nk\n    11111\n    222222\n    33333\n",
	} {
		var text strings.Builder
		if err := g.writeWithin(&text, width); err != nil || text.String() != want {
			t.Errorf("in %d columns, %v:\n%s, want\n%s", width, err, text.String(), want)
		}
	}
}

func TestWrapped(t *testing.T) {
	const text = "the means cannot be told apart in modes without noise"
	if got, want := wrapped(text, 30), []string{"the means cannot be told apart", "in modes without noise"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if got := wrapped(text, 3); len(got) != 1 {
		t.Errorf("broken where there is no room: %q", got)
	}
}
