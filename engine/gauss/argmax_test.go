package gauss

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/integrate/quad"
)

func argmaxError(l softmaxLaw, nodes int) (probability, relativeError float64) {
	return NewArgmax(l.outputs(), nodes).Error(l.class, l.mean, l.covariance)
}

// referencePair is P(t_1 > 0 or t_2 > 0), the integral over t_1 < 0 of the conditional
// probability of t_2 > 0 by Gauss–Legendre quadrature on short panels.
func referencePair(mean1, mean2, variance1, variance2, covariance float64) float64 {
	upper := func(h float64) float64 { return 0.5 * math.Erfc(h/math.Sqrt2) }
	deviation := math.Sqrt(variance1)
	slope := covariance / deviation
	rest := math.Sqrt(variance2 - slope*slope)
	h := -mean1 / deviation
	// The integrand has its mass around the origin, or in the tail where t_2 wins.
	from := math.Min(h, -math.Abs(mean2)/math.Sqrt(variance2)) - 12
	const panels = 2000
	width := (math.Min(h, 40) - from) / panels
	sum := 0.0
	for p := range panels {
		low := from + float64(p)*width
		sum += quad.Fixed(func(z float64) float64 {
			return math.Exp(-z*z/2) / math.Sqrt(2*math.Pi) * upper(-(mean2+slope*z)/rest)
		}, low, low+width, 12, quad.Legendre{}, 0)
	}
	return upper(h) + sum
}

// TestArgmaxOfThree compares with quadrature, in the tail and for nearly dependent
// outputs too.
func TestArgmaxOfThree(t *testing.T) {
	source := rand.New(rand.NewPCG(6, 1))
	worst := 0.0
	for range 100 {
		l := randomLaw(source, 3, 3, 1, math.Exp(4*source.Float64()-2))
		if source.IntN(2) == 0 {
			l.mean[l.class] += 6 * source.Float64()
		}
		if source.IntN(3) == 0 {
			l = randomLaw(source, 3, 1, 1, 0.2).addNoise(1e-4)
		}
		j, k := other(0, l.class), other(1, l.class)
		difference := func(a, b int) float64 {
			c := l.covariance
			return c[a*3+b] - c[a*3+l.class] - c[b*3+l.class] + c[l.class*3+l.class]
		}
		want := referencePair(l.mean[j]-l.mean[l.class], l.mean[k]-l.mean[l.class],
			difference(j, j), difference(k, k), difference(j, k))
		got, _ := argmaxError(l, 0)
		worst = math.Max(worst, math.Abs(got/want-1))
		if !near(got, want, 1e-11) {
			t.Errorf("%+v: %v, want %v", l, got, want)
		}
	}
	t.Logf("largest relative error %.1e", worst)
}

// TestArgmaxOfTwo is the probability of a negative margin.
func TestArgmaxOfTwo(t *testing.T) {
	for _, p := range grid() {
		l := softmaxLaw{0, []float64{p.mean, 0}, []float64{p.variance, 0, 0, 0}}
		got, _ := argmaxError(l, 0)
		want := NegativeProbability(p.mean, p.variance)
		if want > 1e-300 && got != want {
			t.Errorf("%+v: %v, want %v", p, got, want)
		}
	}
}

// TestArgmaxOfEqualOutputs: exchangeable outputs win equally often, whether they are
// independent, dependent or all the same.
func TestArgmaxOfEqualOutputs(t *testing.T) {
	for _, outputs := range []int{2, 3, 4, 6, 10, 40, 100, 300} {
		for _, variance := range []float64{0, 1e-6, 3} {
			l := independentLaw(outputs, 0, func(int) float64 { return variance })
			got, estimate := argmaxError(l, 0)
			want := 1 - 1/float64(outputs)
			if !near(got, want, 1e-10) || estimate > 1e-9 {
				t.Errorf("%d outputs, variance %v: %v, want %v, estimate %.1e", outputs, variance, got, want, estimate)
			}
		}
	}
}

// TestArgmaxTies: outputs tied for certain share the wins of their group.
func TestArgmaxTies(t *testing.T) {
	// Outputs 0 and 1 are the same variable, 2 is independent of it.
	same := []float64{2, 2, 0, 2, 2, 0, 0, 0, 1}
	wins := 1 - NegativeProbability(0.7, 3) // P(r_0 > r_2)
	for class, want := range []float64{1 - wins/2, 1 - wins/2, wins} {
		got, _ := argmaxError(softmaxLaw{class, []float64{0.7, 0.7, 0}, same}, 0)
		if !near(got, want, 1e-13) {
			t.Errorf("class %d: %v, want %v", class, got, want)
		}
	}
	// Always above, always below.
	for class, want := range []float64{1, 0} {
		got, _ := argmaxError(softmaxLaw{class, []float64{0, 1}, []float64{5, 5, 5, 5}}, 0)
		if got != want {
			t.Errorf("constant difference, class %d: %v, want %v", class, got, want)
		}
	}
}

