package output

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// Kind is the command whose results a directory holds, or that prints a JSON document.
type Kind string

// The kinds of results.
const (
	Run      Kind = "run"      // SGD, the limit, and their comparison
	Limit    Kind = "limit"    // the limit only
	Simulate Kind = "simulate" // SGD only
	Phase    Kind = "phase"    // a phase diagram
	Sweep    Kind = "sweep"    // a scaling study
)

// replaces reports whether results of kind k leave nothing standing of results
// of the older kind, so that both may use one directory.
func (k Kind) replaces(older Kind) bool {
	return older == k || k == Run && (older == Limit || older == Simulate)
}

// SummaryFile is the file at the root of every result directory that marks it as
// one. It says which program and command wrote it, and lists the files.
const SummaryFile = "summary.json"

// Program is the name by which a summary is recognised.
const Program = "anisgd"

// Refused says that a directory may not be written to, because of what it holds.
type Refused struct{ Path, Holds string }

func (r *Refused) Error() string {
	return fmt.Sprintf("--out %s %s: choose another directory, or remove it", r.Path, r.Holds)
}

// Directory is a place for one set of results.
type Directory struct {
	path    string
	created string   // the topmost directory that Open had to make, or ""
	older   []string // files of the results that are being replaced, slash-separated
	written []string // files written, slash-separated, in order
}

// Open prepares a directory for results of one kind: a new one, an empty one, or
// one whose results are to be replaced. Any other is refused (*Refused). It fails
// early where nothing could be written.
func Open(path string, kind Kind) (*Directory, error) {
	d := &Directory{path: path}
	info, err := os.Stat(path)
	switch {
	case err == nil && !info.IsDir():
		return nil, &Refused{path, "is a file, not a directory"}
	case err == nil:
		if err := d.examine(kind); err != nil {
			return nil, err
		}
	case errors.Is(err, fs.ErrNotExist):
		d.created = topmostMissing(path)
		if err := os.MkdirAll(path, 0o755); err != nil {
			d.Discard()
			return nil, fmt.Errorf("cannot make the result directory: %w", err)
		}
	default:
		return nil, fmt.Errorf("cannot use the result directory: %w", err)
	}
	probe, err := os.CreateTemp(path, temporaryPrefix+"*")
	if err != nil {
		d.Discard()
		return nil, fmt.Errorf("cannot write to the result directory: %w", err)
	}
	probe.Close()
	if err := os.Remove(probe.Name()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("cannot write to the result directory: %w", err)
	}
	return d, nil
}

// examine decides whether an existing directory may be used.
func (d *Directory) examine(kind Kind) error {
	entries, err := os.ReadDir(d.path)
	if err != nil {
		return fmt.Errorf("cannot read the result directory: %w", err)
	}
	if !slices.ContainsFunc(entries, func(e os.DirEntry) bool { return !isTemporary(e) }) {
		return removeTemporaries(d.path)
	}
	found, err := readMarker(d.path)
	var damaged *DamagedError
	switch {
	case errors.As(err, &damaged):
		return &Refused{d.path, fmt.Sprintf("has a %s that %s", SummaryFile, damaged.Reason)}
	case err != nil:
		return fmt.Errorf("cannot read the result directory: %w", err)
	case found == nil:
		return &Refused{d.path, "is not empty and holds no results of anisgd"}
	}
	if !kind.replaces(found.Kind) {
		return &Refused{d.path, fmt.Sprintf("holds results of `anisgd %s`, which `anisgd %s` does not replace", found.Kind, kind)}
	}
	d.older = found.Files
	return nil
}

// topmostMissing is the first directory on the way to path that does not exist.
func topmostMissing(path string) string {
	for {
		parent := filepath.Dir(path)
		if _, err := os.Stat(parent); err == nil || parent == path {
			return path
		}
		path = parent
	}
}

// Path is where a file of the results lies; name is slash-separated.
func (d *Directory) Path(name string) string {
	return filepath.Join(d.path, filepath.FromSlash(name))
}

// Write writes or replaces one file, in full or not at all. Directories on the
// way are made.
func (d *Directory) Write(name string, write func(io.Writer) error) error {
	path := d.Path(name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("cannot make the directory of %s: %w", name, err)
	}
	if err := writeAtomically(path, write); err != nil {
		return fmt.Errorf("cannot write %s: %w", path, err)
	}
	if !slices.Contains(d.written, name) {
		d.written = append(d.written, name)
	}
	return nil
}

// WriteBytes is Write with the content at hand.
func (d *Directory) WriteBytes(name string, content []byte) error {
	return d.Write(name, func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	})
}

// Keep counts a file of the results that are being replaced among the new ones.
func (d *Directory) Keep(name string) {
	if !slices.Contains(d.written, name) {
		d.written = append(d.written, name)
	}
}

// Written reports whether anything has been written.
func (d *Directory) Written() bool { return len(d.written) > 0 }

// Marked reports whether the directory can be recognised as one of results.
func (d *Directory) Marked() bool { return d.Written() || len(d.older) > 0 }

// Files lists the files that the directory holds, sorted: those written, the
// summary, and what has not been replaced yet of older results.
func (d *Directory) Files() []string {
	files := slices.Concat(d.written, d.older, []string{SummaryFile})
	slices.Sort(files)
	return slices.Compact(files)
}

// RemoveStale removes the files of the older results that have not been written
// anew, and directories that this leaves empty. Only files that the older
// summary lists are touched.
func (d *Directory) RemoveStale() error {
	var failures error
	for _, name := range d.older {
		if slices.Contains(d.written, name) || name == SummaryFile || !filepath.IsLocal(filepath.FromSlash(name)) {
			continue
		}
		if err := os.Remove(d.Path(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			failures = errors.Join(failures, fmt.Errorf("cannot remove the outdated %s: %w", name, err))
		}
		for parent := filepath.Dir(filepath.FromSlash(name)); parent != "."; parent = filepath.Dir(parent) {
			// Fails, as it should, where something is left in it.
			if os.Remove(filepath.Join(d.path, parent)) != nil {
				break
			}
		}
	}
	d.older = nil
	return failures
}

// Discard removes the directories that Open made, if nothing was written.
func (d *Directory) Discard() {
	if d.created == "" || d.Written() {
		return
	}
	for path := d.path; ; path = filepath.Dir(path) {
		// Fails, as it should, where something is left in it.
		if os.Remove(path) != nil && path != d.path || path == d.created {
			return
		}
	}
}
