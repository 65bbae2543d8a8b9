package experiment

import (
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"anisgd/engine/model"
	"anisgd/engine/problem"
	"anisgd/engine/rate"
	"anisgd/engine/statistic"
)

// validTeacher is least squares with a teacher of two columns.
const validTeacher = `dim: 8
seed: 3
model:
  classes:
    - {prior: 0.25, covariance: {isotropic: 1}, mean: {normal: {seed: 4}}}
    - {prior: 0.75, covariance: {isotropic: 2}, mean: zero}
problem:
  loss: least-squares
  target: teacher
  noise: 0.5
  teacher: [{normal: {norm: 2, seed: 7}}, {scaled: {of: 0, by: 3}}]
init: [zero, {unit: 2}]
learning-rate: {polyak: {}}
time: {end: 1}
statistics:
  - {name: low, weights: [1, -1, 0, 0, 0, 0, 0, 0.5]}
`

// validMany has many classes that share a description.
const validMany = `dim: 8
seed: 3
model:
  classes:
    count: 5
    priors: {geometric: 0.5}
    each:
      covariance: {power-law: {exponent: 1}}
      mean: {normal: {norm: 2, seed: 11}}
problem:
  loss: softmax
init: {negative-of: 4}
learning-rate: 0.5
time: {end: 1}
statistics:
  - error
`

func TestTeacher(t *testing.T) {
	e := single(t, validTeacher)
	mean := model.NormalVector{Norm: 1, Seed: 4}
	if want := (problem.TeacherLeastSquares{Columns: 2, Noise: 0.5}); e.Problem != problem.Problem(want) || e.Target != "teacher" || e.HasLabels() {
		t.Errorf("problem %#v with target %s, expected %#v", e.Problem, e.Target, want)
	}
	if want := []model.Vector{model.NormalVector{Norm: 2, Seed: 7}, model.Scaled{Of: mean, By: 3}}; !reflect.DeepEqual(e.Teacher, want) {
		t.Errorf("teacher %#v, expected %#v", e.Teacher, want)
	}
	if want := []model.Vector{model.Zero{}, model.UnitVector{Index: 2, Scale: 1}}; !reflect.DeepEqual(e.Start, want) {
		t.Errorf("start %#v, expected %#v", e.Start, want)
	}
	if e.Rate != rate.Rule(rate.Polyak{}) {
		t.Errorf("rate %#v", e.Rate)
	}
	if want := []statistic.Quadratic{{Name: "low", Weights: []float64{1, -1, 0, 0, 0, 0, 0, 0.5}}}; !reflect.DeepEqual(e.Quadratics, want) {
		t.Errorf("quadratic statistics %v, expected %v", e.Quadratics, want)
	}
	// One vector is one column, and derives its seed from its place.
	e = single(t, validTeacher, "problem.teacher={normal: {}}", "init=zero")
	if want := []model.Vector{model.NormalVector{Norm: 1, Seed: deriveSeed(3, "problem.teacher")}}; !reflect.DeepEqual(e.Teacher, want) || len(e.Start) != 1 {
		t.Errorf("teacher %#v with %d starts, expected %#v with one", e.Teacher, len(e.Start), want)
	}
	e = single(t, validTeacher, "problem={loss: logistic, target: teacher, teacher: [{constant: 1}]}", "init=zero", "learning-rate=1", "statistics=[error]")
	if e.Problem != problem.Problem(problem.TeacherLogistic{}) || len(e.Teacher) != 1 || !e.ErrorAsked {
		t.Errorf("got %#v with %d columns", e.Problem, len(e.Teacher))
	}
}