// TestArgmaxSum: one of the classes wins.
func TestArgmaxSum(t *testing.T) {
	source := rand.New(rand.NewPCG(6, 2))
	for _, outputs := range []int{3, 4, 5, 10} {
		for range 5 {
			l := randomLaw(source, outputs, 1+source.IntN(outputs), 1, 1)
			a := NewArgmax(outputs, 1<<11)
			sum, band := 0.0, 0.0
			for class := range outputs {
				p, estimate := a.Error(class, l.mean, l.covariance)
				sum += p
				band += p * estimate
			}
			if want := float64(outputs - 1); math.Abs(sum-want) > 2*band+1e-7 { // singular laws have regions no node meets
				t.Errorf("%+v: the errors sum to %v, want %v ± %.1e", l, sum, want, band)
			}
		}
	}
}

// TestArgmaxEstimate compares estimates with errors against 64 times the nodes, for
// general covariances and for nearly independent outputs.
func TestArgmaxEstimate(t *testing.T) {
	skipInShort(t)
	source := rand.New(rand.NewPCG(6, 3))
	var h honesty
	for _, outputs := range []int{5, 6, 10, 20, 40} {
		a, fine := NewArgmax(outputs, 1<<8), NewArgmax(outputs, 1<<14)
		for i := range 16 {
			l := randomLaw(source, outputs, outputs, 1, 2*source.Float64())
			if i%2 == 0 {
				l = randomLaw(source, outputs, outputs, 0.1, source.Float64()).addNoise(1)
			}
			l.mean[l.class] += 8 * source.Float64()
			p, estimate := a.Error(l.class, l.mean, l.covariance)
			want, _ := fine.Error(l.class, l.mean, l.covariance)
			h.add(math.Abs(p/want-1), estimate)
		}
	}
	h.check(t, "argmax")
}

// TestArgmaxOfIndependentOutputs compares ten independent outputs with the
// one-dimensional integral over the right one, in the tail too.
func TestArgmaxOfIndependentOutputs(t *testing.T) {
	const outputs = 10
	for _, mean := range []float64{-2, 0, 3, 12} {
		deviation := func(j int) float64 { return 0.5 + 0.2*float64(j) }
		l := independentLaw(outputs, mean, func(j int) float64 { return deviation(j) * deviation(j) })
		want := 0.0
		for p := range 400 {
			low := -20 + 0.1*float64(p)
			want += quad.Fixed(func(z float64) float64 {
				r := mean + deviation(0)*z
				lost, left := 0.0, 1.0
				for j := 1; j < outputs; j++ {
					above := 0.5 * math.Erfc(r/deviation(j)/math.Sqrt2)
					lost += left * above
					left *= 1 - above
				}
				return math.Exp(-z*z/2) / math.Sqrt(2*math.Pi) * lost
			}, low, low+0.1, 10, quad.Legendre{}, 0)
		}
		got, estimate := argmaxError(l, 0)
		if !near(got, want, 1e-10) || estimate > 1e-9 {
			t.Errorf("mean %v: %v, want %v, estimate %.1e", mean, got, want, estimate)
		}
	}
}

func TestArgmaxNoAllocations(t *testing.T) {
	source := rand.New(rand.NewPCG(6, 4))
	for _, outputs := range []int{2, 3, 4, 7, 40, 300} {
		a, l := NewArgmax(outputs, 1<<8), randomLaw(source, outputs, 3, 1, 1).addNoise(source.Float64())
		if n := testing.AllocsPerRun(2, func() {
			sinkFloat, _ = a.Error(l.class, l.mean, l.covariance)
		}); n != 0 {
			t.Errorf("%d outputs: %v allocations", outputs, n)
		}
	}
}

// TestNormalQuantile inverts the distribution function.
func TestNormalQuantile(t *testing.T) {
	for p := 1e-300; p < 0.5; p *= 1.37 {
		z := normalQuantile(p)
		// d log Φ/dz is about |z| in the tail.
		if back := 0.5 * math.Erfc(-z/math.Sqrt2); !near(back, p, 1e-14*(1+z*z)) {
			t.Errorf("quantile of %v: %v, whose probability is %v", p, z, back)
		}
		if q := 1 - p; q < 1 && !near(normalQuantile(q), -normalQuantile(1-q), 1e-15) {
			t.Errorf("quantiles of %v and its complement: %v, %v", q, normalQuantile(q), normalQuantile(1-q))
		}
	}
	if normalQuantile(0.5) != 0 || !math.IsInf(normalQuantile(0), -1) || !math.IsInf(normalQuantile(1), 1) || !math.IsNaN(normalQuantile(math.NaN())) {
		t.Error("special values")
	}
}

func ExampleArgmax() {
	// Three outputs, the right one ahead by 6 standard deviations of each difference.
	mean := []float64{6 * math.Sqrt2, 0, 0}
	covariance := []float64{1, 0, 0, 0, 1, 0, 0, 0, 1}
	p, _ := NewArgmax(3, 0).Error(0, mean, covariance)
	fmt.Printf("%.10g\n", p)
	// Output: 1.972785931e-09
}
