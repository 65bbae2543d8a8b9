package ode

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
)

// Observer is told the asked times in order. theta locates t in the step the
// stepper accepted last, for its dense output; theta = 1 is the current state
// itself, also before the first step. ErrStop ends the integration quietly, any
// other error with that error.
type Observer interface {
	Observe(t, theta float64) error
}

// ObserverFunc makes a function an Observer.
type ObserverFunc func(t, theta float64) error

// Observe calls f.
func (f ObserverFunc) Observe(t, theta float64) error { return f(t, theta) }

// ErrStop is what an Observer or AfterStep returns to end the integration with
// the reason ObserverStopped.
var ErrStop = errors.New("ode: stopped by the observer")

// Options say where Drive goes. The zero value of a field that may be left out
// is described with it.
type Options struct {
	Start, End float64 // finite, Start ≤ End
	// Times are the asked times, in [Start, End] and not decreasing.
	Times []float64
	// Observer receives Times; it may be nil if there are none.
	Observer Observer
	// Stops are the times at which the right-hand side jumps, not decreasing.
	// The last step before such a time ends, and evaluates the right-hand side,
	// just before it (at the largest float64 below), and the next starts from
	// there after Reset(stop): f is taken to be continuous from the right. Stops
	// at or before Start and after End are ignored.
	Stops []float64
	// AfterStep, if not nil, is called after every accepted step, when the
	// asked times within it have been observed. Errors are those of Observer.
	AfterStep func(t float64) error
	// Events are looked for in every step.
	Events []Event
	// Pause, if not nil, is asked between two steps whether to pause there: Run then
	// returns with the reason Paused.
	Pause func() bool
	// MaxSteps bounds the number of trial steps, accepted or not; 0: no bound.
	MaxSteps int
	// MaxFailures bounds the number of trials rejected in a row; 0: 50.
	MaxFailures int
}

const defaultMaxFailures = 50

// Reason says why an integration ended.
type Reason uint8

const (
	// Failed: the stepper, the observer, the controller or the options gave an
	// error, which Drive returns.
	Failed Reason = iota
	// Finished: End was reached.
	Finished
	// StepTooSmall: the error could not be brought below the tolerance by any
	// step that still moves the time.
	StepTooSmall
	// TooManySteps: MaxSteps was reached.
	TooManySteps
	// NonFinite: smaller steps did not make the trial finite either.
	NonFinite
	// Cancelled: the context was.
	Cancelled
	// ObserverStopped: Observer, AfterStep or an event's Occurred returned ErrStop.
	ObserverStopped
	// NoConvergence: the equations of an implicit step could not be solved for
	// any step that still moves the time.
	NoConvergence
	// EventReached: a terminal event occurred.
	EventReached
	// Paused: Options.Pause said so.
	Paused
)

var reasonNames = [...]string{
	Failed:          "failed",
	Finished:        "finished",
	StepTooSmall:    "step too small",
	TooManySteps:    "too many steps",
	NonFinite:       "not finite",
	Cancelled:       "cancelled",
	ObserverStopped: "stopped by the observer",
	NoConvergence:   "no convergence",
	EventReached:    "event reached",
	Paused:          "paused",
}

func (r Reason) String() string {
	if int(r) < len(reasonNames) {
		return reasonNames[r]
	}
	return fmt.Sprintf("Reason(%d)", uint8(r))
}

// Result is what became of an integration. The stepper keeps the state at Time,
// but after a terminal event that at the end of the step that contains Time.
type Result struct {
	Reason      Reason
	Time        float64 // reached; exactly End if Finished
	Event       string  // name of the terminal event if EventReached
	Theta       float64 // locates Time in the last step, for its dense output; 1 but after a terminal event
	Steps       int     // accepted
	Rejected    int     // trials that were not
	Evaluations int     // of the right-hand side
}

// Drive integrates from o.Start to o.End, starting with Reset(o.Start). Steps
// end only where the controller puts them, at o.Stops and at o.End; all other
// asked times come from dense output. The context is looked at before every
// step. The error is not nil if and only if the reason is Failed.
func Drive(ctx context.Context, stepper Stepper, controller Controller, o Options) (Result, error) {
	g, err := NewIntegration(stepper, controller, o)
	if err != nil {
		return Result{Time: o.Start, Theta: 1}, err
	}
	return g.Run(ctx)
}

