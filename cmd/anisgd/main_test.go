package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"anisgd/cmd/anisgd/internal/output"
)

// binary is the program as a user has it, built by TestMain.
var binary string

func TestMain(m *testing.M) {
	os.Exit(buildAndTest(m))
}

func buildAndTest(m *testing.M) int {
	directory, err := os.MkdirTemp("", "anisgd-test-*")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(directory)
	binary = filepath.Join(directory, "anisgd")
	build := exec.Command("go", "build", "-o", binary, ".")
	build.Stdout, build.Stderr = os.Stderr, os.Stderr
	if err := build.Run(); err != nil {
		return 1
	}
	if binary, err = runnable(binary); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

// runnable is a program that runs the one given: itself, or where the go command
// would run it by go_GOOS_GOARCH_exec ("go help run"), as under emulation, a script
// that does so too.
func runnable(program string) (string, error) {
	runner, err := exec.LookPath("go_" + runtime.GOOS + "_" + runtime.GOARCH + "_exec")
	if err != nil {
		return program, nil
	}
	script := filepath.Join(filepath.Dir(program), "run")
	text := fmt.Sprintf("#!/bin/sh\nexec '%s' '%s' \"$@\"\n", runner, program)
	return script, os.WriteFile(script, []byte(text), 0o755)
}

// smallExperiment takes milliseconds.
const smallExperiment = `name: small
dim: 200
seed: 5
model:
  classes:
    - {prior: 0.4, label: 1, covariance: {power-law: {exponent: 1.1}}, mean: {power-law: {exponent: 0.3}}}
    - {prior: 0.6, label: -1, covariance: {power-law: {exponent: 1.5}}, mean: {negative-of: 0}}
problem: {loss: logistic}
learning-rate: 0.7
time: {end: 4, points: 12, spacing: log, start: 0.02}
simulate: {runs: 5}
statistics:
  - {name: clean, window: {u: [0, 0.1]}}
`

// twoVariants adds variants to smallExperiment.
const twoVariants = smallExperiment + `variants:
  - {name: slow, set: {learning-rate: 0.3}}
  - {name: fast, set: {learning-rate: 3}}
`

// outcome is what a run of the binary did.
type outcome struct {
	status         int
	stdout, stderr string
}

// invoke runs the binary in a directory.
func invoke(t *testing.T, directory string, arguments ...string) outcome {
	t.Helper()
	return invokeWith(t, directory, nil, arguments...)
}

func invokeWith(t *testing.T, directory string, environment []string, arguments ...string) outcome {
	t.Helper()
	command := exec.Command(binary, arguments...)
	command.Dir = directory
	command.Env = append(os.Environ(), environment...)
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	err := command.Run()
	if _, exited := err.(*exec.ExitError); err != nil && !exited {
		t.Fatal(err)
	}
	o := outcome{command.ProcessState.ExitCode(), stdout.String(), stderr.String()}
	if strings.Contains(o.stderr, "panic") || strings.Contains(o.stderr, "goroutine ") {
		t.Fatalf("anisgd %q panicked:\n%s", arguments, o.stderr)
	}
	return o
}

// mustInvoke also checks the exit status.
func mustInvoke(t *testing.T, status int, directory string, arguments ...string) outcome {
	t.Helper()
	o := invoke(t, directory, arguments...)
	if o.status != status {
		t.Fatalf("anisgd %q: status %d, want %d\nstdout: %s\nstderr: %s", arguments, o.status, status, o.stdout, o.stderr)
	}
	return o
}

// workspace is a directory with an experiment file of the given text.
func workspace(t *testing.T, text string) (directory, file string) {
	t.Helper()
	directory = t.TempDir()
	file = filepath.Join(directory, "experiment.yaml")
	writeFile(t, file, text)
	return directory, file
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func readFile(t *testing.T, parts ...string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(parts...))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func readSummary(t *testing.T, parts ...string) *output.Summary {
	t.Helper()
	return parseSummary(t, readFile(t, append(parts, "summary.json")...))
}

func parseSummary(t *testing.T, text string) *output.Summary {
	t.Helper()
	var s output.Summary
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		t.Fatalf("summary: %v\n%s", err, text)
	}
	return &s
}

// filesIn lists all files under a directory, relative, sorted.
func filesIn(t *testing.T, directory string) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(directory, func(path string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			relative, _ := filepath.Rel(directory, path)
			files = append(files, filepath.ToSlash(relative))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// skipInShort skips a test of many processes in the short form, which is for emulation
// and the race detector.
func skipInShort(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("takes long where the program is emulated")
	}
}
