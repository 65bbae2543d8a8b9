package sweep

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"anisgd/engine"
	"anisgd/engine/experiment"
	"anisgd/engine/study/store"
)

// small has twelve points that take milliseconds; the largest rate diverges.
const small = `
name: small
model:
  classes:
    - {label: 1, covariance: {power-law: {exponent: 1}}, mean: {normal: {norm: 1}}}
    - {label: -1, covariance: {power-law: {exponent: 1}}, mean: {negative-of: 0}}
problem: {loss: least-squares}
time: {end: 30, points: 6, spacing: log, start: 0.1}
simulate: {runs: 5, method: direct}
limit: {method: dopri5, spectrum: full}
variants:
  - {name: slow, set: {learning-rate: 0.5}}
  - {name: fast, set: {learning-rate: 20}}
sweep:
  axes: [{set: dim, values: [20, 30, 40]}, {set: init-variance, values: [0, 1]}]
  runs-per-task: 2
`

func planOf(t *testing.T, sets ...string) *Plan {
	t.Helper()
	file, err := experiment.Parse([]byte(small), "small.yaml", sets)
	if err != nil {
		t.Fatal(err)
	}
	p, err := NewPlan(file.Sweep)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func openStore(t *testing.T, directory string) *store.Store {
	t.Helper()
	s, err := store.Open(directory)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func missing(t *testing.T, p *Plan, s *store.Store) []Task {
	t.Helper()
	tasks, err := p.Missing(s)
	if err != nil {
		t.Fatal(err)
	}
	return tasks
}

// compute computes what is missing and returns how many tasks that were.
func compute(t *testing.T, p *Plan, s *store.Store, options Options) int {
	t.Helper()
	n, err := Run(context.Background(), p, s, missing(t, p, s), options)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func collect(t *testing.T, p *Plan, s *store.Store) *Analysis {
	t.Helper()
	a, err := Collect(p, s)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// sameAnalysis compares everything that an analysis has by its printed form, in which
// every float64 differs from every other.
func sameAnalysis(a, b *Analysis) bool {
	text := func(a *Analysis) string {
		var s strings.Builder
		for i := range a.Points {
			p := &a.Points[i]
			fmt.Fprintf(&s, "%+v %x %v", p.SweepPlace, p.Limit, p.LimitDivergence)
			fmt.Fprintf(&s, "%x %v %x\n", p.SGD, p.SGDDivergence, p.Report)
		}
		return s.String()
	}
	return text(a) == text(b)
}

// TestPointsAreThoseOfSingleExperiments: what comes out of the store is what the
// engine computes for each experiment alone, to the last bit, however runs are cut.
func TestPointsAreThoseOfSingleExperiments(t *testing.T) {
	var base *Analysis
	for _, sets := range [][]string{nil, {"sweep.runs-per-task=1"}, {"sweep.runs-per-task=100"}} {
		p := planOf(t, sets...)
		s := openStore(t, filepath.Join(t.TempDir(), "tasks"))
		compute(t, p, s, Options{Threads: 3})
		a := collect(t, p, s)
		if a.Missing != 0 {
			t.Fatalf("%q: %d points are missing", sets, a.Missing)
		}
		if base == nil {
			base = a
		} else if !sameAnalysis(base, a) {
			t.Errorf("%q: other results", sets)
		}
	}
	diverged := 0
	for i := range base.Points {
		p := &base.Points[i]
		alone, err := engine.Run(context.Background(), p.Experiment, engine.Options{Simulate: true, Limit: true, Threads: 2})
		if err != nil {
			t.Fatal(err)
		}
		if (alone.Divergence() == nil) != (p.Divergence() == nil) {
			t.Fatalf("point %d: divergence %v, alone %v", i, p.Divergence(), alone.Divergence())
		}
		if d := alone.Divergence(); d != nil {
			diverged++
			if fmt.Sprint(d) != fmt.Sprint(p.Divergence()) {
				t.Errorf("point %d: divergence %v, alone %v", i, p.Divergence(), d)
			}
		}
		want := fmt.Sprintf("%x %x", summarise(&alone.SGD.Ensemble), &alone.Limit.Series)
		if got := fmt.Sprintf("%x %x", p.SGD, p.Limit); got != want {
			t.Errorf("point %d differs from the experiment alone", i)
		}
	}
	if diverged != 6 {
		t.Errorf("%d points diverge, want 6", diverged)
	}
}

// TestWhatIsMissing: a sweep that is repeated computes nothing, and one that is
// changed what it has not.
func TestWhatIsMissing(t *testing.T) {
	s := openStore(t, filepath.Join(t.TempDir(), "tasks"))
	if n := compute(t, planOf(t), s, Options{Threads: 2}); n != 12*(1+3) {
		t.Errorf("%d tasks were computed, want 48", n)
	}
	for _, c := range []struct {
		sets []string
		want int
	}{
		{nil, 0},
		{[]string{"name=other"}, 0},
		{[]string{"sweep.runs-per-task=4"}, 0},
		{[]string{"sweep.axes.0.values=[30, 40]"}, 0},
		{[]string{"sweep.axes.0.values=[30, 50]"}, 4 * (1 + 3)},
		{[]string{"simulate.runs=7"}, 12 * 2},                          // run 5 and run 6, as they are cut
		{[]string{"simulate.runs=9", "sweep.runs-per-task=3"}, 12 * 2}, // runs 5 and 6 to 8
		{[]string{"simulate.runs=3"}, 6},                               // diverging runs 2 and 3 end at the fourth's time
		{[]string{"limit.rtol=1e-7"}, 12},
		{[]string{"simulate.precision=mixed"}, 12 * 3},
		{[]string{"time.end=31"}, 48},
	} {
		p := planOf(t, c.sets...)
		if got := len(missing(t, p, s)); got != c.want {
			t.Errorf("%q: %d tasks are missing, want %d", c.sets, got, c.want)
		}
	}
	// More and fewer runs, from parts that overlap, have the bits of those from nothing.
	for _, sets := range [][]string{{"simulate.runs=7"}, {"simulate.runs=3"}} {
		p := planOf(t, sets...)
		compute(t, p, s, Options{Threads: 2})
		fresh := openStore(t, filepath.Join(t.TempDir(), "tasks"))
		compute(t, p, fresh, Options{Threads: 2})
		if !sameAnalysis(collect(t, p, s), collect(t, p, fresh)) {
			t.Errorf("%q: other results than from nothing", sets)
		}
	}
}

// TestPointsShareWhatTheyCan: a seed has no limit of its own where nothing is drawn,
// and fewer runs are some of more.
func TestPointsShareWhatTheyCan(t *testing.T) {
	p := planOf(t, "model.classes.0.mean={constant: 1}", "sweep.axes=[{set: seed, values: [1, 2, 3]}, {set: simulate.runs, values: [6, 3, 5]}]", "dim=10", "variants=", "learning-rate=0.5")
	// Of runs 0 and 1, 2, 3, 4, 5 of every seed.
	if p.Sweep.Len() != 9 || p.Len() != 1+3*5 {
		t.Fatalf("%d points, %d tasks", p.Sweep.Len(), p.Len())
	}
	s := openStore(t, filepath.Join(t.TempDir(), "tasks"))
	compute(t, p, s, Options{Threads: 2})
	a := collect(t, p, s)
	for i, want := range []int{6, 3, 5, 6, 3, 5, 6, 3, 5} {
		if got := a.Points[i].SGD; got == nil || got.Runs != want {
			t.Errorf("point %d: %+v, want %d runs", i, got, want)
		}
	}
}

// TestShares: shares in any order, also of programs at one time, compute every task
// once, and about as much each.
func TestShares(t *testing.T) {
	p := planOf(t)
	s := openStore(t, filepath.Join(t.TempDir(), "tasks"))
	seen := map[string]bool{}
	total := Seconds(p.tasks)
	for i := range 5 {
		share := p.Share(i, 5)
		if seconds := Seconds(share.tasks); seconds < 0.6*total/5 || seconds > 1.5*total/5 {
			t.Errorf("share %d costs %v of %v", i, seconds, total)
		}
		for _, task := range share.tasks {
			if seen[task.Name()] {
				t.Errorf("%s is in two shares", task.Title)
			}
			seen[task.Name()] = true
		}
	}
	if len(seen) != p.Len() || p.Share(99, 100).Len() != 0 {
		t.Errorf("%d tasks of %d are in shares", len(seen), p.Len())
	}
	var group sync.WaitGroup
	for _, i := range []int{4, 1, 0, 3, 2} {
		group.Go(func() {
			share := p.Share(i, 5)
			tasks, err := share.Missing(s)
			if err == nil {
				_, err = Run(context.Background(), share, s, tasks, Options{Threads: 1})
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if left := missing(t, p, s); len(left) != 0 {
		t.Errorf("%d tasks are missing", len(left))
	}
	if left, err := p.SharesLeft(s, 5); err != nil || len(left) != 0 {
		t.Errorf("shares %v are left, %v", left, err)
	}
	if err := s.Remove(p.Share(3, 5).tasks[1].Name()); err != nil {
		t.Fatal(err)
	}
	if left, err := p.SharesLeft(s, 5); err != nil || len(left) != 1 || left[0] != 3 {
		t.Errorf("shares %v are left, %v, want that from which one was removed", left, err)
	}
}

// TestTwoSweepsAtOnce: two programs compute each task once between them.
func TestTwoSweepsAtOnce(t *testing.T) {
	p := planOf(t)
	s := openStore(t, filepath.Join(t.TempDir(), "tasks"))
	tasks := missing(t, p, s)
	var group sync.WaitGroup
	computed := make([]int, 2)
	for k := range computed {
		group.Go(func() {
			var err error
			if computed[k], err = Run(context.Background(), p, s, tasks, Options{Threads: 2, SmallFirst: k == 1}); err != nil {
				t.Error(err)
			}
			// Whoever ends first has waited for the other's tasks.
			if left := missing(t, p, s); len(left) != 0 {
				t.Errorf("%d tasks are missing at the end", len(left))
			}
		})
	}
	group.Wait()
	if computed[0]+computed[1] != p.Len() {
		t.Errorf("%v tasks were computed of %d", computed, p.Len())
	}
}

// TestDamagedTasksAreComputedAgain and nothing else.
func TestDamagedTasksAreComputedAgain(t *testing.T) {
	p := planOf(t)
	s := openStore(t, filepath.Join(t.TempDir(), "tasks"))
	compute(t, p, s, Options{Threads: 2})
	whole := collect(t, p, s)
	names, err := s.Names()
	if err != nil {
		t.Fatal(err)
	}
	for n, change := range []func(path string) error{
		func(path string) error { return os.Truncate(filepath.Join(path, "task.json"), 10) },
		func(path string) error { return os.Remove(filepath.Join(path, "SHA256SUMS")) },
		os.RemoveAll,
	} {
		if err := change(s.Path(names[n*20])); err != nil {
			t.Fatal(err)
		}
	}
	damaged, err := p.SetAsideDamaged(s)
	if err != nil || damaged != 2 {
		t.Fatalf("%d damaged tasks, %v", damaged, err)
	}
	a := collect(t, p, s)
	if a.Missing == 0 || a.Missing > 3 {
		t.Errorf("%d points are missing", a.Missing)
	}
	if n := compute(t, p, s, Options{Threads: 2}); n != 3 {
		t.Errorf("%d tasks were computed, want 3", n)
	}
	if !sameAnalysis(whole, collect(t, p, s)) {
		t.Error("other results")
	}
}

// TestCancellation stops in the middle; what is stored is kept.
func TestCancellation(t *testing.T) {
	p := planOf(t)
	s := openStore(t, filepath.Join(t.TempDir(), "tasks"))
	ctx, cancel := context.WithCancel(context.Background())
	tasks := missing(t, p, s)
	computed, err := Run(ctx, p, s, tasks, Options{Threads: 1, Progress: func(progress *Progress) {
		if progress.Done > 0 || len(progress.Running) > 0 {
			cancel()
		}
	}})
	if err == nil { // all was done before it was first told
		t.Skip("the machine is too fast for this test")
	}
	if !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if left := len(missing(t, p, s)); left != len(tasks)-computed {
		t.Errorf("%d tasks are missing after %d of %d", left, computed, len(tasks))
	}
	if n := compute(t, p, s, Options{Threads: 2}); n != len(tasks)-computed {
		t.Errorf("%d tasks were computed after %d of %d", n, computed, len(tasks))
	}
}

// TestCancelledTaskGoesOn: a task that is cancelled again and again goes on from
// where it was, with the bits of one that was not.
func TestCancelledTaskGoesOn(t *testing.T) {
	sets := []string{"variants=", "learning-rate=0.5", "sweep.axes=[{set: dim, values: [1500]}]", "time={at: [0, 8, 16]}", "simulate.runs=3", "sweep.runs-per-task=3", "simulate.method=direct"}
	p := planOf(t, sets...)
	s := openStore(t, filepath.Join(t.TempDir(), "tasks"))
	var went, stopped int
	for attempt := range 200 {
		ctx, cancel := context.WithCancel(context.Background())
		begun := time.Now()
		tasks := missing(t, p, s)
		_, err := Run(ctx, p, s, tasks, Options{
			Threads:  1 + attempt%2,
			Progress: func(progress *Progress) { cancel() },
			Note:     func(string) { went++ },
		})
		cancel()
		if err == nil {
			break
		}
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("after %v: %v", time.Since(begun), err)
		}
		stopped++
	}
	if stopped > 1 && went == 0 { // a single stop may have come when all was computed
		t.Errorf("it was stopped %d times, and never went on", stopped)
	}
	whole := openStore(t, filepath.Join(t.TempDir(), "tasks"))
	compute(t, p, whole, Options{Threads: 2})
	if !sameAnalysis(collect(t, p, s), collect(t, p, whole)) {
		t.Errorf("other results after %d stops", stopped)
	}
	if left, err := os.ReadDir(filepath.Join(s.Directory(), ".running")); err != nil || len(left) > 0 {
		t.Errorf("left of the attempts: %v, %v", left, err)
	}
}

// TestFailingTask: a point that cannot be computed does not keep others from being.
func TestFailingTask(t *testing.T) {
	p := planOf(t, "sweep.axes.0={set: time, values: [{at: [0, 1]}, {at: [0, 1e16]}]}", "dim=30", "limit.max-steps=20")
	s := openStore(t, filepath.Join(t.TempDir(), "tasks"))
	_, err := Run(context.Background(), p, s, missing(t, p, s), Options{Threads: 2})
	var failure *Failure
	if !errors.As(err, &failure) || !strings.Contains(failure.Title, "1e16") || !strings.Contains(err.Error(), "steps") {
		t.Fatalf("the error is %v", err)
	}
	a := collect(t, p, s)
	if a.Missing != 4 {
		t.Errorf("%d points are missing, want 4", a.Missing)
	}
}

// TestUnwritableStore ends the sweep with the reason.
func TestUnwritableStore(t *testing.T) {
	p := planOf(t)
	file := filepath.Join(t.TempDir(), "file")
	s := openStore(t, filepath.Join(file, "tasks"))
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	tasks := p.tasks
	begin := time.Now()
	if _, err := Run(context.Background(), p, s, tasks, Options{Threads: 2}); err == nil || !strings.Contains(err.Error(), "cannot write to the store") {
		t.Errorf("%v after %v", err, time.Since(begin))
	}
}
