package engine

import "sync/atomic"

// progressOfSteps turns steps done, told by several goroutines, into a fraction.
func progressOfSteps(total int64, report func(phase string, fraction float64)) func(steps int64) {
	var done atomic.Int64
	return func(steps int64) {
		report("simulate", fraction(float64(done.Add(steps)), float64(total)))
	}
}
