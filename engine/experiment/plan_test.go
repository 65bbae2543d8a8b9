package experiment

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"anisgd/engine/model"
	"anisgd/engine/rate"
)

// checkSame compares two plans, but for what they chose themselves: a resolved
// file leaves no choice.
func checkSame(t *testing.T, a, b *Plan) {
	t.Helper()
	if a.Name != b.Name || len(a.Panels) != len(b.Panels) {
		t.Fatalf("plans %s with %d panels and %s with %d", a.Name, len(a.Panels), b.Name, len(b.Panels))
	}
	for p := range a.Panels {
		x, y := a.Panels[p], b.Panels[p]
		if x.Name != y.Name || x.Title != y.Title || len(x.Variants) != len(y.Variants) {
			t.Fatalf("panels %+v and %+v", x, y)
		}
		for v := range x.Variants {
			first, second := *x.Variants[v].Experiment, *y.Variants[v].Experiment
			first.Auto, second.Auto, first.Reasons, second.Reasons = nil, nil, nil, nil
			if x.Variants[v].Name != y.Variants[v].Name || x.Variants[v].Directory != y.Variants[v].Directory || x.Variants[v].Title != y.Variants[v].Title || !reflect.DeepEqual(first, second) {
				t.Errorf("panel %d, variant %d:\n%+v\n%+v", p, v, first, second)
			}
			if auto := y.Variants[v].Experiment.Auto; len(auto) != 0 {
				t.Errorf("a resolved file chose %v", auto)
			}
		}
	}
	if string(a.Config()) != string(b.Config()) {
		t.Errorf("resolved files\n%s\n%s", a.Config(), b.Config())
	}
}

// roundTrip reads a plan's resolved file and compares.
func roundTrip(t *testing.T, plan *Plan) {
	t.Helper()
	again, err := Parse(plan.Config(), "config.yaml", nil)
	if err != nil {
		t.Fatalf("%v in\n%s", err, plan.Config())
	}
	checkSame(t, plan, again)
}

func TestConfigRoundTrip(t *testing.T) {
	long := make([]string, 1000)
	for i := range long {
		long[i] = fmt.Sprint(float64(i) / 7)
	}
	for name, text := range map[string]string{
		"valid":    valid,
		"minimal":  minimal,
		"blocks":   validBlocks,
		"priors":   replace(t, valid, "prior: 0.75", "prior: 0.7500000008"),
		"seed":     replace(t, valid, "seed: 7", "seed: 18446744073709551615"),
		"no seed":  replace(t, valid, "{norm: 1, seed: 7}", "{norm: 0.1}"),
		"name":     replace(t, valid, "name: base", `name: "# 'ü' {x} yes - \u2028 1.5" `),
		"number":   replace(t, valid, "name: base", "name: 12"),
		"true":     replace(t, valid, "name: base", "name: true"),
		"file":     replace(t, valid, "init: zero", "init: {values: [0, 1, 2, 3, 4, 1e-300, 1e300, 0.1, 123456789.123, 9007199254740993]}"),
		"log":      replace(t, valid, "{end: 50, points: 5}", "{end: 50, points: 7, spacing: log}"),
		"at":       replace(t, valid, "{end: 50, points: 5}", "{at: [0, 0.1, 0.2]}"),
		"steps":    replace(t, valid, "{end: 50, points: 5}", "{steps: 300, points: 4}"),
		"rate":     replace(t, valid, "learning-rate: 0.7", "learning-rate: {piecewise: [[0, 1], [0.1, 0.3]]}"),
		"rk4":      replace(t, valid, "{rtol: 1e-6}", "{method: rk4, step: 1e-3}"),
		"columns":  replace(t, valid, "init: zero", "init: zero\ncolumns: all"),
		"long":     replace(t, replace(t, valid, "dim: 10", "dim: 1000"), "{isotropic: 0.5}", "{values: ["+strings.Join(long, ",\n  ")+"]}"),
		"variants": replace(t, valid, "init: zero", "init: zero\nvariants: [{name: a, set: {learning-rate: 1}}, {name: b c, set: {limit: {method: euler, step: 1}, model.classes.0.mean.normal.seed: 3}}, {name: c}]"),
		"panels": replace(t, valid, "init: zero", `init: zero
variants: [{name: slow, set: {learning-rate: 0.1}}, {name: fast, set: {learning-rate: 1}}]
panels:
  - {name: one, title: "The first: one", set: {dim: 20, seed: 3}}
  - {name: two, variants: [{name: x, set: {learning-rate: {cosine: {initial: 1, end: 2}}}}]}
  - name: three
    set:
      model:
        blocks: [{fraction: 1, eigenvalues: [1]}]
        classes: [{label: 1}]`),
		"panels alone": replace(t, valid, "init: zero", "init: zero\npanels: [{name: a, set: {seed: 1}}, {name: b}]"),
	} {
		t.Run(name, func(t *testing.T) { roundTrip(t, mustParse(t, text)) })
	}
}

