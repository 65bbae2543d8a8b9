package sgd

import (
	"context"
	"fmt"
	"math"
	"slices"
	"testing"

	"anisgd/engine/model"
	"anisgd/engine/parallel"
	"anisgd/engine/problem"
	"anisgd/engine/rate"
	"anisgd/engine/spectrum"
	"anisgd/engine/statistic"
	"anisgd/kernels/cpu"
)

// lawCase is an experiment on a block model that direct and grouped simulation run.
type lawCase struct {
	name           string
	dim            int64
	classes        []model.Class
	problem        problem.Problem
	rate           rate.Rule
	ridge          float64
	teacher, start []model.Vector
	startVariance  float64
	windows        []statistic.Window
	times          []float64
	runs           int // 0: as many as the others
	quadratic      []float64
}

// configs are those of direct and of grouped simulation.
func (l *lawCase) configs(t testing.TB, runs int) (direct, grouped *Config) {
	t.Helper()
	m := &model.Model{Dim: l.dim, Classes: l.classes}
	base := Config{
		Problem: l.problem, Rate: l.rate, Ridge: l.ridge, StartVariance: l.startVariance,
		Seed: 11, Runs: runs, Times: l.times, Threads: 2,
		Observables: statistic.Observables{Windows: l.windows}, Selection: statistic.Selection{AllColumns: true, Error: l.problem.Outputs() == 1},
	}
	if l.quadratic != nil {
		base.Observables.Quadratics = []statistic.Quadratic{{Name: "tilt", Weights: l.quadratic}}
	}
	one, two := base, base
	direct, grouped = &one, &two
	var err error
	grouped.Groups, err = NewGroups(&spectrum.Description{
		Model: m, Teacher: l.teacher, Start: l.start, Windows: l.windows, Quadratics: base.Observables.Quadratics, Horizon: 100,
	}, parallel.NewPool(1))
	if err != nil {
		t.Fatal(err)
	}
	grouped.Seed = 12
	if l.dim > 1e6 {
		return nil, grouped
	}
	if direct.Arrays, err = m.Materialize(); err != nil {
		t.Fatal(err)
	}
	for _, v := range l.start {
		direct.Start = append(direct.Start, m.FillVector(v))
	}
	for _, v := range l.teacher {
		direct.Observables.Teacher = append(direct.Observables.Teacher, m.FillVector(v))
	}
	return direct, grouped
}

// steppedBlocks cuts d modes at fractions.
func steppedBlocks(d int64, fractions ...float64) []int64 {
	return model.CumulativeCounts(d, fractions)
}

