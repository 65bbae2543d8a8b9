package ode

import (
	"fmt"
	"math"
)

// Dense is the Linearization of a small system whose Jacobian has no structure,
// by elimination with partial pivoting: about 3·n³ multiplications of reals a
// Factor, 9·n² a solution of all kinds, and 48·n² bytes. It is not safe for
// concurrent use.
type Dense struct {
	jacobian func(dst []float64, t float64, y []float64)
	// differences stand for a nil jacobian.
	differences differences

	matrix  []float64 // J by rows
	real    realFactors
	complex [2]complexFactors
}

// differences is what difference quotients need.
type differences struct {
	system             System
	smallest           float64 // magnitude down to which components matter
	perturbed, shifted []float64
}

// NewDense returns the linearization of a system of dimension n ≥ 1. jacobian
// writes ∂f_i/∂y_j at (t, y) to dst[i·n+j], every entry.
func NewDense(n int, jacobian func(dst []float64, t float64, y []float64)) *Dense {
	d := &Dense{
		jacobian: jacobian,
		matrix:   make([]float64, n*n),
		real:     realFactors{make([]float64, n*n), make([]int, n)},
	}
	for k := range d.complex {
		d.complex[k] = complexFactors{make([]float64, n*n), make([]float64, n*n), make([]int, n)}
	}
	return d
}

// NewDenseDifferences returns a linearization by difference quotients, n
// right-hand sides for a system of dimension n. Their increments are 1.5e-8
// times the component, or the magnitude Absolute/Relative if that is larger: below
// it the tolerance, which should be that of the integration, lets it be wrong.
func NewDenseDifferences(system System, tolerance Tolerance) *Dense {
	n := system.Dim()
	d := NewDense(n, nil)
	d.differences = differences{system: system, perturbed: make([]float64, n), shifted: make([]float64, n), smallest: 1}
	if tolerance.Relative > 0 {
		d.differences.smallest = tolerance.Absolute / tolerance.Relative
	}
	return d
}

// Linearize implements Linearization.
func (d *Dense) Linearize(t float64, y, dydt []float64) (evaluations int) {
	if d.jacobian != nil {
		d.jacobian(d.matrix, t, y)
		return 0
	}
	return d.differences.linearize(d.matrix, t, y, dydt)
}

func (d *differences) linearize(matrix []float64, t float64, y, dydt []float64) (evaluations int) {
	n := len(y)
	copy(d.perturbed, y)
	for j, value := range y {
		scale := max(math.Abs(value), d.smallest)
		if scale == 0 {
			scale = 1
		}
		// Away from 0, where a domain may end; exactly the increment made.
		d.perturbed[j] = value + math.Copysign(0x1p-26*scale, value)
		increment := d.perturbed[j] - value
		d.system.Derivative(d.shifted, t, d.perturbed)
		for i, f := range d.shifted {
			matrix[i*n+j] = (f - dydt[i]) / increment
		}
		d.perturbed[j] = value
	}
	return n
}

// Factor implements Linearization.
func (d *Dense) Factor(shift float64, complexShifts [2]complex128) {
	n := len(d.real.pivots)
	for i, entry := range d.matrix {
		d.real.matrix[i] = -entry
	}
	for i := 0; i < len(d.matrix); i += n + 1 {
		d.real.matrix[i] += shift
	}
	d.real.factor()
	for k := range d.complex {
		c := &d.complex[k]
		for i, entry := range d.matrix {
			c.re[i], c.im[i] = -entry, 0
		}
		for i := 0; i < len(d.matrix); i += n + 1 {
			c.re[i] += real(complexShifts[k])
			c.im[i] = imag(complexShifts[k])
		}
		c.factor()
	}
}

// SolveReal implements Linearization.
func (d *Dense) SolveReal(x []float64) {
	d.checkLength(len(x))
	d.real.solve(x)
}

// SolveComplex implements Linearization.
func (d *Dense) SolveComplex(k int, re, im []float64) {
	d.checkLength(len(re))
	d.checkLength(len(im))
	d.complex[k].solve(re, im)
}

func (d *Dense) checkLength(length int) {
	if n := len(d.real.pivots); length != n {
		panic(fmt.Sprintf("ode: solution of length %d with a matrix of dimension %d", length, n))
	}
}