func TestOutputs(t *testing.T) {
	for sets, want := range map[string]problem.Problem{
		"problem={loss: softmax}":                         problem.NewSoftmax(5),
		"problem={loss: softmax, outputs: one-hot}":       problem.NewSoftmax(5),
		"problem={loss: least-squares, outputs: one-hot}": problem.NewOneHotLeastSquares(5),
	} {
		e := single(t, validMany, sets)
		if e.Problem != want || e.Teacher != nil || e.HasLabels() {
			t.Errorf("%s: got %#v, expected %#v", sets, e.Problem, want)
		}
		// One vector is the start of every output.
		if len(e.Start) != 5 {
			t.Fatalf("%s: %d starts, expected 5", sets, len(e.Start))
		}
		for a, start := range e.Start {
			if want := (model.Scaled{Of: e.Model.Classes[4].Mean, By: -1}); start != model.Vector(want) {
				t.Errorf("%s: start %d is %#v, expected %#v", sets, a, start, want)
			}
		}
	}
	starts := single(t, validMany, "init=[zero, {unit: 1}, {unit: 2}, zero, {normal: {}}]").Start
	if starts[2] != model.Vector(model.UnitVector{Index: 2, Scale: 1}) ||
		starts[4] != model.Vector(model.NormalVector{Norm: 1, Seed: deriveSeed(3, "init.4")}) {
		t.Errorf("starts %#v", starts)
	}
	// A list of classes does as well.
	e := single(t, valid, "problem={loss: softmax}", "model.classes=[{covariance: {isotropic: 1}}, {covariance: {isotropic: 2}}]")
	if e.Problem != problem.Problem(problem.NewSoftmax(2)) || e.Model.Classes[1].Covariance != model.Isotropic(2) {
		t.Errorf("a list of classes: %#v of %#v", e.Problem, e.Model.Classes)
	}
}

// TestClassesAlike: classes that share a description differ where it is random
// or names the class, and in nothing else.
func TestClassesAlike(t *testing.T) {
	e := single(t, validMany)
	for i, class := range e.Model.Classes {
		if want := (model.NormalVector{Norm: 2, Seed: 11, Column: uint32(i)}); class.Mean != model.Vector(want) {
			t.Errorf("class %d: mean %#v, expected %#v", i, class.Mean, want)
		}
		if class.Covariance != model.Covariance(model.PowerLaw{Exponent: 1, Scale: 1}) || class.Label != 0 {
			t.Errorf("class %d: %#v", i, class)
		}
		if want := math.Ldexp(1, 4-i) / 31; math.Abs(class.Prior-want) > 1e-16 {
			t.Errorf("class %d: prior %v, expected %v", i, class.Prior, want)
		}
	}
	// Another number of classes keeps the means of the first ones.
	few := single(t, validMany, "model.classes.count=3", "init=zero", "model.classes.each.mean={normal: {}}").Model.Classes
	many := single(t, validMany, "model.classes.count=7", "init=zero", "model.classes.each.mean={normal: {}}").Model.Classes
	if len(few) != 3 || len(many) != 7 {
		t.Fatalf("%d and %d classes, expected 3 and 7", len(few), len(many))
	}
	seed := deriveSeed(3, "model.classes.each.mean")
	for i, class := range many {
		if want := (model.NormalVector{Norm: 1, Seed: seed, Column: uint32(i)}); class.Mean != model.Vector(want) {
			t.Errorf("class %d: mean %#v, expected %#v", i, class.Mean, want)
		}
	}
	for i, class := range few {
		if class.Mean != many[i].Mean {
			t.Errorf("class %d: mean %#v of 3 classes, %#v of 7", i, class.Mean, many[i].Mean)
		}
	}
	for set, scale := range map[string]float64{"{unit: class}": 1, "{unit: {index: class, scale: -3}}": -3} {
		for i, class := range single(t, validMany, "model.classes.each.mean="+set).Model.Classes {
			if want := (model.UnitVector{Index: int64(i) + 1, Scale: scale}); class.Mean != model.Vector(want) {
				t.Errorf("%s: mean %#v of class %d, expected %#v", set, class.Mean, i, want)
			}
		}
	}
	// A fixed vector serves all, and so does a fixed basis vector.
	for i, class := range single(t, validMany, "model.classes.each.mean={unit: 1}").Model.Classes {
		if class.Mean != model.Vector(model.UnitVector{Index: 1, Scale: 1}) {
			t.Errorf("unit 1: mean %#v of class %d", class.Mean, i)
		}
	}
	teacher := single(t, validMany, "problem={loss: logistic, target: teacher, teacher: {unit: 1}}", "model.classes.count=1", "init=zero")
	if len(teacher.Model.Classes) != 1 {
		t.Errorf("%d classes with a teacher, expected one", len(teacher.Model.Classes))
	}
}

