package checkpoint

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// state is what the tests save.
func state(size int) func(*Writer) {
	return func(w *Writer) {
		w.Section("test")
		w.Int(-3)
		w.Bool(true)
		w.Float(math.NaN())
		w.Text("straße")
		values := make([]float64, size)
		for i := range values {
			values[i] = math.Ldexp(float64(i), i%5)
		}
		w.Floats(values)
	}
}

// check reads a state of the given size.
func check(t *testing.T, r *Reader, size int) {
	t.Helper()
	r.Section("test")
	if v := r.Int(); v != -3 {
		t.Errorf("integer %d", v)
	}
	if !r.Bool() {
		t.Error("false")
	}
	if v := r.Float(); !math.IsNaN(v) {
		t.Errorf("number %v", v)
	}
	if v := r.Text(); v != "straße" {
		t.Errorf("text %q", v)
	}
	values := make([]float64, size)
	r.Floats(values)
	for i, v := range values {
		if v != math.Ldexp(float64(i), i%5) {
			t.Fatalf("number %d of the list is %v", i, v)
		}
	}
	if err := r.Err(); err != nil {
		t.Error(err)
	}
}

// newTestFile is a file whose warnings are collected.
func newTestFile(t *testing.T, path string, key Key) (f *File, warnings *[]string) {
	t.Helper()
	f, warnings = NewFile(path, key, 0), new([]string)
	f.Warn = func(err error) { *warnings = append(*warnings, err.Error()) }
	return f, warnings
}

func TestWhatIsSavedIsLoaded(t *testing.T) {
	f, warnings := newTestFile(t, filepath.Join(t.TempDir(), "new", "directory", "a.checkpoint"), KeyOf([]byte("a")))
	if saved := f.Recall(); saved != nil {
		t.Error("something was found where nothing is")
	}
	// Lengths around those of the buffers.
	for _, size := range []int{0, 1, 511, 512, 513, bufferSize/8 - 1, bufferSize / 8, 3*bufferSize/8 + 5} {
		f.Save(state(size))
		if !f.Saved() {
			t.Fatal(*warnings)
		}
		saved, err := f.Load()
		if err != nil {
			t.Fatal(err)
		}
		check(t, saved.Reader, size)
		if saved.Int(); saved.Err() == nil {
			t.Error("more was read than was written")
		}
		saved.Close()
	}
	if err := f.Remove(); err != nil {
		t.Error(err)
	}
	if _, err := f.Load(); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("after removal: %v", err)
	}
	if err := f.Remove(); err != nil {
		t.Errorf("removing what is not there: %v", err)
	}
	if len(*warnings) > 0 {
		t.Error(*warnings)
	}
}

// TestUnusableFilesAreNotTaken cuts a checkpoint short at many places and alters it in
// many, each bit of the header's numbers among them; and has files of other keys, of a
// newer format, and of something else.
func TestUnusableFilesAreNotTaken(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.checkpoint")
	f, _ := newTestFile(t, path, KeyOf([]byte("a")))
	f.Save(state(100))
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	refused := func(content []byte, reason string) {
		t.Helper()
		if err := os.WriteFile(path, content, 0o644); err != nil {
			t.Fatal(err)
		}
		var unusable *Unusable
		if _, err := f.Load(); !errors.As(err, &unusable) || !strings.Contains(unusable.Reason, reason) {
			t.Errorf("%d of %d bytes: %v, want that it %s", len(content), len(whole), err, reason)
		}
	}
	for size := 0; size < len(whole); size += 1 + size/20 {
		refused(whole[:size], "")
	}
	refused(whole[:len(whole)-1], "is damaged")
	refused(whole[:headerSize+5], "is cut short")
	refused(append(slices.Clone(whole), 0), "is damaged")
	for at := 0; at < len(whole); at += 7 {
		altered := slices.Clone(whole)
		altered[at] ^= 1 << (at % 8)
		refused(altered, "")
	}
	newer := slices.Clone(whole)
	binary.LittleEndian.PutUint64(newer[len(magic):], formatVersion+1)
	refused(newer, "has format 2")
	refused([]byte("t,risk\n0,0.69\n"), "is no checkpoint")

	if err := os.WriteFile(path, whole, 0o644); err != nil {
		t.Fatal(err)
	}
	other, warnings := newTestFile(t, path, KeyOf([]byte("b")))
	if saved := other.Recall(); saved != nil {
		t.Error("the checkpoint of another key was taken")
	}
	if len(*warnings) != 1 || !strings.Contains((*warnings)[0], "another experiment") || !strings.Contains((*warnings)[0], path+".aside-1") {
		t.Errorf("warnings %q", *warnings)
	}
	if kept, err := os.ReadFile(path + ".aside-1"); err != nil || !bytes.Equal(kept, whole) {
		t.Errorf("what was set aside is not what was there: %v", err)
	}
	other.Save(state(3))
	if saved := other.Recall(); saved == nil {
		t.Error("its own checkpoint was not taken")
	} else {
		saved.Close()
	}
}

