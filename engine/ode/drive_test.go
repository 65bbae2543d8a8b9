package ode

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"
)

// adaptive is a stepper at the start of p and a controller for it.
func adaptive(t testing.TB, p problem) (*RungeKutta, *Adaptive) {
	t.Helper()
	return p.stepper(t, &DormandPrince5, Tolerance{Relative: 1e-9, Absolute: 1e-11}), &Adaptive{}
}

func TestAskedTimes(t *testing.T) {
	times := []float64{0, 0, 1e-300, 1e-9, 0.1, 0.1 + 1e-16, 0.5, 1, 2, math.Nextafter(5, 0), 5}
	controllers := map[string]Controller{"adaptive": &Adaptive{}, "fixed": Fixed{0.03}}
	for name, controller := range controllers {
		rk, _ := adaptive(t, rotation)
		var got []float64
		y := make([]float64, 2)
		result := finish(t, rk, controller, Options{
			End: 5, Times: times,
			Observer: ObserverFunc(func(time, theta float64) error {
				got = append(got, time)
				rk.Interpolate(y, theta)
				if e := rotation.error(y, time); e > 1e-8 {
					t.Errorf("%s: error %.1e at %v (theta %v)", name, e, time, theta)
				}
				return nil
			}),
		})
		if !slices.Equal(got, times) {
			t.Errorf("%s: observed %v, asked %v", name, got, times)
		}
		rk2, _ := adaptive(t, rotation)
		if bare := finish(t, rk2, controller, Options{End: 5}); bare != result || distance(rk.State(), rk2.State()) != 0 {
			t.Errorf("%s: asked times change the steps: %+v, %+v without", name, result, bare)
		}
	}
}

func TestFixedTimeGrid(t *testing.T) {
	const n = 1000
	rk := rotation.stepper(t, &Euler, Tolerance{})
	i := 0
	finish(t, rk, Fixed{7.0 / n}, Options{Start: 0, End: 7, AfterStep: func(time float64) error {
		i++
		if want := 7 * float64(i) / n; math.Abs(time-want) > n*1e-16*want {
			t.Fatalf("step %d ends at %v, want %v", i, time, want)
		}
		return nil
	}})
	if i != n {
		t.Errorf("%d steps", i)
	}
}

// A right-hand side that ceases to be a number is approached to the last bits.
func TestNotFiniteAfterATime(t *testing.T) {
	const edge = 0.7123
	broken := scalar("broken", 2, func(time, y float64) float64 {
		if time > edge {
			return math.NaN()
		}
		return -y
	}, func(t float64) float64 { return math.Exp(-t) })

	rk, controller := adaptive(t, broken)
	result, err := Drive(context.Background(), rk, controller, Options{End: 2})
	if err != nil || result.Reason != NonFinite || result.Time > edge || result.Time < edge-1e-12 {
		t.Errorf("adaptive: %+v, %v", result, err)
	}
	if e := broken.error(rk.State(), result.Time); e > 1e-9 || rk.Time() != result.Time {
		t.Errorf("adaptive: state %v at %v", rk.State(), rk.Time())
	}
	if result.Steps+result.Rejected > 500 {
		t.Errorf("adaptive: gives up only after %+v", result)
	}

	fixed := broken.stepper(t, &RK4, Tolerance{})
	result, err = Drive(context.Background(), fixed, Fixed{0.1}, Options{End: 2})
	if err != nil || result.Reason != NonFinite || math.Abs(result.Time-0.7) > 1e-15 || result.Rejected != 1 {
		t.Errorf("fixed: %+v, %v", result, err)
	}
}

func TestNotFiniteAtOnce(t *testing.T) {
	broken := scalar("broken", 1, func(_, _ float64) float64 { return math.NaN() }, func(float64) float64 { return 1 })
	rk, controller := adaptive(t, broken)
	result, err := Drive(context.Background(), rk, controller, Options{End: 1, MaxFailures: 7})
	if err != nil || result.Reason != NonFinite || result.Time != 0 || result.Steps != 0 || result.Rejected != 8 {
		t.Errorf("%+v, %v", result, err)
	}
	if rk.State()[0] != 1 {
		t.Errorf("state %v", rk.State())
	}
}

// y' = y² blows up at 1/y(0).
func TestBlowUp(t *testing.T) {
	for _, start := range []float64{1, 0.01, 300} {
		p := scalar("blow-up", 2/start, func(_, y float64) float64 { return y * y },
			func(t float64) float64 { return start / (1 - start*t) })
		rk, controller := adaptive(t, p)
		result, err := Drive(context.Background(), rk, controller, Options{End: p.end})
		if err != nil || result.Reason != StepTooSmall && result.Reason != NonFinite {
			t.Errorf("%v: %+v, %v", start, result, err)
		}
		if math.Abs(result.Time*start-1) > 1e-8 || result.Steps+result.Rejected > 5000 {
			t.Errorf("%v: ends after %+v, want near %v", start, result, 1/start)
		}
		if y := rk.State()[0]; !(y > 1e8*start) || math.IsInf(y, 0) {
			t.Errorf("%v: state %v", start, y)
		}

		fixed := p.stepper(t, &RK4, Tolerance{})
		result, err = Drive(context.Background(), fixed, Fixed{0.01 / start}, Options{End: p.end})
		if err != nil || result.Reason != NonFinite || math.Abs(result.Time*start-1) > 0.1 {
			t.Errorf("fixed, %v: %+v, %v", start, result, err)
		}
	}
}

