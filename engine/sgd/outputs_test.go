package sgd

import (
	"context"
	"fmt"
	"math"
	"testing"

	"anisgd/engine/model"
	"anisgd/engine/problem"
	"anisgd/engine/rate"
	"anisgd/engine/statistic"
	"anisgd/kernels/cpu"
	"anisgd/rng"
)

// outputConfig is an experiment with the given loss and rate on a model of two
// or three classes.
func outputConfig(t testing.TB, d int64, p problem.Problem, rule rate.Rule) *Config {
	t.Helper()
	fill := func(v model.Vector) []float64 { return (&model.Model{Dim: d}).FillVector(v) }
	c := &Config{
		Arrays: mixture(t, d), Problem: p, Rate: rule, Ridge: 0.2, StartVariance: 0.3,
		Seed: 42, Runs: 2, Times: []float64{0, 0.04, 0.5, 1}, Threads: 1,
	}
	for b := range p.TeacherOutputs() {
		c.Observables.Teacher = append(c.Observables.Teacher, fill(model.NormalVector{Norm: 1.2, Seed: 50, Column: uint32(b)}))
	}
	for a := range p.Outputs() {
		c.Start = append(c.Start, fill(model.NormalVector{Norm: 0.7, Seed: 60, Column: uint32(a)}))
	}
	return c
}

// literal follows theory, sections 2 and 6, step by step in X itself: no
// look-ahead, no deferred update, population quantities from their definition.
type literal struct {
	c       *Config
	n       float64
	x       [][]float64 // ℓ columns
	teacher [][]float64
	sum     float64 // of AdaGrad-Norm
}

func (s *literal) mean(i, rho int) float64 {
	class := s.c.Arrays.Classes[i]
	if class.Source < 0 {
		return 0
	}
	return class.Factor * s.c.Arrays.Sources[class.Source][rho] / math.Sqrt(s.n)
}

func (s *literal) lambda(i, rho int) float64 {
	return s.c.Arrays.Spectra[s.c.Arrays.Classes[i].Spectrum].Values[rho]
}

func (s *literal) law(i int) problem.Law {
	l, ls := len(s.x), len(s.teacher)
	law := problem.NewLaw(l, ls)
	for rho := range s.x[0] {
		mu, lambda := s.mean(i, rho), s.lambda(i, rho)
		for a := range l {
			law.Mean[a] += mu * s.x[a][rho]
			for b := range l {
				law.Covariance[a*l+b] += lambda * s.x[a][rho] * s.x[b][rho]
			}
			for b := range ls {
				law.Cross[a*ls+b] += lambda * s.x[a][rho] * s.teacher[b][rho]
			}
		}
		for b := range ls {
			law.TeacherMean[b] += mu * s.teacher[b][rho]
			for e := range ls {
				law.TeacherCovariance[b*ls+e] += lambda * s.teacher[b][rho] * s.teacher[e][rho]
			}
		}
	}
	return law
}

func (s *literal) risk() float64 {
	evaluator := s.c.Problem.Evaluator()
	risk := 0.0
	for i, class := range s.c.Arrays.Classes {
		law := s.law(i)
		risk += class.Prior * evaluator.Risk(i, &law)
	}
	return risk
}

// rate is the learning rate of the next step; AdaGrad-Norm with what has been
// summed.
func (s *literal) rate(k int64) float64 {
	l, ls := len(s.x), len(s.teacher)
	switch rule := s.c.Rate.(type) {
	case rate.Schedule:
		return rule.At(float64(k) / s.n)
	case rate.AdaGradNorm:
		return rule.Eta / math.Sqrt(rule.B*rule.B+s.sum)
	}
	evaluator := s.c.Problem.Evaluator()
	var es []problem.Expectation
	excess, noise := 0.0, 0.0
	for i, class := range s.c.Arrays.Classes {
		e := problem.NewExpectation(l, ls)
		law := s.law(i)
		evaluator.Expect(&e, i, &law)
		es = append(es, e)
		trace := 0.0
		for rho := range s.x[0] {
			trace += s.lambda(i, rho) / s.n
		}
		for a := range l {
			noise += class.Prior * trace * e.SecondMoment[a*l+a]
		}
		if p, ok := s.c.Problem.(problem.TeacherLeastSquares); ok {
			excess += class.Prior * (2*evaluator.Risk(i, &law) - float64(l)*p.Noise*p.Noise)
		}
	}
	if _, ok := s.c.Rate.(rate.Polyak); ok {
		return excess / noise
	}
	norm, curvature := 0.0, 0.0
	for rho := range s.x[0] {
		for a := range l {
			gradient := 0.0
			for i, class := range s.c.Arrays.Classes {
				sum := s.mean(i, rho) * es[i].Gradient[a]
				for b := range l {
					sum += s.lambda(i, rho) * es[i].Hessian[a*l+b] * s.x[b][rho]
				}
				for b := range ls {
					sum += s.lambda(i, rho) * es[i].TeacherHessian[a*ls+b] * s.teacher[b][rho]
				}
				gradient += class.Prior * sum
			}
			norm += gradient * gradient
		}
	}
	for i, ci := range s.c.Arrays.Classes {
		for j, cj := range s.c.Arrays.Classes {
			trace, product := 0.0, 0.0
			for rho := range s.x[0] {
				trace += s.lambda(i, rho) * s.lambda(j, rho) / s.n
			}
			for ab := range l * l {
				product += es[j].Hessian[ab] * es[i].SecondMoment[ab]
			}
			curvature += ci.Prior * cj.Prior * trace * product
		}
	}
	return norm / curvature
}

