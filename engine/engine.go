// Package engine runs experiments: it simulates SGD, solves the limit, and
// compares the two, from one description of model, loss and learning rate.
package engine

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"anisgd/engine/checkpoint"
	"anisgd/engine/compare"
	"anisgd/engine/experiment"
	"anisgd/engine/limit"
	"anisgd/engine/model"
	"anisgd/engine/parallel"
	"anisgd/engine/sgd"
	"anisgd/engine/spectrum"
	"anisgd/engine/statistic"
)

// Options says which parts of an experiment to run, and how.
type Options struct {
	Simulate, Limit bool
	Threads         int
	// FirstRun is the number of the first run of SGD, from 0: runs are addressed by
	// their numbers, so that shares of them make up the same whole.
	FirstRun int
	// Expectations are statistics of the caller's own, for SGD and limit alike.
	Expectations []statistic.Expectation
	// Progress, if set, is told how far each phase ("limit", "simulate") has
	// come, as a fraction in [0, 1]; from several goroutines.
	Progress func(phase string, fraction float64)
	// Checkpoint, if not nil, is where the state is kept: it is saved when it is due and
	// when the context is cancelled, and Run goes on from what is saved there, with the
	// results of a run that was never stopped, bit for bit. Its key must stand for the
	// experiment and these options: see CheckpointKey. The caller removes it when the
	// outcome is safe. Not with Expectations, unless the key stands for them too.
	Checkpoint *checkpoint.File
	// Fresh begins anew whatever is saved.
	Fresh bool
	// Resumed, if set, is told once what is gone on from, if there is something.
	Resumed func(Resumption)
}

// Outcome holds what was run; parts that were not asked for are nil.
type Outcome struct {
	Experiment *experiment.Experiment
	Limit      *limit.Result
	SGD        *sgd.Result
	Comparison *compare.Report
	Setup      time.Duration // computing the arrays over the modes
}

// Divergence is the earlier divergence of SGD and limit, or nil.
func (o *Outcome) Divergence() *statistic.Divergence {
	var first *statistic.Divergence
	if o.Limit != nil {
		first = o.Limit.Divergence
	}
	if o.SGD != nil && o.SGD.Divergence != nil && (first == nil || o.SGD.Divergence.Time < first.Time) {
		first = o.SGD.Divergence
	}
	return first
}

// Run runs one experiment. On cancellation it returns what was finished before,
// together with the context's error; an unfinished part is nil.
func Run(ctx context.Context, e *experiment.Experiment, options Options) (*Outcome, error) {
	outcome := &Outcome{Experiment: e}
	state, err := recall(&options)
	if err != nil {
		return outcome, err
	}
	defer state.close()
	outcome.Limit, outcome.SGD = state.limit, state.sgd
	if state.phase != Complete {
		if err := compute(ctx, outcome, state, &options); err != nil {
			return outcome, state.explain(err)
		}
	}
	if outcome.Limit != nil && outcome.SGD != nil {
		outcome.Comparison, err = compare.Compare(&outcome.Limit.Series, &outcome.SGD.Ensemble, int(e.Model.Dim))
	}
	return outcome, err
}

// compute computes what is missing of an outcome.
func compute(ctx context.Context, outcome *Outcome, state *saved, options *Options) error {
	e := outcome.Experiment
	begin := time.Now()
	missing := *options
	missing.Limit = options.Limit && outcome.Limit == nil
	parts, err := prepare(e, &missing)
	if err != nil {
		return err
	}
	outcome.Setup = time.Since(begin)
	if missing.Limit {
		config := limit.Config{
			Arrays: parts.arrays, Nodes: parts.nodes, Problem: e.Problem, Rate: e.Rate, Ridge: e.Ridge,
			Start: parts.start, StartVariance: e.StartVariance,
			Times: e.Times, Observables: parts.observables, Selection: statistic.Selection{AllColumns: e.AllColumns, Error: withError(e, maximalErrorOutputs)},
			Method: e.Limit.Method, Step: e.Limit.Step, Spectrum: e.Limit.Spectrum,
			RelativeTolerance: e.Limit.RelativeTolerance, AbsoluteTolerance: e.Limit.AbsoluteTolerance,
			Events: e.Limit.Events, MaxSteps: e.Limit.MaxSteps, Threads: options.Threads,
		}
		config.Saver, config.Saved = options.saver(InLimit, outcome), state.of(InLimit)
		config.Resumed = func(t float64) { options.resumed(state, Resumption{Time: t}) }
		if report := options.Progress; report != nil {
			end := e.Times[len(e.Times)-1]
			config.Progress = func(t float64) { report("limit", fraction(t, end)) }
		}
		outcome.Limit, err = limit.Solve(ctx, &config)
		if err != nil {
			outcome.Limit = nil
			return fmt.Errorf("limit: %w", err)
		}
	}
	if options.Simulate {
		config := sgd.Config{
			Arrays: parts.arrays, Problem: e.Problem, Rate: e.Rate, Ridge: e.Ridge,
			Start: parts.start, StartVariance: e.StartVariance,
			Noise: e.Model.Noise, Precision: precisions[e.Simulation.Precision],
			Seed: e.Seed, Runs: e.Simulation.Runs, FirstRun: options.FirstRun,
			Times: e.Times, Observables: parts.observables,
			Selection: statistic.Selection{AllColumns: e.AllColumns, Error: withError(e, 1)},
			Threads:   options.Threads,
		}
		if config.Groups = parts.groups; config.Groups != nil {
			config.Arrays, config.Start, config.Observables.Teacher = nil, nil, nil
		}
		config.Saver, config.Saved = options.saver(InSimulation, outcome), state.of(InSimulation)
		config.Resumed = func(s sgd.Standing) { options.resumed(state, Resumption{Time: s.Time, Runs: s}) }
		if report := options.Progress; report != nil {
			config.Progress = progressOfSteps(config.TotalSteps(), report)
		}
		outcome.SGD, err = sgd.Simulate(ctx, &config)
		if err != nil {
			outcome.SGD = nil
			return fmt.Errorf("simulate: %w", err)
		}
	}
	return nil
}

