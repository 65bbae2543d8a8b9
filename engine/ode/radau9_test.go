package ode

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"
)

// The stages solve the equations that define the method, in dimensions around
// the block size and numbers of lanes.
func TestRadauStepIsTheDefinition(t *testing.T) {
	const start, h = 0.25, 0.125
	k := &RadauCollocation
	for _, n := range []int{1, 2, 3, 4, 5, 7, 33} {
		system := function{n, func(dydt []float64, t float64, y []float64) {
			for i := range y {
				dydt[i] = t*y[(i+1)%n] - y[i]*y[i]
			}
		}}
		r := newRadau(t, system, NewDenseDifferences(system, strictest), strictest)
		for i := range r.State() {
			r.State()[i] = 1 + float64(i%7)/8
		}
		y := slices.Clone(r.State())
		radauStep(t, r, start, h)

		var stages, slopes [RadauStages][]float64
		for i := range stages {
			stages[i], slopes[i] = slices.Clone(y), make([]float64, n)
			for l := range y {
				stages[i][l] += r.accepted[i][l]
			}
			system.f(slopes[i], start+k.Nodes[i]*h, stages[i])
		}
		for i := range stages {
			for l := range y {
				want := y[l]
				for j, a := range k.Matrix[i] {
					want += h * a * slopes[j][l]
				}
				if math.Abs(stages[i][l]-want) > 1e-12 {
					t.Errorf("%d: stage %d is %v, want %v", n, i, stages[i][l], want)
				}
			}
		}
		if d := distance(r.State(), stages[RadauStages-1]); d > 1e-15 || r.Time() != start+h {
			t.Errorf("%d: state differs from the last stage by %.1e at %v", n, d, r.Time())
		}
	}
}

// The linear algebra may come from the structure of the system: here each
// component has a rate of its own, and all follow one sum, so that the Jacobian
// is a diagonal matrix and a product of two vectors, inverted by Woodbury's formula.
type coupled struct {
	rates, weights []float64
	sum            float64
	left           []float64 // J = −sum·diag(rates) + left·weightsᵀ
	shift          [3]complex128
}

func (c *coupled) Dim() int { return len(c.rates) }

func (c *coupled) Derivative(dydt []float64, _ float64, y []float64) {
	sum := dot(c.weights, y)
	for i, rate := range c.rates {
		dydt[i] = -sum * rate * y[i]
	}
}

func (c *coupled) Linearize(_ float64, y, _ []float64) int {
	c.sum = dot(c.weights, y)
	for i, rate := range c.rates {
		c.left[i] = -rate * y[i]
	}
	return 1
}

func (c *coupled) Factor(shift float64, complexShifts [2]complex128) {
	c.shift = [3]complex128{complex(shift, 0), complexShifts[0], complexShifts[1]}
}

func (c *coupled) solve(shift complex128, re, im []float64) {
	numerator, denominator := complex(0, 0), complex(1, 0)
	for i, rate := range c.rates {
		diagonal := shift + complex(c.sum*rate, 0)
		numerator += complex(c.weights[i], 0) * complex(re[i], im[i]) / diagonal
		denominator -= complex(c.weights[i]*c.left[i], 0) / diagonal
	}
	for i, rate := range c.rates {
		x := (complex(re[i], im[i]) + complex(c.left[i], 0)*numerator/denominator) / (shift + complex(c.sum*rate, 0))
		re[i], im[i] = real(x), imag(x)
	}
}

func (c *coupled) SolveReal(x []float64)                { c.solve(c.shift[0], x, make([]float64, len(x))) }
func (c *coupled) SolveComplex(k int, re, im []float64) { c.solve(c.shift[1+k], re, im) }

