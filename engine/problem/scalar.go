package problem

import (
	"fmt"
	"math"

	"anisgd/engine/gauss"
	"anisgd/kernels/elementary"
)

// Scalar is a loss of one's own with one output and no teacher: f_i(r) and its first
// two derivatives in r as Go functions, safe for several goroutines. f_i′ must be
// continuous (Huber, squared hinge, probit; not the hinge); f_i″ may jump.
//
// The expectations are Gauss–Legendre sums of 20 points on panels of half a standard
// deviation, to ten on either side of the mean, cut at Kinks. Within 1e-10 they are those of the
// built-in logistic loss up to a variance of 30, and the squared hinge's closed form at
// any (see the tests). Relative accuracy in the far tail is not promised, and nothing
// estimates the error of a loss that varies much within half a standard deviation or
// has a jump that Kinks does not list.
//
// The idealised Polyak step is not defined for it. Results are the same on every machine if the functions' are: see
// package elementary.
type Scalar struct {
	classLabels
	Loss, Derivative, Second func(r float64, class int) float64
	Kinks                    []float64 // where a derivative jumps in some class, increasing
	Signs                    []float64 // ±1 for every class, for the classification error; nil: undefined
}

// Gradient implements Problem.
func (p Scalar) Gradient(dst, r, _, _ []float64, class int) { dst[0] = p.Derivative(r[0], class) }

// HasError implements Problem.
func (p Scalar) HasError() bool { return p.Signs != nil }

// Evaluator implements Problem. It panics where a function is missing, kinks do not
// increase, or a sign is not ±1: mistakes of the program that SGD and the limit would
// otherwise meet in the middle of a run.
func (p Scalar) Evaluator() Evaluator {
	if p.Loss == nil || p.Derivative == nil || p.Second == nil {
		panic("problem: a Scalar needs Loss, Derivative and Second")
	}
	for k, kink := range p.Kinks {
		if math.IsNaN(kink) || k > 0 && !(kink > p.Kinks[k-1]) {
			panic(fmt.Sprintf("problem: Kinks of a Scalar are %v, expected increasing numbers", p.Kinks))
		}
	}
	for _, sign := range p.Signs {
		if math.Abs(sign) != 1 {
			panic(fmt.Sprintf("problem: Signs of a Scalar are %v, expected +1 or -1 for every class", p.Signs))
		}
	}
	return &p
}

// Expect implements Evaluator.
func (p *Scalar) Expect(dst *Expectation, class int, law *Law) {
	var first, second, square float64
	p.integrate(law, func(r, w float64) {
		g := p.Derivative(r, class)
		first = math.FMA(w, g, first)
		square = math.FMA(float64(w*g), g, square)
		second = math.FMA(w, p.Second(r, class), second)
	})
	dst.Gradient[0], dst.Hessian[0], dst.SecondMoment[0] = first, second, square
}

// Risk implements Evaluator.
func (p *Scalar) Risk(class int, law *Law) float64 {
	risk := 0.0
	p.integrate(law, func(r, w float64) { risk = math.FMA(w, p.Loss(r, class), risk) })
	return risk
}

// Error implements Evaluator: P(sign r ≠ Signs[class]).
func (p *Scalar) Error(class int, law *Law) float64 {
	return gauss.NegativeProbability(p.Signs[class]*law.Mean[0], law.Covariance[0])
}

// integrate calls add with nodes r and weights of the law of the output.
func (p *Scalar) integrate(law *Law, add func(r, w float64)) {
	mean, deviation := law.Mean[0], math.Sqrt(max(law.Covariance[0], 0))
	if deviation == 0 {
		add(mean, 1)
		return
	}
	kink := 0
	for lo := -10.0; lo < 10; {
		hi := math.Floor(math.FMA(2, lo, 1)) / 2
		for kink < len(p.Kinks) && (p.Kinks[kink]-mean)/deviation <= lo {
			kink++
		}
		if kink < len(p.Kinks) {
			hi = min(hi, (p.Kinks[kink]-mean)/deviation)
		}
		half, middle := (hi-lo)/2, (hi+lo)/2
		for k, x := range legendreNodes {
			z := math.FMA(half, x, middle)
			add(math.FMA(deviation, z, mean), half*legendreWeights[k]*elementary.Exp(-0.5*z*z)*inverseRootTau)
		}
		lo = hi
	}
}

const (
	legendrePoints = 20
	inverseRootTau = 0.398942280401432677939946059934 // 1/√(2π)
)

var legendreNodes, legendreWeights = legendre()

// legendre finds the roots of the Legendre polynomial on [−1, 1] by Newton's method.
func legendre() (nodes, weights [legendrePoints]float64) {
	for k := range nodes {
		x := -elementary.Cos(math.Pi * (float64(k) + 0.75) / (legendrePoints + 0.5))
		slope := 0.0
		for range 20 {
			before, p := 1.0, x
			for n := 2; n <= legendrePoints; n++ {
				before, p = p, (float64(float64(2*n-1)*x*p)-float64(float64(n-1)*before))/float64(n)
			}
			slope = legendrePoints * (float64(x*p) - before) / (float64(x*x) - 1)
			x -= p / slope
		}
		nodes[k], weights[k] = x, 2/((1-float64(x*x))*slope*slope)
	}
	return nodes, weights
}
