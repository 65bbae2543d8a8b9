package study

import (
	"context"
	"fmt"
	"math"
	"sync/atomic"

	"anisgd/engine/experiment"
	"anisgd/engine/regime"
	"anisgd/engine/study/store"
)

// Diagram is a phase diagram as far as it is known.
type Diagram struct {
	Phase *experiment.Phase
	// Cells are the points of the grid: that of x number i and y number j is at
	// index i·(number of y) + j.
	Cells      []Cell
	Boundaries []Boundary // in the order of x; none where they are not searched for
	Solved     int        // solutions computed, not taken from the store
	Missing    int        // points of the grid and lines of the boundary that are not known yet
}

// Cell is a point of the grid. What does not exist is undefined (NaN).
type Cell struct {
	X, Y     float64
	Known    bool
	Value    float64 // the statistic at the last time
	Slope    float64 // d log R/d log t at the last time
	Diverged float64 // the time of the divergence
	// Predicted is what theory has in closed form about the long-time risk.
	Predicted regime.Fate
}

// Options say how a study is run. They do not change its results.
type Options struct {
	Threads int
	Store   *store.Records
	// StoredOnly takes what the store has and solves nothing.
	StoredOnly bool
	// Progress, if set, is told the fraction done, from several goroutines.
	Progress func(fraction float64)
}

// Run computes a phase diagram: the grid, and then the boundary. On cancellation
// it returns the context's error; what is finished is in the store.
func Run(ctx context.Context, phase *experiment.Phase, options Options) (*Diagram, error) {
	r := &runner{phase: phase, options: options}
	d := &Diagram{Phase: phase, Cells: make([]Cell, len(phase.X.Points)*len(phase.Y.Points))}
	lines := 0
	if phase.SearchBoundary {
		lines = len(phase.X.Points)
	}
	r.total = float64(len(d.Cells) + lines*costOfLine)
	err := each(ctx, len(d.Cells), options.Threads, func(ctx context.Context, i int) error {
		defer r.finished(1)
		return r.cell(ctx, &d.Cells[i], i/len(phase.Y.Points), i%len(phase.Y.Points))
	})
	found := make([][]Boundary, lines)
	if err == nil {
		err = each(ctx, lines, options.Threads, func(ctx context.Context, x int) (err error) {
			defer r.finished(costOfLine)
			found[x], err = r.line(ctx, x)
			return err
		})
	}
	if flushed := options.Store.Flush(); err == nil {
		err = flushed
	}
	for _, boundaries := range found {
		d.Boundaries = append(d.Boundaries, boundaries...)
	}
	d.Solved, d.Missing = int(r.solved.Load()), int(r.missing.Load())
	return d, err
}

// costOfLine is about what the search on one line costs, in points of the grid.
const costOfLine = 60

type runner struct {
	phase           *experiment.Phase
	options         Options
	solved, missing atomic.Int64
	done            atomic.Int64
	total           float64
}

func (r *runner) finished(cost int64) {
	if done := r.done.Add(cost); r.options.Progress != nil {
		r.options.Progress(float64(done) / r.total)
	}
}

// recall takes the result of a task from the store, or solves it and stores it.
// It reports whether there is a result.
func recall[T any](ctx context.Context, r *runner, purpose string, e *experiment.Resolved,
	solve func(ctx context.Context, e *experiment.Experiment) (*T, error)) (*T, error) {
	key := Key(purpose, e.LimitText, e.Inputs)
	result := new(T)
	if r.options.Store.Get(key, result) {
		return result, nil
	}
	if r.options.StoredOnly {
		return nil, nil
	}
	result, err := solve(ctx, e.Experiment)
	if err != nil {
		return nil, err
	}
	r.solved.Add(1)
	return result, r.options.Store.Put(key, result)
}

// cell computes a point of the grid.
func (r *runner) cell(ctx context.Context, c *Cell, x, y int) error {
	nan := math.NaN()
	*c = Cell{X: r.phase.X.Points[x].Coordinate, Y: r.phase.Y.Points[y].Coordinate, Value: nan, Slope: nan, Diverged: nan}
	e, err := r.phase.Experiment(x, y)
	if err != nil {
		return err
	}
	c.Predicted = predict(e.Experiment, regime.Separability)
	end, err := recall(ctx, r, "end", e, solveEnd)
	switch {
	case err != nil:
		return fmt.Errorf("%s: %w", r.phase.Describe(x, y), err)
	case end == nil:
		r.missing.Add(1)
		return nil
	}
	c.Known, c.Slope = true, float64(end.Slope)
	if end.Diverged != nil {
		c.Diverged = float64(*end.Diverged)
		return nil
	}
	value, found := end.Values[r.phase.Statistic]
	if !found {
		return fmt.Errorf("%s: there is no statistic %s", r.phase.Describe(x, y), r.phase.Statistic)
	}
	c.Value = float64(value)
	return nil
}
