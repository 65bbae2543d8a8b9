package main

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"anisgd/engine/experiment"
)

// Experiments in which the places of experimentKeys are; a place may name another than the
// first.
var keyBases = map[string]string{
	"": `
dim: 20
model:
  classes:
    - {label: +1, covariance: {isotropic: 1}, mean: {constant: 1}}
    - {label: -1, covariance: {isotropic: 1}, mean: {negative-of: 0}}
problem: {loss: logistic}
learning-rate: 1
time: {end: 1}
limit: {events: {stationary: 0.1}}
statistics: [{name: low, window: {u: [0, 0.5]}}]
`,
	"many": `
dim: 20
model: {classes: {count: 3, each: {covariance: {isotropic: 1}}}}
problem: {loss: softmax}
learning-rate: 1
time: {end: 1}
`,
	"blocks": `
dim: 20
model:
  blocks: [{fraction: 1, eigenvalues: [1]}]
  classes: [{label: 1}]
problem: {loss: least-squares}
learning-rate: 1
time: {end: 1}
`,
}

// multiplied adds what makes several experiments of the first one, by the first key of a place.
var multiplied = map[string]string{
	"panels":   "panels: [{name: a, set: {seed: 2}}]\n",
	"variants": "variants: [{name: a, set: {seed: 2}}]\n",
	"phase":    "phase: {x: {set: seed, values: [1, 2]}, y: {set: learning-rate, values: [1, 2]}}\n",
	"sweep":    "sweep: {axes: [{set: seed, values: [1, 2]}]}\n",
}

// keyFile writes the experiment of a place and returns the place in it.
func keyFile(t *testing.T, directory, place string) (file, path string) {
	t.Helper()
	base, path, found := strings.Cut(place, ":")
	if !found {
		base, path = "", place
	}
	first, _, _ := strings.Cut(path, ".")
	file = filepath.Join(directory, "experiment.yaml")
	if err := os.WriteFile(file, []byte(keyBases[base]+multiplied[first]), 0o600); err != nil {
		t.Fatal(err)
	}
	return file, path
}

// TestExperimentKeysAreThose: the reference has the keys and forms that are known where it says,
// no more and no fewer.
func TestExperimentKeysAreThose(t *testing.T) {
	expected := regexp.MustCompile(`expected (?:a number ≥ 0 or )?one of ([^(\n]*)`)
	directory := t.TempDir()
	for _, group := range experimentKeys {
		file, path := keyFile(t, directory, group.place)
		set := "zzz=1"
		if strings.Contains(group.title, "one of") {
			set = path + "={zzz: 1}"
		} else if path != "" {
			set = path + ".zzz=1"
		}
		o := invoke(t, directory, "check", file, "--set", set)
		match := expected.FindStringSubmatch(o.stderr)
		if match == nil {
			t.Errorf("%s: --set %s: %s", group.title, set, o.stderr)
			continue
		}
		list := strings.NewReplacer(" or ", ", ", "{", "", "}", "", ": …", "", ": ", "").Replace(match[1])
		known := strings.Split(strings.TrimSpace(list), ", ")
		var documented []string
		for _, k := range group.keys {
			documented = append(documented, k.name)
		}
		slices.Sort(known)
		slices.Sort(documented)
		if !slices.Equal(known, documented) {
			t.Errorf("%s: documented are %q, known are %q", group.title, documented, known)
		}
	}
}

// setInBases are keys with a default that the experiments of the test set, and the name and what
// auto became, which depend on the rest.
var setInBases = []string{"name", "prior", "mean", "method", "spectrum"}

