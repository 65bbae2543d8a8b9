package ode

import (
	"fmt"
	"math"
)

// Dense is the Linearization of a small system whose Jacobian has no structure,
// by elimination with partial pivoting: about 5/3·n³ multiplications of reals a
// Factor, 5·n² a solution of both kinds, and 32·n² bytes. It is not safe for
// concurrent use.
type Dense struct {
	system   System
	jacobian func(dst []float64, t float64, y []float64)

	matrix             []float64 // J by rows
	real               realFactors
	complex            complexFactors
	perturbed, shifted []float64 // of finite differences
}

// NewDense returns the linearization of a system. jacobian writes ∂f_i/∂y_j at
// (t, y) to dst[i·n+j], every entry; nil stands for difference quotients, n
// right-hand sides.
//
// Their increments, 1.5e-8·max(|y_j|, 1e-3), suit components that matter when
// they are of size 1e-11 or more.
func NewDense(system System, jacobian func(dst []float64, t float64, y []float64)) *Dense {
	n := system.Dim()
	d := &Dense{system: system, jacobian: jacobian,
		matrix:  make([]float64, n*n),
		real:    realFactors{make([]float64, n*n), make([]int, n)},
		complex: complexFactors{make([]float64, n*n), make([]float64, n*n), make([]int, n)},
	}
	if jacobian == nil {
		d.perturbed, d.shifted = make([]float64, n), make([]float64, n)
	}
	return d
}

// Linearize implements Linearization.
func (d *Dense) Linearize(t float64, y, dydt []float64) (evaluations int) {
	if d.jacobian != nil {
		d.jacobian(d.matrix, t, y)
		return 0
	}
	n := len(y)
	copy(d.perturbed, y)
	for j, value := range y {
		// Away from 0, where a domain may end; exactly the increment made.
		d.perturbed[j] = value + math.Copysign(0x1p-26*max(math.Abs(value), 1e-3), value)
		increment := d.perturbed[j] - value
		d.system.Derivative(d.shifted, t, d.perturbed)
		for i, f := range d.shifted {
			d.matrix[i*n+j] = (f - dydt[i]) / increment
		}
		d.perturbed[j] = value
	}
	return n
}

// Factor implements Linearization.
func (d *Dense) Factor(shift float64, complexShift complex128) {
	n := len(d.real.pivots)
	for i, entry := range d.matrix {
		d.real.matrix[i] = -entry
		d.complex.re[i] = -entry
		d.complex.im[i] = 0
	}
	for i := 0; i < len(d.matrix); i += n + 1 {
		d.real.matrix[i] += shift
		d.complex.re[i] += real(complexShift)
		d.complex.im[i] = imag(complexShift)
	}
	d.real.factor()
	d.complex.factor()
}

// SolveReal implements Linearization.
func (d *Dense) SolveReal(x []float64) {
	d.checkLength(len(x))
	d.real.solve(x)
}

// SolveComplex implements Linearization.
func (d *Dense) SolveComplex(re, im []float64) {
	d.checkLength(len(re))
	d.checkLength(len(im))
	d.complex.solve(re, im)
}

func (d *Dense) checkLength(length int) {
	if n := len(d.real.pivots); length != n {
		panic(fmt.Sprintf("ode: solution of length %d with a matrix of dimension %d", length, n))
	}
}
