package ode

import (
	"math"
	"testing"
)

// radau is a stepper at the start of the problem, by difference quotients.
func (p problem) radau(t testing.TB, tolerance Tolerance) *Radau9 {
	t.Helper()
	r := newRadau(t, p.system, NewDenseDifferences(p.system, tolerance), tolerance)
	p.solution(r.State(), 0)
	return r
}

func newRadau(t testing.TB, system System, linearization Linearization, tolerance Tolerance) *Radau9 {
	t.Helper()
	r, err := NewRadau9(system, linearization, tolerance)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// strict is a tolerance at which the equations of a step are solved so well
// that only the error of the method is left.
var strict = Tolerance{Relative: 1e-12, Absolute: 1e-12}

// strictest is about as strict as rounding lets the iteration be.
var strictest = Tolerance{Relative: 3e-14, Absolute: 3e-14}

func multiply(a, b [RadauStages][RadauStages]float64) (c [RadauStages][RadauStages]float64) {
	for i := range c {
		for j := range c {
			for k := range c {
				c[i][j] += a[i][k] * b[k][j]
			}
		}
	}
	return c
}

// The coefficients against their definition: the simplifying assumptions C(5) and
// B(9), which determine the matrix and the nodes with c₅ = 1; T T⁻¹ = 1; A T Λ = T.
func TestRadauCoefficients(t *testing.T) {
	k := &RadauCollocation
	lambda := [RadauStages][RadauStages]float64{{k.Shift}}
	for n, shift := range k.ComplexShifts {
		at := 1 + 2*n
		lambda[at][at], lambda[at][at+1] = real(shift), -imag(shift)
		lambda[at+1][at], lambda[at+1][at+1] = imag(shift), real(shift)
	}
	for name, c := range map[string]struct {
		got, want [RadauStages][RadauStages]float64
	}{
		"T T⁻¹":   {multiply(k.Transform, k.InverseTransform), identityMatrix()},
		"A A⁻¹":   {multiply(k.Matrix, k.Inverse), identityMatrix()},
		"A T Λ":   {multiply(multiply(k.Matrix, k.Transform), lambda), k.Transform},
		"T Λ T⁻¹": {multiply(multiply(k.Transform, lambda), k.InverseTransform), k.Inverse},
	} {
		for i, row := range c.got {
			for j, got := range row {
				if math.Abs(got-c.want[i][j]) > 1e-14*math.Max(1, 4*math.Abs(c.want[i][j])) {
					t.Errorf("%s has %v at %d, %d, want %v", name, got, i, j, c.want[i][j])
				}
			}
		}
	}
	for i := range RadauStages {
		for q := 1.0; q <= RadauStages; q++ {
			sum := 0.0
			for j, c := range k.Nodes {
				sum += k.Matrix[i][j] * math.Pow(c, q-1)
			}
			if math.Abs(sum-math.Pow(k.Nodes[i], q)/q) > 1e-15 {
				t.Errorf("stage %d: order condition %v violated", i, q)
			}
		}
	}
	for q := 1.0; q <= 10; q++ {
		sum := 0.0
		for j, c := range k.Nodes {
			sum += k.Matrix[RadauStages-1][j] * math.Pow(c, q-1)
		}
		if exact := math.Abs(sum-1/q) < 1e-15; exact != (q <= 9) {
			t.Errorf("weights integrate degree %v: %v", q-1, exact)
		}
	}
}

func identityMatrix() (one [RadauStages][RadauStages]float64) {
	for i := range one {
		one[i][i] = 1
	}
	return one
}

// The weights of the increments are the Lagrange polynomials of 0 and the nodes; q'
// vanishes at the nodes and is γ at 0, q(1) = 0.
func TestRadauDenseWeights(t *testing.T) {
	slopeOfDefect := func(theta float64) (slope float64) {
		for p, coefficient := range radauDefect {
			degree := float64(len(radauDefect) - p)
			slope += degree * coefficient * math.Pow(theta, degree-1)
		}
		return slope
	}
	for i, c := range RadauCollocation.Nodes {
		weights := denseWeights(c)
		for k, got := range weights[:RadauStages] {
			want := 0.0
			if i == k {
				want = 1
			}
			if math.Abs(got-want) > 1e-15 {
				t.Errorf("weight %d at node %d is %v, want %v", k, i, got, want)
			}
		}
		if got := slopeOfDefect(c); math.Abs(got) > 1e-11 {
			t.Errorf("q'(%v) = %v", c, got)
		}
	}
	if got := denseWeights(0); got != [RadauStages + 1]float64{} {
		t.Errorf("weights at 0: %v", got)
	}
	if got := denseWeights(1)[RadauStages]; math.Abs(got) > 1e-12 || math.Abs(slopeOfDefect(0)/RadauCollocation.Shift-1) > 1e-13 {
		t.Errorf("q(1) = %v, q'(0) = %v", got, slopeOfDefect(0))
	}
	const step = 1e-5
	for k := range RadauStages {
		after, before := denseWeights(step)[k], denseWeights(-step)[k]
		if got := (after - before) / (2 * step); math.Abs(got-radauSlopeAtStart[k]) > 1e-6*math.Abs(got)+1e-6 {
			t.Errorf("slope of weight %d at 0: %v, want %v", k, radauSlopeAtStart[k], got)
		}
		after, before = denseWeights(1 + step)[k], denseWeights(1 - step)[k]
		if got := (after - before) / (2 * step); math.Abs(got-radauSlopeAtEnd[k]) > 1e-6*math.Abs(got)+1e-6 {
			t.Errorf("slope of weight %d at 1: %v, want %v", k, radauSlopeAtEnd[k], got)
		}
	}
}

// The extrapolated increments are the stages of the next step as the dense
// output of the last one continues.
func TestRadauExtrapolation(t *testing.T) {
	w := [RadauStages + 1]float64{0.3, -0.7, 0.2, 0.4, -0.1, 0.05}
	at := func(theta float64) float64 {
		sum := 0.0
		for l, weight := range denseWeights(theta) {
			sum += weight * w[l]
		}
		return sum
	}
	for _, ratio := range []float64{0.1, 0.9, 1, 3, 8} {
		matrix := extrapolation(ratio)
		for i, c := range RadauCollocation.Nodes {
			got := 0.0
			for l, entry := range matrix[i] {
				got += entry * w[l]
			}
			want := at(1+c*ratio) - at(1)
			if math.Abs(got-want) > 1e-12*math.Max(1, math.Abs(want)) {
				t.Errorf("ratio %v, stage %d: %v, want %v", ratio, i, got, want)
			}
		}
	}
}

// At the ends of steps the order is 9, over time the dense output's is 6, and 7
// where nothing is stiff. (The bell is superconvergent at the ends, below rounding.)
func TestRadauOrderOfSteps(t *testing.T) {
	for _, c := range []struct {
		problem     problem
		ends, dense []float64 // numbers of steps, with errors above rounding
	}{
		{logistic, []float64{4, 6, 8}, []float64{8, 12, 16, 24}},
		{bell, nil, []float64{12, 16, 24, 32}},
		{oscillator, []float64{6, 8, 12, 16, 24}, []float64{6, 8, 12, 16, 24}},
		{rotation, []float64{10, 12, 14, 16}, []float64{12, 16, 24}},
	} {
		p := c.problem
		measure := func(numbers []float64, want float64, dense bool) {
			var steps, errors []float64
			for _, n := range numbers {
				r := p.radau(t, strictest)
				h := p.end / n
				y := make([]float64, p.system.Dim())
				worst := 0.0
				result := finish(t, r, Fixed{h}, Options{End: p.end, AfterStep: func(time float64) error {
					if !dense {
						worst = math.Max(worst, p.error(r.State(), time))
						return nil
					}
					for theta := 0.125; theta < 1; theta += 0.125 {
						r.Interpolate(y, theta)
						worst = math.Max(worst, p.error(y, time-(1-theta)*h))
					}
					return nil
				}})
				if result.Steps != int(n) || result.Rejected != 0 {
					t.Fatalf("%s: %+v for %v", p.name, result, n)
				}
				steps, errors = append(steps, h), append(errors, worst)
			}
			if order := slope(steps, errors); math.Abs(order-want) > 0.2 {
				t.Errorf("%s, dense %v: order %.2f, errors %.2g", p.name, dense, order, errors)
			}
		}
		if c.ends != nil {
			measure(c.ends, 9, false)
		}
		measure(c.dense, 7, true)
	}
}

// Within one step from an exact state dense output errs by h⁷, the collocation
// polynomial alone by h⁶, and the estimate is of size h⁶.
func TestRadauOrderOfDenseOutput(t *testing.T) {
	for _, p := range []problem{oscillator, rotation} {
		var steps, dense, collocation, norms []float64
		for _, h := range []float64{0.4, 0.3, 0.2, 0.15, 0.1} {
			start := p.end / 3
			r := p.radau(t, strictest)
			p.solution(r.State(), start)
			norm := radauStep(t, r, start, h)
			y := make([]float64, p.system.Dim())
			worst, worstCollocation := 0.0, 0.0
			for i := 1; i < 10; i++ {
				theta := float64(i) / 10
				r.Interpolate(y, theta)
				worst = math.Max(worst, p.error(y, start+theta*h))
				for l, e := range r.accepted[RadauStages] {
					y[l] -= denseWeights(theta)[RadauStages] * e
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
		}{{"dense output", dense, 7}, {"collocation polynomial", collocation, 6}, {"error estimate", norms, 6}} {
			if order := slope(steps, c.values); math.Abs(order-c.want) > 0.2 {
				t.Errorf("%s, %s: order %.2f, want %v; %.2g", p.name, c.name, order, c.want, c.values)
			}
		}
	}
}

// radauStep makes one accepted step from start.
func radauStep(t testing.TB, r *Radau9, start, h float64) (errorNorm float64) {
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
			if s := slope(tolerances, errors); math.Abs(s-0.95) > 0.25 {
				t.Errorf("%s, %s: error ~ tolerance^%.2f, errors %.2g", name, p.name, s, errors)
			}
		}
	}
}
