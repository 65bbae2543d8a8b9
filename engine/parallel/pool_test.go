package parallel

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
)

func TestEachCallsEveryIndexOnce(t *testing.T) {
	for _, workers := range []int{0, 1, 2, 3, 8} {
		pool := NewPool(workers)
		for _, n := range []int{0, 1, 2, 7, 1000} {
			calls := make([]atomic.Int32, n)
			pool.Each(n, func(i int) { calls[i].Add(1) })
			for i := range calls {
				if got := calls[i].Load(); got != 1 {
					t.Fatalf("%d workers, n=%d: index %d was called %d times", workers, n, i, got)
				}
			}
		}
		pool.Close()
	}
}

func TestEachDoesNotAllocate(t *testing.T) {
	pool := NewPool(2)
	defer pool.Close()
	var sum atomic.Int64
	task := func(i int) { sum.Add(int64(i)) }
	if n := testing.AllocsPerRun(100, func() { pool.Each(64, task) }); n != 0 {
		t.Errorf("Each allocates %v times", n)
	}
}

func TestChunksCoverTheModes(t *testing.T) {
	for _, d := range []int{1, ModesPerChunk - 1, ModesPerChunk, ModesPerChunk + 1, 10*ModesPerChunk + 5} {
		next := 0
		for c := range Chunks(d) {
			lo, hi := Chunk(c, d)
			if lo != next || hi <= lo || hi-lo > ModesPerChunk {
				t.Fatalf("d=%d: chunk %d is [%d, %d), expected it to start at %d", d, c, lo, hi, next)
			}
			next = hi
		}
		if next != d {
			t.Errorf("d=%d: chunks end at %d", d, next)
		}
	}
}

// Rounds that follow each other at once, in many pools with more workers than cores:
// every call returns only when all of its tasks have, however late a helper is to
// leave the round before.
func TestRoundsDoNotOverlap(t *testing.T) {
	rounds := 20000
	if testing.Short() {
		rounds = 300 // under emulation every wake-up is slow
	}
	var pools sync.WaitGroup
	for n := range 12 {
		pools.Add(1)
		go func() {
			defer pools.Done()
			pool := NewPool(2 + n%4)
			defer pool.Close()
			var calls atomic.Int64
			value := int64(0)
			task := func(int, int) { calls.Add(value) }
			for round := range rounds {
				value++
				calls.Store(0)
				pool.EachWorker(2+round%7, task)
				if got, want := calls.Load(), value*int64(2+round%7); got != want {
					t.Errorf("round %d: tasks of %d calls came back, want %d", round, got, want)
					return
				}
			}
		}()
	}
	pools.Wait()
}

// A helper that goes through a round and falls asleep before the caller, held up, wakes the
// sleeping is woken for a round that it knows: it must not take part twice.
func TestLateWakingIsNoRound(t *testing.T) {
	pool := NewPool(2)
	defer pool.Close()
	var calls atomic.Int64
	task := func(int) { calls.Add(1) }
	h := &pool.helpers[0]
	asleep := func() {
		for !h.asleep.Load() {
			runtime.Gosched()
		}
	}
	for range 20 {
		calls.Store(0)
		pool.Each(10, task)
		asleep()
		for range 3 {
			if h.asleep.Swap(false) {
				h.wake <- struct{}{}
			}
			asleep()
		}
		if running := pool.running.Load(); running != 0 && running != callerSleeps {
			t.Fatalf("%d helpers are running after a round", running)
		}
		if calls.Load() != 10 {
			t.Fatalf("%d calls of 10", calls.Load())
		}
	}
}
