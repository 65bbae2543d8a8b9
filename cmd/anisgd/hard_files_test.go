package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// npyHeader begins a .npy file of an array of float64.
func npyHeader(shape string) string {
	header := "{'descr': '<f8', 'fortran_order': False, 'shape': " + shape + ", }"
	header += strings.Repeat(" ", 63-(10+len(header))%64) + "\n"
	return "\x93NUMPY\x01\x00" + string([]byte{byte(len(header)), byte(len(header) >> 8)}) + header
}

// TestHardFiles gives the commands files that are something else than they expect: one line says what is
// wrong, and nothing is written.
func TestHardFiles(t *testing.T) {
	directory, file := workspace(t, smallExperiment)
	write := func(name, content string) { writeFile(t, filepath.Join(directory, name), content) }
	write("array.yaml", strings.Replace(smallExperiment, "{power-law: {exponent: 1.1}}", "{file: huge.npy}", 1))
	write("lines\nescaped.yaml", "sede: 1\n")
	write("checkpoints.yaml", smallExperiment+"variants:\n  - {name: checkpoints}\n")
	// These take no room on the disk, and more than all memory when they are read.
	sparse := map[string]string{"huge.npy": npyHeader("(1099511627776,)"), "huge.yaml": smallExperiment, "huge.txt": "# \n"}
	for name, content := range sparse {
		write(name, content)
		if err := os.Truncate(filepath.Join(directory, name), int64(len(content))+8<<40); err != nil {
			t.Skipf("no such large files here: %v", err)
		}
	}
	for _, c := range []struct {
		want      string
		arguments []string
	}{
		{"huge.npy holds 1099511627776 numbers, expected a .npy file with a one-dimensional array of d = 200 numbers", []string{"check", "array.yaml"}},
		{"does not fit into the memory", []string{"check", "array.yaml", "--set", "dim=1099511627776"}},
		{"huge.yaml: is longer than 16 MiB", []string{"run", "huge.yaml"}},
		{"huge.txt: is longer than 64 MiB", []string{"bench", "compare", "huge.txt", "huge.txt"}},
		{`lines\nescaped.yaml:1:1: sede: unknown key`, []string{"check", "lines\nescaped.yaml"}},
		{`--set name="a\nb: not YAML`, []string{"check", file, "--set", "name=\"a\nb"}},
		{"is the name of a result file", []string{"check", "checkpoints.yaml"}},
		{"expected the name of a .npy file", []string{"check", file, "--set", `model.classes.0.mean={file: ""}`}},
	} {
		o := mustInvoke(t, statusUsage, directory, c.arguments...)
		if !strings.Contains(o.stderr, c.want) || strings.Count(o.stderr, "\n") != 1 || o.stdout != "" {
			t.Errorf("%q: want one line with %q, stderr %q, stdout %q", c.arguments, c.want, o.stderr, o.stdout)
		}
	}
	if entries, err := os.ReadDir(directory); err != nil || len(entries) != 4+len(sparse) {
		t.Errorf("something was written: %v, %v", entries, err)
	}
}

// TestDamagedSummaries: a directory whose summary is not what was written is reported as such and left alone.
func TestDamagedSummaries(t *testing.T) {
	directory, file := workspace(t, smallExperiment)
	mustInvoke(t, 0, directory, "limit", file, "--out", "r")
	summary := filepath.Join(directory, "r", "summary.json")
	whole := readFile(t, summary)
	for content, want := range map[string]string{
		"": "damaged", whole[:len(whole)/2]: "damaged", "\x00": "damaged", whole + whole: "damaged",
		strings.Replace(whole, `"kind": "limit"`, `"kind": "flow"`, 1):     "results",
		strings.Replace(whole, `"program": "anisgd"`, `"program": "x"`, 1): "holds no results",
	} {
		writeFile(t, summary, content)
		before := filesIn(t, directory)
		for _, arguments := range [][]string{{"limit", file, "--out", "r"}, {"report", "r"}} {
			o := mustInvoke(t, statusUsage, directory, arguments...)
			if !strings.Contains(o.stderr, want) || strings.Count(o.stderr, "\n") != 1 {
				t.Errorf("%q of %.40q: stderr %q lacks %q", arguments, content, o.stderr, want)
			}
		}
		if after := filesIn(t, directory); strings.Join(after, " ") != strings.Join(before, " ") {
			t.Errorf("files %v became %v", before, after)
		}
	}
}

// TestFullOutputOfHelp: help that could not be printed is a failure, like other output.
func TestFullOutputOfHelp(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("there is no /dev/full here")
	}
	defer full.Close()
	for _, arguments := range [][]string{{}, {"--help"}, {"run", "--help"}, {"help", "limit"}, {"help", "json"}, {"completion", "bash"}, {"bench"}} {
		var stderr strings.Builder
		if status := run(t.Context(), arguments, full, &stderr); status != statusFailed || strings.Count(stderr.String(), "no space left") != 1 {
			t.Errorf("%q: status %d, stderr %q", arguments, status, stderr.String())
		}
	}
}
