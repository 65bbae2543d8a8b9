package ode

import (
	"context"
	"fmt"
	"math"
	"math/cmplx"
	"testing"
)

// A single step of a linear problem multiplies by the stability function, the
// (4,5) Padé approximation to exp: 0 at infinity, at most 1 in the left half plane.
func TestRadauStabilityFunction(t *testing.T) {
	stability := func(z complex128) complex128 {
		// Σ_k binomial(m, k)/(m+n)…(m+n−k+1) zᵏ with the degrees m, n.
		pade := func(z complex128, degree int) (sum complex128) {
			term := complex(1, 0)
			for k := range degree + 1 {
				sum += term
				term *= z * complex(float64(degree-k)/float64((9-k)*(k+1)), 0)
			}
			return sum
		}
		return pade(z, 4) / pade(-z, 5)
	}
	for _, z := range []complex128{
		-1e-3, -1, -3, -10, -1e3, -1e6, -1e12, 1i, 10i, 1e3i, -1 + 1i, -5 + 20i, -1e6 + 1e6i, -1 + 1e8i, 0.5,
	} {
		a, b := real(z), imag(z)
		system := function{2, func(dydt []float64, _ float64, y []float64) {
			dydt[0], dydt[1] = a*y[0]-b*y[1], b*y[0]+a*y[1]
		}}
		jacobian := func(dst []float64, _ float64, _ []float64) { copy(dst, []float64{a, -b, b, a}) }
		r := newRadau(t, system, NewDense(2, jacobian), strict)
		r.State()[0], r.State()[1] = 3, 4
		radauStep(t, r, 0, 1)
		got := complex(r.State()[0], r.State()[1]) / (3 + 4i)
		if want := stability(z); cmplx.Abs(got-want) > 1e-14 || cmplx.Abs(want) > 1 && a < 0 {
			t.Errorf("z = %v: factor %v, want %v", z, got, want)
		}
	}
}

// protheroRobinson is y' = λ(y − cos t) − sin t with y = cos t + (y₀−1) exp(λt).
func protheroRobinson(lambda float64) problem {
	return scalar(fmt.Sprintf("Prothero and Robinson, %g", lambda), 10,
		func(t, y float64) float64 { return lambda*(y-math.Cos(t)) - math.Sin(t) }, math.Cos)
}

// Far off the slow solution the stiff part is damped by 5/|hλ| a step; on it
// the steps are those of the slow solution, whatever λ is.
func TestRadauProtheroRobinson(t *testing.T) {
	const lambda = -1e6
	p := protheroRobinson(lambda)
	const h = 0.1
	r := p.radau(t, strict)
	r.State()[0] = 1e6
	distance := 1e6
	finish(t, r, Fixed{h}, Options{End: 0.4, AfterStep: func(time float64) error {
		distance = distance*6/math.Abs(h*lambda) + 1e-9
		if e := p.error(r.State(), time); e > distance {
			t.Errorf("fixed steps: %v off at %v, want at most %v", e, time, distance)
		}
		return nil
	}})

	for _, c := range []struct {
		start   float64
		maximum int
	}{{1, 60}, {2, 90}} {
		for _, lambda := range []float64{-1e3, -1e6, -1e9} {
			p := protheroRobinson(lambda)
			r := p.radau(t, Tolerance{Relative: 1e-6, Absolute: 1e-6})
			r.State()[0] = c.start
			worst := 0.0
			y := make([]float64, 1)
			result := finish(t, r, &Predictive{}, Options{End: p.end, AfterStep: func(time float64) error {
				for theta := 0.25; theta <= 1; theta += 0.25 {
					r.Interpolate(y, theta)
					at := time - (1-theta)*r.acceptedStep
					transient := (c.start - 1) * math.Exp(lambda*at)
					worst = math.Max(worst, math.Abs(y[0]-math.Cos(at)-transient))
				}
				return nil
			}})
			t.Logf("%s from %v: error %.1e, %+v", p.name, c.start, worst, result)
			// Dense output is held to the tolerance of the estimate, 2.5e-5 in the root mean square.
			if worst > 4e-5 || result.Steps+result.Rejected > c.maximum {
				t.Errorf("%s from %v: error %.1e after %+v", p.name, c.start, worst, result)
			}
		}
	}
}

// relaxation is van der Pol's equation in the time of its slow parts,
// ε x” = (1 − x²) x' − x with ε = 1/μ², from (2, 0).
func relaxation(epsilon float64) (System, Linearization) {
	system := function{2, func(dydt []float64, _ float64, y []float64) {
		dydt[0] = y[1]
		dydt[1] = ((1-y[0]*y[0])*y[1] - y[0]) / epsilon
	}}
	return system, NewDense(2, func(dst []float64, _ float64, y []float64) {
		dst[0], dst[1] = 0, 1
		dst[2], dst[3] = (-2*y[0]*y[1]-1)/epsilon, (1-y[0]*y[0])/epsilon
	})
}

