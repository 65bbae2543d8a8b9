package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"anisgd/engine/limit"
	"anisgd/kernels/cpu"
)

func TestPresets(t *testing.T) {
	skipInShort(t)
	directory := t.TempDir()
	list := mustInvoke(t, 0, directory, "presets").stdout
	lines := strings.Split(strings.TrimSpace(list), "\n")
	for _, line := range lines {
		name, description, _ := strings.Cut(line, " ")
		if strings.TrimSpace(description) == "" {
			t.Errorf("%q has no description", name)
		}
		content := mustInvoke(t, 0, directory, "presets", name).stdout
		file := filepath.Join(directory, name+".yaml")
		writeFile(t, file, content)
		fromFile := mustInvoke(t, 0, directory, "check", file).stdout
		if fromPreset := mustInvoke(t, 0, directory, "check", name).stdout; fromFile != fromPreset {
			t.Errorf("%s: the printed file resolves to\n%s, the preset to\n%s", name, fromFile, fromPreset)
		}
	}
}

func TestCheckTellsWhatAFileMeans(t *testing.T) {
	directory, file := workspace(t, twoVariants)
	told := mustInvoke(t, 0, directory, "check", file, "--set", "model.classes.0.covariance={isotropic: 0.25}").stdout
	for _, want := range []string{
		"slow", "fast", "γ = 0.3", "γ = 3", "prior 0.4, label +1, tr K/d = 0.25, ", "prior 0.6, label -1",
		"logistic", "5 runs of 800 steps", "limit.method = dopri5", "13, from 0 to 4", "memory", "cost",
	} {
		if !strings.Contains(told, want) {
			t.Errorf("check lacks %q:\n%s", want, told)
		}
	}
	if files := filesIn(t, directory); len(files) != 1 {
		t.Errorf("something was written: %v", files)
	}
	var all struct{ Variants []checked }
	told = mustInvoke(t, 0, directory, "check", file, "--json", "--set", "model.classes.0.mean={constant: 1.5}").stdout
	if err := json.Unmarshal([]byte(told), &all); err != nil {
		t.Fatal(err)
	}
	if c := all.Variants[1]; c.Variant != "fast" || c.Dim != 200 || c.StepsPerRun != 800 || c.Classes[1].Norm2 != 2.25 {
		t.Errorf("%+v", c)
	}
}

func TestCPUTellsThePath(t *testing.T) {
	directory := t.TempDir()
	told := mustInvoke(t, 0, directory, "cpu", "--kernel", "generic").stdout
	if !strings.Contains(told, "chosen     generic: asked for") {
		t.Error(told)
	}
	var description cpuDescription
	told = mustInvoke(t, 0, directory, "cpu", "--json").stdout
	if err := json.Unmarshal([]byte(told), &description); err != nil {
		t.Fatal(err)
	}
	for _, path := range description.Paths {
		if path.Available != (path.Missing == "") {
			t.Errorf("%+v", path)
		}
	}
	if description.Kernel.Path != cpu.Selected().String() || description.Kernel.Reason != cpu.Reason() {
		t.Errorf("chosen %+v, want %v: %s", description.Kernel, cpu.Selected(), cpu.Reason())
	}
	if len(description.Paths) != len(cpu.Paths()) {
		t.Errorf("paths %+v, want %v", description.Paths, cpu.Paths())
	}
}

func TestVersionAndHelp(t *testing.T) {
	directory := t.TempDir()
	if told := mustInvoke(t, 0, directory, "version").stdout; !strings.HasPrefix(told, "anisgd ") || !strings.Contains(told, "go1.") {
		t.Error(told)
	}
	help := mustInvoke(t, 0, directory, "limit", "--help").stdout
	for _, method := range limit.Methods() {
		if !strings.Contains(help, "\n  "+method) {
			t.Errorf("limit --help lacks %s", method)
		}
	}
	help = mustInvoke(t, 0, directory, "--help").stdout
	for _, command := range []string{"run", "limit", "simulate", "presets", "check", "cpu", "version"} {
		if !strings.Contains(help, "\n  "+command+" ") {
			t.Errorf("help lacks %s", command)
		}
	}
}
