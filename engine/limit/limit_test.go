package limit

import (
	"context"
	"errors"
	"math"
	"testing"

	"anisgd/engine/closure"
	"anisgd/engine/model"
	"anisgd/engine/ode"
	"anisgd/engine/parallel"
	"anisgd/engine/problem"
	"anisgd/engine/rate"
	"anisgd/engine/statistic"
	"anisgd/kernels"
	"anisgd/kernels/cpu"
)

// powerLaw is the experiment of the measured anchors: binary logistic
// regression, exponents 1.1 and 1.5, opposite means with β = 0.2, γ = 0.7.
func powerLaw(t testing.TB, d int64, times []float64) *Config {
	t.Helper()
	mean := model.PowerVector{Exponent: 0.2, Scale: 1}
	m := model.Model{Dim: d, Classes: []model.Class{
		{Prior: 0.5, Label: 1, Covariance: model.PowerLaw{Exponent: 1.1, Scale: 1}, Mean: mean},
		{Prior: 0.5, Label: -1, Covariance: model.PowerLaw{Exponent: 1.5, Scale: 1}, Mean: model.Scaled{Of: mean, By: -1}},
	}}
	arrays, err := m.Materialize()
	if err != nil {
		t.Fatal(err)
	}
	return &Config{
		Arrays: arrays, Problem: problem.Logistic{Labels: []float64{1, -1}}, Rate: rate.Constant(0.7), Times: times,
		Method: "dopri5", RelativeTolerance: 1e-10, AbsoluteTolerance: 1e-12, Threads: 2,
	}
}

// The converged risks were computed with other programs (SciPy, SUNDIALS, C).
func TestConvergedRisks(t *testing.T) {
	for d, want := range map[int64]float64{1e4: 0.219466749727, 1e5: 0.219470077202, 1e6: 0.219470449087} {
		if testing.Short() && d > 1e4 {
			continue
		}
		for _, method := range []string{"dopri5", "tsit5"} {
			if d == 1e6 && method == "tsit5" {
				continue
			}
			c := powerLaw(t, d, []float64{50})
			c.Method = method
			result, err := Solve(context.Background(), c)
			if err != nil {
				t.Fatal(err)
			}
			if got := result.Series.Values("risk")[0]; math.Abs(got-want) > 1.5e-12 {
				t.Errorf("d=%d, %s: risk %.14f, want %.12f", d, method, got, want)
			}
		}
	}
}

// plain is the right-hand side for the general stepper of package ode: state
// (y, c) one after the other.
type plain struct {
	closure          *closure.Closure
	coupling         *kernels.Coupling
	config           *Config
	spectra          [][]float64
	linear           []float64
	quadratic        []float64
	evaluationsByNow int
}

func newPlain(t *testing.T, c *Config) *plain {
	t.Helper()
	cl, err := closure.New(closure.ModesOf(c.Arrays), c.Problem, c.Rate, c.Ridge)
	if err != nil {
		t.Fatal(err)
	}
	p := &plain{closure: cl, config: c, linear: make([]float64, len(c.Arrays.Sources)), quadratic: make([]float64, len(c.Arrays.Spectra))}
	p.coupling = p.closure.NewCoupling()
	for _, s := range c.Arrays.Spectra {
		p.spectra = append(p.spectra, s.Values)
	}
	return p
}

func (p *plain) Dim() int { return 2 * p.config.Arrays.Dim }

