package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestBadFilesWriteNothing goes through the kinds of bad experiment files: status
// 2, one message that names what is wrong, and no result directory.
func TestBadFilesWriteNothing(t *testing.T) {
	change := func(old, new string) string {
		t.Helper()
		changed := strings.Replace(smallExperiment, old, new, 1)
		if changed == smallExperiment {
			t.Fatalf("the experiment has no %q", old)
		}
		return changed
	}
	for name, c := range map[string]struct{ text, want string }{
		"unknown key":         {change("seed: 5", "sede: 5"), "experiment.yaml:3:1: sede"},
		"wrong type":          {change("dim: 200", "dim: many"), "experiment.yaml:2:6: dim"},
		"priors":              {change("prior: 0.4", "prior: 0.5"), "prior"},
		"negative rate":       {change("learning-rate: 0.7", "learning-rate: -1"), "learning-rate"},
		"negative eigenvalue": {change("{power-law: {exponent: 1.1}}", "{isotropic: -2}"), "experiment.yaml:6:"},
		"wrong length":        {change("{power-law: {exponent: 1.1}}", "{values: [1, 2, 3]}"), "values"},
		"not a number":        {change("learning-rate: 0.7", "learning-rate: .nan"), "learning-rate"},
		"missing array":       {change("{power-law: {exponent: 1.1}}", "{file: absent.npy}"), "absent.npy"},
		"label":               {change("label: 1", "label: 2"), "label"},
		"no runs":             {change("runs: 5", "runs: 0"), "simulate.runs"},
		"no modes":            {change("dim: 200", "dim: 0"), "dim"},
		"negative dim":        {change("dim: 200", "dim: -5"), "dim"},
		"too many modes":      {change("dim: 200", "dim: 1e18"), "dim"},
		"empty":               {"", "empty"},
		"not YAML":            {"a: [1, 2", "experiment.yaml:1"},
		"a list":              {"- 1\n- 2\n", "experiment.yaml:1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			directory, file := workspace(t, c.text)
			for _, command := range []string{"run", "check"} {
				o := mustInvoke(t, 2, directory, command, file)
				if !strings.Contains(o.stderr, c.want) || strings.Count(o.stderr, "\n") != 1 || o.stdout != "" {
					t.Errorf("%s: want one message with %q, stderr %q, stdout %q", command, c.want, o.stderr, o.stdout)
				}
			}
			if files := filesIn(t, directory); len(files) != 1 {
				t.Errorf("something was written: %v", files)
			}
			if entries, _ := os.ReadDir(directory); len(entries) != 1 {
				t.Errorf("a directory was left: %v", entries)
			}
		})
	}
}

func TestBadUsage(t *testing.T) {
	directory, file := workspace(t, smallExperiment)
	for _, c := range []struct {
		want      string
		arguments []string
	}{
		{`did you mean "run"?`, []string{"rum", file}},
		{`did you mean "compare"?`, []string{"bench", "compair"}},
		{`did you mean "limit"?`, []string{"help", "limt"}},
		{`did you mean "bash"?`, []string{"completion", "bsh"}},
		{`did you mean "--threads"?`, []string{"run", file, "--thread", "2"}},
		{`did you mean "--quiet"?`, []string{"run", file, "-quite"}},
		{`did you mean "avx2"?`, []string{"run", file, "--kernel", "avx3"}},
		{`did you mean "mutex"?`, []string{"run", file, "--profile", "mutx"}},
		{`did you mean "slurm"?`, []string{"sweep", "scaling", "--engine", "slrum"}},
		{`did you mean "small-first"?`, []string{"sweep", "scaling", "--order", "small"}},
		{`did you mean "avx512"?`, []string{"bench", "compare", "a@avx51", "b"}},
		{`did you mean "learning-rate"?`, []string{"check", file, "--set", "learnin-rate=1"}},
		{`did you mean "dopri5"?`, []string{"check", file, "--set", "limit.method=dopri"}},
		{`did you mean "logistic"?`, []string{"check", file, "--set", "problem.loss=logisitc"}},
		{`did you mean "risk"?`, []string{"phase", "phase-rate", "--set", "phase.statistic=rsk"}},
		{"a whole number", []string{"run", file, "--threads", "two"}},
		{"such as 90s", []string{"run", file, "--checkpoint-every", "5"}},
		{"empty name", []string{"run", ""}},
		{"one experiment", []string{"run"}},
		{"--thread", []string{"run", file, "--thread", "0"}},
		{"--threads 0", []string{"run", file, "--threads", "0"}},
		{"at most 4096", []string{"run", file, "--threads", "100000"}},
		{"generic", []string{"run", file, "--kernel", "fastest"}},
		{"key", []string{"run", file, "--set", "no-value"}},
		{"no such file", []string{"run", "absent.yaml"}},
		{"did you mean", []string{"run", "fig1aa"}},
		{"fig1a", []string{"presets", "fig1aa"}},
	} {
		o := mustInvoke(t, 2, directory, c.arguments...)
		if !strings.Contains(o.stderr, c.want) {
			t.Errorf("%q: stderr %q lacks %q", c.arguments, o.stderr, c.want)
		}
		if !strings.HasPrefix(o.stderr, "anisgd: ") || strings.Count(o.stderr, "\n") != 1 || o.stdout != "" {
			t.Errorf("%q: want one line on stderr, got %q, and on stdout %q", c.arguments, o.stderr, o.stdout)
		}
	}
	o := invokeWith(t, directory, []string{"ANISGD_KERNEL=fastest"}, "cpu")
	if o.status != 2 || !strings.Contains(o.stderr, "ANISGD_KERNEL") {
		t.Errorf("status %d, stderr %q", o.status, o.stderr)
	}
	if files := filesIn(t, directory); len(files) != 1 {
		t.Errorf("something was written: %v", files)
	}
}