// TestFailingSaves leave the checkpoint before as it was, and no other file.
func TestFailingSaves(t *testing.T) {
	directory := t.TempDir()
	f, warnings := newTestFile(t, filepath.Join(directory, "a.checkpoint"), KeyOf())
	f.Save(state(10))
	stray := filepath.Join(directory, "a.checkpoint"+temporaryMark+"1")
	writeFile(t, stray)
	foreign := filepath.Join(directory, "b.checkpoint"+temporaryMark+"1")
	writeFile(t, foreign)
	if saved := f.Recall(); saved == nil {
		t.Fatal(*warnings)
	} else {
		check(t, saved.Reader, 10)
		saved.Close()
	}
	if _, err := os.Stat(stray); err == nil {
		t.Error("what an interrupted save left is still there")
	}
	if _, err := os.Stat(foreign); err != nil {
		t.Errorf("a file of another checkpoint: %v", err)
	}

	blocked, warnings := newTestFile(t, filepath.Join(foreign, "below a file", "a.checkpoint"), KeyOf())
	blocked.Save(state(10))
	if blocked.Saved() || len(*warnings) != 1 {
		t.Errorf("saved %v, warnings %q", blocked.Saved(), *warnings)
	}
	unprepared, warnings := newTestFile(t, filepath.Join(directory, "c.checkpoint"), KeyOf())
	unprepared.Prepare = func() error { return errors.New("not now") }
	unprepared.Save(state(10))
	if unprepared.Saved() || len(*warnings) != 1 || !strings.Contains((*warnings)[0], "not now") {
		t.Errorf("saved %v, warnings %q", unprepared.Saved(), *warnings)
	}
	unprepared.Prepare = func() error { return nil }
	if unprepared.Save(state(10)); !unprepared.Saved() {
		t.Error(*warnings)
	}
}

func writeFile(t *testing.T, path string) {
	t.Helper()
	if err := os.WriteFile(path, []byte("half"), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestDue(t *testing.T) {
	directory := t.TempDir()
	if NewFile(filepath.Join(directory, "never"), KeyOf(), 0).Due() {
		t.Error("due without an interval")
	}
	if NewFile(filepath.Join(directory, "later"), KeyOf(), time.Hour).Due() {
		t.Error("due before the first interval is over")
	}
	f := NewFile(filepath.Join(directory, "slow"), KeyOf(), time.Nanosecond)
	time.Sleep(time.Millisecond)
	if !f.Due() {
		t.Error("not due after the interval")
	}
	// A checkpoint that took a while is not followed by another at once.
	f.Save(func(*Writer) { time.Sleep(20 * time.Millisecond) })
	if f.Due() {
		t.Error("due at once after a checkpoint that takes long to write")
	}
}

func TestKeysTellPartsApart(t *testing.T) {
	keys := []Key{KeyOf(), KeyOf(nil), KeyOf([]byte("ab")), KeyOf([]byte("a"), []byte("b")), KeyOf([]byte("b"), []byte("a"))}
	for i, key := range keys {
		if slices.Index(keys, key) != i {
			t.Errorf("keys %d and %d are the same", slices.Index(keys, key), i)
		}
	}
}

// TestReaderRefuses what does not fit.
func TestReaderRefuses(t *testing.T) {
	var content bytes.Buffer
	w := NewWriter(&content)
	w.Section("one")
	w.Int(5)
	w.Floats([]float64{1, 2})
	w.Int(1 << 62) // as the length of something
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	for name, read := range map[string]func(*Reader){
		"section": func(r *Reader) { r.Section("two") },
		"count":   func(r *Reader) { r.Section("one"); r.Count(5) },
		"bool":    func(r *Reader) { r.Section("one"); r.Bool() },
		"floats":  func(r *Reader) { r.Section("one"); r.Int(); r.Floats(make([]float64, 3)) },
		"length":  func(r *Reader) { r.Section("one"); r.Int(); r.NewFloats(); r.NewFloats() },
		"text":    func(r *Reader) { r.Section("one"); r.Int(); r.NewFloats(); _ = r.Text() },
	} {
		r := NewReader(bytes.NewReader(content.Bytes()), int64(content.Len()))
		if read(r); r.Err() == nil {
			t.Errorf("%s: no error", name)
		}
		if r.Int() != 0 || r.NewFloats() != nil || r.Text() != "" {
			t.Errorf("%s: something was read after an error", name)
		}
	}
}

// BenchmarkSave measures what a checkpoint of a million numbers costs, the disk included.
func BenchmarkSave(b *testing.B) {
	values := make([]float64, 1_000_000)
	f := NewFile(filepath.Join(b.TempDir(), "a.checkpoint"), KeyOf(), 0)
	b.SetBytes(int64(8 * len(values)))
	for b.Loop() {
		f.Save(func(w *Writer) { w.Floats(values) })
	}
}
