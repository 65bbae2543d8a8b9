// Package store keeps the results of finished tasks in a directory, each under a
// name that stands for everything the results depend on.
//
// Every task is a directory of files with a list of their SHA-256 in the format
// of sha256sum. It is written under a temporary name, brought to the disk and
// renamed, and never changed: it is there as a whole or not at all, whatever
// happens to the program, the disk or the machine meanwhile. Several programs
// may write to one store, on one machine or over a shared file system, and
// stores may be merged by copying directories. There is no index beside the
// directories themselves.
package store

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Schema is the version of the layout of a store. It is raised when files of tasks
// mean something else than before; a store of a higher version is refused.
const Schema = 1

const (
	schemaFile      = "store.json"
	sumsFile        = "SHA256SUMS"
	temporaryPrefix = ".writing-"
	damagedPrefix   = ".damaged-"
	// abandoned is the age from which on a temporary directory belongs to a program
	// that has been killed: no task takes as long to write.
	abandoned = 24 * time.Hour
)

// Store is a directory of tasks. Its methods may be called from several goroutines.
type Store struct{ directory string }

// header is the content of the file that says which layout the store has.
type header struct {
	Program string `json:"program"`
	Schema  int    `json:"schema"`
}

const program = "anisgd"

// NewerError says that a store was written by a later version of the program.
type NewerError struct {
	Path   string
	Schema int
}

func (e *NewerError) Error() string {
	return fmt.Sprintf("the store %s has version %d, written by a later program, and this one reads versions up to %d", e.Path, e.Schema, Schema)
}

// ForeignError says that a directory is no store.
type ForeignError struct{ Path string }

func (e *ForeignError) Error() string { return e.Path + " is no store of anisgd" }

// Open opens a store. A directory that does not exist is an empty store, made when a
// task is written. The error is a *NewerError or *ForeignError where the store is not
// one of this program.
func Open(directory string) (*Store, error) {
	s := &Store{directory}
	info, err := os.Stat(directory)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return s, nil
	case err != nil:
		return nil, fmt.Errorf("cannot read the store: %w", err)
	case !info.IsDir():
		return nil, &ForeignError{directory}
	}
	content, err := os.ReadFile(filepath.Join(directory, schemaFile))
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil // interrupted when it was made, or copied task by task
	}
	if err != nil {
		return nil, fmt.Errorf("cannot read the store: %w", err)
	}
	var found header
	if json.Unmarshal(content, &found) != nil || found.Program != program || found.Schema < 1 {
		return nil, &ForeignError{directory}
	}
	if found.Schema > Schema {
		return nil, &NewerError{directory, found.Schema}
	}
	return s, nil
}

// Directory is where the store is.
func (s *Store) Directory() string { return s.directory }

// Path is the directory of a task.
func (s *Store) Path(name string) string { return filepath.Join(s.directory, name) }

// Names lists the tasks, sorted. They may still turn out to be damaged when they are
// read.
func (s *Store) Names() ([]string, error) {
	entries, err := os.ReadDir(s.directory)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("cannot read the store: %w", err)
	}
	var names []string
	for _, entry := range entries {
		if entry.IsDir() && !strings.HasPrefix(entry.Name(), ".") {
			names = append(names, entry.Name())
		}
	}
	return names, nil
}

// Has reports whether there is a task of a name.
func (s *Store) Has(name string) bool {
	return exists(filepath.Join(s.Path(name), sumsFile))
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// ErrDamaged says that the files of a task are not those that were written.
var ErrDamaged = errors.New("files are missing or altered")

// Read reads all files of a task and verifies them. The error is fs.ErrNotExist if
// there is none of that name and ErrDamaged if it is not to be believed.
func (s *Store) Read(name string) (map[string][]byte, error) {
	sums, err := os.ReadFile(filepath.Join(s.Path(name), sumsFile))
	if errors.Is(err, fs.ErrNotExist) {
		if exists(s.Path(name)) {
			return nil, damaged(s.Path(name))
		}
	}
	if err != nil {
		return nil, fmt.Errorf("cannot read the store: %w", err)
	}
	files := map[string][]byte{}
	body, whole := strings.CutSuffix(string(sums), "\n")
	if !whole {
		return nil, damaged(s.Path(name))
	}
	for line := range strings.SplitSeq(body, "\n") {
		sum, file, found := strings.Cut(line, "  ")
		if !found || file == "" || file != filepath.Base(file) {
			return nil, damaged(s.Path(name))
		}
		content, err := os.ReadFile(filepath.Join(s.Path(name), file))
		if errors.Is(err, fs.ErrNotExist) || err == nil && checksum(content) != sum {
			return nil, damaged(s.Path(name))
		}
		if err != nil {
			return nil, fmt.Errorf("cannot read the store: %w", err)
		}
		files[file] = content
	}
	// The list itself may have been cut between two lines.
	entries, err := os.ReadDir(s.Path(name))
	if err != nil {
		return nil, fmt.Errorf("cannot read the store: %w", err)
	}
	if len(entries) > len(files)+1 {
		return nil, damaged(s.Path(name))
	}
	return files, nil
}

func damaged(path string) error { return fmt.Errorf("%s: %w", path, ErrDamaged) }

// SetAside renames a damaged task so that it can be computed again; what is left of
// it stays for inspection.
func (s *Store) SetAside(name string) error {
	for n := 0; ; n++ {
		err := os.Rename(s.Path(name), s.Path(fmt.Sprintf("%s%s-%d", damagedPrefix, name, n)))
		switch {
		case err == nil || errors.Is(err, fs.ErrNotExist):
			return nil
		case !occupied(err):
			return fmt.Errorf("cannot set a damaged task aside: %w", err)
		}
	}
}

// Remove removes a task, as a whole.
func (s *Store) Remove(name string) error {
	hidden := s.Path(temporaryPrefix + "removed-" + name)
	err := os.Rename(s.Path(name), hidden)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil // by another program
	case occupied(err): // left by a program that was killed
		hidden = s.Path(name)
	case err != nil:
		return fmt.Errorf("cannot remove from the store: %w", err)
	}
	if err := os.RemoveAll(hidden); err != nil {
		return fmt.Errorf("cannot remove from the store: %w", err)
	}
	return nil
}