func TestPriorsAlike(t *testing.T) {
	priors := func(set string, count int) []float64 {
		var out []float64
		for _, class := range single(t, validMany, "init=zero", fmt.Sprint("model.classes.count=", count), "model.classes.priors="+set).Model.Classes {
			out = append(out, class.Prior)
		}
		return out
	}
	for _, c := range []struct {
		set   string
		count int
		want  []float64
	}{
		{"uniform", 3, []float64{1. / 3, 1. / 3, 1. / 3}},
		{"{geometric: 1}", 4, []float64{0.25, 0.25, 0.25, 0.25}},
		{"{geometric: 3}", 3, []float64{1. / 13, 3. / 13, 9. / 13}},
		{"{geometric: 1e200}", 3, []float64{0, 1e-200, 1}},
		{"{geometric: 1e-200}", 3, []float64{1, 1e-200, 0}},
		{"[0.5, 0.25, 0.25]", 3, []float64{0.5, 0.25, 0.25}},
	} {
		got := priors(c.set, c.count)
		for i, want := range c.want {
			if len(got) != c.count || math.Abs(got[i]-want) > 1e-15*want {
				t.Errorf("%s: priors %v, expected %v", c.set, got, c.want)
				break
			}
		}
	}
	if got := priors("[0.5, 0.2500000001, 0.25]", 3); got[0] != 0.5/1.0000000001 {
		t.Errorf("priors %.17g, expected them divided by their sum", got)
	}
	uniform := single(t, replace(t, validMany, "    priors: {geometric: 0.5}\n", "")).Model.Classes
	if uniform[0].Prior != 0.2 {
		t.Errorf("prior %v without priors, expected uniform ones", uniform[0].Prior)
	}
}

// TestBlocksAlike: blocks give covariances and mean energies of classes that
// share a description.
func TestBlocksAlike(t *testing.T) {
	const blocks = "model.blocks=[{fraction: 0.5, eigenvalues: [0, 1, 2], mean-energy: [1, 0, 1], mean-sign: [1, 1, -1]}, {fraction: 0.5, eigenvalues: [1, 1, 1]}]"
	e := single(t, validMany, blocks, "init=zero", "model.classes={count: 3}")
	arrays, err := e.Model.Materialize()
	if err != nil {
		t.Fatal(err)
	}
	for i, class := range arrays.Classes {
		if got := arrays.Spectra[class.Spectrum].Values[0]; got != float64(i) {
			t.Errorf("class %d: first eigenvalue %v", i, got)
		}
	}
	if len(arrays.Sources) != 1 || arrays.Classes[2].Factor != -1 || arrays.Classes[1].Source != -1 {
		t.Errorf("%d sources for %+v, expected one for opposite means", len(arrays.Sources), arrays.Classes)
	}
	own := single(t, validMany, replace(t, replace(t, blocks, "mean-energy: [1, 0, 1], ", ""), "mean-sign: [1, 1, -1]", "mean-sign: [1, 1, 1]"),
		"init=zero", "model.classes={count: 3, each: {mean: {unit: class}}}")
	if own.Model.Classes[2].Mean != model.Vector(model.UnitVector{Index: 3, Scale: 1}) {
		t.Errorf("mean %#v, expected a basis vector", own.Model.Classes[2].Mean)
	}
}

