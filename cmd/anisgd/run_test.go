package main

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"codeberg.org/sbinet/npyio/npy"
	"gonum.org/v1/gonum/mat"
)

// smallStatistics are the columns of smallExperiment, without t.
var smallStatistics = []string{
	"learning_rate", "risk", "risk_class_0", "risk_class_1", "error", "norm2",
	"mean_0_0", "mean_1_0", "cov_0_0_0", "cov_1_0_0", "overlap_0", "overlap_1",
	"clean_norm2", "clean_overlap_0", "clean_overlap_1",
}

func readCSV(t *testing.T, parts ...string) (header []string, rows [][]string) {
	t.Helper()
	records, err := csv.NewReader(strings.NewReader(readFile(t, parts...))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return records[0], records[1:]
}

// number reads a field; an empty one is NaN.
func number(t *testing.T, field string) float64 {
	t.Helper()
	if field == "" {
		return math.NaN()
	}
	v, err := strconv.ParseFloat(field, 64)
	if err != nil {
		t.Fatal(err)
	}
	if shortest := strconv.FormatFloat(v, 'g', -1, 64); shortest != field {
		t.Errorf("%s is not the shortest form, which is %s", field, shortest)
	}
	return v
}

func TestRunWritesEverything(t *testing.T) {
	directory, file := workspace(t, smallExperiment)
	out := filepath.Join(directory, "out", "small") // the default
	told := mustInvoke(t, 0, directory, "run", file)
	for _, want := range []string{"limit R(t)", "SGD R(t)", "in std. errors", "steps/s", "figure", filepath.Join("out", "small")} {
		if !strings.Contains(told.stdout, want) {
			t.Errorf("the table lacks %q:\n%s", want, told.stdout)
		}
	}
	if told.stderr != "" {
		t.Errorf("stderr is no terminal and has: %s", told.stderr)
	}
	want := []string{
		"config.yaml", "figure.png", "figure.svg", "limit.csv", "overlap.png", "overlap.svg",
		"risk.png", "risk.svg", "runs.npz", "sgd.csv", "summary.json",
	}
	if got := filesIn(t, out); !slices.Equal(got, want) {
		t.Errorf("files %v, want %v", got, want)
	}

	header, limit := readCSV(t, out, "limit.csv")
	if want := append([]string{"t"}, smallStatistics...); !slices.Equal(header, want) {
		t.Errorf("limit.csv has %v, want %v", header, want)
	}
	const times = 13 // t = 0 and 12 points
	if len(limit) != times {
		t.Fatalf("limit.csv has %d rows, want %d", len(limit), times)
	}
	first := limit[0]
	if first[0] != "0" || first[1] != "0.7" || math.Abs(number(t, first[2])-math.Ln2) > 1e-15 {
		t.Errorf("limit.csv begins with %v; want t = 0, γ = 0.7, risk = log 2", first)
	}
	if overlap := first[slices.Index(header, "overlap_0")]; overlap != "" {
		t.Errorf("the overlap of x = 0 is %q, want an empty field", overlap)
	}
	if end := limit[times-1]; end[0] != "4" || number(t, end[2]) > 0.55 {
		t.Errorf("limit.csv ends with %v; want t = 4 and a smaller risk", end)
	}
	checkEnsemble(t, out, times, 5)

	s := readSummary(t, out)
	if !s.Complete || s.Kind != "run" || s.Name != "small" || s.Machine.Cores < 1 || s.Kernel.Path == "" || s.Kernel.Reason == "" {
		t.Errorf("summary: %+v", s)
	}
	if s.Auto["limit.method"] != "dopri5" || s.Limit.Steps < 5 || s.SGD.Steps != 5*800 || s.Divergence != nil {
		t.Errorf("summary: auto %v, limit %+v, SGD %+v", s.Auto, s.Limit, s.SGD)
	}
	if risk := s.Deviations["risk"]; !(risk.Absolute > 0 && risk.Absolute < 0.1 && risk.StandardErrors > 0) {
		t.Errorf("deviation of the risk: %+v", risk)
	}
	sum := sha256.Sum256([]byte(readFile(t, out, "limit.csv") + readFile(t, out, "sgd.csv") + readFile(t, out, "runs.npz")))
	if want := hex.EncodeToString(sum[:]); s.Checksum != want {
		t.Errorf("checksum %s, want %s", s.Checksum, want)
	}
	if !slices.Equal(s.Files, want) {
		t.Errorf("the summary lists %v, want %v", s.Files, want)
	}
}

// checkEnsemble checks that sgd.csv is what runs.npz says.
func checkEnsemble(t *testing.T, out string, times, runs int) {
	t.Helper()
	archive, err := zip.OpenReader(filepath.Join(out, "runs.npz"))
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	arrays := map[string]*mat.Dense{}
	var t0 []float64
	for _, member := range archive.File {
		r, err := member.Open()
		if err != nil {
			t.Fatal(err)
		}
		if member.Name == "t.npy" {
			err = npy.Read(r, &t0)
		} else {
			array := &mat.Dense{}
			err = npy.Read(r, array)
			arrays[strings.TrimSuffix(member.Name, ".npy")] = array
		}
		if err != nil {
			t.Fatalf("%s: %v", member.Name, err)
		}
	}
	if len(t0) != times || len(arrays) != len(smallStatistics) {
		t.Fatalf("runs.npz has %d times and %d statistics, want %d and %d", len(t0), len(arrays), times, len(smallStatistics))
	}
	header, rows := readCSV(t, out, "sgd.csv")
	if len(rows) != times || len(header) != 1+5*len(smallStatistics) {
		t.Fatalf("sgd.csv has %d rows of %d columns", len(rows), len(header))
	}
	for c, name := range smallStatistics {
		array := arrays[name]
		if array == nil {
			t.Fatalf("runs.npz lacks %s", name)
		}
		if r, k := array.Dims(); r != runs || k != times {
			t.Fatalf("%s has shape (%d, %d), want (%d, %d)", name, r, k, runs, times)
		}
		for n, suffix := range []string{"mean", "std", "q10", "q50", "q90"} {
			if got := header[1+5*c+n]; got != name+"_"+suffix {
				t.Fatalf("column %d of sgd.csv is %s, want %s_%s", 1+5*c+n, got, name, suffix)
			}
		}
		for k := range rows {
			values := mat.Col(nil, k, array)
			slices.Sort(values)
			mean, square := 0.0, 0.0
			for _, v := range values {
				mean += v / float64(runs)
			}
			for _, v := range values {
				square += (v - mean) * (v - mean)
			}
			// Five runs: the 10 % quantile lies 0.4 of the way from the first to the second.
			want := []float64{
				mean, math.Sqrt(square / float64(runs-1)),
				0.6*values[0] + 0.4*values[1], values[2], 0.4*values[3] + 0.6*values[4],
			}
			for n := range want {
				got := number(t, rows[k][1+5*c+n])
				if math.IsNaN(got) != math.IsNaN(want[n]) || math.Abs(got-want[n]) > 1e-13*(1+math.Abs(want[n])) {
					t.Errorf("%s at time %d is %v, want %v", header[1+5*c+n], k, got, want[n])
				}
			}
		}
	}
	if k := arrays["overlap_0"].At(0, 0); !math.IsNaN(k) {
		t.Errorf("the overlap of x = 0 is %v in runs.npz, want NaN", k)
	}
}

func TestVariantsHaveDirectories(t *testing.T) {
	directory, file := workspace(t, twoVariants)
	told := mustInvoke(t, 0, directory, "run", file, "--out", "r")
	out := filepath.Join(directory, "r")
	if !strings.Contains(told.stdout, "slow") || !strings.Contains(told.stdout, "fast") {
		t.Errorf("the table lacks the variants:\n%s", told.stdout)
	}
	each := []string{"limit.csv", "overlap.png", "overlap.svg", "risk.png", "risk.svg", "runs.npz", "sgd.csv", "summary.json"}
	want := []string{"config.yaml", "figure.png", "figure.svg", "summary.json"}
	for _, name := range each {
		want = append(want, "fast/"+name, "slow/"+name)
	}
	slices.Sort(want)
	if got := filesIn(t, out); !slices.Equal(got, want) {
		t.Errorf("files %v, want %v", got, want)
	}
	whole := readSummary(t, out)
	if len(whole.Variants) != 2 || whole.Variant != nil || whole.Variants[0].Name != "slow" || whole.Variants[1].Directory != "fast" {
		t.Fatalf("summary of the whole: %+v", whole)
	}
	hash := sha256.New()
	for _, name := range []string{"slow", "fast"} {
		for _, part := range []string{"limit.csv", "sgd.csv", "runs.npz"} {
			hash.Write([]byte(readFile(t, out, name, part)))
		}
	}
	if want := hex.EncodeToString(hash.Sum(nil)); whole.Checksum != want {
		t.Errorf("checksum of the whole %s, want %s", whole.Checksum, want)
	}
	one := readSummary(t, out, "fast")
	if one.Variant == nil || one.Variant.Name != "fast" || one.Checksum != whole.Variants[1].Checksum {
		t.Errorf("summary of a variant: %+v", one)
	}
	slow, fast := readFile(t, out, "slow", "limit.csv"), readFile(t, out, "fast", "limit.csv")
	if slow == fast {
		t.Error("both variants have the same limit")
	}
	svg := readFile(t, out, "figure.svg")
	for _, name := range []string{">slow<", ">fast<"} {
		if !strings.Contains(svg, name) {
			t.Errorf("the legend of the figure lacks %s", name)
		}
	}
}

func TestLimitAndSimulateAlone(t *testing.T) {
	directory, file := workspace(t, smallExperiment)
	mustInvoke(t, 0, directory, "limit", file, "--out", "l")
	mustInvoke(t, 0, directory, "simulate", file, "--out", "s")
	mustInvoke(t, 0, directory, "run", file, "--out", "r")
	limit, simulate := filesIn(t, filepath.Join(directory, "l")), filesIn(t, filepath.Join(directory, "s"))
	if slices.Contains(limit, "sgd.csv") || slices.Contains(limit, "runs.npz") || slices.Contains(simulate, "limit.csv") {
		t.Errorf("limit wrote %v, simulate %v", limit, simulate)
	}
	for _, pair := range [][2]string{{"l", "limit.csv"}, {"s", "sgd.csv"}, {"s", "runs.npz"}} {
		if readFile(t, directory, pair[0], pair[1]) != readFile(t, directory, "r", pair[1]) {
			t.Errorf("%s is not what run gives", pair[1])
		}
	}
}

func TestSetOverridesTheFile(t *testing.T) {
	directory, file := workspace(t, smallExperiment)
	mustInvoke(t, 0, directory, "run", file, "--out", "r",
		"--set", "time={at: [0, 0.5, 1]}", "--set", "learning-rate={piecewise: [[0, 1.0], [0.5, 0.25]]}", "--set", "simulate.runs=2")
	_, rows := readCSV(t, directory, "r", "limit.csv")
	if len(rows) != 3 || rows[1][0] != "0.5" || rows[0][1] != "1" || rows[1][1] != "0.25" {
		t.Errorf("limit.csv: %v", rows)
	}
	if s := readSummary(t, directory, "r"); s.SGD.Runs != 2 {
		t.Errorf("%d runs, want 2", s.SGD.Runs)
	}
	o := mustInvoke(t, 2, directory, "run", file, "--out", "x", "--set", "simulate.rums=2")
	if !strings.Contains(o.stderr, "rums") || !strings.Contains(o.stderr, "runs") {
		t.Errorf("message: %s", o.stderr)
	}
}

func TestJSONAndQuiet(t *testing.T) {
	directory, file := workspace(t, smallExperiment)
	told := mustInvoke(t, 0, directory, "run", file, "--out", "r", "--json")
	if s := parseSummary(t, told.stdout); s.Checksum != readSummary(t, directory, "r").Checksum || s.SGD == nil {
		t.Errorf("--json printed %s", told.stdout)
	}
	if !strings.Contains(told.stdout, `"divergence": null`) {
		t.Error("a missing divergence is not null")
	}
	told = mustInvoke(t, 0, directory, "run", file, "--out", "r", "--quiet")
	if told.stdout != "" || told.stderr != "" {
		t.Errorf("--quiet printed %q and %q", told.stdout, told.stderr)
	}
	// With one run there is no standard error: undefined numbers are null.
	told = mustInvoke(t, 0, directory, "run", file, "--out", "r", "--json", "--set", "simulate.runs=1")
	if !strings.Contains(told.stdout, `"end_risk_standard_error": null`) || strings.Contains(told.stdout, "NaN") {
		t.Errorf("--json printed %s", told.stdout)
	}
}

func TestProgressIsShownWhenAskedFor(t *testing.T) {
	directory, file := workspace(t, twoVariants)
	told := mustInvoke(t, 0, directory, "run", file, "--progress")
	if !strings.Contains(told.stderr, "2/2 fast") {
		t.Errorf("stderr: %q", told.stderr)
	}
}

func TestProfileIsWritten(t *testing.T) {
	directory, file := workspace(t, smallExperiment)
	mustInvoke(t, 0, directory, "limit", file, "--out", "r", "--profile", "cpu")
	if len(readFile(t, directory, "r", "cpu.pprof")) == 0 {
		t.Error("the profile is empty")
	}
	mustInvoke(t, 2, directory, "limit", file, "--out", "x", "--profile", "wall")
}
