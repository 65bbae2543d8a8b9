package sgd

import (
	"context"
	"errors"
	"math"
	"sync/atomic"
	"testing"

	"anisgd/engine/model"
	"anisgd/engine/problem"
	"anisgd/engine/rate"
	"anisgd/engine/statistic"
	"anisgd/kernels/cpu"
	"anisgd/rng"
)

// mixture is a model with three classes that uses every combination of mean and
// spectrum: array and array, array and constant, none and array.
func mixture(t testing.TB, d int64) *model.Arrays {
	t.Helper()
	m := model.Model{Dim: d, Classes: []model.Class{
		{Prior: 0.4, Label: 1, Covariance: model.PowerLaw{Exponent: 1.1, Scale: 1}, Mean: model.NormalVector{Norm: 1, Seed: 3}},
		{Prior: 0.35, Label: -1, Covariance: model.Isotropic(0.5), Mean: model.Scaled{Of: model.NormalVector{Norm: 1, Seed: 3}, By: -2}},
		{Prior: 0.25, Label: 1, Covariance: model.PowerLaw{Exponent: 0.5, Scale: 2}, Mean: model.Zero{}},
	}}
	arrays, err := m.Materialize()
	if err != nil {
		t.Fatal(err)
	}
	return arrays
}

func mixtureConfig(t testing.TB, d int64, logistic bool) *Config {
	labels := []float64{1, -1, 1}
	var p problem.Problem = problem.LeastSquares{Labels: labels}
	if logistic {
		p = problem.Logistic{Labels: labels}
	}
	return &Config{
		Arrays: mixture(t, d), Problem: p, Rate: rate.Power{Initial: 0.5, Exponent: 0.5, Timescale: 1}, Ridge: 0.2,
		Start: [][]float64{(&model.Model{Dim: d}).FillVector(model.NormalVector{Norm: 1, Seed: 77})}, StartVariance: 0.3,
		Seed: 42, Runs: 3, Times: []float64{0, 0.1, 0.5, 1}, Threads: 1,
		Observables: statistic.Observables{Windows: []statistic.Window{{Name: "clean", Lo: 5, Hi: 40}}},
	}
}

// stepByStep follows theory, section 2, literally, in x itself: class, sample,
// gradient, X ← X − (γ/d) a gᵀ − (γδ/d) X, with no deferred update, no scaling by
// √d and the population statistics from their definition.
func stepByStep(c *Config, run uint32, k int64) (x []float64, risk float64) {
	d := c.Arrays.Dim
	n := float64(d)
	x = make([]float64, d)
	noise := make([]float64, d)
	starts := rng.NewStream(c.Seed, run, rng.DomainStart)
	starts.Normals(noise, 0, 0)
	for rho := range x {
		x[rho] = c.Start[0][rho]/math.Sqrt(n) + math.Sqrt(c.StartVariance/n)*noise[rho]
	}
	noises := rng.NewStream(c.Seed, run, rng.DomainNoise)
	draws := rng.NewStream(c.Seed, run, rng.DomainClass)
	uniforms := make([]float64, k+2)
	draws.Uniforms(uniforms, 0, 0)
	mean := func(i, rho int) float64 {
		class := c.Arrays.Classes[i]
		if class.Source < 0 {
			return 0
		}
		return class.Factor * c.Arrays.Sources[class.Source][rho] / math.Sqrt(n)
	}
	a := make([]float64, d)
	for step := range k {
		u := uniforms[step]
		class := 0
		for total := c.Arrays.Classes[0].Prior; u >= total; total += c.Arrays.Classes[class].Prior {
			class++
		}
		noises.Normals(noise, uint64(step), 0)
		r := 0.0
		for rho := range a {
			lambda := c.Arrays.Spectra[c.Arrays.Classes[class].Spectrum].Values[rho]
			a[rho] = mean(class, rho) + math.Sqrt(lambda)*noise[rho]
			r += a[rho] * x[rho]
		}
		y := c.Arrays.Classes[class].Label
		g := r - y
		if _, logistic := c.Problem.(problem.Logistic); logistic {
			g = -y / (1 + math.Exp(y*r))
		}
		gamma := c.Rate.(rate.Schedule).At(float64(step) / n)
		for rho := range x {
			x[rho] -= gamma/n*a[rho]*g + gamma*c.Ridge/n*x[rho]
		}
	}
	for i, class := range c.Arrays.Classes {
		m, b := 0.0, 0.0
		for rho := range x {
			m += mean(i, rho) * x[rho]
			b += c.Arrays.Spectra[class.Spectrum].Values[rho] * x[rho] * x[rho]
		}
		risk += class.Prior * c.Problem.Evaluator().Risk(i, &problem.Law{Mean: []float64{m}, Covariance: []float64{b}})
	}
	return x, risk
}

