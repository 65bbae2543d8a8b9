package study

import (
	"context"
	"errors"
	"math"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"anisgd/engine/experiment"
	"anisgd/engine/regime"
	"anisgd/engine/study/store"
)

// small is a diagram of milliseconds, over rates beyond the stability threshold.
const small = `name: small
dim: 60
model:
  classes:
    - {label: 1, covariance: {power-law: {exponent: 1}}, mean: {power-law: {exponent: 0.5}}}
    - {label: -1, covariance: {power-law: {exponent: 1}}, mean: {negative-of: 0}}
problem: {loss: least-squares}
learning-rate: 1
time: {end: 40, points: 9, spacing: log, start: 0.1}
phase:
  x: {set: learning-rate, values: [0.5, 1, 20]}
  y: {set: [model.classes.0.covariance.power-law.exponent, model.classes.1.covariance.power-law.exponent], from: 1, to: 3, points: 3}
  boundary: none
`

func phaseOf(t *testing.T, text string, sets ...string) *experiment.Phase {
	t.Helper()
	plan, err := experiment.Parse([]byte(text), filepath.Join(t.TempDir(), "test.yaml"), sets)
	if err != nil {
		t.Fatal(err)
	}
	return plan.Phase
}

func run(t *testing.T, phase *experiment.Phase, options Options) *Diagram {
	t.Helper()
	if options.Store == nil {
		options.Store = open(t, filepath.Join(t.TempDir(), "tasks"))
	}
	d, err := Run(context.Background(), phase, options)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// sameCells compares bits; NaN equals NaN.
func sameCells(a, b []Cell) bool {
	bits := func(c Cell) []uint64 {
		var all []uint64
		for _, v := range []float64{c.X, c.Y, c.Value, c.Slope, c.Diverged} {
			if math.IsNaN(v) {
				v = math.NaN()
			}
			all = append(all, math.Float64bits(v))
		}
		return append(all, uint64(c.Predicted))
	}
	return slices.EqualFunc(a, b, func(a, b Cell) bool { return a.Known == b.Known && slices.Equal(bits(a), bits(b)) })
}

func TestDiagramOfLeastSquares(t *testing.T) {
	d := run(t, phaseOf(t, small), Options{Threads: 2})
	if len(d.Cells) != 9 || d.Solved != 9 || d.Missing != 0 || d.Boundaries != nil {
		t.Fatalf("%+v", d)
	}
	for i, c := range d.Cells {
		x, alpha := []float64{0.5, 1, 20}[i/3], []float64{1, 2, 3}[i%3]
		if c.X != x || c.Y != alpha || !c.Known {
			t.Errorf("cell %d: %+v", i, c)
		}
		want := regime.Positive
		switch {
		case x == 20: // beyond 2/κ = 2(1 + α)
			want = regime.Unstable
		case alpha >= 2:
			want = regime.Vanishing
		}
		if c.Predicted != want || (want == regime.Unstable) != (c.Diverged > 0) || (want == regime.Unstable) == (c.Value > 0) {
			t.Errorf("cell %d: %+v, want %v", i, c, want)
		}
		if want != regime.Unstable && !(c.Slope < 0 && c.Slope > -1) {
			t.Errorf("cell %d: slope %v", i, c.Slope)
		}
	}
}

func TestResultsDoNotDependOnThreadsOrStore(t *testing.T) {
	base := run(t, phaseOf(t, small), Options{Threads: 1})
	directory := filepath.Join(t.TempDir(), "tasks")
	for n, threads := range []int{3, 1} {
		records := open(t, directory)
		d := run(t, phaseOf(t, small), Options{Threads: threads, Store: records})
		if !sameCells(d.Cells, base.Cells) {
			t.Errorf("%d threads: %+v\nwant %+v", threads, d.Cells, base.Cells)
		}
		if want := 9 * (1 - n); d.Solved != want {
			t.Errorf("%d solved, want %d", d.Solved, want)
		}
	}
}

// TestInterruptedStudyGoesOn cancels after every number of results.
func TestInterruptedStudyGoesOn(t *testing.T) {
	base := run(t, phaseOf(t, small), Options{Threads: 1})
	for after := 1; after < 9; after++ {
		directory := filepath.Join(t.TempDir(), "tasks")
		ctx, cancel := context.WithCancel(context.Background())
		records := open(t, directory)
		_, err := Run(ctx, phaseOf(t, small), Options{Threads: 1, Store: records, Progress: func(fraction float64) {
			if fraction*9 > float64(after)-0.5 {
				cancel()
			}
		}})
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("after %d: %v", after, err)
		}
		records = open(t, directory)
		if records.Len() != after {
			t.Errorf("%d results are kept of %d", records.Len(), after)
		}
		d := run(t, phaseOf(t, small), Options{Threads: 1, Store: records})
		if d.Solved != 9-after || !sameCells(d.Cells, base.Cells) {
			t.Errorf("after %d: %d solved, %+v", after, d.Solved, d.Cells)
		}
	}
}

