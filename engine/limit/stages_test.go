package limit

import (
	"context"
	"math"
	"testing"

	"anisgd/engine/ode"
	"anisgd/engine/rate"
)

// The elimination without exchanges of rows is exact to rounding for any rates ≥ 0.
func TestStageEquations(t *testing.T) {
	for _, rates := range []atStages{
		{}, {1, 1, 1, 1, 1}, {0.1, 3, 0, 20, 5}, {1e-9, 1e-8, 1e-7, 1e-6, 1e-5}, {1e12, 3e12, 2e12, 1e12, 1e11}, {1e6, 0, 1e-6, 1e3, 1},
	} {
		for _, scale := range []float64{1, 2} {
			want := atStages{1, -2, 3, 0.5, -0.25}
			var right, scaled atStages
			for i, row := range ode.RadauCollocation.Inverse {
				scaled[i] = scale * rates[i]
				right[i] = scaled[i] * want[i]
				for j, v := range row {
					right[i] += v * want[j]
				}
			}
			var factors stageFactors
			factors.factor(&scaled)
			kept, direct := right, right
			factors.solve(&kept)
			solveStage(&rates, scale, &direct)
			for i := range want {
				if math.Abs(kept[i]-want[i]) > 1e-13 || math.Abs(direct[i]-want[i]) > 1e-13 {
					t.Errorf("rates %v: %v with factors, %v directly, want %v", scaled, kept, direct, want)
					break
				}
			}
		}
	}
}

// Several outputs and everything that couples them.
func implicitCases(t *testing.T) map[string]*Config {
	all := outputCases(t)
	for name, c := range cases(t) {
		all[name] = c
	}
	for _, c := range all {
		c.Method, c.Spectrum = "radau9", CompressedSpectrum
		c.RelativeTolerance, c.AbsoluteTolerance = 1e-9, 1e-13
	}
	return all
}

// advanced is a stepper that has made some steps.
func advanced(t *testing.T, c *Config, end float64) *compressed {
	t.Helper()
	m := compressedOf(t, c)
	if _, err := ode.Drive(context.Background(), m, &ode.Predictive{}, ode.Options{End: end}); err != nil {
		t.Fatal(err)
	}
	return m
}

// The stages that follow from the sums solve the equations of the method, evaluated
// by the right-hand side itself.
func TestStagesSolveTheirEquations(t *testing.T) {
	const h, precision = 0.5, 1e-13
	for name, c := range implicitCases(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := advanced(t, c, 0.3)
			solver, ok := newLinearization(m).(*stages)
			if !ok {
				if m.outputs == 1 {
					t.Fatal("one output is not solved by its sums")
				}
				t.Skip("solved by Newton's iteration for the whole state")
			}
			start := m.Time()
			y := m.State()
			var increments, slopes [ode.RadauStages][]float64
			for i := range increments {
				increments[i], slopes[i] = make([]float64, len(y)), make([]float64, len(y))
			}
			solver.Linearize(start, y, nil)
			solver.Factor(ode.RadauCollocation.Shift/h, [2]complex128{})
			evaluations, convergence := solver.SolveStages(start, h, y, increments, precision)
			if convergence > ode.ConvergedSlowly {
				t.Fatalf("convergence %v after %d evaluations", convergence, evaluations)
			}
			at := make([]float64, len(y))
			for i, node := range ode.RadauCollocation.Nodes {
				for l, v := range y {
					at[l] = v + increments[i][l]
				}
				m.Derivative(slopes[i], start+node*h, at)
			}
			for i, row := range ode.RadauCollocation.Matrix {
				for l, v := range y {
					want, size := 0.0, math.Abs(v)
					for j, a := range row {
						want += h * a * slopes[j][l]
						size += math.Abs(h * a * slopes[j][l])
					}
					if got := increments[i][l]; math.Abs(got-want) > 1e-11*size {
						t.Fatalf("stage %d, component %d: %v, want %v", i, l, got, want)
					}
				}
			}
		})
	}
}

// (σ − J)⁻¹ for real and complex σ against difference quotients of the right-hand
// side. Of several outputs least squares has no exact one.
func TestJacobianAgainstDifferences(t *testing.T) {
	for name, c := range implicitCases(t) {
		if _, searches := c.Rate.(rate.LineSearch); searches {
			continue // its ‖∇R‖² is held fast
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := advanced(t, c, 0.3)
			jacobian := newLowRank(m, m.sums())
			y, start := m.State(), m.Time()
			if len(y) > 2000 {
				t.Skip("a dense matrix would be large")
			}
			slope := make([]float64, len(y))
			m.Derivative(slope, start, y)
			jacobian.Linearize(start, y, slope)
			shift, shifts := 0.7, [2]complex128{0.4 + 1.5i, -0.1 + 0.3i}
			jacobian.Factor(shift, shifts)
			x, re, im := make([]float64, len(y)), make([]float64, len(y)), make([]float64, len(y))
			for l := range x {
				x[l], re[l], im[l] = math.Sin(float64(l)), math.Cos(float64(3*l)), math.Sin(float64(2*l))
			}
			wantX, wantRe, wantIm := clone(x), clone(re), clone(im)
			jacobian.SolveReal(x)
			jacobian.SolveComplex(1, re, im)
			compare(t, "real", residual(m, start, y, x, shift, 0, nil), wantX)
			compare(t, "complex, real part", residual(m, start, y, re, real(shifts[1]), -imag(shifts[1]), im), wantRe)
			compare(t, "complex, imaginary part", residual(m, start, y, im, real(shifts[1]), imag(shifts[1]), re), wantIm)
		})
	}
}

