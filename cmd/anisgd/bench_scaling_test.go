package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestBenchScaling(t *testing.T) {
	skipInShort(t)
	t.Parallel()
	directory := t.TempDir()
	o := mustInvoke(t, 0, directory, "bench", "scaling", "--quick", "--budget", "1ms", "--threads", "3")
	for _, want := range []string{
		"against d: binary logistic", "against threads: binary logistic, two power laws, d = 50000\n", "against K: one-hot least squares",
		"f64: time ~ d^", "f32: memory ~ d^", "f32: time ~ threads^", "f64: time ~ K^", "over d = 1000 … 50000", "results  " + filepath.Join("out", "bench-scaling"),
	} {
		if !strings.Contains(o.stdout, want) {
			t.Errorf("stdout lacks %q:\n%s", want, o.stdout)
		}
	}
	out := filepath.Join(directory, "out", "bench-scaling")
	want := []string{
		"dimension.png", "dimension.svg", "fits.csv", "memory.png", "memory.svg", "outputs.png", "outputs.svg",
		"points.csv", "summary.json", "threads.png", "threads.svg",
	}
	if got := filesIn(t, out); !slices.Equal(got, want) {
		t.Errorf("files %v, want %v", got, want)
	}
	header, rows := readCSV(t, out, "points.csv")
	if len(rows) != 2*6+2*3+11 || len(header) != 12 {
		t.Errorf("%d rows, header %v", len(rows), header)
	}
	for _, row := range rows {
		seconds, low, high, memory := number(t, row[3]), number(t, row[4]), number(t, row[5]), number(t, row[7])
		if !(0 < low && low <= seconds && seconds <= high) || memory < 8000 || len(row[10]) != 12 {
			t.Errorf("row %v", row)
		}
	}
	if _, rows := readCSV(t, out, "fits.csv"); len(rows) < 2*(1+1)+2*(1+1)+4 {
		t.Errorf("fits %v", rows)
	}
	if picture := readFile(t, out, "dimension.svg"); !strings.Contains(picture, "ns per step and mode") {
		t.Error("the figure has no label")
	}

	// The same directory again, told as JSON.
	o = mustInvoke(t, 0, directory, "bench", "scaling", "--quick", "--budget", "1ms", "--threads", "1", "--json")
	var s scalingSummary
	if err := json.Unmarshal([]byte(o.stdout), &s); err != nil || !s.Complete || s.Kind != scalingResults || len(s.Series) != 5 || !slices.Equal(s.Files, want) {
		t.Errorf("%v: %s", err, o.stdout)
	}
	if o.stdout != readFile(t, out, "summary.json") {
		t.Error("summary.json differs from what --json tells")
	}
	for _, series := range s.Series {
		for _, f := range series.Time {
			if !(f.Low <= f.Exponent && f.Exponent <= f.High) || f.Points < 3 {
				t.Errorf("%s %s: fit %+v", series.Variable, series.Precision, f)
			}
		}
	}
}

func TestBenchScalingBadUsage(t *testing.T) {
	t.Parallel()
	directory := t.TempDir()
	if err := os.Mkdir(filepath.Join(directory, "mine"), 0o755); err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(directory, "mine", "notes.txt"), "do not touch\n")
	for _, c := range []struct {
		want      string
		arguments []string
	}{
		{"--budget", []string{"--budget", "0s"}},
		{"--budget", []string{"--budget", "soon"}},
		{"unknown command", []string{"extra"}},
		{"--threads 0", []string{"--threads", "0"}},
		{"is not empty", []string{"--out", "mine"}},
		{"is a file", []string{"--out", filepath.Join("mine", "notes.txt")}},
	} {
		o := mustInvoke(t, 2, directory, append([]string{"bench", "scaling", "--quick"}, c.arguments...)...)
		if !strings.Contains(o.stderr, c.want) || o.stdout != "" {
			t.Errorf("%q: stderr %q lacks %q, stdout %q", c.arguments, o.stderr, c.want, o.stdout)
		}
	}
	if files := filesIn(t, directory); len(files) != 1 {
		t.Errorf("files %v", files)
	}
}

// TestBenchScalingInterrupted: what was measured until then is kept, and may be replaced.
func TestBenchScalingInterrupted(t *testing.T) {
	t.Parallel()
	directory := t.TempDir()
	out := filepath.Join(directory, "out", "bench-scaling")
	command := exec.Command(binary, "bench", "scaling") // all dimensions: seconds
	command.Dir = directory
	var stderr strings.Builder
	command.Stderr = &stderr
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(20 * time.Second); !isDirectory(out); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("it does not begin")
		}
	}
	time.Sleep(500 * time.Millisecond) // for some points, on most machines
	if err := command.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	_ = command.Wait() // its status is looked at next
	if status := command.ProcessState.ExitCode(); status != statusInterrupted {
		t.Fatalf("status %d, stderr %q", status, stderr.String())
	}
	if !isDirectory(out) {
		return // no point was measured yet, and nothing is left
	}
	var s scalingSummary
	if err := json.Unmarshal([]byte(readFile(t, out, "summary.json")), &s); err != nil || s.Complete || len(s.Series) == 0 {
		t.Errorf("%v, summary %+v", err, s)
	}
	if !strings.Contains(stderr.String(), "interrupted") || !strings.Contains(stderr.String(), "bench-scaling") {
		t.Errorf("stderr %q", stderr.String())
	}
	mustInvoke(t, 0, directory, "bench", "scaling", "--quick", "--budget", "1ms", "--threads", "1", "--quiet")
}