func TestForeignDirectoriesAreRefused(t *testing.T) {
	directory, file := workspace(t, smallExperiment)
	foreign := filepath.Join(directory, "thesis")
	if err := os.Mkdir(foreign, 0o755); err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(foreign, "chapter.tex"), "text")
	mustInvoke(t, 2, directory, "limit", file, "--out", foreign)
	// Another program's summary does not make it ours.
	writeFile(t, filepath.Join(foreign, "summary.json"), `{"program": "other", "kind": "limit"}`)
	o := mustInvoke(t, 2, directory, "limit", file, "--out", foreign)
	if !strings.Contains(o.stderr, "thesis") || !strings.Contains(o.stderr, "not empty") {
		t.Errorf("stderr %q", o.stderr)
	}
	if files := filesIn(t, foreign); len(files) != 2 {
		t.Errorf("something was written: %v", files)
	}
	mustInvoke(t, 2, directory, "limit", file, "--out", file) // a file in the way
	o = mustInvoke(t, 1, directory, "limit", file, "--out", filepath.Join(file, "below"))
	if !strings.Contains(o.stderr, "result directory") {
		t.Errorf("stderr %q", o.stderr)
	}
	if readFile(t, file) != smallExperiment {
		t.Error("the experiment file was changed")
	}
}

func TestResultsAreReplaced(t *testing.T) {
	directory, file := workspace(t, smallExperiment)
	out := filepath.Join(directory, "r")
	mustInvoke(t, 0, directory, "limit", file, "--out", out)
	writeFile(t, filepath.Join(out, "notes.txt"), "mine")
	// All that limit writes is written anew by run, which may replace it,
	varied := filepath.Join(directory, "varied.yaml")
	writeFile(t, varied, twoVariants)
	mustInvoke(t, 0, directory, "run", varied, "--out", out, "--set", "simulate.runs=1")
	want := []string{"config.yaml", "figure.png", "figure.svg", "notes.txt", "summary.json"}
	for _, name := range []string{"limit.csv", "overlap.png", "overlap.svg", "risk.png", "risk.svg", "runs.npz", "sgd.csv", "summary.json"} {
		want = append(want, "fast/"+name, "slow/"+name)
	}
	slices.Sort(want)
	if got := filesIn(t, out); !slices.Equal(got, want) {
		t.Errorf("files %v, want %v", got, want)
	}
	// but not the other way round: simulations may have taken long.
	o := mustInvoke(t, 2, directory, "limit", file, "--out", out)
	if !strings.Contains(o.stderr, "anisgd run") {
		t.Errorf("stderr %q", o.stderr)
	}
}

func TestUnwritableDirectoryIsFoundFirst(t *testing.T) {
	directory, _ := workspace(t, smallExperiment)
	// Would take hours, if it were begun.
	long := filepath.Join(directory, "long.yaml")
	writeFile(t, long, strings.Replace(smallExperiment, "end: 4", "end: 1e9", 1))
	sealed := filepath.Join(directory, "sealed")
	if err := os.Mkdir(sealed, 0o555); err != nil {
		t.Fatal(err)
	}
	if probe, err := os.Create(filepath.Join(sealed, "probe")); err == nil {
		// Nothing is sealed to the superuser but what is no real file system.
		probe.Close()
		if sealed = "/proc/self"; !isDirectory(sealed) {
			t.Skip("every directory is writable for this user")
		}
	}
	for _, out := range []string{filepath.Join(sealed, "results"), sealed} {
		o := invoke(t, directory, "run", long, "--out", out)
		if o.status != statusFailed && o.status != statusUsage || !strings.Contains(o.stderr, sealed) {
			t.Errorf("--out %s: status %d, stderr %q", out, o.status, o.stderr)
		}
	}
}

func isDirectory(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

func TestTooLittleMemoryIsFoundFirst(t *testing.T) {
	if physicalMemory() == 0 {
		t.Skip("the size of the memory is unknown here")
	}
	directory, file := workspace(t, smallExperiment)
	o := mustInvoke(t, 1, directory, "simulate", file, "--set", "dim=1e15", "--out", "r")
	if !strings.Contains(o.stderr, "memory") || len(filesIn(t, directory)) != 1 {
		t.Errorf("stderr %q, files %v", o.stderr, filesIn(t, directory))
	}
	if o := mustInvoke(t, 0, directory, "check", file, "--set", "dim=1e15"); !strings.Contains(o.stdout, "more than the") {
		t.Errorf("check does not say that it is too much:\n%s", o.stdout)
	}
	if o := mustInvoke(t, 0, directory, "check", file); strings.Contains(o.stdout, "more than the") {
		t.Errorf("check finds a small experiment too large:\n%s", o.stdout)
	}
}

// TestFullOutputIsAFailure: what was asked for could not be printed.
func TestFullOutputIsAFailure(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("there is no /dev/full here")
	}
	defer full.Close()
	_, file := workspace(t, smallExperiment)
	for _, arguments := range [][]string{{"check", file}, {"check", file, "--json"}, {"cpu"}, {"version"}, {"presets"}} {
		var stderr strings.Builder
		if status := run(t.Context(), arguments, full, &stderr); status != statusFailed || !strings.Contains(stderr.String(), "no space left") {
			t.Errorf("%q: status %d, stderr %q", arguments, status, stderr.String())
		}
	}
}
