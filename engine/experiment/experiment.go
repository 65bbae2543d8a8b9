// Package experiment reads experiment files: YAML text becomes a validated
// description of what to simulate and solve, with every default and every
// automatic choice made, and a resolved copy of the file that reproduces it.
//
// A file is read in three steps: the YAML text becomes a tree of nodes that know
// where they stand (yaml.go, node.go); panels, variants and --set arguments make
// one tree for each experiment (plan.go); the reader turns each tree into an
// Experiment and, as it goes, records the resolved form (value.go).
package experiment

import (
	"path"
	"slices"
	"strings"

	"anisgd/engine/limit"
	"anisgd/engine/model"
	"anisgd/engine/problem"
	"anisgd/engine/rate"
	"anisgd/engine/statistic"
)

// Experiment is one fully resolved simulation and limit problem.
type Experiment struct {
	Name string
	Seed uint64 // everything random derives from it

	Model   *model.Model
	Problem problem.Problem
	Loss    string  // logistic, least-squares or softmax
	Target  string  // class or teacher
	Ridge   float64 // δ ≥ 0

	Teacher       []model.Vector // columns of X*, one per teacher output
	Start         []model.Vector // columns of X(0), one per output
	StartVariance float64        // w ≥ 0: every run adds i.i.d. N(0, w/d) entries to X(0)
	Rate          rate.Rule
	Times         []float64 // output times t ≥ 0, increasing

	Simulation Simulation
	Limit      Limit
	Windows    []statistic.Window
	Quadratics []statistic.Quadratic
	ErrorAsked bool // report the classification error of SGD with several outputs too
	AllColumns bool // write mean_ and cov_ columns however many there are

	// Auto is what every choice left to the program became, by the path of its
	// key, such as limit.method.
	Auto map[string]string
	// Reasons tell why, by the same paths, where there is something to tell.
	Reasons map[string]string
}

// Simulation says how SGD is simulated.
type Simulation struct {
	Runs      int
	Method    string // Direct or Grouped
	Precision string // f64, mixed or f32
}

// Limit says how the limiting ODE is solved.
type Limit struct {
	Method            string  // euler, rk4, dopri5, tsit5 or radau9
	Step              float64 // of the methods of fixed step, 0 for the others
	RelativeTolerance float64 // of the adaptive methods, 0 for the others
	AbsoluteTolerance float64 // the same
	Spectrum          string  // full, compressed or continuum
	Events            limit.Events
	MaxSteps          int // 0: no bound
}

// Largest values that a file may ask for.
const (
	maximalDim     = 1e15 // exactly representable, and so are ρ ≤ d and ρ/d·d
	maximalClasses = 1e5  // classes are listed one by one
	maximalRuns    = 1e6  // runs are kept until they are summarized
	maximalPoints  = 1e6  // so are rows
)

// Defaults that a file may leave out.
const (
	defaultSeed              = 1
	defaultRuns              = 20
	defaultPoints            = 100
	defaultRelativeTolerance = 1e-8
	defaultAbsoluteTolerance = 1e-12
)

// rootKeys are the keys of one experiment, in the order in which the resolved
// copy has them.
var rootKeys = []string{
	"name", "dim", "seed", "model", "problem", "init", "init-variance", "learning-rate", "time",
	"simulate", "limit", "statistics", "columns",
}

// layoutKeys are those beside them that make several experiments of one.
var layoutKeys = []string{"panels", "variants", "phase", "sweep"}

// Keys of the maps below the root.
var (
	modelKeys    = []string{"blocks", "classes", "noise"}
	problemKeys  = []string{"loss", "target", "outputs", "noise", "teacher", "ridge"}
	timeKeys     = []string{"at", "steps", "end", "points", "spacing", "start"}
	simulateKeys = []string{"runs", "method", "precision"}
	limitKeys    = []string{"method", "step", "rtol", "atol", "spectrum", "events", "max-steps"}
)

