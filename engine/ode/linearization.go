package ode

// Linearization solves linear systems with the Jacobian J = ∂f/∂y of a System,
// shifted. A system with structure brings its own; Dense is for small ones.
//
// A shifted Jacobian that cannot be inverted is answered with solutions that are
// not finite: the step is then made smaller.
type Linearization interface {
	// Linearize makes J that at (t, y), where f is dydt; it must not change or
	// keep either. It returns how many right-hand sides it evaluated, or the
	// equivalent of its work, for Stepper.Evaluations.
	Linearize(t float64, y, dydt []float64) (evaluations int)
	// Factor prepares the solution with shift·I − J and complexShift·I − J. It
	// follows Linearize, and may follow again with other shifts.
	Factor(shift float64, complexShift complex128)
	// SolveReal replaces x by (shift·I − J)⁻¹ x.
	SolveReal(x []float64)
	// SolveComplex replaces re + i·im by (complexShift·I − J)⁻¹ (re + i·im).
	SolveComplex(re, im []float64)
}
