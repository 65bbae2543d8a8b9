package record

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"anisgd/bench/machine"
	"anisgd/bench/suite"
	"anisgd/kernels/cpu"
)

// written is a file of two benchmarks on two paths.
func written(t testing.TB) (string, *Origin, []suite.Result) {
	t.Helper()
	levels := machine.Levels()
	origin := &Origin{Machine: machine.Describe(8e9), Threads: 3, Version: "v1", Commit: "abc", Date: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	cases := suite.Cases(levels)
	var results []suite.Result
	for _, path := range []cpu.Path{cpu.Generic, cpu.AVX2} {
		for _, c := range []*suite.Case{suite.Find(cases, "Clock"), suite.Find(cases, "Normals/type=f64/n=512")} {
			r := suite.Result{Case: c, Path: path, Samples: []suite.Sample{{Operations: 10, Seconds: 1.5e-6}, {Operations: 20, Seconds: 1.25e-6}}}
			if c.Probe == nil {
				r.Checksum, r.HasChecksum = 1<<48-1, true
			}
			results = append(results, r)
		}
	}
	var text bytes.Buffer
	if err := Write(&text, origin, results); err != nil {
		t.Fatal(err)
	}
	return text.String(), origin, results
}

func TestFilesAreReadBack(t *testing.T) {
	text, origin, _ := written(t)
	f, err := Read(strings.NewReader(text), "file")
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(f.Origin.text(), origin.text()) {
		t.Errorf("origin %v, want %v", f.Origin.text(), origin.text())
	}
	// Footprints are not written, but what bandwidths are derived with.
	if !reflect.DeepEqual(f.Origin.Machine.Levels, origin.Machine.Levels) {
		t.Errorf("levels %+v, want %+v", f.Origin.Machine.Levels, origin.Machine.Levels)
	}
	s := f.Of("avx2", "Normals/type=f64/n=512")
	if s == nil || s.Checksum != 1<<48-1 || len(s.Seconds) != 2 || s.Seconds[0] != 1.5e-6 {
		t.Errorf("series %+v", s)
	}
	if f.Of("generic", "Clock").HasChecksum || len(f.Paths) != 2 {
		t.Errorf("paths %v", f.Paths)
	}
}

func TestBadFilesSayWhy(t *testing.T) {
	text, _, _ := written(t)
	lines := strings.SplitAfter(text, "\n")
	for name, c := range map[string]struct{ text, want string }{
		"empty":               {"", "empty"},
		"something else":      {"# title\n\ntext\n", "no benchmarks"},
		"another program":     {"BenchmarkX 1 5 ns/op\n", "another program"},
		"another schema":      {strings.Replace(text, "anisgd-bench: 2", "anisgd-bench: 99", 1), "schema version 99"},
		"escape sequences":    {strings.Replace(text, "cpu: ", "cpu: \x1b[31m", 1), "no text"},
		"bytes":               {"\xff\xfe" + text, "no text"},
		"longer than any":     {text + strings.Repeat("#\n", maximalSize/2), "longer than 64 MiB"},
		"without the end":     {strings.Join(lines[:len(lines)-2], ""), "truncated"},
		"within a line":       {text[:strings.LastIndex(text, "ns/op")], "truncated"},
		"a line left out":     {strings.Replace(text, "BenchmarkClock 10 ", "Clock 10 ", 1), "cut out"},
		"two files":           {text + strings.Replace(text, "commit: abc", "commit: def", 1), "mixed"},
		"several checksums":   {strings.Replace(text, "2.81474976710655e+14 checksum", "5 checksum", 1), "several checksums"},
		"a number is no such": {strings.Replace(text, "BenchmarkClock 10 1500", "BenchmarkClock 10 fast", 1), "line"},
	} {
		_, err := Read(strings.NewReader(c.text), "file.txt")
		var bad *Error
		if !errors.As(err, &bad) || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "file.txt: ") {
			t.Errorf("%s: %v lacks %q", name, err, c.want)
		}
	}
}
