package ode

import (
	"math"
	"testing"
)

// constantError is a Stepper whose error norm is (h/size)^5, as that of an
// ideal problem is: every controller should settle at the size that gives
// safety^5.
type constantError struct {
	Stepper
	size, time, step float64
}

func (*constantError) Order() int                        { return 5 }
func (*constantError) ErrorOrder() int                   { return 4 }
func (s *constantError) Time() float64                   { return s.time }
func (s *constantError) Reset(t float64) error           { s.time = t; return nil }
func (s *constantError) Accept()                         { s.time += s.step }
func (s *constantError) InitialStep(end float64) float64 { return min(1e-3*s.size, end-s.time) }
func (*constantError) Evaluations() int                  { return 0 }
func (s *constantError) Trial(h float64) (float64, error) {
	s.step = h
	return math.Pow(h/s.size, 5), nil
}

func TestControllersSettle(t *testing.T) {
	for name, gains := range map[string]Gains{
		"I": Integral, "PI": ProportionalIntegral, "light PI": LightProportionalIntegral,
		"PID": ProportionalIntegralDerivative,
	} {
		stepper := &constantError{size: 0.25}
		controller := &Adaptive{Gains: gains}
		if err := controller.Start(stepper, 100); err != nil {
			t.Fatal(err)
		}
		var sizes []float64
		for range 60 {
			h := controller.Propose(100)
			norm, _ := stepper.Trial(h)
			controller.Judge(h, norm)
			sizes = append(sizes, h)
		}
		// A fixed point has safety·e^(−ΣGains/5) = 1 with e = (h/size)^5.
		sum := gains[0] + gains[1] + gains[2]
		want := 0.25 * math.Pow(0.9, 1/sum)
		if last := sizes[len(sizes)-1]; math.Abs(last-want) > 1e-6 {
			t.Errorf("%s: settles at %v, want %v; steps %.3g", name, last, want, sizes)
		}
		if sizes[0] != 0.25e-3 || sizes[1] != 100*sizes[0] || sizes[2] < 2*sizes[1] {
			t.Errorf("%s: begins with %v", name, sizes[:3])
		}
	}
}

func started(t *testing.T, a Adaptive) *Adaptive {
	t.Helper()
	if err := a.Start(&constantError{size: 1}, 1e9); err != nil {
		t.Fatal(err)
	}
	return &a
}

func TestAdaptiveRules(t *testing.T) {
	const far = 1e9
	a := started(t, Adaptive{FirstStep: 1})
	for _, c := range []struct {
		name   string
		norm   float64
		accept bool
		factor float64
	}{
		{"the first step grows most", 0, true, 100},
		{"one far too small is a first step still", 0.5e-3, true, 0.9 * math.Pow(0.5e-3, -0.2)},
		{"the last to be judged alone", 1, true, 0.9},
		{"growth is limited", 0, true, 5},
		{"accepted at the tolerance", 1, true, 0.9 * math.Pow(1e-5, 0.01)},
		{"a small excess", 1.0000001, false, 0.9},
		{"no growth after a rejection", 0, true, 1},
		{"then growth again", 1e-3, true, 0.9 * math.Pow(1e-3, -0.1925) * math.Pow(1e-5, 0.01)},
		{"a rejection shrinks by its own error", 32, false, 0.9 / 2},
		{"a large error shrinks by the limit", 1e9, false, 0.2},
		{"not a number halves", math.NaN(), false, 0.5},
		{"infinity halves", math.Inf(1), false, 0.5},
	} {
		h := a.Propose(far)
		if accept := a.Judge(h, c.norm); accept != c.accept {
			t.Errorf("%s: accept %v", c.name, accept)
		}
		if got := a.Propose(far) / h; math.Abs(got-c.factor) > 1e-6 {
			t.Errorf("%s: factor %v, want %v", c.name, got, c.factor)
		}
	}
}

func TestAdaptiveProposals(t *testing.T) {
	a := started(t, Adaptive{FirstStep: 1, MaxStep: 3})
	for remaining, want := range map[float64]float64{
		10: 1, 2: 1, 1.9: 0.95, 1.02: 0.51, 1.01: 1.01, 1: 1, 0.3: 0.3,
	} {
		if got := a.Propose(remaining); got != want {
			t.Errorf("step 1 with %v left: proposes %v, want %v", remaining, got, want)
		}
	}
	for range 3 {
		a.Judge(a.Propose(100), 0)
	}
	if got := a.Propose(100); got != 3 {
		t.Errorf("longest step 3: proposes %v", got)
	}
}

