package checkpoint

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// FuzzReader: what is read from any bytes, in any order, ends in values or an error, and in no
// list longer than the bytes; after an error everything reads as zero.
func FuzzReader(f *testing.F) {
	var whole bytes.Buffer
	w := NewWriter(&whole)
	state(5)(w)
	if err := w.Flush(); err != nil {
		f.Fatal(err)
	}
	f.Add(whole.Bytes(), []byte("sibftF"))
	f.Add(whole.Bytes()[:20], []byte("sibftF"))
	f.Add(bytes.Repeat([]byte{0xff}, 40), []byte("tFicb"))
	f.Fuzz(func(t *testing.T, data, calls []byte) {
		r := NewReader(bytes.NewReader(data), int64(len(data)))
		for _, call := range calls {
			failed := r.Err() != nil
			read := 0
			switch call {
			case 's':
				r.Section("test")
			case 'i':
				if r.Int() != 0 {
					read = 8
				}
			case 'c':
				if n := r.Count(7); n < 0 || n >= 7 && r.Err() == nil {
					t.Fatalf("a count below 7 is %d", n)
				}
			case 'b':
				r.Bool()
			case 'f':
				r.Float()
			case 'F':
				read = 8 * len(r.NewFloats())
			case 't':
				read = len(r.Text())
			case 'd':
				r.Floats(make([]float64, 3))
			}
			if read > len(data) || failed && read > 0 {
				t.Fatalf("%d bytes were read of %d, after an error: %v", read, len(data), failed)
			}
			if failed && r.Err() == nil {
				t.Fatal("an error was forgotten")
			}
		}
	})
}

// FuzzLoad: any file is loaded, or *Unusable with a reason.
func FuzzLoad(f *testing.F) {
	directory := f.TempDir()
	key := KeyOf([]byte("experiment"))
	path := filepath.Join(directory, "state")
	NewFile(path, key, time.Hour).Save(state(3))
	whole, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	for _, n := range []int{0, 1, len(magic), headerSize, len(whole) - 1} {
		f.Add(whole[:n])
	}
	f.Add(append(bytes.Clone(whole), 0))
	f.Fuzz(func(t *testing.T, data []byte) {
		path := filepath.Join(t.TempDir(), "state")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		saved, err := NewFile(path, key, time.Hour).Load()
		if err != nil {
			var unusable *Unusable
			if !errors.As(err, &unusable) || unusable.Reason == "" {
				t.Fatalf("%v is no *Unusable with a reason", err)
			}
			return
		}
		if !bytes.Equal(data, whole) {
			t.Error("another file than the one saved was taken for it")
		}
		check(t, saved.Reader, 3)
		if err := saved.Close(); err != nil && !errors.Is(err, fs.ErrClosed) {
			t.Error(err)
		}
	})
}
