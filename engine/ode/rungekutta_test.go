package ode

import (
	"context"
	"fmt"
	"math"
	"testing"
)

// function is a System given by a function.
type function struct {
	dim int
	f   func(dydt []float64, t float64, y []float64)
}

func (s function) Dim() int                                          { return s.dim }
func (s function) Derivative(dydt []float64, t float64, y []float64) { s.f(dydt, t, y) }

// problem is an initial value problem on [0, end] with known solution.
type problem struct {
	name     string
	system   System
	end      float64
	solution func(y []float64, t float64)
}

// scalar is a problem of dimension 1.
func scalar(name string, end float64, f func(t, y float64) float64, solution func(t float64) float64) problem {
	return problem{
		name:     name,
		system:   function{1, func(dydt []float64, t float64, y []float64) { dydt[0] = f(t, y[0]) }},
		end:      end,
		solution: func(y []float64, t float64) { y[0] = solution(t) },
	}
}

// logistic growth from 0.1.
var logistic = scalar("logistic", 4,
	func(_, y float64) float64 { return y * (1 - y) },
	func(t float64) float64 { return 1 / (1 + 9*math.Exp(-t)) })

// bell is y = 1/(1+t²): nonlinear, and depends on the time.
var bell = scalar("bell", 2,
	func(t, y float64) float64 { return -2 * t * y * y },
	func(t float64) float64 { return 1 / (1 + t*t) })

// oscillator is y” = −y.
var oscillator = problem{
	name: "oscillator",
	system: function{2, func(dydt []float64, _ float64, y []float64) {
		dydt[0], dydt[1] = y[1], -y[0]
	}},
	end:      7,
	solution: func(y []float64, t float64) { y[0], y[1] = math.Cos(t), -math.Sin(t) },
}

// rotation is nonlinear: the angular velocity is the square of the radius, 1.
var rotation = problem{
	name: "rotation",
	system: function{2, func(dydt []float64, _ float64, y []float64) {
		square := y[0]*y[0] + y[1]*y[1]
		dydt[0], dydt[1] = y[1]*square, -y[0]*square
	}},
	end:      5,
	solution: oscillator.solution,
}

// decays is y_i' = −(i+1)/n·y_i, of any dimension.
func decays(n int) problem {
	return problem{
		name: fmt.Sprintf("%d decays", n),
		system: function{n, func(dydt []float64, _ float64, y []float64) {
			for i := range y {
				dydt[i] = -float64(i+1) / float64(n) * y[i]
			}
		}},
		end: 3,
		solution: func(y []float64, t float64) {
			for i := range y {
				y[i] = math.Exp(-float64(i+1) / float64(n) * t)
			}
		},
	}
}

var problems = []problem{logistic, bell, oscillator, rotation}

// stepper at the start of the problem.
func (p problem) stepper(t testing.TB, m *Tableau, tolerance Tolerance) *RungeKutta {
	t.Helper()
	rk, err := NewRungeKutta(p.system, m, tolerance)
	if err != nil {
		t.Fatal(err)
	}
	p.solution(rk.State(), 0)
	return rk
}

// error is the largest error of y at time t.
func (p problem) error(y []float64, t float64) float64 {
	exact := make([]float64, len(y))
	p.solution(exact, t)
	return distance(y, exact)
}

func distance(a, b []float64) float64 {
	worst := 0.0
	for i := range a {
		worst = math.Max(worst, math.Abs(a[i]-b[i]))
	}
	return worst
}

// finish drives to the end and fails the test if it is not reached.
func finish(t testing.TB, stepper Stepper, controller Controller, o Options) Result {
	t.Helper()
	result, err := Drive(context.Background(), stepper, controller, o)
	if err != nil || result.Reason != Finished || result.Time != o.End {
		t.Fatalf("ended with %+v, error %v", result, err)
	}
	return result
}

// slope is the least-squares slope of log2 y over log2 x.
func slope(x, y []float64) float64 {
	var sx, sy, sxx, sxy float64
	for i := range x {
		lx, ly := math.Log2(x[i]), math.Log2(y[i])
		sx, sy, sxx, sxy = sx+lx, sy+ly, sxx+lx*lx, sxy+lx*ly
	}
	n := float64(len(x))
	return (n*sxy - sx*sy) / (n*sxx - sx*sx)
}

