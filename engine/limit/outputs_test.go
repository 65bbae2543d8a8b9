package limit

import (
	"context"
	"fmt"
	"math"
	"testing"

	"anisgd/engine/model"
	"anisgd/engine/ode"
	"anisgd/engine/problem"
	"anisgd/engine/rate"
	"anisgd/engine/statistic"
	"gonum.org/v1/gonum/integrate/quad"
)

// definition is the limit of theory, section 3, for any number of outputs, in
// the form (x̄, V), mode by mode and class by class, with the expectations of the
// losses by Gauss–Hermite products. It shares no formula with the package.
type definition struct {
	c            *Config
	d, l, ls     int // d, ℓ, ℓ*
	mean, lambda [][]float64
	teacher      [][]float64 // x*_b
	x, w         []float64   // Gauss–Hermite for N(0, 1)
}

func newDefinition(c *Config) *definition {
	f := &definition{c: c, d: c.Arrays.Dim, l: c.Problem.Outputs(), ls: c.Problem.TeacherOutputs()}
	const n = 48
	f.x, f.w = make([]float64, n), make([]float64, n)
	quad.Hermite{}.FixedLocations(f.x, f.w, math.Inf(-1), math.Inf(1))
	for j := range f.x {
		f.w[j] *= 1 / math.Sqrt(math.Pi)
		f.x[j] *= math.Sqrt2
	}
	root := math.Sqrt(float64(f.d))
	for _, class := range c.Arrays.Classes {
		f.lambda = append(f.lambda, c.Arrays.Spectra[class.Spectrum].Values)
		mu := make([]float64, f.d)
		if class.Source >= 0 {
			for rho, m := range c.Arrays.Sources[class.Source] {
				mu[rho] = class.Factor * m / root
			}
		}
		f.mean = append(f.mean, mu)
	}
	for _, column := range c.Observables.Teacher {
		x := make([]float64, f.d)
		for rho, v := range column {
			x[rho] = v / root
		}
		f.teacher = append(f.teacher, x)
	}
	return f
}

// State: x̄_ρa at [ρ·ℓ + a], then V_ρab, then the sum of AdaGrad-Norm.
func (f *definition) Dim() int { return f.d*f.l + f.d*f.l*f.l + 1 }

type fullLaw struct {
	m, ms     []float64
	b, bt, bs [][]float64
}

func (f *definition) law(i int, state []float64) fullLaw {
	v := state[f.d*f.l:]
	law := fullLaw{m: make([]float64, f.l), ms: make([]float64, f.ls), b: zeros(f.l, f.l), bt: zeros(f.l, f.ls), bs: zeros(f.ls, f.ls)}
	for rho := range f.d {
		mu, lambda := f.mean[i][rho], f.lambda[i][rho]
		for a := range f.l {
			x := state[rho*f.l+a]
			law.m[a] += mu * x
			for b := range f.l {
				law.b[a][b] += lambda * v[(rho*f.l+a)*f.l+b] / float64(f.d)
			}
			for b := range f.ls {
				law.bt[a][b] += lambda * x * f.teacher[b][rho]
			}
		}
		for a := range f.ls {
			law.ms[a] += mu * f.teacher[a][rho]
			for b := range f.ls {
				law.bs[a][b] += lambda * f.teacher[a][rho] * f.teacher[b][rho]
			}
		}
	}
	return law
}

func zeros(n, m int) [][]float64 {
	z := make([][]float64, n)
	for i := range z {
		z[i] = make([]float64, m)
	}
	return z
}

