package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// completions are what a shell is told to offer for the last word, and cobra's directive.
func completions(t *testing.T, directory string, words ...string) (list []string, directive string) {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(mustInvoke(t, 0, directory, append([]string{"__complete"}, words...)...).stdout), "\n")
	for _, line := range lines[:len(lines)-1] {
		word, _, _ := strings.Cut(line, "\t")
		list = append(list, word)
	}
	return list, lines[len(lines)-1]
}

func TestCompletion(t *testing.T) {
	directory, _ := workspace(t, twoVariants)
	writeFile(t, filepath.Join(directory, "notes.txt"), "")
	if err := os.Mkdir(filepath.Join(directory, "files"), 0o755); err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(directory, "files", "other.yml"), "")
	const spaceNoFiles, noSpaceNoFiles, directories, files = ":4", ":6", ":16", ":0"
	for _, c := range []struct {
		words     []string
		want      []string // among others if it ends with "…"
		directive string
	}{
		{[]string{"simul"}, []string{"simulate"}, spaceNoFiles},
		{[]string{"bench", "ro"}, []string{"roofline"}, spaceNoFiles},
		{[]string{"run", "fig1"}, []string{"fig1", "fig1a", "fig1b", "fig1c", "fig1d"}, spaceNoFiles},
		{[]string{"limit", "e"}, []string{"experiment.yaml"}, spaceNoFiles},
		{[]string{"check", "fi"}, []string{"fig1", "fig1a", "fig1b", "fig1c", "fig1d", "files/"}, noSpaceNoFiles},
		{[]string{"sweep", "files/"}, []string{"files/other.yml"}, spaceNoFiles},
		{[]string{"run", "n"}, nil, spaceNoFiles},
		{[]string{"run", "fig1", ""}, nil, spaceNoFiles},
		{[]string{"presets", "soft"}, []string{"softmax"}, spaceNoFiles},
		{[]string{"report", ""}, nil, directories},
		{[]string{"run", "--out", ""}, nil, directories},
		{[]string{"bench", "compare", ""}, nil, files},
		{[]string{"cpu", ""}, nil, spaceNoFiles},
		{[]string{"cpu", "--kernel", ""}, []string{"auto", "generic", "…"}, spaceNoFiles},
		{[]string{"limit", "--profile", ""}, []string{"cpu", "mem", "mutex", "block", "trace"}, spaceNoFiles},
		{[]string{"sweep", "--engine", ""}, []string{"local", "slurm"}, spaceNoFiles},
		{[]string{"run", "fig1c", "--set", "problem.loss=l"}, []string{"problem.loss=logistic", "problem.loss=least-squares"}, spaceNoFiles},
		{[]string{"run", "fig1c", "--set", "limit.method=r"}, []string{"limit.method=radau9", "limit.method=rk4"}, spaceNoFiles},
		{[]string{"run", "fig1c", "--set", "dim="}, nil, spaceNoFiles},
		{[]string{"completion", ""}, []string{"bash", "zsh", "fish", "powershell"}, spaceNoFiles},
		{[]string{"help", "bench", ""}, []string{"run", "compare", "scaling", "roofline"}, spaceNoFiles},
		{[]string{"run", "--set", "learn"}, []string{"learning-rate="}, noSpaceNoFiles},
		{[]string{"run", "--set", ""}, []string{"dim=", "model.", "simulate.", "limit.", "…"}, noSpaceNoFiles},
		{[]string{"run", "experiment.yaml", "--set", "simulate."}, []string{"simulate.runs=", "…"}, noSpaceNoFiles},
		{[]string{"run", "experiment.yaml", "--set", "model.classes.1.mean."}, []string{"model.classes.1.mean.negative-of="}, noSpaceNoFiles},
		{[]string{"phase", "phase-rate", "--set", "phase.x."}, []string{"phase.x.points=", "…"}, noSpaceNoFiles},
		{[]string{"run", "--set", "dim=1"}, nil, spaceNoFiles},
	} {
		got, directive := completions(t, directory, c.words...)
		ok := slices.Equal(got, c.want)
		if n := len(c.want) - 1; n >= 0 && c.want[n] == "…" {
			ok = !slices.ContainsFunc(c.want[:n], func(word string) bool { return !slices.Contains(got, word) })
		}
		if !ok || directive != c.directive {
			t.Errorf("%q completes to %q %s, want %q %s", c.words, got, directive, c.want, c.directive)
		}
	}
}

// TestCompletedKeysAreKeys sets every key that is offered at the top to something of a wrong
// kind: the complaint must be about the value, not the key.
func TestCompletedKeysAreKeys(t *testing.T) {
	directory, _ := workspace(t, smallExperiment)
	keys, _ := completions(t, directory, "run", "experiment.yaml", "--set", "")
	for _, key := range keys {
		if name, isWhole := strings.CutSuffix(key, "="); isWhole {
			if o := invoke(t, directory, "check", "experiment.yaml", "--set", name+"=[[x]]"); strings.Contains(o.stderr, "unknown key") {
				t.Errorf("%s: %s", key, o.stderr)
			}
		}
	}
	if len(keys) < 10 {
		t.Errorf("only %q", keys)
	}
}

func TestCompletionScripts(t *testing.T) {
	directory := t.TempDir()
	for _, shell := range shells {
		if script := mustInvoke(t, 0, directory, "completion", shell).stdout; !strings.Contains(script, "__complete") {
			t.Errorf("%s: no script for completion:\n%s", shell, script)
		}
	}
}
