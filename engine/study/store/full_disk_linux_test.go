package store

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// TestFullDisk fills a file system of one megabyte: every task that was reported to
// be written is whole, the one that was not is not there, and with room it can be
// written.
func TestFullDisk(t *testing.T) {
	directory := t.TempDir()
	if err := unix.Mount("tmpfs", directory, "tmpfs", 0, "size=1m"); err != nil {
		t.Skipf("SKIPPED: a small file system cannot be mounted here: %v", err)
	}
	defer func() {
		if err := unix.Unmount(directory, 0); err != nil {
			t.Error(err)
		}
	}()
	s := openStore(t, directory)
	full := -1
	for n := range 1000 {
		if err := s.Write(nameOf(n), filesOf(n)); err != nil {
			if !errors.Is(err, unix.ENOSPC) {
				t.Fatalf("task %d: %v", n, err)
			}
			full = n
			break
		}
	}
	if full < 1 {
		t.Fatalf("the disk was full after %d tasks", full)
	}
	names := tasksIn(t, directory)
	if len(names) != full {
		t.Errorf("%d tasks are there, %d were written", len(names), full)
	}
	for n := range full {
		if files, err := s.Read(nameOf(n)); err != nil || !sameFiles(files, filesOf(n)) {
			t.Errorf("task %d: %v", n, err)
		}
	}
	for n := range 2 {
		if err := s.Remove(nameOf(n)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Write(nameOf(full), filesOf(full)); err != nil {
		t.Errorf("with room again: %v", err)
	}
}

// TestRecordsOnAFullDisk: records that could not be written are not counted among those that are kept, and are
// written when there is room.
func TestRecordsOnAFullDisk(t *testing.T) {
	directory := t.TempDir()
	if err := unix.Mount("tmpfs", directory, "tmpfs", 0, "size=64k"); err != nil {
		t.Skipf("SKIPPED: a small file system cannot be mounted here: %v", err)
	}
	defer func() {
		if err := unix.Unmount(directory, 0); err != nil {
			t.Error(err)
		}
	}()
	fill := filepath.Join(directory, "fill")
	r := openRecords(t, filepath.Join(directory, "store"))
	if err := errors.Join(r.Put("first", 1), r.Flush()); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(fill, make([]byte, 1<<20), 0o600); !errors.Is(err, unix.ENOSPC) {
		t.Fatalf("the disk is not full: %v", err)
	}
	err := errors.Join(r.Put("second", 2), r.Flush())
	if !errors.Is(err, unix.ENOSPC) || r.Len() != 1 {
		t.Errorf("%d records are kept after %v", r.Len(), err)
	}
	if err := errors.Join(os.Remove(fill), r.Flush()); err != nil || r.Len() != 2 {
		t.Errorf("%d records are kept with room again: %v", r.Len(), err)
	}
	if again := openRecords(t, filepath.Join(directory, "store")); again.Len() != 2 {
		t.Errorf("%d records are read", again.Len())
	}
}