// expect is g, H, H̃, I and the risk from the table of theory, section 4.
func (f *definition) expect(i int, law fullLaw) (g []float64, h, ht, second [][]float64, risk float64) {
	g, h, ht, second = make([]float64, f.l), zeros(f.l, f.l), zeros(f.l, f.ls), zeros(f.l, f.l)
	add := func(weight float64, gradient []float64, hessian [][]float64, loss float64) {
		risk += weight * loss
		for a := range g {
			g[a] += weight * gradient[a]
			for b := range g {
				second[a][b] += weight * gradient[a] * gradient[b]
				h[a][b] += weight * hessian[a][b]
			}
		}
	}
	sigma := func(s float64) float64 { return 1 / (1 + math.Exp(-s)) }
	switch p := f.c.Problem.(type) {
	case problem.OneHotLeastSquares:
		for a := range g {
			h[a][a] = 1
			g[a] = law.m[a]
			if a == i {
				g[a]--
			}
		}
		for a := range g {
			for b := range g {
				second[a][b] = law.b[a][b] + g[a]*g[b]
			}
			risk += second[a][a] / 2
		}
	case problem.TeacherLeastSquares:
		for a := range g {
			h[a][a], ht[a][a] = 1, -1
			g[a] = law.m[a] - law.ms[a]
		}
		for a := range g {
			for b := range g {
				second[a][b] = law.b[a][b] - law.bt[a][b] - law.bt[b][a] + law.bs[a][b] + g[a]*g[b]
			}
			second[a][a] += p.Noise * p.Noise
			risk += second[a][a] / 2
		}
	case problem.TeacherLogistic:
		s, ss := math.Sqrt(law.b[0][0]), math.Sqrt(law.bs[0][0])
		rho := 0.0
		if s > 0 && ss > 0 {
			rho = law.bt[0][0] / (s * ss)
		}
		for j, z := range f.x {
			for k, y := range f.x {
				r := law.m[0] + s*(rho*z+math.Sqrt(math.Max(1-rho*rho, 0))*y)
				star := law.ms[0] + ss*z
				w, up := f.w[j]*f.w[k], sigma(star)
				hessian := [][]float64{{sigma(r) * sigma(-r)}}
				add(w*up, []float64{sigma(r) - 1}, hessian, math.Log1p(math.Exp(-r)))
				add(w*(1-up), []float64{sigma(r)}, hessian, math.Log1p(math.Exp(-r))+r)
				ht[0][0] -= w * up * (1 - up)
			}
		}
	case problem.Softmax:
		// The law of the differences to output 0 by its Cholesky factor.
		var s11, s21, s22 float64
		c := func(a, b int) float64 { return law.b[a][b] - law.b[a][0] - law.b[0][b] + law.b[0][0] }
		s11 = math.Sqrt(math.Max(c(1, 1), 0))
		if s11 > 0 {
			s21 = c(2, 1) / s11
		}
		s22 = math.Sqrt(math.Max(c(2, 2)-s21*s21, 0))
		for j, z := range f.x {
			for k, y := range f.x {
				r := []float64{0, law.m[1] - law.m[0] + s11*z, law.m[2] - law.m[0] + s21*z + s22*y}
				total := math.Exp(r[0]) + math.Exp(r[1]) + math.Exp(r[2])
				pi := []float64{math.Exp(r[0]) / total, math.Exp(r[1]) / total, math.Exp(r[2]) / total}
				hessian := zeros(3, 3)
				gradient := make([]float64, 3)
				for a := range pi {
					gradient[a] = pi[a]
					if a == i {
						gradient[a] = pi[a] - 1
					}
					for b := range pi {
						hessian[a][b] = -pi[a] * pi[b]
					}
					hessian[a][a] += pi[a]
				}
				add(f.w[j]*f.w[k], gradient, hessian, math.Log(total)-r[i])
			}
		}
	default:
		panic("no definition")
	}
	return g, h, ht, second, risk
}

