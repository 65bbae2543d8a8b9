package ode

import "anisgd/engine/checkpoint"

// Jacobian solves linear systems with the Jacobian J = ∂f/∂y of a System, shifted. A
// system with structure brings its own; Dense is for small ones. Radau9 needs one
// that is a Linearization or a StageSolver as well.
//
// A shifted Jacobian that cannot be inverted is answered with solutions that are
// not finite: the step is then made smaller.
type Jacobian interface {
	// Linearize makes J that at (t, y), where f is dydt; it must not change or
	// keep either. It returns how many right-hand sides it evaluated, or the
	// equivalent of its work, for Stepper.Evaluations.
	Linearize(t float64, y, dydt []float64) (evaluations int)
	// Factor prepares the solution with shift·I − J and complexShifts·I − J. It
	// follows Linearize, and may follow again with other shifts.
	Factor(shift float64, complexShifts [2]complex128)
	// SolveReal replaces x by (shift·I − J)⁻¹ x.
	SolveReal(x []float64)
}

// Linearization is what Newton's iteration for the whole state needs.
type Linearization interface {
	Jacobian
	// SolveComplex replaces re + i·im by (complexShifts[k]·I − J)⁻¹ (re + i·im).
	SolveComplex(k int, re, im []float64)
}

// StageSolver solves the equations of a step of Radau9 in place of Newton's
// iteration for the whole state: where all equations would be linear and simple if a
// few numbers were known, say.
type StageSolver interface {
	Jacobian
	// SolveStages writes the increments z_i of the stages of a step of size h from
	// y at t to a relative precision,
	//
	//	z_i = h Σ_j Matrix_ij f(t + Nodes_j h, y + z_j)
	//
	// (see RadauCollocation). It follows Factor for this h. It returns how many
	// right-hand sides that cost, each stage counting as one, and what became of
	// it.
	SolveStages(t, h float64, y []float64, increments [RadauStages][]float64, precision float64) (evaluations int, convergence Convergence)
	// Advance is told that the step solved last was accepted, Restart that the
	// steps to come do not continue those before.
	Advance()
	Restart()
	// Save and Restore are those of Stepper. Restore is followed by Factor where that
	// had been called since Restart.
	Save(w *checkpoint.Writer)
	Restore(r *checkpoint.Reader)
}

// Convergence is what became of the iteration for an implicit step.
type Convergence uint8

const (
	// Converged: and the Jacobian serves for the next step as well.
	Converged Convergence = iota
	// ConvergedSlowly: the next step needs a Jacobian of its own.
	ConvergedSlowly
	// Diverged: a new Jacobian or a smaller step may help.
	Diverged
	// Overflowed: something was not finite.
	Overflowed
)