func (o *Options) validate() error {
	if span := o.End - o.Start; !(span >= 0) || math.IsInf(span, 0) {
		return fmt.Errorf("ode: integration from %v to %v", o.Start, o.End)
	}
	if o.MaxSteps < 0 || o.MaxFailures < 0 {
		return fmt.Errorf("ode: bounds of %d steps and %d failures", o.MaxSteps, o.MaxFailures)
	}
	if n := len(o.Times); n > 0 {
		if o.Observer == nil {
			return errors.New("ode: asked times without an observer")
		}
		if !slices.IsSorted(o.Times) || !(o.Times[0] >= o.Start && o.Times[n-1] <= o.End) {
			return fmt.Errorf("ode: asked times must increase within [%v, %v]", o.Start, o.End)
		}
	}
	for _, event := range o.Events {
		if event.Value == nil {
			return fmt.Errorf("ode: event %q without a value", event.Name)
		}
	}
	if !slices.IsSorted(o.Stops) || slices.ContainsFunc(o.Stops, math.IsNaN) {
		return errors.New("ode: stop times must increase")
	}
	return nil
}

// Integration is Drive in pieces: it pauses between steps, and what it then is can be
// saved and restored.
type Integration struct {
	stepper    Stepper
	controller Controller
	options    Options
	stops      []float64 // after the start
	asked      []float64 // not observed yet
	events     *eventFinder
	// result.Time is the time reached; it is more exact than the stepper's, which adds
	// up steps.
	result Result
	// failure is why smaller steps were needed last, and so the reason to give
	// when they cannot become any smaller.
	failure Reason

	begun   bool // whether the stepper was reset to the start
	passed  int  // stops before the current stretch
	entered bool // whether the controller was started for the stretch
	before  int  // evaluations
}

// NewIntegration prepares an integration from o.Start to o.End; see Drive.
func NewIntegration(stepper Stepper, controller Controller, o Options) (*Integration, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	if o.MaxFailures == 0 {
		o.MaxFailures = defaultMaxFailures
	}
	g := &Integration{
		stepper: stepper, controller: controller, options: o,
		asked: o.Times, events: newEventFinder(o.Events),
		result: Result{Time: o.Start, Theta: 1}, failure: StepTooSmall,
		before: stepper.Evaluations(),
	}
	for _, stop := range o.Stops {
		if stop > o.Start && stop <= o.End {
			g.stops = append(g.stops, stop)
		}
	}
	return g, nil
}

// Run integrates until there is a reason to end. After the reasons Paused and Cancelled
// it may be called again, to go on. The error is not nil if and only if the reason is
// Failed.
func (g *Integration) Run(ctx context.Context) (Result, error) {
	reason, err := g.run(ctx)
	g.result.Reason = reason
	g.result.Evaluations = g.stepper.Evaluations() - g.before
	return g.result, err
}

// running means that the integration has not ended.
const running = Reason(255)

func (g *Integration) run(ctx context.Context) (Reason, error) {
	start, end := g.options.Start, g.options.End
	if !g.begun {
		if err := g.stepper.Reset(start); err != nil {
			return Failed, err
		}
		if err := g.observe(start, 0, start); err != nil {
			return stopped(err)
		}
		g.events.start(start)
		g.begun = true
	}
	for ; g.passed < len(g.stops); g.passed++ {
		stop := g.stops[g.passed]
		if reason, err := g.stretch(ctx, stop, math.Nextafter(stop, math.Inf(-1))); reason != running {
			return reason, err
		}
		if stop == end {
			break
		}
		if err := g.stepper.Reset(stop); err != nil {
			return Failed, err
		}
	}
	if reason, err := g.stretch(ctx, end, end); reason != running {
		return reason, err
	}
	return Finished, nil
}

