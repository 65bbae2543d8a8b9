package ode

import (
	"context"
	"math"
	"testing"

	"anisgd/engine/checkpoint"
)

// staged is decades that solves its stages itself: five equations for each component.
type staged struct {
	*decades
	answer   Convergence
	shift    float64
	asked    [3]int // calls of SolveStages, Advance and Restart
	coarsest float64
}

func (s *staged) Factor(shift float64, complexShifts [2]complex128) {
	s.shift = shift
	s.decades.Factor(shift, complexShifts)
}

func (s *staged) SolveStages(_, h float64, y []float64, increments [RadauStages][]float64, precision float64) (evaluations int, convergence Convergence) {
	s.asked[0]++
	s.coarsest = math.Max(s.coarsest, precision)
	matrix := make([]float64, RadauStages*RadauStages)
	for l, rate := range s.rates {
		dense := realFactors{matrix, make([]int, RadauStages)}
		z := make([]float64, RadauStages)
		for i, row := range RadauCollocation.Inverse {
			copy(matrix[i*RadauStages:], row[:])
			matrix[i*RadauStages+i] += h * rate
			z[i] = -h * rate * (y[l] - 1)
		}
		dense.factor()
		dense.solve(z)
		for i, v := range z {
			increments[i][l] = v
		}
	}
	return RadauStages, s.answer
}

func (s *staged) Advance() { s.asked[1]++ }
func (s *staged) Restart() { s.asked[2]++ }

// Nothing is kept from step to step.
func (s *staged) Save(*checkpoint.Writer)    {}
func (s *staged) Restore(*checkpoint.Reader) {}

// A solver of stages makes the same steps as Newton's iteration, with less.
func TestRadauWithItsOwnStages(t *testing.T) {
	tolerance := Tolerance{Relative: 1e-8, Absolute: 1e-8}
	options := Options{End: 1e10, Stops: []float64{1e3}}
	newton := newDecades(25)
	whole := newRadau(t, newton, newton, tolerance)
	want := finish(t, whole, &Predictive{FirstStep: 1e-3}, options)

	own := &staged{decades: newDecades(25)}
	r, err := NewRadau9(own, own, tolerance)
	if err != nil {
		t.Fatal(err)
	}
	got := finish(t, r, &Predictive{FirstStep: 1e-3}, options)
	if d := distance(r.State(), whole.State()); d > 1e-9 || got.Steps != want.Steps || got.Rejected != want.Rejected {
		t.Errorf("%+v, by Newton's iteration %+v, solutions differ by %.1e", got, want, d)
	}
	if own.asked != [3]int{got.Steps + got.Rejected, got.Steps, 2} {
		t.Errorf("%d solutions, %d advances, %d restarts in %+v", own.asked[0], own.asked[1], own.asked[2], got)
	}
	if !(own.coarsest > 0 && own.coarsest < tolerance.Relative) {
		t.Errorf("stages asked to a precision of %v", own.coarsest)
	}
	// Those of the starts, of the first steps, and the stages.
	if limit := RadauStages*own.asked[0] + 10; got.Evaluations > limit {
		t.Errorf("%d evaluations, want at most %d", got.Evaluations, limit)
	}
	// The Jacobian is asked for as the answers say.
	if own.linearized != 2 {
		t.Errorf("%d Jacobians at two starts", own.linearized)
	}
	slow := &staged{decades: newDecades(25), answer: ConvergedSlowly}
	r, _ = NewRadau9(slow, slow, tolerance)
	if result := finish(t, r, &Predictive{FirstStep: 1e-3}, options); slow.linearized < result.Steps {
		t.Errorf("%d Jacobians in %d slow steps", slow.linearized, result.Steps)
	}
}

func TestRadauStagesFail(t *testing.T) {
	for answer, want := range map[Convergence]Reason{Diverged: NoConvergence, Overflowed: NonFinite} {
		system := &staged{decades: newDecades(5), answer: answer}
		r, err := NewRadau9(system, system, strict)
		if err != nil {
			t.Fatal(err)
		}
		result, err := Drive(context.Background(), r, &Predictive{FirstStep: 0.1}, Options{End: 1})
		if err != nil || result.Reason != want || result.Steps != 0 {
			t.Errorf("answer %v: %+v, %v", answer, result, err)
		}
	}
}

// half is a Jacobian that solves no equations of steps.
type half struct{ *Dense }

func (half) SolveComplex() {}

func TestRadauNeedsASolver(t *testing.T) {
	if _, err := NewRadau9(logistic.system, half{NewDense(1, nil)}, strict); err == nil {
		t.Error("no error")
	}
}
