package experiment

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

// here marks where an error is expected; it is taken out of the text.
const here = "§"

// located takes the mark out of a text and says where it stood.
func located(t *testing.T, text string) (clean string, line, column int) {
	t.Helper()
	before, after, found := strings.Cut(text, here)
	if !found {
		t.Fatal("no mark in the text")
	}
	last := strings.LastIndexByte(before, '\n')
	return before + after, 1 + strings.Count(before, "\n"), 1 + utf8.RuneCountInString(before[last+1:])
}

// checkError parses a marked text and compares the error.
func checkError(t *testing.T, origin, text, key, phrase string) {
	t.Helper()
	clean, line, column := located(t, text)
	plan, err := Parse([]byte(clean), origin, nil)
	var bad *Error
	if !errors.As(err, &bad) {
		t.Fatalf("got %v, %v, expected an *Error about %s", plan, err, key)
	}
	if bad.File != origin || bad.Line != line || bad.Column != column || bad.Key != key {
		t.Errorf("%v\nis at %s:%d:%d key %q, expected %s:%d:%d key %q",
			bad, bad.File, bad.Line, bad.Column, bad.Key, origin, line, column, key)
	}
	if !strings.Contains(bad.Message, phrase) {
		t.Errorf("%v\nlacks %q", bad, phrase)
	}
	if strings.ContainsAny(bad.Error(), "\n\r") {
		t.Errorf("%q is not one line", bad.Error())
	}
}