func (p *plain) Derivative(dst []float64, t float64, state []float64) {
	d := p.config.Arrays.Dim
	y, c := state[:d], state[d:]
	for s, source := range p.config.Arrays.Sources {
		p.linear[s] = 0
		for rho := range y {
			p.linear[s] += source[rho] * y[rho]
		}
	}
	for l, spectrum := range p.spectra {
		p.quadratic[l] = 0
		for rho := range y {
			p.quadratic[l] += spectrum[rho] * (y[rho]*y[rho] + c[rho])
		}
	}
	laws := make([]problem.Law, len(p.config.Arrays.Classes))
	for i, class := range p.config.Arrays.Classes {
		laws[i] = problem.NewLaw(1, 0)
		laws[i].Mean[0] = class.Factor * p.linear[class.Source] / float64(d)
		laws[i].Covariance[0] = p.quadratic[class.Spectrum] / float64(d)
	}
	p.closure.Evaluate(p.coupling, laws, t, 0, nil)
	kernels.Derivative(dst[:d], dst[d:], y, c, p.coupling, p.spectra, p.config.Arrays.Sources)
	p.evaluationsByNow++
}

// The fused stepper makes the same steps as the general one with the same
// tableau, for every method, trial by trial, dense output included.
func TestFusedStepperEqualsGeneralStepper(t *testing.T) {
	const d = 5000 // more than one chunk
	for _, m := range methods {
		if m.tableau == nil {
			continue
		}
		t.Run(m.name, func(t *testing.T) {
			c := powerLaw(t, d, []float64{1})
			c.Start = [][]float64{(&model.Model{Dim: d}).FillVector(model.NormalVector{Norm: 1, Seed: 2})}
			c.StartVariance = 0.5
			c.Ridge = 0.1
			c.RelativeTolerance, c.AbsoluteTolerance = 1e-6, 1e-9
			pool := parallel.NewPool(2)
			defer pool.Close()
			fused := fusedOf(t, c, m.tableau, pool)
			general, err := ode.NewRungeKutta(newPlain(t, c), m.tableau, ode.Tolerance{Relative: c.RelativeTolerance, Absolute: c.AbsoluteTolerance})
			if err != nil {
				t.Fatal(err)
			}
			copy(general.State(), fused.y)
			copy(general.State()[d:], fused.c)
			for _, s := range []ode.Stepper{fused, general} {
				if err := s.Reset(0.25); err != nil {
					t.Fatal(err)
				}
			}
			if m.tableau.E != nil {
				a, b := fused.InitialStep(10), general.InitialStep(10)
				if math.Abs(a/b-1) > 1e-9 {
					t.Errorf("initial steps %v and %v", a, b)
				}
			}
			denseY, denseC, dense := make([]float64, d), make([]float64, d), make([]float64, 2*d)
			for step, h := range []float64{0.1, 0.2, 0.05} {
				if _, err := fused.Trial(3 * h); err != nil { // a rejected trial leaves no trace
					t.Fatal(err)
				}
				a, _ := fused.Trial(h)
				b, _ := general.Trial(h)
				if m.tableau.E != nil && math.Abs(a-b) > 1e-6*b+1e-9 {
					t.Errorf("step %d: error norms %v and %v", step, a, b)
				}
				fused.Accept()
				general.Accept()
				if fused.Time() != general.Time() {
					t.Errorf("step %d: times %v and %v", step, fused.Time(), general.Time())
				}
				compareStates(t, "state", fused.y, fused.c, general.State())
				fused.interpolate(denseY, denseC, 0.3)
				general.Interpolate(dense, 0.3)
				compareStates(t, "dense output", denseY, denseC, dense)
			}
		})
	}
}

func fusedOf(t *testing.T, c *Config, tableau *ode.Tableau, pool *parallel.Pool) *fused {
	t.Helper()
	cl, err := closure.New(closure.ModesOf(c.Arrays), c.Problem, c.Rate, c.Ridge)
	if err != nil {
		t.Fatal(err)
	}
	return newFused(c, tableau, cl, statistic.NewMeter(c.Arrays, 1, c.Observables, pool), pool)
}

func compareStates(t *testing.T, what string, y, c, state []float64) {
	t.Helper()
	d := len(y)
	for rho := range y {
		if math.Abs(y[rho]-state[rho]) > 1e-12 || math.Abs(c[rho]-state[d+rho]) > 1e-12 {
			t.Fatalf("%s, mode %d: (%v, %v) and (%v, %v)", what, rho, y[rho], c[rho], state[rho], state[d+rho])
		}
	}
}