func TestRadauWithStructure(t *testing.T) {
	const n = 40
	c := &coupled{rates: make([]float64, n), weights: make([]float64, n), left: make([]float64, n)}
	for i := range c.rates {
		c.rates[i], c.weights[i] = math.Pow(10, -6*float64(i)/n), 1/float64(n)
	}
	tolerance := Tolerance{Relative: 1e-8, Absolute: 1e-10}
	structured, dense := newRadau(t, c, c, tolerance), newRadau(t, c, NewDenseDifferences(c, tolerance), tolerance)
	var results [2]Result
	for i, r := range []*Radau9{structured, dense} {
		for l := range r.State() {
			r.State()[l] = 1 + 1/float64(l+1)
		}
		results[i] = finish(t, r, &Predictive{}, Options{End: 1e8})
	}
	t.Logf("structured %+v, dense %+v", results[0], results[1])
	if d := distance(structured.State(), dense.State()); d > 1e-10 || math.Abs(float64(results[0].Steps-results[1].Steps)) > 5 {
		t.Errorf("solutions differ by %.1e, steps %d and %d", d, results[0].Steps, results[1].Steps)
	}
	if extra := results[1].Evaluations - results[0].Evaluations; extra < n-1 {
		t.Errorf("difference quotients are not counted: %d evaluations more", extra)
	}
}

// A rejected trial leaves no trace but in the second look at an error estimate.
func TestRadauTrials(t *testing.T) {
	straight, winding := logistic.radau(t, strict), logistic.radau(t, strict)
	radauStep(t, straight, 0, 0.25)
	if err := winding.Reset(0); err != nil {
		t.Fatal(err)
	}
	for _, h := range []float64{1000, 0.5, 0.25} {
		if _, err := winding.Trial(h); err != nil && !errors.Is(err, ErrNoConvergence) {
			t.Fatal(err)
		}
	}
	winding.Accept()
	if d := distance(straight.State(), winding.State()); d > 1e-15 || winding.Time() != 0.25 {
		t.Errorf("rejected trials change the result by %v", d)
	}
}

// A repeated step size needs no new factors, and a linear system no new Jacobian.
func TestRadauReusesMatrices(t *testing.T) {
	system := newDecades(5)
	r := newRadau(t, system, system, strict)
	finish(t, r, Fixed{0.125}, Options{End: 2})
	if system.linearized != 1 || system.factored != 1 {
		t.Errorf("%d Jacobians, %d factors in 16 equal steps", system.linearized, system.factored)
	}
	finish(t, r, Fixed{0.125}, Options{End: 2, Stops: []float64{1}})
	if system.linearized != 3 {
		t.Errorf("%d Jacobians after two more starts", system.linearized)
	}
}

func TestRadauJumps(t *testing.T) {
	var steps, failures []float64
	for n := 30; n <= 60; n *= 2 { // all divide the stretches between jumps
		system := newJumps()
		system.rates = []float64{20, -30, 25, -10}
		r := newRadau(t, system, NewDenseDifferences(system, strictest), strictest)
		r.State()[0] = 1
		worst := 0.0
		finish(t, r, Fixed{1 / float64(n)}, Options{End: 1, Stops: system.at, AfterStep: func(time float64) error {
			worst = math.Max(worst, math.Abs(r.State()[0]/system.solution(time)-1))
			return nil
		}})
		if system.latest >= 1 {
			t.Errorf("right-hand side evaluated at %v, after the last jump", system.latest)
		}
		steps, failures = append(steps, 1/float64(n)), append(failures, worst)
	}
	if order := slope(steps, failures); math.Abs(order-9) > 0.2 {
		t.Errorf("order %.2f, errors %.2g", order, failures)
	}
}

