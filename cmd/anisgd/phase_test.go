package main

import (
	"archive/zip"
	"bytes"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"codeberg.org/sbinet/npyio/npy"
	"gonum.org/v1/gonum/mat"
)

// smallPhase takes milliseconds; the largest rate diverges.
const smallPhase = `name: small
dim: 60
model:
  classes:
    - {label: 1, covariance: {power-law: {exponent: 1}}, mean: {power-law: {exponent: 0.5}}}
    - {label: -1, covariance: {power-law: {exponent: 1}}, mean: {negative-of: 0}}
problem: {loss: least-squares}
learning-rate: 1
time: {end: 40, points: 9, spacing: log, start: 0.1}
limit: {method: dopri5, spectrum: full}
phase:
  x: {set: learning-rate, from: 0.5, to: 20, points: 4, spacing: log}
  y: {set: [model.classes.0.covariance.power-law.exponent, model.classes.1.covariance.power-law.exponent], from: 1, to: 3, points: 3}
  boundary: none
`

// searchedPhase is one line of the preset phase-powerlaw.
var searchedPhase = []string{"phase-powerlaw", "--set", "phase.x.points=2", "--set", "phase.y.points=4", "--set", "time={at: [1, 10]}"}

var phaseResults = []string{"phase.csv", "phase.npz"}

func samePhase(t *testing.T, a, b string) {
	t.Helper()
	for _, name := range append(phaseResults, "config.yaml") {
		if readFile(t, a, name) != readFile(t, b, name) {
			t.Errorf("%s differs between %s and %s", name, filepath.Base(a), filepath.Base(b))
		}
	}
	if first, second := readSummary(t, a).Checksum, readSummary(t, b).Checksum; first != second || first == "" {
		t.Errorf("checksums %q and %q", first, second)
	}
}

// table reads a CSV file into rows by column.
func table(t *testing.T, parts ...string) []map[string]string {
	t.Helper()
	header, records := readCSV(t, parts...)
	var rows []map[string]string
	for _, record := range records {
		row := map[string]string{}
		for c, name := range header {
			row[name] = record[c]
		}
		rows = append(rows, row)
	}
	return rows
}

func TestPhaseDiagram(t *testing.T) {
	directory, file := workspace(t, smallPhase)
	o := mustInvoke(t, 0, directory, "phase", file)
	out := filepath.Join(directory, "out", "small")
	var files []string
	for _, name := range filesIn(t, out) {
		if !strings.HasPrefix(name, "tasks/") {
			files = append(files, name)
		}
	}
	if want := []string{"config.yaml", "phase.csv", "phase.npz", "phase.png", "phase.svg", "summary.json"}; !slices.Equal(files, want) {
		t.Errorf("files %v, want %v", files, want)
	}
	if !strings.Contains(o.stdout, "4 × 3 points") || !strings.Contains(o.stdout, "phase.svg") {
		t.Error(o.stdout)
	}
	rows := table(t, out, "phase.csv")
	summary := readSummary(t, out)
	if len(rows) != 12 || !summary.Complete || summary.Phase.Points != 12 || summary.Phase.Solved != 12 || summary.Phase.Diverged == 0 {
		t.Fatalf("%d rows, %+v", len(rows), summary.Phase)
	}
	archive, err := zip.OpenReader(filepath.Join(out, "phase.npz"))
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	member, err := archive.Open("risk.npy")
	if err != nil {
		t.Fatal(err)
	}
	var risk mat.Dense
	if err := npy.Read(member, &risk); err != nil {
		t.Fatal(err)
	}
	// The same risk as that of the experiment alone, also after a divergence.
	for n, row := range rows {
		gamma, alpha := row["x"], row["y"]
		if row["diverged"] != "" {
			if row["risk"] != "" || !math.IsNaN(risk.At(n/3, n%3)) || row["predicted"] != "unstable" {
				t.Errorf("%v", row)
			}
			continue
		}
		alone := strings.Replace(strings.Replace(smallPhase[:strings.Index(smallPhase, "phase:")], "learning-rate: 1", "learning-rate: "+gamma, 1),
			"exponent: 1}", "exponent: "+alpha+"}", 2)
		writeFile(t, filepath.Join(directory, "alone.yaml"), alone)
		mustInvoke(t, 0, directory, "limit", "alone.yaml", "--out", "alone")
		limits := table(t, directory, "alone", "limit.csv")
		if want := limits[len(limits)-1]["risk"]; row["risk"] != want || risk.At(n/3, n%3) != number(t, want) {
			t.Errorf("%v: alone %s, in the archive %v", row, want, risk.At(n/3, n%3))
		}
	}
}