// The references were computed by extrapolation of the linearly implicit Euler
// method in 40 digits at a tolerance of 1e-15; the first is also published to 13
// digits in Hairer and Wanner's test set.
func TestRadauVanDerPol(t *testing.T) {
	for _, c := range []struct {
		mu    float64
		steps float64    // allowed, times tolerance^(−1/6)
		want  [2]float64 // at t = 2
	}{
		{1e3, 60, [2]float64{1.706167732170465280, -0.8928097010248164697}},
		{1e6, 110, [2]float64{1.705546217535378468, -0.8934763625465280799}},
	} {
		var tolerances, errors []float64
		for _, tolerance := range []float64{1e-4, 1e-6, 1e-8, 1e-10} {
			for name, controller := range map[string]Controller{"predictive": &Predictive{}, "PI": &Adaptive{}} {
				system, linearization := relaxation(1 / (c.mu * c.mu))
				r := newRadau(t, system, linearization, Tolerance{Relative: tolerance, Absolute: tolerance})
				r.State()[0] = 2
				result := finish(t, r, controller, Options{End: 2})
				e := distance(r.State(), c.want[:])
				t.Logf("μ = %.0e, %s: error %.1e at %.0e, %+v", c.mu, name, e, tolerance, result)
				if name == "predictive" {
					tolerances, errors = append(tolerances, tolerance), append(errors, e)
					if limit := c.steps * math.Pow(tolerance, -1.0/6); e > 5*tolerance || float64(result.Steps) > limit {
						t.Errorf("μ = %.0e: error %.1e at %.0e, %+v", c.mu, e, tolerance, result)
					}
				}
			}
		}
		if s := slope(tolerances, errors); math.Abs(s-1) > 0.25 {
			t.Errorf("μ = %.0e: error ~ tolerance^%.2f, %.2g", c.mu, s, errors)
		}
	}
}

// robertson is Robertson's chemical reaction: rates of 0.04, 1e4 and 3e7.
var robertson = function{3, func(dydt []float64, _ float64, y []float64) {
	dydt[0] = -0.04*y[0] + 1e4*y[1]*y[2]
	dydt[2] = 3e7 * y[1] * y[1]
	dydt[1] = -dydt[0] - dydt[2]
}}

func robertsonJacobian(dst []float64, _ float64, y []float64) {
	copy(dst, []float64{
		-0.04, 1e4 * y[2], 1e4 * y[1],
		0.04, -1e4*y[2] - 6e7*y[1], -1e4 * y[1],
		0, 6e7 * y[1], 0,
	})
}

// References as for van der Pol's equation; published in that test set for 1e11.
func TestRadauRobertson(t *testing.T) {
	times := []float64{0.4, 40, 4e3, 1e6, 1e8, 4e10, 1e11, 4e11}
	want := [][3]float64{
		{0.9851721138609898624, 3.386395378974904e-5, 0.01479402218522038854},
		{0.7158270687194050905, 9.185534764557756675e-6, 0.2841637457458303518},
		{0.1832022577767093113, 8.942371252775910244e-7, 0.8167968479861654611},
		{0.002031483924973415551, 8.142277783356162041e-9, 0.9979685079327488011},
		{2.082417512179460711e-5, 8.329841429908957870e-11, 0.9999791757415797911},
		{5.208345176799239372e-8, 2.083338177925489104e-13, 0.9999999479163398982},
		{2.083340149701294290e-8, 8.333360770334783638e-14, 0.9999999791665151694},
		{5.208353144253499386e-9, 2.083341268422011399e-14, 0.9999999947916260223},
	}
	for _, tolerance := range []float64{1e-5, 1e-8, 1e-11} {
		asked := Tolerance{Relative: tolerance, Absolute: 1e-9 * tolerance}
		for name, linearization := range map[string]Linearization{
			"given": NewDense(3, robertsonJacobian), "differences": NewDenseDifferences(robertson, asked),
		} {
			r := newRadau(t, robertson, linearization, asked)
			r.State()[0] = 1
			y := make([]float64, 3)
			seen, worst, drift := 0, 0.0, 0.0
			result := finish(t, r, &Predictive{}, Options{End: 4e11, Times: times,
				Observer: ObserverFunc(func(_, theta float64) error {
					r.Interpolate(y, theta)
					for i, w := range want[seen] {
						worst = math.Max(worst, math.Abs(y[i]/w-1))
					}
					seen++
					return nil
				}),
				AfterStep: func(float64) error {
					drift = math.Max(drift, math.Abs(r.State()[0]+r.State()[1]+r.State()[2]-1))
					return nil
				}})
			t.Logf("Jacobian by %s: relative error %.1e at %.0e, mass off by %.0e, %+v", name, worst, tolerance, drift, result)
			if worst > 100*tolerance || drift > 1e-13 || float64(result.Steps) > 40*math.Pow(tolerance, -1.0/6) {
				t.Errorf("Jacobian by %s: relative error %.1e at %.0e, mass off by %.0e, %+v", name, worst, tolerance, drift, result)
			}
		}
	}
}

