package ode

import (
	"math"
	"testing"
)

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
