package limit

import (
	"context"
	"math"
	"testing"

	"anisgd/engine/model"
	"anisgd/engine/ode"
	"anisgd/engine/problem"
	"anisgd/engine/rate"
	"gonum.org/v1/gonum/integrate/quad"
)

// independent is the limit in the other form of theory, section 3: the state is
// x̄ and the full second moment V, class by class, with expectations by
// Gauss–Legendre panels. It shares no formula, no expectation and no stepper
// with the package.
type independent struct {
	priors, labels []float64
	mean, lambda   [][]float64 // μ_i (not scaled), λ_i
	logistic       bool
	rate           rate.Schedule
	ridge          float64
	nodes, weights []float64 // of one panel on [−1, 1]
}

func newIndependent(c *Config) *independent {
	_, logistic := c.Problem.(problem.Logistic)
	f := &independent{logistic: logistic, rate: c.Rate.(rate.Schedule), ridge: c.Ridge, nodes: make([]float64, 16), weights: make([]float64, 16)}
	quad.Legendre{}.FixedLocations(f.nodes, f.weights, -1, 1)
	for _, class := range c.Arrays.Classes {
		f.priors = append(f.priors, class.Prior)
		f.labels = append(f.labels, class.Label)
		f.lambda = append(f.lambda, c.Arrays.Spectra[class.Spectrum].Values)
		mu := make([]float64, c.Arrays.Dim)
		if class.Source >= 0 {
			for rho, m := range c.Arrays.Sources[class.Source] {
				mu[rho] = class.Factor * m / math.Sqrt(float64(c.Arrays.Dim))
			}
		}
		f.mean = append(f.mean, mu)
	}
	return f
}

func (f *independent) Dim() int { return 2 * len(f.mean[0]) }

// normal is E h(r) for r ~ N(m, b).
func (f *independent) normal(m, b float64, h func(r float64) float64) float64 {
	if b < 1e-14 {
		return h(m)
	}
	s := math.Sqrt(b)
	// Panels of at most one unit of r and of one standard deviation, over ±9 of them.
	panels := int(math.Ceil(18 * math.Max(s, 1)))
	width := 18 * s / float64(panels)
	total := 0.0
	for p := range panels {
		centre := m - 9*s + (float64(p)+0.5)*width
		for j, x := range f.nodes {
			r := centre + x*width/2
			z := (r - m) / s
			total += f.weights[j] * width / 2 * math.Exp(-z*z/2) / (s * math.Sqrt(2*math.Pi)) * h(r)
		}
	}
	return total
}

func (f *independent) class(i int, x, v []float64) (m, b float64) {
	d := float64(len(x))
	for rho := range x {
		m += f.mean[i][rho] * x[rho]
		b += f.lambda[i][rho] * v[rho] / d
	}
	return m, b
}

func (f *independent) expectations(i int, m, b float64) (g, h, second, risk float64) {
	y := f.labels[i]
	if !f.logistic {
		r := m - y
		return r, 1, b + r*r, (b + r*r) / 2
	}
	sigma := func(s float64) float64 { return 1 / (1 + math.Exp(-s)) }
	g = f.normal(m, b, func(r float64) float64 { return -y * sigma(-y*r) })
	h = f.normal(m, b, func(r float64) float64 { return sigma(r) * sigma(-r) })
	second = f.normal(m, b, func(r float64) float64 { return sigma(-y*r) * sigma(-y*r) })
	risk = f.normal(m, b, func(r float64) float64 {
		if s := y * r; s > 0 {
			return math.Log1p(math.Exp(-s))
		} else {
			return math.Log1p(math.Exp(s)) - s
		}
	})
	return g, h, second, risk
}

func (f *independent) Derivative(dst []float64, t float64, state []float64) {
	n := len(f.mean[0])
	d := float64(n)
	x, v := state[:n], state[n:]
	clear(dst)
	gamma := f.rate.At(t)
	for i, p := range f.priors {
		m, b := f.class(i, x, v)
		g, h, second, _ := f.expectations(i, m, b)
		for rho := range x {
			l := f.lambda[i][rho]
			dst[rho] -= gamma * p * (f.mean[i][rho]*g + l*h*x[rho])
			dst[n+rho] += -2*gamma*p*(d*f.mean[i][rho]*g*x[rho]+l*h*v[rho]) + gamma*gamma*p*l*second
		}
	}
	for rho := range x {
		dst[rho] -= gamma * f.ridge * x[rho]
		dst[n+rho] -= 2 * gamma * f.ridge * v[rho]
	}
}