func TestPhaseDoesNotDependOnThreadsAndResumes(t *testing.T) {
	directory, file := workspace(t, smallPhase)
	base, other := filepath.Join(directory, "base"), filepath.Join(directory, "other")
	mustInvoke(t, 0, directory, "phase", file, "--out", base, "--threads", "1")
	mustInvoke(t, 0, directory, "phase", file, "--out", other, "--threads", "3")
	samePhase(t, base, other)
	// Again, from the store; from the written file; and the report alone.
	mustInvoke(t, 0, directory, "phase", file, "--out", other)
	if solved := readSummary(t, other).Phase.Solved; solved != 0 {
		t.Errorf("%d solved again", solved)
	}
	samePhase(t, base, other)
	third := filepath.Join(directory, "third")
	mustInvoke(t, 0, directory, "phase", filepath.Join(base, "config.yaml"), "--out", third)
	samePhase(t, base, third)
	for _, name := range []string{"phase.csv", "phase.npz", "phase.svg", "phase.png"} {
		if err := os.Remove(filepath.Join(other, name)); err != nil {
			t.Fatal(err)
		}
	}
	mustInvoke(t, 0, directory, "report", other)
	samePhase(t, base, other)
	// A part of the grid is reused, and a torn file is not.
	mustInvoke(t, 0, directory, "phase", file, "--out", other, "--set", "phase.y.points=5")
	if solved := readSummary(t, other).Phase.Solved; solved != 8 {
		t.Errorf("%d solved for a finer grid, want 8", solved)
	}
	tasks, err := filepath.Glob(filepath.Join(other, "tasks", "records-*", "records.jsonl"))
	if err != nil || len(tasks) != 1 {
		t.Fatalf("%v, %v", tasks, err)
	}
	content := readFile(t, tasks[0])
	writeFile(t, tasks[0], content[:len(content)-20])
	o := mustInvoke(t, 0, directory, "phase", file, "--out", other)
	if solved := readSummary(t, other).Phase.Solved; solved != 12 || !strings.Contains(o.stderr, "torn") {
		t.Errorf("%d solved after a file was torn, want 12; stderr %q", solved, o.stderr)
	}
	samePhase(t, base, other)
}

// TestInterruptedPhaseGoesOn sends the signal of Ctrl-C once some results are on
// the disk.
func TestInterruptedPhaseGoesOn(t *testing.T) {
	skipInShort(t)
	directory, file := workspace(t, strings.Replace(smallPhase, "points: 4, spacing: log", "points: 10, spacing: log", 1))
	slower := []string{"--set", "dim=20000", "--set", "phase.y.points=4", "--threads", "1"}
	out := filepath.Join(directory, "out")
	arguments := append([]string{"phase", file, "--out", out}, slower...)
	command := exec.Command(binary, arguments...)
	var stderr bytes.Buffer
	command.Stderr = &stderr
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	deadline := time.After(time.Minute)
	for found := false; !found; {
		select {
		case <-deadline:
			t.Fatal("nothing is stored")
		case <-time.After(5 * time.Millisecond):
		}
		stored, _ := filepath.Glob(filepath.Join(out, "tasks", "records-*"))
		found = len(stored) > 0
	}
	if err := command.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	_ = command.Wait() // its status follows
	if status := command.ProcessState.ExitCode(); status != statusInterrupted || !strings.Contains(stderr.String(), "go on") {
		t.Fatalf("status %d, stderr %q", status, stderr.String())
	}
	if readSummary(t, out).Complete {
		t.Error("the summary says complete")
	}
	// What is there makes a report, that says what is missing.
	o := mustInvoke(t, 0, directory, "report", out)
	if missing := readSummary(t, out).Phase.Missing; missing == 0 || missing >= 40 || !strings.Contains(o.stdout, "missing") {
		t.Errorf("%d missing, %s", missing, o.stdout)
	}
	mustInvoke(t, 0, directory, arguments...)
	if solved := readSummary(t, out).Phase.Solved; solved == 0 || solved >= 40 {
		t.Errorf("%d solved of 40", solved)
	}
	base := filepath.Join(directory, "base")
	mustInvoke(t, 0, directory, append([]string{"phase", file, "--out", base}, slower...)...)
	samePhase(t, base, out)
}

