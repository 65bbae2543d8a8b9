package ode

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"slices"
	"testing"

	"anisgd/engine/checkpoint"
)

// saved is what a Save writes.
func saved(t *testing.T, save func(*checkpoint.Writer)) *checkpoint.Reader {
	t.Helper()
	var state bytes.Buffer
	w := checkpoint.NewWriter(&state)
	save(w)
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return checkpoint.NewReader(&state, int64(state.Len()))
}

// TestPausesChangeNothing goes on after every step, or every few, with new steppers and
// controllers that know nothing but what was saved: through jumps of the right-hand side,
// rejected steps, asked times and events. All observations and steps keep their bits.
func TestPausesChangeNothing(t *testing.T) {
	// Relaxation oscillations whose time scale jumps.
	system := function{2, func(dydt []float64, t float64, y []float64) {
		scale := 1.0
		if t >= 3 {
			scale = 0.25
		}
		dydt[0] = scale * y[1]
		dydt[1] = scale * (5*(1-y[0]*y[0])*y[1] - y[0])
	}}
	tolerance := Tolerance{Relative: 1e-6, Absolute: 1e-9}
	explicit := func(tableau *Tableau) func() interpolating {
		return func() interpolating {
			rk, err := NewRungeKutta(system, tableau, tolerance)
			if err != nil {
				t.Fatal(err)
			}
			copy(rk.State(), []float64{2, 0})
			return rk
		}
	}
	implicit := func() interpolating {
		r := newRadau(t, system, NewDenseDifferences(system, tolerance), tolerance)
		copy(r.State(), []float64{2, 0})
		return r
	}
	for name, c := range map[string]struct {
		stepper    func() interpolating
		controller func() Controller
	}{
		"euler":      {explicit(&Euler), func() Controller { return Fixed{0.01} }},
		"rk4":        {explicit(&RK4), func() Controller { return Fixed{0.03} }},
		"dopri5":     {explicit(&DormandPrince5), func() Controller { return &Adaptive{} }},
		"tsit5, PID": {explicit(&Tsitouras5), func() Controller { return &Adaptive{Gains: ProportionalIntegralDerivative, MaxStep: 0.4} }},
		"radau9":     {implicit, func() Controller { return &Predictive{} }},
		"radau9, PI": {implicit, func() Controller { return &Adaptive{Gains: ProportionalIntegral} }},
	} {
		t.Run(name, func(t *testing.T) {
			whole, steps := observed(t, c.stepper, c.controller, 0)
			for _, every := range []int{1, 2, 5} {
				pieces, pauses := observed(t, c.stepper, c.controller, every)
				if !slices.Equal(pieces, whole) {
					t.Errorf("pauses after every %d steps change what is observed", every)
				}
				// There is none where a stretch between jumps ends.
				if want := steps/every - 4; pauses < want {
					t.Errorf("%d pauses in %d steps, want at least %d", pauses, steps, want)
				}
			}
		})
	}
}

// observed lists all that an integration shows, with a pause after every so many steps (0:
// none), and counts the pauses, or without any the steps.
func observed(t *testing.T, newStepper func() interpolating, newController func() Controller, every int) (seen []string, count int) {
	t.Helper()
	stepper, controller := newStepper(), newController()
	see := func(what string, values ...float64) {
		line := what
		for _, v := range values {
			line += fmt.Sprintf(" %x", math.Float64bits(v))
		}
		seen = append(seen, line)
	}
	steps := 0
	y := make([]float64, 2)
	options := Options{
		End: 12, Stops: []float64{3, math.Nextafter(3, 4), 7}, Times: []float64{0, 0.1, 0.11, 2.9, 3, 6, 11.9, 12},
		Observer: ObserverFunc(func(t, theta float64) error {
			stepper.Interpolate(y, theta)
			see("asked", t, y[0], y[1])
			return nil
		}),
		AfterStep: func(t float64) error { steps++; see("step", t, stepper.State()[0], stepper.State()[1]); return nil },
		Events: []Event{{
			Value:    func(_, theta float64) float64 { stepper.Interpolate(y, theta); return y[0] },
			Occurred: func(t, _ float64) error { see("event", t); return nil },
		}},
	}
	if every > 0 {
		options.Pause = func() bool { return steps%every == 0 }
	}
	integration, err := NewIntegration(stepper, controller, options)
	if err != nil {
		t.Fatal(err)
	}
	for {
		result, err := integration.Run(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if result.Reason == Finished {
			see(fmt.Sprintf("%+v", result))
			if every == 0 {
				return seen, result.Steps
			}
			return seen, count
		}
		if result.Reason != Paused {
			t.Fatalf("ended with %+v", result)
		}
		count++
		state := saved(t, integration.Save)
		stepper, controller = newStepper(), newController()
		if integration, err = NewIntegration(stepper, controller, options); err != nil {
			t.Fatal(err)
		}
		if err := integration.Restore(state); err != nil {
			t.Fatal(err)
		}
	}
}

// TestCancelledIntegrationGoesOn cancels before the first step and in the middle, and goes
// on with the same integration.
func TestCancelledIntegrationGoesOn(t *testing.T) {
	rk, err := NewRungeKutta(vanDerPol, &DormandPrince5, Tolerance{Relative: 1e-8, Absolute: 1e-8})
	if err != nil {
		t.Fatal(err)
	}
	copy(rk.State(), []float64{2, 0})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	steps := 0
	integration, err := NewIntegration(rk, &Adaptive{}, Options{End: 2, AfterStep: func(float64) error {
		if steps++; steps == 5 {
			cancel()
		}
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	if result, err := integration.Run(ctx); err != nil || result.Reason != Cancelled || result.Steps != 0 {
		t.Errorf("cancelled at once: %+v, %v", result, err)
	}
	ctx, cancel = context.WithCancel(context.Background())
	defer cancel()
	if result, err := integration.Run(ctx); err != nil || result.Reason != Cancelled || result.Steps != 5 {
		t.Errorf("cancelled after 5 steps: %+v, %v", result, err)
	}
	result, err := integration.Run(context.Background())
	if err != nil || result.Reason != Finished || result.Time != 2 {
		t.Errorf("at the end: %+v, %v", result, err)
	}
}

// TestForeignStateIsRefused restores states of other shapes.
func TestForeignStateIsRefused(t *testing.T) {
	tolerance := Tolerance{Relative: 1e-6, Absolute: 1e-6}
	integrate := func(system System, tableau *Tableau) *Integration {
		rk, err := NewRungeKutta(system, tableau, tolerance)
		if err != nil {
			t.Fatal(err)
		}
		steps := 0
		integration, err := NewIntegration(rk, &Adaptive{}, Options{End: 2, Pause: func() bool { steps++; return steps == 3 }})
		if err != nil {
			t.Fatal(err)
		}
		return integration
	}
	whole := integrate(lorenz, &DormandPrince5)
	if result, err := whole.Run(context.Background()); err != nil || result.Reason != Paused {
		t.Fatalf("%+v, %v", result, err)
	}
	if err := integrate(vanDerPol, &DormandPrince5).Restore(saved(t, whole.Save)); err == nil {
		t.Error("a state of three components was taken for one of two")
	}
	short := saved(t, func(w *checkpoint.Writer) { w.Section("integration"); w.Bool(true) })
	if err := integrate(lorenz, &DormandPrince5).Restore(short); err == nil {
		t.Error("a state that ends early was taken")
	}
}