// edits are changes to valid, each with the error it causes.
var edits = []struct {
	name, old, new string // § marks the place of the error
	key, phrase    string
}{
	{"unknown key", "seed: 5", "§sede: 5", "sede", `unknown key (did you mean "seed"?), expected one of name, dim, seed`},
	{"unknown key far off", "seed: 5", "§quux: 5", "quux", "unknown key, expected one of"},
	{"unknown nested key", "scale: 2}", "§scael: 2}", "model.classes.0.covariance.power-law.scael", `did you mean "scale"?`},
	{"unknown key after non-ASCII text", "name: base", "name: \"é\"\n§näme: x", "näme", `unknown key (did you mean "name"?)`},
	{"duplicate key", "seed: 5", "seed: 5\n§seed: 6", "seed", "given twice"},
	{"duplicate nested key", "{isotropic: 0.5}", "{isotropic: 0.5, §isotropic: 1}", "model.classes.1.covariance.isotropic", "given twice"},
	{"missing dim", "name: base\ndim: 10", "§name: base", "dim", "missing, expected the dimension"},
	{"missing model in favour of a typo", "model:", "§modle:", "modle", `did you mean "model"?`},
	{"missing loss", "{loss: logistic, ridge: 0.1}", "§{ridge: 0.1}", "problem.loss", "missing, expected logistic, least-squares or softmax"},
	{"empty name", "name: base", "name:§", "name", "is empty"},
	{"name is a path", "name: base", "name: §a/b", "name", "expected a name that can be a directory's"},
	{"name is a list", "name: base", "name: §[a]", "name", "is a list"},

	{"dim zero", "dim: 10", "dim: §0", "dim", "is 0, expected an integer from 1 to 1000000000000000"},
	{"dim negative", "dim: 10", "dim: §-5", "dim", "is -5, expected an integer from 1"},
	{"dim too large", "dim: 10", "dim: §1e18", "dim", "is 1e18, expected an integer from 1"},
	{"dim fraction", "dim: 10", "dim: §2.5", "dim", "is 2.5, not an integer"},
	{"dim text", "dim: 10", "dim: §ten", "dim", `is "ten", expected an integer`},
	{"dim quoted", "dim: 10", "dim: §\"10\"", "dim", `is the text "10", expected an integer`},
	{"dim NaN", "dim: 10", "dim: §.nan", "dim", "is .nan"},
	{"dim infinite", "dim: 10", "dim: §.inf", "dim", "is .inf"},
	{"dim empty", "dim: 10", "dim:§", "dim", "is empty"},
	{"dim true", "dim: 10", "dim: §true", "dim", `is "true"`},
	{"dim list", "dim: 10", "dim: §[10]", "dim", "is a list"},
	{"dim map", "dim: 10", "dim: §{d: 10}", "dim", "is a map"},
	{"seed negative", "seed: 5", "seed: §-1", "seed", "expected an integer from 0 to 2^64"},
	{"seed too large", "seed: 5", "seed: §18446744073709551616", "seed", "expected an integer from 0 to 2^64"},
	{"seed fraction", "seed: 5", "seed: §0.5", "seed", "expected an integer from 0 to 2^64"},
	{"number out of range", "init-variance: 0.5", "init-variance: §1e999", "init-variance", "beyond the range of float64"},

	{"prior negative", "prior: 0.75", "prior: §-0.75", "model.classes.1.prior", "expected a number from 0 to 1"},
	{"prior above 1", "prior: 0.75", "prior: §1.75", "model.classes.1.prior", "expected a number from 0 to 1"},
	{"prior NaN", "prior: 0.75", "prior: §.NaN", "model.classes.1.prior", "is .NaN"},
	{"prior missing", "- prior: 0.75\n      label", "- §label", "model.classes.1.prior", "expected a prior for every class or for none"},
	{"label not a sign", "label: +1", "label: §2", "model.classes.0.label", "is 2, expected +1 or -1"},
	{"label text", "label: +1", "label: §one", "model.classes.0.label", `is "one"`},

	{"eigenvalue negative", "{isotropic: 0.5}", "{isotropic: §-0.5}", "model.classes.1.covariance.isotropic", "is -0.5, expected a finite number ≥ 0"},
	{"eigenvalue infinite", "{isotropic: 0.5}", "{isotropic: §.inf}", "model.classes.1.covariance.isotropic", "is .inf"},
	{"covariance scale negative", "scale: 2}", "scale: §-2}", "model.classes.0.covariance.power-law.scale", "≥ 0"},
	{"covariance exponent missing", "{exponent: 1.1, scale: 2}", "§{scale: 2}", "model.classes.0.covariance.power-law.exponent", "missing"},
	{"covariance overflow", "{exponent: 1.1, scale: 2}", "§{exponent: -400}", "model.classes.0.covariance.power-law", "is +Inf at mode 1 of 10"},
	{"covariance unknown", "{isotropic: 0.5}", "{§isotopic: 0.5}", "model.classes.1.covariance.isotopic", `unknown form (did you mean "isotropic"?)`},
	{"covariance word", "{isotropic: 0.5}", "§isotropic", "model.classes.1.covariance", "expected one of {isotropic: …}"},
	{"covariance two forms", "{isotropic: 0.5}", "§{isotropic: 0.5, values: [1]}", "model.classes.1.covariance", "a map with 2 keys"},
	{"covariance two forms, one unknown", "{isotropic: 0.5}", "{isotropic: 0.5, §vales: [1]}", "model.classes.1.covariance.vales", `unknown form (did you mean "values"?)`},
	{"covariance empty map", "{isotropic: 0.5}", "§{}", "model.classes.1.covariance", "a map with 0 keys"},
	{"covariance list", "{isotropic: 0.5}", "§[0.5]", "model.classes.1.covariance", "is a list"},
	{"values too short", "{isotropic: 0.5}", "{values: §[1, 2, 3]}", "model.classes.1.covariance.values", "has 3 elements, expected a list of d = 10 numbers"},
	{"values negative", "{isotropic: 0.5}", "{values: [0, 1, 2, §-3, 4,\n 5, 6, 7, 8, 9]}", "model.classes.1.covariance.values.3", "is -3"},
	{"values NaN on another line", "{isotropic: 0.5}", "{values: [0, 1, 2, 3, 4, # comment\n 5, §.nan, 7, 8, 9]}", "model.classes.1.covariance.values.6", "is .nan"},
	{"values not numbers", "{isotropic: 0.5}", "{values: [0, 1, 2, 3, 4, 5, 6, 7, 8, §x]}", "model.classes.1.covariance.values.9", `is "x"`},
	{"mean values infinite", "{negative-of: 0}", "{values: [0, 1, 2, 3, 4, 5, 6, 7, §-.inf, 9]}", "model.classes.1.mean.values.8", "is -.inf"},
	{"mean unknown", "{negative-of: 0}", "{§negative_of: 0}", "model.classes.1.mean.negative_of", `did you mean "negative-of"?`},
	{"mean word", "{negative-of: 0}", "§zeros", "model.classes.1.mean", `is "zeros" (did you mean "zero"?)`},
	{"mean empty", " {negative-of: 0}", "§", "model.classes.1.mean", ""},
	{"mean of itself", "{negative-of: 0}", "{negative-of: §1}", "model.classes.1.mean.negative-of", "refers back to itself by way of class 1"},
	{"mean in a circle", "{normal: {norm: 1, seed: 7}}", "{scaled: {of: §1, by: 2}}", "model.classes.0.mean.scaled.of", "refers back to itself by way of class 1"},
	{"mean of no class", "{negative-of: 0}", "{negative-of: §2}", "model.classes.1.mean.negative-of", "there is no class 2, expected one from 0 to 1"},
	{"mean of a negative class", "{negative-of: 0}", "{negative-of: §-1}", "model.classes.1.mean.negative-of", "expected an integer from 0"},
	{"factors overflow", "{negative-of: 0}", "{scaled: {of: 0, by: 1e200}}\n    - {prior: 0, label: 1, covariance: {isotropic: 1}, mean: {scaled: {of: §1, by: 1e200}}}", "model.classes.2.mean.scaled.of", "the product of the factors on the way overflows"},
	{"norm negative", "{norm: 1, seed: 7}", "{norm: §-1}", "model.classes.0.mean.normal.norm", "≥ 0"},
	{"mean seed", "{norm: 1, seed: 7}", "{norm: 1, seed: §x}", "model.classes.0.mean.normal.seed", `is "x"`},
	{"unit too large", "{negative-of: 0}", "{unit: §11}", "model.classes.1.mean.unit", "is 11, expected an integer from 1 to 10"},
	{"unit from zero", "{negative-of: 0}", "{unit: {index: §0, scale: 1}}", "model.classes.1.mean.unit.index", "expected an integer from 1 to 10"},
	{"unit of the class", "{negative-of: 0}", "{unit: §class}", "model.classes.1.mean.unit", "expected an integer"},
	{"no such file", "{isotropic: 0.5}", "{file: §missing.npy}", "model.classes.1.covariance.file", "cannot read missing.npy: no such file or directory, expected a .npy file with a one-dimensional array of d = 10 numbers"},
	{"file is a list", "{isotropic: 0.5}", "{file: §[a]}", "model.classes.1.covariance.file", "expected the name of a .npy file"},

	{"no class", "  classes:\n    - prior: 0.25", "  classes: §{count: 3}\n  blocks:\n    - prior: 0.25", "model.classes", "is a map, in which classes have no labels, expected a list of classes with labels, or outputs: one-hot, loss: softmax or target: teacher"},
	{"no list of classes", "  classes:\n    - prior: 0.25", "  classes: §[]\n  blocks:\n    - prior: 0.25", "model.classes", "is an empty list"},
	{"no list of blocks", "  classes:", "  blocks: §[]\n  classes:", "model.blocks", "is an empty list"},

	{"loss unknown", "loss: logistic", "loss: §logisitc", "problem.loss", `did you mean "logistic"?`},
	{"loss unknown", "loss: logistic", "loss: §softmaxx", "problem.loss", `did you mean "softmax"?`},
	{"target unknown", "ridge: 0.1", "target: §classes", "problem.target", "expected class or teacher"},
	{"outputs of logistic loss", "ridge: 0.1", "outputs: §one-hot", "problem.outputs", "is one-hot, which is not possible with loss: logistic and target: class, expected scalar"},
	{"teacher without use", "ridge: 0.1", "§teacher: zero", "problem.teacher", "means nothing here, expected it only with target: teacher"},
	{"noise without use", "ridge: 0.1", "noise: §1", "problem.noise", "only with loss: least-squares and target: teacher"},
	{"noise negative", "ridge: 0.1", "noise: §-1", "problem.noise", "≥ 0"},
	{"ridge negative", "ridge: 0.1", "ridge: §-0.1", "problem.ridge", "is -0.1, expected a finite number ≥ 0"},
	{"problem a word", "{loss: logistic, ridge: 0.1}", "§logistic", "problem", "expected a map"},

	{"init unknown", "init: zero", "init: §one", "init", `is "one", expected one of zero`},
	{"init of no class", "init: zero", "init: {negative-of: §2}", "init.negative-of", "there is no class 2"},
	{"init of two outputs", "init: zero", "init: §[zero, zero]", "init", "has 2 elements, expected one vector for each output, here 1"},
	{"init-variance negative", "init-variance: 0.5", "init-variance: §-1", "init-variance", "≥ 0"},

	{"rate negative", "learning-rate: 0.7", "learning-rate: §-0.7", "learning-rate", "is -0.7, expected a number ≥ 0 or one of {piecewise: …}, {power: …}, {cosine: …}, {adagrad-norm: …}, {polyak: {}} or {line-search: {}}"},
	{"rate infinite", "learning-rate: 0.7", "learning-rate: §.inf", "learning-rate", "is .inf"},
	{"rate word", "learning-rate: 0.7", "learning-rate: §fast", "learning-rate", `is "fast"`},
	{"rate unknown", "learning-rate: 0.7", "learning-rate: {§cosin: {}}", "learning-rate.cosin", `did you mean "cosine"?`},
	{"rate without a smallest risk", "learning-rate: 0.7", "learning-rate: {polyak: §{}}", "learning-rate.polyak", "expected it only with loss: least-squares and target: teacher"},
	{"rate with a ridge", "learning-rate: 0.7", "learning-rate: {line-search: §{}}", "learning-rate.line-search", "expected it only with problem.ridge: 0"},
	{"rate with settings", "learning-rate: 0.7", "learning-rate: {line-search: {§step: 1}}", "learning-rate.line-search.step", "means nothing here, expected an empty map"},
	{"rate without a map", "learning-rate: 0.7", "learning-rate: {line-search: §1}", "learning-rate.line-search", `is "1", expected an empty map, {}`},
	{"rate a word", "learning-rate: 0.7", "learning-rate: §line-search", "learning-rate", `is "line-search", expected a number ≥ 0 or one of`},
	{"rate without eta", "learning-rate: 0.7", "learning-rate: {adagrad-norm: §{b: 1}}", "learning-rate.adagrad-norm.eta", "is missing, expected a number ≥ 0"},
	{"rate with negative eta", "learning-rate: 0.7", "learning-rate: {adagrad-norm: {eta: §-1, b: 1}}", "learning-rate.adagrad-norm.eta", "is -1, expected a number ≥ 0"},
	{"rate without b", "learning-rate: 0.7", "learning-rate: {adagrad-norm: §{eta: 1}}", "learning-rate.adagrad-norm.b", "is missing, expected a number > 0"},
	{"rate with b zero", "learning-rate: 0.7", "learning-rate: {adagrad-norm: {eta: 1, b: §0}}", "learning-rate.adagrad-norm.b", "is 0, expected a number > 0"},
	{"piecewise late start", "learning-rate: 0.7", "learning-rate: {piecewise: [[§1, 1]]}", "learning-rate.piecewise.0.0", "expected the first time to be 0"},
	{"piecewise not increasing", "learning-rate: 0.7", "learning-rate: {piecewise: [[0, 1], [§0, 2]]}", "learning-rate.piecewise.1.0", "expected increasing times"},
	{"piecewise negative", "learning-rate: 0.7", "learning-rate: {piecewise: [[0, §-1]]}", "learning-rate.piecewise.0.1", "≥ 0"},
	{"piecewise triple", "learning-rate: 0.7", "learning-rate: {piecewise: [§[0, 1, 2]]}", "learning-rate.piecewise.0", "expected a pair [time, value]"},
	{"piecewise empty", "learning-rate: 0.7", "learning-rate: {piecewise: §[]}", "learning-rate.piecewise", "is an empty list"},
	{"power without timescale", "learning-rate: 0.7", "learning-rate: {power: §{initial: 1, exponent: 1}}", "learning-rate.power.timescale", "missing"},
	{"power timescale zero", "learning-rate: 0.7", "learning-rate: {power: {initial: 1, exponent: 1, timescale: §0}}", "learning-rate.power.timescale", "expected a finite number > 0"},
	{"cosine end negative", "learning-rate: 0.7", "learning-rate: {cosine: {initial: 1, end: §-1}}", "learning-rate.cosine.end", "> 0"},

	{"time without end", "{end: 50, points: 5}", "§{points: 5}", "time.end", "missing"},
	{"time end zero", "end: 50", "end: §0", "time.end", "> 0"},
	{"time one point", "points: 5", "points: §1", "time.points", "expected an integer from 2 to 1000000"},
	{"time fractional points", "points: 5", "points: §2.5", "time.points", "not an integer"},
	{"time spacing", "points: 5", "spacing: §logarithmic", "time.spacing", "expected linear or log"},
	{"time linear start", "points: 5", "§start: 1", "time.start", "only with spacing: log"},
	{"time start after end", "points: 5", "spacing: log, start: §50", "time.start", "not before the end"},
	{"time start zero", "points: 5", "spacing: log, start: §0", "time.start", "> 0"},
	{"times too close", "{end: 50, points: 5}", "§{end: 50, start: 49.999999999999993, spacing: log, points: 10}", "time", "too many to be told apart"},
	{"times not increasing", "{end: 50, points: 5}", "{at: [0, 2, §2]}", "time.at.2", "is 2, not after the time 2 before it"},
	{"times negative", "{end: 50, points: 5}", "{at: [§-1, 2]}", "time.at.0", "≥ 0"},
	{"times empty", "{end: 50, points: 5}", "{at: §[]}", "time.at", "is an empty list"},
	{"times and end", "{end: 50, points: 5}", "{at: [0, 1], §end: 3}", "time.end", "only without at"},
	{"steps and end", "{end: 50, points: 5}", "{steps: 5, §end: 3}", "time.end", "only without steps"},
	{"steps zero", "{end: 50, points: 5}", "{steps: §0}", "time.steps", "from 1"},
	{"more points than steps", "{end: 50, points: 5}", "{steps: 3, points: §5}", "time.points", "from 2 to 4"},

	{"no runs", "runs: 3", "runs: §0", "simulate.runs", "is 0, expected an integer from 1 to 1000000"},
	{"simulation method", "runs: 3", "method: §grouped", "simulate.method", "is grouped, but the covariance of class 0 is a power law, whose modes all differ, expected modes that share their eigenvalues in blocks (model.blocks, or isotropic)"},
	{"precision", "runs: 3", "precision: §f16", "simulate.precision", "expected f64, mixed or f32"},
	{"noise", "  classes:\n", "  noise: §gauss\n  classes:\n", "model.noise", "expected gaussian, rademacher or uniform"},
	{"limit method", "rtol: 1e-6", "method: §rk5", "limit.method", `is "rk5" (did you mean "rk4"?)`},
	{"spectrum", "rtol: 1e-6", "spectrum: §compress", "limit.spectrum", "expected auto, full, compressed or continuum"},
	{"step with an adaptive method", "rtol: 1e-6", "§step: 0.1", "limit.step", "only with a method of fixed step"},
	{"no step", "{rtol: 1e-6}", "§{method: rk4}", "limit.step", "missing, expected the step size of method rk4"},
	{"step zero", "rtol: 1e-6", "method: euler, step: §0", "limit.step", "> 0"},
	{"tolerance with a fixed step", "rtol: 1e-6", "method: euler, step: 1, §rtol: 1e-6", "limit.rtol", "only with an adaptive method"},
	{"rtol zero", "rtol: 1e-6", "rtol: §0", "limit.rtol", "expected a number from 1e-14"},
	{"rtol below rounding", "rtol: 1e-6", "rtol: §1e-15", "limit.rtol", "expected a number from 1e-14"},
	{"risk not positive", "{rtol: 1e-6}", "{events: {risk-below: [0.1, §-1]}}", "limit.events.risk-below.1", "> 0"},
	{"stationary slope", "{rtol: 1e-6}", "{events: {stationary: §0}}", "limit.events.stationary", "> 0"},
	{"atol negative", "rtol: 1e-6", "atol: §-1", "limit.atol", "≥ 0"},

	{"window without name", "{name: clean, window:", "§{window:", "statistics.0.name", "missing"},
	{"window with a bad name", "name: clean", "name: §a b", "statistics.0.name", "expected a name of letters, digits, _ and -"},
	{"window named like a column", "name: clean", "name: §risk", "statistics.0.name", "is the name of standard columns"},
	{"window named like a numbered column", "name: clean", "name: §mean_0", "statistics.0.name", "is the name of standard columns"},
	{"window empty", "{u: [0, 0.5]}", "§{u: [0.51, 0.59]}", "statistics.0.window", "holds no mode at dim 10"},
	{"window backwards", "{u: [0, 0.5]}", "{u: [0.5, §0.2]}", "statistics.0.window.u.1", "expected from < to"},
	{"window outside", "{u: [0, 0.5]}", "{u: [0, §1.5]}", "statistics.0.window.u.1", "from 0 to 1"},
	{"window of a block without blocks", "{u: [0, 0.5]}", "{block: §0}", "statistics.0.window.block", "the model has no blocks"},
	{"window of two kinds", "{u: [0, 0.5]}", "§{u: [0, 0.5], block: 0}", "statistics.0.window", "either u or block"},
	{"window twice", "  - {name: clean, window: {u: [0, 0.5]}}", "  - {name: a, window: {u: [0, 0.5]}}\n  - {name: §a, window: {u: [0, 1]}}", "statistics.1.name", `another statistic is named "a"`},
	{"statistic of nothing", "{name: clean, window: {u: [0, 0.5]}}", "§{name: clean}", "statistics.0", "expected either a window or weights"},
	{"statistic of both", "{name: clean, window: {u: [0, 0.5]}}", "§{name: clean, window: {u: [0, 0.5]}, weights: x.npy}", "statistics.0", "expected either a window or weights"},
	{"weights too short", "window: {u: [0, 0.5]}}", "weights: §[1, 2]}", "statistics.0.weights", "has 2 elements, expected a list of d = 10 numbers"},
	{"weights infinite", "window: {u: [0, 0.5]}}", "weights: [1, 2, 3, 4, 5, 6, 7, 8, 9, §.inf]}", "statistics.0.weights.9", "is .inf, expected a finite number"},
	{"weights of no file", "window: {u: [0, 0.5]}}", "weights: §none.npy}", "statistics.0.weights", "cannot read none.npy: no such file or directory, expected a .npy file"},
	{"weights a map", "window: {u: [0, 0.5]}}", "weights: §{u: 1}}", "statistics.0.weights", "is a map"},
	{"weights empty", "window: {u: [0, 0.5]}}", "weights:§ }", "statistics.0.weights", "is empty"},
	{"weights named like a window's column", "  - {name: clean,", "  - {name: §clean_overlap_0, weights: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]}\n  - {name: clean,", "statistics.0.name", `is the name of a column of window "clean"`},
	{"statistic unknown", "  - {name: clean, window: {u: [0, 0.5]}}", "  - §eror", "statistics.0", `did you mean "error"?`},
	{"columns", "seed: 5", "seed: 5\ncolumns: §some", "columns", "expected standard or all"},

	{"phase empty", "seed: 5", "seed: 5\nphase:§", "phase", "is empty"},
	{"phase without y", "seed: 5", "seed: 5\nphase: §{x: {set: seed, values: [1]}}", "phase.y", "is missing, expected an axis"},
	{"axis a number", "seed: 5", "seed: 5\nphase: {x: §1, y: {set: seed, values: [1]}}", "phase.x", "expected a map"},
	{"axis without path", "seed: 5", "seed: 5\nphase: {x: §{values: [1]}, y: {set: seed, values: [1]}}", "phase.x.set", "missing"},
	{"axis without values", "seed: 5", "seed: 5\nphase: {x: §{set: dim}, y: {set: seed, values: [1]}}", "phase.x.from", "missing"},
	{"axis of the name", "seed: 5", "seed: 5\nphase: {x: {set: §name, values: [a]}, y: {set: seed, values: [1]}}", "phase.x.set", "cannot be set here"},
	{"axis of the other", "seed: 5", "seed: 5\nphase: {x: {set: seed, values: [2]}, y: {set: §seed, values: [1]}}", "phase.y.set", "by both axes"},
	{"axis twice", "seed: 5", "seed: 5\nphase: {x: {set: [limit, §limit.rtol], values: [1]}, y: {set: seed, values: [1]}}", "phase.x.set.1", "is set twice"},
	{"axis range falls", "seed: 5", "seed: 5\nphase: {x: {set: learning-rate, from: 2, to: §1, points: 3}, y: {set: seed, values: [1]}}", "phase.x.to", "not above from"},
	{"axis range not positive", "seed: 5", "seed: 5\nphase: {x: {set: learning-rate, from: §0, to: 1, points: 3, spacing: log}, y: {set: seed, values: [1]}}", "phase.x.from", "number > 0"},
	{"axis of one point", "seed: 5", "seed: 5\nphase: {x: {set: learning-rate, from: 0, to: 1, points: §1}, y: {set: seed, values: [1]}}", "phase.x.points", "an integer from 2"},
	{"axis values and range", "seed: 5", "seed: 5\nphase: {x: {set: learning-rate, values: [1], §from: 0}, y: {set: seed, values: [1]}}", "phase.x.from", "means nothing here"},
	{"axis tuple", "seed: 5", "seed: 5\nphase: {x: {set: [learning-rate, init-variance], values: [[1, 2], §[1]]}, y: {set: seed, values: [1]}}", "phase.x.values.1", "has 1 elements"},
	{"axis of no key", "seed: 5", "seed: 5\nphase: {x: {set: §learning-rat, values: [1]}, y: {set: seed, values: [1]}}", "learning-rat", "unknown key"},
	{"axis of no element", "seed: 5", "seed: 5\nphase: {x: {set: §model.classes.2.prior, values: [1]}, y: {set: seed, values: [1]}}", "model.classes.2.prior", "no element"},
	{"axis value", "seed: 5", "seed: 5\nphase: {x: {set: learning-rate, values: [1, §-1]}, y: {set: seed, values: [1]}}", "learning-rate", "is -1"},
	{"axis range value", "seed: 5", "seed: 5\nphase: {x: {set: learning-rate, from: §-1, to: 1, points: 3}, y: {set: seed, values: [1]}}", "learning-rate", "is -1"},
	{"grid too large", "seed: 5", "seed: 5\nphase: §{x: {set: learning-rate, from: 1, to: 2, points: 10000}, y: {set: init-variance, from: 0, to: 1, points: 1000}}", "phase", "expected at most 1000000"},
	{"boundary over words", "seed: 5", "seed: 5\nphase: {x: {set: seed, values: [1]}, y: {set: limit.method, values: [dopri5]}, boundary: §search}", "phase.boundary", "not increasing numbers"},
	{"phase and variants", "seed: 5", "seed: 5\nphase: {x: {set: seed, values: [1]}, y: {set: dim, values: [10]}}\n§variants: [{name: a}]", "variants", "beside phase"},
	{"sweep beside phase", "seed: 5", "seed: 5\n§phase: {x: {set: seed, values: [1]}, y: {set: dim, values: [10]}}\nsweep: {axes: [{set: dim, values: [5]}]}", "phase", "beside sweep"},
	{"sweep empty", "seed: 5", "seed: 5\nsweep:§", "sweep", "is empty, expected a map {axes"},
	{"sweep without axes", "seed: 5", "seed: 5\nsweep: {axes: §[]}", "sweep.axes", "is an empty list"},
	{"sweep of no key", "seed: 5", "seed: 5\nsweep: {axes: [{set: §learning-rat, values: [1]}]}", "learning-rat", "unknown key"},
	{"sweep value", "seed: 5", "seed: 5\nsweep: {axes: [{set: dim, values: [5, 7]}, {set: learning-rate, values: [1, §-1]}]}", "learning-rate", "(at dim = 5, learning-rate = -1)"},
	{"sweep axes of one key", "seed: 5", "seed: 5\nsweep: {axes: [{set: dim, values: [5]}, {set: §[seed, dim], values: [[1, 2]]}]}", "sweep.axes.1.set", "dim is set by two axes"},
	{"sweep without runs", "seed: 5", "seed: 5\nsweep: {axes: [{set: dim, values: [5]}], runs-per-task: §0}", "sweep.runs-per-task", "an integer from 1"},
	{"sweep too large", "seed: 5", "seed: 5\nsweep: §{axes: [{set: dim, from: 10, to: 2000, points: 1000}, {set: learning-rate, from: 1, to: 2, points: 1000}]}", "sweep", "expected at most 100000"},
	{"sweep unknown key", "seed: 5", "seed: 5\nsweep: {axes: [{set: dim, values: [5]}], §runs: 3}", "sweep.runs", "unknown key"},
	{"sweep of a sweep", "seed: 5", "seed: 5\nsweep: {axes: [{set: §sweep.axes, values: [5]}]}", "sweep.axes.0.set", "cannot be set here"},

	{"variants empty", "seed: 5", "seed: 5\nvariants: §[]", "variants", "is an empty list"},
	{"variant without name", "seed: 5", "seed: 5\nvariants: [§{set: {dim: 3}}]", "variants.0.name", "missing"},
	{"variant unknown key", "seed: 5", "seed: 5\nvariants: [{name: a, §sets: {dim: 3}}]", "variants.0.sets", `did you mean "set"?`},
	{"variant twice", "seed: 5", "seed: 5\nvariants: [{name: a}, {name: §A}]", "variants.1.name", "is taken"},
	{"variant named like the checkpoints", "seed: 5", "seed: 5\nvariants: [{name: §Checkpoints}]", "variants.0.name", "is the name of a result file"},
	{"variant named like a file", "seed: 5", "seed: 5\nvariants: [{name: §limit.csv}]", "variants.0.name", "is the name of a result file"},
	{"variant named like a path", "seed: 5", "seed: 5\nvariants: [{name: §..}]", "variants.0.name", "that can be a directory's"},
	{"variant sets a bad value", "seed: 5", "seed: 5\nvariants:\n  - name: a\n    set: {dim: §-3}", "dim", "is -3"},
	{"variant sets an unknown key", "seed: 5", "seed: 5\nvariants: [{name: a, set: {§problem.rigde: 3}}]", "problem.rigde", `did you mean "ridge"?`},
	{"variant sets a key of a number", "seed: 5", "seed: 5\nvariants: [{name: a, set: {§dim.x: 3}}]", "dim.x", `dim is "10" and has no key "x"`},
	{"variant sets a missing element", "seed: 5", "seed: 5\nvariants: [{name: a, set: {§model.classes.2.prior: 1}}]", "model.classes.2.prior", `no element "2" of model.classes, expected an index from 0 to 1`},
	{"variant sets variants", "seed: 5", "seed: 5\nvariants: [{name: a, set: {§variants: 1}}]", "variants.0.set.variants", "cannot be set here"},
	{"variant sets the name", "seed: 5", "seed: 5\nvariants: [{name: a, set: {§name: x}}]", "variants.0.set.name", "cannot be set here"},
	{"variant sets a number", "seed: 5", "seed: 5\nvariants: [{name: a, set: §3}]", "variants.0.set", "is \"3\", expected a map of settings"},
	{"variant without a title", "seed: 5", "seed: 5\nvariants: [{name: a, title: §[]}]", "variants.0.title", "expected a title"},
	{"panels a map", "seed: 5", "seed: 5\npanels: §{name: a}", "panels", "expected a list of panels"},
	{"panel variant twice", "seed: 5", "seed: 5\npanels: [{name: p, variants: [{name: a}, {name: §a}]}]", "panels.0.variants.1.name", "is taken"},

	{"anchor", "seed: 5", "seed: §&s 5", "", "anchors (&) are not supported"},
	{"alias", "seed: 5", "seed: §*s", "", "aliases (*) are not supported"},
	{"tag", "seed: 5", "seed: §!!int 5", "", "tags (!) are not supported"},
	{"merge key", "seed: 5", "§<<: {seed: 5}", "", "merge keys (<<) are not supported"},
	{"complex key", "seed: 5", "§? seed\n: 5", "", "complex keys (?) are not supported"},
	{"second document", "seed: 5", "seed: 5\n---\n§dim: 3", "", "a second document begins here"},
	{"empty key", "seed: 5", "seed: 5\n§\"\": 3", "", "a key must be a word"},
	{"list as a key", "seed: 5", "seed: 5\n[a]§: 3", "", "not YAML"},
	{"not UTF-8", "name: base", "name: é\ndim: ü§\xff", "", "not UTF-8"},
	{"unclosed list", "seed: 5\nmodel:", "seed: [5\n§model:", "", "not YAML"},
	{"unclosed quote", "seed: 5", "seed: §'5", "", "not YAML"},
	{"tab", "seed: 5", "seed: 5\nmodel:\n§\tclasses: 3", "", "not YAML"},
	{"bad indentation", "seed: 5", "seed: §5\n x: 3", "", "not YAML"},
}

