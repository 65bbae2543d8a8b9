package gauss

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// teacherAccuracy is what the risk, the second moment and the error hold in these tests.
const teacherAccuracy = 1e-13

func (p teacherPoint) failure() float64 {
	return TeacherLogisticError(p.mean, p.variance, p.teacherMean, p.teacherVariance, p.cross())
}

// largestError keeps the largest relative error of a field, and where it was.
type largestError struct {
	name  string
	error float64
	where teacherPoint
}

func (l *largestError) check(t *testing.T, p teacherPoint, got, want, bound float64) {
	t.Helper()
	difference := math.Abs(got/want - 1)
	if got == want {
		difference = 0
	}
	if !(difference <= bound) {
		t.Errorf("%s at %+v: %v, want %v, relative error %.2g", l.name, p, got, want, difference)
	}
	if difference > l.error {
		l.error, l.where = difference, p
	}
}

func (l *largestError) report(t *testing.T) {
	t.Logf("%s: largest relative error %.2g at %+v", l.name, l.error, l.where)
}

func TestExpectTeacherLogisticOnGrid(t *testing.T) {
	risks, seconds := largestError{name: "Risk"}, largestError{name: "SecondMoment"}
	index := 0
	for _, variance := range []float64{0, 1e-6, 0.05, 0.3, 1, 3, 10, 20} {
		for _, teacherVariance := range []float64{0, 1e-3, 0.2, 1, 4, 20} {
			for _, correlation := range []float64{-1, -0.7, 0, 0.3, 0.9, 0.9999, 1 - 0x1p-53, 1} {
				for _, mean := range []float64{0, -2, 5, 30} {
					for _, teacherMean := range []float64{0, 1, 6, -30, 30} {
						index++
						if index%41 != 0 { // all values meet: 41 has no factor in common with the rest
							continue
						}
						p := teacherPoint{mean, variance, teacherMean, teacherVariance, correlation}
						risk, second := principalTeacher(mean, variance, teacherMean, teacherVariance, p.cross())
						e := p.expect()
						risks.check(t, p, e.Risk, risk, teacherAccuracy)
						seconds.check(t, p, e.SecondMoment, second, teacherAccuracy)
					}
				}
			}
		}
	}
	risks.report(t)
	seconds.report(t)
}

// randomTeacherPoints draws from the box of the promise: variances of all
// scales and zero, correlations everywhere, at ±1 and near it. They are the same
// on every architecture.
func randomTeacherPoints(count int) []teacherPoint {
	source := rand.New(rand.NewPCG(5, 2))
	uniformly := func() float64 { return 2*source.Float64() - 1 }
	variance := func() float64 {
		switch source.IntN(8) {
		case 0:
			return 0
		case 1:
			return 1e4
		}
		return math.Ldexp(1+source.Float64(), source.IntN(25)-12)
	}
	points := make([]teacherPoint, count)
	for i := range points {
		p := teacherPoint{30 * uniformly(), variance(), 30 * uniformly(), variance(), uniformly()}
		if source.IntN(3) == 0 {
			p.mean, p.teacherMean = p.mean/10, p.teacherMean/10
		}
		switch source.IntN(4) {
		case 0:
			p.correlation = math.Round(p.correlation)
		case 1:
			p.correlation = math.Copysign(1-math.Ldexp(1+source.Float64(), -1-source.IntN(53)), p.correlation)
		}
		points[i] = p
	}
	return points
}

func TestExpectTeacherLogisticAtRandomPoints(t *testing.T) {
	errors := [3]largestError{{name: "Risk"}, {name: "SecondMoment"}, {name: "error"}}
	points := append(randomTeacherPoints(12+*sweepPoints),
		teacherPoint{30, 1e4, 30, 1e4, 1},                 // r = r*
		teacherPoint{-30, 1e4, 30, 1e4, -1},               // r = −r*
		teacherPoint{30, 12, 30, 20, 0.5},                 // r* given r near the switch of methods
		teacherPoint{-2, 30, 25, 9, 0.1},                  // all of it in the tail of r*
		teacherPoint{20, 1e4, -20, 1e4, 1 - 1e-7},         // two narrow regions beside each other
		teacherPoint{3, 1e-4, -30, 1e4, 1 - 0x1p-53},      // r* varies much faster than r
		teacherPoint{30, 5, 1, 2, 0.9},                    // the sign of r in its tail
		teacherPoint{1e-3, 1e-8, 1e-3, 1e-8, 0.999999999}, // the start of a solution
	)
	for _, p := range points {
		risk, second, failure := nestedTeacher(p.mean, p.variance, p.teacherMean, p.teacherVariance, p.cross())
		e := p.expect()
		errors[0].check(t, p, e.Risk, risk, teacherAccuracy)
		errors[1].check(t, p, e.SecondMoment, second, teacherAccuracy)
		errors[2].check(t, p, p.failure(), failure, teacherAccuracy)
	}
	for i := range errors {
		errors[i].report(t)
	}
}

// TestTeacherReferencesAgree compares the two references, which share nothing.
func TestTeacherReferencesAgree(t *testing.T) {
	for _, p := range []teacherPoint{
		{0.3, 0.5, -1, 2, 0.6}, {-30, 4, 30, 9, -0.9}, {20, 1, 20, 0.01, 0.99}, {1, 3, 1, 3, 1}, {5, 0, 2, 6, 0}, {5, 6, 2, 0, 0},
	} {
		risk, second := principalTeacher(p.mean, p.variance, p.teacherMean, p.teacherVariance, p.cross())
		otherRisk, otherSecond, _ := nestedTeacher(p.mean, p.variance, p.teacherMean, p.teacherVariance, p.cross())
		if !near(risk, otherRisk, 1e-13) || !near(second, otherSecond, 1e-13) {
			t.Errorf("%+v: risk %v and %v, second moment %v and %v", p, risk, otherRisk, second, otherSecond)
		}
	}
}

