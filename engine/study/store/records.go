package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// Records are many small results by key. A store keeps them in batches: tasks that
// hold one record a line.
type Records struct {
	store *Store

	mutex   sync.Mutex
	records map[string]json.RawMessage
	pending []record // not yet on the disk
	flushed time.Time
	batches []string // read or written, by name
	ignored int
}

// record is a line of a batch.
type record struct {
	Key    string          `json:"key"`
	Result json.RawMessage `json:"result"`
}

const (
	batchPrefix = "records-"
	recordsFile = "records.jsonl"
	// flushInterval bounds what a crash can lose.
	flushInterval = time.Second
)

// Records reads all records of the store. Damaged batches are ignored.
func (s *Store) Records() (*Records, error) {
	for {
		r, err := s.readRecords()
		if !errors.Is(err, fs.ErrNotExist) {
			return r, err
		}
		// Another program has compacted batches meanwhile.
	}
}

func (s *Store) readRecords() (*Records, error) {
	r := &Records{store: s, records: map[string]json.RawMessage{}, flushed: time.Now()}
	names, err := s.Names()
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if !strings.HasPrefix(name, batchPrefix) {
			continue
		}
		batch, err := s.readBatch(name)
		if errors.Is(err, ErrDamaged) && exists(s.Path(name)) {
			r.ignored++
			continue
		}
		if errors.Is(err, ErrDamaged) {
			err = fs.ErrNotExist // removed while it was read
		}
		if err != nil {
			return nil, err
		}
		for _, record := range batch {
			r.records[record.Key] = record.Result
		}
		r.batches = append(r.batches, name)
	}
	return r, nil
}

func (s *Store) readBatch(name string) (batch []record, err error) {
	files, err := s.Read(name)
	if err != nil {
		return nil, err
	}
	for line := range bytes.Lines(files[recordsFile]) {
		var r record
		if json.Unmarshal(line, &r) != nil {
			return nil, damaged(s.Path(name))
		}
		batch = append(batch, r)
	}
	return batch, nil
}

// Len is the number of records that are on the disk.
func (r *Records) Len() int {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	pending := map[string]bool{}
	for _, record := range r.pending {
		pending[record.Key] = true
	}
	return len(r.records) - len(pending)
}

// Ignored is the number of batches that were not believed.
func (r *Records) Ignored() int { return r.ignored }

// Get reads the result of a key into a value and reports whether there is one.
func (r *Records) Get(key string, result any) bool {
	r.mutex.Lock()
	content, found := r.records[key]
	r.mutex.Unlock()
	return found && json.Unmarshal(content, result) == nil
}

// Put adds a result. It is on the disk after a second, or the next Flush.
func (r *Records) Put(key string, result any) error {
	content, err := json.Marshal(result)
	if err != nil {
		return err
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.records[key] = content
	r.pending = append(r.pending, record{key, content})
	if time.Since(r.flushed) < flushInterval {
		return nil
	}
	return r.flush()
}

// Flush writes what is not yet on the disk.
func (r *Records) Flush() error {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return r.flush()
}

func (r *Records) flush() error {
	r.flushed = time.Now()
	if len(r.pending) == 0 {
		return nil
	}
	name, err := r.write(r.pending)
	if err != nil {
		return err
	}
	r.pending = nil
	if !slices.Contains(r.batches, name) {
		r.batches = append(r.batches, name)
	}
	return nil
}

// Compact writes all records into one batch and removes those it replaces. Only
// batches that have been read or written here are removed.
func (r *Records) Compact() error {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if err := r.flush(); err != nil || len(r.batches) < 2 {
		return err
	}
	all := make([]record, 0, len(r.records))
	for _, key := range slices.Sorted(maps.Keys(r.records)) {
		all = append(all, record{key, r.records[key]})
	}
	name, err := r.write(all)
	if err != nil {
		return err
	}
	for _, older := range r.batches {
		if older != name {
			err = errors.Join(err, r.store.Remove(older))
		}
	}
	r.batches = []string{name}
	return err
}

// write writes a batch and returns its name, the beginning of its SHA-256.
func (r *Records) write(batch []record) (name string, err error) {
	var content bytes.Buffer
	encoder := json.NewEncoder(&content)
	for _, record := range batch {
		if err := encoder.Encode(record); err != nil {
			return "", err
		}
	}
	name = batchPrefix + checksum(content.Bytes())[:32]
	return name, r.store.Write(name, map[string][]byte{recordsFile: content.Bytes()})
}
