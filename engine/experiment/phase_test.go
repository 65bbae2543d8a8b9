package experiment

import (
	"math"
	"strings"
	"testing"

	"anisgd/engine/model"
	"anisgd/engine/rate"
)

const phaseBlock = `
phase:
  x: {set: learning-rate, from: 0.1, to: 10, points: 3, spacing: log}
  y: {set: [model.classes.0.mean.normal.norm, init-variance], from: 0, to: 1, points: 5}
`

// TestPhaseAxes: the experiments of the grid have the settings of both axes, and
// nothing else differs from the file.
func TestPhaseAxes(t *testing.T) {
	plan := mustParse(t, valid+phaseBlock, "phase.y.points=3", "dim=12")
	p := plan.Phase
	if p == nil || len(p.X.Points) != 3 || len(p.Y.Points) != 3 || !p.X.Log || p.Y.Log || !p.Y.Continuous || p.Statistic != "risk" {
		t.Fatalf("%+v", p)
	}
	if x := p.X.Points; x[0].Coordinate != 0.1 || math.Abs(x[1].Coordinate-1) > 1e-15 || x[2].Coordinate != 10 {
		t.Errorf("x at %v", x)
	}
	for i, x := range p.X.Points {
		for j, norm := range []float64{0, 0.5, 1} {
			e, err := p.Experiment(i, j)
			if err != nil {
				t.Fatal(err)
			}
			mean, _ := e.Model.Classes[0].Mean.(model.NormalVector)
			if e.Rate != rate.Constant(x.Coordinate) || mean.Norm != norm || e.StartVariance != norm || e.Model.Dim != 12 || e.Seed != 5 {
				t.Errorf("%d, %d: %+v", i, j, e.Experiment)
			}
		}
	}
	between, err := p.Between(1, 0.3, []string{"seed=9"})
	if err != nil || between.StartVariance != 0.3 || between.Seed != 9 {
		t.Errorf("%+v, %v", between, err)
	}
	if _, err := p.Between(1, -0.3, nil); err == nil || !strings.Contains(err.Error(), "init-variance") && !strings.Contains(err.Error(), "norm") {
		t.Errorf("between: %v", err)
	}
}

func TestPhaseValues(t *testing.T) {
	plan := mustParse(t, valid+`
phase:
  x: {set: [limit.method, limit.rtol], values: [[dopri5, 1e-6], [tsit5, 1e-7]]}
  y: {set: learning-rate, values: [3, 1, {power: {initial: 1, exponent: 0.5, timescale: 2}}]}
  statistic: norm2
`)
	p := plan.Phase
	if p.SearchBoundary || p.Y.Numeric || p.X.Numeric || p.X.Points[1].Label != "tsit5, 1e-7" || p.X.Points[1].Coordinate != 1 {
		t.Errorf("%+v", p.X)
	}
	e, err := p.Experiment(1, 2)
	if err != nil || e.Limit.Method != "tsit5" || e.Limit.RelativeTolerance != 1e-7 {
		t.Errorf("%+v, %v", e, err)
	}
	if _, power := e.Rate.(rate.Power); !power {
		t.Errorf("rate %+v", e.Rate)
	}
	if err := p.CheckStatistic([]string{"risk", "norm2"}); err != nil {
		t.Error(err)
	}
	if err := p.CheckStatistic([]string{"risk", "norm3"}); err == nil || !strings.Contains(err.Error(), `test.yaml:27:14: phase.statistic: is "norm2" (did you mean "norm3"?)`) {
		t.Error(err)
	}
}

// TestPhaseBoundaryIsSearchedWhereItMakesSense goes through the reasons not to.
func TestPhaseBoundaryIsSearchedWhereItMakesSense(t *testing.T) {
	text := replace(t, valid, "loss: logistic, ridge: 0.1", "loss: logistic")
	axis := "\nphase: {x: {set: learning-rate, values: [1, 2]}, y: {set: init-variance, values: [0, 1]}"
	for _, c := range []struct {
		text string
		want bool
	}{
		{text + axis + "}", true},
		{text + axis + ", boundary: none}", false},
		{text + axis + ", statistic: error}", false},
		{text + axis + ", statistic: error, boundary: search}", true},
		{valid + axis + "}", false},                                        // a ridge
		{text + strings.Replace(axis, "[0, 1]", "[1, 0]", 1) + "}", false}, // values that fall
	} {
		if got := mustParse(t, c.text).Phase.SearchBoundary; got != c.want {
			t.Errorf("boundary %v, want %v in\n%s", got, c.want, c.text)
		}
	}
	// Eigenvalues of one's own have no limit d → ∞.
	own := replace(t, text, "{isotropic: 0.5}", "{values: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]}") + axis
	if mustParse(t, own+"}").Phase.SearchBoundary {
		t.Error("a boundary is searched for as d → ∞ of eigenvalues that are given one by one")
	}
	_, err := Parse([]byte(own+", boundary: search}"), "test.yaml", nil)
	if err == nil || !strings.Contains(err.Error(), "phase.boundary: is search, expected none: eigenvalues are given one by one, and the boundary is that of d → ∞") {
		t.Error(err)
	}
}

// TestPhaseConfigReproduces: the file that is written gives the same experiments,
// also where they read arrays from elsewhere.
func TestPhaseConfigReproduces(t *testing.T) {
	directory := t.TempDir()
	for n, name := range []string{"a.npy", "b.npy"} {
		values := make([]float64, 10)
		values[n] = 1
		writeFile(t, directory, name, npy("<f8", "False", "(10,)", float64Bytes(values...)))
	}
	text := replace(t, valid, "{isotropic: 0.5}", "{file: a.npy}") + `
phase:
  x: {set: model.classes.1.covariance.file, values: [a.npy, b.npy]}
  y: {set: learning-rate, values: [1, 2]}
`
	text = replace(t, text, "{power-law: {exponent: 1.1, scale: 2}}", "{file: b.npy}")
	plan, err := Load(writeFile(t, directory, "test.yaml", []byte(text)), nil)
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := t.TempDir()
	for _, input := range plan.Inputs() {
		writeFile(t, elsewhere, input.Name, input.Data)
	}
	again, err := Load(writeFile(t, elsewhere, "config.yaml", plan.Config()), nil)
	if err != nil {
		t.Fatal(err)
	}
	if string(again.Config()) != string(plan.Config()) {
		t.Errorf("the written file\n%s\nis written again as\n%s", plan.Config(), again.Config())
	}
	texts := map[string]bool{}
	for i := range 2 {
		for j := range 2 {
			first, err := plan.Phase.Experiment(i, j)
			if err != nil {
				t.Fatal(err)
			}
			second, err := again.Phase.Experiment(i, j)
			if err != nil {
				t.Fatal(err)
			}
			if string(first.LimitText) != string(second.LimitText) || len(first.Inputs) != len(second.Inputs) {
				t.Errorf("%d, %d: resolves to\n%s\nand again to\n%s", i, j, first.LimitText, second.LimitText)
			}
			if want := 2 - i; len(first.Inputs) != want { // class 0 reads b, class 1 a or b
				t.Errorf("%d, %d: %d inputs, want %d", i, j, len(first.Inputs), want)
			}
			texts[string(first.LimitText)] = true
		}
	}
	if len(texts) != 4 {
		t.Errorf("%d different experiments, want 4", len(texts))
	}
}
