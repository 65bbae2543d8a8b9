package output

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"codeberg.org/sbinet/npyio/npy"
	"gonum.org/v1/gonum/mat"

	"anisgd/engine/statistic"
)

func TestSeriesHasShortestNumbersAndEmptyFields(t *testing.T) {
	series := &statistic.Series{
		Columns: []string{"risk", "a,b"}, Times: []float64{0, 0.1},
		Rows: [][]float64{{1.0 / 3, math.NaN()}, {1e-300, math.Inf(1)}},
	}
	var out bytes.Buffer
	if err := WriteSeries(&out, series); err != nil {
		t.Fatal(err)
	}
	want := "t,risk,\"a,b\"\n0,0.3333333333333333,\n0.1,1e-300,\n"
	if out.String() != want {
		t.Errorf("%q, want %q", out.String(), want)
	}
}

func TestNumbersInJSON(t *testing.T) {
	for v, want := range map[Number]string{0.1: "0.1", 1e300: "1e+300", Number(math.Inf(-1)): "null", nan: "null"} {
		if got, err := json.Marshal(v); err != nil || string(got) != want {
			t.Errorf("%v becomes %s (%v), want %s", v, got, err, want)
		}
	}
}

func TestRunsWithoutTimes(t *testing.T) {
	var out bytes.Buffer
	if err := WriteRuns(&out, &statistic.Ensemble{Columns: []string{"risk"}, Runs: make([][][]float64, 3)}); err != nil {
		t.Fatal(err)
	}
	archive, err := zip.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len()))
	if err != nil {
		t.Fatal(err)
	}
	if len(archive.File) != 2 {
		t.Fatalf("%d arrays, want risk and t", len(archive.File))
	}
	for _, member := range archive.File {
		r, err := member.Open()
		if err != nil {
			t.Fatal(err)
		}
		array, err := npy.NewReader(r)
		if err != nil {
			t.Fatal(err)
		}
		if shape := array.Header.Descr.Shape; shape[0] != 0 {
			t.Errorf("%s has shape %v", member.Name, shape)
		}
	}
}

func TestRunsAreSortedAndTimeless(t *testing.T) {
	ensemble := &statistic.Ensemble{
		Columns: []string{"risk", "error"}, Times: []float64{0, 1},
		Runs: [][][]float64{{{1, 2}, {3, math.NaN()}}, {{5, 6}, {7, 8}}},
	}
	var out bytes.Buffer
	if err := WriteRuns(&out, ensemble); err != nil {
		t.Fatal(err)
	}
	archive, err := zip.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len()))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, member := range archive.File {
		names = append(names, member.Name)
		if !member.Modified.Equal(archiveTime) {
			t.Errorf("%s is of %v", member.Name, member.Modified)
		}
	}
	if !slices.Equal(names, []string{"error.npy", "risk.npy", "t.npy"}) {
		t.Errorf("arrays %v", names)
	}
	r, err := archive.Open("risk.npy")
	if err != nil {
		t.Fatal(err)
	}
	var risk mat.Dense
	if err := npy.Read(r, &risk); err != nil {
		t.Fatal(err)
	}
	if !mat.Equal(&risk, mat.NewDense(2, 2, []float64{1, 3, 5, 7})) {
		t.Errorf("risk %v", mat.Formatted(&risk))
	}
}

func TestFailedWriteLeavesTheOldFile(t *testing.T) {
	directory := t.TempDir()
	d, err := Open(directory, Run)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.WriteBytes("a/limit.csv", []byte("old")); err != nil {
		t.Fatal(err)
	}
	full := errors.New("the disk is full")
	err = d.Write("a/limit.csv", func(w io.Writer) error {
		_, _ = io.WriteString(w, "half of the n")
		return full
	})
	if !errors.Is(err, full) {
		t.Errorf("error %v", err)
	}
	content, _ := os.ReadFile(filepath.Join(directory, "a", "limit.csv"))
	if entries, _ := os.ReadDir(filepath.Join(directory, "a")); string(content) != "old" || len(entries) != 1 {
		t.Errorf("content %q, files %v", content, entries)
	}
}

func TestOpenMakesAndDiscardRemoves(t *testing.T) {
	base := t.TempDir()
	d, err := Open(filepath.Join(base, "out", "deep", "results"), Run)
	if err != nil {
		t.Fatal(err)
	}
	d.Discard()
	if entries, _ := os.ReadDir(base); len(entries) != 0 {
		t.Errorf("left: %v", entries)
	}
	// What was there before, or is written to, stays.
	existing := filepath.Join(base, "existing")
	if err := os.Mkdir(existing, 0o755); err != nil {
		t.Fatal(err)
	}
	if d, err = Open(filepath.Join(existing, "a"), Run); err != nil {
		t.Fatal(err)
	}
	d.Discard()
	if d, err = Open(filepath.Join(existing, "b"), Run); err != nil {
		t.Fatal(err)
	}
	if err := d.WriteBytes("x", nil); err != nil {
		t.Fatal(err)
	}
	d.Discard()
	if entries, _ := os.ReadDir(existing); len(entries) != 1 || entries[0].Name() != "b" {
		t.Errorf("left: %v", entries)
	}
}

func TestStaleFilesAreRemovedOnlyInside(t *testing.T) {
	base := t.TempDir()
	outside := filepath.Join(base, "thesis.tex")
	directory := filepath.Join(base, "results")
	for path, content := range map[string]string{
		outside: "text",
		filepath.Join(directory, SummaryFile): `{"program": "anisgd", "kind": "limit",
			"files": ["../thesis.tex", "old/limit.csv", "limit.csv", "gone.csv", "summary.json"]}`,
		filepath.Join(directory, "old", "limit.csv"): "old",
		filepath.Join(directory, "limit.csv"):        "old",
	} {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	d, err := Open(directory, Limit)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.WriteBytes("limit.csv", []byte("new")); err != nil {
		t.Fatal(err)
	}
	if err := d.RemoveStale(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(outside); err != nil {
		t.Error("a file outside was removed")
	}
	entries, _ := os.ReadDir(directory)
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	if !slices.Equal(names, []string{"limit.csv", SummaryFile}) {
		t.Errorf("left: %v", names)
	}
}

func TestKindsThatReplaceEachOther(t *testing.T) {
	for _, c := range []struct {
		kind, older Kind
		want        bool
	}{
		{Run, Run, true}, {Run, Limit, true}, {Run, Simulate, true},
		{Limit, Limit, true}, {Limit, Run, false}, {Limit, Simulate, false},
		{Simulate, Simulate, true}, {Simulate, Run, false}, {Run, "sweep", false}, {Run, "", false},
	} {
		if got := c.kind.replaces(c.older); got != c.want {
			t.Errorf("%s replaces %q: %v, want %v", c.kind, c.older, got, c.want)
		}
	}
}