func TestEditErrors(t *testing.T) {
	for _, c := range edits {
		t.Run(c.name, func(t *testing.T) {
			checkError(t, "dir/test.yaml", replace(t, valid, c.old, c.new), c.key, c.phrase)
		})
	}
}

// TestMissingErrors leaves out or spoils parts of valid whose error is reported
// at another place, that of the map or of the first of several values.
func TestMissingErrors(t *testing.T) {
	for _, c := range []struct {
		name, old, new string
		at             string // the error is where this text begins
		key, phrase    string
	}{
		{"learning rate", "learning-rate: 0.7\n", "", "name: base", "learning-rate", "is missing, expected a number ≥ 0 or one of"},
		{"time", "time: {end: 50, points: 5}\n", "", "name: base", "time", "is missing, expected a map with end, at or steps"},
		{"problem", "problem: {loss: logistic, ridge: 0.1}\n", "", "name: base", "problem", "is missing, expected a map with the loss"},
		{"label", "      label: +1\n", "", "prior: 0.25", "model.classes.0.label", "is missing, expected +1 or -1"},
		{"covariance", "      covariance: {isotropic: 0.5}\n", "", "prior: 0.75", "model.classes.1.covariance", "is missing, expected one of {isotropic: …}"},
		{"sum of priors", "prior: 0.75", "prior: 0.76", "0.25\n", "model.classes.0.prior", "the priors sum to 1.01, expected 1 within 1e-9"},
		{"sum of priors, nearly", "prior: 0.75", "prior: 0.7500000011", "0.25\n", "model.classes.0.prior", "expected 1 within 1e-9"},
		{"blocks beside covariances", "  classes:", "  blocks: [{fraction: 1, eigenvalues: [1, 1]}]\n  classes:", "covariance: {power-law", "model.classes.0.covariance", "means nothing here, expected it only without model.blocks"},
		{"label with one-hot", "{loss: logistic, ridge: 0.1}", "{loss: least-squares, outputs: one-hot}", "label: +1", "model.classes.0.label", "means nothing here, expected it only with target: class and outputs: scalar"},
		{"label with softmax", "loss: logistic", "loss: softmax", "label: +1", "model.classes.0.label", "means nothing here, expected it only with target: class and outputs: scalar"},
		{"label with a teacher", "ridge: 0.1", "target: teacher, teacher: {unit: 1}", "label: +1", "model.classes.0.label", "means nothing here, expected it only with target: class and outputs: scalar"},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := replace(t, valid, c.old, c.new)
			checkError(t, "test.yaml", replace(t, text, c.at, here+c.at), c.key, c.phrase)
		})
	}
}