// run follows the definition to each output time.
func (s *literal) run(run uint32, observe func(row int)) {
	c := s.c
	d := c.Arrays.Dim
	l, ls := len(s.x), len(s.teacher)
	noise := make([]float64, d)
	starts := rng.NewStream(c.Seed, run, rng.DomainStart)
	for a := range s.x {
		starts.Normals(noise, uint64(a), 0)
		for rho := range s.x[a] {
			s.x[a][rho] = c.Start[a][rho]/math.Sqrt(s.n) + math.Sqrt(c.StartVariance/s.n)*noise[rho]
		}
	}
	noises := rng.NewStream(c.Seed, run, rng.DomainNoise)
	draws := rng.NewStream(c.Seed, run, rng.DomainClass)
	labels := rng.NewStream(c.Seed, run, rng.DomainLabel)
	end := StepsAt(c.Times[len(c.Times)-1], d)
	uniforms, labelUniforms := make([]float64, end+1), make([]float64, end+1)
	draws.Uniforms(uniforms, 0, 0)
	labels.Uniforms(labelUniforms, 0, 0)
	a, r, rs, g := make([]float64, d), make([]float64, l), make([]float64, ls), make([]float64, l)
	label := make([]float64, max(ls, 1))
	row := 0
	for k := int64(0); ; k++ {
		for row < len(c.Times) && StepsAt(c.Times[row], d) == k {
			observe(row)
			row++
		}
		if k == end {
			return
		}
		class := 0
		for total := c.Arrays.Classes[0].Prior; uniforms[k] >= total; total += c.Arrays.Classes[class].Prior {
			class++
		}
		noises.Normals(noise, uint64(k), 0)
		clear(r)
		clear(rs)
		norm2 := 0.0
		for rho := range a {
			a[rho] = s.mean(class, rho) + math.Sqrt(s.lambda(class, rho))*noise[rho]
			norm2 += a[rho] * a[rho]
			for o := range r {
				r[o] += a[rho] * s.x[o][rho]
			}
			for b := range rs {
				rs[b] += a[rho] * s.teacher[b][rho]
			}
		}
		switch c.Problem.LabelNoise() {
		case problem.NormalLabelNoise:
			labels.Normals(label, uint64(k), 0)
		case problem.UniformLabelNoise:
			label[0] = labelUniforms[k]
		}
		c.Problem.Gradient(g, r, rs, label, class)
		gradient2 := 0.0
		for _, v := range g {
			gradient2 += v * v
		}
		s.sum += norm2 * gradient2 / (s.n * s.n)
		gamma := s.rate(k)
		for o := range s.x {
			for rho := range s.x[o] {
				s.x[o][rho] -= gamma/s.n*a[rho]*g[o] + gamma*c.Ridge/s.n*s.x[o][rho]
			}
		}
	}
}