// precisions are those of SGD by their names in experiment files.
var precisions = map[string]sgd.Precision{"f64": sgd.Double, "mixed": sgd.Mixed, "f32": sgd.Single}

// parts are what SGD and the limit are made of: the arrays over the modes, the nodes
// of the spectrum, or both.
type parts struct {
	arrays      *model.Arrays
	start       [][]float64
	observables statistic.Observables
	nodes       *spectrum.Nodes
	groups      *sgd.Groups // for grouped simulation
}

// needsArrays reports whether arrays over all modes are made to run an experiment:
// by direct simulation, for the limit on the full spectrum, and for spectra that are given
// by arrays anyway.
func needsArrays(e *experiment.Experiment, simulate, solve bool) bool {
	return simulate && e.Simulation.Method == experiment.Direct || solve && (e.Limit.Spectrum == limit.FullSpectrum || !e.Description(false).Closed())
}

// prepare computes the nodes if the limit is to be solved on them, the blocks of grouped
// simulation, and the arrays if anything needs them: direct simulation, the full spectrum, and spectra that are given by
// arrays.
func prepare(e *experiment.Experiment, options *Options) (*parts, error) {
	p := &parts{observables: statistic.Observables{Windows: e.Windows, Quadratics: e.Quadratics, Expectations: options.Expectations}}
	if options.Limit && e.Limit.Spectrum != limit.FullSpectrum {
		pool := parallel.NewPool(options.Threads)
		defer pool.Close()
		p.nodes, _ = spectrum.Of(e.Description(e.Limit.Spectrum == limit.ContinuousSpectrum), pool)
	}
	if options.Simulate && e.Simulation.Method == experiment.Grouped {
		pool := parallel.NewPool(options.Threads)
		defer pool.Close()
		var err error
		if p.groups, err = sgd.NewGroups(e.Description(false), pool); err != nil {
			return nil, fmt.Errorf("simulate: %w", err)
		}
	}
	if !needsArrays(e, options.Simulate, options.Limit) {
		return p, nil
	}
	var err error
	if p.arrays, err = e.Model.Materialize(); err != nil {
		return nil, err
	}
	if p.start, err = columns(e.Model, e.Start, "init"); err != nil {
		return nil, err
	}
	p.observables.Teacher, err = columns(e.Model, e.Teacher, "teacher")
	return p, err
}

// maximalErrorOutputs is the number of outputs up to which the limit reports the
// classification error without being asked: beyond it the integrals, one per class
// and time, each over as many dimensions as there are outputs, take longer than
// the solution.
const maximalErrorOutputs = 16

// withError reports whether the classification error is a column: where it is
// cheap, which it is up to a number of outputs, or where it is asked for.
func withError(e *experiment.Experiment, outputs int) bool {
	return e.Problem.Outputs() <= outputs || e.ErrorAsked
}

// columns computes √d·v over the modes for every vector.
func columns(m *model.Model, vectors []model.Vector, what string) ([][]float64, error) {
	list := make([][]float64, len(vectors))
	for a, vector := range vectors {
		list[a] = m.FillVector(vector)
		for rho, v := range list[a] {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return nil, fmt.Errorf("%s: the entry of mode %d is %v: the scale or exponent is out of range", what, rho+1, v)
			}
		}
	}
	return list, nil
}

// Interrupted reports whether an error of Run is a cancellation.
func Interrupted(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

func fraction(done, all float64) float64 {
	if all <= 0 {
		return 1
	}
	return math.Min(done/all, 1)
}
