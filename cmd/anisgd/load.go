package main

import (
	"context"

	"anisgd/engine/experiment"
)

// loadExperiment is experiment.Load that an interruption ends: a file may be a pipe
// into which nobody writes.
func loadExperiment(ctx context.Context, path string, sets []string) (*experiment.Plan, error) {
	type outcome struct {
		plan *experiment.Plan
		err  error
	}
	loaded := make(chan outcome, 1)
	go func() {
		plan, err := experiment.Load(path, sets)
		loaded <- outcome{plan, err}
	}()
	select {
	case o := <-loaded:
		return o.plan, o.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
