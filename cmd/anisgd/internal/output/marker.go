package output

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// marker is the part of a summary by which a result directory is recognised.
type marker struct {
	Program string   `json:"program"`
	Kind    Kind     `json:"kind"`
	Files   []string `json:"files"`
}

// DamagedError says that the summary of a directory cannot be one that was written there: summaries are
// there as a whole or not at all.
type DamagedError struct{ Path, Reason string }

func (e *DamagedError) Error() string { return e.Path + " " + e.Reason }

// maximalSummary is beyond any summary, in bytes.
const maximalSummary = 1 << 28

// KindOf is the kind of the results that a directory holds, "" if it holds none. The error is a *DamagedError where
// it held some.
func KindOf(directory string) (Kind, error) {
	found, err := readMarker(directory)
	if found == nil {
		return "", err
	}
	return found.Kind, nil
}

// readMarker reads the summary of a directory; nil if there is none, or that of another program.
func readMarker(directory string) (*marker, error) {
	path := filepath.Join(directory, SummaryFile)
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR):
		return nil, nil
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular(): // a pipe might be waited for without end
		return nil, &DamagedError{path, "is not a regular file"}
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	content, err := io.ReadAll(io.LimitReader(file, maximalSummary))
	if err != nil {
		return nil, err
	}
	found, err := parseMarker(content)
	if err != nil {
		return nil, &DamagedError{path, err.Error()}
	}
	return found, nil
}

// parseMarker reads a summary; nil if it is that of another program.
func parseMarker(content []byte) (*marker, error) {
	var found marker
	if err := json.Unmarshal(content, &found); err != nil {
		return nil, fmt.Errorf("is no summary, or a damaged one (%w)", err)
	}
	if found.Program != Program {
		return nil, nil
	}
	if found.Kind == "" {
		return nil, errors.New("is a damaged summary, which does not say of what kind it is")
	}
	return &found, nil
}