// TestDefaultsAreThose: where the reference names a default, the resolved experiment has it.
func TestDefaultsAreThose(t *testing.T) {
	directory := t.TempDir()
	compared := 0
	for _, group := range experimentKeys {
		if strings.Contains(group.title, "one of") {
			continue
		}
		file, path := keyFile(t, directory, group.place)
		plan, err := experiment.Load(file, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range group.keys {
			_, value, found := strings.Cut(k.value, " = ")
			if !found {
				continue
			}
			place, err := yaml.PathString(pathString(path, k.name))
			if err != nil {
				t.Fatal(err)
			}
			node, err := place.ReadNode(strings.NewReader(string(plan.Panels[0].Variants[0].Config)))
			if err != nil {
				continue // not in a resolved experiment
			}
			begin, _, _ := strings.Cut(value, ", …") // of a list
			if got := node.String(); !(got == value || begin != value && strings.HasPrefix(got, begin)) && !slices.Contains(setInBases, k.name) {
				t.Errorf("%s: %s is %s by default, documented is %s", group.title, k.name, got, value)
			}
			compared++
		}
	}
	if compared < 10 {
		t.Errorf("only %d defaults were compared", compared)
	}
}

// pathString is a path as the library for YAML writes it.
func pathString(path, key string) string {
	text := "$"
	for _, step := range strings.Split(strings.TrimPrefix(path+"."+key, "."), ".") {
		if strings.Trim(step, "0123456789") == "" {
			text += "[" + step + "]"
		} else {
			text += ".'" + step + "'"
		}
	}
	return text
}

// TestColumnsAreThose: every column of the tables of several experiments is documented, and
// every documented one is in some table.
func TestColumnsAreThose(t *testing.T) {
	directory := t.TempDir()
	write := func(name, text string) string {
		file := filepath.Join(directory, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	const few = "simulate: {runs: 2}\n"
	mustInvoke(t, statusDone, directory, "run", write("a.yaml", keyBases[""]+few), "--out", "a", "--quiet")
	teachers := strings.Replace(keyBases["many"], "softmax", "least-squares, target: teacher, teacher: [{unit: 1}, {unit: 2}]", 1)
	mustInvoke(t, statusDone, directory, "run", write("b.yaml", teachers+few+"statistics: [{name: low, window: {u: [0, 0.5]}}, {name: trace, weights: ["+strings.Repeat("1, ", 19)+"1]}]\n"), "--out", "b", "--quiet")
	mustInvoke(t, statusDone, directory, "phase", write("c.yaml", strings.Replace(keyBases[""], "constant: 1", "power-law: {exponent: 0}", 1)+
		"phase: {x: {set: seed, values: [1, 2]}, y: {set: learning-rate, from: 1, to: 2, points: 2}}\n"), "--out", "c", "--quiet")
	mustInvoke(t, statusDone, directory, "sweep", write("d.yaml", keyBases[""]+"variants: [{name: a, set: {seed: 2}}]\n"+
		"panels: [{name: p, set: {seed: 3}}]\n"+few+"sweep: {axes: [{set: dim, values: [20, 30, 40]}]}\n"), "--out", "d", "--quiet")

	tables := []struct {
		title string
		files []string
	}{
		{"limit.csv", []string{"a/limit.csv", "b/limit.csv"}}, {"sgd.csv", []string{"a/sgd.csv"}},
		{"phase.csv", []string{"c/phase.csv"}}, {"boundary.csv", []string{"c/boundary.csv"}},
		{"sweep.csv", []string{"d/sweep.csv", "d/series.csv"}}, {"scaling.csv", []string{"d/scaling.csv"}},
	}
	suffixes := regexp.MustCompile(`_(q10|q50|q90)$`)
	for _, table := range tables {
		group := resultColumnsHelp[slices.IndexFunc(resultColumnsHelp, func(g keyGroup) bool { return strings.HasPrefix(g.title, table.title) })]
		used := map[string]bool{}
		for _, file := range table.files {
			for _, column := range headerOf(t, filepath.Join(directory, file)) {
				if column == "dim" || column == "y_risk_high" || column == "single_run_high" || column == "bias_low" || column == "bias_high" ||
					column == "smallest_d" || column == "largest_d" || strings.HasSuffix(table.title, "sweep.csv") && suffixes.MatchString(column) {
					continue // explained beside others
				}
				known := false
				for _, k := range group.keys {
					for _, name := range strings.Split(k.name, ", ") {
						if columnPattern(name).MatchString(column) {
							known, used[k.name] = true, true
						}
					}
				}
				if !known {
					t.Errorf("%s: column %s is not documented", file, column)
				}
			}
		}
		for _, k := range group.keys {
			if !used[k.name] {
				t.Errorf("%s: no table has the column %s", table.title, k.name)
			}
		}
	}
}

// columnPattern matches the columns of a documented name.
func columnPattern(name string) *regexp.Regexp {
	text := strings.NewReplacer(
		"<i>", `\d+`, "<a>", `\d+`, "<b>", `\d+`, "<window>", "low", "<weights>", "trace", "<statistic>", "risk",
		"<column>_q10", `\w+_q\d\d`, "<column>_mean", `\w+_mean`, "<column>_std", `\w+_std`,
		"<column>_limit", `\w+_(limit|mean|std|q\d\d)`,
	).Replace(name)
	if strings.HasSuffix(name, "_overlap_<i>") {
		text += `(_\d+)?`
	}
	return regexp.MustCompile("^(" + text + ")$")
}

func headerOf(t *testing.T, file string) []string {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	header, err := csv.NewReader(f).Read()
	if err != nil {
		t.Fatal(err)
	}
	return header
}