// TestTeacherGradient compares with the one-dimensional reference of 77 digits, also
// where the two laws nearly agree.
func TestTeacherGradient(t *testing.T) {
	type pair struct{ a, b point }
	pairs := []pair{
		{point{1, 2}, point{1, 2}},
		{point{1, 2}, point{1 + 1e-9, 2 - 1e-9}},
		{point{-1, 0.01}, point{-1 - 1e-12, 0.01}},
		{point{0, 1e4}, point{1e-7, 1e4 + 1e-3}},
		{point{30, 1}, point{30, 1.001}},
		{point{-30, 20}, point{-30 - 1e-6, 20}},
		{point{30, 1e-3}, point{-30, 1e4}},
		{point{0, 0}, point{0, 3}},
		{point{2, 0}, point{3, 0}},
		{point{0.1, 1e4}, point{5, 1e-8}},
		{point{30, 1e4}, point{30, 10}},
	}
	for _, p := range randomTeacherPoints(10) {
		pairs = append(pairs, pair{point{p.mean, p.variance}, point{p.teacherMean, p.teacherVariance}})
	}
	worst := 0.0
	for _, p := range pairs {
		got := ExpectTeacherLogistic(p.a.mean, p.a.variance, p.b.mean, p.b.variance, 0).Gradient
		// E σ(−s) of s = −a, less that of s = −b.
		want := newBig().Sub(referenceLogistic(-p.a.mean, p.a.variance, defaultRule())[1],
			referenceLogistic(-p.b.mean, p.b.variance, defaultRule())[1])
		expected, _ := want.Float64()
		scale := 0.0 // E|σ(a) − σ(b)|
		for z := -12.0; z <= 12; z += 0x1p-10 {
			a, b := p.a.mean+math.Sqrt(p.a.variance)*z, p.b.mean+math.Sqrt(p.b.variance)*z
			scale += 0x1p-10 / sqrtTwoPi * math.Exp(-z*z/2) * math.Abs(sigmoidDifference(a, b, a-b))
		}
		if got == expected {
			continue
		}
		difference := math.Abs(got-expected) / scale
		worst = math.Max(worst, difference)
		if !(difference <= teacherAccuracy) {
			t.Errorf("%+v: %v, want %v, error %.2g of E|σ(a) − σ(b)|", p, got, expected, difference)
		}
	}
	t.Logf("largest error %.2g of E|σ(a) − σ(b)|", worst)
}

func TestLegendrePairs(t *testing.T) {
	rule := newLegendreRule(2 * len(legendrePairs))
	for i, pair := range legendrePairs {
		j := len(legendrePairs) - 1 - i // the reference begins at 1
		node, _ := rule.nodes[j].Float64()
		weight, _ := rule.weights[j].Float64()
		if pair.node != node || pair.weight != weight {
			t.Errorf("pair %d: %v, want {%v %v}", i, pair, node, weight)
		}
	}
}

// TestSmoothedSigmoid compares with ExpectLogistic, at all numbers of nodes.
func TestSmoothedSigmoid(t *testing.T) {
	var sigmoid smoothedSigmoid
	variances := []float64{0, 5e-324, 1e-20, math.Nextafter(broadVariance, 0), broadVariance, 300}
	for variance := 1e-3; variance < broadVariance; variance *= 1.3 {
		variances = append(variances, variance)
	}
	most := 0
	for _, variance := range variances {
		sigmoid.prepare(variance)
		most = max(most, sigmoid.pairs)
		for mean := -60.0; mean <= 60; mean += 0.75 {
			up, down := sigmoid.at(mean)
			wantUp, wantDown := ExpectLogistic(-mean, variance).Gradient, ExpectLogistic(mean, variance).Gradient
			if !near(up, wantUp, teacherAccuracy) || !near(down, wantDown, teacherAccuracy) {
				t.Errorf("mean %v, variance %v: %v and %v, want %v and %v", mean, variance, up, down, wantUp, wantDown)
			}
		}
	}
	if most != smoothedPairs {
		t.Errorf("at most %d pairs, room for %d", most, smoothedPairs)
	}
}

func ExampleExpectTeacherLogistic() {
	e := ExpectTeacherLogistic(0.4, 1.5, 0.2, 1, 1.1)
	fmt.Printf("%.10f %.10f %.10f\n", e.Risk, e.Gradient, e.SecondMoment)
	fmt.Printf("%.10f\n", TeacherLogisticError(0.4, 1.5, 0.2, 1, 1.1))
	// Output:
	// 0.6288717720 0.0353406270 0.2178619680
	// 0.3427077942
}

// BenchmarkExpectTeacherLogistic times one call over the regimes.
func BenchmarkExpectTeacherLogistic(b *testing.B) {
	for _, p := range []teacherPoint{
		{0.5, 1.2, 0.3, 1, 0.8},
		{0, 0.01, 0, 1, 0.9},
		{0.5, 9, 0.3, 1, 0.99},
		{0, 1e4, 0, 1, 0.5},
		{20, 1e4, -20, 1e4, 1 - 1e-7},
		{0, 1, 0, 100, 0.5},
	} {
		name := fmt.Sprintf("mean=%g,%g/variance=%g,%g/correlation=%g", p.mean, p.teacherMean, p.variance, p.teacherVariance, p.correlation)
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				sinkFloat = p.expect().Risk
			}
		})
		b.Run("error/"+name, func(b *testing.B) {
			for b.Loop() {
				sinkFloat = p.failure()
			}
		})
	}
}