// The global error of fixed steps, the largest over time, falls with the
// nominal order.
func TestOrderOfSteps(t *testing.T) {
	for _, m := range methods {
		fewest := 64.0
		if m.Order == 1 {
			fewest = 2048 // where the error is small at last
		}
		for _, p := range problems {
			var steps, errors []float64
			for n := fewest; n <= 4*fewest; n *= 2 {
				rk := p.stepper(t, m, Tolerance{Relative: 1})
				worst := 0.0
				result := finish(t, rk, Fixed{p.end / n}, Options{End: p.end, AfterStep: func(time float64) error {
					worst = math.Max(worst, p.error(rk.State(), time))
					return nil
				}})
				if result.Steps != int(n) || result.Rejected != 0 {
					t.Fatalf("%s, %s: %v steps for %v", m.Name, p.name, result, n)
				}
				steps, errors = append(steps, p.end/n), append(errors, worst)
			}
			if order := slope(steps, errors); math.Abs(order-float64(m.Order)) > 0.2 {
				t.Errorf("%s, %s: order %.2f, errors %.2g", m.Name, p.name, order, errors)
			}
		}
	}
}

// Within one step from an exact state dense output errs by h^(DenseOrder+1).
func TestOrderOfDenseOutput(t *testing.T) {
	for _, m := range methods {
		for _, p := range problems {
			var steps, errors []float64
			for n := 8.0; n <= 64; n *= 2 {
				h := 1 / n
				start := p.end / 3
				rk := p.stepper(t, m, Tolerance{Relative: 1})
				p.solution(rk.State(), start)
				step(t, rk, start, h)
				y := make([]float64, p.system.Dim())
				worst := 0.0
				for i := 1; i < 10; i++ {
					theta := float64(i) / 10
					rk.Interpolate(y, theta)
					worst = math.Max(worst, p.error(y, start+theta*h))
				}
				steps, errors = append(steps, h), append(errors, worst)
			}
			if order := slope(steps, errors); math.Abs(order-float64(m.DenseOrder+1)) > 0.2 {
				t.Errorf("%s, %s: order %.2f, errors %.2g", m.Name, p.name, order, errors)
			}
		}
	}
}

// step makes one accepted step from t.
func step(t testing.TB, rk *RungeKutta, start, h float64) (errorNorm float64) {
	t.Helper()
	if err := rk.Reset(start); err != nil {
		t.Fatal(err)
	}
	errorNorm, err := rk.Trial(h)
	if err != nil {
		t.Fatal(err)
	}
	rk.Accept()
	return errorNorm
}

// The error estimate of one step, the largest over some places, is of size h^(ErrorOrder+1).
func TestOrderOfErrorEstimate(t *testing.T) {
	for _, m := range []*Tableau{&DormandPrince5, &Tsitouras5} {
		for _, p := range problems {
			var steps, norms []float64
			for n := 8.0; n <= 64; n *= 2 {
				rk := p.stepper(t, m, Tolerance{Absolute: 1})
				largest := 0.0
				for start := 0.0; start < p.end; start += p.end / 8 {
					p.solution(rk.State(), start)
					largest = math.Max(largest, step(t, rk, start, 1/n))
				}
				steps, norms = append(steps, 1/n), append(norms, largest)
			}
			if order := slope(steps, norms); math.Abs(order-float64(m.ErrorOrder+1)) > 0.2 {
				t.Errorf("%s, %s: order %.2f, norms %.2g", m.Name, p.name, order, norms)
			}
		}
	}
}

