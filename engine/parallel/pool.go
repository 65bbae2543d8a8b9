// Package parallel spreads work that is cut by index over goroutines.
//
// The cut never depends on the number of workers: a caller gives every index
// its own place for results and combines them in index order afterwards, so any
// number of workers gives the same bits.
package parallel

import (
	"sync"
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
type Pool struct {
	workers int
	wake    chan struct{}
	done    sync.WaitGroup
	next    atomic.Int64
	count   int64
	task    func(index int)
}

// NewPool starts a pool of the given number of workers, the caller of Each
// included; less than one counts as one. Close ends its goroutines.
func NewPool(workers int) *Pool {
	p := &Pool{workers: max(workers, 1), wake: make(chan struct{})}
	for range p.workers - 1 {
		go func() {
			for range p.wake {
				p.work()
				p.done.Done()
			}
		}()
	}
	return p
}

// Workers is the number of goroutines that share the work.
func (p *Pool) Workers() int { return p.workers }

// Each calls task(i) once for every i in [0, n), in any order, and returns when
// all calls have returned.
func (p *Pool) Each(n int, task func(index int)) {
	if p.workers == 1 || n <= 1 {
		for i := range n {
			task(i)
		}
		return
	}
	p.task, p.count = task, int64(n)
	p.next.Store(0)
	helpers := min(p.workers, n) - 1
	p.done.Add(helpers)
	for range helpers {
		p.wake <- struct{}{}
	}
	p.work()
	p.done.Wait()
	p.task = nil
}

func (p *Pool) work() {
	for {
		i := p.next.Add(1) - 1
		if i >= p.count {
			return
		}
		p.task(int(i))
	}
}

// Close ends the pool's goroutines. Each must not be called after it.
func (p *Pool) Close() { close(p.wake) }