// Least squares on the isotropic mixture with opposite means ±μ, from zero:
// with e = ‖μ‖², the mean obeys m' = γ(e(1 − m) − m·1) and B' = −2γB… which is
// linear with constant coefficients, so it has a closed form.
func TestLeastSquaresClosedForm(t *testing.T) {
	const d, gamma = 2000, 0.6
	mean := model.ConstantVector(1.3)
	m := model.Model{Dim: d, Classes: []model.Class{
		{Prior: 0.5, Label: 1, Covariance: model.Isotropic(1), Mean: mean},
		{Prior: 0.5, Label: -1, Covariance: model.Isotropic(1), Mean: model.Scaled{Of: mean, By: -1}},
	}}
	arrays, err := m.Materialize()
	if err != nil {
		t.Fatal(err)
	}
	times := []float64{0, 0.1, 0.5, 1, 2, 5, 20}
	for _, method := range []string{"dopri5", "tsit5", "rk4", "euler"} {
		c := &Config{
			Arrays: arrays, Problem: problem.LeastSquares{Labels: []float64{1, -1}}, Rate: rate.Constant(gamma), Times: times,
			Method: method, Step: 0.002, RelativeTolerance: 1e-11, AbsoluteTolerance: 1e-13, Threads: 1,
		}
		tolerance := map[string]float64{"dopri5": 1e-10, "tsit5": 1e-10, "rk4": 1e-9, "euler": 3e-3}[method]
		result, err := Solve(context.Background(), c)
		if err != nil {
			t.Fatal(err)
		}
		const e = 1.3 * 1.3
		for k, time := range times {
			// x̄ = βμ with β' = γ(1 − m) − γβ, m = eβ, so β = (1 − e^{−γ(1+e)t})/(1+e).
			relax := math.Exp(-gamma * (1 + e) * time)
			beta := (1 - relax) / (1 + e)
			m := e * beta
			// V/d summed: B = β²e + C with C' = −2γC + γ²(B + (m−1)²), κ = 1, a linear
			// equation whose source s0 + s1·relax + s2·relax² follows from β.
			k0 := gamma * (2 - gamma)
			// β²e + (m−1)²
			s0 := e/((1+e)*(1+e)) + 1/((1+e)*(1+e))
			s1 := -2*e/((1+e)*(1+e)) + 2*e/((1+e)*(1+e))
			s2 := e/((1+e)*(1+e)) + e*e/((1+e)*(1+e))
			q := gamma * (1 + e)
			decay := math.Exp(-k0 * time)
			variance := gamma * gamma * (s0*(1-decay)/k0 + s1*(relax-decay)/(k0-q) + s2*(relax*relax-decay)/(k0-2*q))
			b := beta*beta*e + variance
			risk := 0.5 * (b + (m-1)*(m-1))
			if got := result.Series.Values("risk")[k]; math.Abs(got-risk) > tolerance {
				t.Errorf("%s, t=%v: risk %v, closed form %v", method, time, got, risk)
			}
			if got := result.Series.Values("mean_0_0")[k]; math.Abs(got-m) > tolerance {
				t.Errorf("%s, t=%v: m %v, closed form %v", method, time, got, m)
			}
			if got := result.Series.Values("norm2")[k]; math.Abs(got-b) > tolerance {
				t.Errorf("%s, t=%v: ‖x‖² %v, closed form %v", method, time, got, b)
			}
		}
	}
}

