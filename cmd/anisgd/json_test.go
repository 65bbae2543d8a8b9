package main

import (
	"encoding/json"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"

	"anisgd/cmd/anisgd/internal/output"
)

// TestJSONIsDocumented: `anisgd help json` lists all fields of all documents and of the
// objects in them, and no others.
func TestJSONIsDocumented(t *testing.T) {
	header := jsonTypes(reflect.TypeFor[output.Header]())
	look := func(o jsonObject, document bool) {
		types := jsonTypes(reflect.TypeOf(o.value))
		var documented []string
		for _, f := range o.fields {
			documented = append(documented, f.name)
			if types[f.name] == "" {
				t.Errorf("%s: %q is documented and is no field", o.name, f.name)
			}
		}
		for name, words := range types {
			_, inHeader := header[name]
			if !slices.Contains(documented, name) && !(document && inHeader) {
				t.Errorf("%s: the field %q is not documented", o.name, name)
			}
			if strings.HasPrefix(strings.Trim(words, "["), "?") || name == "" {
				t.Errorf("%s: the type of %q is not documented", o.name, name)
			}
		}
		if document && types["schema"] == "" {
			t.Errorf("%s has no schema", o.name)
		}
	}
	for _, o := range jsonDocuments {
		look(o, true)
	}
	for _, o := range jsonObjects {
		look(o, false)
	}
}

// oneDocument decodes the only JSON document of a text.
func oneDocument(t *testing.T, text string) map[string]any {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(text))
	var document map[string]any
	if err := decoder.Decode(&document); err != nil {
		t.Fatalf("%v: %q", err, text)
	}
	if _, err := decoder.Token(); err != io.EOF {
		t.Fatalf("more than one document: %q", text)
	}
	return document
}

// TestEveryCommandIsQuietAndSpeaksJSON runs every command that prints something twice: with
// --quiet it says nothing at all, with --json one document on stdout and, as progress is not
// asked for, nothing on stderr; --quiet does not suppress a document.
func TestEveryCommandIsQuietAndSpeaksJSON(t *testing.T) {
	skipInShort(t)
	directory, _ := workspace(t, twoVariants)
	benchFile(t, directory, "a.txt", "--kernel", "generic")
	cheapPhase := []string{"--set", "phase.x.points=2", "--set", "phase.y.points=2", "--set", "phase.boundary=none", "--set", "time.end=10"}
	cheapSweep := []string{"--set", "sweep.axes.1.values=[[32, 20], [64, 20]]"}
	oneDocument(t, mustInvoke(t, 0, directory, "check", "experiment.yaml", "--json", "--quiet").stdout)
	for _, c := range []struct {
		kind      string // "" where the command has no JSON
		arguments []string
	}{
		{"presets", []string{"presets"}},
		{"presets NAME", []string{"presets", "fig1"}},
		{"check", []string{"check", "experiment.yaml"}},
		{"check", []string{"check", "scaling"}},
		{"check", []string{"check", "phase-rate-ls"}},
		{"run", []string{"run", "experiment.yaml", "--out", "run"}},
		{"limit", []string{"limit", "experiment.yaml", "--out", "limit"}},
		{"simulate", []string{"simulate", "experiment.yaml", "--out", "simulate"}},
		{"phase", append([]string{"phase", "phase-rate", "--out", "phase"}, cheapPhase...)},
		{"phase", []string{"report", "phase"}},
		{"sweep --dry-run", append([]string{"sweep", "scaling", "--dry-run"}, cheapSweep...)},
		{"", append([]string{"sweep", "scaling", "--dry-run", "--engine", "slurm"}, cheapSweep...)},
		{"sweep", append([]string{"sweep", "scaling", "--out", "sweep", "--task", "1/3"}, cheapSweep...)},
		{"sweep", append([]string{"sweep", "scaling", "--out", "sweep"}, cheapSweep...)},
		{"sweep", []string{"report", "sweep"}},
		{"cpu", []string{"cpu"}},
		{"version", []string{"version"}},
		{"", []string{"completion", "bash"}},
		{"bench run", []string{"bench", "run", "--quick", "--budget", "1ms", "--kernel", "generic", "--filter", "Signs.*=512", "--out", "b.txt"}},
		{"bench compare", []string{"bench", "compare", "a.txt", "b.txt"}},
		{"bench scaling", []string{"bench", "scaling", "--quick", "--budget", "1ms", "--threads", "1", "--out", "scaling"}},
		{"bench roofline", []string{"bench", "roofline", "--quick", "--kernel", "generic", "--filter", "^Dot$", "--out", "roofline"}},
		{"", []string{"bench", "roofline", "--assembly", binary}},
	} {
		t.Run(strings.Join(c.arguments[:min(2, len(c.arguments))], " "), func(t *testing.T) {
			if o := mustInvoke(t, 0, directory, append(c.arguments, "--quiet")...); o.stdout+o.stderr != "" {
				t.Errorf("%q is not quiet: stdout %q, stderr %q", c.arguments, o.stdout, o.stderr)
			}
			if c.kind == "" {
				if o := mustInvoke(t, 2, directory, append(c.arguments, "--json")...); o.stdout != "" {
					t.Errorf("%q prints %q with --json", c.arguments, o.stdout)
				}
				return
			}
			o := mustInvoke(t, 0, directory, append(c.arguments, "--json")...)
			if d := oneDocument(t, o.stdout); d["schema"] != float64(output.Schema) || d["program"] != output.Program || d["kind"] != c.kind {
				t.Errorf("%q: schema %v, program %v, kind %v", c.arguments, d["schema"], d["program"], d["kind"])
			}
			if o.stderr != "" {
				t.Errorf("%q: stderr %q", c.arguments, o.stderr)
			}
		})
	}
}

// TestUndefinedNumbersAreNull: a run of one has no standard error.
func TestUndefinedNumbersAreNull(t *testing.T) {
	directory, _ := workspace(t, smallExperiment)
	o := mustInvoke(t, 0, directory, "run", "experiment.yaml", "--json", "--set", "simulate.runs=1")
	sgd := oneDocument(t, o.stdout)["sgd"].(map[string]any)
	if v, there := sgd["end_risk_standard_error"]; !there || v != nil {
		t.Errorf("end_risk_standard_error is %v", v)
	}
	// summary.json is the same document, but for the time that it took to write it.
	told, written := oneDocument(t, o.stdout), oneDocument(t, readFile(t, directory, "out", "small", "summary.json"))
	delete(told, "seconds")
	delete(written, "seconds")
	if !reflect.DeepEqual(told, written) {
		t.Errorf("--json tells %v, summary.json %v", told, written)
	}
}