func TestBlockErrors(t *testing.T) {
	for _, c := range []struct{ name, old, new, key, phrase string }{
		{"fractions", "{fraction: 0.3", "{fraction: §0.2", "model.blocks.0.fraction", "the fractions sum to 0.8999999999999999, expected 1 within 1e-9"},
		{"fraction missing", "{fraction: 0.3, ", "§{", "model.blocks.0.fraction", "is missing"},
		{"fraction negative", "{fraction: 0.3", "{fraction: §-0.3", "model.blocks.0.fraction", "from 0 to 1"},
		{"too few eigenvalues", "[1, 2]", "§[1]", "model.blocks.1.eigenvalues", "has 1 elements, expected a list of 2 numbers, one for each class"},
		{"negative eigenvalue", "[1, 2]", "[1, §-2]", "model.blocks.1.eigenvalues.1", "≥ 0"},
		{"energy negative", "mean-energy: [1, 1]", "mean-energy: [1, §-1]", "model.blocks.0.mean-energy.1", "≥ 0"},
		{"too many energies", "mean-energy: [1, 1]", "mean-energy: §[1, 1, 1]", "model.blocks.0.mean-energy", "has 3 elements"},
		{"sign", "[+1, -1]", "[+1, §0]", "model.blocks.0.mean-sign.1", "is 0, expected +1 or -1"},
		{"energy without modes", "    - {fraction: 0.7", "    - {fraction: 0, eigenvalues: [1, 1], mean-energy: [0, §2]}\n    - {fraction: 0.7", "model.blocks.1.mean-energy.1", "is 2 in a block without modes at dim 10"},
		{"two means", "{label: -1}", "{label: -1, mean: §{unit: 1}}", "model.classes.1.mean", "class 1 has a mean here and mean-energy in model.blocks"},
		{"covariance", "{label: -1}", "{label: -1, §covariance: {isotropic: 1}}", "model.classes.1.covariance", "only without model.blocks"},
		{"label", "{label: -1}", "§{prior: 1}", "model.classes.1.label", "is missing, expected a number"},
		{"window of no block", "{block: 0}", "{block: §2}", "statistics.0.window.block", "there is no block 2: the model has blocks 0 to 1"},
		{"window of a negative block", "{block: 0}", "{block: §-1}", "statistics.0.window.block", "expected an integer from 0"},
		{"error undefined", "  - {name: clean, window: {block: 0}}", "  - §error", "statistics.0", "labels +1 and -1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := validBlocks
			if c.name == "error undefined" {
				text = replace(t, text, "{label: -1}", "{label: 3}")
			}
			checkError(t, "test.yaml", replace(t, text, c.old, c.new), c.key, c.phrase)
		})
	}
	empty := replace(t, validBlocks, "    - {fraction: 0.7", "    - {fraction: 0.001, eigenvalues: [1, 1]}\n    - {fraction: 0.699")
	checkError(t, "test.yaml", replace(t, empty, "{block: 0}", "§{block: 1}"), "statistics.0.window", "holds no mode at dim 10")
}

