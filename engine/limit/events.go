package limit

import (
	"fmt"
	"math"
	"slices"

	"anisgd/engine/ode"
	"anisgd/engine/statistic"
)

// Events are what to look for on the way, located on the dense output.
type Events struct {
	// RiskBelow are values of the risk: an event is its first fall below each.
	RiskBelow []float64
	// Stationary, if positive, is the slope |d log R/d log t| whose fall below it, after
	// it was above, is the event that the limit has become stationary. It is a
	// statement about the slope only: where the risk tends to 0 like a logarithm of
	// time it becomes small, too.
	Stationary float64
}

// Event is one that occurred.
type Event struct {
	Name string
	Time float64
}

// Stop says that an integration ended before its time, when and why.
type Stop struct {
	Method string
	Time   float64
	Steps  int
	Reason ode.Reason
}

func (s *Stop) String() string {
	return fmt.Sprintf("the limit stopped at t = %.6g: %s after %d steps of %s; a larger rtol or atol, or another method, may help", s.Time, s.Reason, s.Steps, s.Method)
}

// slopeStep is the fraction of a step over which slopes are differences.
const slopeStep = 0x1p-4

// events are what the integration looks for: the divergence, which ends it, and what
// is asked for.
func (s *solver) events() []ode.Event {
	list := []ode.Event{{
		Name: "divergence", Direction: ode.Rising, Terminal: true, Value: s.beyond,
		Occurred: func(t, theta float64) error {
			s.result.Divergence = &statistic.Divergence{Time: t, Risk: s.riskAt(t, theta), Run: -1}
			return nil
		},
	}}
	for _, value := range s.config.Events.RiskBelow {
		list = append(list, s.once(fmt.Sprintf("risk below %g", value), func(t, theta float64) float64 {
			return s.riskAt(t, theta) - value
		}))
	}
	if bound := s.config.Events.Stationary; bound > 0 {
		list = append(list, s.once("stationary", func(t, theta float64) float64 { return s.slope(t, theta) - bound }))
	}
	return list
}

// once is an event whose first fall to zero is recorded.
func (s *solver) once(name string, value func(t, theta float64) float64) ode.Event {
	// The result says so where the integration was restored after the event.
	occurred := slices.ContainsFunc(s.result.Events, func(e Event) bool { return e.Name == name })
	return ode.Event{
		Name: name, Direction: ode.Falling,
		Value: func(t, theta float64) float64 {
			if occurred {
				return math.NaN() // nothing more to look for
			}
			return value(t, theta)
		},
		Occurred: func(t, _ float64) error {
			if !occurred {
				occurred = true
				s.result.Events = append(s.result.Events, Event{name, t})
			}
			return nil
		},
	}
}

// riskAt is the risk at a fraction theta of the last step.
func (s *solver) riskAt(t, theta float64) float64 {
	if theta == 1 {
		return s.closure.Risk(s.dynamics.laws())
	}
	s.dynamics.measure(s.passing, t, theta)
	return s.closure.Risk(s.passing.Laws)
}

// beyond is positive where the risk is beyond all bounds.
func (s *solver) beyond(t, theta float64) float64 {
	if theta == 1 && !statistic.MayDiverge(s.dynamics.laws()) {
		return -1
	}
	if s.bounds.Exceeded(s.riskAt(t, theta)) {
		return 1
	}
	return -1
}

// slope is |d log R/d log t| from the dense output of the last step; NaN before the
// first one.
func (s *solver) slope(t, theta float64) float64 {
	step := s.dynamics.Time() - s.stepStart
	if !(step > 0) {
		return math.NaN()
	}
	// Where the slope is wanted at the very start of the step, that after it serves.
	from := math.Max(theta-slopeStep, 0)
	to := from + slopeStep
	at := func(theta float64) float64 { return s.riskAt(math.FMA(theta, step, s.stepStart), theta) }
	after := at(to)
	return math.Abs(after-at(from)) / (slopeStep * step) * t / after
}
