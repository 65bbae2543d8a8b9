package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// interruptible takes a second or so, in SGD and in the limit, of several variants.
const interruptible = `name: interruptible
dim: 2000
seed: 5
model:
  classes:
    - {prior: 0.4, label: 1, covariance: {power-law: {exponent: 1.1}}, mean: {power-law: {exponent: 0.3}}}
    - {prior: 0.6, label: -1, covariance: {power-law: {exponent: 1.5}}, mean: {negative-of: 0}}
problem: {loss: logistic, ridge: 0.1}
init-variance: 0.2
learning-rate: {adagrad-norm: {eta: 1, b: 1}}
time: {end: 9, points: 12, spacing: log, start: 0.02}
simulate: {runs: 5}
limit: {method: tsit5, spectrum: full, rtol: 1e-12, events: {risk-below: [0.6]}}
variants:
  - {name: direct}
  - {name: many, set: {limit.method: radau9, limit.spectrum: compressed, limit.rtol: 1e-10, problem.loss: least-squares}}
`

// interrupted starts the program and ends it by a signal at a moment, if it has not ended
// by itself.
func interrupted(t *testing.T, directory string, signal os.Signal, moment <-chan time.Time, arguments ...string) outcome {
	t.Helper()
	command := exec.Command(binary, arguments...)
	command.Dir = directory
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- command.Wait() }()
	select {
	case <-ended:
	case <-moment:
		_ = command.Process.Signal(signal) // it may have ended now
		<-ended
	}
	o := outcome{command.ProcessState.ExitCode(), stdout.String(), stderr.String()}
	if strings.Contains(o.stderr, "panic") || strings.Contains(o.stderr, "goroutine ") {
		t.Fatalf("anisgd %q panicked:\n%s", arguments, o.stderr)
	}
	return o
}

// afterSave is the moment after a checkpoint was written in a result directory, or half a
// minute if there is none.
func afterSave(directory string) <-chan time.Time {
	moment := make(chan time.Time, 1)
	begin := time.Now()
	go func() {
		for time.Since(begin) < 30*time.Second {
			names, _ := filepath.Glob(filepath.Join(directory, checkpointDirectory, "*"+checkpointSuffix))
			for _, name := range names {
				if info, err := os.Stat(name); err == nil && info.ModTime().After(begin) {
					moment <- time.Now()
					return
				}
			}
			time.Sleep(2 * time.Millisecond)
		}
		moment <- time.Now()
	}()
	return moment
}

// numericFiles are those of all variants.
func numericFiles() (names []string) {
	for _, variant := range []string{"direct", "many"} {
		for _, name := range []string{"limit.csv", "sgd.csv", "runs.npz"} {
			names = append(names, filepath.Join(variant, name))
		}
	}
	return names
}

