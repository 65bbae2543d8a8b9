package ode

import (
	"cmp"
	"math"
	"slices"
)

// Event is something that happens when a function of time and state crosses
// zero. It is noticed by the signs of Value at both ends of a step, so two
// crossings within one step go unseen, and located on dense output in the
// float64 nearest to it. Arriving at exactly 0 is a crossing, leaving it is none.
// Values that are NaN have no sign.
type Event struct {
	Name string
	// Value is the function at t, where theta locates t for the dense output
	// of the last step as in Observer; theta = 1 is the current state itself,
	// also before the first step. It should be continuous, and must be the same
	// for the same arguments.
	Value func(t, theta float64) float64
	// Direction is that of the crossings that count; zero: both.
	Direction Direction
	// Terminal ends the integration with the first crossing.
	Terminal bool
	// Occurred, if not nil, is told each crossing: a time at which Value has
	// reached the new side or 0, but at the time before had not. Errors are
	// those of Observer.
	Occurred func(t, theta float64) error
}

// Direction is that of a crossing.
type Direction int8

// The directions of crossings.
const (
	Either  Direction = 0
	Rising  Direction = 1
	Falling Direction = -1
)

// crossing is the direction of one between two values of the function, Either
// for none.
func crossing(before, after float64) Direction {
	switch {
	case before < 0 && after >= 0:
		return Rising
	case before > 0 && after <= 0:
		return Falling
	}
	return Either
}

// occurrence is a crossing found in a step.
type occurrence struct {
	event       int
	time, theta float64
}

// eventFinder looks for crossings step by step.
type eventFinder struct {
	events []Event
	values []float64 // at the current time
	found  []occurrence
}

func newEventFinder(events []Event) *eventFinder {
	return &eventFinder{events, make([]float64, len(events)), make([]occurrence, 0, len(events))}
}

// start takes the values at the beginning of the integration.
func (f *eventFinder) start(t float64) {
	for i, event := range f.events {
		f.values[i] = event.Value(t, 1)
	}
}

// find returns the crossings in a step of size h from start that reached the
// time end, in the order of their times and then of the events. The slice is
// good until the next call.
func (f *eventFinder) find(start, h, end float64) []occurrence {
	f.found = f.found[:0]
	for i := range f.events {
		event := &f.events[i]
		before, after := f.values[i], event.Value(end, 1)
		f.values[i] = after
		direction := crossing(before, after)
		if direction == Either || event.Direction != Either && event.Direction != direction {
			continue
		}
		sign := float64(direction)
		search := bracket{
			value: func(t, theta float64) float64 { return sign * event.Value(t, theta) },
			start: start, step: h, end: end,
			low:  point{0, start, sign * before},
			high: point{1, end, sign * after},
		}
		at := search.narrow()
		f.found = append(f.found, occurrence{i, at.time, at.theta})
	}
	slices.SortStableFunc(f.found, func(a, b occurrence) int { return cmp.Compare(a.time, b.time) })
	return f.found
}

// point is a value of a function within a step.
type point struct {
	theta, time, value float64
}

// bracket encloses the time at which a function of the step rises to zero: it
// is negative at low, and not negative at high.
type bracket struct {
	value            func(t, theta float64) float64
	start, step, end float64
	low, high        point
}

// narrow returns high when no float64 lies between the times of low and high.
//
// It goes by the Illinois method, a secant that trusts an end half as much each
// time it stays. Such a secant soon has one end at the crossing and the other
// far away, so it also goes beyond its aim, by the least step of time and eight
// times as much each time the same end stays. When three of these do not
// halve the bracket, it is bisected: some 20 evaluations for a smooth function, 300
// at most for one that the secant misjudges in a step as long as can be.
func (b *bracket) narrow() point {
	const attempts = 3
	width, patience := b.high.theta-b.low.theta, attempts
	low, high := b.low.value, b.high.value // as far as they are trusted
	beyond, moved := 1.0, Either
	for math.Nextafter(b.low.time, b.end) < b.high.time {
		middle := b.low.theta + (b.high.theta-b.low.theta)/2
		theta := middle
		if patience > 0 {
			theta = b.secant(low, high, float64(moved)*beyond)
		}
		p, inside := b.at(theta)
		if !inside {
			if p, inside = b.at(middle); !inside {
				break // theta is too coarse to tell the times between
			}
		}
		end := Rising // which moves: low
		if p.value >= 0 {
			end = Falling
			b.high, high = p, p.value
		} else {
			b.low, low = p, p.value
		}
		switch {
		case end != moved:
			beyond, moved = 1, end
		case end == Rising:
			beyond *= 8
			high /= 2
		default:
			beyond *= 8
			low /= 2
		}
		patience--
		if remaining := b.high.theta - b.low.theta; remaining <= width/2 {
			width, patience = remaining, attempts
		}
	}
	return b.high
}

// secant is where a straight line between the values low and high at both ends
// crosses zero, and the given number of least steps of time beyond, but one at
// least away from the ends.
func (b *bracket) secant(low, high, beyond float64) float64 {
	fraction := low / (low - high)
	theta := math.FMA(fraction, b.high.theta-b.low.theta, b.low.theta)
	least := (math.Nextafter(b.high.time, math.Inf(1)) - b.high.time) / b.step
	theta = math.FMA(beyond, least, theta)
	return min(max(theta, b.low.theta+least), b.high.theta-least)
}

// at is the point at theta, and whether its time lies between those of the
// ends.
func (b *bracket) at(theta float64) (p point, inside bool) {
	t := math.FMA(theta, b.step, b.start)
	if !(t > b.low.time && t < b.high.time) {
		return point{}, false
	}
	return point{theta, t, b.value(t, theta)}, true
}
