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
	if err := o.validate(); err != nil {
		return Result{Time: o.Start, Theta: 1}, err
	}
	if o.MaxFailures == 0 {
		o.MaxFailures = defaultMaxFailures
	}
	d := &drive{
		ctx: ctx, stepper: stepper, controller: controller, options: o,
		asked: o.Times, events: newEventFinder(o.Events),
		result: Result{Time: o.Start, Theta: 1}, failure: StepTooSmall,
	}
	before := stepper.Evaluations()
	reason, err := d.run()
	d.result.Reason = reason
	d.result.Evaluations = stepper.Evaluations() - before
	return d.result, err
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

// drive is the state of one call of Drive. result.Time is the time reached; it
// is more exact than the stepper's, which adds up steps.
type drive struct {
	ctx        context.Context
	stepper    Stepper
	controller Controller
	options    Options
	asked      []float64 // not observed yet
	events     *eventFinder
	result     Result
	// failure is why smaller steps were needed last, and so the reason to give
	// when they cannot become any smaller.
	failure Reason
}

// running means that the integration has not ended.
const running = Reason(255)

func (d *drive) run() (Reason, error) {
	start, end := d.options.Start, d.options.End
	if err := d.stepper.Reset(start); err != nil {
		return Failed, err
	}
	if err := d.observe(start, 0, start); err != nil {
		return stopped(err)
	}
	d.events.start(start)
	for _, stop := range d.options.Stops {
		if stop <= start || stop > end {
			continue
		}
		if reason, err := d.segment(stop, math.Nextafter(stop, math.Inf(-1))); reason != running {
			return reason, err
		}
		if stop == end {
			break
		}
		if err := d.stepper.Reset(stop); err != nil {
			return Failed, err
		}
	}
	if reason, err := d.segment(end, end); reason != running {
		return reason, err
	}
	return Finished, nil
}

// segment integrates over a stretch of continuous right-hand side up to its
// end. The last step ends at the time landing, which is end or, before a jump,
// the float64 below it, so that no stage sees the right-hand side after it.
func (d *drive) segment(end, landing float64) (Reason, error) {
	if d.result.Time >= landing {
		// Nothing fits between: two stops may be neighbouring numbers.
		if d.result.Time < end {
			d.result.Time = end
			if err := d.observe(end, 0, end); err != nil {
				return stopped(err)
			}
		}
		return running, nil
	}
	if err := d.controller.Start(d.stepper, landing); err != nil {
		return Failed, err
	}
	for d.result.Time < end {
		if reason, err := d.advance(end, landing); reason != running {
			return reason, err
		}
	}
	return running, nil
}

// advance makes one step: trials until one is accepted, then the observations
// within it.
func (d *drive) advance(end, landing float64) (Reason, error) {
	start := d.result.Time
	previous := math.Inf(1) // size of the last trial
	for failures := 0; ; failures++ {
		if d.ctx.Err() != nil {
			return Cancelled, nil
		}
		if limit := d.options.MaxSteps; limit > 0 && d.result.Steps+d.result.Rejected >= limit {
			return TooManySteps, nil
		}
		remaining := landing - start
		h := d.controller.Propose(remaining)
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
		if failures > d.options.MaxFailures || h >= previous || !lands && tooSmall(start, h) {
			return d.failure, nil
		}
		previous = h
		errorNorm, err := d.stepper.Trial(h)
		unsolved := errors.Is(err, ErrNoConvergence)
		if unsolved {
			errorNorm = math.NaN()
		} else if err != nil {
			return Failed, err
		}
		accept := d.controller.Judge(h, errorNorm)
		finite := !math.IsNaN(errorNorm) && !math.IsInf(errorNorm, 0)
		if !accept || !finite {
			d.result.Rejected++
			switch {
			case unsolved:
				d.failure = NoConvergence
			case !finite:
				d.failure = NonFinite
			default:
				d.failure = StepTooSmall
			}
			continue
		}
		d.stepper.Accept()
		d.result.Steps++
		if d.result.Time = d.stepper.Time(); lands {
			d.result.Time = end
		}
		if reason, err := d.happen(start, h); reason != running {
			return reason, err
		}
		if d.options.AfterStep != nil {
			if err := d.options.AfterStep(d.result.Time); err != nil {
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
func (d *drive) happen(start, h float64) (Reason, error) {
	reached := d.result.Time
	for _, o := range d.events.find(start, h, reached) {
		if err := d.observe(start, h, o.time); err != nil {
			return stopped(err)
		}
		event := &d.options.Events[o.event]
		if event.Occurred != nil {
			if err := event.Occurred(o.time, o.theta); err != nil {
				return stopped(err)
			}
		}
		if event.Terminal {
			d.result.Time, d.result.Theta, d.result.Event = o.time, o.theta, event.Name
			return EventReached, nil
		}
	}
	if err := d.observe(start, h, reached); err != nil {
		return stopped(err)
	}
	return running, nil
}

// observe delivers the asked times up to the given one in a step of size h from
// start.
func (d *drive) observe(start, h, upTo float64) error {
	for len(d.asked) > 0 && d.asked[0] <= upTo {
		t := d.asked[0]
		d.asked = d.asked[1:]
		theta := 1.0
		if t < d.result.Time {
			theta = min((t-start)/h, 1)
		}
		if err := d.options.Observer.Observe(t, theta); err != nil {
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