// sameFiles compares the numeric results of two directories.
func sameFiles(t *testing.T, directory, got, want string) {
	t.Helper()
	for _, name := range numericFiles() {
		a, err := os.ReadFile(filepath.Join(directory, got, name))
		if err != nil {
			t.Error(err)
			continue
		}
		b, err := os.ReadFile(filepath.Join(directory, want, name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(a, b) {
			t.Errorf("%s differs between %s and %s", name, got, want)
		}
	}
	if s := readSummary(t, directory, got); !s.Complete || len(s.Variants) != 2 {
		t.Errorf("complete %v with %d variants", s.Complete, len(s.Variants))
	}
	if _, err := os.Stat(filepath.Join(directory, got, checkpointDirectory)); err == nil {
		t.Error("checkpoints are left behind")
	}
}

// TestKilledCommandsGoOn kills, terminates and interrupts the program at random moments,
// and starts the same command again with other threads on other kernel paths: what comes
// out in the end is what comes out undisturbed, byte for byte.
func TestKilledCommandsGoOn(t *testing.T) {
	skipInShort(t)
	directory, file := workspace(t, interruptible)
	begin := time.Now()
	mustInvoke(t, 0, directory, "run", file, "--out", "whole", "--threads", "2")
	took := time.Since(begin)
	moments := rand.New(rand.NewPCG(1, 2))
	signals := []os.Signal{syscall.SIGKILL, os.Interrupt, syscall.SIGKILL, syscall.SIGTERM}
	const attempts = 8
	goneOn, status := 0, -1
	for attempt := 0; attempt <= attempts && status != 0; attempt++ {
		moment, signal := time.After(took/8+time.Duration(moments.Int64N(int64(took/3)))), signals[attempt%len(signals)]
		if attempt == attempts {
			moment = nil // undisturbed to the end
		}
		o := interrupted(t, directory, signal, moment, "run", file, "--out", "r", "--checkpoint-every", "1ms",
			"--threads", fmt.Sprint(1+attempt%3), "--kernel", []string{"auto", "generic"}[attempt%2])
		if strings.Contains(o.stderr, "going on") || strings.Contains(o.stderr, "taken from there") {
			goneOn++
		}
		if status = o.status; status == 0 || signal == syscall.SIGKILL {
			continue
		}
		if status != statusInterrupted || !strings.Contains(o.stderr, "run the same command again") {
			t.Errorf("%v: status %d, stderr %q", signal, status, o.stderr)
		}
	}
	if status != 0 || goneOn == 0 {
		t.Errorf("status %d after going on %d times", status, goneOn)
	}
	sameFiles(t, directory, "r", "whole")
}

// TestWhatIsSavedIsTold follows one command through its messages: interrupted, gone on,
// begun anew, and beside the checkpoint of another experiment.
func TestWhatIsSavedIsTold(t *testing.T) {
	directory, file := workspace(t, strings.ReplaceAll(smallExperiment, "end: 4", "end: 1e6"))
	results := filepath.Join(directory, "r")
	simulate := []string{"simulate", file, "--out", "r", "--checkpoint-every", "1ms"}
	first := interrupted(t, directory, os.Interrupt, afterSave(results), simulate...)
	if first.status != statusInterrupted || !strings.Contains(first.stderr, "the state is saved in "+filepath.Join("r", checkpointDirectory)) {
		t.Fatalf("status %d, stderr %q", first.status, first.stderr)
	}
	if s := readSummary(t, directory, "r"); s.Complete {
		t.Error("the summary says complete")
	}
	if o := interrupted(t, directory, os.Interrupt, afterSave(results), simulate...); !strings.Contains(o.stderr, "going on from t = ") || !strings.Contains(o.stderr, "of SGD, 0 of 5 runs done") {
		t.Errorf("again: %q", o.stderr)
	}
	if o := interrupted(t, directory, os.Interrupt, afterSave(results), append(simulate, "--quiet")...); strings.Contains(o.stderr, "going on") {
		t.Errorf("with --quiet: %q", o.stderr)
	}
	if o := interrupted(t, directory, os.Interrupt, afterSave(results), append(simulate, "--fresh")...); strings.Contains(o.stderr, "going on") || o.status != statusInterrupted {
		t.Errorf("with --fresh: status %d, stderr %q", o.status, o.stderr)
	}
	if o := interrupted(t, directory, os.Interrupt, time.After(time.Second), append(simulate, "--checkpoint-every", "0")...); strings.Contains(o.stderr, "saved") || o.status != statusInterrupted {
		t.Errorf("without checkpoints: status %d, stderr %q", o.status, o.stderr)
	}
	checkpoints := func() []string {
		names, err := filepath.Glob(filepath.Join(directory, "r", checkpointDirectory, "*"))
		if err != nil {
			t.Fatal(err)
		}
		return names
	}
	kept := checkpoints()
	if len(kept) != 1 {
		t.Fatalf("checkpoints %q", kept)
	}
	// Another experiment leaves it alone, and takes nothing of it.
	o := mustInvoke(t, 0, directory, append(simulate, "--set", "time.end=1")...)
	if !strings.Contains(o.stderr, "other experiments or versions") || strings.Contains(o.stderr, "going on") {
		t.Errorf("another experiment: %q", o.stderr)
	}
	if now := checkpoints(); len(now) != 1 || now[0] != kept[0] {
		t.Errorf("checkpoints %q, want %q", now, kept)
	}
	// A damaged one is kept, and not taken.
	if err := os.Truncate(kept[0], 1000); err != nil {
		t.Fatal(err)
	}
	o = interrupted(t, directory, os.Interrupt, afterSave(results), simulate...)
	if !strings.Contains(o.stderr, "is damaged") || !strings.Contains(o.stderr, "aside-1") || o.status != statusInterrupted {
		t.Errorf("damaged: status %d, stderr %q", o.status, o.stderr)
	}
	if now := checkpoints(); len(now) != 2 {
		t.Errorf("checkpoints %q", now)
	}
	if o := invoke(t, directory, append(simulate, "--checkpoint-every", "-1s")...); o.status != statusUsage {
		t.Errorf("a negative interval: status %d", o.status)
	}
}

// TestInterruptedLimitGoesOn stops the limit in the middle.
func TestInterruptedLimitGoesOn(t *testing.T) {
	skipInShort(t)
	directory, file := workspace(t, strings.ReplaceAll(smallExperiment, "dim: 200", "dim: 300000"))
	limit := []string{"limit", file, "--checkpoint-every", "1ms", "--set", "limit={method: rk4, step: 0.02, spectrum: full}"}
	mustInvoke(t, 0, directory, append(limit, "--out", "whole")...)
	limit = append(limit, "--out", "r")
	for attempt, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		o := interrupted(t, directory, signal, afterSave(filepath.Join(directory, "r")), limit...)
		if o.status != statusInterrupted || attempt > 0 && !strings.Contains(o.stderr, "of the limit") {
			t.Fatalf("status %d, stderr %q", o.status, o.stderr)
		}
	}
	if o := mustInvoke(t, 0, directory, limit...); !strings.Contains(o.stderr, "of the limit") {
		t.Errorf("stderr %q", o.stderr)
	}
	a, errA := os.ReadFile(filepath.Join(directory, "r", "limit.csv"))
	b, errB := os.ReadFile(filepath.Join(directory, "whole", "limit.csv"))
	if errA != nil || errB != nil || !bytes.Equal(a, b) {
		t.Errorf("limit.csv is another one: %v, %v", errA, errB)
	}
}