// Beyond the stability threshold γ = 2/κ of least squares the limit diverges: the
// rows up to then are kept and the time is reported.
func TestDivergence(t *testing.T) {
	var times []float64
	for k := range 201 {
		times = append(times, float64(k))
	}
	for gamma, diverges := range map[float64]bool{1.9: false, 2.2: true, 1e200: true} {
		arrays, err := (&model.Model{Dim: 100, Classes: []model.Class{{Prior: 1, Label: 1, Covariance: model.Isotropic(1), Mean: model.ConstantVector(0.1)}}}).Materialize()
		if err != nil {
			t.Fatal(err)
		}
		c := &Config{
			Arrays: arrays, Problem: problem.LeastSquares{Labels: []float64{1}}, Rate: rate.Constant(gamma), Times: times,
			Method: "dopri5", RelativeTolerance: 1e-8, AbsoluteTolerance: 1e-12, Threads: 1,
		}
		result, err := Solve(context.Background(), c)
		if err != nil {
			t.Fatal(err)
		}
		if (result.Divergence != nil) != diverges {
			t.Fatalf("γ=%v: divergence %v", gamma, result.Divergence)
		}
		if !diverges {
			continue
		}
		series := &result.Series
		if len(series.Rows) == 0 || len(series.Rows) == len(times) || len(series.Times) != len(series.Rows) {
			t.Fatalf("γ=%v: %d rows at %d times", gamma, len(series.Rows), len(series.Times))
		}
		last := series.Rows[len(series.Rows)-1][series.Column("risk")]
		if !(last <= statistic.DivergenceFactor) || series.Times[len(series.Times)-1] > result.Divergence.Time {
			t.Errorf("γ=%v: last risk %v at %v, diverged at %v", gamma, last, series.Times[len(series.Times)-1], result.Divergence.Time)
		}
		if gamma == 2.2 {
			// C' ≈ γ(γ − 2)C: the risk passes 1e12 at about log(1e12)/0.44.
			if got := result.Divergence.Time; got < 55 || got > 75 {
				t.Errorf("diverged at %v, want about 63", got)
			}
		}
	}
}

func TestSameBitsForThreadsAndPaths(t *testing.T) {
	times := []float64{0, 0.1, 1, 7}
	if testing.Short() {
		times = times[:2]
	}
	reference := (*Result)(nil)
	for _, path := range cpu.Available() {
		restore := cpu.Override(path)
		for _, threads := range []int{1, 2, 5} {
			c := powerLaw(t, 20000, times)
			c.Threads = threads
			c.Observables.Windows = []statistic.Window{{Name: "clean", Lo: 3, Hi: 9999}}
			result, err := Solve(context.Background(), c)
			if err != nil {
				t.Fatal(err)
			}
			if reference == nil {
				reference = result
			}
			for k := range times {
				if !sameBits(result.Series.Rows[k], reference.Series.Rows[k]) || result.Steps != reference.Steps {
					t.Errorf("%v, %d threads: row %d is %v, want %v", path, threads, k, result.Series.Rows[k], reference.Series.Rows[k])
				}
			}
		}
		restore()
	}
}

// sameBits compares rows in which undefined values are NaN.
func sameBits(a, b []float64) bool {
	for i := range a {
		if math.Float64bits(a[i]) != math.Float64bits(b[i]) && !(math.IsNaN(a[i]) && math.IsNaN(b[i])) {
			return false
		}
	}
	return len(a) == len(b)
}

func TestCancellation(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	c := powerLaw(t, 1000, []float64{1e9})
	c.Progress = func(t float64) {
		if t > 1 {
			cancel()
		}
	}
	if _, err := Solve(ctx, c); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestStepDoesNotAllocate(t *testing.T) {
	c := powerLaw(t, 10000, []float64{1})
	pool := parallel.NewPool(2)
	defer pool.Close()
	for _, m := range methods {
		if m.tableau == nil {
			continue
		}
		s := fusedOf(t, c, m.tableau, pool)
		if err := s.Reset(0); err != nil {
			t.Fatal(err)
		}
		if n := testing.AllocsPerRun(20, func() {
			if _, err := s.Trial(0.01); err != nil {
				t.Fatal(err)
			}
			s.Accept()
		}); n != 0 {
			t.Errorf("%s: a step allocates %v times", m.name, n)
		}
	}
}
