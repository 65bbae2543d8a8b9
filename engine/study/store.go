package study

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// Store keeps the results of finished tasks in a directory, by keys that stand
// for everything the results depend on. Its methods may be called from several
// goroutines.
//
// The directory holds segments: files with one record a line and, in the last
// line, the SHA-256 of the lines before, which is also the file's name. A segment
// is written to a temporary name and renamed, and never changed; what has no valid
// last line is not believed. Several programs may therefore add to one directory,
// and directories may be merged by copying files.
type Store struct {
	directory string

	mutex    sync.Mutex
	records  map[string]json.RawMessage
	pending  []record // not yet on the disk
	flushed  time.Time
	segments []string // valid files read or written, by name
	ignored  int
}

// record is a line of a segment.
type record struct {
	Key    string          `json:"key"`
	Result json.RawMessage `json:"result"`
}

// seal is the last line of a segment.
type seal struct {
	Records int    `json:"records"`
	SHA256  string `json:"sha256"`
}

const (
	segmentSuffix   = ".jsonl"
	temporaryPrefix = ".segment-"
	// flushInterval bounds what a crash can lose.
	flushInterval = time.Second
)

// OpenStore reads a store; a directory that does not exist is empty. Files that
// are torn, altered or no segments at all are ignored.
func OpenStore(directory string) (*Store, error) {
	s := &Store{directory: directory, records: map[string]json.RawMessage{}, flushed: time.Now()}
	entries, err := os.ReadDir(directory)
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return nil, fmt.Errorf("cannot read the store: %w", err)
	}
	for _, entry := range entries { // sorted by name
		if !entry.Type().IsRegular() || !strings.HasSuffix(entry.Name(), segmentSuffix) {
			continue
		}
		content, err := os.ReadFile(filepath.Join(directory, entry.Name()))
		if err != nil {
			return nil, fmt.Errorf("cannot read the store: %w", err)
		}
		records, valid := parseSegment(content)
		if !valid {
			s.ignored++
			continue
		}
		for _, r := range records {
			s.records[r.Key] = r.Result
		}
		s.segments = append(s.segments, entry.Name())
	}
	return s, nil
}

// parseSegment reads a segment in full or not at all.
func parseSegment(content []byte) (records []record, valid bool) {
	body, found := bytes.CutSuffix(content, []byte("\n"))
	if !found {
		return nil, false
	}
	last := bytes.LastIndexByte(body, '\n') + 1
	var end seal
	if json.Unmarshal(body[last:], &end) != nil || end.SHA256 != checksum(content[:last]) {
		return nil, false
	}
	for line := range bytes.Lines(content[:last]) {
		var r record
		if json.Unmarshal(line, &r) != nil {
			return nil, false
		}
		records = append(records, r)
	}
	return records, len(records) == end.Records
}

func checksum(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// Len is the number of results.
func (s *Store) Len() int {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return len(s.records)
}

// Ignored is the number of files that were not believed.
func (s *Store) Ignored() int { return s.ignored }

// Get reads the result of a key into a value and reports whether there is one.
func (s *Store) Get(key string, result any) bool {
	s.mutex.Lock()
	content, found := s.records[key]
	s.mutex.Unlock()
	return found && json.Unmarshal(content, result) == nil
}

// Put adds a result. It is on the disk after a second, or the next Flush.
func (s *Store) Put(key string, result any) error {
	content, err := json.Marshal(result)
	if err != nil {
		return err
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.records[key] = content
	s.pending = append(s.pending, record{key, content})
	if time.Since(s.flushed) < flushInterval {
		return nil
	}
	return s.flush()
}

// Flush writes what is not yet on the disk.
func (s *Store) Flush() error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.flush()
}

func (s *Store) flush() error {
	s.flushed = time.Now()
	if len(s.pending) == 0 {
		return nil
	}
	name, err := s.write(s.pending)
	if err != nil {
		return err
	}
	s.pending = nil
	if !slices.Contains(s.segments, name) {
		s.segments = append(s.segments, name)
	}
	return nil
}

// Compact writes all results into one segment and removes those it replaces. Only
// segments that this store has read or written are removed.
func (s *Store) Compact() error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if err := s.flush(); err != nil || len(s.segments) < 2 {
		return err
	}
	keys := make([]string, 0, len(s.records))
	for key := range s.records {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	all := make([]record, len(keys))
	for i, key := range keys {
		all[i] = record{key, s.records[key]}
	}
	name, err := s.write(all)
	if err != nil {
		return err
	}
	for _, older := range s.segments {
		if older != name {
			err = errors.Join(err, os.Remove(filepath.Join(s.directory, older)))
		}
	}
	s.segments = []string{name}
	return err
}

// write writes a segment and returns its name.
func (s *Store) write(records []record) (name string, err error) {
	var content bytes.Buffer
	encoder := json.NewEncoder(&content)
	for _, r := range records {
		if err := encoder.Encode(r); err != nil {
			return "", err
		}
	}
	end := seal{len(records), checksum(content.Bytes())}
	if err := encoder.Encode(end); err != nil {
		return "", err
	}
	name = end.SHA256[:32] + segmentSuffix
	if err := s.rename(content.Bytes(), name); err != nil {
		return "", fmt.Errorf("cannot write to the store: %w", err)
	}
	return name, nil
}

func (s *Store) rename(content []byte, name string) (err error) {
	if err := os.MkdirAll(s.directory, 0o755); err != nil {
		return err
	}
	file, err := os.CreateTemp(s.directory, temporaryPrefix+"*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			file.Close()
			os.Remove(file.Name())
		}
	}()
	if _, err := file.Write(content); err != nil {
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
	return os.Rename(file.Name(), filepath.Join(s.directory, name))
}