func (f *definition) Derivative(dst []float64, t float64, state []float64) {
	d := float64(f.d)
	clear(dst)
	classes := f.c.Arrays.Classes
	type expectation struct {
		g             []float64
		h, ht, second [][]float64
		risk          float64
	}
	es := make([]expectation, len(classes))
	traces := 0.0 // Σ p_i κ_i tr I_i
	for i, class := range classes {
		e := &es[i]
		e.g, e.h, e.ht, e.second, e.risk = f.expect(i, f.law(i, state))
		kappa := 0.0
		for _, l := range f.lambda[i] {
			kappa += l / d
		}
		for a := range f.l {
			traces += class.Prior * kappa * e.second[a][a]
		}
	}
	v := state[f.d*f.l:]
	dv := dst[f.d*f.l:]
	gamma := 0.0
	switch rule := f.c.Rate.(type) {
	case rate.Schedule:
		gamma = rule.At(t)
	case rate.AdaGradNorm:
		gamma = rule.Eta / math.Sqrt(rule.B*rule.B+state[len(state)-1])
	case rate.Polyak:
		p := f.c.Problem.(problem.TeacherLeastSquares)
		for i, class := range classes {
			gamma += class.Prior * (2*es[i].risk - float64(f.l)*p.Noise*p.Noise) / traces
		}
	case rate.LineSearch:
		norm, curvature := 0.0, 0.0
		for rho := range f.d {
			c, a0 := make([]float64, f.l), zeros(f.l, f.l)
			for i, class := range classes {
				for a := range f.l {
					c[a] += class.Prior * f.mean[i][rho] * es[i].g[a]
					for b := range f.ls {
						c[a] += class.Prior * f.lambda[i][rho] * es[i].ht[a][b] * f.teacher[b][rho]
					}
					for b := range f.l {
						a0[a][b] += class.Prior * f.lambda[i][rho] * es[i].h[a][b]
					}
				}
			}
			// E|c + A x|² with E x = x̄ and E xxᵀ = V/d.
			for a := range f.l {
				norm += c[a] * c[a]
				for b := range f.l {
					norm += 2 * c[a] * a0[a][b] * state[rho*f.l+b]
					for e := range f.l {
						norm += a0[a][b] * a0[a][e] * v[(rho*f.l+b)*f.l+e] / d
					}
				}
			}
		}
		for i, ci := range classes {
			for j, cj := range classes {
				trace, product := 0.0, 0.0
				for rho := range f.d {
					trace += f.lambda[i][rho] * f.lambda[j][rho] / d
				}
				for a := range f.l {
					for b := range f.l {
						product += es[j].h[a][b] * es[i].second[b][a]
					}
				}
				curvature += ci.Prior * cj.Prior * trace * product
			}
		}
		gamma = norm / curvature
	}
	dst[len(dst)-1] = traces
	delta := f.c.Ridge
	for rho := range f.d {
		x := state[rho*f.l : (rho+1)*f.l]
		for a := range f.l {
			dst[rho*f.l+a] -= gamma * delta * x[a]
			for b := range f.l {
				dv[(rho*f.l+a)*f.l+b] -= 2 * gamma * delta * v[(rho*f.l+a)*f.l+b]
			}
		}
		for i, class := range classes {
			p, mu, lambda, e := class.Prior, f.mean[i][rho], f.lambda[i][rho], &es[i]
			drift := make([]float64, f.l) // H̃ x*
			for a := range f.l {
				for b := range f.ls {
					drift[a] += e.ht[a][b] * f.teacher[b][rho]
				}
			}
			for a := range f.l {
				sum := mu*e.g[a] + lambda*drift[a]
				for b := range f.l {
					sum += lambda * e.h[a][b] * x[b]
				}
				dst[rho*f.l+a] -= gamma * p * sum
				for b := range f.l {
					m := d*mu*e.g[a]*x[b] + lambda*d*drift[a]*x[b]
					mt := d*mu*e.g[b]*x[a] + lambda*d*drift[b]*x[a]
					for c := range f.l {
						m += lambda * e.h[a][c] * v[(rho*f.l+c)*f.l+b]
						mt += lambda * e.h[b][c] * v[(rho*f.l+c)*f.l+a]
					}
					dv[(rho*f.l+a)*f.l+b] += -gamma*p*(m+mt) + gamma*gamma*p*lambda*e.second[a][b]
				}
			}
		}
	}
}