// solve returns the risk and the laws of the outputs at the times.
func (f *independent) solve(t *testing.T, c *Config) (risks []float64, laws [][][2]float64) {
	t.Helper()
	rk, err := ode.NewRungeKutta(f, &ode.Tsitouras5, ode.Tolerance{Relative: 1e-12, Absolute: 1e-24})
	if err != nil {
		t.Fatal(err)
	}
	d := c.Arrays.Dim
	state := rk.State()
	for rho := range d {
		x := 0.0
		if c.Start != nil {
			x = c.Start[0][rho] / math.Sqrt(float64(d))
		}
		state[rho] = x
		state[d+rho] = float64(d)*x*x + c.StartVariance
	}
	var breaks []float64
	breaks = append(breaks, c.Rate.Breaks()...)
	// Steps end at the asked times, so that dense output plays no part.
	at := 0.0
	record := func() {
		y := rk.State()
		risk := 0.0
		var law [][2]float64
		for i, p := range f.priors {
			m, b := f.class(i, y[:d], y[d:])
			_, _, _, r := f.expectations(i, m, b)
			risk += p * r
			law = append(law, [2]float64{m, b})
		}
		risks, laws = append(risks, risk), append(laws, law)
	}
	for _, end := range c.Times {
		if end > at {
			if _, err := ode.Drive(context.Background(), rk, &ode.Adaptive{}, ode.Options{Start: at, End: end, Stops: breaks}); err != nil {
				t.Fatal(err)
			}
			at = end
		}
		record()
	}
	return risks, laws
}

