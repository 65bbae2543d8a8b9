package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// keyGroup documents the keys of one map of an experiment file, or the forms of one value.
type keyGroup struct {
	title string
	// place is the path of the map or value in an experiment for which all of the keys are
	// known there; a test asks it for a key that there is not, and compares.
	place string
	keys  []documentedKey
	note  string
}

// documentedKey says what a key holds, and what it means.
type documentedKey struct{ name, value, meaning string }

// experimentKeys is the reference of experiment files.
var experimentKeys = []keyGroup{
	{title: "An experiment", keys: []documentedKey{
		{"name", "text = the file's", "of the results, which go to out/NAME"},
		{"dim", "integer", "d, 1 … 1e15"},
		{"seed", "integer = 1", "everything random derives from it, on any machine alike"},
		{"model", "map", "the classes"},
		{"problem", "map", "loss and target"},
		{"init", "VECTOR = zero", "x(0), for every output, or a list with one for each output"},
		{"init-variance", "w = 0", "every run adds entries N(0, w/d) of its own to x(0)"},
		{"learning-rate", "RATE", "γ"},
		{"time", "map", "when results are told; t = steps/d"},
		{"simulate", "map", "how SGD is run"},
		{"limit", "map", "how the ODE is solved"},
		{"statistics", "list", "what is told beyond the standard columns"},
		{"columns", "standard, all", "all: mean_ and cov_ also where they are more than 1000"},
		{"panels", "list", "several experiments in one figure, a tile each"},
		{"variants", "list", "the same experiment several times, in one tile"},
		{"phase", "map", "a grid of limits: `anisgd phase`, in place of panels and variants"},
		{"sweep", "map", "a study of many points: `anisgd sweep`"},
	}},
	{title: "model", place: "model", keys: []documentedKey{
		{"classes", "list or map", "a list with one map for each class, or a map for many alike"},
		{"blocks", "list", "modes that share their eigenvalues; classes then give no covariance"},
		{"noise", "gaussian, rademacher, uniform", "law of the samples' standardized entries; the limit is the same"},
	}},
	{title: "model.classes, a list, each", place: "model.classes.0", keys: []documentedKey{
		{"prior", "p = 1/K", "of all classes or of none; they sum to 1"},
		{"label", "number", "y: +1 or -1 for logistic, any for least squares; none with one-hot or a teacher"},
		{"covariance", "COVARIANCE", "eigenvalues λ_ρ of mode ρ = 1 … d, in a basis that all classes share"},
		{"mean", "VECTOR = zero", "μ"},
	}},
	{title: "model.classes, a map (one-hot, softmax, or a teacher)", place: "many:model.classes", keys: []documentedKey{
		{"count", "K", "the number of classes"},
		{"priors", "PRIORS = uniform", "uniform, {geometric: q} (p_i ∝ q^i), or a list"},
		{"each", "map", "covariance and mean of every class; normal means are drawn for each"},
	}},
	{title: "model.blocks, each", place: "blocks:model.blocks.0", keys: []documentedKey{
		{"fraction", "number", "of the modes; they sum to 1"},
		{"eigenvalues", "list", "λ in this block, one for each class"},
		{"mean-energy", "list = [0, …]", "‖μ_i restricted to the block‖², spread evenly over its modes"},
		{"mean-sign", "list = [1, …]", "1 or -1: the sign of μ_i's entries in the block"},
	}},
	{title: "COVARIANCE, one of", place: "model.classes.0.covariance", keys: []documentedKey{
		{"isotropic", "s", "λ_ρ = s"},
		{"power-law", "{exponent: α, scale: s = 1}", "λ_ρ = s (ρ/d)^α"},
		{"values", "list", "λ_1 … λ_d"},
		{"file", "path", "the same from a .npy of length d; relative to the experiment file"},
	}, note: "for example covariance: {power-law: {exponent: 1.5}}"},
	{title: "VECTOR, one of", place: "model.classes.0.mean", keys: []documentedKey{
		{"zero", "", "the word alone: mean: zero"},
		{"power-law", "{exponent: β, scale: c = 1}", "μ_ρ = c (ρ/d)^β/√d; ‖μ‖² → c²/(2β + 1) for β > −1/2"},
		{"constant", "c", "μ_ρ = c/√d; ‖μ‖ = |c|"},
		{"normal", "{norm: n = 1, seed: …}", "μ_ρ ~ N(0, n²/d), drawn once for all runs: n² is the expectation of ‖μ‖²; without seed, from the experiment's seed and the place in the file"},
		{"unit", "ρ or {index: ρ, scale: c = 1}", "c times basis vector ρ, 1 … d; within each, unit: class is number class + 1"},
		{"values", "list", "μ_1 … μ_d"},
		{"file", "path", "the same from a .npy of length d"},
		{"negative-of", "class", "−μ of the class with this number, from 0"},
		{"scaled", "{of: class, by: c}", "c times μ of a class"},
	}},
	{title: "problem", place: "problem", keys: []documentedKey{
		{"loss", "logistic, least-squares, softmax", "log(1 + e^(−yr)); ½(r − y)²; cross-entropy of up to 256 classes"},
		{"target", "class, teacher = class", "labels come from the class, or from a teacher's output r* = ⟨x*, a⟩"},
		{"outputs", "scalar, one-hot = scalar", "one-hot: one output for each class (softmax always)"},
		{"noise", "s = 0", "teacher least squares: the label is r* + s·N(0, 1)"},
		{"teacher", "VECTOR", "x*, or a list of several: as many outputs"},
		{"ridge", "δ = 0", "every step shrinks x by γδ/d; the risk told is without the penalty"},
	}},
	{title: "RATE, a number γ ≥ 0 or one of", place: "learning-rate", keys: []documentedKey{
		{"piecewise", "[[0, γ₀], [t₁, γ₁], …]", "γ_j from t_j on"},
		{"power", "{initial: γ₀, exponent: a, timescale: τ}", "γ₀ (1 + t/τ)^(−a)"},
		{"cosine", "{initial: γ₀, final: γ₁ = 0, end: T}", "γ₁ + (γ₀ − γ₁)(1 + cos(πt/T))/2 to T, then γ₁"},
		{"adagrad-norm", "{eta: η, b: b}", "η/√(b² + Σ‖gradients so far‖²/d²)"},
		{"polyak", "{}", "2 (R − least risk)/(E‖gradient‖²/d); only teacher least squares"},
		{"line-search", "{}", "exact, on the population risk; without ridge"},
	}, note: "a step is x ← x − (γ/d)·gradient; the γ of step k is that at t = k/d"},
	{title: "time: at, or steps, or end", place: "time", keys: []documentedKey{
		{"at", "list", "the times, increasing"},
		{"steps", "n", "n steps of SGD, t = 0 … n/d, at evenly spaced points"},
		{"end", "T", "the last time"},
		{"points", "integer = 100", "number of output times"},
		{"spacing", "linear, log = linear", "log: t = 0, and then points times from start to end"},
		{"start", "number = end/1000", "the first time after 0, with spacing: log"},
	}},
	{title: "simulate", place: "simulate", keys: []documentedKey{
		{"runs", "integer = 20", "independent runs, of which sgd.csv has mean and quantiles"},
		{"method", "direct, grouped, auto = auto", "direct: all d entries; grouped: a chain of few numbers with the same distribution, for any d, where modes share their eigenvalues"},
		{"precision", "f64, mixed, f32 = f64", "mixed: samples in f32, x in f64"},
	}},
	{title: "limit", place: "limit", keys: []documentedKey{
		{"method", "dopri5, tsit5, radau9, euler, rk4, auto = auto", "adaptive explicit (order 5), implicit for long times (9), of fixed step"},
		{"step", "number", "of euler and rk4, in t"},
		{"rtol", "number = 1e-8", "relative tolerance of a step"},
		{"atol", "number = 1e-12", "absolute tolerance of a step"},
		{"spectrum", "full, compressed, continuum, auto = auto", "all d modes; quadrature nodes for the same sum; d → ∞"},
		{"events", "map", "what to look for on the way"},
		{"max-steps", "integer", "an error beyond; no bound without"},
	}},
	{title: "limit.events", place: "limit.events", keys: []documentedKey{
		{"risk-below", "number or list", "tells when the risk first falls below"},
		{"stationary", "number", "tells when |d log R/d log t| falls below"},
	}},
	{title: "statistics, each: the word error, or", place: "statistics.0", keys: []documentedKey{
		{"name", "text", "of the columns"},
		{"window", "{u: [a, b]} or {block: n}", "modes with a < ρ/d ≤ b, or of block n, from 0: norm2 and overlaps there"},
		{"weights", "list or .npy path", "w_ρ: the quadratic statistic Σ_ρ w_ρ ‖x_ρ‖²"},
	}, note: "error: the classification error of SGD also with several outputs, where it takes time"},
	{title: "panels, each", place: "panels.0", keys: []documentedKey{
		{"name", "text", "also of a directory"},
		{"title", "text = name", "in figures"},
		{"set", "map", "path.to.key: value, as with --set"},
		{"variants", "list", "of this panel, in place of the shared ones"},
	}},
	{title: "variants, each", place: "variants.0", keys: []documentedKey{
		{"name", "text", "also of a directory"},
		{"title", "text = name", "in figures"},
		{"set", "map", "path.to.key: value, as with --set"},
	}},
	{title: "phase", place: "phase", keys: []documentedKey{
		{"x", "AXIS", ""},
		{"y", "AXIS", ""},
		{"statistic", "text = risk", "any column of limit.csv, at the last time"},
		{"boundary", "search, none, auto = auto", "whether to look for the places where the long-time risk changes"},
	}},
	{title: "sweep", place: "sweep", keys: []documentedKey{
		{"axes", "list of AXIS", "every combination is a point, the last axis moving fastest"},
		{"runs-per-task", "integer", "the most runs done in one task; all without"},
	}},
	{title: "AXIS", place: "phase.x", keys: []documentedKey{
		{"set", "path or list", "path.to.key, or several that move together"},
		{"values", "list", "of values; of tuples, for several paths"},
		{"from", "number", "or a range, in place of values"},
		{"to", "number", ""},
		{"points", "integer", "of the range, its ends among them"},
		{"spacing", "linear, log = linear", "log axes are logarithmic in figures, too"},
	}},
}

