// Package parallel spreads work that is cut by index over goroutines.
//
// The cut never depends on the number of workers: a caller gives every index
// its own place for results and combines them in index order afterwards, so any
// number of workers gives the same bits.
package parallel

import (
	"runtime"
	"sync/atomic"
)

// ModesPerChunk is the number of modes that are summed together before partial
// sums are combined. It is a constant of the module, because it fixes the order
// of every sum over modes.
const ModesPerChunk = 4096

// Chunks is the number of chunks of d modes.
func Chunks(d int) int { return (d + ModesPerChunk - 1) / ModesPerChunk }

// Chunk is the half-open range [lo, hi) of modes of one chunk of d modes.
func Chunk(index, d int) (lo, hi int) {
	lo = index * ModesPerChunk
	return lo, min(lo+ModesPerChunk, d)
}

// Pool runs tasks by index on a fixed number of goroutines. Each does not
// allocate. A Pool serves one caller at a time.
//
// Sweeps over the modes are short and follow each other closely, so a goroutine that
// has nothing to do looks for work for some microseconds before it sleeps: waking it
// takes longer than many a sweep.
type Pool struct {
	helpers []helper
	round   atomic.Int64 // number of calls so far; negative once closed
	running atomic.Int64 // helpers that have not finished the round, and callerSleeps
	done    chan struct{}

	shares []share // of the indices, one for each worker
	task   func(worker, index int)

	plain     func(index int)
	callPlain func(worker, index int) // made once, so that Each does not allocate
}

// helper is a goroutine beside the caller's.
type helper struct {
	asleep atomic.Bool
	wake   chan struct{}
	_      [64]byte // helpers write to cache lines of their own
}

// share is a range of indices. A worker begins with its own, so that the same modes
// stay in the caches of the same core, and then helps with the others'.
type share struct {
	next atomic.Int64
	end  int64
	_    [112]byte // shares lie on cache lines of their own
}

// callerSleeps is added to the number of running helpers when the caller sleeps until
// the last of them has finished. Both are one number, so that a helper learns with its
// last act in a round whether it must wake the caller of that very round.
const callerSleeps = 1 << 32

const (
	// looks is how often a goroutine looks for work, some microseconds, before it
	// sleeps, and looksPerTurn how often before others may run in its place.
	looks        = 1 << 14
	looksPerTurn = 1 << 9
)

// NewPool starts a pool of the given number of workers, the caller of Each
// included; less than one counts as one. Close ends its goroutines.
func NewPool(workers int) *Pool {
	p := &Pool{helpers: make([]helper, max(workers, 1)-1), shares: make([]share, max(workers, 1)), done: make(chan struct{}, 1)}
	p.callPlain = func(_, index int) { p.plain(index) }
	for i := range p.helpers {
		p.helpers[i].wake = make(chan struct{}, 1)
		go p.help(i)
	}
	return p
}

// help takes part in every round until the pool is closed.
func (p *Pool) help(i int) {
	h := &p.helpers[i]
	for seen := int64(0); ; {
		if !look(func() bool { return p.round.Load() != seen }) {
			h.asleep.Store(true)
			// A round that began meanwhile may or may not have seen the flag: whoever
			// takes it back decides.
			if p.round.Load() == seen || !h.asleep.Swap(false) {
				<-h.wake
			}
			// It may be woken for a round that it has already been through: who begins a
			// round can be held up between showing it and waking those that sleep.
			if p.round.Load() == seen {
				continue
			}
		}
		if seen = p.round.Load(); seen < 0 {
			return
		}
		p.work(i + 1)
		if p.running.Add(-1) == callerSleeps {
			p.done <- struct{}{}
		}
	}
}

// look waits for a condition, for a short while.
func look(condition func() bool) bool {
	for n := range looks {
		if condition() {
			return true
		}
		if n%looksPerTurn == looksPerTurn-1 {
			runtime.Gosched()
		}
	}
	return false
}

// begin lets the helpers see a new round.
func (p *Pool) begin(round int64) {
	p.round.Store(round)
	for i := range p.helpers {
		if h := &p.helpers[i]; h.asleep.Swap(false) {
			h.wake <- struct{}{}
		}
	}
}

// finish waits for the helpers.
func (p *Pool) finish() {
	if look(func() bool { return p.running.Load() == 0 }) {
		return
	}
	if p.running.Add(callerSleeps) == callerSleeps {
		return // the last one finished meanwhile, and does not know that somebody waits
	}
	<-p.done
}

// Workers is the number of goroutines that share the work.
func (p *Pool) Workers() int { return len(p.helpers) + 1 }

// Each calls task(i) once for every i in [0, n), in any order, and returns when
// all calls have returned.
func (p *Pool) Each(n int, task func(index int)) {
	if len(p.helpers) == 0 || n <= 1 {
		for i := range n {
			task(i)
		}
		return
	}
	p.plain = task
	p.EachWorker(n, p.callPlain)
	p.plain = nil
}

// EachWorker is Each for tasks that need scratch of their own: task(worker, i) is
// told which of the Workers calls it, from 0, the caller itself.
func (p *Pool) EachWorker(n int, task func(worker, index int)) {
	if len(p.helpers) == 0 || n <= 1 {
		for i := range n {
			task(0, i)
		}
		return
	}
	p.task = task
	for w := range p.shares {
		p.shares[w].next.Store(int64(n * w / len(p.shares)))
		p.shares[w].end = int64(n * (w + 1) / len(p.shares))
	}
	p.running.Store(int64(len(p.helpers)))
	p.begin(p.round.Load() + 1)
	p.work(0)
	p.finish()
	p.task = nil
}

func (p *Pool) work(worker int) {
	for turn := range p.shares {
		s := &p.shares[(worker+turn)%len(p.shares)]
		for i := s.next.Add(1) - 1; i < s.end; i = s.next.Add(1) - 1 {
			p.task(worker, int(i))
		}
	}
}

// Close ends the pool's goroutines. Each must not be called after it.
func (p *Pool) Close() { p.begin(-1) }
