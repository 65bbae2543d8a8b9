package checkpoint

import (
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// TestFullDisk saves on a file system of 256 kB: what does not fit is told and leaves the
// checkpoint before, and with room it goes on.
func TestFullDisk(t *testing.T) {
	directory := t.TempDir()
	if err := unix.Mount("tmpfs", directory, "tmpfs", 0, "size=256k"); err != nil {
		t.Skipf("SKIPPED: a small file system cannot be mounted here: %v", err)
	}
	defer func() {
		if err := unix.Unmount(directory, 0); err != nil {
			t.Error(err)
		}
	}()
	f, warnings := newTestFile(t, filepath.Join(directory, "a.checkpoint"), KeyOf())
	const fits, tooMuch = 1000, 100_000
	for range 3 {
		*warnings = nil
		if f.Save(state(fits)); !f.Saved() {
			t.Fatal(*warnings)
		}
		if f.Save(state(tooMuch)); f.Saved() || len(*warnings) != 1 || !strings.Contains((*warnings)[0], "no space") {
			t.Errorf("saved %v on a full disk, warnings %q", f.Saved(), *warnings)
		}
		saved, err := f.Load()
		if err != nil {
			t.Fatal(err)
		}
		check(t, saved.Reader, fits)
		saved.Close()
		files, err := filepath.Glob(filepath.Join(directory, "*"))
		if err != nil || len(files) != 1 {
			t.Errorf("files %q, %v", files, err)
		}
	}
}
