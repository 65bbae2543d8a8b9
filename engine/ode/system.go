// Package ode integrates initial value problems y' = f(t, y), y(t₀) = y₀, and
// knows nothing of what they describe.
//
// Five nouns share the work:
//
//   - System is the right-hand side.
//   - Stepper holds the state and makes trial steps with an error estimate.
//     RungeKutta is the general explicit one; its methods are data (Tableau).
//     Radau9 is the implicit one, for stiff systems and long times; its linear
//     algebra may be the system's own (Linearization).
//   - Controller judges a trial and proposes the next step size (Adaptive, Fixed,
//     and Predictive for implicit methods).
//   - Observer is told where in the last step each asked time lies.
//   - Drive wires them: it lands on discontinuities and on the end, delivers
//     the asked times and events from dense output, and reports why it stopped.
//
// The same problem gives the same bits on every machine: sums have a fixed
// order, every fused multiply-add is explicit, and step sizes use the module's
// own elementary functions.
package ode

// System is the right-hand side f of y' = f(t, y).
type System interface {
	// Dim is the length of the state, at least 1 and constant.
	Dim() int
	// Derivative writes f(t, y) to dydt. Both have length Dim; it must not
	// change or keep y, and must write every entry of dydt. A state outside
	// the domain of f is answered with NaN: the step is then made smaller.
	Derivative(dydt []float64, t float64, y []float64)
}