func TestFixedProposals(t *testing.T) {
	for _, c := range []struct {
		step, span float64
		steps      int
	}{
		{0.1, 1, 10}, {0.3, 1, 4}, {1, 1, 1}, {2, 1, 1}, {0.1, 0.3, 3}, {1e-3, 1e4, 1e7}, {1. / 3, 7, 21}, {0.7, 0.7000001, 1},
	} {
		f := Fixed{c.step}
		h := f.Propose(c.span)
		if got := c.span / h; math.Abs(got-float64(c.steps)) > 1e-6 {
			t.Errorf("%v in steps of %v: first step %v, want %d of them", c.span, c.step, h, c.steps)
		}
	}
}

func TestControllerErrors(t *testing.T) {
	stepper := &constantError{size: 1}
	for _, a := range []*Adaptive{
		{Safety: 1.5}, {Safety: -1}, {MinFactor: 1}, {MaxFactor: 0.5}, {FirstFactor: 0.5}, {MaxStep: -1},
		{FirstStep: -1}, {Safety: math.NaN()}, {FirstStep: math.NaN()},
	} {
		if err := a.Start(stepper, 1); err == nil {
			t.Errorf("%+v: no error", *a)
		}
	}
	for _, step := range []float64{0, -1, math.NaN(), math.Inf(1)} {
		if err := (Fixed{step}).Start(stepper, 1); err == nil {
			t.Errorf("fixed step %v: no error", step)
		}
	}
	rk := logistic.stepper(t, &RK4, Tolerance{})
	if err := new(Adaptive).Start(rk, 1); err == nil {
		t.Error("adaptive steps without an error estimate: no error")
	}
}

// The error over time is proportional to the tolerance.
func TestToleranceProportionality(t *testing.T) {
	for _, m := range []*Tableau{&DormandPrince5, &Tsitouras5} {
		for name, gains := range map[string]Gains{
			"I": Integral, "PI": ProportionalIntegral, "light PI": LightProportionalIntegral,
			"PID": ProportionalIntegralDerivative,
		} {
			var tolerances, errors []float64
			for exponent := -4; exponent >= -11; exponent-- {
				tolerance := math.Pow(10, float64(exponent))
				rk := oscillator.stepper(t, m, Tolerance{Relative: tolerance, Absolute: tolerance})
				worst := 0.0
				finish(t, rk, &Adaptive{Gains: gains}, Options{End: 20, AfterStep: func(time float64) error {
					worst = math.Max(worst, oscillator.error(rk.State(), time))
					return nil
				}})
				tolerances, errors = append(tolerances, tolerance), append(errors, worst)
				if worst > 50*tolerance {
					t.Errorf("%s, %s: error %.1e at tolerance %.0e", m.Name, name, worst, tolerance)
				}
			}
			if s := slope(tolerances, errors); math.Abs(s-1) > 0.15 {
				t.Errorf("%s, %s: error ~ tolerance^%.2f, errors %.2g", m.Name, name, s, errors)
			}
		}
	}
}

// The starting step of Hairer's heuristic is accepted and not wasteful.
func TestInitialStep(t *testing.T) {
	for _, p := range problems {
		rk := p.stepper(t, &DormandPrince5, Tolerance{Relative: 1e-6, Absolute: 1e-6})
		if err := rk.Reset(0); err != nil {
			t.Fatal(err)
		}
		h := rk.InitialStep(p.end)
		norm, err := rk.Trial(h)
		if err != nil || norm > 1 {
			t.Errorf("%s: first step %v has error norm %v (%v)", p.name, h, norm, err)
		}
		if norm < 1e-9 && p.name != bell.name { // whose slope vanishes at the start
			t.Errorf("%s: first step %v is too small, error norm %v", p.name, h, norm)
		}
		if err := rk.Reset(0); err != nil {
			t.Fatal(err)
		}
		if got := rk.InitialStep(1e-9); got != 1e-9 {
			t.Errorf("%s: first step %v with 1e-9 to go", p.name, got)
		}
	}
}

func TestStartingStepOfDegenerateNorms(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, c := range [][3]float64{{0, 0, 0}, {0, 1, 0}, {1, 0, 0}, {inf, inf, inf}, {nan, 1, 1}, {1, nan, nan}, {1e300, 1e-300, 1}} {
		probe := ProbeStep(c[0], c[1], 2)
		h := StartingStep(probe, c[1], c[2], 4, 2)
		if !(probe > 0 && probe <= 2 && h > 0 && h <= 2) {
			t.Errorf("norms %v: probe %v, step %v", c, probe, h)
		}
	}
}
