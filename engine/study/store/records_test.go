package study

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

type result struct{ Value Number }

func open(t *testing.T, directory string) *Store {
	t.Helper()
	s, err := OpenStore(directory)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func put(t *testing.T, s *Store, key string, value float64) {
	t.Helper()
	if err := s.Put(key, result{Number(value)}); err != nil {
		t.Fatal(err)
	}
}

func segments(t *testing.T, directory string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(directory, "*"))
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestStoreKeepsResults(t *testing.T) {
	directory := filepath.Join(t.TempDir(), "tasks")
	s := open(t, directory)
	put(t, s, "a", 0.1)
	if err := s.Flush(); err != nil {
		t.Fatal(err)
	}
	put(t, s, "b", nan())
	if err := s.Flush(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		s = open(t, directory)
		var a, b, c result
		if !s.Get("a", &a) || a.Value != 0.1 || !s.Get("b", &b) || b.Value == b.Value || s.Get("c", &c) {
			t.Errorf("a = %v, b = %v, c = %v", a, b, c)
		}
		if err := s.Compact(); err != nil {
			t.Fatal(err)
		}
		if files := segments(t, directory); len(files) != 1 {
			t.Errorf("after compaction %v", files)
		}
	}
}

// TestStoreIsAppendedToByTwo: two programs that have the same directory open do
// not lose each other's results, whoever compacts.
func TestStoreIsAppendedToByTwo(t *testing.T) {
	directory := t.TempDir()
	first, second := open(t, directory), open(t, directory)
	put(t, first, "a", 1)
	put(t, second, "b", 2)
	for _, s := range []*Store{first, second, first} {
		if err := s.Compact(); err != nil {
			t.Fatal(err)
		}
	}
	put(t, first, "c", 3)
	if err := first.Compact(); err != nil {
		t.Fatal(err)
	}
	if s := open(t, directory); s.Len() != 3 {
		t.Errorf("%d results, want 3", s.Len())
	}
}

// TestStoreBelievesNoTornFile cuts and alters a segment at every byte.
func TestStoreBelievesNoTornFile(t *testing.T) {
	directory := t.TempDir()
	s := open(t, directory)
	put(t, s, "a", 1)
	put(t, s, "b", 2)
	if err := s.Flush(); err != nil {
		t.Fatal(err)
	}
	file := segments(t, directory)[0]
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for n := range whole {
		altered := slices.Clone(whole)
		altered[n] ^= 1
		for what, content := range map[string][]byte{"cut": whole[:n], "altered": altered} {
			if err := os.WriteFile(file, content, 0o644); err != nil {
				t.Fatal(err)
			}
			s := open(t, directory)
			var a result
			if s.Get("a", &a) && a.Value != 1 || s.Len() != 0 || s.Ignored() != 1 {
				t.Fatalf("%s at byte %d: %d results, a = %v, %d files ignored", what, n, s.Len(), a.Value, s.Ignored())
			}
		}
	}
	// Neither are files under their temporary names, or of others.
	if err := os.WriteFile(file, whole[:len(whole)/2], 0o644); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{temporaryPrefix + "123", "notes.txt"} {
		if err := os.WriteFile(filepath.Join(directory, name), whole, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	s = open(t, directory)
	put(t, s, "c", 3)
	if err := s.Compact(); err != nil {
		t.Fatal(err)
	}
	if s = open(t, directory); s.Len() != 1 {
		t.Errorf("%d results, want 1", s.Len())
	}
	left := segments(t, directory)
	if !slices.ContainsFunc(left, func(name string) bool { return strings.HasSuffix(name, "notes.txt") }) {
		t.Errorf("left: %v", left)
	}
}

func TestStoreThatCannotBeWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenStore(file); err == nil {
		t.Error("a file is taken for a store")
	}
	s := open(t, filepath.Join(t.TempDir(), "tasks"))
	s.directory = filepath.Join(file, "tasks")
	put(t, s, "a", 1)
	if err := s.Flush(); err == nil {
		t.Error("nothing was written, and no error")
	}
}
