package main

import (
	"anisgd/cmd/anisgd/internal/output"
	"anisgd/engine/experiment"
	"anisgd/engine/study/sweep"
)

// checkedSweep describes the points of a sweep, and what it will cost.
type checkedSweep struct {
	Axes          []checkedAxis `json:"axes"`
	Points        int           `json:"points"`
	Tasks         int           `json:"tasks"`
	Seconds       output.Number `json:"predicted_seconds"`
	LargestMemory output.Number `json:"largest_memory_bytes"` // of a task
}

// checkSweep describes a sweep, or is nil without one.
func checkSweep(s *experiment.Sweep, threads int) (*checkedSweep, error) {
	if s == nil {
		return nil, nil
	}
	plan, err := sweep.NewPlan(s)
	if err != nil {
		return nil, err
	}
	c := &checkedSweep{Points: s.Len(), Tasks: plan.Len(), Seconds: output.Number(plan.Seconds() / float64(threads))}
	largest, _ := plan.LargestMemory()
	c.LargestMemory = output.Number(largest)
	for k := range s.Axes {
		c.Axes = append(c.Axes, checkAxis(&s.Axes[k]))
	}
	return c, nil
}

func (c *checkedSweep) print(s *settings) {
	s.printf("\n")
	for k := range c.Axes {
		c.Axes[k].print(s, "axis")
	}
	s.printf("%-13s %d, in %s; about %s on %s, at most %s of memory a task\n", "points", c.Points, plural(c.Tasks, "task"),
		formatSeconds(float64(c.Seconds)), plural(s.threads, "thread"), formatBytes(float64(c.LargestMemory)))
}