// stretch integrates over a stretch of continuous right-hand side up to its
// end. The last step ends at the time landing, which is end or, before a jump,
// the float64 below it, so that no stage sees the right-hand side after it.
func (g *Integration) stretch(ctx context.Context, end, landing float64) (Reason, error) {
	if g.result.Time >= landing {
		// Nothing fits between: two stops may be neighbouring numbers.
		if g.result.Time < end {
			g.result.Time = end
			if err := g.observe(end, 0, end); err != nil {
				return stopped(err)
			}
		}
		return running, nil
	}
	if !g.entered {
		if err := g.controller.Start(g.stepper, landing); err != nil {
			return Failed, err
		}
		g.entered = true
	}
	for g.result.Time < end {
		if ctx.Err() != nil {
			return Cancelled, nil
		}
		if reason, err := g.advance(end, landing); reason != running {
			return reason, err
		}
		if g.result.Time < end && g.options.Pause != nil && g.options.Pause() {
			return Paused, nil
		}
	}
	g.entered = false
	return running, nil
}

// advance makes one step: trials until one is accepted, then the observations
// within it.
func (g *Integration) advance(end, landing float64) (Reason, error) {
	start := g.result.Time
	previous := math.Inf(1) // size of the last trial
	for failures := 0; ; failures++ {
		if limit := g.options.MaxSteps; limit > 0 && g.result.Steps+g.result.Rejected >= limit {
			return TooManySteps, nil
		}
		remaining := landing - start
		h := g.controller.Propose(remaining)
		if !(h > 0) && failures == 0 {
			return Failed, fmt.Errorf("ode: controller proposes a step of %v at %v", h, start)
		}
		lands := h >= remaining
		if lands {
			h = remaining
			for landing < end && start+h >= end {
				h = math.Nextafter(h, 0)
			}
		}
		if failures > g.options.MaxFailures || h >= previous || !lands && tooSmall(start, h) {
			return g.failure, nil
		}
		previous = h
		errorNorm, err := g.stepper.Trial(h)
		unsolved := errors.Is(err, ErrNoConvergence)
		if unsolved {
			errorNorm = math.NaN()
		} else if err != nil {
			return Failed, err
		}
		accept := g.controller.Judge(h, errorNorm)
		finite := !math.IsNaN(errorNorm) && !math.IsInf(errorNorm, 0)
		if !accept || !finite {
			g.result.Rejected++
			switch {
			case unsolved:
				g.failure = NoConvergence
			case !finite:
				g.failure = NonFinite
			default:
				g.failure = StepTooSmall
			}
			continue
		}
		g.stepper.Accept()
		g.result.Steps++
		if g.result.Time = g.stepper.Time(); lands {
			g.result.Time = end
		}
		if reason, err := g.happen(start, h); reason != running {
			return reason, err
		}
		if g.options.AfterStep != nil {
			if err := g.options.AfterStep(g.result.Time); err != nil {
				return stopped(err)
			}
		}
		return running, nil
	}
}

// tooSmall reports whether a step of size h from t hardly moves the time.
func tooSmall(t, h float64) bool {
	return t+float64(h/8) == t
}

// happen delivers the asked times and the events within a step of size h from
// start in the order of their times, asked times first where they are equal.
func (g *Integration) happen(start, h float64) (Reason, error) {
	reached := g.result.Time
	for _, o := range g.events.find(start, h, reached) {
		if err := g.observe(start, h, o.time); err != nil {
			return stopped(err)
		}
		event := &g.options.Events[o.event]
		if event.Occurred != nil {
			if err := event.Occurred(o.time, o.theta); err != nil {
				return stopped(err)
			}
		}
		if event.Terminal {
			g.result.Time, g.result.Theta, g.result.Event = o.time, o.theta, event.Name
			return EventReached, nil
		}
	}
	if err := g.observe(start, h, reached); err != nil {
		return stopped(err)
	}
	return running, nil
}

// observe delivers the asked times up to the given one in a step of size h from
// start.
func (g *Integration) observe(start, h, upTo float64) error {
	for len(g.asked) > 0 && g.asked[0] <= upTo {
		t := g.asked[0]
		g.asked = g.asked[1:]
		theta := 1.0
		if t < g.result.Time {
			theta = min((t-start)/h, 1)
		}
		if err := g.options.Observer.Observe(t, theta); err != nil {
			return err
		}
	}
	return nil
}

// stopped is how an integration ends that an observer wants to end.
func stopped(err error) (Reason, error) {
	if errors.Is(err, ErrStop) {
		return ObserverStopped, nil
	}
	return Failed, err
}
