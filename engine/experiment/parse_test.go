package experiment

import (
	"bytes"
	"math"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"anisgd/engine/model"
	"anisgd/engine/problem"
	"anisgd/engine/rate"
	"anisgd/engine/statistic"

	"codeberg.org/sbinet/npyio"
)

func TestParse(t *testing.T) {
	e := single(t, valid)
	random := model.NormalVector{Norm: 1, Seed: 7}
	want := &Experiment{
		Name: "base", Seed: 5,
		Model: &model.Model{Dim: 10, Classes: []model.Class{
			{Prior: 0.25, Label: 1, Covariance: model.PowerLaw{Exponent: 1.1, Scale: 2}, Mean: random},
			{Prior: 0.75, Label: -1, Covariance: model.Isotropic(0.5), Mean: model.Scaled{Of: random, By: -1}},
		}},
		Problem: problem.Logistic{Labels: []float64{1, -1}}, Loss: "logistic", Target: "class", Ridge: 0.1,
		Start: []model.Vector{model.Zero{}}, StartVariance: 0.5,
		Rate:       rate.Constant(0.7),
		Times:      []float64{0, 12.5, 25, 37.5, 50},
		Simulation: Simulation{Runs: 3, Method: "direct", Precision: "f64"},
		Limit:      Limit{Method: "dopri5", RelativeTolerance: 1e-6, AbsoluteTolerance: 1e-12, Spectrum: "full"},
		Windows:    []statistic.Window{{Name: "clean", Lo: 0, Hi: 5}},
		Auto:       map[string]string{"simulate.method": "direct", "limit.method": "dopri5", "limit.spectrum": "full"},
	}
	for path := range want.Auto {
		if _, told := e.Reasons[path]; !told {
			t.Errorf("reasons %q of %s", e.Reasons, path)
		}
	}
	e.Reasons = nil
	if !reflect.DeepEqual(e, want) {
		t.Errorf("got\n%+v\nexpected\n%+v", e, want)
	}
}

// minimal has only what must be given.
const minimal = `
dim: 4
model: {classes: [{label: 3, covariance: {power-law: {exponent: 2}}}]}
problem: {loss: least-squares}
learning-rate: 0
time: {end: 2}
`

func TestDefaults(t *testing.T) {
	plan, err := Parse([]byte(minimal), "some/where/my test.yml", nil)
	if err != nil {
		t.Fatal(err)
	}
	if plan.Name != "my test" || len(plan.Panels) != 1 || plan.Panels[0].Name != "" || len(plan.Panels[0].Variants) != 1 {
		t.Errorf("got %+v, expected one panel without a name, called after the file", plan)
	}
	v := plan.Panels[0].Variants[0]
	if v.Name != "" || v.Directory != "" {
		t.Errorf("got %+v, expected a variant without a name", v)
	}
	e := v.Experiment
	if len(e.Times) != 100 || e.Times[0] != 0 || e.Times[99] != 2 {
		t.Errorf("got %d times from %v to %v, expected 100 from 0 to 2", len(e.Times), e.Times[0], e.Times[len(e.Times)-1])
	}
	e.Times = nil
	want := &Experiment{
		Name: "my test", Seed: 1,
		Model: &model.Model{Dim: 4, Classes: []model.Class{
			{Prior: 1, Label: 3, Covariance: model.PowerLaw{Exponent: 2, Scale: 1}, Mean: model.Zero{}},
		}},
		Problem: problem.LeastSquares{Labels: []float64{3}}, Loss: "least-squares", Target: "class",
		Start: []model.Vector{model.Zero{}}, Rate: rate.Constant(0),
		Simulation: Simulation{Runs: 20, Method: "direct", Precision: "f64"},
		Limit:      Limit{Method: "dopri5", RelativeTolerance: 1e-8, AbsoluteTolerance: 1e-12, Spectrum: "full"},
		Auto:       map[string]string{"simulate.method": "direct", "limit.method": "dopri5", "limit.spectrum": "full"},
	}
	for path := range want.Auto {
		if _, told := e.Reasons[path]; !told {
			t.Errorf("reasons %q of %s", e.Reasons, path)
		}
	}
	e.Reasons = nil
	if !reflect.DeepEqual(e, want) {
		t.Errorf("got\n%+v\nexpected\n%+v", e, want)
	}
	for origin, name := range map[string]string{"": "experiment", "-": "-", "fig1": "fig1", "a/b.c.yaml": "b.c", `c:\x\y.yaml`: "y", "..yaml": "experiment"} {
		plan, err := Parse([]byte(minimal), origin, nil)
		if err != nil || plan.Name != name {
			t.Errorf("origin %q: got %+v, %v, expected the name %q", origin, plan, err, name)
		}
	}
}

