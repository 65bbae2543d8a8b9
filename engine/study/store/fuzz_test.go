package store

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// FuzzRead: whatever stands in a task's directory, it is read with the files that its list has the
// checksums of, or found damaged; and a batch of records that is damaged is left out.
func FuzzRead(f *testing.F) {
	content := `{"key":"k","result":1}` + "\n"
	list := checksum([]byte(content)) + "  " + recordsFile + "\n"
	f.Add([]byte(list), []byte(content))
	f.Add([]byte(list), []byte("changed"))
	f.Add([]byte(list+list), []byte(content))
	f.Add([]byte(""), []byte(""))
	f.Add([]byte("\n"), []byte(""))
	f.Add([]byte(checksum(nil)+"  ../../x\n"), []byte(content))
	f.Add([]byte(checksum([]byte("{"))+"  "+recordsFile+"\n"), []byte("{"))
	f.Fuzz(func(t *testing.T, sums, content []byte) {
		s, err := Open(filepath.Join(t.TempDir(), "store"))
		if err != nil {
			t.Fatal(err)
		}
		name := batchPrefix + "0123"
		if err := os.MkdirAll(s.Path(name), 0o755); err != nil {
			t.Fatal(err)
		}
		for file, text := range map[string][]byte{sumsFile: sums, recordsFile: content} {
			if err := os.WriteFile(filepath.Join(s.Path(name), file), text, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		files, err := s.Read(name)
		switch {
		case errors.Is(err, ErrDamaged) && files != nil, err == nil && string(files[recordsFile]) != string(content):
			t.Fatalf("%v with %d files", err, len(files))
		case err != nil && !errors.Is(err, ErrDamaged):
			t.Logf("%v", err) // the name of a file that no system has
		}
		records, err := s.Records()
		if err != nil {
			return
		}
		var result any
		for key := range records.records {
			if !records.Get(key, &result) {
				t.Errorf("record %q is there and cannot be read", key)
			}
		}
	})
}