func newExperimentTopic() *cobra.Command {
	return &cobra.Command{
		Use:   "experiment",
		Short: "The keys of experiment files",
		Long: `An experiment is a YAML file. A complete one is

  dim: 4000
  model:
    classes:
      - {label: +1, covariance: {power-law: {exponent: 1.1}}, mean: {power-law: {exponent: 0.2}}}
      - {label: -1, covariance: {power-law: {exponent: 1.5}}, mean: {negative-of: 0}}
  problem: {loss: logistic}
  learning-rate: 0.7
  time: {end: 5}

and "anisgd presets NAME" prints others. Below, "= x" is what a key is where it is left out.
Every key can be set on the command line, with the numbers of list elements from 0:

  anisgd check mine.yaml --set model.classes.0.covariance.power-law.exponent=2
  anisgd check mine.yaml --set 'learning-rate={power: {initial: 1, exponent: 0.5, timescale: 10}}'

` + strings.TrimRight(describeKeys(experimentKeys), "\n"),
	}
}

// describeKeys lists groups of keys.
func describeKeys(groups []keyGroup) string {
	const (
		shortestName, shortestValue = 14, 16 // columns; as in most groups
		widestValue                 = 30
	)
	var text strings.Builder
	for n, g := range groups {
		if n > 0 {
			text.WriteString("\n")
		}
		fmt.Fprintln(&text, g.title)
		names, values := shortestName, 0
		for _, k := range g.keys {
			names = max(names, len([]rune(k.name)))
			if width := len([]rune(k.value)); width > 0 && width <= widestValue {
				values = max(values, width, shortestValue)
			}
		}
		before := 2 + names + 2
		if values > 0 {
			before += values + 2
		}
		indent := strings.Repeat(" ", before)
		for _, k := range g.keys {
			line := padded("  "+padded(k.name, names)+"  "+k.value, before)
			if len([]rune(line)) > before && k.meaning != "" { // the meaning stands on lines of its own
				fmt.Fprintln(&text, line)
				line = indent
			}
			for _, words := range wrapped(k.meaning, helpWidth-before) {
				fmt.Fprintln(&text, strings.TrimRight(line+words, " "))
				line = indent
			}
		}
		for _, words := range wrapped(g.note, helpWidth-2) {
			if words != "" {
				fmt.Fprintln(&text, "  "+words)
			}
		}
	}
	return text.String()
}

func padded(s string, width int) string {
	return s + strings.Repeat(" ", max(0, width-len([]rune(s))))
}