func TestMeans(t *testing.T) {
	const file = `
dim: 4
seed: 9
model:
  classes:
    - {label: 0, covariance: {isotropic: 1}, mean: {scaled: {of: 2, by: -3}}}
    - {label: 0, covariance: {isotropic: 1}, mean: {negative-of: 0}}
    - {label: 0, covariance: {isotropic: 1}, mean: {scaled: {of: 3, by: 0.5}}}
    - {label: 0, covariance: {isotropic: 1}, mean: {power-law: {exponent: 0.3}}}
    - {label: 0, covariance: {isotropic: 1}, mean: {unit: 4}}
    - {label: 0, covariance: {isotropic: 1}, mean: {unit: {index: 1e0, scale: -2}}}
    - {label: 0, covariance: {isotropic: 1}, mean: {constant: -1.5}}
    - {label: 0, covariance: {values: [0, 1, 2.5, 1e-3]}, mean: {values: [0, -1, 2.5, .5]}}
    - {label: 0, covariance: {isotropic: 1}, mean: {negative-of: 9}}
    - {label: 0, covariance: {isotropic: 1}, mean: zero}
    - {label: 0, covariance: {isotropic: 1}, mean: {normal: {norm: 2, seed: 18446744073709551615}}}
    - {label: 0, covariance: {isotropic: 1}, mean: {normal: {}}}
problem: {loss: least-squares}
init: {scaled: {of: 1, by: 2}}
learning-rate: 1
time: {end: 2}
`
	e := single(t, file)
	power := model.PowerVector{Exponent: 0.3, Scale: 1}
	want := []model.Vector{
		model.Scaled{Of: power, By: -1.5}, model.Scaled{Of: power, By: 1.5}, model.Scaled{Of: power, By: 0.5}, power,
		model.UnitVector{Index: 4, Scale: 1}, model.UnitVector{Index: 1, Scale: -2}, model.ConstantVector(-1.5),
		model.Entries{0, -1, 2.5, 0.5}, model.Zero{}, model.Zero{},
		model.NormalVector{Norm: 2, Seed: math.MaxUint64},
		model.NormalVector{Norm: 1, Seed: deriveSeed(9, "model.classes.11.mean")},
	}
	for i, v := range want {
		if got := e.Model.Classes[i].Mean; !reflect.DeepEqual(got, v) {
			t.Errorf("mean %d: got %#v, expected %#v", i, got, v)
		}
	}
	if want := (model.Scaled{Of: power, By: 3}); !reflect.DeepEqual(e.Start, []model.Vector{want}) {
		t.Errorf("init: got %#v, expected %#v", e.Start, want)
	}
	if got := e.Model.Classes[7].Covariance; !reflect.DeepEqual(got, model.Eigenvalues{0, 1, 2.5, 1e-3}) {
		t.Errorf("eigenvalues: got %#v", got)
	}
	start := single(t, file, "init=[{unit: 2}]").Start
	if want := (model.UnitVector{Index: 2, Scale: 1}); len(start) != 1 || start[0] != want {
		t.Errorf("init as a list: got %#v, expected %#v", start, want)
	}
}