// TestFileErrors are files that are wrong as a whole.
func TestFileErrors(t *testing.T) {
	for _, c := range []struct{ name, text, phrase string }{
		{"empty", "§", "the file is empty, expected an experiment"},
		{"comments", "§# nothing\n\n# here\n", "the file is empty"},
		{"document marks", "§---\n...\n", "the file is empty"},
		{"text", "§just some text\n", `the file holds "just some text", expected a map with keys such as dim, model and problem`},
		{"list", "\n§- dim: 10\n", "the file holds a list"},
		{"directive", "§%YAML 1.2\n---\ndim: 1\n", "directives (%) are not supported"},
		{"many keys", manyKeys(10000) + "k§: 1\n" + manyKeys(200000), "too many keys"},
		{"deep flow", strings.Repeat("[", 100) + "§" + strings.Repeat("[", 100000), "nested too deeply"},
		{"deep maps", strings.Repeat("{a: ", 100) + "§" + strings.Repeat("{a: ", 100000), "nested too deeply"},
		{"deep dashes", strings.Repeat("- ", 500) + "§" + strings.Repeat("- ", 100000), "nested too deeply"},
		{"binary", "\x00\x01\x02§\x80", "not UTF-8"},
	} {
		t.Run(c.name, func(t *testing.T) { checkError(t, "test.yaml", c.text, "", c.phrase) })
	}
}