func clone(x []float64) []float64 { return append([]float64(nil), x...) }

// residual is a·x + b·other − J x.
func residual(m *compressed, t float64, y, x []float64, a, b float64, other []float64) []float64 {
	const step = 1e-6
	n := len(y)
	plus, minus, at := make([]float64, n), make([]float64, n), make([]float64, n)
	for l, v := range y {
		at[l] = v + step*x[l]
	}
	m.Derivative(plus, t, at)
	for l, v := range y {
		at[l] = v - step*x[l]
	}
	m.Derivative(minus, t, at)
	for l := range at {
		at[l] = a*x[l] - (plus[l]-minus[l])/(2*step)
		if other != nil {
			at[l] += b * other[l]
		}
	}
	return at
}

func compare(t *testing.T, what string, got, want []float64) {
	t.Helper()
	for l, v := range want {
		if math.Abs(got[l]-v) > 3e-5 {
			t.Errorf("%s, component %d of %d: %v, want %v", what, l, len(want), got[l], v)
			return
		}
	}
}

func TestRotation(t *testing.T) {
	for n := 1; n <= 6; n++ {
		r := newRotation(n)
		symmetric, basis := make([]float64, n*n), make([]float64, n*n)
		for a := range n {
			for b := range n {
				symmetric[a*n+b] = math.Sin(float64(3+a*b)) + math.Cos(float64(a+b))
			}
		}
		values := clone(r.diagonalise(symmetric, basis))
		phi, variance := make([]float64, 2*n), make([]float64, n*(n+1)/2)
		gradient, varianceGradient := make([]float64, 2*n), make([]float64, n*(n+1)/2)
		for i := range phi {
			phi[i], gradient[i] = math.Cos(float64(i)), math.Sin(float64(5*i))
		}
		for i := range variance {
			variance[i], varianceGradient[i] = math.Cos(float64(2*i)), math.Sin(float64(7*i))
		}
		pairing := func() (sum float64) {
			for i, v := range phi {
				sum += v * gradient[i]
			}
			for i, v := range variance {
				sum += v * varianceGradient[i]
			}
			return sum
		}
		before, phi0, variance0 := pairing(), clone(phi), clone(variance)
		r.forward(basis, phi, variance, false)
		r.forward(basis, gradient, varianceGradient, true)
		if after := pairing(); math.Abs(after-before) > 1e-13 {
			t.Errorf("n = %d: the value of a gradient changes from %v to %v", n, before, after)
		}
		// A acts as its eigenvalues in the basis.
		for a := range n {
			want := 0.0
			for b := range n {
				want += symmetric[a*n+b] * phi0[b]
			}
			got := 0.0
			for k := range n {
				got += basis[a*n+k] * values[k] * phi[k]
			}
			if math.Abs(got-want) > 1e-13 {
				t.Errorf("n = %d: row %d of A φ is %v, want %v", n, a, got, want)
			}
		}
		r.backward(basis, phi, variance)
		for i, v := range append(phi0, variance0...) {
			if got := append(clone(phi), variance...)[i]; math.Abs(got-v) > 1e-13 {
				t.Errorf("n = %d: entry %d is %v after there and back, want %v", n, i, got, v)
			}
		}
	}
}

// No step of any kind allocates.
func TestImplicitStepsDoNotAllocate(t *testing.T) {
	for name, c := range implicitCases(t) {
		s := advanced(t, c, 0.3)
		h := 0.01
		if n := testing.AllocsPerRun(5, func() {
			if _, err := s.Trial(h); err != nil {
				t.Fatal(err)
			}
			s.Accept()
			h *= 1.1
		}); n != 0 {
			t.Errorf("%s: a step allocates %v times", name, n)
		}
	}
}

// The work of a step is a few sweeps, for many outputs too.
func TestSweepsPerStep(t *testing.T) {
	for name, c := range implicitCases(t) {
		if c.Problem.Outputs() > 1 && !separate(c) {
			continue
		}
		c.Times = []float64{1e4}
		if _, decays := c.Rate.(rate.Power); decays {
			c.Rate = rate.Constant(0.3)
		}
		result := solve(t, c)
		sweeps := float64(result.Evaluations) / float64(ode.RadauStages*result.Steps)
		if sweeps > 5 || result.Steps > 150 {
			t.Errorf("%s: %.1f sweeps a step, %d steps", name, sweeps, result.Steps)
		}
		t.Logf("%s: %.1f sweeps a step, %d steps, %d rejected", name, sweeps, result.Steps, result.Rejected)
	}
}
