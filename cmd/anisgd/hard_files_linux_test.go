package main

import (
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestPipesWithoutWriters: whatever reads a file that turns out to be a pipe into which nobody writes ends on one
// signal, or does not begin to read.
func TestPipesWithoutWriters(t *testing.T) {
	skipInShort(t)
	directory, file := workspace(t, smallExperiment)
	mustInvoke(t, 0, directory, "limit", file, "--out", "r")
	for _, name := range []string{"pipe", "array.npy"} {
		if err := syscall.Mkfifo(filepath.Join(directory, name), 0o600); err != nil {
			t.Skipf("no pipes here: %v", err)
		}
	}
	for _, command := range [][]string{{"bench", "compare", "pipe", "pipe"}, {"limit", "pipe"}} {
		o := interrupted(t, directory, syscall.SIGINT, time.After(300*time.Millisecond), command...)
		if o.status != statusInterrupted || !strings.Contains(o.stderr, "interrupted while pipe was read") {
			t.Errorf("%q: status %d: %s", command, o.status, o.stderr)
		}
	}
	o := mustInvoke(t, statusUsage, directory, "check", file, "--set", "model.classes.0.mean={file: array.npy}")
	if !strings.Contains(o.stderr, "array.npy is not a regular file") {
		t.Errorf("stderr %q", o.stderr)
	}
	if o := mustInvoke(t, statusUsage, directory, "bench", "run", "--filter", "Clock", "--out", "pipe"); !strings.Contains(o.stderr, "not a regular file") {
		t.Errorf("stderr %q", o.stderr)
	}
	summary := filepath.Join(directory, "r", "summary.json")
	if err := unix.Unlink(summary); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(summary, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, command := range [][]string{{"report", "r"}, {"limit", file, "--out", "r"}} {
		if o := mustInvoke(t, statusUsage, directory, command...); !strings.Contains(o.stderr, "not a regular file") {
			t.Errorf("%q: stderr %q", command, o.stderr)
		}
	}
}

// TestDevicesWithoutEnd are files that never end.
func TestDevicesWithoutEnd(t *testing.T) {
	directory, _ := workspace(t, smallExperiment)
	for _, command := range [][]string{{"check", "/dev/zero"}, {"bench", "compare", "/dev/zero", "/dev/zero"}} {
		if o := mustInvoke(t, statusUsage, directory, command...); !strings.Contains(o.stderr, "/dev/zero: is longer than") {
			t.Errorf("%q: stderr %q", command, o.stderr)
		}
	}
}

// TestMemoryLimits: what `ulimit -v` leaves is compared with what is needed before that is taken, and what fits is
// computed.
func TestMemoryLimits(t *testing.T) {
	skipInShort(t)
	directory, file := workspace(t, smallExperiment)
	// The runtime of Go reserves more than a gigabyte of addresses, of which it uses little.
	const limit = 4 << 30
	run := func(dim string) (status int, stderr string) {
		t.Helper()
		script := "ulimit -v " + strconv.Itoa(limit>>10) + ` && exec "$0" "$@"`
		command := exec.Command("sh", "-c", script, binary, "simulate", file, "--out", "r-"+dim, "--quiet",
			"--checkpoint-every", "0", "--set", "dim="+dim, "--set", "time={steps: 2, points: 2}", "--set", "simulate.runs=2")
		command.Dir = directory
		var text strings.Builder
		command.Stderr = &text
		_ = command.Run() // its status is looked at
		return command.ProcessState.ExitCode(), text.String()
	}
	for _, dim := range []string{"1e6", "1e7", "2e7", "3e7", "1e8"} {
		status, stderr := run(dim)
		refused := status == statusFailed && strings.Count(stderr, "\n") == 1 && strings.Contains(stderr, "of memory, and there is")
		computed := status == 0 && stderr == ""
		if !refused && !computed || computed && dim == "1e8" || refused && dim == "1e6" {
			t.Errorf("dim %s: status %d, stderr %.300s", dim, status, stderr)
		}
	}
}

// TestReadOnlyDisk: where nothing can be written, every command says so with the status of a failure, and reads what is
// there.
func TestReadOnlyDisk(t *testing.T) {
	directory, file := workspace(t, smallExperiment)
	sweep := filepath.Join(directory, "sweep.yaml")
	writeFile(t, sweep, smallExperiment+"sweep: {axes: [{set: dim, values: [100, 200]}]}\n")
	disk := t.TempDir()
	if err := unix.Mount("tmpfs", disk, "tmpfs", unix.MS_RDONLY, "size=64k"); err != nil {
		t.Skipf("SKIPPED: a read-only file system cannot be mounted here: %v", err)
	}
	defer func() {
		if err := unix.Unmount(disk, 0); err != nil {
			t.Error(err)
		}
	}()
	for _, arguments := range [][]string{{"run", file}, {"limit", "fig1a"}, {"sweep", sweep}, {"phase", "phase-rate"}} {
		for _, out := range []string{disk, filepath.Join(disk, "r")} {
			o := mustInvoke(t, statusFailed, directory, append(arguments, "--out", out)...)
			if !strings.Contains(o.stderr, "read-only file system") || strings.Count(o.stderr, "\n") != 1 {
				t.Errorf("%q: stderr %q", arguments, o.stderr)
			}
		}
	}
}
