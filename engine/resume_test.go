package engine

import (
	"context"
	"errors"
	"math"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"anisgd/engine/checkpoint"
	"anisgd/engine/experiment"
	"anisgd/kernels/cpu"
)

// resumable has a limit and runs of SGD whose saves fall before, between and after
// outputs.
const resumable = `
dim: 3000
model:
  classes:
    - {prior: 0.4, label: 1, covariance: {power-law: {exponent: 1.1}}, mean: {power-law: {exponent: 0.3}}}
    - {prior: 0.6, label: -1, covariance: {power-law: {exponent: 1.5}}, mean: {negative-of: 0}}
problem: {loss: logistic, ridge: 0.1}
init-variance: 0.2
learning-rate: {piecewise: [[0, 1], [0.5, 0.25]]}
time: {end: 2, points: 8}
simulate: {runs: 5}
limit: {method: tsit5, spectrum: full, rtol: 1e-9, events: {risk-below: [0.65, 0.6]}}
`

func parse(t *testing.T, text string) *experiment.Variant {
	t.Helper()
	plan, err := experiment.Parse([]byte(text), "test.yaml", nil)
	if err != nil {
		t.Fatal(err)
	}
	return &plan.Panels[0].Variants[0]
}

// bitsOf are the bits of all numbers of the tables.
func bitsOf(o *Outcome) (bits []uint64) {
	var rows [][]float64
	if o.Limit != nil {
		rows = append(rows, o.Limit.Series.Times)
		rows = append(rows, o.Limit.Series.Rows...)
	}
	if o.SGD != nil {
		rows = append(rows, o.SGD.Ensemble.Times)
		for _, run := range o.SGD.Ensemble.Runs {
			rows = append(rows, run...)
		}
	}
	for _, row := range rows {
		for _, v := range row {
			bits = append(bits, math.Float64bits(v))
		}
	}
	return bits
}

// sameOutcome compares all numbers.
func sameOutcome(t *testing.T, got, want *Outcome) {
	t.Helper()
	if !slices.Equal(bitsOf(got), bitsOf(want)) {
		t.Error("other numbers")
	}
	if want.Limit != nil && !slices.Equal(got.Limit.Events, want.Limit.Events) {
		t.Errorf("events %v, want %v", got.Limit.Events, want.Limit.Events)
	}
	if (got.Comparison == nil) != (want.Comparison == nil) {
		t.Errorf("comparison %v, want %v", got.Comparison, want.Comparison)
	}
}

// TestRunGoesOn interrupts an experiment at many places in the limit and in SGD, goes on
// with other threads on another path, and has the outcome that was never interrupted; and
// where it is complete, at once.
func TestRunGoesOn(t *testing.T) {
	variant := parse(t, resumable)
	options := Options{Simulate: true, Limit: true, Threads: 2}
	whole, err := Run(context.Background(), variant.Experiment, options)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "a.checkpoint")
	key := CheckpointKey(&options, variant.Config)
	var resumptions []Resumption
	options.Resumed = func(r Resumption) { resumptions = append(resumptions, r) }
	newFile := func() *checkpoint.File {
		file := checkpoint.NewFile(path, key, time.Nanosecond)
		file.Warn = func(err error) { t.Error(err) }
		return file
	}
	reports := map[string]int64{InLimit: 3, InSimulation: 12} // of progress until an interruption
	pieces := 0
	for ; ; pieces++ {
		paths := cpu.Available()
		restore := cpu.Override(paths[pieces%len(paths)])
		ctx, cancel := context.WithCancel(context.Background())
		var reported atomic.Int64
		options.Threads = 1 + pieces%3
		options.Progress = func(phase string, _ float64) {
			if reported.Add(1) == reports[phase] {
				cancel()
			}
		}
		options.Checkpoint = newFile()
		outcome, err := Run(ctx, variant.Experiment, options)
		cancel()
		restore()
		if err == nil {
			sameOutcome(t, outcome, whole)
			outcome.Save(options.Checkpoint)
			break
		}
		if !errors.Is(err, context.Canceled) || !options.Checkpoint.Saved() {
			t.Fatal(err)
		}
	}
	phases := map[string]int{}
	for i, r := range resumptions {
		if phases[r.Phase]++; i > 0 && r.Phase == resumptions[i-1].Phase && r.Phase == InLimit && r.Time <= resumptions[i-1].Time {
			t.Errorf("gone on from t = %v after %v", r.Time, resumptions[i-1].Time)
		}
		if r.Phase == InSimulation && (r.Runs.Runs != 5 || r.Runs.Begun < r.Runs.Ended) || time.Since(r.Saved) > time.Hour {
			t.Errorf("gone on from %+v", r)
		}
	}
	if len(resumptions) != pieces || phases[InLimit] < 3 || phases[InSimulation] < 3 {
		t.Errorf("%d interruptions, gone on from %v", pieces, phases)
	}

	resumptions = nil
	options.Progress = func(string, float64) { t.Error("a complete outcome was computed again") }
	options.Checkpoint = newFile()
	outcome, err := Run(context.Background(), variant.Experiment, options)
	if err != nil {
		t.Fatal(err)
	}
	sameOutcome(t, outcome, whole)
	if len(resumptions) != 1 || resumptions[0].Phase != Complete {
		t.Errorf("gone on from %+v", resumptions)
	}
}

