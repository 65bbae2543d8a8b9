package limit

import (
	"context"
	"fmt"
	"math"
	"time"

	"anisgd/engine/checkpoint"
	"anisgd/engine/closure"
	"anisgd/engine/internal/phase"
	"anisgd/engine/ode"
	"anisgd/engine/parallel"
	"anisgd/engine/problem"
	"anisgd/engine/spectrum"
	"anisgd/engine/statistic"
)

// method is an integrator by its name in experiment files: an explicit
// Runge–Kutta method, or, without a tableau, Radau IIA of order 9 for long times.
type method struct {
	name    string
	tableau *ode.Tableau
}

var methods = []method{
	{"euler", &ode.Euler},
	{"rk4", &ode.RK4},
	{"dopri5", &ode.DormandPrince5},
	{"tsit5", &ode.Tsitouras5},
	{"radau9", nil},
}

// Methods lists the integrators by name, fixed-step ones first.
func Methods() []string {
	names := make([]string, len(methods))
	for i, m := range methods {
		names[i] = m.name
	}
	return names
}

// FixedStep reports whether a method needs a step size instead of tolerances.
func FixedStep(name string) bool {
	m, err := methodOf(name)
	return err == nil && m.fixed()
}

func (m *method) fixed() bool { return m.tableau != nil && m.tableau.E == nil }

// controller chooses the steps of a method.
func (m *method) controller(step float64) ode.Controller {
	switch {
	case m.tableau == nil:
		return &ode.Predictive{}
	case m.fixed():
		return ode.Fixed{Step: step}
	}
	return &ode.Adaptive{}
}

func methodOf(name string) (*method, error) {
	for i := range methods {
		if methods[i].name == name {
			return &methods[i], nil
		}
	}
	return nil, fmt.Errorf("limit: unknown method %q: expected one of %v", name, Methods())
}

// smallestAbsoluteTolerance is what an absolute tolerance of 0 is taken for: relative
// to it, rounding errors of components that vanish are large, but finite, so that they
// are not taken for states that are not.
const smallestAbsoluteTolerance = 1e-140

// Solve integrates the limit from t = 0 to the last output time and evaluates
// every statistic at the output times from dense output. It returns the
// context's error if it is cancelled. If the integration cannot be completed the
// result ends early, and says when and why: Divergence or Stop.
//
// With one output a right-hand side costs one pass over the modes, reading the
// model's arrays and the state, and the memory beside the model's arrays is 64·d
// bytes; with ℓ outputs see matrix.
func Solve(ctx context.Context, c *Config) (*Result, error) {
	method, err := methodOf(c.Method)
	if err != nil {
		return nil, err
	}
	if len(c.Times) == 0 {
		return nil, fmt.Errorf("limit: no output times")
	}
	begin := time.Now()
	pool := parallel.NewPool(c.Threads)
	defer pool.Close()
	if c.AbsoluteTolerance < smallestAbsoluteTolerance {
		raised := *c
		raised.AbsoluteTolerance = smallestAbsoluteTolerance
		c = &raised
	}
	s, err := newSolver(c, method, pool)
	if err != nil {
		return nil, err
	}
	if c.Saved != nil {
		s.restore(c.Saved)
	}
	integration, err := ode.NewIntegration(s.dynamics, method.controller(c.Step), ode.Options{
		End: c.Times[len(c.Times)-1], Times: c.Times, Observer: s, Stops: c.Rate.Breaks(),
		AfterStep: s.afterStep, Events: s.events(), MaxSteps: c.MaxSteps, Pause: s.pause(),
	})
	if err != nil {
		return nil, err
	}
	if c.Saved != nil {
		if err := integration.Restore(c.Saved); err != nil {
			return nil, err
		}
		if c.Resumed != nil {
			c.Resumed(integration.Time())
		}
	}
	driven, err := s.drive(ctx, integration, begin)
	if err != nil {
		return nil, err
	}
	switch driven.Reason {
	case ode.Finished, ode.ObserverStopped, ode.EventReached:
	case ode.Cancelled:
		return nil, ctx.Err()
	case ode.NonFinite:
		if c.AbsoluteTolerance == smallestAbsoluteTolerance {
			// It may be the error relative to nothing that is not finite.
			s.result.Stop = &Stop{Method: c.Method, Time: driven.Time, Steps: driven.Steps, Reason: driven.Reason}
			break
		}
		// No step from here stays finite: the dynamics blow up.
		s.result.Divergence = &statistic.Divergence{Time: driven.Time, Risk: math.NaN(), Run: -1}
	default:
		s.result.Stop = &Stop{Method: c.Method, Time: driven.Time, Steps: driven.Steps, Reason: driven.Reason}
	}
	r := &s.result
	r.Series.Times = c.Times[:len(r.Series.Rows)]
	r.Method, r.Steps, r.Rejected = c.Method, driven.Steps, driven.Rejected
	r.Evaluations = s.dynamics.Evaluations()
	r.Estimates = s.allEstimates()
	r.Elapsed += time.Since(begin)
	return r, nil
}

// drive integrates, and saves the state whenever it is due and where the context is
// cancelled.
func (s *solver) drive(ctx context.Context, integration *ode.Integration, begin time.Time) (ode.Result, error) {
	for {
		driven, err := integration.Run(ctx)
		if err != nil || driven.Reason != ode.Paused && driven.Reason != ode.Cancelled {
			return driven, err
		}
		if saver := s.config.Saver; saver != nil {
			saver.Save(func(w *checkpoint.Writer) {
				s.save(w, time.Since(begin))
				integration.Save(w)
			})
		}
		if driven.Reason == ode.Cancelled {
			return driven, nil
		}
	}
}