// One step against the defining sums, written without any of the stepper's
// shortcuts, in dimensions around its block size and numbers of lanes.
func TestStepIsTheDefinition(t *testing.T) {
	const start, h = 0.25, 0.125
	for _, m := range methods {
		for _, n := range []int{1, 2, 3, 4, 5, block - 1, block, block + 1, 2*block + 3} {
			system := function{n, func(dydt []float64, t float64, y []float64) {
				for i := range y {
					dydt[i] = t*y[(i+1)%n] - y[i]*y[i]
				}
			}}
			tolerance := Tolerance{Relative: 1e-3, Absolute: 1e-4}
			rk, err := NewRungeKutta(system, m, tolerance)
			if err != nil {
				t.Fatal(err)
			}
			y := make([]float64, n)
			for i := range y {
				y[i] = 1 + float64(i%7)/8
			}
			copy(rk.State(), y)

			slopes := make([][]float64, m.Stages)
			argument := make([]float64, n)
			for i := range slopes {
				for l := range argument {
					argument[l] = y[l]
					for j, a := range m.A[i] {
						argument[l] += h * a * slopes[j][l]
					}
				}
				slopes[i] = make([]float64, n)
				system.f(slopes[i], start+m.C[i]*h, argument)
			}
			solution, middle := make([]float64, n), make([]float64, n)
			weights := make([]float64, m.Stages)
			m.DenseWeights(weights, 0.4)
			sum := 0.0
			for l := range solution {
				solution[l], middle[l] = y[l], y[l]
				e := 0.0
				for i, k := range slopes {
					solution[l] += h * m.B[i] * k[l]
					middle[l] += h * weights[i] * k[l]
					if m.E != nil {
						e += h * m.E[i] * k[l]
					}
				}
				scale := tolerance.Absolute + tolerance.Relative*math.Max(math.Abs(y[l]), math.Abs(solution[l]))
				sum += e * e / (scale * scale)
			}
			norm := math.Sqrt(sum / float64(n))

			got := step(t, rk, start, h)
			if math.Abs(got-norm) > 1e-9*norm {
				t.Errorf("%s, %d: error norm %v, want %v", m.Name, n, got, norm)
			}
			if d := distance(rk.State(), solution); d > 1e-14 {
				t.Errorf("%s, %d: solution differs by %.1e", m.Name, n, d)
			}
			between := make([]float64, n)
			rk.Interpolate(between, 0.4)
			if d := distance(between, middle); d > 1e-14 {
				t.Errorf("%s, %d: dense output differs by %.1e", m.Name, n, d)
			}
			rk.Interpolate(between, 1)
			if d := distance(between, rk.State()); d != 0 {
				t.Errorf("%s, %d: dense output at the end differs by %.1e", m.Name, n, d)
			}
		}
	}
}

// A rejected trial leaves no trace, and FSAL methods evaluate one right-hand
// side less a step.
func TestTrialsAndEvaluations(t *testing.T) {
	for _, m := range methods {
		straight := oscillator.stepper(t, m, Tolerance{Absolute: 1})
		step(t, straight, 0, 0.25)
		if _, err := straight.Trial(0.5); err != nil {
			t.Fatal(err)
		}
		straight.Accept()
		perStep := m.Stages
		if m.FSAL {
			perStep--
		}
		want := 2 * perStep
		if m.FSAL {
			want++ // the first slope
		}
		if got := straight.Evaluations(); got != want {
			t.Errorf("%s: %d evaluations in two steps, want %d", m.Name, got, want)
		}

		winding := oscillator.stepper(t, m, Tolerance{Absolute: 1})
		if err := winding.Reset(0); err != nil {
			t.Fatal(err)
		}
		for _, h := range []float64{3, 1, 0.25} {
			if _, err := winding.Trial(h); err != nil {
				t.Fatal(err)
			}
		}
		winding.Accept()
		for _, h := range []float64{2, 0.5} {
			if _, err := winding.Trial(h); err != nil {
				t.Fatal(err)
			}
		}
		winding.Accept()
		if d := distance(straight.State(), winding.State()); d != 0 || winding.Time() != 0.75 {
			t.Errorf("%s: rejected trials change the result by %v", m.Name, d)
		}
	}
}

func TestClosedForms(t *testing.T) {
	list := append([]problem{}, problems...)
	for _, n := range []int{1, 3, 64, 1000} {
		list = append(list, decays(n))
	}
	for _, m := range []*Tableau{&DormandPrince5, &Tsitouras5} {
		for _, p := range list {
			rk := p.stepper(t, m, Tolerance{Relative: 1e-10, Absolute: 1e-12})
			result := finish(t, rk, &Adaptive{}, Options{End: p.end})
			if e := p.error(rk.State(), p.end); e > 2e-9 {
				t.Errorf("%s, %s: error %.1e after %+v", m.Name, p.name, e, result)
			}
		}
	}
}

