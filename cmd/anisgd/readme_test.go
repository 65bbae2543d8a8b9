package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
)

// readmeExtras make commands of the README cheap, or possible here, by what they begin with; a
// command is run with the first that fits. What they write is looked at elsewhere.
var readmeExtras = []struct{ command, extra string }{
	{"run concentration", `--set 'panels=[{name: bias, set: {time: {at: [0, 1]}, simulate: {runs: 20, method: grouped}}, variants: [{name: a, set: {dim: 32}}, {name: b, set: {dim: 64}}, {name: c, set: {dim: 128}}]}]'`},
	{"run fig1a", "--set simulate.runs=1 --set time.steps=2000 --set time.points=5"},
	{"run mine.yaml", "--set dim=300 --set simulate.runs=2"},
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

// TestReadme runs every command of the README on its first experiment, made cheap; targets of
// make, packages, benchmarks and programs that it names must be there.
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
	commands := 0
	for _, line := range strings.Split(string(text), "\n") {
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
			runReadme(t, directory, line, rest)
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
	if commands < 20 {
		t.Errorf("only %d commands were found", commands)
	}
}

// runReadme runs a command of the program through a shell, as it stands there.
func runReadme(t *testing.T, directory, line, arguments string) {
	t.Helper()
	for _, e := range readmeExtras {
		if strings.HasPrefix(arguments, e.command) {
			arguments += " " + e.extra
			break
		}
	}
	shell, err := exec.LookPath("sh")
	if err != nil || runtime.GOOS == "windows" {
		t.Skip("no shell")
	}
	command := exec.Command(shell, "-c", "'"+binary+"' "+arguments)
	command.Dir = directory
	if output, err := command.CombinedOutput(); err != nil {
		words := strings.Split(strings.TrimSpace(string(output)), "\n")
		t.Errorf("%q: %v\n%s", line, err, strings.Join(words[:min(len(words), 12)], "\n"))
	}
}