// TestDerivedSeeds: vectors without a seed of their own differ by place and by
// the experiment's seed, and depend on nothing else.
func TestDerivedSeeds(t *testing.T) {
	const file = `
dim: 4
seed: 1
model:
  classes:
    - {label: 1, covariance: {isotropic: 1}, mean: {normal: {norm: 1}}}
    - {label: 1, covariance: {isotropic: 1}, mean: {normal: {norm: 1}}}
problem: {loss: logistic}
init: {normal: {norm: 1}}
learning-rate: 1
time: {end: 2}
`
	seeds := func(sets ...string) [3]uint64 {
		e := single(t, file, sets...)
		seed := func(v model.Vector) uint64 { return v.(model.NormalVector).Seed }
		return [3]uint64{seed(e.Model.Classes[0].Mean), seed(e.Model.Classes[1].Mean), seed(e.Start[0])}
	}
	first := seeds()
	if again := seeds("dim=7", "learning-rate=2", "name=x"); again != first {
		t.Errorf("seeds %v became %v with another dim and learning rate", first, again)
	}
	if listed := seeds("init=[{normal: {}}]"); listed[2] == first[2] || listed[0] != first[0] {
		t.Errorf("seeds %v, as a list %v: expected another seed for a column of a list alone", first, listed)
	}
	all := map[uint64]bool{}
	for _, seed := range []string{"seed=0", "seed=1", "seed=2", "seed=18446744073709551615"} {
		for _, s := range seeds(seed) {
			all[s] = true
		}
	}
	if len(all) != 12 {
		t.Errorf("%d different seeds of 12 places and experiments", len(all))
	}
}

func TestBlocks(t *testing.T) {
	e := single(t, validBlocks)
	if want := []int64{3, 10}; !reflect.DeepEqual(e.Model.BlockEnds, want) {
		t.Fatalf("block ends %v, expected %v", e.Model.BlockEnds, want)
	}
	arrays, err := e.Model.Materialize()
	if err != nil {
		t.Fatal(err)
	}
	for i, second := range []float64{1, 2} {
		values := arrays.Spectra[arrays.Classes[i].Spectrum].Values
		if want := []float64{0, 0, 0, second, second, second, second, second, second, second}; !reflect.DeepEqual(values, want) {
			t.Errorf("class %d: eigenvalues %v, expected %v", i, values, want)
		}
	}
	if len(arrays.Sources) != 1 || arrays.Classes[0].Factor != 1 || arrays.Classes[1].Factor != -1 {
		t.Errorf("got %d sources, expected opposite means to share one", len(arrays.Sources))
	}
	energy := 0.0
	for _, v := range arrays.Sources[0] {
		energy += v * v / 10
	}
	if math.Abs(energy-1) > 1e-15 || arrays.Sources[0][3] != 0 {
		t.Errorf("mean √d·μ = %v of energy %v, expected energy 1 in the first three modes", arrays.Sources[0], energy)
	}
	if w := e.Windows[0]; w.Lo != 0 || w.Hi != 3 {
		t.Errorf("window %+v, expected modes 0 to 3", w)
	}

	own := replace(t, validBlocks, "mean-energy: [1, 1], mean-sign: [+1, -1]", "mean-energy: [1, 0]")
	own = replace(t, own, "{label: -1}", "{label: -1, mean: {scaled: {of: 0, by: 2}}}")
	e = single(t, own)
	first := e.Model.Classes[0].Mean
	if want := (model.Scaled{Of: first, By: 2}); !reflect.DeepEqual(e.Model.Classes[1].Mean, want) {
		t.Errorf("own mean: got %#v, expected %#v", e.Model.Classes[1].Mean, want)
	}
}

// TestBlockCounts: the counts of modes sum to d whatever the rounding.
func TestBlockCounts(t *testing.T) {
	thirds := replace(t, validBlocks, "{fraction: 0.3", "{fraction: 0.333333333333")
	thirds = replace(t, thirds, "{fraction: 0.7", "{fraction: 0.666666666667")
	for dim, first := range map[string]int64{"2": 1, "4": 1, "5": 2, "100": 33, "1e15": 333333333333000} {
		ends := single(t, thirds, "dim="+dim).Model.BlockEnds
		if ends[0] != first {
			t.Errorf("dim %s: first block ends at %d, expected %d", dim, ends[0], first)
		}
	}
}

