package main

import (
	"bytes"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// smallSweep takes a tenth of a second.
const smallSweep = `name: small
model:
  classes:
    - {label: 1, covariance: {power-law: {exponent: 1}}, mean: {normal: {norm: 1}}}
    - {label: -1, covariance: {power-law: {exponent: 1}}, mean: {negative-of: 0}}
problem: {loss: logistic}
time: {at: [0, 0.5, 1]}
simulate: {runs: 6, method: direct}
statistics: [{name: clean, window: {u: [0, 0.25]}}]
sweep:
  axes:
    - {set: dim, values: [40, 80, 160]}
    - {set: learning-rate, values: [0.5, 1, 2]}
  runs-per-task: 4
`

var sweepTables = []string{"sweep.csv", "series.csv", "scaling.csv", "config.yaml"}

func sameSweep(t *testing.T, a, b string) {
	t.Helper()
	for _, name := range sweepTables {
		if readFile(t, a, name) != readFile(t, b, name) {
			t.Errorf("%s differs between %s and %s", name, filepath.Base(a), filepath.Base(b))
		}
	}
	if first, second := readSummary(t, a).Checksum, readSummary(t, b).Checksum; first != second || first == "" {
		t.Errorf("checksums %q and %q", first, second)
	}
}

func TestSweep(t *testing.T) {
	directory, file := workspace(t, smallSweep)
	o := mustInvoke(t, 0, directory, "sweep", file)
	out := filepath.Join(directory, "out", "small")
	var files []string
	for _, name := range filesIn(t, out) {
		if !strings.HasPrefix(name, "tasks/") {
			files = append(files, name)
		}
	}
	want := "bias.png bias.svg config.yaml deviation.png deviation.svg overlap-axis.png overlap-axis.svg overlap.png overlap.svg report.html risk.png risk.svg scaling.csv series.csv summary.json sweep.csv"
	if got := strings.Join(files, " "); got != want {
		t.Errorf("files %s, want %s", got, want)
	}
	summary := readSummary(t, out)
	if !summary.Complete || summary.Sweep.Points != 9 || summary.Sweep.Tasks != 27 || summary.Sweep.Computed != 27 || len(summary.Scalings) == 0 {
		t.Errorf("%+v", summary.Sweep)
	}
	for _, part := range []string{"9 points", "computed 27 tasks of 27", "γ = 0.5", "d^-0.", "report.html"} {
		if !strings.Contains(o.stdout, part) {
			t.Errorf("%q lacks %q", o.stdout, part)
		}
	}
	// Every point has the risk of its experiment alone, to the last digit.
	rows := table(t, out, "sweep.csv")
	if len(rows) != 9 {
		t.Fatalf("%d rows", len(rows))
	}
	alone := smallSweep[:strings.Index(smallSweep, "sweep:")]
	writeFile(t, filepath.Join(directory, "alone.yaml"), alone)
	for _, row := range []map[string]string{rows[0], rows[5]} {
		mustInvoke(t, 0, directory, "run", "alone.yaml", "--out", "alone", "--set", "dim="+row["dim"], "--set", "learning-rate="+row["learning-rate"])
		limits, sgd := table(t, directory, "alone", "limit.csv"), table(t, directory, "alone", "sgd.csv")
		last := len(limits) - 1
		if row["risk_limit"] != limits[last]["risk"] || row["risk_mean"] != sgd[last]["risk_mean"] || row["clean_overlap_0_std"] != sgd[last]["clean_overlap_0_std"] || row["d"] != row["dim"] {
			t.Errorf("%v\nalone %v\n%v", row, limits[last], sgd[last])
		}
	}
	if index := table(t, out, "tasks", "index.csv"); len(index) != 27 || !strings.Contains(index[20]["title"], ": ") {
		t.Errorf("%d tasks in the index, %v", len(index), index[20])
	}
	if series := table(t, out, "series.csv"); len(series) != 27 || series[1]["t"] != "0.5" || series[26]["risk_q90"] == "" {
		t.Errorf("%d rows of series", len(series))
	}
}

// TestReportNeedsNothingElse: the page has its figures in it and asks for nothing.
func TestReportNeedsNothingElse(t *testing.T) {
	directory, file := workspace(t, smallSweep)
	mustInvoke(t, 0, directory, "sweep", file, "--out", "out", "--quiet")
	page := readFile(t, directory, "out", "report.html")
	if n := strings.Count(page, "<svg"); n != 5 {
		t.Errorf("%d figures", n)
	}
	if foreign := regexp.MustCompile(`(?:src|href)=|@import|url\(http|<script|<link|<img`).FindString(page); foreign != "" {
		t.Errorf("the page asks for %s", foreign)
	}
	for _, part := range []string{"γ = 0.5", "overlap_0", "runs-per-task: 4", "Fitted exponents of d", readSummary(t, directory, "out").Checksum} {
		if !strings.Contains(page, part) {
			t.Errorf("the page lacks %q", part)
		}
	}
	if left := regexp.MustCompile(`ZgotmplZ|<no value>|NaN|%!`).FindString(page); left != "" {
		t.Errorf("the page has %s", left)
	}
}

func TestSweepIsRepeatedEnlargedAndReported(t *testing.T) {
	skipInShort(t)
	directory, file := workspace(t, smallSweep)
	base, other := filepath.Join(directory, "base"), filepath.Join(directory, "other")
	computed := func() int { return readSummary(t, other).Sweep.Computed }
	mustInvoke(t, 0, directory, "sweep", file, "--out", base, "--threads", "1", "--order", "small-first")
	mustInvoke(t, 0, directory, "sweep", file, "--out", other, "--threads", "3")
	sameSweep(t, base, other)
	mustInvoke(t, 0, directory, "sweep", filepath.Join(base, "config.yaml"), "--out", other)
	if n := computed(); n != 0 {
		t.Errorf("%d tasks were computed again", n)
	}
	sameSweep(t, base, other)
	page := readFile(t, other, "report.html")
	for _, name := range append([]string{"report.html", "risk.svg"}, sweepTables[:3]...) {
		if err := os.Remove(filepath.Join(other, name)); err != nil {
			t.Fatal(err)
		}
	}
	mustInvoke(t, 0, directory, "report", other)
	sameSweep(t, base, other)
	if page != readFile(t, other, "report.html") {
		t.Error("another report from the store")
	}
	// More points and more runs compute what is missing.
	mustInvoke(t, 0, directory, "sweep", file, "--out", other, "--set", "sweep.axes.0.values=[40, 80, 160, 320]")
	if n := computed(); n != 9 {
		t.Errorf("%d tasks were computed for three more points, want 9", n)
	}
	mustInvoke(t, 0, directory, "sweep", file, "--out", other, "--set", "simulate.runs=8")
	if n := computed(); n != 9 {
		t.Errorf("%d tasks were computed for more runs, want 9", n)
	}
	mustInvoke(t, 0, directory, "sweep", file, "--out", other)
	sameSweep(t, base, other)
	// A task that was altered is computed again.
	tasks, err := filepath.Glob(filepath.Join(other, "tasks", "runs-*-0-4", "runs.csv"))
	if err != nil || len(tasks) == 0 {
		t.Fatal(tasks, err)
	}
	writeFile(t, tasks[0], strings.Replace(readFile(t, tasks[0]), "0.", "1.", 1))
	o := mustInvoke(t, 0, directory, "sweep", file, "--out", other)
	if n := computed(); n != 1 || !strings.Contains(o.stderr, "damaged") {
		t.Errorf("%d tasks were computed after one was damaged: %s", n, o.stderr)
	}
	sameSweep(t, base, other)
}

// TestSweepInShares runs the shares of a sweep at the same time, as a scheduler would;
// the last makes the report.
func TestSweepInShares(t *testing.T) {
	directory, file := workspace(t, smallSweep)
	base, shared := filepath.Join(directory, "base"), filepath.Join(directory, "shared")
	mustInvoke(t, 0, directory, "sweep", file, "--out", base)
	var programs []*exec.Cmd
	for i := range 3 {
		program := exec.Command(binary, "sweep", file, "--out", shared, "--threads", "1", "--task", fmt.Sprintf("%d/4", i+1))
		program.Dir = directory
		program.Stderr = os.Stderr
		if err := program.Start(); err != nil {
			t.Fatal(err)
		}
		programs = append(programs, program)
	}
	for i, program := range programs {
		if err := program.Wait(); err != nil {
			t.Errorf("share %d: %v", i+1, err)
		}
	}
	if _, err := os.Stat(filepath.Join(shared, "sweep.csv")); err == nil {
		t.Error("there is a report before the last share is done")
	}
	o := mustInvoke(t, 0, directory, "sweep", file, "--out", shared, "--task", "4/4")
	if !strings.Contains(o.stdout, "report.html") {
		t.Error(o.stdout)
	}
	sameSweep(t, base, shared)
}

func TestSweepDryRun(t *testing.T) {
	directory, file := workspace(t, smallSweep)
	o := mustInvoke(t, 0, directory, "sweep", file, "--dry-run")
	if !strings.Contains(o.stdout, "27 to compute") || !strings.Contains(o.stdout, "dim = 160, learning-rate = 2    3  ") {
		t.Error(o.stdout)
	}
	o = mustInvoke(t, 0, directory, "sweep", file, "--dry-run", "--engine", "slurm", "--shares", "5", "--sbatch", "--time=1:00:00", "--out", "it's out")
	for _, part := range []string{"#SBATCH --array=1-5\n", "#SBATCH --time=1:00:00\n", `--task "$SLURM_ARRAY_TASK_ID/5"`, `it'\''s out/config.yaml'`} {
		if !strings.Contains(o.stdout, part) {
			t.Errorf("the script lacks %q:\n%s", part, o.stdout)
		}
	}
	if files := filesIn(t, directory); len(files) != 1 {
		t.Errorf("something was written: %v", files)
	}
}

func TestCheckSweep(t *testing.T) {
	directory, file := workspace(t, smallSweep)
	o := mustInvoke(t, 0, directory, "check", file)
	for _, part := range []string{"small: a sweep", "dim: 3 points, from 40 to 160", "9, in 27 tasks", "first experiment of the sweep"} {
		if !strings.Contains(o.stdout, part) {
			t.Errorf("%q lacks %q", o.stdout, part)
		}
	}
}

func TestBadSweeps(t *testing.T) {
	directory, file := workspace(t, smallSweep)
	writeFile(t, filepath.Join(directory, "plain.yaml"), smallExperiment)
	writeFile(t, filepath.Join(directory, "axis.yaml"), strings.Replace(smallSweep, "set: learning-rate,", "set: learning-rat,", 1))
	for _, path := range []string{"foreign", "newer/tasks"} {
		if err := os.MkdirAll(filepath.Join(directory, path), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	writeFile(t, filepath.Join(directory, "foreign", "notes.txt"), "mine")
	writeFile(t, filepath.Join(directory, "newer", "summary.json"), `{"program": "anisgd", "kind": "sweep"}`)
	writeFile(t, filepath.Join(directory, "newer", "tasks", "store.json"), `{"program": "anisgd", "schema": 99}`)
	before := filesIn(t, directory)
	for _, c := range []struct {
		want      string
		arguments []string
	}{
		{"axis.yaml:13:13: learning-rat: unknown key", []string{"axis.yaml"}},
		{"learning-rate: is -2, expected", []string{file, "--set", "sweep.axes.1.values=[1, -2]"}},
		{"(at dim = 40, learning-rate = -2)", []string{file, "--set", "sweep.axes.1.values=[1, -2]"}},
		{"dim: is set by an axis", []string{file, "--set", "dim=3"}},
		{"sweep: is missing", []string{"plain.yaml"}},
		{"holds no results of anisgd", []string{file, "--out", "foreign"}},
		{"has version 99", []string{file, "--out", "newer"}},
		{"is a file", []string{file, "--out", "plain.yaml"}},
		{"there is no sbatch", []string{file, "--engine", "slurm"}},
		{"expected local or slurm", []string{file, "--engine", "lsf"}},
		{"expected i/n", []string{file, "--task", "4"}},
		{"expected i/n", []string{file, "--task", "0/4"}},
		{"expected i/n", []string{file, "--task", "5/4"}},
		{"not both", []string{file, "--task", "1/4", "--engine", "slurm"}},
		{"expected large-first", []string{file, "--order", "random"}},
		{"--checkpoint-every", []string{file, "--checkpoint-every", "-1s"}},
		{"--sbatch", []string{file, "--engine", "slurm", "--sbatch", "time=1"}},
	} {
		o := invokeWith(t, directory, []string{"PATH=/nowhere"}, append([]string{"sweep"}, c.arguments...)...)
		if o.status != 2 || !strings.Contains(o.stderr, c.want) {
			t.Errorf("%q: status %d, stderr %q lacks %q", c.arguments, o.status, o.stderr, c.want)
		}
	}
	for _, command := range []string{"run", "limit", "phase"} {
		if o := mustInvoke(t, 2, directory, command, file); !strings.Contains(o.stderr, "sweep") && command != "phase" {
			t.Errorf("%s: %q", command, o.stderr)
		}
	}
	if after := filesIn(t, directory); len(after) != len(before) {
		t.Errorf("something was written: %v", after)
	}
	if os.Getuid() != 0 { // whom nothing is forbidden
		if err := os.Mkdir(filepath.Join(directory, "locked"), 0o555); err != nil {
			t.Fatal(err)
		}
		mustInvoke(t, 2, directory, "sweep", file, "--out", "locked/out")
	}
}

func TestFailingPointOfSweep(t *testing.T) {
	directory, file := workspace(t, smallSweep)
	o := mustInvoke(t, 1, directory, "sweep", file, "--out", "out", "--set", "time={at: [0, 1e16]}", "--set", "limit.max-steps=10")
	if !strings.Contains(o.stderr, "dim = 160, learning-rate = 0.5: runs 0 to 3") || !strings.Contains(o.stderr, "more") || !strings.Contains(o.stderr, "anisgd report out") {
		t.Error(o.stderr)
	}
	o = mustInvoke(t, 0, directory, "report", "out")
	if !strings.Contains(o.stdout, "9 points missing") || readSummary(t, directory, "out").Complete {
		t.Error(o.stdout)
	}
}

// kills is how many times TestKilledSweep kills.
var kills = flag.Int("kills", 4, "how many times sweeps are killed at random moments")

// TestKilledSweep kills sweeps, two at a time on one directory, at random moments,
// with SIGKILL, SIGTERM and SIGINT, until one comes to its end: the results are those of
// one that was never disturbed.
func TestKilledSweep(t *testing.T) {
	skipInShort(t)
	directory, file := workspace(t, smallSweep)
	slower := []string{"--set", "sweep.axes.0.values=[300, 600, 1200]", "--threads", "1"}
	base, out := filepath.Join(directory, "base"), filepath.Join(directory, "out")
	begin := time.Now()
	mustInvoke(t, 0, directory, append([]string{"sweep", file, "--out", base}, slower...)...)
	whole := time.Since(begin)
	random := rand.New(rand.NewPCG(3, 4))
	signals := []os.Signal{syscall.SIGKILL, syscall.SIGKILL, syscall.SIGTERM, syscall.SIGINT}
	for n := range *kills {
		var programs [2]*exec.Cmd
		var messages [2]bytes.Buffer
		for k := range programs {
			programs[k] = exec.Command(binary, append([]string{"sweep", file, "--out", out}, slower...)...)
			programs[k].Stderr = &messages[k]
			if err := programs[k].Start(); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(time.Duration(random.Int64N(int64(whole/2) + 1)))
		for k, program := range programs {
			sent := signals[random.IntN(len(signals))]
			_ = program.Process.Signal(sent) // it may have ended
			err := program.Wait()
			status := program.ProcessState.ExitCode()
			if err != nil && status != -1 && status != statusInterrupted {
				t.Fatalf("attempt %d, program %d, %v: status %d, %s", n, k, sent, status, messages[k].String())
			}
			if status == statusInterrupted && !strings.Contains(messages[k].String(), "go on") {
				t.Errorf("interrupted: %s", messages[k].String())
			}
		}
	}
	o := mustInvoke(t, 0, directory, append([]string{"sweep", file, "--out", out}, slower...)...)
	if strings.Contains(o.stderr, "damaged") {
		t.Errorf("a task was half-written: %s", o.stderr)
	}
	sameSweep(t, base, out)
}
