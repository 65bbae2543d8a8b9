package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestDivergenceIsAResult(t *testing.T) {
	directory, file := workspace(t, strings.Replace(smallExperiment, "loss: logistic", "loss: least-squares", 1)+`variants:
  - {name: wild, set: {learning-rate: 50, time: {end: 30, points: 60}}}
  - {name: tame, set: {learning-rate: 0.5}}
`)
	o := mustInvoke(t, statusDiverged, directory, "run", file, "--out", "r")
	if !strings.Contains(o.stderr, "wild") || !strings.Contains(o.stderr, "diverged at t = ") || strings.Contains(o.stderr, "tame") {
		t.Errorf("stderr %q", o.stderr)
	}
	s := readSummary(t, directory, "r")
	wild, tame := s.Variants[0], s.Variants[1]
	if tame.Divergence != nil || tame.SGD.EndTime != 4 {
		t.Errorf("the tame variant was not computed as usual: %+v", tame)
	}
	if wild.Divergence == nil || wild.Divergence.Time <= 0 || wild.Divergence.Time > 30 {
		t.Fatalf("divergence %+v", wild.Divergence)
	}
	header, rows := readCSV(t, directory, "r", "wild", "sgd.csv")
	if len(rows) == 0 || number(t, rows[len(rows)-1][0]) > float64(wild.Divergence.Time) {
		t.Errorf("sgd.csv does not end at the divergence, %v", wild.Divergence.Time)
	}
	for _, row := range rows {
		for c, field := range row {
			if v := number(t, field); v > 1e300 || v < -1e300 { // an infinity, if any
				t.Errorf("%s = %v at t = %s", header[c], v, row[0])
			}
		}
	}
	if _, rows := readCSV(t, directory, "r", "tame", "limit.csv"); len(rows) != 13 {
		t.Errorf("the tame limit has %d rows", len(rows))
	}
	if o := mustInvoke(t, statusDiverged, directory, "run", file, "--out", "r", "--json"); parseSummary(t, o.stdout).Variants[0].Divergence == nil {
		t.Error("--json does not tell the divergence")
	}
}

// TestInterruption interrupts a job whose second variant would take hours.
func TestInterruption(t *testing.T) {
	directory, file := workspace(t, smallExperiment+`variants:
  - {name: short}
  - {name: long, set: {time: {end: 1e7, points: 10}}}
`)
	for name, signal := range map[string]os.Signal{"int": os.Interrupt, "term": syscall.SIGTERM} {
		command := exec.Command(binary, "run", file, "--out", name)
		command.Dir = directory
		var stderr bytes.Buffer
		command.Stderr = &stderr
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		first := filepath.Join(directory, name, "short", "summary.json")
		for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
			if _, err := os.Stat(first); err == nil {
				break
			}
			if time.Now().After(deadline) {
				t.Fatal("the first variant is not done")
			}
		}
		time.Sleep(50 * time.Millisecond) // into the second variant
		if err := command.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		_ = command.Wait() // its status is looked at next
		if status := command.ProcessState.ExitCode(); status != statusInterrupted {
			t.Errorf("%v: status %d, stderr %q", signal, status, stderr.String())
		}
		for _, want := range []string{"interrupted", "1 of 2", "again"} {
			if !strings.Contains(stderr.String(), want) {
				t.Errorf("%v: stderr %q lacks %q", signal, stderr.String(), want)
			}
		}
		if s := readSummary(t, directory, name); s.Complete || len(s.Variants) != 1 {
			t.Errorf("%v: complete %v with %d variants", signal, s.Complete, len(s.Variants))
		}
		if _, rows := readCSV(t, directory, name, "short", "sgd.csv"); len(rows) != 13 {
			t.Errorf("%v: the finished variant has %d rows", signal, len(rows))
		}
	}
	// The same command goes on from there.
	mustInvoke(t, 0, directory, "run", file, "--out", "int", "--set", "time.end=5")
	if s := readSummary(t, directory, "int"); !s.Complete || len(s.Variants) != 2 {
		t.Errorf("complete %v with %d variants", s.Complete, len(s.Variants))
	}
}
