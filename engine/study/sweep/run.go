package sweep

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync/atomic"
	"time"

	"anisgd/engine"
	"anisgd/engine/checkpoint"
	"anisgd/engine/study/store"
)

// Options say how tasks are run. Results do not depend on them.
type Options struct {
	Threads int
	Memory  float64 // that tasks may use together, in bytes; 0 is no bound
	// SmallFirst begins with the cheapest tasks, so that much is known early; the
	// default begins with the costliest, which ends soonest.
	SmallFirst bool
	// Program and Machine are noted in the stored tasks.
	Program, Machine string
	// CheckpointEvery is how often tasks save their state; 0 is only when they are
	// cancelled. Whoever computes a task next goes on from there.
	CheckpointEvery time.Duration
	// Note, if set, is told what a person may want to know on the way: that a task goes on
	// from a checkpoint, or could not save one. From several goroutines.
	Note func(message string)
	// Progress, if set, is told now and then how far the tasks have come.
	Progress func(*Progress)
}

// Progress is how far the tasks have come.
type Progress struct {
	Done, All int      // tasks
	Fraction  float64  // of the predicted time, corrected by what was seen
	Running   []string // what they are, in few words
	Elsewhere int      // tasks that other programs are computing
}

// Failure is a task that could not be computed.
type Failure struct {
	Title string
	Err   error
}

func (f *Failure) Error() string { return f.Title + ": " + f.Err.Error() }
func (f *Failure) Unwrap() error { return f.Err }

const (
	// claimInterval is how often it is looked whether other programs are done with the
	// tasks that they have claimed.
	claimInterval    = 300 * time.Millisecond
	progressInterval = 100 * time.Millisecond
	// secondsPerThread is the predicted time from which on a task is given another
	// thread, if one is idle.
	secondsPerThread = 0.05
)

// Run computes tasks and stores them. Tasks that fail do not keep others from being
// computed; the error then joins a *Failure for each. After any other error, such as a
// full disk or a cancellation, no task is begun any more and those under way are
// stopped; what is stored is kept. It returns how many tasks were computed here.
func Run(ctx context.Context, p *Plan, s *store.Store, tasks []Task, options Options) (computed int, err error) {
	s.Clean()
	own, cancel := context.WithCancel(ctx)
	defer cancel()
	r := &pool{
		context: own, plan: p, store: s, options: options, costs: newCosts(),
		pending: slices.Clone(tasks), all: len(tasks), ended: make(chan *job),
	}
	r.learnFromStore()
	r.order()
	ticker := time.NewTicker(progressInterval)
	defer ticker.Stop()
	lastClaims, waiting := time.Now(), false
	for {
		if own.Err() == nil {
			if err := r.start(); err != nil {
				r.fatal = err
				cancel()
			}
		}
		if len(r.running) == 0 && (own.Err() != nil || len(r.pending)+len(r.elsewhere) == 0) {
			break
		}
		select {
		case j := <-r.ended:
			r.finish(j)
			if r.fatal != nil {
				cancel()
			}
		case <-ticker.C:
			r.report()
			if len(r.running) == 0 && len(r.elsewhere) > 0 && !waiting {
				waiting = true
				r.note("waiting for %d of the tasks, which another program is computing", len(r.elsewhere))
			}
			if time.Since(lastClaims) > claimInterval {
				lastClaims = time.Now()
				r.pending, r.elsewhere = append(r.pending, r.elsewhere...), nil
				r.order()
			}
		}
	}
	switch {
	case r.fatal != nil:
		return r.computed, r.fatal
	case ctx.Err() != nil:
		return r.computed, ctx.Err()
	}
	return r.computed, errors.Join(r.failures...)
}

// pool runs tasks at the same time. Only Run's goroutine touches it, but for the
// jobs' own.
type pool struct {
	context context.Context
	plan    *Plan
	store   *store.Store
	options Options
	costs   *costs

	pending   []Task // in the order in which they are begun
	elsewhere []Task // claimed by other programs
	running   []*job
	ended     chan *job

	all, done, computed int
	doneSeconds         float64
	failures            []error
	fatal               error
}

// job is a task under way.
type job struct {
	task     Task
	claim    *store.Claim
	threads  int
	memory   float64
	resumed  bool          // from a checkpoint
	fraction atomic.Uint64 // done, as the bits of a float64
	seconds  float64       // that it took, times threads
	computed error         // of the computation
	stored   error         // of the store
}

// learnFromStore corrects predictions by the times of some stored tasks.
func (r *pool) learnFromStore() {
	const most = 50
	names, err := r.store.Names()
	if err != nil {
		return // which the first task will tell
	}
	step := max(1, len(names)/most)
	for i := 0; i < len(names); i += step {
		if m, err := readStoredManifest(r.store, names[i]); err == nil {
			r.costs.learn(m.Class, m.Predicted, m.Seconds)
		}
	}
}

func (r *pool) order() {
	slices.SortStableFunc(r.pending, func(a, b Task) int {
		if r.options.SmallFirst {
			return cmp.Compare(r.costs.seconds(&a), r.costs.seconds(&b))
		}
		return cmp.Compare(r.costs.seconds(&b), r.costs.seconds(&a))
	})
}

