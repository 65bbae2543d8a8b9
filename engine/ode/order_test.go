package ode

import (
	"math"
	"testing"
)

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
