package output

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// WriteFile writes a file that belongs to no result directory, in full or not at all.
// Directories on the way are made.
func WriteFile(path string, write func(io.Writer) error) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("cannot make the directory of %s: %w", path, err)
	}
	if err := writeAtomically(path, write); err != nil {
		return fmt.Errorf("cannot write %s: %w", path, err)
	}
	return nil
}