func lawCases() []lawCase {
	const d = 500
	ends := steppedBlocks(d, 0.25, 0.25, 0.25, 0.25)
	mean := model.SteppedVector{Ends: ends, Values: []float64{1, 0.5, -0.5, 1}}
	zeroOne := []model.Class{
		{Prior: 0.5, Label: 1, Covariance: model.Stepped{Ends: ends, Values: []float64{0, 0, 1, 1}}, Mean: mean},
		{Prior: 0.5, Label: -1, Covariance: model.Stepped{Ends: ends, Values: []float64{0, 1, 0, 1}}, Mean: model.Scaled{Of: mean, By: -1}},
	}
	three := func(d int64) []model.Class {
		ends := steppedBlocks(d, 0.3, 0.7)
		return []model.Class{
			{Prior: 0.5, Label: 1, Covariance: model.Isotropic(1), Mean: model.NormalVector{Norm: 1, Seed: 3}},
			{Prior: 0.3, Label: -1, Covariance: model.Stepped{Ends: ends, Values: []float64{0.2, 1.5}}, Mean: model.UnitVector{Index: 2, Scale: 1}},
			{Prior: 0.2, Label: 1, Covariance: model.Stepped{Ends: ends, Values: []float64{0, 0.5}}, Mean: model.Zero{}},
		}
	}
	times := []float64{0, 0.1, 1, 3}
	signs := []float64{1, -1}
	labels := []float64{1, -1, 1}
	tilt := make([]float64, 60)
	for i := range tilt {
		tilt[i] = float64(1 + i/25)
	}
	return []lawCase{
		{name: "logistic, zero-one, from zero", dim: d, classes: zeroOne, problem: problem.Logistic{Labels: signs},
			rate: rate.Constant(1), times: []float64{0, 0.1, 1}, windows: []statistic.Window{{Name: "clean", Lo: 0, Hi: 125}}},
		{name: "least squares, the same mean twice by other descriptions, and opposite", dim: 60, problem: problem.LeastSquares{Labels: []float64{1, -1, 0}},
			classes: []model.Class{
				{Prior: 0.4, Label: 1, Covariance: model.Stepped{Ends: []int64{20, 60}, Values: []float64{0, 1}}, Mean: model.ConstantVector(1)},
				{Prior: 0.4, Label: -1, Covariance: model.Isotropic(1), Mean: model.PowerVector{Exponent: 0, Scale: -1}},
				{Prior: 0.2, Label: 0, Covariance: model.Isotropic(0), Mean: model.SteppedVector{Ends: []int64{20, 60}, Values: []float64{1, 1}}},
			},
			rate: rate.Piecewise{Times: []float64{0, 0.5}, Values: []float64{1, 0.3}}, times: times},
		{name: "least squares, start, start variance, ridge, window across blocks", dim: 60, classes: three(60),
			problem: problem.LeastSquares{Labels: labels}, rate: rate.Power{Initial: 0.6, Exponent: 0.5, Timescale: 1}, ridge: 0.4,
			start: []model.Vector{model.PowerVector{Exponent: 0.4, Scale: 1}}, startVariance: 0.7, times: times,
			windows: []statistic.Window{{Name: "cut", Lo: 5, Hi: 40}}, quadratic: tilt},
		{name: "one-hot, AdaGrad-Norm, start variance", dim: 50, classes: three(50), problem: problem.NewOneHotLeastSquares(3),
			rate: rate.AdaGradNorm{Eta: 1, B: 0.5}, startVariance: 0.5, times: times},
		{name: "one-hot, blocks of fewer modes than columns", dim: 6, problem: problem.NewOneHotLeastSquares(3),
			classes: []model.Class{
				{Prior: 0.4, Covariance: model.Stepped{Ends: []int64{1, 3, 6}, Values: []float64{1, 0.5, 2}}, Mean: model.ConstantVector(1)},
				{Prior: 0.3, Covariance: model.Stepped{Ends: []int64{1, 3, 6}, Values: []float64{0, 1, 1}}, Mean: model.Scaled{Of: model.ConstantVector(1), By: -1}},
				{Prior: 0.3, Covariance: model.Isotropic(0.5), Mean: model.UnitVector{Index: 5, Scale: 1}},
			},
			rate: rate.Constant(0.3), startVariance: 0.4, ridge: 0.1, times: times},
		{name: "softmax, line search", dim: 50, classes: three(50), problem: problem.NewSoftmax(3),
			rate: rate.LineSearch{}, startVariance: 0.2, times: []float64{0, 1}, runs: 300}, // an evaluation of softmax is dear
		{name: "teacher least squares, two columns, Polyak", dim: 50, classes: three(50), problem: problem.TeacherLeastSquares{Columns: 2, Noise: 0.3},
			rate: rate.Polyak{}, teacher: []model.Vector{model.NormalVector{Norm: 1, Seed: 9}, model.NormalVector{Norm: 1, Seed: 3}},
			startVariance: 0.2, times: times},
		{name: "teacher logistic, AdaGrad-Norm", dim: 80, classes: three(80), problem: problem.TeacherLogistic{},
			rate: rate.AdaGradNorm{Eta: 2, B: 1}, teacher: []model.Vector{model.PowerVector{Exponent: 0.5, Scale: 2}}, times: times},
	}
}

