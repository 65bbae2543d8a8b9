package experiment

import (
	"path/filepath"
	"testing"

	"anisgd/engine/rate"
)

const sweepBlock = `
variants:
  - {name: fast, set: {learning-rate: 3}}
  - {name: slow, title: γ = ½, set: {learning-rate: 0.5, seed: 8}}
sweep:
  axes:
    - {set: [dim, simulate.runs], values: [[100, 40], [200, 20], [400, 10]]}
    - {set: [model.classes.0.mean.normal.norm, init-variance], from: 0.5, to: 1, points: 2}
  runs-per-task: 8
`

// TestSweep: the points are the variants times the axes, the last axis fastest, and
// nothing but the settings differs from the file.
func TestSweep(t *testing.T) {
	s := mustParse(t, valid+sweepBlock, "problem.ridge=0.25", "seed=9").Sweep
	if s == nil || s.Len() != 12 || s.RunsPerTask != 8 || len(s.Axes) != 2 || s.Axes[0].Together(1) || !s.Axes[1].Together(1) {
		t.Fatalf("%+v", s)
	}
	i := 0
	for variant, gamma := range map[int]float64{0: 3, 1: 0.5} {
		for k, d := range []int64{100, 200, 400} {
			for n, norm := range []float64{0.5, 1} {
				i = variant*6 + k*2 + n
				e, err := s.Experiment(i)
				if err != nil {
					t.Fatal(err)
				}
				if e.Model.Dim != d || e.Simulation.Runs != []int{40, 20, 10}[k] || e.StartVariance != norm || e.Rate != rate.Constant(gamma) || e.Ridge != 0.25 || e.Seed != 9 {
					t.Errorf("point %d: %+v", i, e.Experiment)
				}
			}
		}
	}
	if place := s.Place(11); place.Variant != "slow" || place.VariantTitle != "γ = ½" || place.Panel != "" || place.At[0] != 2 || place.At[1] != 1 {
		t.Errorf("the last point is at %+v", place)
	}
	if got, want := s.Describe(2), "fast, dim = 200, simulate.runs = 20, model.classes.0.mean.normal.norm, init-variance = 0.5"; got != want {
		t.Errorf("described as %q, want %q", got, want)
	}
	if s.Axes[0].Setting(1, 1) != "20" {
		t.Errorf("set to %q", s.Axes[0].Setting(1, 1))
	}
}

// TestSweepTexts: what a limit or a run does not depend on is not in its text.
func TestSweepTexts(t *testing.T) {
	texts := func(sets ...string) (limit, simulation string) {
		t.Helper()
		e, err := mustParse(t, valid+"\nsweep: {axes: [{set: learning-rate, values: [2]}]}", sets...).Sweep.Experiment(0)
		if err != nil {
			t.Fatal(err)
		}
		return string(e.LimitText), string(e.SimulationText)
	}
	limit, simulation := texts()
	for _, c := range []struct {
		set                          string
		limitChanges, simulationDoes bool
	}{
		{"name=other", false, false},
		{"simulate.runs=77", false, false},
		{"simulate.precision=mixed", false, true},
		{"limit.rtol=1e-5", true, false},
		{"problem.ridge=0.7", true, true},
		{"seed=6", false, true}, // the mean has a seed of its own
		{"time={at: [0, 3]}", true, true},
	} {
		newLimit, newSimulation := texts(c.set)
		if (newLimit != limit) != c.limitChanges || (newSimulation != simulation) != c.simulationDoes {
			t.Errorf("%s: the limit's text changes: %v, the simulation's: %v", c.set, newLimit != limit, newSimulation != simulation)
		}
	}
}

// TestSweepConfigReproduces: the written file has the same experiments, also where
// --set arguments override panels, and where files are relative to another directory.
func TestSweepConfigReproduces(t *testing.T) {
	directory := t.TempDir()
	for n, name := range []string{"a.npy", "b.npy"} {
		values := make([]float64, 10)
		values[n] = 1
		writeFile(t, directory, name, npy("<f8", "False", "(10,)", float64Bytes(values...)))
	}
	text := `
dim: 10
problem: {loss: logistic}
simulate: {runs: 3}
panels:
  - name: first
    set:
      model: {classes: [{label: 1, covariance: {file: a.npy}}, {label: -1, covariance: {file: a.npy}}]}
      time: {at: [0, 2]}
    variants: [{name: v, set: {learning-rate: 4, problem.ridge: 0.5}}]
  - name: second
    set: {model.classes: [{label: 1, covariance: {isotropic: 1}}, {label: -1, covariance: {isotropic: 2}}], model.classes.1.covariance.file: b.npy, model.classes.1.covariance: {isotropic: 3}}
time: {at: [0, 1]}
learning-rate: 1
sweep: {axes: [{set: init-variance, values: [0, 1]}, {set: model.classes.0.covariance, values: [{isotropic: 1}, {file: b.npy}]}]}
`
	plan, err := Parse([]byte(text), filepath.Join(directory, "sweep.yaml"), []string{"time.at=[0, 3]", "problem.ridge=0.1", "model.classes.1.label=1", "sweep.runs-per-task=2"})
	if err != nil {
		t.Fatal(err)
	}
	other := t.TempDir()
	for _, input := range plan.Inputs() {
		writeFile(t, other, input.Name, input.Data)
	}
	again, err := Parse(plan.Config(), filepath.Join(other, "config.yaml"), nil)
	if err != nil {
		t.Fatalf("%v\n%s", err, plan.Config())
	}
	if string(again.Config()) != string(plan.Config()) {
		t.Errorf("the written file\n%s\nis written again as\n%s", plan.Config(), again.Config())
	}
	if plan.Sweep.Len() != 8 || again.Sweep.Len() != 8 || again.Sweep.RunsPerTask != 2 {
		t.Fatalf("%d points, and again %d", plan.Sweep.Len(), again.Sweep.Len())
	}
	for i := range plan.Sweep.Len() {
		a, err := plan.Sweep.Experiment(i)
		if err != nil {
			t.Fatal(err)
		}
		b, err := again.Sweep.Experiment(i)
		if err != nil {
			t.Fatal(err)
		}
		if string(a.Config) != string(b.Config) {
			t.Errorf("point %d is\n%s\nand again\n%s", i, a.Config, b.Config)
		}
		if e := a.Experiment; e.Times[1] != 3 || e.Ridge != 0.1 || e.Model.Classes[1].Label != 1 {
			t.Errorf("point %d: arguments of --set do not hold: %+v", i, e)
		}
	}
}