func TestAgainstStepByStep(t *testing.T) {
	for _, d := range []int64{1, 37, 600, 5000} {
		for _, logistic := range []bool{true, false} {
			c := mixtureConfig(t, d, logistic)
			c.Observables.Windows = nil
			if d == 5000 {
				c.Times = []float64{0, 0.01, 0.02}
			}
			result, err := Simulate(context.Background(), c)
			if err != nil {
				t.Fatal(err)
			}
			e := &result.Ensemble
			for run := range c.Runs {
				for k, time := range c.Times {
					x, risk := stepByStep(c, uint32(run), StepsAt(time, int(d)))
					norm2 := 0.0
					for _, v := range x {
						norm2 += v * v
					}
					row := e.Runs[run][k]
					if got := row[e.Column("risk")]; math.Abs(got-risk) > 1e-12*(1+risk) {
						t.Errorf("d=%d, run %d, t=%v: risk %.15g, step by step %.15g", d, run, time, got, risk)
					}
					if got := row[e.Column("norm2")]; math.Abs(got-norm2) > 1e-12*(1+norm2) {
						t.Errorf("d=%d, run %d, t=%v: norm2 %.15g, step by step %.15g", d, run, time, got, norm2)
					}
				}
			}
		}
	}
}

// Output times only look: they must not change what follows.
func TestOutputTimesDoNotChangeTheRun(t *testing.T) {
	sparse, dense := mixtureConfig(t, 900, true), mixtureConfig(t, 900, true)
	sparse.Times = []float64{1}
	dense.Times = nil
	for k := range 301 {
		dense.Times = append(dense.Times, float64(k)/300)
	}
	a, err := Simulate(context.Background(), sparse)
	if err != nil {
		t.Fatal(err)
	}
	b, err := Simulate(context.Background(), dense)
	if err != nil {
		t.Fatal(err)
	}
	for run := range a.Ensemble.Runs {
		if !sameBits(a.Ensemble.Runs[run][0], b.Ensemble.Runs[run][300]) {
			t.Errorf("run %d: %v with one output, %v with many", run, a.Ensemble.Runs[run][0], b.Ensemble.Runs[run][300])
		}
	}
}

func TestSameBitsForThreadsAndPaths(t *testing.T) {
	var reference *Result
	for _, path := range cpu.Available() {
		restore := cpu.Override(path)
		for _, threads := range []int{1, 2, 7} {
			c := mixtureConfig(t, 5000, true)
			c.Runs, c.Threads, c.Times = 5, threads, []float64{0, 0.01, 0.04}
			result, err := Simulate(context.Background(), c)
			if err != nil {
				t.Fatal(err)
			}
			if reference == nil {
				reference = result
			}
			for run := range c.Runs {
				for k := range c.Times {
					if !sameBits(result.Ensemble.Runs[run][k], reference.Ensemble.Runs[run][k]) {
						t.Fatalf("%v, %d threads: run %d, time %d differs", path, threads, run, k)
					}
				}
			}
		}
		restore()
	}
}

func TestRunsAreIndependentOfHowManyThereAre(t *testing.T) {
	few, many := mixtureConfig(t, 300, true), mixtureConfig(t, 300, true)
	few.Runs, many.Runs = 2, 6
	a, err := Simulate(context.Background(), few)
	if err != nil {
		t.Fatal(err)
	}
	b, err := Simulate(context.Background(), many)
	if err != nil {
		t.Fatal(err)
	}
	last := len(few.Times) - 1
	for run := range 2 {
		if !sameBits(a.Ensemble.Runs[run][last], b.Ensemble.Runs[run][last]) {
			t.Errorf("run %d changes with the number of runs", run)
		}
	}
	if sameBits(b.Ensemble.Runs[2][last], b.Ensemble.Runs[3][last]) {
		t.Error("two runs are equal")
	}
}

func TestClassDraws(t *testing.T) {
	s := &shared{priors: []float64{0, 0.25, 0, 0.75, 0}, cumulative: []float64{0, 0.25, 0.25, 1, 1}}
	for u, want := range map[float64]int{1e-300: 1, 0.2499: 1, 0.25: 3, 0.999: 3, math.Nextafter(1, 0): 3} {
		if got := s.class(u); got != want {
			t.Errorf("class(%v) = %d, want %d", u, got, want)
		}
	}
	s = &shared{priors: []float64{0.3, 0.7 - 1e-10, 0}, cumulative: []float64{0.3, 1 - 1e-10, 1 - 1e-10}}
	if got := s.class(math.Nextafter(1, 0)); got != 1 {
		t.Errorf("beyond the rounded sum of the priors: class %d, want 1", got)
	}
}

