package main

import (
	"io"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"anisgd/engine/experiment"
)

// TestHelpShowsExamples: every command shows some, all of them commands with flags that there are,
// on presets that there are.
func TestHelpShowsExamples(t *testing.T) {
	const widest = 105 // of a line for another shell
	helpOf := func(c *cobra.Command) string {
		var text strings.Builder
		root := newRoot(&text, io.Discard)
		root.SetArgs(append(strings.Fields(c.CommandPath())[1:], "--help"))
		if err := root.Execute(); err != nil {
			t.Errorf("%s --help: %v", c.CommandPath(), err)
		}
		return text.String()
	}
	known := map[string]bool{}
	for _, preset := range experiment.Presets() {
		known[preset.Name] = true
	}
	examples := 0
	var look func(c *cobra.Command)
	look = func(c *cobra.Command) {
		if c.Example == "" && !c.IsAdditionalHelpTopicCommand() {
			t.Errorf("%s has no examples", c.CommandPath())
		}
		for line := range strings.Lines(helpOf(c)) {
			if n := len([]rune(strings.TrimRight(line, "\n"))); n > widest {
				t.Errorf("%s: %d characters in %q", c.CommandPath(), n, line)
			}
		}
		for line := range strings.Lines(c.Example) {
			rest, isOurs := strings.CutPrefix(strings.TrimSpace(line), "anisgd ")
			if !isOurs {
				continue
			}
			if checkExample(t, c, rest, known) {
				examples++
			}
		}
		for _, sub := range c.Commands() {
			look(sub)
		}
	}
	look(newRoot(io.Discard, io.Discard))
	if examples < 30 {
		t.Errorf("only %d examples", examples)
	}
}

// checkExample looks up the command, flags and preset of a line, up to a pipe or what explains it.
func checkExample(t *testing.T, c *cobra.Command, line string, presets map[string]bool) bool {
	t.Helper()
	line, _, _ = strings.Cut(line, "  ")
	line, _, _ = strings.Cut(line, " > ")
	line, _, _ = strings.Cut(line, " | ")
	words := quoted(line)
	found, arguments, err := newRoot(io.Discard, io.Discard).Find(words)
	if err != nil {
		t.Errorf("%s: %q: %v", c.CommandPath(), line, err)
		return false
	}
	if err := found.ParseFlags(arguments); err != nil {
		t.Errorf("%s: %q: %v", c.CommandPath(), line, err)
		return false
	}
	switch found.Name() {
	case "run", "limit", "simulate", "phase", "sweep", "presets", "check":
		if names := found.Flags().Args(); len(names) > 0 && !strings.Contains(names[0], ".") && !presets[names[0]] {
			t.Errorf("%s: %q: there is no preset %s", c.CommandPath(), line, names[0])
		}
	}
	return true
}

// quoted splits a line at spaces outside of quotes, as a shell does.
func quoted(line string) []string {
	var words []string
	var word strings.Builder
	mark := rune(0)
	for _, r := range line + " " {
		switch {
		case mark != 0 && r == mark:
			mark = 0
		case mark == 0 && (r == '\'' || r == '"'):
			mark = r
		case mark == 0 && r == ' ':
			if word.Len() > 0 {
				words = append(words, word.String())
			}
			word.Reset()
		default:
			word.WriteRune(r)
		}
	}
	return words
}