// TestSetErrors are errors in --set arguments, which have no line.
func TestSetErrors(t *testing.T) {
	for _, c := range []struct{ set, key, phrase string }{
		{"dim=abc", "dim", `is "abc", expected an integer`},
		{"dim", "", "expected path.to.key=value"},
		{"=3", "", "expected path.to.key=value"},
		{"dim=", "dim", "is empty"},
		{"dim=[1", "", "not YAML"},
		{"dims=3", "dims", `unknown key (did you mean "dim"?)`},
		{"a..b=3", "a..b", "must not have empty parts"},
		{"model.classes.7.prior=1", "model.classes.7.prior", `no element "7" of model.classes`},
		{"model.classes.x.prior=1", "model.classes.x.prior", `no element "x" of model.classes`},
		{"learning-rate.power.initial=1", "learning-rate.power.initial", `learning-rate is "0.7" and has no key "power"`},
		{"model.classes.0.prior=0.5", "model.classes.0.prior", "the priors sum to 1.25"},
		{"variants=[{name: a, set: {seed: x}}]", "seed", `is "x"`},
	} {
		t.Run(c.set, func(t *testing.T) {
			_, err := Parse([]byte(valid), "test.yaml", []string{c.set})
			var bad *Error
			if !errors.As(err, &bad) {
				t.Fatalf("got %v, expected an *Error", err)
			}
			if bad.File != "--set "+c.set || bad.Line != 0 || bad.Column != 0 || bad.Key != c.key || !strings.Contains(bad.Message, c.phrase) {
				t.Errorf("%+v\nexpected key %q and %q", bad, c.key, c.phrase)
			}
		})
	}
}

func TestErrorText(t *testing.T) {
	_, err := Parse([]byte("dim: 10\nlearning-rate: x\n"), "a/b.yaml", nil)
	if want := "a/b.yaml:1:1: problem: is missing, expected a map with the loss"; err == nil || err.Error() != want {
		t.Errorf("%v\nexpected %s", err, want)
	}
	_, err = Parse([]byte(valid), "a/b.yaml", []string{"dim=0"})
	if want := "--set dim=0: dim: is 0, expected an integer from 1 to 1000000000000000"; err == nil || err.Error() != want {
		t.Errorf("%v\nexpected %s", err, want)
	}
}

func manyKeys(n int) string {
	var text strings.Builder
	for i := range n {
		fmt.Fprintf(&text, "k%d: 1\n", i)
	}
	return text.String()
}