func TestManyClassesErrors(t *testing.T) {
	for _, c := range []struct{ name, old, new, key, phrase string }{
		{"count missing", "    count: 5\n", "§", "model.classes.count", "is missing, expected the number of classes"},
		{"count zero", "count: 5", "count: §0", "model.classes.count", "is 0, expected an integer from 1"},
		{"count fraction", "count: 5", "count: §2.5", "model.classes.count", "not an integer"},
		{"count huge", "count: 5", "count: §1e9", "model.classes.count", "expected an integer from 1 to 100000"},
		{"count an expression", "count: 5", "count: §log(d)", "model.classes.count", `is "log(d)"`},
		{"one class", "  classes:\n    count: 5", "  classes:\n    §count: 1", "model.classes", "gives one class, expected at least 2 with one output for each"},
		{"unknown key", "count: 5", "count: 5\n    §prior: 1", "model.classes.prior", `did you mean "priors"?`},
		{"priors word", "{geometric: 0.5}", "§geometric", "model.classes.priors", "expected one of uniform or {geometric: …}"},
		{"priors ratio", "{geometric: 0.5}", "{geometric: §0}", "model.classes.priors.geometric", "is 0, expected a finite number > 0"},
		{"priors too few", "{geometric: 0.5}", "§[0.5, 0.5]", "model.classes.priors", "has 2 elements, expected 5 priors, one for each class"},
		{"priors sum", "{geometric: 0.5}", "[§0.5, 0.5, 0.5, 0, 0]", "model.classes.priors.0", "the priors sum to 1.5"},
		{"prior negative", "{geometric: 0.5}", "[0.5, 0.5, §-0.5, 0.5, 0]", "model.classes.priors.2", "from 0 to 1"},
		{"label in each", "covariance: {power", "§label: 1\n      covariance: {power", "model.classes.each.label", "only in a list of classes with target: class and outputs: scalar"},
		{"prior in each", "covariance: {power", "§prior: 1\n      covariance: {power", "model.classes.each.prior", "here priors stands beside each"},
		{"no covariance", "      covariance: {power-law: {exponent: 1}}\n", "      §", "model.classes.each.covariance", "is missing"},
		{"more classes than modes", "{normal: {norm: 2, seed: 11}}\n", "{unit: §class}\n", "model.classes.each.mean.unit", "is class, but 5 classes have no basis vector each at dim 4"},
		{"mean of itself", "{normal: {norm: 2, seed: 11}}\n", "{negative-of: §0}\n", "model.classes.each.mean.negative-of", "refers back to itself"},
		{"class outside each", "{negative-of: 4}", "{unit: §class}", "init.unit", `is "class", expected an integer`},
		{"start of no class", "{negative-of: 4}", "{negative-of: §5}", "init.negative-of", "there is no class 5"},
		{"too few starts", "{negative-of: 4}", "§[zero, zero]", "init", "has 2 elements, expected one vector for each output, here 5"},
		{"softmax with a teacher", "loss: softmax", "loss: softmax\n  target: §teacher", "problem.target", "is teacher, which is not possible with loss: softmax, expected class"},
		{"softmax with one output", "loss: softmax", "loss: softmax\n  outputs: §scalar", "problem.outputs", "is scalar, which is not possible with loss: softmax and target: class, expected one-hot"},
		{"softmax with noise", "loss: softmax", "loss: softmax\n  noise: §0.1", "problem.noise", "only with loss: least-squares and target: teacher"},
		{"softmax with a teacher's vector", "loss: softmax", "loss: softmax\n  §teacher: zero", "problem.teacher", "only with target: teacher"},
		{"one-hot with noise", "loss: softmax", "loss: least-squares\n  outputs: one-hot\n  noise: §0.1", "problem.noise", "only with loss: least-squares and target: teacher"},
		{"polyak", "learning-rate: 0.5", "learning-rate: {polyak: §{}}", "learning-rate.polyak", "only with loss: least-squares and target: teacher"},
		{"scalar labels", "    count: 5", "    §count: 5", "model.classes", "expected a list of classes with labels, or outputs: one-hot, loss: softmax or target: teacher"},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := replace(t, validMany, c.old, c.new)
			switch c.name {
			case "count missing":
				text = replace(t, replace(t, text, here, ""), "    priors:", "    §priors:")
			case "more classes than modes":
				text = replace(t, text, "dim: 8", "dim: 4")
			case "no covariance":
				text = replace(t, text, "§      mean", "§mean")
			case "scalar labels":
				text = replace(t, text, "loss: softmax", "loss: least-squares")
			}
			checkError(t, "test.yaml", text, c.key, c.phrase)
		})
	}
}

