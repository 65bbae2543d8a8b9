package sgd

import (
	"context"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"anisgd/engine/parallel"
	"anisgd/engine/problem"
	"anisgd/engine/statistic"
)

// simulation is the state of Simulate: the runs that have ended with their rows, those
// that walkers are at, and those that wait. Whenever the state is to be saved all walkers
// pause between two steps of theirs, so that one goroutine can write all of it.
type simulation struct {
	shared  *shared
	values  [][]float64   // of every run: its rows, one after the other
	rows    [][][]float64 // views of them
	pool    *parallel.Pool
	teams   []*team   // one a thread
	walkers []*walker // of all teams

	lock     sync.Mutex
	hasEnded []bool // by run
	next     int    // the first run that has not been begun
	waiting  []begun
	earliest *statistic.Divergence

	stopAt  atomic.Int64 // no run needs to go beyond the first step at which one diverged
	steps   atomic.Int64
	pausing atomic.Bool

	began     time.Time
	elapsed   time.Duration     // before it was restored
	estimates problem.Estimates // of walkers before it was restored
}

func newSimulation(shared *shared) (*simulation, error) {
	c := shared.config
	workers := min(max(c.Threads, 1), c.Runs)
	s := &simulation{
		shared: shared, values: make([][]float64, c.Runs), rows: make([][][]float64, c.Runs),
		hasEnded: make([]bool, c.Runs), pool: parallel.NewPool(workers),
	}
	s.stopAt.Store(math.MaxInt64)
	for run := range s.rows {
		s.values[run] = make([]float64, len(c.Times)*len(shared.columns))
		s.rows[run] = rowsOf(s.values[run], len(shared.columns))
	}
	var err error
	s.teams, err = newTeams(shared, workers)
	for _, t := range s.teams {
		s.walkers = append(s.walkers, t.walkers...)
	}
	if err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// close ends all threads.
func (s *simulation) close() {
	s.pool.Close()
	for _, w := range s.walkers {
		w.close()
	}
}

// complete performs all runs, or returns the context's error.
func (s *simulation) complete(ctx context.Context) error {
	saver := s.shared.config.Saver
	pausing := func() bool {
		if s.pausing.Load() {
			return true
		}
		if ctx.Err() != nil || saver != nil && saver.Due() {
			s.pausing.Store(true)
		}
		return s.pausing.Load()
	}
	for !s.isComplete() {
		s.pausing.Store(false)
		s.pool.Each(len(s.teams), func(worker int) { s.walk(s.teams[worker], pausing) })
		if saver != nil && s.pausing.Load() {
			saver.Save(s.save)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}

// walk lets a team perform runs until there are no more or it is to pause.
func (s *simulation) walk(t *team, pausing func() bool) {
	for {
		if !t.isBusy() {
			if pausing() {
				return
			}
			for _, w := range t.walkers {
				if !s.assign(w) {
					break
				}
			}
			if !t.isBusy() {
				return
			}
		}
		if !s.goOn(t, pausing) {
			return
		}
	}
}

// end takes note of the end of a walker's run.
func (s *simulation) end(w *walker, end ending, risk float64) {
	w.busy = false
	s.lock.Lock()
	defer s.lock.Unlock()
	s.hasEnded[w.at.run] = true
	if end == diverged {
		s.note(w.at.run, w.at.step, risk)
	}
}

// assign gives a walker a run to go on with or to begin, if there is one.
func (s *simulation) assign(w *walker) bool {
	s.lock.Lock()
	if n := len(s.waiting); n > 0 {
		run := s.waiting[n-1]
		s.waiting = s.waiting[:n-1]
		s.lock.Unlock()
		w.resume(&run)
		return true
	}
	run := s.next
	if run == len(s.rows) {
		s.lock.Unlock()
		return false
	}
	s.next++
	s.lock.Unlock()
	w.begin(run)
	return true
}

// note takes a divergence into account, under the lock: the earliest one is reported, of
// the first run where several are.
func (s *simulation) note(run int, step int64, risk float64) {
	c := s.shared.config
	d := &statistic.Divergence{Time: float64(step) / float64(c.dim()), Risk: risk, Run: c.FirstRun + run}
	if e := s.earliest; e == nil || d.Time < e.Time || d.Time == e.Time && d.Run < e.Run {
		s.earliest = d
		s.stopAt.Store(step)
	}
}

func (s *simulation) isComplete() bool {
	for _, ended := range s.hasEnded {
		if !ended {
			return false
		}
	}
	return true
}

// result is that of a complete simulation.
func (s *simulation) result() *Result {
	c := s.shared.config
	r := &Result{Divergence: s.earliest, Steps: s.steps.Load(), Estimates: s.allEstimates(), Elapsed: s.allElapsed()}
	r.Ensemble = statistic.Ensemble{Columns: s.shared.columns, Times: c.Times, Runs: s.rows}
	if s.earliest != nil {
		r.Ensemble.Times = c.Times[:s.shared.outputsBefore(s.stopAt.Load())]
		for run, rows := range r.Ensemble.Runs {
			r.Ensemble.Runs[run] = rows[:len(r.Ensemble.Times)]
		}
	}
	return r
}

// allEstimates are those of all walkers so far.
func (s *simulation) allEstimates() problem.Estimates {
	all := s.estimates
	for _, w := range s.walkers {
		all = all.Largest(problem.EstimatesOf(w.table.Evaluator())).Largest(w.steps.closure.Estimates())
	}
	return all
}

// allElapsed is the time spent so far.
func (s *simulation) allElapsed() time.Duration { return s.elapsed + time.Since(s.began) }
