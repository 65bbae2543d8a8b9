package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// readmeExtras make commands of the README cheap, or possible here, by what they begin with; a
// command is run with the first that fits. What they write is looked at elsewhere.
var readmeExtras = []struct{ command, extra string }{
	{"run concentration", `--set 'panels=[{name: bias, set: {time: {at: [0, 1]}, simulate: {runs: 20, method: grouped}}, variants: [{name: a, set: {dim: 32}}, {name: b, set: {dim: 64}}, {name: c, set: {dim: 128}}]}]'`},
	{"limit mine.yaml", "--set time.end=1"},
	{"phase phase-powerlaw --set", "--set phase.x.points=3 --set phase.y.points=3 --set phase.boundary=none --set time.end=100 --out out/other"},
	{"phase phase-powerlaw", "--set phase.x.points=3 --set phase.y.points=3 --set phase.boundary=none --set time.end=100"},
	{"sweep scaling --engine", "--dry-run"},
	{"sweep scaling", `--set 'sweep.axes.1.values=[[32, 20], [64, 20], [128, 20]]'`},
	{"bench run", "--quick --budget 1s --filter Normals"},
	{"bench scaling", "--quick --budget 2s"},
	{"bench roofline", "--help"},
	{"bench compare", "--help"}, // needs a processor with both paths
}

// TestReadme runs every command of the README on its first experiment, those that take long made
// cheap; the others must print what stands below them there. Targets of make, packages, benchmarks
// and programs that it names must be there.
func TestReadme(t *testing.T) {
	skipInShort(t)
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	makefile, err := os.ReadFile("../../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	directory := t.TempDir()
	experiment := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindSubmatch(text)
	if experiment == nil {
		t.Fatal("no experiment")
	}
	if err := os.WriteFile(filepath.Join(directory, "mine.yaml"), experiment[1], 0o644); err != nil {
		t.Fatal(err)
	}
	commands, compared := 0, 0
	lines := strings.Split(string(text), "\n")
	for n, line := range lines {
		line, isCode := strings.CutPrefix(line, "    ")
		if !isCode {
			continue
		}
		line, _, _ = strings.Cut(line, " #")
		line = strings.TrimSpace(line)
		program, rest, _ := strings.Cut(line, " ")
		switch program {
		case "make":
			target, _, _ := strings.Cut(rest, " ")
			if !strings.Contains(string(makefile), "\n"+target+":") {
				t.Errorf("%q: no such target", line)
			}
		case "bin/anisgd":
			compared += runReadme(t, directory, line, rest, printedBelow(lines[n+1:]))
		case "go":
			for _, word := range strings.Fields(rest) {
				if strings.HasPrefix(word, "./") {
					if _, err := os.Stat(filepath.Join("../..", word)); err != nil {
						t.Errorf("%q: %v", line, err)
					}
				}
			}
		default:
			if strings.HasPrefix(program, "bench/") {
				if _, err := os.Stat(filepath.Join("../..", program)); err != nil {
					t.Errorf("%q: %v", line, err)
				}
				break
			}
			continue
		}
		commands++
	}
	if commands < 20 || compared < 10 {
		t.Errorf("only %d commands were found, and %d lines that they print", commands, compared)
	}
}

// printedBelow is what stands below a command as its output: indented lines after an empty one,
// but for "…", up to the next command or text.
func printedBelow(lines []string) []string {
	var printed []string
	for n, line := range lines {
		line, isCode := strings.CutPrefix(line, "    ")
		switch {
		case n == 0 && line != "", line != "" && !isCode, strings.HasPrefix(line, "bin/anisgd "):
			return printed
		case line != "" && line != "…":
			printed = append(printed, line)
		}
	}
	return printed
}

// runReadme runs a command of the program through a shell, as it stands there, and returns how
// many lines of its output were compared: the beginnings of lines, for their ends are times.
func runReadme(t *testing.T, directory, line, arguments string, printed []string) int {
	t.Helper()
	for _, e := range readmeExtras {
		if strings.HasPrefix(arguments, e.command) {
			arguments += " " + e.extra
			printed = nil
			break
		}
	}
	shell, err := exec.LookPath("sh")
	if err != nil || runtime.GOOS == "windows" {
		t.Skip("no shell")
	}
	command := exec.Command(shell, "-c", "'"+binary+"' "+arguments)
	command.Dir = directory
	output, err := command.CombinedOutput()
	if err != nil {
		words := strings.Split(strings.TrimSpace(string(output)), "\n")
		t.Errorf("%q: %v\n%s", line, err, strings.Join(words[:min(len(words), 12)], "\n"))
		return 0
	}
	var got []string
	for _, line := range strings.Split(string(output), "\n") {
		got = append(got, strings.Join(strings.Fields(line), " "))
	}
	for _, want := range printed {
		want := strings.Join(strings.Fields(want), " ")
		if !slices.ContainsFunc(got, func(line string) bool { return strings.HasPrefix(line, want) }) {
			t.Errorf("%q does not print %q", line, want)
		}
	}
	return len(printed)
}