// An error estimate that never becomes small ends the integration as well.
func TestHopelessError(t *testing.T) {
	s := &constantError{size: 1e-40}
	result, err := Drive(context.Background(), s, &Adaptive{FirstStep: 1}, Options{Start: 1, End: 2})
	if err != nil || result.Reason != StepTooSmall || result.Steps != 0 || result.Time != 1 {
		t.Errorf("%+v, %v", result, err)
	}
}

func TestCancellation(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	rk, controller := adaptive(t, rotation)
	var reached float64
	result, err := Drive(ctx, rk, controller, Options{End: 5, AfterStep: func(time float64) error {
		if time > 2 {
			cancel()
		}
		reached = time
		return nil
	}})
	if err != nil || result.Reason != Cancelled || result.Time != reached || reached >= 3 {
		t.Errorf("%+v, %v", result, err)
	}
	if e := rotation.error(rk.State(), reached); e > 1e-8 {
		t.Errorf("state is wrong by %v", e)
	}
}

func TestStepCap(t *testing.T) {
	rk, controller := adaptive(t, rotation)
	result, err := Drive(context.Background(), rk, controller, Options{End: 5, MaxSteps: 10})
	if err != nil || result.Reason != TooManySteps || result.Steps+result.Rejected != 10 || result.Time != rk.Time() {
		t.Errorf("%+v, %v", result, err)
	}
}

func TestStoppedByObservers(t *testing.T) {
	failure := errors.New("failure")
	for _, c := range []struct {
		name   string
		given  error
		reason Reason
		want   error
	}{
		{"sentinel", ErrStop, ObserverStopped, nil},
		{"wrapped sentinel", errors.Join(errors.New("risk diverges"), ErrStop), ObserverStopped, nil},
		{"other error", failure, Failed, failure},
	} {
		rk, controller := adaptive(t, rotation)
		result, err := Drive(context.Background(), rk, controller, Options{End: 5, AfterStep: func(time float64) error {
			if time > 1 {
				return c.given
			}
			return nil
		}})
		if result.Reason != c.reason || err != c.want || result.Time <= 1 || result.Time != rk.Time() {
			t.Errorf("%s after a step: %+v, %v", c.name, result, err)
		}

		for _, at := range []float64{0, 1.5} {
			rk, controller = adaptive(t, rotation)
			result, err = Drive(context.Background(), rk, controller, Options{End: 5, Times: []float64{at},
				Observer: ObserverFunc(func(float64, float64) error { return c.given })})
			if result.Reason != c.reason || err != c.want || result.Time < at || result.Time > at+1 {
				t.Errorf("%s of the observer at %v: %+v, %v", c.name, at, result, err)
			}
		}
	}
}

// failing is a stepper that gives an error at its third trial.
type failing struct {
	constantError
	trials int
	err    error
}

func (s *failing) Trial(h float64) (float64, error) {
	if s.trials++; s.trials == 3 {
		return 0, s.err
	}
	return s.constantError.Trial(h)
}

func TestStepperError(t *testing.T) {
	s := &failing{constantError: constantError{size: 0.1}, err: errors.New("failure")}
	result, err := Drive(context.Background(), s, &Adaptive{}, Options{End: 1})
	if err != s.err || result.Reason != Failed || result.Steps != 2 {
		t.Errorf("%+v, %v", result, err)
	}
}

func TestEmptyInterval(t *testing.T) {
	rk, controller := adaptive(t, rotation)
	observed := 0
	result := finish(t, rk, controller, Options{Start: 3, End: 3, Times: []float64{3}, Stops: []float64{3},
		Observer: ObserverFunc(func(time, theta float64) error { observed++; return nil })})
	if result.Steps != 0 || observed != 1 {
		t.Errorf("%+v, %d observations", result, observed)
	}
}

func TestOptionErrors(t *testing.T) {
	nothing := ObserverFunc(func(float64, float64) error { return nil })
	nan, inf := math.NaN(), math.Inf(1)
	for name, o := range map[string]Options{
		"backwards":      {Start: 1, End: 0},
		"endless":        {End: inf},
		"nan end":        {End: nan},
		"no observer":    {End: 1, Times: []float64{1}},
		"unsorted times": {End: 1, Times: []float64{1, 0}, Observer: nothing},
		"early time":     {End: 1, Times: []float64{-1, 0}, Observer: nothing},
		"late time":      {End: 1, Times: []float64{0, 2}, Observer: nothing},
		"nan time":       {End: 1, Times: []float64{nan}, Observer: nothing},
		"unsorted stops": {End: 1, Stops: []float64{1, 0}},
		"nan stop":       {End: 1, Stops: []float64{nan}},
		"steps":          {End: 1, MaxSteps: -1},
		"failures":       {End: 1, MaxFailures: -1},
	} {
		rk, controller := adaptive(t, rotation)
		if result, err := Drive(context.Background(), rk, controller, o); err == nil || result.Reason != Failed {
			t.Errorf("%s: %+v, no error", name, result)
		}
	}
	rk, _ := adaptive(t, rotation)
	if _, err := Drive(context.Background(), rk, Fixed{-1}, Options{End: 1}); err == nil {
		t.Error("negative fixed step: no error")
	}
}

func TestReasonNames(t *testing.T) {
	seen := map[string]bool{}
	for r := Failed; r <= EventReached; r++ {
		if name := r.String(); name == "" || seen[name] {
			t.Errorf("reason %d is called %q", r, name)
		} else {
			seen[name] = true
		}
	}
	if got := Reason(77).String(); got != "Reason(77)" {
		t.Errorf("unknown reason is called %q", got)
	}
}