// Asked times are those of the solution and do not change the steps.
func TestRadauAskedTimes(t *testing.T) {
	times := []float64{0, 1e-300, 1e-9, 0.1, 0.5, 1, 2, math.Nextafter(5, 0), 5}
	tolerance := Tolerance{Relative: 1e-9, Absolute: 1e-9}
	r := rotation.radau(t, tolerance)
	y := make([]float64, 2)
	seen := 0
	result := finish(t, r, &Predictive{}, Options{End: 5, Times: times,
		Observer: ObserverFunc(func(time, theta float64) error {
			seen++
			r.Interpolate(y, theta)
			if e := rotation.error(y, time); e > 1e-7 {
				t.Errorf("error %.1e at %v", e, time)
			}
			return nil
		})})
	bare := rotation.radau(t, tolerance)
	if again := finish(t, bare, &Predictive{}, Options{End: 5}); again != result || distance(r.State(), bare.State()) != 0 || seen != len(times) {
		t.Errorf("%d asked times change the steps: %+v, %+v without", seen, result, again)
	}
}

// misled is a linearization that claims the Jacobian to be constant.
type misled float64

func (misled) Linearize(float64, []float64, []float64) int { return 0 }
func (misled) Factor(float64, [2]complex128)               {}
func (m misled) SolveReal(x []float64) {
	for i := range x {
		x[i] *= float64(m)
	}
}
func (m misled) SolveComplex(_ int, re, im []float64) { m.SolveReal(re); m.SolveReal(im) }

func TestRadauNoConvergence(t *testing.T) {
	// (γ/h − J)⁻¹ is taken for −1, whatever h is: no step converges.
	r := newRadau(t, logistic.system, misled(-1), strict)
	logistic.solution(r.State(), 0)
	y := slices.Clone(r.State())
	result, err := Drive(context.Background(), r, &Predictive{FirstStep: 0.1}, Options{End: 1})
	if err != nil || result.Reason != NoConvergence || result.Steps != 0 || result.Rejected == 0 {
		t.Errorf("%+v, %v", result, err)
	}
	if d := distance(r.State(), y); d != 0 || r.Time() != 0 {
		t.Errorf("state changes by %v", d)
	}
	// A step too long for the iteration is repeated with smaller ones.
	kind := rotation.radau(t, Tolerance{Relative: 1e-6, Absolute: 1e-6})
	if got := finish(t, kind, &Predictive{FirstStep: 4}, Options{End: 5}); got.Rejected == 0 || rotation.error(kind.State(), 5) > 1e-4 {
		t.Errorf("%+v, error %.1e", got, rotation.error(kind.State(), 5))
	}
}

func TestRadauNotFinite(t *testing.T) {
	const edge = 0.7123
	broken := scalar("broken", 2, func(time, y float64) float64 {
		if time > edge {
			return math.NaN()
		}
		return -y
	}, func(t float64) float64 { return math.Exp(-t) })
	r := broken.radau(t, strict)
	result, err := Drive(context.Background(), r, &Predictive{}, Options{End: 2})
	if err != nil || result.Reason != NonFinite || result.Time > edge || result.Time < edge-1e-12 {
		t.Errorf("%+v, %v", result, err)
	}
	if e := broken.error(r.State(), result.Time); e > 1e-9 {
		t.Errorf("error %.1e", e)
	}
	singular := logistic.radau(t, strict)
	singular.jacobian, singular.linearization = misled(math.Inf(1)), misled(math.Inf(1))
	result, err = Drive(context.Background(), singular, &Predictive{FirstStep: 1}, Options{End: 2})
	if err != nil || result.Reason != NonFinite || result.Steps != 0 {
		t.Errorf("singular matrix: %+v, %v", result, err)
	}
}

// y' = y² blows up at 1.
func TestRadauBlowUp(t *testing.T) {
	p := scalar("blow-up", 2, func(_, y float64) float64 { return y * y }, func(t float64) float64 { return 1 / (1 - t) })
	r := p.radau(t, Tolerance{Relative: 1e-9, Absolute: 1e-11})
	result, err := Drive(context.Background(), r, &Predictive{}, Options{End: 2})
	if err != nil || result.Reason == Finished || math.Abs(result.Time-1) > 1e-7 || !(r.State()[0] > 1e7) || result.Steps > 5000 {
		t.Errorf("%+v, %v, state %v", result, err, r.State())
	}
}