func TestPriors(t *testing.T) {
	priors := func(text string) []float64 {
		var out []float64
		for _, class := range single(t, text).Model.Classes {
			out = append(out, class.Prior)
		}
		return out
	}
	uniform := replace(t, replace(t, valid, "prior: 0.25\n      ", ""), "prior: 0.75\n      ", "")
	if got := priors(uniform); got[0] != 0.5 || got[1] != 0.5 {
		t.Errorf("priors left out: %v, expected uniform ones", got)
	}
	// Off by less than 1e-9: divided by their sum.
	got := priors(replace(t, valid, "prior: 0.75", "prior: 0.7500000008"))
	if total := 0.25 + 0.7500000008; got[0] != 0.25/total || got[1] != 0.7500000008/total {
		t.Errorf("priors %.17g, expected them divided by %.17g", got, total)
	}
	// A sum of 1 to rounding is left alone.
	thirds := replace(t, replace(t, valid, "prior: 0.25", "prior: 0.1"), "prior: 0.75", "prior: 0.8999999999999999")
	if got := priors(thirds); got[0] != 0.1 || got[1] != 0.8999999999999999 {
		t.Errorf("priors %.17g were changed", got)
	}
}

func TestRates(t *testing.T) {
	for text, want := range map[string]rate.Rule{
		"1e-3":                               rate.Constant(1e-3),
		"+2":                                 rate.Constant(2),
		"{piecewise: [[0, 1.0], [10, 0.1]]}": rate.Piecewise{Times: []float64{0, 10}, Values: []float64{1, 0.1}},
		"{power: {initial: 1, exponent: 2, timescale: 3}}": rate.Power{Initial: 1, Exponent: 2, Timescale: 3},
		"{cosine: {initial: 1, final: 0.5, end: 3}}":       rate.Cosine{Initial: 1, Final: 0.5, End: 3},
		"{cosine: {initial: 1, end: 3}}":                   rate.Cosine{Initial: 1, End: 3},
		"{adagrad-norm: {eta: 2, b: 0.5}}":                 rate.AdaGradNorm{Eta: 2, B: 0.5},
	} {
		if got := single(t, valid, "learning-rate="+text).Rate; !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %#v, expected %#v", text, got, want)
		}
	}
}

func TestSettings(t *testing.T) {
	e := single(t, valid, "limit={method: rk4, step: 0.01}", "simulate={method: auto, precision: f64}", "statistics=[error]", "columns=all")
	if want := (Limit{Method: "rk4", Step: 0.01, Spectrum: "full"}); !reflect.DeepEqual(e.Limit, want) {
		t.Errorf("limit %+v, expected %+v", e.Limit, want)
	}
	if want := (Simulation{Runs: 20, Method: "direct", Precision: "f64"}); e.Simulation != want {
		t.Errorf("simulation %+v, expected %+v", e.Simulation, want)
	}
	if want := map[string]string{"limit.spectrum": "full", "simulate.method": "direct"}; !reflect.DeepEqual(e.Auto, want) {
		t.Errorf("automatic choices %v, expected %v", e.Auto, want)
	}
	if len(e.Windows) != 0 || !e.ErrorAsked || !e.AllColumns {
		t.Errorf("windows %v, error %v, all columns %v", e.Windows, e.ErrorAsked, e.AllColumns)
	}
}

