package problem

import (
	"fmt"
	"math"
	"testing"

	"anisgd/engine/gauss"
)

// laws are joint laws of (r, r*) with some structure in every part.
func lawFor(outputs, teacher, seed int) Law {
	law := NewLaw(outputs, teacher)
	n := outputs + teacher
	// A = random-looking factor, covariance AAᵀ.
	a := make([]float64, n*n)
	for i := range a {
		a[i] = 0.9 * math.Sin(float64(3*i+7*seed+1))
	}
	entry := func(i, j int) float64 {
		v := 0.0
		for k := range n {
			v += a[i*n+k] * a[j*n+k]
		}
		return v
	}
	for i := range outputs {
		law.Mean[i] = math.Cos(float64(5*i + seed))
		for j := range outputs {
			law.Covariance[i*outputs+j] = entry(i, j)
		}
		for j := range teacher {
			law.Cross[i*teacher+j] = entry(i, outputs+j)
		}
	}
	for i := range teacher {
		law.TeacherMean[i] = math.Sin(float64(2*i + seed))
		for j := range teacher {
			law.TeacherCovariance[i*teacher+j] = entry(outputs+i, outputs+j)
		}
	}
	return law
}

// labelled lists the label noises with their probabilities given r*: two points
// have the moments of a standard normal that matter.
func labelled(p Problem, teacher []float64) (noises [][]float64, weights []float64) {
	switch p.LabelNoise() {
	case NormalLabelNoise:
		for mask := range 1 << p.TeacherOutputs() {
			noise := make([]float64, p.TeacherOutputs())
			for b := range noise {
				noise[b] = float64(2*(mask>>b&1) - 1)
			}
			noises, weights = append(noises, noise), append(weights, 1/float64(int(1)<<p.TeacherOutputs()))
		}
		return noises, weights
	case UniformLabelNoise:
		up := 1 / (1 + math.Exp(-teacher[0]))
		return [][]float64{{0}, {1}}, []float64{up, 1 - up}
	}
	return [][]float64{nil}, []float64{1}
}

func problems() map[string]Problem {
	return map[string]Problem{
		"logistic":                         Logistic{Labels: []float64{1, -1}},
		"least squares":                    LeastSquares{Labels: []float64{1.5, -0.5}},
		"one-hot, two classes":             NewOneHotLeastSquares(2),
		"one-hot, three classes":           NewOneHotLeastSquares(3),
		"softmax, two classes":             NewSoftmax(2),
		"softmax, three classes":           NewSoftmax(3),
		"teacher least squares":            TeacherLeastSquares{Columns: 1, Noise: 0.7},
		"teacher least squares, noiseless": TeacherLeastSquares{Columns: 1},
		"teacher logistic":                 TeacherLogistic{},
	}
}

// The expectations are those of the gradient that SGD follows: g and I directly,
// H and H̃ as derivatives of g, g as the derivative of the risk.
func TestExpectationsOfTheGradient(t *testing.T) {
	for name, p := range problems() {
		t.Run(name, func(t *testing.T) {
			l, ls := p.Outputs(), p.TeacherOutputs()
			rule, err := gauss.NewProduct(l+ls, 61)
			if err != nil {
				t.Fatal(err)
			}
			evaluator := p.Evaluator()
			for seed := range 4 {
				class := seed % 2
				law := lawFor(l, ls, seed)
				e := NewExpectation(l, ls)
				evaluator.Expect(&e, class, &law)
				mean := append(append([]float64{}, law.Mean...), law.TeacherMean...)
				covariance := joint(&law)
				gradient := make([]float64, l)
				average := func(f func(g []float64) float64) float64 {
					return rule.Expect(mean, covariance, func(x []float64) float64 {
						noises, weights := labelled(p, x[l:])
						total := 0.0
						for k, noise := range noises {
							p.Gradient(gradient, x[:l], x[l:], noise, class)
							total += weights[k] * f(gradient)
						}
						return total
					})
				}
				near := func(what string, got, want float64) {
					t.Helper()
					if math.Abs(got-want) > 1e-8 {
						t.Errorf("law %d: %s = %.12g, want %.12g", seed, what, got, want)
					}
				}
				for a := range l {
					near(fmt.Sprintf("g_%d", a), e.Gradient[a], average(func(g []float64) float64 { return g[a] }))
					for b := range l {
						near(fmt.Sprintf("I_%d%d", a, b), e.SecondMoment[a*l+b], average(func(g []float64) float64 { return g[a] * g[b] }))
					}
				}
				checkDerivatives(t, evaluator, &law, &e, class)
			}
		})
	}
}