// TestConfigWritesEverything: the resolved file of a file with little in it.
func TestConfigWritesEverything(t *testing.T) {
	plan := mustParse(t, minimal+"init: {normal: {}}\nvariants:\n  - {name: a, set: {time.spacing: log}}\n  - {name: b}\n",
		"variants.1.set={limit.method: tsit5}")
	want := fmt.Sprintf(`# The resolved experiment: every default, choice and seed written out.
name: test
dim: 4
seed: 1
model:
  classes:
    - {prior: 1, label: 3, covariance: {power-law: {exponent: 2, scale: 1}}, mean: zero}
  noise: gaussian
problem: {loss: least-squares, target: class, outputs: scalar, noise: 0, ridge: 0}
init: {normal: {norm: 1, seed: %d}}
init-variance: 0
learning-rate: 0
time: {end: 2, points: 100, spacing: log, start: 0.002}
simulate: {runs: 20, method: direct, precision: f64}
limit: {method: dopri5, rtol: 1e-8, atol: 1e-12, spectrum: full}
statistics: []
columns: standard
variants:
  - name: a
    title: a
    set: {time: {end: 2, points: 100, spacing: log, start: 0.002}, limit.method: dopri5}
  - name: b
    title: b
    set: {time: {end: 2, points: 100, spacing: linear}, limit.method: tsit5}
`, deriveSeed(1, "init"))
	if got := string(plan.Config()); got != want {
		t.Errorf("got\n%s\nexpected\n%s", got, want)
	}
}

func TestVariantsAndPanels(t *testing.T) {
	plan := mustParse(t, valid+`
variants:
  - {name: slow, title: γ = 0.1, set: {learning-rate: 0.1}}
  - {name: fast}
panels:
  - {name: wide, title: Wide spectrum, set: {dim: 20, learning-rate: 3}}
  - {name: narrow, set: {model.classes.0.covariance: {isotropic: 1}}}
  - {name: own, variants: [{name: only, set: {dim: 30}}]}
`)
	type row struct {
		panel, title, variant, variantTitle, directory string
		dim                                            int64
		rate                                           rate.Rule
	}
	var got []row
	for _, p := range plan.Panels {
		for _, v := range p.Variants {
			got = append(got, row{p.Name, p.Title, v.Name, v.Title, v.Directory, v.Experiment.Model.Dim, v.Experiment.Rate})
		}
	}
	want := []row{
		{"wide", "Wide spectrum", "slow", "γ = 0.1", "wide/slow", 20, rate.Constant(0.1)},
		{"wide", "Wide spectrum", "fast", "fast", "wide/fast", 20, rate.Constant(3)},
		{"narrow", "narrow", "slow", "γ = 0.1", "narrow/slow", 10, rate.Constant(0.1)},
		{"narrow", "narrow", "fast", "fast", "narrow/fast", 10, rate.Constant(0.7)},
		{"own", "own", "only", "only", "own/only", 30, rate.Constant(0.7)},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%v\nexpected\n%v", got, want)
	}
	if c := plan.Panels[1].Variants[0].Experiment.Model.Classes[0].Covariance; c != model.Isotropic(1) {
		t.Errorf("covariance %#v, expected the one of the panel", c)
	}
	for text, directory := range map[string]string{
		"variants: [{name: a}]":                          "a",
		"panels: [{name: b}]":                            "b",
		"variants:\npanels: [{name: c, variants: null}]": "c",
		"variants:\npanels:":                             "",
	} {
		if got := mustParse(t, valid+text).Panels[0].Variants[0].Directory; got != directory {
			t.Errorf("%s: directory %q, expected %q", text, got, directory)
		}
	}
}