func TestDivergence(t *testing.T) {
	arrays, err := (&model.Model{Dim: 50, Classes: []model.Class{{Prior: 1, Label: 1, Covariance: model.Isotropic(1), Mean: model.ConstantVector(0.1)}}}).Materialize()
	if err != nil {
		t.Fatal(err)
	}
	times := make([]float64, 401)
	for k := range times {
		times[k] = float64(k)
	}
	for _, gamma := range []float64{3, 1e150, 1e308} {
		var previous *Result
		for _, threads := range []int{1, 3} {
			c := &Config{
				Arrays: arrays, Problem: problem.LeastSquares{Labels: []float64{1}}, Rate: rate.Constant(gamma),
				Runs: 4, Seed: 1, Times: times, Threads: threads,
			}
			result, err := Simulate(context.Background(), c)
			if err != nil {
				t.Fatal(err)
			}
			if result.Divergence == nil {
				t.Fatalf("γ=%v does not diverge", gamma)
			}
			e := &result.Ensemble
			if n := len(e.Times); n == 0 || n == len(times) || e.Times[n-1] > result.Divergence.Time {
				t.Fatalf("γ=%v: %d rows, diverged at %v", gamma, n, result.Divergence.Time)
			}
			for _, run := range e.Runs {
				if len(run) != len(e.Times) {
					t.Fatalf("γ=%v: a run has %d rows of %d", gamma, len(run), len(e.Times))
				}
				for _, row := range run {
					if risk := row[e.Column("risk")]; !(risk <= statistic.DivergenceFactor) {
						t.Errorf("γ=%v: a row has risk %v", gamma, risk)
					}
				}
			}
			if previous != nil && *previous.Divergence != *result.Divergence {
				t.Errorf("γ=%v: divergence %v with one thread, %v with three", gamma, previous.Divergence, result.Divergence)
			}
			previous = result
		}
	}
}

func TestCancellation(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	c := mixtureConfig(t, 1000, true)
	c.Times = []float64{1e9}
	c.Threads = 2
	var seen atomic.Int64
	c.Progress = func(n int64) {
		if seen.Add(n) > 10000 {
			cancel()
		}
	}
	if _, err := Simulate(ctx, c); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestMoreStepsThanCanBeCounted(t *testing.T) {
	c := mixtureConfig(t, 1000, true)
	c.Times = []float64{0, 1e17}
	if _, err := Simulate(context.Background(), c); err == nil {
		t.Error("1e20 steps are begun")
	}
}

func TestProgressCountsEveryStep(t *testing.T) {
	c := mixtureConfig(t, 700, true)
	c.Threads = 2
	var seen atomic.Int64
	c.Progress = func(n int64) { seen.Add(n) }
	result, err := Simulate(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	if want := int64(3 * 700); seen.Load() != want || result.Steps != want || c.TotalSteps() != want {
		t.Errorf("progress %d, steps %d, predicted %d, want %d", seen.Load(), result.Steps, c.TotalSteps(), want)
	}
}

func TestStepDoesNotAllocate(t *testing.T) {
	c := mixtureConfig(t, 5000, true)
	w := walkerOf(t, c)
	w.start(0)
	k := int64(0)
	if n := testing.AllocsPerRun(50, func() {
		made, _ := w.iterate.advance(k, math.MaxInt64, math.Inf(1))
		k += made
	}); n != 0 {
		t.Errorf("a step allocates %v times", n)
	}
}

func walkerOf(t testing.TB, c *Config) *walker {
	t.Helper()
	s, err := newShared(c)
	if err != nil {
		t.Fatal(err)
	}
	w, err := newWalker(s, 1)
	if err != nil {
		t.Fatal(err)
	}
	return w
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

// Large dimensions are stepped in look-ahead blocks: the same iterates to rounding
// as the merged sweep's, with teacher and AdaGrad-Norm too, and outputs that cut a
// block.
func TestLookAheadOfOneOutput(t *testing.T) {
	for name, c := range map[string]*Config{
		"logistic":                     mixtureConfig(t, 3000, true),
		"least squares":                mixtureConfig(t, 530, false),
		"teacher logistic, AdaGrad":    outputConfig(t, 700, problem.TeacherLogistic{}, rate.AdaGradNorm{Eta: 0.7, B: 0.5}),
		"teacher least squares, noise": outputConfig(t, 513, problem.TeacherLeastSquares{Columns: 1, Noise: 0.5}, rate.Constant(0.4)),
	} {
		one, four := walkerOf(t, c), walkerOf(t, c)
		four.iterate = overModes{newAhead(&four.steps), &four.steps}
		one.start(1)
		four.start(1)
		k := int64(0)
		for _, end := range []int64{1, 2, 7, 8, 40, 43, 300} {
			for j := k; j < end; {
				made, _ := one.iterate.advance(j, end, math.Inf(1))
				j += made
			}
			for j := k; j < end; {
				made, _ := four.iterate.advance(j, end, math.Inf(1))
				j += made
			}
			k = end
			x, y := one.iterate.(overModes).columns()[0], four.iterate.(overModes).columns()[0]
			for rho := range x {
				if math.Abs(x[rho]-y[rho]) > 1e-11*(1+math.Abs(x[rho])) {
					t.Fatalf("%s, step %d, mode %d: %v by look-ahead, %v step by step", name, k, rho, y[rho], x[rho])
				}
			}
			if a, b := one.steps.accumulated, four.steps.accumulated; math.Abs(a-b) > 1e-12*a {
				t.Errorf("%s, step %d: AdaGrad-Norm's sum %v and %v", name, k, b, a)
			}
		}
		four.start(1)
		if n := testing.AllocsPerRun(10, func() { four.iterate.advance(0, 4, math.Inf(1)) }); n != 0 {
			t.Errorf("%s: a block allocates %v times", name, n)
		}
	}
}
