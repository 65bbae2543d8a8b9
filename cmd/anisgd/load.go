package main

import (
	"context"
	"fmt"

	"anisgd/engine/experiment"
)

// loadExperiment is experiment.Load that an interruption ends.
func loadExperiment(ctx context.Context, path string, sets []string) (*experiment.Plan, error) {
	return readInterruptibly(ctx, path, func() (*experiment.Plan, error) { return experiment.Load(path, sets) })
}

// readInterruptibly reads a file, until an interruption: it may be a pipe into which nobody
// writes. The reading itself then goes on until the program ends, which it does next.
func readInterruptibly[T any](ctx context.Context, path string, read func() (T, error)) (T, error) {
	type outcome struct {
		result T
		err    error
	}
	done := make(chan outcome, 1)
	go func() {
		result, err := read()
		done <- outcome{result, err}
	}()
	select {
	case o := <-done:
		return o.result, o.err
	case <-ctx.Done():
		var none T
		return none, &failure{statusInterrupted, fmt.Errorf("interrupted while %s was read", path)}
	}
}
