package ode

import (
	"math"
	"testing"
)

func startedPredictive(t *testing.T, p Predictive) *Predictive {
	t.Helper()
	if err := p.Start(&constantError{size: 1}, 1e9); err != nil {
		t.Fatal(err)
	}
	return &p
}

func TestPredictiveRules(t *testing.T) {
	p := startedPredictive(t, Predictive{FirstStep: 1})
	root := func(e float64) float64 { return math.Pow(e, 0.2) } // k = 5
	for _, c := range []struct {
		name   string
		norm   float64
		accept bool
		factor float64
	}{
		{"the first step grows most", 0, true, 100},
		{"a little growth is none", 0.5, true, 1},
		{"a rising error is expected to rise again", 0.9, true, 0.9 / root(0.9) * root(0.5/0.9)},
		{"a falling one is not expected to fall", 0.1, true, 0.9 / root(0.1)},
		{"steps that grew with small errors grow on", 0, true, 0.9 / root(0.01) * 0.9 / root(0.1) * root(0.1/0.01)},
		{"growth is limited", 0, true, 8},
		{"a small excess", 1.0000001, false, 0.9},
		{"no growth after a rejection", 0, true, 1},
		{"a large error shrinks by the limit", 1e9, false, 0.2},
		{"not a number halves", math.NaN(), false, 0.5},
	} {
		h := p.Propose(1e9)
		if accept := p.Judge(h, c.norm); accept != c.accept {
			t.Errorf("%s: accept %v", c.name, accept)
		}
		if got := p.Propose(1e9) / h; math.Abs(got-c.factor) > 1e-6 {
			t.Errorf("%s: factor %v, want %v", c.name, got, c.factor)
		}
	}
}

// An error that rises steadily at constant steps is met before it is too large.
func TestPredictiveFollowsADrift(t *testing.T) {
	rejections := func(controller Controller) (n int) {
		stepper := &constantError{size: 0.25}
		if err := controller.Start(stepper, 1e9); err != nil {
			t.Fatal(err)
		}
		for range 60 {
			h := controller.Propose(1e9)
			norm, _ := stepper.Trial(h)
			if !controller.Judge(h, norm) {
				n++
				continue
			}
			stepper.size *= 0.8
		}
		return n
	}
	predictive, integral := rejections(&Predictive{}), rejections(&Adaptive{Gains: Integral})
	if predictive > 2 || integral < 10 {
		t.Errorf("%d rejections, %d by the last error alone", predictive, integral)
	}
}

func TestPredictiveErrors(t *testing.T) {
	for _, p := range []*Predictive{{Hold: 0.5}, {Hold: math.NaN()}, {Safety: 2}, {MinFactor: 1}, {MaxFactor: 0.5}, {FirstStep: -1}} {
		if err := p.Start(&constantError{size: 1}, 1); err == nil {
			t.Errorf("%+v: no error", *p)
		}
	}
	if err := new(Predictive).Start(logistic.stepper(t, &RK4, Tolerance{}), 1); err == nil {
		t.Error("adaptive steps without an error estimate: no error")
	}
}
