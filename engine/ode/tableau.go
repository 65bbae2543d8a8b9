package ode

import (
	"fmt"
	"math"
)

// Tableau is an explicit Runge–Kutta method as data. A step of size h from
// (t, y) is
//
//	k_i = f(t + C_i h, y + h Σ_{j<i} A_ij k_j)
//	y(t+h)  ≈ y + h Σ_i B_i k_i            (order Order)
//	error   ≈ h Σ_i E_i k_i                (E = B − B̂, B̂ of order ErrorOrder)
//	y(t+θh) ≈ y + h Σ_i b_i(θ) k_i         (order DenseOrder for every θ in [0, 1])
//
// as in Hairer, Nørsett and Wanner, Solving Ordinary Differential Equations I,
// sections II.1, II.4 and II.6. A Tableau is read only.
type Tableau struct {
	Name string
	// Stages is the number of slopes k_i.
	Stages int
	// Order is that of the solution.
	Order int
	// ErrorOrder is that of the embedded solution B̂; 0 if there is none. The
	// error estimate of one step is then of size h^(ErrorOrder+1).
	ErrorOrder int
	// DenseOrder is that of the continuous extension; its error within one
	// step is of size h^(DenseOrder+1).
	DenseOrder int

	A [][]float64 // Stages rows, A[i] has i entries
	B []float64   // Stages
	C []float64   // Stages, C[i] = Σ_j A[i][j]
	E []float64   // Stages, or nil for a method without an error estimate

	// Dense[i][p] multiplies θ^(p+1) in b_i(θ); all rows have equal length and
	// b_i(1) = B[i].
	Dense [][]float64
	// FSAL (first same as last) says that the last stage is evaluated at the
	// solution, A[Stages−1] = B without its last entry, which is 0: it serves
	// as the first of the next step.
	FSAL bool
}

// DenseWeights writes b_i(theta) to dst, one per stage: y(t+θh) ≈ y + h Σ b_i(θ) k_i.
// It panics if dst does not have length Stages.
func (t *Tableau) DenseWeights(dst []float64, theta float64) {
	if len(dst) != t.Stages {
		panic(fmt.Sprintf("ode: %d dense weights asked of %d stages", len(dst), t.Stages))
	}
	for i, polynomial := range t.Dense {
		value := 0.0
		for p := len(polynomial) - 1; p >= 0; p-- {
			value = math.FMA(value, theta, polynomial[p])
		}
		dst[i] = value * theta
	}
}

// Validate reports the first inconsistency in the shape of the tableau. It does
// not check the order conditions.
func (t *Tableau) Validate() error {
	invalid := func(format string, args ...any) error {
		return fmt.Errorf("ode: tableau %q: %s", t.Name, fmt.Sprintf(format, args...))
	}
	s := t.Stages
	switch {
	case s < 1:
		return invalid("%d stages", s)
	case t.Order < 1 || t.ErrorOrder < 0 || t.DenseOrder < 1:
		return invalid("orders %d, %d, %d", t.Order, t.ErrorOrder, t.DenseOrder)
	case len(t.A) != s || len(t.B) != s || len(t.C) != s || len(t.Dense) != s:
		return invalid("A, B, C and Dense have %d, %d, %d and %d rows for %d stages",
			len(t.A), len(t.B), len(t.C), len(t.Dense), s)
	case (t.E == nil) != (t.ErrorOrder == 0):
		return invalid("error weights and error order %d disagree", t.ErrorOrder)
	case t.E != nil && len(t.E) != s:
		return invalid("%d error weights for %d stages", len(t.E), s)
	case t.C[0] != 0:
		return invalid("the first stage lies at %v, not at the start of the step", t.C[0])
	}
	for i, row := range t.A {
		if len(row) != i {
			return invalid("row %d of A has %d entries", i, len(row))
		}
		if len(t.Dense[i]) == 0 {
			return invalid("b_%d(θ) has no coefficients", i)
		}
	}
	if t.FSAL {
		if s < 2 || t.B[s-1] != 0 || t.C[s-1] != 1 {
			return invalid("FSAL, but the last stage is not at the solution")
		}
		for j, a := range t.A[s-1] {
			if a != t.B[j] {
				return invalid("FSAL, but the last row of A is not B")
			}
		}
	}
	return nil
}