func joint(law *Law) []float64 {
	l, ls := len(law.Mean), len(law.TeacherMean)
	n := l + ls
	c := make([]float64, n*n)
	for a := range l {
		copy(c[a*n:], law.Covariance[a*l:(a+1)*l])
		for b := range ls {
			c[a*n+l+b], c[(l+b)*n+a] = law.Cross[a*ls+b], law.Cross[a*ls+b]
		}
	}
	for b := range ls {
		copy(c[(l+b)*n+l:], law.TeacherCovariance[b*ls:(b+1)*ls])
	}
	return c
}

// checkDerivatives compares with central differences: ∂R/∂m = g, ∂g/∂m = H,
// ∂g/∂m* = H̃.
func checkDerivatives(t *testing.T, evaluator Evaluator, law *Law, e *Expectation, class int) {
	t.Helper()
	const h = 1e-4
	l, ls := len(law.Mean), len(law.TeacherMean)
	shifted := func(at *float64, by float64) (risk float64, gradient []float64) {
		old := *at
		*at += by
		defer func() { *at = old }()
		s := NewExpectation(l, ls)
		evaluator.Expect(&s, class, law)
		return evaluator.Risk(class, law), s.Gradient
	}
	near := func(what string, got, want float64) {
		t.Helper()
		if math.Abs(got-want) > 1e-6 {
			t.Errorf("%s = %.9g, by differences %.9g", what, got, want)
		}
	}
	for b := range l {
		up, gUp := shifted(&law.Mean[b], h)
		down, gDown := shifted(&law.Mean[b], -h)
		near("gradient", e.Gradient[b], (up-down)/(2*h))
		for a := range l {
			near("Hessian", e.Hessian[a*l+b], (gUp[a]-gDown[a])/(2*h))
		}
	}
	for b := range ls {
		_, gUp := shifted(&law.TeacherMean[b], h)
		_, gDown := shifted(&law.TeacherMean[b], -h)
		for a := range l {
			near("teacher Hessian", e.TeacherHessian[a*ls+b], (gUp[a]-gDown[a])/(2*h))
		}
	}
}

func TestErrors(t *testing.T) {
	law := Law{Mean: []float64{1}, Covariance: []float64{4}}
	half := 0.5 * math.Erfc(0.5/math.Sqrt2) // P(z < −½)
	for _, c := range []struct {
		name string
		p    Problem
		want float64
	}{
		{"logistic", Logistic{Labels: []float64{1}}, half},
		{"logistic, other label", Logistic{Labels: []float64{-1}}, 1 - half},
		{"least squares", LeastSquares{Labels: []float64{1}}, half},
	} {
		if got := c.p.Evaluator().Error(0, &law); math.Abs(got-c.want) > 1e-14 {
			t.Errorf("%s: error %v, want %v", c.name, got, c.want)
		}
	}
	// At x = 0 every class is as likely.
	for _, k := range []int{2, 3, 5} {
		zero := NewLaw(k, 0)
		for _, p := range []Problem{NewSoftmax(k), NewOneHotLeastSquares(k)} {
			if got, want := p.Evaluator().Error(1, &zero), 1-1/float64(k); math.Abs(got-want) > 1e-9 {
				t.Errorf("%T of %d classes: error %v at x = 0, want %v", p, k, got, want)
			}
		}
	}
	if (LeastSquares{Labels: []float64{1, 2}}).HasError() || (TeacherLeastSquares{Columns: 1}).HasError() {
		t.Error("an error where none is defined")
	}
	if !(TeacherLogistic{}).HasError() || !(LeastSquares{Labels: []float64{1, -1}}).HasError() {
		t.Error("no error where one is defined")
	}
}

// The gradient of the softmax keeps its relative accuracy where 1 − π_i is tiny.
func TestSoftmaxGradientOfAConfidentOutput(t *testing.T) {
	g := make([]float64, 3)
	NewSoftmax(3).Gradient(g, []float64{50, 0, 1}, nil, nil, 0)
	want := -(math.Exp(-50) + math.Exp(-49))
	if math.Abs(g[0]/want-1) > 1e-14 {
		t.Errorf("gradient %v, want %v", g[0], want)
	}
	if math.Abs(g[0]+g[1]+g[2]) > 1e-35 {
		t.Errorf("components %v do not sum to zero", g)
	}
}

func TestEvaluatorsDoNotAllocate(t *testing.T) {
	for name, p := range problems() {
		law := lawFor(p.Outputs(), p.TeacherOutputs(), 1)
		e := NewExpectation(p.Outputs(), p.TeacherOutputs())
		evaluator := p.Evaluator()
		if n := testing.AllocsPerRun(5, func() {
			evaluator.Expect(&e, 0, &law)
			evaluator.Risk(0, &law)
			evaluator.Error(0, &law)
		}); n != 0 {
			t.Errorf("%s allocates %v times", name, n)
		}
	}
}
