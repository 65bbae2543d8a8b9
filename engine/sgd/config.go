// Package sgd simulates one-pass stochastic gradient descent, step by step, in
// any spectrum (theory, section 2).
package sgd

import (
	"math"
	"time"

	"anisgd/engine/model"
	"anisgd/engine/problem"
	"anisgd/engine/rate"
	"anisgd/engine/statistic"
)

// Config describes a set of independent runs on one experiment.
type Config struct {
	Arrays        *model.Arrays
	Problem       problem.Problem
	Rate          rate.Rule
	Ridge         float64     // δ ≥ 0
	Start         [][]float64 // columns √d·x_a(0), one per output, each of length d; nil is zero
	StartVariance float64     // w: every run adds i.i.d. N(0, w/d) entries to x(0)
	Noise         model.Noise
	Precision     Precision
	Seed          uint64
	Runs          int
	Times         []float64 // output times, increasing; row t is the iterate after round(t·d) steps
	Observables   statistic.Observables
	Selection     statistic.Selection
	Threads       int // goroutines; the results do not depend on it
	// Progress, if set, is told from several goroutines how many more steps
	// have been done.
	Progress func(steps int64)
}

// Result holds the statistics of every run up to the earliest divergence.
type Result struct {
	Ensemble statistic.Ensemble
	// Divergence is the earliest one over the runs, or nil. The ensemble's times
	// end before it.
	Divergence *statistic.Divergence
	Steps      int64 // over all runs
	// Estimates are of the errors of the Gaussian expectations on the way.
	Estimates problem.Estimates
	Elapsed   time.Duration
}

// StepsAt is the number of steps k = round(t·d) after which the iterate belongs
// to time t.
func StepsAt(t float64, dim int) int64 {
	return int64(math.Round(t * float64(dim)))
}

// TotalSteps is the number of steps over all runs, for predicting cost.
func (c *Config) TotalSteps() int64 {
	if len(c.Times) == 0 {
		return 0
	}
	return int64(c.Runs) * StepsAt(c.Times[len(c.Times)-1], c.Arrays.Dim)
}