// start begins tasks as long as threads are idle and memory is left.
func (r *pool) start() error {
	idle, memory := r.options.Threads, 0.0
	for _, j := range r.running {
		idle -= j.threads
		memory += j.memory
	}
	for k := 0; k < len(r.pending) && idle > 0; {
		t := r.pending[k]
		if r.options.Memory > 0 && len(r.running) > 0 && memory+t.memory > r.options.Memory {
			k++
			continue
		}
		claim, taken, err := r.store.Claim(t.Name())
		if err != nil {
			return err
		}
		r.pending = slices.Delete(r.pending, k, k+1)
		switch {
		case taken:
			r.elsewhere = append(r.elsewhere, t)
			continue
		case r.store.Has(t.Name()): // another program has just stored it
			claim.Release(true)
			r.count(&t)
			continue
		}
		worth := 1 + int(math.Min(r.costs.seconds(&t)/secondsPerThread, float64(idle)))
		j := &job{task: t, claim: claim, threads: min(worth, max(1, idle/(len(r.pending)+1))), memory: t.memory}
		r.running = append(r.running, j)
		idle -= j.threads
		memory += j.memory
		go func() {
			r.compute(j)
			r.ended <- j
		}()
	}
	return nil
}

// count takes note of a task that is done.
func (r *pool) count(t *Task) {
	r.done++
	r.doneSeconds += r.costs.seconds(t)
}

// finish takes note of a job that has ended.
func (r *pool) finish(j *job) {
	r.running = slices.DeleteFunc(r.running, func(other *job) bool { return other == j })
	j.claim.Release(j.computed == nil && j.stored == nil)
	switch {
	case j.stored != nil:
		if r.fatal == nil {
			r.fatal = fmt.Errorf("%s: %w", j.task.Title, j.stored)
		}
	case j.computed == nil:
		r.computed++
		if !j.resumed { // of the others the time is not known
			r.costs.learn(j.task.class, j.task.seconds, j.seconds)
		}
		r.count(&j.task)
	case engine.Interrupted(j.computed):
	default:
		r.failures = append(r.failures, &Failure{j.task.Title, j.computed})
		r.count(&j.task)
	}
}

// report tells the progress.
func (r *pool) report() {
	if r.options.Progress == nil {
		return
	}
	p := &Progress{Done: r.done, All: r.all, Elsewhere: len(r.elsewhere)}
	done, left := r.doneSeconds, 0.0
	for _, list := range [][]Task{r.pending, r.elsewhere} {
		for k := range list {
			left += r.costs.seconds(&list[k])
		}
	}
	for _, j := range r.running {
		seconds, fraction := r.costs.seconds(&j.task), math.Float64frombits(j.fraction.Load())
		done += float64(fraction * seconds)
		left += float64((1 - fraction) * seconds)
		p.Running = append(p.Running, fmt.Sprintf("%s: %s", shortTitle(r.plan.Sweep, j.task.Point), j.task.part()))
	}
	if done+left > 0 {
		p.Fraction = done / (done + left)
	}
	r.options.Progress(p)
}

func (r *pool) note(format string, arguments ...any) {
	if r.options.Note != nil {
		r.options.Note(fmt.Sprintf(format, arguments...))
	}
}

// checkpointFile is the state of a task, beside its claim.
const checkpointFile = "checkpoint"

// compute computes a task and stores it.
func (r *pool) compute(j *job) {
	begin := time.Now()
	e, err := r.plan.Sweep.Experiment(j.task.Point)
	if err != nil {
		j.computed = err
		return
	}
	options := engine.Options{
		Limit: j.task.Kind == Limit, Simulate: j.task.Kind == Runs, FirstRun: j.task.runs.from, Threads: j.threads,
		Progress: func(_ string, fraction float64) { j.fraction.Store(math.Float64bits(fraction)) },
	}
	options.Checkpoint = checkpoint.NewFile(j.claim.Path(checkpointFile), engine.CheckpointKey(&options, []byte(j.task.Name())), r.options.CheckpointEvery)
	options.Checkpoint.Warn = func(err error) { r.note("%s: %v", j.task.Title, err) }
	options.Resumed = func(from engine.Resumption) {
		j.resumed = true
		r.note("%s: going on from the state saved at %s", j.task.Title, from.Saved.Format(time.DateTime))
	}
	outcome, err := engine.Run(r.context, shareOf(e.Experiment, j.task.runs), options)
	if err != nil {
		j.computed = err
		return
	}
	j.seconds = time.Since(begin).Seconds() * float64(j.threads)
	m := &manifest{
		Kind: j.task.Kind, Title: j.task.Title, Key: j.task.Key, FirstRun: j.task.runs.from, Runs: j.task.runs.length(),
		Class: j.task.class, Predicted: j.task.seconds, Seconds: j.seconds, Threads: j.threads,
		Program: r.options.Program, Machine: r.options.Machine, Finished: time.Now().UTC().Truncate(time.Second),
	}
	var content map[string][]byte
	if j.task.Kind == Limit {
		content, err = limitFiles(m, outcome.Limit)
	} else {
		content, err = runsFiles(m, outcome.SGD)
	}
	if err != nil {
		j.computed = err
		return
	}
	content[experimentFile] = e.Config
	j.stored = r.store.Write(j.task.Name(), content)
}
