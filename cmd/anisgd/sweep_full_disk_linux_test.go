package main

import (
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// TestSweepOnFullDisk runs out of disk in the middle, goes on with more, and has the
// results of a sweep that never did.
func TestSweepOnFullDisk(t *testing.T) {
	skipInShort(t)
	directory, file := workspace(t, smallSweep)
	disk := t.TempDir()
	if err := unix.Mount("tmpfs", disk, "tmpfs", 0, "size=100k"); err != nil {
		t.Skipf("SKIPPED: a small file system cannot be mounted here: %v", err)
	}
	defer func() {
		if err := unix.Unmount(disk, 0); err != nil {
			t.Error(err)
		}
	}()
	base, out := filepath.Join(directory, "base"), filepath.Join(disk, "out")
	mustInvoke(t, 0, directory, "sweep", file, "--out", base)
	o := mustInvoke(t, 1, directory, "sweep", file, "--out", out)
	if !strings.Contains(o.stderr, "no space left") || !strings.Contains(o.stderr, "are kept in") {
		t.Errorf("stderr %q", o.stderr)
	}
	if err := unix.Mount("", disk, "", unix.MS_REMOUNT, "size=20m"); err != nil {
		t.Fatal(err)
	}
	mustInvoke(t, 0, directory, "sweep", file, "--out", out)
	if s := readSummary(t, out).Sweep; s.Computed == 0 || s.Computed >= s.Tasks {
		t.Errorf("%d of %d tasks were computed with room again", s.Computed, s.Tasks)
	}
	sameSweep(t, base, out)
}
