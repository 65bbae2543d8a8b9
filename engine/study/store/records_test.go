package store

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

type result struct{ Value string }

func openStore(t *testing.T, directory string) *Store {
	t.Helper()
	s, err := Open(directory)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func openRecords(t *testing.T, directory string) *Records {
	t.Helper()
	r, err := openStore(t, directory).Records()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func put(t *testing.T, r *Records, key, value string) {
	t.Helper()
	if err := r.Put(key, result{value}); err != nil {
		t.Fatal(err)
	}
}

// tasksIn lists the tasks in a directory.
func tasksIn(t *testing.T, directory string) []string {
	t.Helper()
	names, err := openStore(t, directory).Names()
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestRecordsAreKept(t *testing.T) {
	directory := filepath.Join(t.TempDir(), "tasks")
	r := openRecords(t, directory)
	put(t, r, "a", "1")
	if err := r.Flush(); err != nil {
		t.Fatal(err)
	}
	put(t, r, "b", "2")
	if err := r.Flush(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		r = openRecords(t, directory)
		var a, b, c result
		if !r.Get("a", &a) || a.Value != "1" || !r.Get("b", &b) || b.Value != "2" || r.Get("c", &c) {
			t.Errorf("a = %v, b = %v, c = %v", a, b, c)
		}
		if err := r.Compact(); err != nil {
			t.Fatal(err)
		}
		if names := tasksIn(t, directory); len(names) != 1 {
			t.Errorf("after compaction %v", names)
		}
	}
}

// TestRecordsAreAddedByTwo: two programs that have the same store open do not lose
// each other's results, whoever compacts.
func TestRecordsAreAddedByTwo(t *testing.T) {
	directory := t.TempDir()
	first, second := openRecords(t, directory), openRecords(t, directory)
	put(t, first, "a", "1")
	put(t, second, "b", "2")
	for _, r := range []*Records{first, second, first} {
		if err := r.Compact(); err != nil {
			t.Fatal(err)
		}
	}
	put(t, first, "c", "3")
	if err := first.Compact(); err != nil {
		t.Fatal(err)
	}
	if r := openRecords(t, directory); r.Len() != 3 {
		t.Errorf("%d records, want 3", r.Len())
	}
}

// TestDamagedRecordsAreComputedAgain: a batch that was altered is not believed, and
// written again beside what is left of it.
func TestDamagedRecordsAreComputedAgain(t *testing.T) {
	directory := t.TempDir()
	r := openRecords(t, directory)
	put(t, r, "a", "1")
	if err := r.Flush(); err != nil {
		t.Fatal(err)
	}
	batch := tasksIn(t, directory)[0]
	if err := os.WriteFile(filepath.Join(directory, batch, recordsFile), []byte(`{"key":"a","result":{"Value":"2"}}`+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	r = openRecords(t, directory)
	if r.Len() != 0 || r.Ignored() != 1 {
		t.Fatalf("%d records, %d batches ignored", r.Len(), r.Ignored())
	}
	put(t, r, "a", "1")
	if err := r.Flush(); err != nil {
		t.Fatal(err)
	}
	r = openRecords(t, directory)
	var a result
	if r.Ignored() != 0 || !r.Get("a", &a) || a.Value != "1" {
		t.Errorf("a = %v, %d batches ignored", a, r.Ignored())
	}
	left, err := filepath.Glob(filepath.Join(directory, damagedPrefix+batch+"*"))
	if err != nil || len(left) != 1 {
		t.Errorf("%v is left of the damaged batch, %v", left, err)
	}
}

func TestRecordsThatCannotBeWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	r := openRecords(t, filepath.Join(t.TempDir(), "tasks"))
	r.store.directory = filepath.Join(file, "tasks")
	put(t, r, "a", "1")
	if err := r.Flush(); err == nil || !strings.Contains(err.Error(), "cannot write to the store") {
		t.Errorf("nothing was written, and the error is %v", err)
	}
}
