package experiment

import (
	"bytes"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestArrayFileErrors are array files that cannot be used.
func TestArrayFileErrors(t *testing.T) {
	directory := t.TempDir()
	tail := make([]float64, 8)
	good := float64Bytes(append([]float64{1, 2}, tail...)...)
	for _, c := range []struct {
		name, phrase string
		data         []byte
	}{
		{"empty", "not a .npy file", nil},
		{"text", "not a .npy file", []byte("1 2 3 4 5 6 7 8 9 10\n")},
		{"magic", "not a .npy file", []byte("\x93NUMP")},
		{"version cut short", "the .npy header is cut short", []byte("\x93NUMPY\x01")},
		{"no header", "the .npy header is cut short", []byte("\x93NUMPY\x01\x00")},
		{"header of 4 GB", "the .npy header has 4294967295 bytes, which is impossible", []byte("\x93NUMPY\x02\x00\xff\xff\xff\xff{}")},
		{"two shapes", "no shape, or several", npy("<f8", "False", "(10,), 'shape': (9,)", good)},
		{"negative shape", "not one of numbers", npy("<f8", "False", "(-10,)", good)},
		{"boolean", "type |b1, neither", npy("|b1", "False", "(10,)", good[:10])},
		{"half precision", "type <f2, neither", npy("<f2", "False", "(10,)", good[:20])},
		{"extended precision", "type <f16, neither", npy("<f16", "False", "(5,)", good)},
		{"version", "version 9 of the .npy format is unknown", []byte("\x93NUMPY\x09\x00\x00\x00\x00\x00")},
		{"header", "the .npy header is cut short", npy("<f8", "False", "(10,)", nil)[:40]},
		{"no shape", "has no shape", npy("<f8", "False", "10", good)},
		{"length", "holds 9 numbers, expected a .npy file with a one-dimensional array of d = 10 numbers", npy("<f8", "False", "(9,)", good[:72])},
		{"two dimensions", "has shape (2, 5), with 2 dimensions", npy("<f8", "False", "(2, 5)", good)},
		{"no dimension", "with 0 dimensions", npy("<f8", "False", "()", good[:8])},
		{"huge", "an impossible length", npy("<f8", "False", "(99999999999999999999,)", good)},
		{"cut short", "holds 72 bytes of data where 10 numbers take 8 each", npy("<f8", "False", "(10,)", good[:72])},
		{"too long", "holds 81 bytes of data", npy("<f8", "False", "(10,)", append(good[:80:80], 0))},
		{"complex", "type <c16, neither a float32, a float64 nor an integer type", npy("<c16", "False", "(5,)", good)},
		{"text numbers", "type <U2, neither", npy("<U2", "False", "(10,)", good)},
		{"object", "not one of plain numbers", npy("|O", "False", "(10,)", good)},
		{"NaN", "entry 2 (from 0) is NaN", npy("<f8", "False", "(10,)", float64Bytes(append([]float64{1, 2, math.NaN()}, tail[1:]...)...))},
		{"infinite", "entry 9 (from 0) is -Inf", npy("<f8", "False", "(10,)", float64Bytes(append(tail, 0, math.Inf(-1))...))},
		{"negative", "entry 0 (from 0) is -1, expected eigenvalues ≥ 0", npy("<f8", "False", "(10,)", float64Bytes(append([]float64{-1, 0}, tail...)...))},
	} {
		t.Run(c.name, func(t *testing.T) {
			writeFile(t, directory, "x.npy", c.data)
			text := replace(t, valid, "{isotropic: 0.5}", "{file: §x.npy}")
			checkError(t, filepath.Join(directory, "test.yaml"), text, "model.classes.1.covariance.file", c.phrase)
		})
	}
	text := replace(t, valid, "{isotropic: 0.5}", "{file: §.}")
	checkError(t, filepath.Join(directory, "test.yaml"), text, "model.classes.1.covariance.file", "is not a regular file")
}

// TestHugeArrayFiles are files that take no room on the disk and more than all memory when they are
// read: what their headers say is compared with d and the file first, and then with the memory.
func TestHugeArrayFiles(t *testing.T) {
	directory := t.TempDir()
	const length = 1 << 40
	for _, c := range []struct {
		shape, dim, phrase string
	}{
		{"(1099511627776,)", "10", "holds 1099511627776 numbers, expected"},
		{"(10,)", "10", "where 10 numbers take 8 each"},
		{"(1099511627776,)", "1099511627776", "an array of 1099511627776 numbers does not fit into the memory"},
	} {
		header := npy("<f8", "False", c.shape, nil)
		writeFile(t, directory, "x.npy", header)
		if err := os.Truncate(filepath.Join(directory, "x.npy"), int64(len(header))+8*length); err != nil {
			t.Skipf("no such large files here: %v", err)
		}
		text := replace(t, minimal, "dim: 4", "dim: "+c.dim)
		text = replace(t, text, "{power-law: {exponent: 2}}", "{file: §x.npy}")
		checkError(t, filepath.Join(directory, "test.yaml"), text, "model.classes.0.covariance.file", c.phrase)
	}
}

// TestLoadErrors are files that cannot be read as text.
func TestLoadErrors(t *testing.T) {
	directory := t.TempDir()
	writeFile(t, directory, "long.yaml", append([]byte(minimal), bytes.Repeat([]byte("#\n"), maximalText/2)...))
	for _, c := range []struct{ path, phrase string }{
		{filepath.Join(directory, "long.yaml"), "is longer than 16 MiB, expected an experiment file"},
		{directory, "cannot be read: is a directory"},
		{"/dev/zero", "is longer than 16 MiB"},
		{"/dev/null", "the file is empty"},
		{filepath.Join(directory, "two\nlines"), `two\nlines: there is no such file`},
	} {
		if _, err := os.Stat("/dev/zero"); err != nil && strings.HasPrefix(c.path, "/dev") {
			continue
		}
		_, err := Load(c.path, nil)
		var bad *Error
		if !errors.As(err, &bad) || !strings.Contains(err.Error(), c.phrase) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, expected %q", c.path, err, c.phrase)
		}
	}
}

// TestErrorsAreOneLine: also where the file has keys of a megabyte, or with line breaks.
func TestErrorsAreOneLine(t *testing.T) {
	for _, key := range []string{strings.Repeat("k", 1<<20), `"a\nb"`, `"\e[31m"`, "\"\u202e\""} {
		_, err := Parse([]byte(key+": 1\n"), "a\nb.yaml", nil)
		if err == nil || len(err.Error()) > 1000 || oneLine(err.Error()) != err.Error() {
			t.Errorf("%.20s: %q", key, err)
		}
	}
}
