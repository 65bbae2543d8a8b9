package output

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// temporaryPrefix starts the names of files that are being written.
const temporaryPrefix = ".anisgd-"

// writeAtomically writes a file in full or not at all: to a temporary name in
// the same directory, synced to the disk, and renamed over an older one.
func writeAtomically(path string, write func(io.Writer) error) (err error) {
	file, err := os.CreateTemp(filepath.Dir(path), temporaryPrefix+"*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			file.Close()
			os.Remove(file.Name())
		}
	}()
	if err := write(file); err != nil {
		return err
	}
	// CreateTemp makes files private; results are as readable as others.
	if err := file.Chmod(0o644); err != nil {
		return err
	}
	if err := file.Sync(); err != nil {
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}

// abandoned is the age from which on a temporary file is left over: several programs
// may write to one directory.
const abandoned = time.Hour

// removeTemporaries removes what interrupted writers left in a directory.
func removeTemporaries(directory string) error {
	entries, err := os.ReadDir(directory)
	for _, entry := range entries {
		if info, gone := entry.Info(); gone == nil && isTemporary(entry) && time.Since(info.ModTime()) > abandoned {
			err = errors.Join(err, os.Remove(filepath.Join(directory, entry.Name())))
		}
	}
	return err
}

func isTemporary(entry os.DirEntry) bool {
	return entry.Type().IsRegular() && strings.HasPrefix(entry.Name(), temporaryPrefix)
}