// TestWhatIsReused: a refined grid keeps its points and another statistic all of
// them; nothing is kept when anything that matters changes.
func TestWhatIsReused(t *testing.T) {
	directory := filepath.Join(t.TempDir(), "tasks")
	records := open(t, directory)
	run(t, phaseOf(t, small), Options{Threads: 2, Store: records})
	for _, c := range []struct {
		sets   []string
		solved int
	}{
		{nil, 0},
		{[]string{"seed=7"}, 0},
		{[]string{"phase.y.points=5"}, 6},
		{[]string{"phase.x.values=[0.5, 0.75, 1]"}, 3},
		{[]string{"phase.statistic=norm2"}, 0},
		{[]string{"name=other", "simulate.runs=3"}, 0},
		{[]string{"phase.x.values=[1.0, 5e-1]"}, 0},
		{[]string{"dim=61"}, 9},
		{[]string{"time.end=41"}, 9},
		{[]string{"time.points=10"}, 9},
		{[]string{"limit.rtol=1e-9"}, 9},
		{[]string{"model.classes.0.mean.power-law.scale=2"}, 9},
		{[]string{"init-variance=1"}, 9},
	} {
		d := run(t, phaseOf(t, small, c.sets...), Options{Threads: 2, Store: open(t, directory), StoredOnly: true})
		if d.Missing != c.solved || d.Solved != 0 {
			t.Errorf("%q: %d are missing, %d solved, want %d missing", c.sets, d.Missing, d.Solved, c.solved)
		}
	}
}

// TestArraysBelongToTheKey: the same name with another content is another
// experiment.
func TestArraysBelongToTheKey(t *testing.T) {
	keys := map[string]bool{}
	for _, data := range []string{"a", "b"} {
		for _, name := range []string{"inputs/a.npy", "inputs/b.npy"} {
			keys[Key("end", []byte("text"), []experiment.Input{{Name: name, Data: []byte(data)}})] = true
		}
	}
	keys[Key("end", []byte("text"), nil)] = true
	keys[Key("curve", []byte("text"), nil)] = true
	keys[Key("endt", []byte("ext"), nil)] = true
	if len(keys) != 7 {
		t.Errorf("%d different keys, want 7", len(keys))
	}
}

// open reads the records of a store.
func open(t *testing.T, directory string) *store.Records {
	t.Helper()
	tasks, err := store.Open(directory)
	if err != nil {
		t.Fatal(err)
	}
	records, err := tasks.Records()
	if err != nil {
		t.Fatal(err)
	}
	return records
}

func TestFailedPointIsNamed(t *testing.T) {
	phase := phaseOf(t, small, "phase.statistic=nonsense")
	_, err := Run(context.Background(), phase, Options{Threads: 2, Store: open(t, t.TempDir())})
	if err == nil || !strings.Contains(err.Error(), "learning-rate = 0.5") || !strings.Contains(err.Error(), "nonsense") {
		t.Error(err)
	}
}

func TestColumns(t *testing.T) {
	e, err := phaseOf(t, small, "time={at: [3, 4]}").Experiment(0, 0)
	if err != nil {
		t.Fatal(err)
	}
	columns, err := Columns(context.Background(), e.Experiment)
	if err != nil || !slices.Contains(columns, "risk") || !slices.Contains(columns, "overlap_0") {
		t.Errorf("%v, %v", columns, err)
	}
}

// TestEstimatesStandSideBySide pairs what both searches find.
func TestEstimatesStandSideBySide(t *testing.T) {
	y := scale{0, 10, false}
	at := func(kind string, share float64) crossing { return crossing{kind, share - 0.01, share, share + 0.01} }
	for name, c := range map[string]struct {
		structure, risk []crossing
		want            [][2]float64 // structure, risk; −1 for none
	}{
		"both":           {[]crossing{at(Transition, 0.5)}, []crossing{at(Transition, 0.6)}, [][2]float64{{5, 6}}},
		"other kind":     {[]crossing{at(Transition, 0.5)}, []crossing{at(Stability, 0.6)}, [][2]float64{{5, -1}, {-1, 6}}},
		"only structure": {[]crossing{at(Transition, 0.5)}, nil, [][2]float64{{5, -1}}},
		"only risk":      {nil, []crossing{at(Transition, 0.5)}, [][2]float64{{-1, 5}}},
		"neither":        {nil, nil, [][2]float64{{-1, -1}}},
		"two and one":    {[]crossing{at(Transition, 0.2), at(Transition, 0.8)}, []crossing{at(Transition, 0.3)}, [][2]float64{{2, 3}, {8, -1}}},
	} {
		var got [][2]float64
		for _, b := range pair(1, y, c.structure, true, c.risk) {
			both := [2]float64{b.Structure, b.Risk}
			for i, v := range both {
				both[i] = math.Round(v*1e9) / 1e9
				if math.IsNaN(v) {
					both[i] = -1
				}
			}
			got = append(got, both)
			if b.X != 1 || math.IsNaN(b.Risk) != math.IsNaN(b.Low) || math.IsNaN(b.Structure) != math.IsNaN(b.Predicted) {
				t.Errorf("%s: %+v", name, b)
			}
		}
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