// suggestPlace is like suggest for a key at the root of a file, which may be meant for
// one of the maps below it.
func suggestPlace(key string) string {
	var places []string
	for _, section := range []struct {
		name string
		keys []string
	}{{"model", modelKeys}, {"problem", problemKeys}, {"time", timeKeys}, {"simulate", simulateKeys}, {"limit", limitKeys}} {
		if slices.Contains(section.keys, key) {
			places = append(places, section.name+"."+key)
		}
	}
	if len(places) == 0 {
		return suggest(key, slices.Concat(rootKeys, layoutKeys))
	}
	return " (did you mean " + oneOf(places) + "?)"
}

// reader reads one experiment.
type reader struct {
	name   string // of an experiment without a name
	arrays *arrayFiles

	dim           int64
	seed          uint64
	auto, reasons map[string]string

	problem *problemSpec   // once it is known
	means   []model.Vector // of the classes, once they are known
	// each is the number of classes while what they share is read, 0 otherwise.
	each int
}

// readExperiment reads a tree without panels and variants. The second result is
// the resolved tree.
func readExperiment(root *node, name string, arrays *arrayFiles) (*Experiment, *node) {
	r := &reader{name: name, arrays: arrays, auto: map[string]string{}, reasons: map[string]string{}}
	v := newValue(root)
	f := v.fields(rootKeys...)

	e := &Experiment{Auto: r.auto, Reasons: r.reasons}
	e.Name = r.readName(f.get("name"))
	dim := f.get("dim")
	dim.require("the dimension d")
	r.dim = dim.integer(1, maximalDim)
	r.seed = f.get("seed").seed(defaultSeed)
	e.Seed = r.seed

	p := r.readProblem(f.get("problem"))
	r.problem = p
	e.Loss, e.Target, e.Ridge = p.loss, p.target, p.ridge
	e.Model = r.readModel(f.get("model"))
	e.Teacher = r.readTeacher(p)
	p.checkClasses(len(e.Model.Classes))
	e.Problem = p.make(&problemParts{labels: labelsOf(e.Model), columns: len(e.Teacher), noise: p.noise})

	e.Start = r.readStart(f.get("init"), e.Problem.Outputs())
	e.StartVariance = f.get("init-variance").atLeastZeroOr(0)
	e.Rate = r.readRate(f.get("learning-rate"))
	e.Times = r.readTimes(f.get("time"))
	r.readStatistics(f.get("statistics"), e)
	e.Simulation = r.readSimulation(f.get("simulate"), e)
	e.Limit = r.readLimit(f.get("limit"), e)
	e.AllColumns = f.get("columns").wordOr("standard", []string{"standard", "all"}, nil) == "all"
	return e, v.out.pruned()
}

// readName reads the name of the experiment, which also names the directory of
// its results.
func (r *reader) readName(v *value) string {
	const want = "a name that can be a directory's"
	if !v.given() {
		*v.out = node{kind: scalar, text: r.name, quoted: true}
		return r.name
	}
	name := v.text(want)
	if !usableName(name) {
		v.fail("is %s, expected %s", v.node.describe(), want)
	}
	return name
}

// usableName reports whether a name can be a directory's on any system.
func usableName(name string) bool {
	return name != "" && len(name) <= 200 && name == strings.TrimSpace(name) &&
		strings.Trim(name, ".") != "" && !strings.ContainsFunc(name, func(c rune) bool {
		return c < ' ' || c == 0x7f || strings.ContainsRune(`/\:*?"<>|`, c)
	})
}

// nameOf is the name of an experiment without one: its file's.
func nameOf(origin string) string {
	name := path.Base(strings.ReplaceAll(origin, `\`, "/"))
	name = strings.TrimSuffix(name, path.Ext(name))
	if !usableName(name) {
		return "experiment"
	}
	return name
}

// HasLabels reports whether the classes have labels: the target is the class,
// and the output is a scalar.
func (e *Experiment) HasLabels() bool { return e.Target == "class" && e.Problem.Outputs() == 1 }

// labelsOf are the labels of the classes.
func labelsOf(m *model.Model) []float64 {
	labels := make([]float64, len(m.Classes))
	for i, class := range m.Classes {
		labels[i] = class.Label
	}
	return labels
}