func TestOutputsAgainstDefinition(t *testing.T) {
	schedule := rate.Power{Initial: 0.5, Exponent: 0.5, Timescale: 1}
	cases := []struct {
		name    string
		problem problem.Problem
		rule    rate.Rule
		d       int64
	}{
		{"teacher least squares", problem.TeacherLeastSquares{Columns: 1, Noise: 0.4}, schedule, 300},
		{"teacher least squares, three outputs", problem.TeacherLeastSquares{Columns: 3, Noise: 0.4}, schedule, 700},
		{"teacher least squares without noise, Polyak", problem.TeacherLeastSquares{Columns: 1}, rate.Polyak{}, 60},
		{"teacher least squares, two outputs, Polyak", problem.TeacherLeastSquares{Columns: 2, Noise: 0.1}, rate.Polyak{}, 60},
		{"teacher logistic", problem.TeacherLogistic{}, schedule, 300},
		{"teacher logistic, AdaGrad-Norm", problem.TeacherLogistic{}, rate.AdaGradNorm{Eta: 0.7, B: 0.5}, 300},
		{"one-hot", problem.NewOneHotLeastSquares(3), schedule, 5000},
		{"one-hot, tiny", problem.NewOneHotLeastSquares(3), schedule, 7},
		{"one-hot, AdaGrad-Norm", problem.NewOneHotLeastSquares(3), rate.AdaGradNorm{Eta: 1, B: 1}, 300},
		{"one-hot, line search", problem.NewOneHotLeastSquares(3), rate.LineSearch{}, 60},
		{"softmax", problem.NewSoftmax(3), schedule, 600},
		{"softmax, line search", problem.NewSoftmax(3), rate.LineSearch{}, 60},
		{"class labels, line search", problem.LeastSquares{Labels: []float64{1, -1, 1}}, rate.LineSearch{}, 60},
	}
	for _, test := range cases {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := outputConfig(t, test.d, test.problem, test.rule)
			if test.d > 1000 {
				c.Times = []float64{0, 0.001, 0.01, 0.02}
			}
			result, err := Simulate(context.Background(), c)
			if err != nil {
				t.Fatal(err)
			}
			e := &result.Ensemble
			for run := range c.Runs {
				s := &literal{c: c, n: float64(test.d)}
				for range c.Problem.Outputs() {
					s.x = append(s.x, make([]float64, test.d))
				}
				for _, column := range c.Observables.Teacher {
					x := make([]float64, test.d)
					for rho, v := range column {
						x[rho] = v / math.Sqrt(s.n)
					}
					s.teacher = append(s.teacher, x)
				}
				s.run(uint32(run), func(row int) {
					check := func(name string, want float64) {
						t.Helper()
						got := e.Runs[run][row][e.Column(name)]
						if !(math.Abs(got-want) <= 1e-10*(1+math.Abs(want))) {
							t.Errorf("run %d, t=%v: %s = %.14g, definition %.14g", run, c.Times[row], name, got, want)
						}
					}
					check("risk", s.risk())
					norm2 := 0.0
					for _, column := range s.x {
						for _, v := range column {
							norm2 += v * v
						}
					}
					check("norm2", norm2)
					check("learning_rate", s.rate(StepsAt(c.Times[row], int(test.d))))
					law := s.law(1)
					for a, m := range law.Mean {
						check(fmt.Sprintf("mean_1_%d", a), m)
					}
				})
			}
		})
	}
}

// Blocks are cut at output times and by nothing else that could change a bit:
// not by threads, not by the kernel path.
func TestOutputsSameBitsForThreadsAndPaths(t *testing.T) {
	var reference *Result
	for _, path := range cpu.Available() {
		restore := cpu.Override(path)
		for _, threads := range []int{1, 3} {
			c := outputConfig(t, 5000, problem.NewOneHotLeastSquares(3), rate.AdaGradNorm{Eta: 1, B: 1})
			c.Runs, c.Threads, c.Times = 3, threads, []float64{0, 0.005, 0.02}
			c.Selection = statistic.Selection{}
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

func TestOutputsDivergence(t *testing.T) {
	for _, gamma := range []float64{6, 1e200} {
		c := outputConfig(t, 50, problem.NewOneHotLeastSquares(3), rate.Constant(gamma))
		c.Times = nil
		for k := range 300 {
			c.Times = append(c.Times, float64(k))
		}
		result, err := Simulate(context.Background(), c)
		if err != nil {
			t.Fatal(err)
		}
		if result.Divergence == nil {
			t.Fatalf("γ=%v does not diverge", gamma)
		}
		e := &result.Ensemble
		for _, run := range e.Runs {
			for _, row := range run {
				if risk := row[e.Column("risk")]; !(risk <= 10*statistic.DivergenceFactor) {
					t.Errorf("γ=%v: a row has risk %v", gamma, risk)
				}
			}
		}
		if n := len(e.Times); n == 0 || n == len(c.Times) || e.Times[n-1] > result.Divergence.Time {
			t.Errorf("γ=%v: %d rows, diverged at %v", gamma, n, result.Divergence.Time)
		}
	}
}

func TestOutputsStepDoesNotAllocate(t *testing.T) {
	for _, p := range []problem.Problem{problem.NewOneHotLeastSquares(3), problem.NewSoftmax(3), problem.TeacherLeastSquares{Columns: 2, Noise: 1}} {
		w := walkerOf(t, outputConfig(t, 3000, p, rate.AdaGradNorm{Eta: 1, B: 1}))
		w.start(0)
		k := int64(0)
		if n := testing.AllocsPerRun(20, func() {
			made, _ := w.iterate.advance(k, math.MaxInt64, math.Inf(1))
			k += made
		}); n != 0 {
			t.Errorf("%T: a block of steps allocates %v times", p, n)
		}
	}
}
