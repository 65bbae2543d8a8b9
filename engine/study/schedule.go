package study

import (
	"context"
	"sync"
	"sync/atomic"
)

// each calls task(ctx, i) once for every i in [0, n) from a number of goroutines,
// in increasing order of i as goroutines become free, and returns when all calls
// have returned. After an error no call is begun any more, and those under way are
// cancelled; of several errors the one of the smallest i is returned. When ctx is
// cancelled, its error is.
func each(ctx context.Context, n, threads int, task func(ctx context.Context, i int) error) error {
	own, cancel := context.WithCancel(ctx)
	defer cancel()
	var next atomic.Int64
	var workers sync.WaitGroup
	var mutex sync.Mutex
	var first error
	firstIndex := n
	for range min(max(threads, 1), n) {
		workers.Go(func() {
			for own.Err() == nil {
				i := int(next.Add(1) - 1)
				if i >= n {
					return
				}
				err := task(own, i)
				if err == nil {
					continue
				}
				mutex.Lock()
				// What the cancellation itself ends is no reason.
				if cancelled := own.Err() != nil && first != nil; i < firstIndex && !cancelled {
					first, firstIndex = err, i
				}
				mutex.Unlock()
				cancel()
			}
		})
	}
	workers.Wait()
	if err := ctx.Err(); err != nil {
		return err
	}
	return first
}
