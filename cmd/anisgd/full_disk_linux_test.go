package main

import (
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// TestFullDiskWhileSaving has room for the results and none for the state: that is told,
// and the computation goes on to its end.
func TestFullDiskWhileSaving(t *testing.T) {
	directory, file := workspace(t, strings.ReplaceAll(smallExperiment, "dim: 200", "dim: 300000"))
	disk := t.TempDir()
	if err := unix.Mount("tmpfs", disk, "tmpfs", 0, "size=1500k"); err != nil {
		t.Skipf("SKIPPED: a small file system cannot be mounted here: %v", err)
	}
	defer func() {
		if err := unix.Unmount(disk, 0); err != nil {
			t.Error(err)
		}
	}()
	o := mustInvoke(t, 0, directory, "simulate", file, "--out", filepath.Join(disk, "r"), "--checkpoint-every", "1ms",
		"--set", "time={steps: 200, points: 3}", "--set", "simulate.runs=2")
	if !strings.Contains(o.stderr, "the state could not be saved") || !strings.Contains(o.stderr, "no space left") {
		t.Errorf("stderr %q", o.stderr)
	}
	if s := readSummary(t, disk, "r"); !s.Complete {
		t.Error("the summary does not say complete")
	}
}