// decades is y_i' = −λ_i (y_i − 1) with rates from 1 to 1e-12, and its own
// diagonal linear algebra.
type decades struct {
	rates       []float64
	real        []float64
	complex     [2][]complex128
	factored    int
	linearized  int
	derivatives int
}

func newDecades(n int) *decades {
	d := &decades{rates: make([]float64, n), real: make([]float64, n), complex: [2][]complex128{make([]complex128, n), make([]complex128, n)}}
	for i := range d.rates {
		d.rates[i] = math.Pow(10, -12*float64(i)/float64(n-1))
	}
	return d
}

func (d *decades) Dim() int { return len(d.rates) }

func (d *decades) Derivative(dydt []float64, _ float64, y []float64) {
	d.derivatives++
	for i, rate := range d.rates {
		dydt[i] = -rate * (y[i] - 1)
	}
}

func (d *decades) Linearize(float64, []float64, []float64) int { d.linearized++; return 0 }

func (d *decades) Factor(shift float64, complexShifts [2]complex128) {
	d.factored++
	for i, rate := range d.rates {
		d.real[i] = shift + rate
		for k, c := range d.complex {
			c[i] = complexShifts[k] + complex(rate, 0)
		}
	}
}

func (d *decades) SolveReal(x []float64) {
	for i := range x {
		x[i] /= d.real[i]
	}
}

func (d *decades) SolveComplex(k int, re, im []float64) {
	for i := range re {
		x := complex(re[i], im[i]) / d.complex[k][i]
		re[i], im[i] = real(x), imag(x)
	}
}

// Steps grow from a fraction of the fastest time to a part of 1e14, and every component is
// right all the time.
func TestRadauFourteenDecades(t *testing.T) {
	for _, c := range []struct {
		tolerance float64
		steps     int
	}{{1e-4, 110}, {1e-6, 210}, {1e-8, 420}} {
		system := newDecades(49)
		r := newRadau(t, system, system, Tolerance{Relative: c.tolerance, Absolute: c.tolerance})
		var times []float64
		for t := 1e-3; t < 1e14; t *= 1.5 {
			times = append(times, t)
		}
		errorAt := func(y []float64, time float64) float64 {
			worst := 0.0
			for i, rate := range system.rates {
				worst = math.Max(worst, math.Abs(y[i]+math.Expm1(-rate*time)))
			}
			return worst
		}
		y := make([]float64, len(system.rates))
		worst, worstDense, longest := 0.0, 0.0, 0.0
		result := finish(t, r, &Predictive{FirstStep: 1e-3}, Options{End: 1e14, Times: times,
			Observer: ObserverFunc(func(time, theta float64) error {
				r.Interpolate(y, theta)
				worstDense = math.Max(worstDense, errorAt(y, time))
				return nil
			}),
			AfterStep: func(time float64) error {
				worst = math.Max(worst, errorAt(r.State(), time))
				longest = math.Max(longest, r.acceptedStep)
				return nil
			}})
		t.Logf("tolerance %.0e: error %.1e, of dense output %.1e, %+v, %d Jacobians, %d factors, steps to %.0e",
			c.tolerance, worst, worstDense, result, system.linearized, system.factored, longest)
		if worst > 5*c.tolerance || worstDense > 20*c.tolerance || result.Steps > c.steps || longest < 1e12 {
			t.Errorf("tolerance %.0e: error %.1e, of dense output %.1e, %+v, steps to %.0e", c.tolerance, worst, worstDense, result, longest)
		}
		if result.Evaluations != system.derivatives || system.linearized > 2 {
			t.Errorf("%d evaluations counted of %d, %d Jacobians of a linear system", result.Evaluations, system.derivatives, system.linearized)
		}
	}
}

// Against an explicit method the cost of a stiff problem does not grow with its stiffness.
func TestRadauAgainstExplicit(t *testing.T) {
	for _, lambda := range []float64{-10, -1e2, -1e3, -1e4} {
		p := protheroRobinson(lambda)
		tolerance := Tolerance{Relative: 1e-8, Absolute: 1e-8}
		implicit, explicit := p.radau(t, tolerance), p.stepper(t, &DormandPrince5, tolerance)
		few := finish(t, implicit, &Predictive{}, Options{End: p.end})
		many, err := Drive(context.Background(), explicit, &Adaptive{}, Options{End: p.end})
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("λ = %v: radau9 %d steps, %d evaluations, error %.0e; dopri5 %d steps, %d evaluations, error %.0e", lambda,
			few.Steps, few.Evaluations, p.error(implicit.State(), p.end), many.Steps, many.Evaluations, p.error(explicit.State(), p.end))
		if few.Evaluations > 1000 || lambda <= -1e3 && 10*few.Evaluations > many.Evaluations {
			t.Errorf("λ = %v: %+v; explicit %+v", lambda, few, many)
		}
	}
}
