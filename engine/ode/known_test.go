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