// Write writes a task, as a whole or not at all. Where another program has written it
// already, that is left as it is.
func (s *Store) Write(name string, files map[string][]byte) error {
	if err := s.write(name, files); err != nil {
		return fmt.Errorf("cannot write to the store: %w", err)
	}
	return nil
}

func (s *Store) write(name string, files map[string][]byte) (err error) {
	if err := s.prepare(); err != nil {
		return err
	}
	temporary, err := os.MkdirTemp(s.directory, temporaryPrefix+"*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temporary) // which the rename has moved away if all went well
	var sums strings.Builder
	for _, file := range slices.Sorted(maps.Keys(files)) {
		if err := writeSynced(filepath.Join(temporary, file), files[file]); err != nil {
			return err
		}
		fmt.Fprintf(&sums, "%s  %s\n", checksum(files[file]), file)
	}
	if err := writeSynced(filepath.Join(temporary, sumsFile), []byte(sums.String())); err != nil {
		return err
	}
	// MkdirTemp makes directories private; results are as readable as others.
	if err := os.Chmod(temporary, 0o755); err != nil {
		return err
	}
	syncDirectory(temporary)
	err = os.Rename(temporary, s.Path(name))
	if occupied(err) {
		if _, damage := s.Read(name); damage == nil {
			return nil
		}
		if err := s.SetAside(name); err != nil {
			return err
		}
		err = os.Rename(temporary, s.Path(name))
		if occupied(err) { // by another program, a moment ago
			err = nil
		}
	}
	syncDirectory(s.directory)
	return err
}

// prepare makes the directory of the store.
func (s *Store) prepare() error {
	path := filepath.Join(s.directory, schemaFile)
	if exists(path) {
		return nil
	}
	if err := os.MkdirAll(s.directory, 0o755); err != nil {
		return err
	}
	content, err := json.Marshal(header{program, Schema})
	if err != nil {
		return err
	}
	file, err := os.CreateTemp(s.directory, temporaryPrefix+"*")
	if err != nil {
		return err
	}
	file.Close()
	defer os.Remove(file.Name())
	if err := writeSynced(file.Name(), append(content, '\n')); err != nil {
		return err
	}
	if err := os.Chmod(file.Name(), 0o644); err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}

// Clean removes what programs that were killed long ago left half-written.
func (s *Store) Clean() {
	entries, _ := os.ReadDir(s.directory)
	for _, entry := range entries {
		info, err := entry.Info()
		if err == nil && strings.HasPrefix(entry.Name(), temporaryPrefix) && time.Since(info.ModTime()) > abandoned {
			os.RemoveAll(s.Path(entry.Name()))
		}
	}
}

func writeSynced(path string, content []byte) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	return errors.Join(err, file.Sync(), file.Close())
}

// syncDirectory brings the names in a directory to the disk, where the file system
// has such a notion: a power failure then leaves what was renamed.
func syncDirectory(path string) {
	if directory, err := os.Open(path); err == nil {
		directory.Sync()
		directory.Close()
	}
}

func checksum(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// Key is the SHA-256 of parts, each with its length, so that different lists of parts
// have different keys.
func Key(parts ...[]byte) string {
	h := sha256.New()
	for _, part := range parts {
		fmt.Fprintf(h, "%d:", len(part))
		h.Write(part)
	}
	return hex.EncodeToString(h.Sum(nil))
}
