package ode

import (
	"math"
	"slices"
	"testing"
)

// jumps is y' = a(t)·y with a piecewise constant and continuous from the right.
type jumps struct {
	at, rates []float64 // rates[i] from at[i−1] on
	latest    float64   // last time at which the right-hand side was asked
	calls     []float64
}

func (*jumps) Dim() int { return 1 }

func (j *jumps) Derivative(dydt []float64, t float64, y []float64) {
	i := 0
	for i < len(j.at) && t >= j.at[i] {
		i++
	}
	dydt[0] = j.rates[i] * y[0] * (1 + t)
	j.latest = math.Max(j.latest, t)
	j.calls = append(j.calls, t)
}

// solution at end of y(0) = 1: exponent Σ rate·[t + t²/2].
func (j *jumps) solution(end float64) float64 {
	exponent, from := 0.0, 0.0
	for i, rate := range j.rates {
		to := end
		if i < len(j.at) {
			to = math.Min(end, j.at[i])
		}
		exponent += rate * ((to - from) + (to*to-from*from)/2)
		if from = to; to == end {
			break
		}
	}
	return math.Exp(exponent)
}

func newJumps() *jumps {
	return &jumps{at: []float64{1.0 / 3, 0.7, 1}, rates: []float64{4, -6, 5, -100}}
}

func TestJumpsKeepTheOrder(t *testing.T) {
	for _, m := range methods {
		var steps, errors []float64
		fewest := 120 // divides all stretches between jumps
		if m.Order == 1 {
			fewest = 960
		}
		for n := fewest; n <= 4*fewest; n *= 2 {
			system := newJumps()
			rk, err := NewRungeKutta(system, m, Tolerance{Relative: 1})
			if err != nil {
				t.Fatal(err)
			}
			rk.State()[0] = 1
			// The last jump is at the end itself and must not be felt.
			worst := 0.0
			finish(t, rk, Fixed{1 / float64(n)}, Options{End: 1, Stops: system.at, AfterStep: func(time float64) error {
				worst = math.Max(worst, math.Abs(rk.State()[0]-system.solution(time)))
				return nil
			}})
			if system.latest >= 1 {
				t.Errorf("%s: right-hand side evaluated at %v, after the last jump", m.Name, system.latest)
			}
			steps, errors = append(steps, 1/float64(n)), append(errors, worst)
		}
		if order := slope(steps, errors); math.Abs(order-float64(m.Order)) > 0.2 {
			t.Errorf("%s: order %.2f, errors %.2g", m.Name, order, errors)
		}
	}
}

func TestStopsAreHitExactly(t *testing.T) {
	stops := []float64{-3, 0, 1e-300, 1e-17, 1.0 / 3, math.Nextafter(1.0/3, 1), 0.7, 0.7, 1, 2}
	system := newJumps()
	rk, err := NewRungeKutta(system, &DormandPrince5, Tolerance{Relative: 1e-10, Absolute: 1e-12})
	if err != nil {
		t.Fatal(err)
	}
	rk.State()[0] = 1
	within := stops[2:9]
	var ends []float64
	result := finish(t, rk, &Adaptive{}, Options{
		End: 1, Stops: stops, Times: within,
		Observer: ObserverFunc(func(time, theta float64) error {
			if theta != 1 {
				t.Errorf("stop %v observed inside a step, at theta %v", time, theta)
			}
			if system.latest >= time && time > 0 {
				t.Errorf("right-hand side evaluated at %v before the jump at %v", system.latest, time)
			}
			want := system.solution(time)
			if e := math.Abs(rk.State()[0]/want - 1); e > 1e-9 {
				t.Errorf("relative error %.1e at %v", e, time)
			}
			return nil
		}),
		AfterStep: func(time float64) error { ends = append(ends, time); return nil },
	})
	for _, stop := range []float64{1e-17, 1.0 / 3, 0.7, 1} {
		if !slices.Contains(ends, stop) {
			t.Errorf("no step ends at %v: %v", stop, ends)
		}
		if stop < 1 && !slices.Contains(system.calls, stop) {
			t.Errorf("no step begins at %v", stop)
		}
	}
	if !slices.IsSorted(ends) || len(slices.Compact(ends)) != result.Steps {
		t.Errorf("times of steps do not increase: %v", ends)
	}
}

// ends records where the trials of an ideal stepper end.
type ends struct {
	constantError
	latest float64
}

func (s *ends) Trial(h float64) (float64, error) {
	s.latest = s.time + h
	return s.constantError.Trial(h)
}

// Rounding of start + h must neither reach the jump nor put a time before it
// outside the step, whatever the magnitudes of the two.
func TestRoundingBeforeAJump(t *testing.T) {
	last := math.Nextafter(1, 0) // an odd mantissa
	for exponent := range 70 {
		for _, stop := range []float64{1, last, 1.0 / 3, 0.7, math.Nextafter(0.7, 1)} {
			start := math.Ldexp(1, -exponent-1) * 1.5
			if start >= stop {
				continue
			}
			s := &ends{constantError: constantError{size: 1}}
			before := math.Nextafter(stop, 0)
			result := finish(t, s, Fixed{10}, Options{Start: start, End: stop, Stops: []float64{stop}, Times: []float64{before, stop},
				Observer: ObserverFunc(func(time, theta float64) error {
					if theta > 1 || time == stop && theta != 1 {
						t.Errorf("from %v: theta %v at %v", start, theta, time)
					}
					return nil
				})})
			if s.latest >= stop || result.Steps != 1 {
				t.Errorf("from %v to %v: %+v, last trial ends at %v", start, stop, result, s.latest)
			}
		}
	}
}
