// Package sgd simulates one-pass stochastic gradient descent (theory, section 2):
// directly, step by step in any spectrum, or grouped, where modes share their
// eigenvalues: as a Markov chain of low dimension that is exact in law and costs the
// same at any d (theory, section 8).
package sgd

import (
	"math"
	"time"

	"anisgd/engine/checkpoint"
	"anisgd/engine/closure"
	"anisgd/engine/model"
	"anisgd/engine/problem"
	"anisgd/engine/rate"
	"anisgd/engine/statistic"
)

// Config describes a set of independent runs on one experiment.
type Config struct {
	Arrays        *model.Arrays // for direct simulation; else nil
	Groups        *Groups       // for grouped simulation; else nil
	Problem       problem.Problem
	Rate          rate.Rule
	Ridge         float64     // δ ≥ 0
	Start         [][]float64 // columns √d·x_a(0), one per output, each of length d; nil is zero. Groups have their own
	StartVariance float64     // w: every run adds i.i.d. N(0, w/d) entries to x(0)
	Noise         model.Noise
	Precision     Precision
	Seed          uint64
	Runs          int
	FirstRun      int       // number of the first run, which addresses its random numbers; the others follow
	Times         []float64 // output times, increasing; row t is the iterate after round(t·d) steps
	Observables   statistic.Observables
	Selection     statistic.Selection
	Threads       int // goroutines; the results do not depend on it
	// Progress, if set, is told from several goroutines how many more steps
	// have been done; first how many had been done by what Saved holds.
	Progress func(steps int64)
	// Saver, if not nil, is what the state is saved with: when it is due, between steps,
	// and when the context is cancelled. Saving does not change the results.
	Saver checkpoint.Saver
	// Saved, if not nil, is read to go on from the state that a Saver of the same
	// configuration wrote, on whatever kernel path and with however many threads. The
	// results are those of a simulation that was never stopped, bit for bit.
	Saved *checkpoint.Reader
	// Resumed, if set, is told where the runs stand that Saved holds.
	Resumed func(Standing)

	checkEvery int64 // steps between two looks at context and Saver, for tests; 0: by cost
}

// Standing is how far a simulation has come.
type Standing struct {
	Runs, Begun, Ended int     // of Runs so many have begun, and so many of these have ended
	Time               float64 // the least t of the runs that have begun and not ended
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
	return int64(c.Runs) * StepsAt(c.Times[len(c.Times)-1], c.dim())
}

// dim is d.
func (c *Config) dim() int {
	if c.Groups != nil {
		return int(c.Groups.dim)
	}
	return c.Arrays.Dim
}

// modes sums what the closure needs to know.
func (c *Config) modes() *closure.Modes {
	if c.Groups != nil {
		return c.Groups.modes()
	}
	return closure.ModesOf(c.Arrays)
}

// spectra are the arrays of eigenvalues.
func (c *Config) spectra() []model.Spectrum {
	if c.Groups != nil {
		return nil
	}
	return c.Arrays.Spectra
}

// stepsPerCheck is how many steps a run makes between two looks at the context
// and the Saver.
func (c *Config) stepsPerCheck() int64 {
	switch {
	case c.checkEvery > 0:
		return c.checkEvery
	case c.Groups != nil:
		return groupedStepsPerCheck
	}
	return max(sampledModesPerCheck/int64(c.Arrays.Dim), 1)
}
