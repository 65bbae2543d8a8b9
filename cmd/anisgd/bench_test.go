package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// benchFile measures little and returns the file.
func benchFile(t *testing.T, directory, name string, arguments ...string) string {
	t.Helper()
	mustInvoke(t, 0, directory, append([]string{"bench", "run", "--quick", "--budget", "1ms", "--filter", "Clock|Peak|AES|L1|Signs.*=512", "--out", name}, arguments...)...)
	return readFile(t, directory, name)
}

func TestBenchRunAndCompare(t *testing.T) {
	directory := t.TempDir()
	text := benchFile(t, directory, "a.txt", "--kernel", "generic")
	for _, want := range []string{"anisgd-bench: 2\n", "path: generic\n", "cpu: ", "BenchmarkSigns/type=f64/n=512 ", " checksum\n", "goos: "} {
		if !strings.Contains(text, want) {
			t.Errorf("the file lacks %q", want)
		}
	}
	benchFile(t, directory, "b.txt", "--kernel", "generic")
	o := mustInvoke(t, 0, directory, "bench", "compare", "a.txt", "b.txt", "--csv", "c/r.csv", "--plot", "c/r", "--html", "c/page.html")
	for _, want := range []string{"Signs/type=f64/n=512", "geomean all (1)", "b.txt@generic"} {
		if !strings.Contains(o.stdout, want) {
			t.Errorf("stdout lacks %q:\n%s", want, o.stdout)
		}
	}
	page := readFile(t, directory, "c", "page.html")
	if !strings.Contains(page, "<svg") || !strings.Contains(page, "Signs/type=f64/n=512") || strings.Contains(page, "src=") || strings.Contains(page, "<link") {
		t.Error("the page is not one that stands by itself")
	}
	for _, unmeasured := range []string{"L1, reading</td><td class=\"n\">–", "0 B/s"} {
		if strings.Contains(page, unmeasured) {
			t.Errorf("the page takes a bandwidth that was measured for none, or one that was not for zero: %q", unmeasured)
		}
	}
	if table := readFile(t, directory, "c", "r.csv"); strings.Count(table, "\n") < 7 || !strings.HasPrefix(table, "benchmark,a,b,") {
		t.Errorf("table %s", table)
	}
	if png := readFile(t, directory, "c", "r.png"); !strings.HasPrefix(png, "\x89PNG") {
		t.Error("no PNG")
	}
	var summary struct {
		Comparisons []struct{ Benchmarks []struct{ Name string } }
	}
	o = mustInvoke(t, 0, directory, "bench", "compare", "a.txt", "b.txt", "--json")
	if err := json.Unmarshal([]byte(o.stdout), &summary); err != nil || len(summary.Comparisons) != 1 || len(summary.Comparisons[0].Benchmarks) == 0 {
		t.Errorf("%v: %s", err, o.stdout)
	}
}

func TestBenchBadInput(t *testing.T) {
	directory := t.TempDir()
	text := benchFile(t, directory, "good.txt", "--kernel", "generic")
	changed := func(name, text string) {
		writeFile(t, filepath.Join(directory, name), text)
	}
	changed("empty.txt", "")
	changed("truncated.txt", text[:2*len(text)/3])
	changed("future.txt", strings.ReplaceAll(text, "anisgd-bench: 2", "anisgd-bench: 1"))
	at := strings.LastIndex(text, " checksum")
	from := strings.LastIndex(text[:at], " ")
	changed("other.txt", strings.ReplaceAll(text, text[from:at], " 12345"))
	changed("mine.txt", "do not touch\n")
	for _, c := range []struct {
		want      string
		arguments []string
	}{
		{"two or more", []string{"compare", "good.txt"}},
		{"is empty", []string{"compare", "good.txt", "empty.txt"}},
		{"truncated", []string{"compare", "truncated.txt", "good.txt"}},
		{"schema version 1", []string{"compare", "good.txt", "future.txt"}},
		{"did not compute the same", []string{"compare", "good.txt", "other.txt"}},
		{"no such file", []string{"compare", "good.txt", "absent.txt"}},
		{"is a directory", []string{"compare", "good.txt", "."}},
		{"no results of kernel path avx2", []string{"compare", "good.txt@avx2", "good.txt"}},
		{"unknown kernel path", []string{"compare", "good.txt@fast", "good.txt"}},
		{"--filter", []string{"run", "--filter", "("}},
		{"no benchmark", []string{"run", "--filter", "absent"}},
		{"--budget", []string{"run", "--budget", "-1s"}},
		{"not replaced", []string{"run", "--filter", "Clock", "--out", "mine.txt"}},
		{"no kernel", []string{"roofline", "--filter", "absent"}},
	} {
		o := mustInvoke(t, 2, directory, append([]string{"bench"}, c.arguments...)...)
		if !strings.Contains(o.stderr, c.want) || o.stdout != "" {
			t.Errorf("%q: stderr %q lacks %q, stdout %q", c.arguments, o.stderr, c.want, o.stdout)
		}
	}
	if readFile(t, directory, "mine.txt") != "do not touch\n" {
		t.Error("a file of somebody else was changed")
	}
	// A file in the way of a directory: nothing can be written, nor is anything lost.
	o := mustInvoke(t, 1, directory, "bench", "run", "--filter", "Clock", "--out", "mine.txt/r.txt")
	if !strings.Contains(o.stderr, "mine.txt") {
		t.Errorf("stderr %q", o.stderr)
	}
	if entries, _ := os.ReadDir(directory); len(entries) != 6 {
		t.Errorf("%d files", len(entries))
	}
}

// TestBenchInterrupted: what was measured before Ctrl-C is kept beside an older file, and can be compared.
func TestBenchInterrupted(t *testing.T) {
	skipInShort(t)
	directory := t.TempDir()
	benchFile(t, directory, "a.txt", "--kernel", "generic")
	before := readFile(t, directory, "a.txt")
	kept := filepath.Join(directory, "a.txt.partial")
	moment := make(chan time.Time)
	go func() {
		for range 1000 {
			if text, err := os.ReadFile(kept); err == nil && strings.Contains(string(text), "BenchmarkSigns") {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		close(moment)
	}()
	o := interrupted(t, directory, os.Interrupt, moment, "bench", "run", "--kernel", "generic", "--filter", "Clock|Peak|AES|L1|Signs|Solve", "--out", "a.txt")
	if o.status != statusInterrupted || !strings.Contains(o.stderr, "a.txt.partial") {
		t.Fatalf("status %d: %s", o.status, o.stderr)
	}
	if readFile(t, directory, "a.txt") != before {
		t.Error("the older file was changed")
	}
	o = mustInvoke(t, 0, directory, "bench", "compare", "a.txt", "a.txt.partial")
	if !strings.Contains(o.stdout, "Signs/type=f64/n=512") {
		t.Errorf("stdout %s", o.stdout)
	}
	mustInvoke(t, 0, directory, "bench", "run", "--quick", "--budget", "1ms", "--kernel", "generic", "--filter", "Clock", "--out", "a.txt")
	if _, err := os.Stat(kept); err == nil {
		t.Error("the part is still there after a whole run")
	}
}

func TestBenchRoofline(t *testing.T) {
	directory := t.TempDir()
	o := mustInvoke(t, 0, directory, "bench", "roofline", "--quick", "--filter", "^Dot$", "--out", "f/roof")
	if !strings.Contains(o.stdout, "measured roofs") || !strings.Contains(o.stdout, "\nDot ") {
		t.Errorf("stdout %s", o.stdout)
	}
	if files := filesIn(t, directory); len(files) != 2 {
		t.Errorf("files %v", files)
	}
}