// outputCases are experiments with teachers, several outputs and adaptive rates.
func outputCases(t *testing.T) map[string]*Config {
	t.Helper()
	const d = 40
	fill := func(v model.Vector) []float64 { return (&model.Model{Dim: d}).FillVector(v) }
	two := []model.Class{
		{Prior: 0.4, Covariance: model.PowerLaw{Exponent: 1.1, Scale: 1}, Mean: model.NormalVector{Norm: 0.8, Seed: 1}},
		{Prior: 0.6, Covariance: model.PowerLaw{Exponent: 0.5, Scale: 1.5}, Mean: model.NormalVector{Norm: 0.5, Seed: 2}},
	}
	three := append([]model.Class{}, two...)
	three[0].Prior, three[1].Prior = 0.3, 0.5
	three = append(three, model.Class{Prior: 0.2, Covariance: model.PowerLaw{Exponent: 1.1, Scale: 1}, Mean: model.UnitVector{Index: 7, Scale: 1}})
	schedule := rate.Power{Initial: 0.6, Exponent: 0.3, Timescale: 1}
	make := func(classes []model.Class, p problem.Problem, rule rate.Rule) *Config {
		arrays, err := (&model.Model{Dim: d, Classes: classes}).Materialize()
		if err != nil {
			t.Fatal(err)
		}
		c := &Config{
			Arrays: arrays, Problem: p, Rate: rule, Ridge: 0.1, StartVariance: 0.4, Times: []float64{0, 0.2, 1, 4, 12},
			Method: "dopri5", RelativeTolerance: 1e-10, AbsoluteTolerance: 1e-14, Threads: 2,
			Observables: statistic.Observables{Quadratics: []statistic.Quadratic{{Name: "weighted", Weights: fill(model.PowerVector{Exponent: 2, Scale: 1})}}},
		}
		for b := range p.TeacherOutputs() {
			c.Observables.Teacher = append(c.Observables.Teacher, fill(model.NormalVector{Norm: 1.2, Seed: 50, Column: uint32(b)}))
		}
		for a := range p.Outputs() {
			c.Start = append(c.Start, fill(model.NormalVector{Norm: 0.7, Seed: 60, Column: uint32(a)}))
		}
		return c
	}
	noRidge := func(c *Config) *Config {
		c.Ridge = 0
		return c
	}
	cases := map[string]*Config{
		"teacher least squares":                      make(two, problem.TeacherLeastSquares{Columns: 1, Noise: 0.3}, schedule),
		"teacher least squares, two outputs":         make(two, problem.TeacherLeastSquares{Columns: 2, Noise: 0.3}, schedule),
		"teacher least squares, Polyak":              noRidge(make(two, problem.TeacherLeastSquares{Columns: 1, Noise: 0.3}, rate.Polyak{})),
		"teacher least squares, two outputs, Polyak": noRidge(make(two, problem.TeacherLeastSquares{Columns: 2, Noise: 0.1}, rate.Polyak{})),
		"teacher logistic":                           make(two, problem.TeacherLogistic{}, schedule),
		"teacher logistic, AdaGrad-Norm":             make(two, problem.TeacherLogistic{}, rate.AdaGradNorm{Eta: 0.8, B: 0.5}),
		"one-hot least squares":                      make(three, problem.NewOneHotLeastSquares(3), schedule),
		"one-hot least squares, line search":         noRidge(make(three, problem.NewOneHotLeastSquares(3), rate.LineSearch{})),
		"one-hot least squares, AdaGrad-Norm":        make(three, problem.NewOneHotLeastSquares(3), rate.AdaGradNorm{Eta: 1, B: 1}),
		"softmax":                                    make(three, problem.NewSoftmax(3), schedule),
		"softmax, line search":                       noRidge(make(three, problem.NewSoftmax(3), rate.LineSearch{})),
		"teacher least squares, line search":         noRidge(make(two, problem.TeacherLeastSquares{Columns: 1, Noise: 0.2}, rate.LineSearch{})),
		"teacher least squares, AdaGrad-Norm, tsit5": withMethod(make(two, problem.TeacherLeastSquares{Columns: 1, Noise: 0.2}, rate.AdaGradNorm{Eta: 1, B: 0.3}), "tsit5"),
	}
	return cases
}