func TestSets(t *testing.T) {
	variants := valid + "variants: [{name: a, set: {dim: 20, limit: {method: tsit5}}}, {name: b, set: {learning-rate: 1}}]\n"
	experiments := func(text string, sets ...string) []*Experiment {
		var out []*Experiment
		for _, v := range mustParse(t, text, sets...).Panels[0].Variants {
			out = append(out, v.Experiment)
		}
		return out
	}
	// An argument overrides every variant's own setting.
	for _, e := range experiments(variants, "dim=1e2", "learning-rate={power: {initial: 1, exponent: 1, timescale: 2}}") {
		if want := (rate.Power{Initial: 1, Exponent: 1, Timescale: 2}); e.Model.Dim != 100 || e.Rate != want {
			t.Errorf("dim %d, rate %v, expected the arguments' values", e.Model.Dim, e.Rate)
		}
	}
	// The last of several wins; list elements go by index; a key may be new.
	e := experiments(valid, "seed=1", "seed=2", "model.classes.1.mean=zero", "limit.method=tsit5", "problem.ridge=0")[0]
	if e.Seed != 2 || e.Model.Classes[1].Mean != (model.Zero{}) || e.Limit.Method != "tsit5" || e.Limit.RelativeTolerance != 1e-6 || e.Ridge != 0 {
		t.Errorf("got %+v", e)
	}
	for set, want := range map[string]uint64{"seed=1e6": 1000000, "seed=+7": 7, "seed=3.0": 3, "seed=18446744073709551615": 1<<64 - 1} {
		if got := experiments(valid, set)[0].Seed; got != want {
			t.Errorf("%s: got %d", set, got)
		}
	}
	// A map is replaced, not merged.
	e = experiments(valid, "limit={method: euler, step: 0.5}")[0]
	if want := (Limit{Method: "euler", Step: 0.5, Spectrum: "full"}); !reflect.DeepEqual(e.Limit, want) {
		t.Errorf("limit %+v, expected %+v", e.Limit, want)
	}
	// Maps on the way are made; the value may hold an equals sign or spaces.
	e = experiments(minimal, "simulate.runs=7", "name=a = b", "limit.method= tsit5 ")[0]
	if e.Simulation.Runs != 7 || e.Name != "a = b" || e.Limit.Method != "tsit5" {
		t.Errorf("got %+v", e)
	}
	// The list of variants itself.
	both := experiments(variants, "variants.0.set.dim=40", "variants.1.name=c")
	if both[0].Model.Dim != 40 || both[1].Model.Dim != 10 {
		t.Errorf("dims %d and %d, expected 40 and 10", both[0].Model.Dim, both[1].Model.Dim)
	}
	if alone := experiments(variants, "variants=null"); len(alone) != 1 || alone[0].Model.Dim != 10 {
		t.Errorf("%d experiments without variants, expected one", len(alone))
	}
}

func TestPresets(t *testing.T) {
	infos := Presets()
	var names []string
	for _, info := range infos {
		names = append(names, info.Name)
		if len(info.Description) < 10 || strings.HasPrefix(info.Description, "#") {
			t.Errorf("%s: description %q", info.Name, info.Description)
		}
		text, err := Preset(info.Name)
		if err != nil {
			t.Fatal(err)
		}
		var sets []string
		if strings.HasPrefix(info.Name, "phase-") {
			sets = []string{"phase.y.points=3"} // of thousands of experiments
		}
		plan, err := Load(info.Name, sets)
		if err != nil {
			t.Errorf("%v in\n%s", err, text)
			continue
		}
		if plan.Phase != nil {
			if plan.Name != info.Name || !plan.Phase.SearchBoundary {
				t.Errorf("%s: named %s, boundary %v", info.Name, plan.Name, plan.Phase.SearchBoundary)
			}
			continue
		}
		if plan.Sweep != nil {
			if plan.Name != info.Name || plan.Sweep.Len() < 7 {
				t.Errorf("%s: named %s, with %d points", info.Name, plan.Name, plan.Sweep.Len())
			}
			continue
		}
		if plan.Name != info.Name || len(plan.Panels[0].Variants) < 3 {
			t.Errorf("%s: named %s, with %d variants", info.Name, plan.Name, len(plan.Panels[0].Variants))
		}
		roundTrip(t, plan)
	}
	if want := []string{
		"adagrad", "alignment", "classes-log", "classes-power", "concentration", "fig1", "fig1a", "fig1b", "fig1c", "fig1d", "line-search",
		"ls-isotropic", "ls-powerlaw", "ls-zero-one",
		"phase-powerlaw", "phase-rate-ls", "phase-rate", "phase-two-alphas", "phase-zero-one", "polyak", "scaling", "softmax", "teacher-logistic", "teacher-ls",
	}; !reflect.DeepEqual(names, want) {
		t.Errorf("presets %v, expected %v", names, want)
	}
	if _, err := Preset("fig2"); err == nil || !strings.Contains(err.Error(), "expected one of adagrad, alignment, classes-log") {
		t.Errorf("got %v", err)
	}
}

// TestPresetPanels: figure 1 lays out the presets of its panels.
func TestPresetPanels(t *testing.T) {
	fig1, err := Load("fig1", nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, panel := range fig1.Panels {
		alone, err := Load("fig1"+string(rune('a'+i)), nil)
		if err != nil {
			t.Fatal(err)
		}
		for v, variant := range panel.Variants {
			want := *alone.Panels[0].Variants[v].Experiment
			want.Name = "fig1"
			if !reflect.DeepEqual(variant.Experiment, &want) {
				t.Errorf("panel %s, variant %s: got\n%+v\nexpected\n%+v", panel.Name, variant.Name, variant.Experiment, want)
			}
		}
	}
}