// TestArrayFiles reads arrays of every type, written by another library.
func TestArrayFiles(t *testing.T) {
	directory := t.TempDir()
	want := []float64{0, 1, 2, 3, 4, 5, 6, 7, 8, 100}
	for name, array := range map[string]any{
		"float64": want,
		"float32": []float32{0, 1, 2, 3, 4, 5, 6, 7, 8, 100},
		"int64":   []int64{0, 1, 2, 3, 4, 5, 6, 7, 8, 100},
		"int32":   []int32{0, 1, 2, 3, 4, 5, 6, 7, 8, 100},
		"int16":   []int16{0, 1, 2, 3, 4, 5, 6, 7, 8, 100},
		"int8":    []int8{0, 1, 2, 3, 4, 5, 6, 7, 8, 100},
		"uint64":  []uint64{0, 1, 2, 3, 4, 5, 6, 7, 8, 100},
		"uint32":  []uint32{0, 1, 2, 3, 4, 5, 6, 7, 8, 100},
		"uint16":  []uint16{0, 1, 2, 3, 4, 5, 6, 7, 8, 100},
		"uint8":   []uint8{0, 1, 2, 3, 4, 5, 6, 7, 8, 100},
	} {
		var b bytes.Buffer
		if err := npyio.Write(&b, array); err != nil {
			t.Fatal(err)
		}
		got, err := decodeNPY(t, b.Bytes())
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %v, %v, expected %v", name, got, err, want)
		}
	}
	got, err := decodeNPY(t, npy(">f8", "True", "(2,)", []byte{0x3f, 0xf8, 0, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0}))
	if err != nil || !reflect.DeepEqual(got, []float64{1.5, -2}) {
		t.Errorf("big-endian, Fortran order: got %v, %v", got, err)
	}
	got, err = decodeNPY(t, npy("<i2", "False", "(2,)", []byte{0xff, 0xff, 0, 0x80}))
	if err != nil || !reflect.DeepEqual(got, []float64{-1, -32768}) {
		t.Errorf("negative integers: got %v, %v", got, err)
	}

	// Names are relative to the experiment file; equal names of different files
	// get different copies; one file is one input.
	writeFile(t, directory, "data/x.npy", npy("<f8", "False", "(10,)", float64Bytes(want...)))
	writeFile(t, directory, "x.npy", npy("|u1", "False", "(10,)", []byte{9, 8, 7, 6, 5, 4, 3, 2, 1, 0}))
	text := replace(t, valid, "{isotropic: 0.5}", "{file: data/x.npy}")
	text = replace(t, text, "{power-law: {exponent: 1.1, scale: 2}}", "{file: ./data/x.npy}")
	text = replace(t, text, "init: zero", "init: {file: x.npy}\nvariants: [{name: a}, {name: b}]")
	path := writeFile(t, directory, "test.yaml", []byte(text))
	plan, err := Load(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	e := plan.Panels[0].Variants[1].Experiment
	if !reflect.DeepEqual(e.Model.Classes[1].Covariance, model.Eigenvalues(want)) ||
		!reflect.DeepEqual(e.Start[0], model.Entries{9, 8, 7, 6, 5, 4, 3, 2, 1, 0}) {
		t.Errorf("got %v and %v", e.Model.Classes[1].Covariance, e.Start)
	}
	var names []string
	for _, input := range plan.Inputs() {
		names = append(names, input.Name)
	}
	if !reflect.DeepEqual(names, []string{"inputs/x.npy", "inputs/x-2.npy"}) {
		t.Errorf("inputs %v", names)
	}
	// The resolved file runs from its copies.
	elsewhere := t.TempDir()
	for _, input := range plan.Inputs() {
		writeFile(t, elsewhere, input.Name, input.Data)
	}
	again, err := Load(writeFile(t, elsewhere, "config.yaml", plan.Config()), nil)
	if err != nil {
		t.Fatal(err)
	}
	checkSame(t, plan, again)
}

func TestLoad(t *testing.T) {
	directory := t.TempDir()
	plan, err := Load(writeFile(t, directory, "fig1a", []byte(minimal)), nil)
	if err != nil || plan.Panels[0].Variants[0].Experiment.Model.Dim != 4 {
		t.Errorf("a file named like a preset: %v, %v", plan, err)
	}
	writeFile(t, directory, "own.yaml", []byte(minimal))
	for path, phrase := range map[string]string{
		filepath.Join(directory, "own.yml"):    `(did you mean "own.yaml"?)`,
		"fig1aa":                               `there is no such file and no preset of that name (did you mean "fig1a"?), expected an experiment file or one of adagrad, alignment, classes-log`,
		"nowhere/at/all.yaml":                  "there is no such file and no preset of that name, expected",
		directory:                              "cannot be read: is a directory",
		"":                                     "there is no such file",
		filepath.Join(directory, "fig1a", "x"): "cannot be read",
	} {
		_, err := Load(path, nil)
		bad, ok := err.(*Error)
		if !ok || bad.File != path || !strings.Contains(bad.Message, phrase) {
			t.Errorf("%q: got %v, expected an *Error with %q", path, err, phrase)
		}
	}
}