// kolmogorovSmirnov is the largest distance between two empirical distribution
// functions, times √(n/2) for n values each: it exceeds 1.95 with probability 0.001.
func kolmogorovSmirnov(x, y []float64) float64 {
	slices.Sort(x)
	slices.Sort(y)
	largest, i, j := 0.0, 0, 0
	for i < len(x) && j < len(y) {
		at := math.Min(x[i], y[j])
		for i < len(x) && x[i] <= at {
			i++
		}
		for j < len(y) && y[j] <= at {
			j++
		}
		largest = math.Max(largest, math.Abs(float64(i)/float64(len(x))-float64(j)/float64(len(y))))
	}
	return largest * math.Sqrt(float64(len(x))/2)
}

// Every statistic has the same distribution over runs by grouped as by direct
// simulation.
func TestGroupedHasTheLawOfDirect(t *testing.T) {
	for i, l := range lawCases() {
		if testing.Short() && i > 0 {
			break // thousands of runs take minutes where the program is emulated
		}
		t.Run(l.name, func(t *testing.T) {
			t.Parallel()
			runs := l.runs
			if runs == 0 {
				runs = 2000
			}
			directConfig, groupedConfig := l.configs(t, runs)
			direct, err := Simulate(context.Background(), directConfig)
			if err != nil {
				t.Fatal(err)
			}
			grouped, err := Simulate(context.Background(), groupedConfig)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(direct.Ensemble.Columns, grouped.Ensemble.Columns) {
				t.Fatalf("columns %v directly, %v grouped", direct.Ensemble.Columns, grouped.Ensemble.Columns)
			}
			compareLaws(t, &direct.Ensemble, &grouped.Ensemble)
		})
	}
}

func compareLaws(t *testing.T, direct, grouped *statistic.Ensemble) {
	t.Helper()
	worst, where := 0.0, ""
	for k, time := range direct.Times {
		for c, name := range direct.Columns {
			x, y := columnAt(direct, k, c), columnAt(grouped, k, c)
			spread := slices.Max(x) - slices.Min(x)
			if math.IsNaN(x[0]) != math.IsNaN(y[0]) {
				t.Fatalf("%s at t = %v: %v directly, %v grouped", name, time, x[0], y[0])
			}
			if math.IsNaN(x[0]) {
				continue
			}
			if spread <= 1e-12*math.Max(math.Abs(x[0]), 1e-3) {
				if math.Abs(x[0]-y[0]) > 1e-10*(1+math.Abs(x[0])) {
					t.Errorf("%s at t = %v: %v directly, %v grouped", name, time, x[0], y[0])
				}
				continue
			}
			if distance := kolmogorovSmirnov(x, y); distance > worst {
				worst, where = distance, fmt.Sprintf("%s at t = %v", name, time)
			}
		}
	}
	t.Logf("largest distance %.2f, of %s", worst, where)
	// Some hundred dependent comparisons: 2.6 is exceeded by one of them with
	// probability 3e-6.
	if worst > 2.6 {
		t.Errorf("%s: the distributions are %.2f apart", where, worst)
	}
}

func columnAt(e *statistic.Ensemble, k, c int) []float64 {
	values := make([]float64, len(e.Runs))
	for run := range e.Runs {
		values[run] = e.Runs[run][k][c]
	}
	return values
}

func TestGroupedBits(t *testing.T) {
	for _, l := range lawCases() {
		_, config := l.configs(t, 3)
		var want *Result
		for _, path := range cpu.Available() {
			for _, threads := range []int{1, 3} {
				restore := cpu.Override(path)
				config.Threads = threads
				got, err := Simulate(context.Background(), config)
				restore()
				if err != nil {
					t.Fatal(err)
				}
				if want == nil {
					want = got
				}
				for run := range got.Ensemble.Runs {
					for k, row := range got.Ensemble.Runs[run] {
						for c, v := range row {
							if math.Float64bits(v) != math.Float64bits(want.Ensemble.Runs[run][k][c]) {
								t.Fatalf("%s: %v with %d threads, run %d, %s: %v, want %v", l.name, path, threads, run, got.Ensemble.Columns[c], v, want.Ensemble.Runs[run][k][c])
							}
						}
					}
				}
			}
		}
	}
}
