// Package limit solves the ODE to which one-pass SGD converges as d → ∞ with
// t = steps/d fixed (theory, section 3).
package limit

import (
	"time"

	"anisgd/engine/checkpoint"
	"anisgd/engine/model"
	"anisgd/engine/problem"
	"anisgd/engine/rate"
	"anisgd/engine/spectrum"
	"anisgd/engine/statistic"
)

const (
	// FullSpectrum solves for every mode.
	FullSpectrum = "full"
	// CompressedSpectrum solves for the response functions at few nodes of the
	// spectrum (theory, section 8). It is exact where many modes share their
	// eigenvalues, and accurate to 1e-11 for smooth curves of eigenvalues, with any
	// means. Spectra that are neither are solved in full.
	CompressedSpectrum = "compressed"
	// ContinuousSpectrum is that of d → ∞: the nodes of a continuum.
	ContinuousSpectrum = "continuum"
)

// Config describes one limiting ODE and how to integrate it.
type Config struct {
	// Arrays, with Start and the teacher of the Observables, are the modes. They may be
	// nil if Nodes are given.
	Arrays *model.Arrays
	// Nodes, if not nil, are what to solve on, whatever Spectrum says: those of a
	// spectrum in closed form, which needs no arrays, or of a continuum.
	Nodes         *spectrum.Nodes
	Problem       problem.Problem
	Rate          rate.Rule
	Ridge         float64     // δ ≥ 0
	Start         [][]float64 // columns √d·x_a(0), one per output, each of length d; nil is zero
	StartVariance float64     // w: C_ρ(0) = w·1
	Times         []float64   // output times, increasing
	Observables   statistic.Observables
	Selection     statistic.Selection

	Method            string  // one of Methods
	Spectrum          string  // FullSpectrum, also if empty, or CompressedSpectrum
	Step              float64 // fixed-step methods only
	RelativeTolerance float64 // adaptive methods only
	AbsoluteTolerance float64 // on √d·x̄ and C
	Events            Events
	MaxSteps          int // after which the integration stops, accepted or not; 0: no bound
	Threads           int // goroutines; the results do not depend on it
	// Progress, if set, is told the time reached after each step.
	Progress func(t float64)
	// Saver, if not nil, is what the state is saved with: when it is due, between steps,
	// and when the context is cancelled. Saving does not change the results.
	Saver checkpoint.Saver
	// Saved, if not nil, is read to go on from the state that a Saver of the same
	// configuration wrote, on whatever kernel path and with however many threads. The
	// results are those of a solution that was never stopped, bit for bit.
	Saved *checkpoint.Reader
	// Resumed, if set, is told the time that the state in Saved has reached.
	Resumed func(t float64)
}

// Result holds the statistics at the output times up to a divergence.
type Result struct {
	Series statistic.Series
	// Divergence is when the limit left all bounds, or nil. The series' times
	// end before it.
	Divergence *statistic.Divergence
	// Stop says why the integration ended early for another reason, nil if it did not.
	Stop     *Stop
	Events   []Event // in the order of their times
	Method   string
	Spectrum string // the one used: compression may not be possible
	Nodes    int    // of the compressed spectrum, 0 if it was not asked for
	// CompressionError bounds the relative error of the risk by the nodes of the
	// spectrum: the largest difference, over the output times, to the risk from Chebyshev
	// series with 12 instead of 16 terms on every panel; 0 for the full spectrum and where
	// every node is exact.
	CompressionError float64
	Steps            int // accepted steps
	Rejected         int
	Evaluations      int // right-hand sides, each over all modes
	// Estimates are of the errors of the Gaussian expectations on the way.
	Estimates problem.Estimates
	Elapsed   time.Duration
}