func TestPhaseBoundary(t *testing.T) {
	directory := t.TempDir()
	o := mustInvoke(t, 0, directory, append([]string{"phase", "--out", "out"}, searchedPhase...)...)
	if !strings.Contains(o.stdout, "R(t) alone") {
		t.Error(o.stdout)
	}
	rows := table(t, directory, "out", "boundary.csv")
	if len(rows) != 2 {
		t.Fatalf("%d rows", len(rows))
	}
	for n, row := range rows {
		want := 2*float64(n) + 1 // α = 2β + 1
		risk, low, high := number(t, row["y_risk"]), number(t, row["y_risk_low"]), number(t, row["y_risk_high"])
		if math.Abs(number(t, row["y_structure"])-want) > 1e-9 || row["y_predicted"] != row["y_structure"] || row["kind"] != "transition" ||
			math.Abs(risk-want) > 0.02 || low > want || high < want || high-low > 0.1 {
			t.Errorf("%v, want %v", row, want)
		}
	}
	// The report has it, too.
	before := readFile(t, directory, "out", "boundary.csv")
	mustInvoke(t, 0, directory, "report", "out")
	if readFile(t, directory, "out", "boundary.csv") != before {
		t.Error("the report has another boundary")
	}
}

func TestBadPhaseDiagrams(t *testing.T) {
	directory, file := workspace(t, smallPhase)
	plain := filepath.Join(directory, "plain.yaml")
	writeFile(t, plain, smallExperiment)
	writeFile(t, filepath.Join(directory, "statistic.yaml"), strings.Replace(smallPhase, "  boundary: none", "  statistic: rsk", 1))
	writeFile(t, filepath.Join(directory, "axis.yaml"), strings.Replace(smallPhase, "set: learning-rate,", "set: learning-rat,", 1))
	for _, c := range []struct {
		want      string
		arguments []string
	}{
		{"statistic.yaml:14:14: phase.statistic: is \"rsk\" (did you mean \"risk\"?)", []string{"phase", "statistic.yaml"}},
		{"learning-rate: is -1", []string{"phase", file, "--set", "phase.x.from=-1", "--set", "phase.x.spacing=linear"}},
		{"axis.yaml:12:12: learning-rat: unknown key", []string{"phase", "axis.yaml"}},
		{"phase: is missing", []string{"phase", plain}},
		{"anisgd phase", []string{"run", file}},
		{"anisgd phase", []string{"limit", file}},
		{"learning-rate: is set by an axis", []string{"phase", file, "--set", "learning-rate=3"}},
		{"--profile", []string{"phase", file, "--profile", "gpu"}},
		{"holds no results of `anisgd phase`", []string{"report", directory}},
		{"arg", []string{"report"}},
	} {
		o := mustInvoke(t, 2, directory, c.arguments...)
		if !strings.Contains(o.stderr, c.want) {
			t.Errorf("%q: stderr %q lacks %q", c.arguments, o.stderr, c.want)
		}
	}
	if files := filesIn(t, directory); len(files) != 4 {
		t.Errorf("something was written: %v", files)
	}
	if physicalMemory() > 0 {
		o := mustInvoke(t, 1, directory, "phase", file, "--set", "dim=1e10")
		if !strings.Contains(o.stderr, "memory") || len(filesIn(t, directory)) != 4 {
			t.Errorf("stderr %q, files %v", o.stderr, filesIn(t, directory))
		}
	}
	// Results of other commands are not replaced.
	mustInvoke(t, 0, directory, "limit", plain, "--out", "limit")
	mustInvoke(t, 2, directory, "phase", file, "--out", "limit")
	o := mustInvoke(t, 2, directory, "report", "limit")
	if !strings.Contains(o.stderr, "holds no results of `anisgd phase`") {
		t.Error(o.stderr)
	}
}