func TestTeacherErrors(t *testing.T) {
	const twoColumns = "[{normal: {norm: 2, seed: 7}}, {scaled: {of: 0, by: 3}}]"
	for _, c := range []struct{ name, old, new, key, phrase string }{
		{"no teacher", "  teacher: " + twoColumns + "\n", "", "problem.teacher", "is missing, expected the teacher, one vector or a list of vectors, one for each output"},
		{"no column", twoColumns, "§[]", "problem.teacher", "is an empty list"},
		{"a bad vector", "{normal: {norm: 2, seed: 7}}", "{§nomral: {}}", "problem.teacher.0.nomral", `did you mean "normal"?`},
		{"an empty vector", "{normal: {norm: 2, seed: 7}}", "§null", "problem.teacher.0", "is empty"},
		{"of no class", "of: 0", "of: §2", "problem.teacher.1.scaled.of", "there is no class 2"},
		{"basis vector of the class", "{normal: {norm: 2, seed: 7}}", "{unit: §class}", "problem.teacher.0.unit", "expected an integer"},
		{"outputs", "noise: 0.5", "outputs: §one-hot", "problem.outputs", "is one-hot, which is not possible with loss: least-squares and target: teacher, expected scalar"},
		{"noise negative", "noise: 0.5", "noise: §-0.5", "problem.noise", "≥ 0"},
		{"label", "{prior: 0.25, ", "{prior: 0.25, §label: 1, ", "model.classes.0.label", "expected it only with target: class and outputs: scalar"},
		{"too few starts", "[zero, {unit: 2}]", "§[zero]", "init", "expected one vector for each output, here 2"},
		{"error", "  - {name: low,", "  - §error\n  - {name: low,", "statistics.0", "the error is not defined here"},
		{"columns of logistic loss", twoColumns, "§" + twoColumns, "problem.teacher", "has 2 elements, expected one vector with loss: logistic"},
		{"noise of logistic loss", "noise: 0.5", "noise: §0.5", "problem.noise", "only with loss: least-squares"},
		{"polyak of logistic loss", "{polyak: {}}", "{polyak: §{}}", "learning-rate.polyak", "only with loss: least-squares"},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := replace(t, validTeacher, c.old, c.new)
			switch c.name {
			case "no teacher":
				text = replace(t, text, "  loss: least", "  §loss: least")
			case "columns of logistic loss":
				text = replace(t, replace(t, text, "least-squares", "logistic"), "  noise: 0.5\n", "")
			case "noise of logistic loss":
				text = replace(t, text, "least-squares", "logistic")
			case "polyak of logistic loss":
				text = replace(t, replace(t, text, "least-squares", "logistic"), "  noise: 0.5\n  teacher: "+twoColumns, "  teacher: {unit: 1}")
				text = replace(t, text, "[zero, {unit: 2}]", "zero")
			}
			checkError(t, "test.yaml", text, c.key, c.phrase)
		})
	}
}