func TestRadauTolerances(t *testing.T) {
	for name, tolerance := range map[string]Tolerance{
		"none": {}, "negative": {Relative: 1, Absolute: -1}, "nan": {Relative: math.NaN()}, "infinite": {Absolute: math.Inf(1)},
	} {
		if _, err := NewRadau9(logistic.system, NewDense(1, nil), tolerance); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := NewRadau9(function{0, nil}, NewDense(0, nil), strict); err == nil {
		t.Error("dimension 0: no error")
	}
	// Either may be 0, also where a component starts at 0 or stays there.
	system := function{3, func(dydt []float64, _ float64, y []float64) { dydt[0], dydt[1], dydt[2] = -y[0], y[0], 0 }}
	for _, tolerance := range []Tolerance{{Relative: 1e-8}, {Absolute: 1e-8}} {
		r := newRadau(t, system, NewDenseDifferences(system, tolerance), tolerance)
		r.State()[0] = 1
		finish(t, r, &Predictive{FirstStep: 1e-3}, Options{End: 1})
		if d := distance(r.State(), []float64{math.Exp(-1), 1 - math.Exp(-1), 0}); d > 1e-7 {
			t.Errorf("%+v: error %.1e", tolerance, d)
		}
	}
}

func TestRadauMisusePanics(t *testing.T) {
	y := make([]float64, 1)
	for name, misuse := range map[string]func(r *Radau9){
		"trial before reset":  func(r *Radau9) { _, _ = r.Trial(1) },
		"accept before trial": func(r *Radau9) { _ = r.Reset(0); r.Accept() },
		"accept twice":        func(r *Radau9) { radauStep(t, r, 0, 0.1); r.Accept() },
		"accept a failure": func(r *Radau9) {
			_ = r.Reset(0)
			r.jacobian, r.linearization = misled(-1), misled(-1)
			_, _ = r.Trial(1)
			r.Accept()
		},
		"interpolation before steps": func(r *Radau9) { _ = r.Reset(0); r.Interpolate(y, 0.5) },
		"interpolation after trial":  func(r *Radau9) { radauStep(t, r, 0, 0.1); _, _ = r.Trial(0.1); r.Interpolate(y, 0.5) },
		"extrapolation":              func(r *Radau9) { radauStep(t, r, 0, 0.1); r.Interpolate(y, 1.5) },
		"length":                     func(r *Radau9) { radauStep(t, r, 0, 0.1); r.Interpolate(nil, 1) },
		"initial step after a step":  func(r *Radau9) { radauStep(t, r, 0, 0.1); r.InitialStep(9) },
		"length of a real solution":  func(*Radau9) { NewDense(1, nil).SolveReal(nil) },
		"length of a complex one":    func(*Radau9) { NewDense(1, nil).SolveComplex(0, y, nil) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			misuse(logistic.radau(t, Tolerance{Relative: 1e-6}))
		}()
	}
}

func TestRadauAllocatesNothing(t *testing.T) {
	system, _ := relaxation(1e-2)
	tolerance := Tolerance{Relative: 1e-6, Absolute: 1e-6}
	r := newRadau(t, system, NewDenseDifferences(system, tolerance), tolerance)
	r.State()[0] = 2
	if err := r.Reset(0); err != nil {
		t.Fatal(err)
	}
	controller := Predictive{FirstStep: 1e-4}
	if err := controller.Start(r, 1); err != nil {
		t.Fatal(err)
	}
	y := make([]float64, 2)
	if n := testing.AllocsPerRun(200, func() {
		h := controller.Propose(100)
		norm, err := r.Trial(h)
		if err != nil {
			norm = math.NaN()
		}
		if controller.Judge(h, norm) {
			r.Accept()
			r.Interpolate(y, 0.5)
		}
	}); n != 0 {
		t.Errorf("%v allocations in a step", n)
	}
	if r.Time() < 1 {
		t.Errorf("the steps measured end at %v", r.Time())
	}
}
