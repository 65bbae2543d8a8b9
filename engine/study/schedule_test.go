package study

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
)

func TestEachIsCalledOnce(t *testing.T) {
	for _, threads := range []int{1, 2, 7, 100} {
		const n = 50
		var calls [n]atomic.Int64
		err := each(context.Background(), n, threads, func(_ context.Context, i int) error {
			calls[i].Add(1)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for i := range calls {
			if calls[i].Load() != 1 {
				t.Errorf("%d threads: task %d was called %d times", threads, i, calls[i].Load())
			}
		}
	}
	if err := each(context.Background(), 0, 3, nil); err != nil {
		t.Error(err)
	}
}

// TestEachReturnsTheFirstError: of two errors that come about on their own, the
// one of the smaller index, whichever came first; what a cancellation ends does
// not count.
func TestEachReturnsTheFirstError(t *testing.T) {
	var both sync.WaitGroup
	both.Add(2)
	err := each(context.Background(), 3, 3, func(ctx context.Context, i int) error {
		if i == 0 {
			<-ctx.Done()
			return ctx.Err()
		}
		both.Done()
		both.Wait()
		return fmt.Errorf("task %d", i)
	})
	if err == nil || errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	begun := 0
	err = each(context.Background(), 10, 1, func(_ context.Context, i int) error {
		begun++
		if i == 3 {
			return errors.New("task 3")
		}
		return nil
	})
	if err == nil || err.Error() != "task 3" || begun != 4 {
		t.Errorf("got %v after %d tasks", err, begun)
	}
}

func TestEachIsCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	begun := 0
	err := each(ctx, 10, 1, func(context.Context, int) error {
		if begun++; begun == 2 {
			cancel()
		}
		return nil
	})
	if !errors.Is(err, context.Canceled) || begun != 2 {
		t.Errorf("got %v after %d tasks", err, begun)
	}
}