// Every problem and learning rate agrees with the definition to 1e-9 in risk,
// class risks, m and B.
func TestOutputsAgainstDefinition(t *testing.T) {
	for name, c := range outputCases(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			result, err := Solve(context.Background(), c)
			if err != nil {
				t.Fatal(err)
			}
			f := newDefinition(c)
			rk, err := ode.NewRungeKutta(f, &ode.Tsitouras5, ode.Tolerance{Relative: 1e-11, Absolute: 1e-15})
			if err != nil {
				t.Fatal(err)
			}
			state := rk.State()
			for rho := range f.d {
				for a := range f.l {
					state[rho*f.l+a] = c.Start[a][rho] / math.Sqrt(float64(f.d))
				}
				for a := range f.l {
					for b := range f.l {
						v := float64(f.d) * state[rho*f.l+a] * state[rho*f.l+b]
						if a == b {
							v += c.StartVariance
						}
						state[f.d*f.l+(rho*f.l+a)*f.l+b] = v
					}
				}
			}
			at := 0.0
			for k, end := range c.Times {
				if end > at {
					if _, err := ode.Drive(context.Background(), rk, &ode.Adaptive{}, ode.Options{Start: at, End: end}); err != nil {
						t.Fatal(err)
					}
					at = end
				}
				row := result.Series.Rows[k]
				check := func(name string, want float64) {
					t.Helper()
					column := result.Series.Column(name)
					if column < 0 {
						t.Fatalf("there is no column %s in %v", name, result.Series.Columns)
					}
					if got := row[column]; !(math.Abs(got-want) <= 1e-9*(0.5+math.Abs(want))) {
						t.Errorf("t=%v: %s = %.15g, definition %.15g", end, name, got, want)
					}
				}
				risk := 0.0
				for i, class := range c.Arrays.Classes {
					law := f.law(i, rk.State())
					_, _, _, _, classRisk := f.expect(i, law)
					risk += class.Prior * classRisk
					check(fmt.Sprintf("risk_class_%d", i), classRisk)
					for a := range f.l {
						check(fmt.Sprintf("mean_%d_%d", i, a), law.m[a])
						for b := a; b < f.l; b++ {
							check(fmt.Sprintf("cov_%d_%d_%d", i, a, b), law.b[a][b])
						}
					}
				}
				check("risk", risk)
				f.checkNorms(check, rk.State())
			}
		})
	}
}

func (f *definition) checkNorms(check func(name string, want float64), state []float64) {
	norm2, weighted := 0.0, 0.0
	for rho := range f.d {
		for a := range f.l {
			v := state[f.d*f.l+(rho*f.l+a)*f.l+a] / float64(f.d)
			norm2 += v
			weighted += f.c.Observables.Quadratics[0].Weights[rho] * v
		}
	}
	check("norm2", norm2)
	check("weighted", weighted)
	dot, teacher2 := 0.0, 0.0
	for b, column := range f.teacher {
		for a := range f.l {
			product := 0.0
			for rho, x := range column {
				product += state[rho*f.l+a] * x
			}
			check(fmt.Sprintf("teacher_dot_%d_%d", a, b), product)
			if a == b {
				dot += product
			}
		}
		for _, x := range column {
			teacher2 += x * x
		}
	}
	if f.ls > 0 {
		check("teacher_distance2", norm2-2*dot+teacher2)
		check("teacher_overlap", dot/math.Sqrt(norm2*teacher2))
	}
}
