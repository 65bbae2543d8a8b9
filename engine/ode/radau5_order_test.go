package ode

import (
	"math"
	"testing"
)

// radau is a stepper at the start of the problem, by difference quotients.
func (p problem) radau(t testing.TB, tolerance Tolerance) *Radau5 {
	t.Helper()
	r := newRadau(t, p.system, NewDenseDifferences(p.system, tolerance), tolerance)
	p.solution(r.State(), 0)
	return r
}

func newRadau(t testing.TB, system System, linearization Linearization, tolerance Tolerance) *Radau5 {
	t.Helper()
	r, err := NewRadau5(system, linearization, tolerance)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// strict is a tolerance at which the equations of a step are solved so well
// that only the error of the method is left.
var strict = Tolerance{Relative: 1e-12, Absolute: 1e-12}

// radauA is the Runge–Kutta matrix of the method, from Hairer and Wanner,
// table IV.5.6.
var radauA = [3][3]float64{
	{(88 - 7*sqrt6) / 360, (296 - 169*sqrt6) / 1800, (-2 + 3*sqrt6) / 225},
	{(296 + 169*sqrt6) / 1800, (88 + 7*sqrt6) / 360, (-2 - 3*sqrt6) / 225},
	{(16 - sqrt6) / 36, (16 + sqrt6) / 36, 1.0 / 9},
}

func multiply(a, b [3][3]float64) (c [3][3]float64) {
	for i := range c {
		for j := range c {
			for k := range c {
				c[i][j] += a[i][k] * b[k][j]
			}
		}
	}
	return c
}

// Every coefficient against the Runge–Kutta matrix: T T⁻¹ = 1, A T Λ = T, and
// the simplifying assumptions C(3) and B(5) of the matrix itself.
func TestRadauCoefficients(t *testing.T) {
	lambda := [3][3]float64{{radauReal, 0, 0}, {0, radauRe, -radauIm}, {0, radauIm, radauRe}}
	identity := multiply(radauT, radauInverse)
	recovered := multiply(multiply(radauA, radauT), lambda)
	for i := range 3 {
		for j := range 3 {
			want := 0.0
			if i == j {
				want = 1
			}
			if math.Abs(identity[i][j]-want) > 2e-15 {
				t.Errorf("T T⁻¹ has %v at %d, %d", identity[i][j], i, j)
			}
			if math.Abs(recovered[i][j]-radauT[i][j]) > 2e-15 {
				t.Errorf("A T Λ has %v at %d, %d, want %v", recovered[i][j], i, j, radauT[i][j])
			}
		}
		for q := 1.0; q <= 3; q++ {
			sum := 0.0
			for j, c := range radauNodes {
				sum += radauA[i][j] * math.Pow(c, q-1)
			}
			if math.Abs(sum-math.Pow(radauNodes[i], q)/q) > 1e-15 {
				t.Errorf("stage %d: order condition %v violated", i, q)
			}
		}
	}
	for q := 1.0; q <= 6; q++ {
		sum := 0.0
		for j, c := range radauNodes {
			sum += radauA[2][j] * math.Pow(c, q-1)
		}
		if exact := math.Abs(sum-1/q) < 1e-15; exact != (q <= 5) {
			t.Errorf("weights integrate degree %v: %v", q-1, exact)
		}
	}
}

// p_k(0) = 0, p_k(c_i) = T_ik; q' vanishes at the nodes and is γ at 0, q(1) = 0.
func TestRadauDenseWeights(t *testing.T) {
	for i, c := range radauNodes {
		weights := denseWeights(c)
		for k, want := range radauT[i] {
			if math.Abs(weights[k]-want) > 1e-15 {
				t.Errorf("p_%d(%v) = %v, want %v", k, c, weights[k], want)
			}
		}
		slope := 0.0
		for p, coefficient := range radauDefect {
			slope += float64(p+1) * coefficient * math.Pow(c, float64(p))
		}
		if math.Abs(slope) > 1e-13 {
			t.Errorf("q'(%v) = %v", c, slope)
		}
	}
	if got := denseWeights(0); got != [4]float64{} {
		t.Errorf("weights at 0: %v", got)
	}
	if got := denseWeights(1)[3]; math.Abs(got) > 1e-14 || radauDefect[0] != radauReal {
		t.Errorf("q(1) = %v, q'(0) = %v", got, radauDefect[0])
	}
	for theta := 0.0; theta <= 1; theta += 1.0 / 64 {
		if got := denseWeights(theta)[3]; math.Abs(got) > 0.25 {
			t.Errorf("q(%v) = %v exceeds the documented bound", theta, got)
		}
	}
}

// The extrapolated unknowns describe the stages of the next step as the dense
// output of the last one continues.
func TestRadauExtrapolation(t *testing.T) {
	w := [4]float64{0.3, -0.7, 0.2, 0.05}
	at := func(theta float64) float64 {
		sum := 0.0
		for l, weight := range denseWeights(theta) {
			sum += weight * w[l]
		}
		return sum
	}
	for _, ratio := range []float64{0.1, 0.9, 1, 3, 8} {
		matrix := extrapolation(ratio)
		for i, c := range radauNodes {
			got := 0.0
			for k, row := range matrix {
				for l, entry := range row {
					got += radauT[i][k] * entry * w[l]
				}
			}
			want := at(1+c*ratio) - at(1)
			if math.Abs(got-want) > 1e-13*math.Max(1, math.Abs(want)) {
				t.Errorf("ratio %v, stage %d: %v, want %v", ratio, i, got, want)
			}
		}
	}
}

func TestRadauOrderOfSteps(t *testing.T) {
	for _, p := range problems {
		var steps, errors, dense []float64
		fewest := 20.0
		if p.name == rotation.name {
			fewest = 48 // for Newton's iteration to reach the strict tolerance
		}
		for n := fewest; n <= 4*fewest; n *= 2 {
			r := p.radau(t, strict)
			h := p.end / n
			y := make([]float64, p.system.Dim())
			worst, worstDense := 0.0, 0.0
			result := finish(t, r, Fixed{h}, Options{End: p.end, AfterStep: func(time float64) error {
				worst = math.Max(worst, p.error(r.State(), time))
				for theta := 0.125; theta < 1; theta += 0.125 {
					r.Interpolate(y, theta)
					worstDense = math.Max(worstDense, p.error(y, time-(1-theta)*h))
				}
				return nil
			}})
			if result.Steps != int(n) || result.Rejected != 0 {
				t.Fatalf("%s: %+v for %v", p.name, result, n)
			}
			steps, errors, dense = append(steps, h), append(errors, worst), append(dense, worstDense)
		}
		if order := slope(steps, errors); math.Abs(order-5) > 0.2 {
			t.Errorf("%s: order %.2f, errors %.2g", p.name, order, errors)
		}
		// Errors of steps and of dense output within one are of equal order.
		if order := slope(steps, dense); math.Abs(order-5) > 0.2 {
			t.Errorf("%s, dense output over time: order %.2f, errors %.2g", p.name, order, dense)
		}
	}
}

// Within one step from an exact state dense output errs by h⁵, the collocation
// polynomial alone by h⁴, and the estimate is of size h⁴.
func TestRadauOrderOfDenseOutput(t *testing.T) {
	for _, p := range problems {
		var steps, dense, collocation, norms []float64
		for n := 16.0; n <= 64; n *= 2 {
			h := 1 / n
			start := p.end / 3
			r := p.radau(t, strict)
			p.solution(r.State(), start)
			norm := radauStep(t, r, start, h)
			y := make([]float64, p.system.Dim())
			worst, worstCollocation := 0.0, 0.0
			for i := 1; i < 10; i++ {
				theta := float64(i) / 10
				r.Interpolate(y, theta)
				worst = math.Max(worst, p.error(y, start+theta*h))
				for l, e := range r.accepted[3] {
					y[l] -= denseWeights(theta)[3] * e
				}
				worstCollocation = math.Max(worstCollocation, p.error(y, start+theta*h))
			}
			steps, dense = append(steps, h), append(dense, worst)
			collocation, norms = append(collocation, worstCollocation), append(norms, norm)
		}
		for _, c := range []struct {
			name   string
			values []float64
			want   float64
		}{{"dense output", dense, 5}, {"collocation polynomial", collocation, 4}, {"error estimate", norms, 4}} {
			if order := slope(steps, c.values); math.Abs(order-c.want) > 0.2 {
				t.Errorf("%s, %s: order %.2f, want %v; %.2g", p.name, c.name, order, c.want, c.values)
			}
		}
	}
}

// radauStep makes one accepted step from start.
func radauStep(t testing.TB, r *Radau5, start, h float64) (errorNorm float64) {
	t.Helper()
	if err := r.Reset(start); err != nil {
		t.Fatal(err)
	}
	errorNorm, err := r.Trial(h)
	if err != nil {
		t.Fatal(err)
	}
	r.Accept()
	return errorNorm
}

// The error over time follows the tolerance.
func TestRadauToleranceProportionality(t *testing.T) {
	for name, controller := range map[string]Controller{"predictive": &Predictive{}, "PI": &Adaptive{}} {
		for _, p := range problems {
			var tolerances, errors []float64
			for exponent := -5; exponent >= -10; exponent-- {
				tolerance := math.Pow(10, float64(exponent))
				r := p.radau(t, Tolerance{Relative: tolerance, Absolute: tolerance})
				worst := 0.0
				finish(t, r, controller, Options{End: p.end, AfterStep: func(time float64) error {
					worst = math.Max(worst, p.error(r.State(), time))
					return nil
				}})
				tolerances, errors = append(tolerances, tolerance), append(errors, worst)
				if worst > 20*tolerance {
					t.Errorf("%s, %s: error %.1e at tolerance %.0e", name, p.name, worst, tolerance)
				}
			}
			t.Logf("%s, %s: error ~ tolerance^%.2f, %.2g", name, p.name, slope(tolerances, errors), errors)
			if s := slope(tolerances, errors); math.Abs(s-0.9) > 0.2 {
				t.Errorf("%s, %s: error ~ tolerance^%.2f, errors %.2g", name, p.name, s, errors)
			}
		}
	}
}