// cases are experiments over every model, loss and learning rate of the package.
func cases(t *testing.T) map[string]*Config {
	t.Helper()
	const d = 60
	normal := model.NormalVector{Norm: 1, Seed: 3}
	powers := []model.Class{
		{Prior: 0.5, Label: 1, Covariance: model.PowerLaw{Exponent: 1.1, Scale: 1}, Mean: model.PowerVector{Exponent: 0.3, Scale: 1}},
		{Prior: 0.5, Label: -1, Covariance: model.PowerLaw{Exponent: 1.5, Scale: 1}, Mean: model.Scaled{Of: model.PowerVector{Exponent: 0.3, Scale: 1}, By: -1}},
	}
	isotropic := []model.Class{
		{Prior: 0.5, Label: 1, Covariance: model.Isotropic(1), Mean: normal},
		{Prior: 0.5, Label: -1, Covariance: model.Isotropic(1), Mean: model.Scaled{Of: normal, By: -1}},
	}
	ends := []int64{15, 30, 45, 60}
	zeroOne := []model.Class{
		{Prior: 0.4, Label: 1, Covariance: model.Stepped{Ends: ends, Values: []float64{0, 0, 1, 1}}, Mean: model.SteppedVector{Ends: ends, Values: []float64{2, 0, 0, 0}}},
		{Prior: 0.6, Label: -1, Covariance: model.Stepped{Ends: ends, Values: []float64{0, 1, 0, 1}}, Mean: model.SteppedVector{Ends: ends, Values: []float64{-2, 0.3, 0, 0}}},
	}
	three := []model.Class{
		{Prior: 0.2, Label: 1, Covariance: model.Isotropic(0.7), Mean: normal},
		{Prior: 0.3, Label: -1, Covariance: model.PowerLaw{Exponent: 0.5, Scale: 2}, Mean: model.NormalVector{Norm: 0.5, Seed: 9}},
		{Prior: 0.5, Label: 1, Covariance: model.Isotropic(0.7), Mean: model.Zero{}},
	}
	short := []float64{0, 0.01, 0.3, 1, 3, 10, 40}
	long := []float64{0, 1, 30, 1e3, 1e4}
	make := func(classes []model.Class, logistic bool, schedule rate.Rule, times []float64) *Config {
		arrays, err := (&model.Model{Dim: d, Classes: classes}).Materialize()
		if err != nil {
			t.Fatal(err)
		}
		var labels []float64
		for _, class := range classes {
			labels = append(labels, class.Label)
		}
		var p problem.Problem = problem.LeastSquares{Labels: labels}
		if logistic {
			p = problem.Logistic{Labels: labels}
		}
		return &Config{
			Arrays: arrays, Problem: p, Rate: schedule, Times: times,
			Method: "dopri5", RelativeTolerance: 1e-10, AbsoluteTolerance: 1e-20, Threads: 1,
		}
	}
	withStart := func(c *Config) *Config {
		c.Start = [][]float64{(&model.Model{Dim: d}).FillVector(model.NormalVector{Norm: 1.5, Seed: 21})}
		c.StartVariance = 0.8
		return c
	}
	withRidge := func(c *Config, ridge float64) *Config {
		c.Ridge = ridge
		return c
	}
	return map[string]*Config{
		"logistic isotropic":                 make(isotropic, true, rate.Constant(0.7), short),
		"logistic zero-one":                  make(zeroOne, true, rate.Constant(1.5), short),
		"logistic zero-one, long":            make(zeroOne, true, rate.Constant(0.5), long),
		"logistic power law, long":           make(powers, true, rate.Constant(0.7), long),
		"logistic power law, start":          withStart(make(powers, true, rate.Constant(0.7), short)),
		"logistic three classes, ridge":      withRidge(withStart(make(three, true, rate.Constant(0.4), short)), 0.3),
		"logistic piecewise":                 make(powers, true, rate.Piecewise{Times: []float64{0, 2, 9}, Values: []float64{2, 0.5, 0.1}}, short),
		"least squares isotropic":            make(isotropic, false, rate.Constant(0.8), short),
		"least squares isotropic, tsit5":     withMethod(make(isotropic, false, rate.Constant(0.8), short), "tsit5"),
		"least squares zero-one":             make(zeroOne, false, rate.Constant(0.9), short),
		"least squares power law, long":      make(powers, false, rate.Constant(0.7), long),
		"least squares three classes, ridge": withRidge(withStart(make(three, false, rate.Constant(0.4), short)), 0.2),
		"least squares power rate":           make(powers, false, rate.Power{Initial: 1, Exponent: 0.5, Timescale: 2}, short),
		"least squares cosine":               make(powers, false, rate.Cosine{Initial: 1, Final: 0.1, End: 5}, short),
	}
}

func withMethod(c *Config, name string) *Config {
	c.Method = name
	return c
}

// The limit agrees with the independent solution to 1e-9 in the risk and in the
// law of the outputs, at all times up to 1e4.
func TestAgainstIndependentSolution(t *testing.T) {
	for name, c := range cases(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			result, err := Solve(context.Background(), c)
			if err != nil {
				t.Fatal(err)
			}
			f := newIndependent(c)
			risks, laws := f.solve(t, c)
			if len(result.Series.Rows) != len(c.Times) {
				t.Fatalf("%d rows for %d times", len(result.Series.Rows), len(c.Times))
			}
			risk := result.Series.Values("risk")
			for k, time := range c.Times {
				if deviation := math.Abs(risk[k]/risks[k] - 1); !(deviation <= 1e-9) {
					t.Errorf("t=%v: risk %.15g, independent %.15g, relative deviation %.2g", time, risk[k], risks[k], deviation)
				}
				for i, law := range laws[k] {
					row := result.Series.Rows[k]
					m := row[result.Series.Column("mean_"+string(rune('0'+i))+"_0")]
					b := row[result.Series.Column("cov_"+string(rune('0'+i))+"_0_0")]
					if math.Abs(m-law[0]) > 1e-9*(1+math.Abs(law[0])) || math.Abs(b-law[1]) > 1e-9*(1+law[1]) {
						t.Errorf("t=%v, class %d: (m, B) = (%v, %v), independent %v", time, i, m, b, law)
					}
				}
			}
		})
	}
}
