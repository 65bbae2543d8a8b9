package ode

import (
	"math"
	"math/cmplx"
	"testing"
)

// The solutions of the dense linear algebra, the matrices badly scaled and such
// that elimination without exchanges of rows would fail.
func TestElimination(t *testing.T) {
	const shift = 0.75
	complexShifts := [2]complex128{0.5 + 2i, -1 + 0.25i}
	for _, n := range []int{1, 2, 3, 8, 30} {
		jacobian := make([]float64, n*n)
		state := uint64(n)
		for i := range jacobian {
			state = state*6364136223846793005 + 1442695040888963407
			jacobian[i] = (float64(state>>11)/(1<<53) - 0.5) * math.Pow(10, float64(i%7)-3)
		}
		jacobian[0] = shift // leaves a pivot of 0
		d := NewDense(n, func(dst []float64, _ float64, _ []float64) { copy(dst, jacobian) })
		if n == 1 {
			jacobian[0] = 3
		}
		d.Linearize(0, make([]float64, n), nil)
		d.Factor(shift, complexShifts)
		want, x := make([]complex128, n), make([]float64, n)
		for i := range want {
			want[i] = complex(float64(i+1), float64(3-i))
		}
		for i := range x {
			x[i] = shift * real(want[i])
			for j, w := range want {
				x[i] -= jacobian[i*n+j] * real(w)
			}
		}
		d.SolveReal(x)
		for i, w := range want {
			if math.Abs(x[i]-real(w)) > 1e-9 {
				t.Errorf("n = %d: real solution %v at %d, want %v", n, x[i], i, real(w))
			}
		}
		for k, shift := range complexShifts {
			re, im := make([]float64, n), make([]float64, n)
			for i := range re {
				sum := shift * want[i]
				for j, w := range want {
					sum -= complex(jacobian[i*n+j], 0) * w
				}
				re[i], im[i] = real(sum), imag(sum)
			}
			d.SolveComplex(k, re, im)
			for i, w := range want {
				if cmplx.Abs(complex(re[i], im[i])-w) > 1e-9 {
					t.Errorf("n = %d: complex solution %d is %v at %d, want %v", n, k, complex(re[i], im[i]), i, w)
				}
			}
		}
	}
	for _, z := range []complex128{1, 1i, 3 + 4i, 1e200 + 1e200i, 1e-200 - 2e-200i, -5e300i, 1e-9 - 1e9i} {
		re, im := reciprocal(real(z), imag(z))
		if e := cmplx.Abs(complex(re, im)*z - 1); !(e < 1e-15) {
			t.Errorf("1/%v = %v, off by %.1e", z, complex(re, im), e)
		}
	}
	d := NewDense(2, func(dst []float64, _ float64, _ []float64) { copy(dst, []float64{1, 1, 1, 1}) })
	d.Linearize(0, nil, nil)
	d.Factor(2, [2]complex128{2, 2})
	if x := []float64{1, 2}; func() bool { d.SolveReal(x); return finite(x) }() {
		t.Errorf("singular matrix: solution %v", x)
	}
}

// Difference quotients of polynomials, also of components that are 0 or tiny.
func TestDifferenceQuotients(t *testing.T) {
	y := []float64{0.3, 1e-8, 0.7}
	dydt := make([]float64, 3)
	robertson.f(dydt, 0, y)
	want := make([]float64, 9)
	robertsonJacobian(want, 0, y)
	d := NewDenseDifferences(robertson, Tolerance{Relative: 1e-6, Absolute: 1e-16})
	if n := d.Linearize(0, y, dydt); n != 3 {
		t.Errorf("%d evaluations", n)
	}
	for i, w := range want {
		if math.Abs(d.matrix[i]-w) > 1e-5*math.Max(1, math.Abs(w)) {
			t.Errorf("entry %d: %v, want %v", i, d.matrix[i], w)
		}
	}
	for _, tolerance := range []Tolerance{{Relative: 1}, {Absolute: 1}, {1, 1}} {
		zero := NewDenseDifferences(logistic.system, tolerance)
		zero.Linearize(0, []float64{0}, []float64{0})
		if got := zero.matrix[0]; math.Abs(got-1) > 1e-7 {
			t.Errorf("derivative at 0: %v, want 1", got)
		}
	}
}