// TestFreshRunsAndOtherExperiments begin at the beginning.
func TestFreshRunsAndOtherExperiments(t *testing.T) {
	variant := parse(t, resumable)
	options := Options{Limit: true, Threads: 1, Resumed: func(r Resumption) { t.Errorf("gone on from %+v", r) }}
	path := filepath.Join(t.TempDir(), "a.checkpoint")
	whole, err := Run(context.Background(), variant.Experiment, options)
	if err != nil {
		t.Fatal(err)
	}
	broken := *whole
	result := *whole.Limit
	result.Series.Rows = slices.Clone(result.Series.Rows)
	result.Series.Rows[1] = make([]float64, len(result.Series.Columns))
	broken.Limit = &result
	broken.Save(checkpoint.NewFile(path, CheckpointKey(&options, variant.Config), 0))

	options.Checkpoint, options.Fresh = checkpoint.NewFile(path, CheckpointKey(&options, variant.Config), 0), true
	outcome, err := Run(context.Background(), variant.Experiment, options)
	if err != nil {
		t.Fatal(err)
	}
	sameOutcome(t, outcome, whole)

	options.Fresh = false
	warned := 0
	simulating := options
	simulating.Simulate = true
	for _, key := range []checkpoint.Key{
		CheckpointKey(&options, parse(t, resumable+"seed: 2\n").Config), CheckpointKey(&simulating, variant.Config),
		CheckpointKey(&Options{Limit: true, FirstRun: 1}, variant.Config),
	} {
		broken.Save(checkpoint.NewFile(path, CheckpointKey(&options, variant.Config), 0))
		options.Checkpoint = checkpoint.NewFile(path, key, 0)
		options.Checkpoint.Warn = func(error) { warned++ }
		if outcome, err = Run(context.Background(), variant.Experiment, options); err != nil {
			t.Fatal(err)
		}
		sameOutcome(t, outcome, whole)
	}
	if warned != 3 {
		t.Errorf("%d warnings of 3 foreign checkpoints", warned)
	}
}

// TestSavedOutcomeHasItsDivergence keeps what is not in the tables.
func TestSavedOutcomeHasItsDivergence(t *testing.T) {
	variant := parse(t, `
dim: 100
model: {classes: [{label: 1, covariance: {isotropic: 1}, mean: {constant: 1}}, {label: -1, covariance: {isotropic: 1}}]}
problem: {loss: least-squares}
learning-rate: 9
time: {end: 50, points: 20}
simulate: {runs: 3, method: direct}
`)
	options := Options{Limit: true, Simulate: true, Threads: 1}
	whole, err := Run(context.Background(), variant.Experiment, options)
	if err != nil {
		t.Fatal(err)
	}
	file := checkpoint.NewFile(filepath.Join(t.TempDir(), "a.checkpoint"), CheckpointKey(&options, variant.Config), 0)
	whole.Save(file)
	options.Checkpoint = file
	outcome, err := Run(context.Background(), variant.Experiment, options)
	if err != nil {
		t.Fatal(err)
	}
	if whole.SGD.Divergence == nil || *outcome.SGD.Divergence != *whole.SGD.Divergence || *outcome.Limit.Divergence != *whole.Limit.Divergence {
		t.Errorf("divergence %v and %v, want %v and %v", outcome.SGD.Divergence, outcome.Limit.Divergence, whole.SGD.Divergence, whole.Limit.Divergence)
	}
	if outcome.SGD.Steps != whole.SGD.Steps || outcome.SGD.Elapsed != whole.SGD.Elapsed {
		t.Errorf("%d steps in %v, want %d in %v", outcome.SGD.Steps, outcome.SGD.Elapsed, whole.SGD.Steps, whole.SGD.Elapsed)
	}
	sameOutcome(t, outcome, whole)
}