// pause tells an integration when to pause.
func (s *solver) pause() func() bool {
	if s.config.Saver == nil {
		return nil
	}
	return s.config.Saver.Due
}

// dynamics is a stepper that shows its state to observers.
type dynamics interface {
	ode.Stepper
	// laws are those of the outputs at the current state, right after Reset or
	// Accept.
	laws() []problem.Law
	// measure writes the moments of the state at time t, at a fraction theta of
	// the last accepted step, and returns its learning rate.
	measure(dst *statistic.Moments, t, theta float64) (learningRate float64)
}

// solver observes the integration: statistics at the output times, divergence
// after every step.
type solver struct {
	config   *Config
	closure  *closure.Closure
	dynamics dynamics
	nodes    *spectrum.Nodes // nil in full
	moments  *statistic.Moments
	table    *statistic.Table
	bounds   statistic.Bounds
	result   Result

	passing   *statistic.Moments // of a state that an event is looked for at
	stepStart float64            // of the step in progress
}

func newSolver(c *Config, method *method, pool *parallel.Pool) (*solver, error) {
	s := &solver{config: c, nodes: c.nodes(method)}
	modes, constants, meter := s.measures(pool)
	var err error
	if s.closure, err = closure.New(modes, c.Problem, c.Rate, c.Ridge); err != nil {
		return nil, err
	}
	if err := s.makeDynamics(method, constants, meter, pool); err != nil {
		return nil, err
	}
	s.moments, s.passing = constants.NewMoments(), constants.NewMoments()
	if s.table, err = statistic.NewTable(c.Problem, constants, c.Selection); err != nil {
		return nil, err
	}
	s.result.Series.Columns = s.table.Columns()
	if err := s.dynamics.Reset(0); err != nil {
		return nil, err
	}
	s.bounds = statistic.NewBounds(s.closure.Risk(s.dynamics.laws()))
	return s, nil
}

// nodes are those of the spectrum to solve on, nil to solve for every mode: the given
// ones, or those of the arrays if a compressed spectrum is asked for and can be had.
// The implicit method always solves on nodes, at worst one for every mode.
func (c *Config) nodes(method *method) *spectrum.Nodes {
	if c.Nodes != nil {
		return c.Nodes
	}
	implicit := method.tableau == nil
	if c.Spectrum != CompressedSpectrum && !implicit {
		return nil
	}
	n := spectrum.FromArrays(c.Arrays, &c.Observables, c.Start, true)
	// Responses take more numbers per node than a mode takes in full.
	if !implicit && n.Count() > max(c.Arrays.Dim/2, spectrum.DistinctNodes) {
		return nil
	}
	return n
}

// measures are what closure and statistics need of the spectrum; the meter is for
// the full one.
func (s *solver) measures(pool *parallel.Pool) (*closure.Modes, *statistic.Constants, *statistic.Meter) {
	c := s.config
	if s.nodes != nil {
		return s.nodes.Modes(), s.nodes.Constants(c.Problem.Outputs(), &c.Observables), nil
	}
	meter := statistic.NewMeter(c.Arrays, c.Problem.Outputs(), c.Observables, pool)
	return closure.ModesOf(c.Arrays), meter.Constants, meter
}

// makeDynamics makes the dynamics on the nodes, or for every mode.
func (s *solver) makeDynamics(method *method, constants *statistic.Constants, meter *statistic.Meter, pool *parallel.Pool) (err error) {
	c := s.config
	s.result.Spectrum = FullSpectrum
	switch {
	case s.nodes != nil:
		if method.tableau == nil {
			if err := checkImplicit(c, s.nodes); err != nil {
				return err
			}
		}
		s.result.Spectrum, s.result.Nodes = CompressedSpectrum, s.nodes.Count()
		if c.Spectrum == ContinuousSpectrum {
			s.result.Spectrum = ContinuousSpectrum
		}
		s.dynamics, err = newCompressed(c, method, s.closure, s.nodes, constants)
	case c.Problem.Outputs() == 1:
		s.dynamics = newFused(c, method.tableau, s.closure, meter, pool)
	default:
		s.dynamics, err = newMatrix(c, method.tableau, s.closure, meter, pool)
	}
	return err
}

// Observe implements ode.Observer: it adds the row of time t.
func (s *solver) Observe(t, theta float64) error {
	phase.Output.Enter()
	learningRate := s.dynamics.measure(s.moments, t, theta)
	row := make([]float64, len(s.table.Columns()))
	s.table.Evaluate(row, learningRate, s.moments)
	if risk := row[s.result.Series.Column("risk")]; s.bounds.Exceeded(risk) {
		s.result.Divergence = &statistic.Divergence{Time: t, Risk: risk, Run: -1}
		return ode.ErrStop
	}
	s.result.Series.Rows = append(s.result.Series.Rows, row)
	s.estimateCompression(theta, row[s.result.Series.Column("risk")])
	return nil
}

// estimateCompression compares a risk with that from the coarse weights of the
// nodes.
func (s *solver) estimateCompression(theta, risk float64) {
	dynamics, compressed := s.dynamics.(*compressed)
	if !compressed || !(risk > 0) {
		return
	}
	dynamics.coarseLaws(s.passing.Laws, theta)
	distance := math.Abs(s.closure.Risk(s.passing.Laws)/risk - 1)
	s.result.CompressionError = math.Max(s.result.CompressionError, distance)
}

func (s *solver) afterStep(t float64) error {
	if s.config.Progress != nil {
		s.config.Progress(t)
	}
	s.stepStart = t
	return nil
}