func TestZeroTolerances(t *testing.T) {
	// A component that stays 0 does not count where there is no absolute
	// tolerance, although its scale is 0.
	system := function{2, func(dydt []float64, _ float64, y []float64) { dydt[0], dydt[1] = -y[0], -y[1] }}
	rk, err := NewRungeKutta(system, &DormandPrince5, Tolerance{Relative: 1e-8})
	if err != nil {
		t.Fatal(err)
	}
	rk.State()[0] = 1
	finish(t, rk, &Adaptive{}, Options{End: 1})
	if got := rk.State(); math.Abs(got[0]-math.Exp(-1)) > 1e-8 || got[1] != 0 {
		t.Errorf("state %v", got)
	}
}

func TestConstructionErrors(t *testing.T) {
	one := function{1, nil}
	broken := RK4
	broken.Stages = 3
	for name, f := range map[string]func() (*RungeKutta, error){
		"dimension": func() (*RungeKutta, error) { return NewRungeKutta(function{0, nil}, &RK4, Tolerance{}) },
		"tableau":   func() (*RungeKutta, error) { return NewRungeKutta(one, &broken, Tolerance{}) },
		"no tolerance": func() (*RungeKutta, error) {
			return NewRungeKutta(one, &DormandPrince5, Tolerance{})
		},
		"negative": func() (*RungeKutta, error) {
			return NewRungeKutta(one, &DormandPrince5, Tolerance{Relative: 1, Absolute: -1})
		},
		"nan": func() (*RungeKutta, error) {
			return NewRungeKutta(one, &DormandPrince5, Tolerance{Relative: math.NaN()})
		},
	} {
		if _, err := f(); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := NewRungeKutta(one, &RK4, Tolerance{}); err != nil {
		t.Errorf("a method of fixed steps needs no tolerance: %v", err)
	}
}

func TestMisusePanics(t *testing.T) {
	y := make([]float64, 1)
	for name, misuse := range map[string]func(rk *RungeKutta){
		"trial before reset":         func(rk *RungeKutta) { _, _ = rk.Trial(1) },
		"accept before trial":        func(rk *RungeKutta) { _ = rk.Reset(0); rk.Accept() },
		"accept twice":               func(rk *RungeKutta) { step(t, rk, 0, 1); rk.Accept() },
		"interpolation before steps": func(rk *RungeKutta) { _ = rk.Reset(0); rk.Interpolate(y, 0.5) },
		"interpolation after trial":  func(rk *RungeKutta) { step(t, rk, 0, 1); _, _ = rk.Trial(1); rk.Interpolate(y, 0.5) },
		"extrapolation":              func(rk *RungeKutta) { step(t, rk, 0, 1); rk.Interpolate(y, 1.5) },
		"length":                     func(rk *RungeKutta) { step(t, rk, 0, 1); rk.Interpolate(nil, 1) },
		"initial step after a step":  func(rk *RungeKutta) { step(t, rk, 0, 1); rk.InitialStep(9) },
		"dense weights":              func(*RungeKutta) { RK4.DenseWeights(y, 1) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			misuse(logistic.stepper(t, &DormandPrince5, Tolerance{Relative: 1}))
		}()
	}
}

func TestNoAllocationInAStep(t *testing.T) {
	for _, m := range methods {
		rk := decays(100).stepper(t, m, Tolerance{Relative: 1})
		if err := rk.Reset(0); err != nil {
			t.Fatal(err)
		}
		controller := Adaptive{FirstStep: 1e-3}
		if m.ErrorOrder > 0 {
			if err := controller.Start(rk, 1); err != nil {
				t.Fatal(err)
			}
		}
		y := make([]float64, 100)
		if n := testing.AllocsPerRun(100, func() {
			norm, _ := rk.Trial(1e-3)
			if m.ErrorOrder > 0 {
				controller.Judge(1e-3, norm)
				controller.Propose(1)
			}
			rk.Accept()
			rk.Interpolate(y, 0.5)
		}); n != 0 {
			t.Errorf("%s: %v allocations in a step", m.Name, n)
		}
	}
}
