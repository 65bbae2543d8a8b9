package problem

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

// TestScalarAgainstBuiltIn: the logistic loss and least squares given as functions have
// the expectations of the built-in ones.
func TestScalarAgainstBuiltIn(t *testing.T) {
	labels := []float64{1, -1}
	sigma := func(s float64) float64 { return 1 / (1 + math.Exp(-s)) }
	pairs := []struct {
		own     Scalar
		builtIn Problem
	}{
		{Scalar{
			Loss:       func(r float64, i int) float64 { return math.Log1p(math.Exp(-labels[i] * r)) },
			Derivative: func(r float64, i int) float64 { return -labels[i] * sigma(-labels[i]*r) },
			Second:     func(r float64, _ int) float64 { return sigma(r) * sigma(-r) },
			Signs:      labels, Kinks: []float64{-1, 0.3},
		}, Logistic{Labels: labels}},
		{Scalar{
			Loss:       func(r float64, i int) float64 { return (r - labels[i]) * (r - labels[i]) / 2 },
			Derivative: func(r float64, i int) float64 { return r - labels[i] },
			Second:     func(float64, int) float64 { return 1 },
			Signs:      labels,
		}, LeastSquares{Labels: labels}},
	}
	largest := 0.0
	for _, pair := range pairs {
		own, builtIn := pair.own.Evaluator(), pair.builtIn.Evaluator()
		for _, mean := range []float64{-5, -0.3, 0, 1, 7} {
			for _, variance := range []float64{0, 1e-12, 0.01, 1, 10, 30} {
				for class := range labels {
					law, a, b := NewLaw(1, 0), NewExpectation(1, 0), NewExpectation(1, 0)
					law.Mean[0], law.Covariance[0] = mean, variance
					own.Expect(&a, class, &law)
					builtIn.Expect(&b, class, &law)
					for _, p := range [][2]float64{
						{a.Gradient[0], b.Gradient[0]}, {a.Hessian[0], b.Hessian[0]}, {a.SecondMoment[0], b.SecondMoment[0]},
						{own.Risk(class, &law), builtIn.Risk(class, &law)}, {own.Error(class, &law), builtIn.Error(class, &law)},
					} {
						off := math.Abs(p[0]-p[1]) / (1 + math.Abs(p[1]))
						largest = max(largest, off)
						if off > 1e-10 {
							t.Errorf("%T, N(%g, %g), class %d: %.15g, built in %.15g", pair.builtIn, mean, variance, class, p[0], p[1])
						}
					}
				}
			}
		}
	}
	t.Logf("largest difference %.2g", largest)
}

// TestScalarKinks: E of the squared hinge ½(1 − r)₊² is in closed form, and a kink is
// where its second derivative jumps. Evaluations do not allocate.
func TestScalarKinks(t *testing.T) {
	slack := func(r float64) float64 { return max(1-r, 0) }
	own := Scalar{
		Loss:       func(r float64, _ int) float64 { return slack(r) * slack(r) / 2 },
		Derivative: func(r float64, _ int) float64 { return -slack(r) },
		Second: func(r float64, _ int) float64 {
			if r < 1 {
				return 1
			}
			return 0
		},
		Kinks: []float64{1},
	}
	evaluator, law, e := own.Evaluator(), NewLaw(1, 0), NewExpectation(1, 0)
	for _, mean := range []float64{-2, 0.3, 1, 2.5} {
		for _, deviation := range []float64{1e-3, 0.7, 3, 100} {
			law.Mean[0], law.Covariance[0] = mean, deviation*deviation
			evaluator.Expect(&e, 0, &law)
			z := (1 - mean) / deviation
			below, density := math.Erfc(-z/math.Sqrt2)/2, math.Exp(-z*z/2)/math.Sqrt(2*math.Pi)
			first := deviation * (z*below + density)
			square := deviation * deviation * ((z*z+1)*below + z*density)
			for k, p := range [][2]float64{{e.Gradient[0], -first}, {e.Hessian[0], below}, {e.SecondMoment[0], square}, {evaluator.Risk(0, &law), square / 2}} {
				if math.Abs(p[0]-p[1]) > 1e-11*(1+math.Abs(p[1])) {
					t.Errorf("N(%g, %g²), expectation %d: %.15g, closed form %.15g", mean, deviation, k, p[0], p[1])
				}
			}
		}
	}
	if n := testing.AllocsPerRun(10, func() { evaluator.Expect(&e, 0, &law) }); n != 0 {
		t.Errorf("an evaluation allocates %g times", n)
	}
}

// TestScalarOfNonsense: mistakes are told before anything runs.
func TestScalarOfNonsense(t *testing.T) {
	f := func(r float64, _ int) float64 { return r }
	for phrase, p := range map[string]Scalar{
		"Loss, Derivative and Second": {Loss: f, Derivative: f},
		"Kinks of a Scalar are [1 0]": {Loss: f, Derivative: f, Second: f, Kinks: []float64{1, 0}},
		"Kinks of a Scalar are [1 1]": {Loss: f, Derivative: f, Second: f, Kinks: []float64{1, 1}},
		"Kinks of a Scalar are [NaN]": {Loss: f, Derivative: f, Second: f, Kinks: []float64{math.NaN()}},
		"Signs of a Scalar are [1 0]": {Loss: f, Derivative: f, Second: f, Signs: []float64{1, 0}},
	} {
		func() {
			defer func() {
				if got := fmt.Sprint(recover()); !strings.Contains(got, phrase) {
					t.Errorf("%v, want %q", got, phrase)
				}
			}()
			p.Evaluator()
		}()
	}
}