func TestWeightsFile(t *testing.T) {
	directory := t.TempDir()
	want := []float64{1, 2, 3, 4, 5, 6, 7, -8}
	writeFile(t, directory, "w.npy", npy("<f8", "False", "(8,)", float64Bytes(want...)))
	text := replace(t, validTeacher, "[1, -1, 0, 0, 0, 0, 0, 0.5]", "w.npy")
	plan, err := Load(writeFile(t, directory, "test.yaml", []byte(text)), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := plan.Panels[0].Variants[0].Experiment.Quadratics; len(got) != 1 || !reflect.DeepEqual(got[0].Weights, want) {
		t.Errorf("got %v, expected weights %v", got, want)
	}
	elsewhere := t.TempDir()
	for _, input := range plan.Inputs() {
		writeFile(t, elsewhere, input.Name, input.Data)
	}
	again, err := Load(writeFile(t, elsewhere, "config.yaml", plan.Config()), nil)
	if err != nil {
		t.Fatal(err)
	}
	checkSame(t, plan, again)
	checkError(t, filepath.Join(directory, "test.yaml"), replace(t, replace(t, text, "w.npy", "§w.npy"), "dim: 8", "dim: 9"),
		"statistics.0.weights", "holds 8 numbers, expected a .npy file with a one-dimensional array of d = 9 numbers")
}

func TestOutputsRoundTrip(t *testing.T) {
	for name, text := range map[string]string{
		"teacher":     validTeacher,
		"one column":  replace(t, replace(t, validTeacher, "[{normal: {norm: 2, seed: 7}}, {scaled: {of: 0, by: 3}}]", "{normal: {}}"), "[zero, {unit: 2}]", "zero"),
		"logistic":    replace(t, replace(t, replace(t, replace(t, validTeacher, "[{normal: {norm: 2, seed: 7}}, {scaled: {of: 0, by: 3}}]", "{normal: {}}"), "[zero, {unit: 2}]", "zero"), "  loss: least-squares", "  loss: logistic"), "  noise: 0.5\n", ""),
		"many":        validMany,
		"one-hot":     replace(t, validMany, "loss: softmax", "loss: least-squares\n  outputs: one-hot"),
		"no seed":     replace(t, validMany, "{normal: {norm: 2, seed: 11}}", "{normal: {}}"),
		"basis":       replace(t, validMany, "{normal: {norm: 2, seed: 11}}", "{unit: {index: class, scale: 0.1}}"),
		"no mean":     replace(t, validMany, "      mean: {normal: {norm: 2, seed: 11}}\n", ""),
		"priors list": replace(t, validMany, "{geometric: 0.5}", "[0.1, 0.2, 0.3, 0.2, 0.2000000001]"),
		"no priors":   replace(t, validMany, "    priors: {geometric: 0.5}\n", ""),
		"adagrad":     replace(t, validMany, "learning-rate: 0.5", "learning-rate: {adagrad-norm: {eta: 1, b: 0.1}}"),
		"line-search": replace(t, validMany, "learning-rate: 0.5", "learning-rate: {line-search: {}}"),
		"blocks":      "dim: 9\nmodel: {blocks: [{fraction: 1, eigenvalues: [1, 2], mean-energy: [1, 1]}], classes: {count: 2}}\nproblem: {loss: softmax}\nlearning-rate: 1\ntime: {end: 1}\n",
		"variants":    replace(t, validMany, "init: {negative-of: 4}", "variants: [{name: a}, {name: b, set: {dim: 20, model.classes.count: 9}}, {name: c, set: {problem: {loss: logistic, target: teacher, teacher: {unit: 1}}, statistics: []}}]"),
	} {
		t.Run(name, func(t *testing.T) {
			if name == "logistic" {
				text = replace(t, text, "{polyak: {}}", "1")
			}
			roundTrip(t, mustParse(t, text))
		})
	}
}

func TestSoftmaxOfTooManyClasses(t *testing.T) {
	file := "dim: 400\nmodel: {classes: {count: 257, priors: uniform, each: {covariance: {isotropic: 1}, mean: {normal: {norm: 1}}}}}\n" +
		"problem: {loss: softmax}\nlearning-rate: 1\ntime: {end: 1}\n"
	_, err := Parse([]byte(file), "many.yaml", nil)
	var bad *Error
	if !errors.As(err, &bad) || bad.Line != 3 || bad.Key != "problem.loss" || !strings.Contains(bad.Message, "256") {
		t.Errorf("257 classes: %v", err)
	}
}
