package gauss

import (
	"math"
	"testing"
)

func TestProductMoments(t *testing.T) {
	mean := []float64{0.3, -1, 0.5}
	covariance := []float64{2, 0.5, -0.3, 0.5, 1, 0.2, -0.3, 0.2, 0.7}
	p, err := NewProduct(3, 41)
	if err != nil {
		t.Fatal(err)
	}
	near := func(what string, got, want float64) {
		t.Helper()
		if math.Abs(got-want) > 1e-12*(1+math.Abs(want)) {
			t.Errorf("%s = %.15g, want %.15g", what, got, want)
		}
	}
	near("E 1", p.Expect(mean, covariance, func([]float64) float64 { return 1 }), 1)
	for a := range 3 {
		near("mean", p.Expect(mean, covariance, func(x []float64) float64 { return x[a] }), mean[a])
		for b := range 3 {
			near("covariance", p.Expect(mean, covariance, func(x []float64) float64 { return (x[a] - mean[a]) * (x[b] - mean[b]) }), covariance[a*3+b])
		}
	}
	// E e^{u·x} = e^{u·m + uᵀCu/2} with u = (0.5, −0.5, 1).
	u := []float64{0.5, -0.5, 1}
	exponent := 0.0
	for a := range 3 {
		exponent += u[a] * mean[a]
		for b := range 3 {
			exponent += u[a] * u[b] * covariance[a*3+b] / 2
		}
	}
	near("exponential", p.Expect(mean, covariance, func(x []float64) float64 {
		return math.Exp(u[0]*x[0] + u[1]*x[1] + u[2]*x[2])
	}), math.Exp(exponent))
}

func TestProductAgainstLogistic(t *testing.T) {
	p, err := NewProduct(1, 201)
	if err != nil {
		t.Fatal(err)
	}
	for _, law := range [][2]float64{{0.5, 0}, {1, 0.3}, {-2, 4}, {3, 9}} {
		want := ExpectLogistic(law[0], law[1]).Risk
		got := p.Expect(law[:1], law[1:], func(x []float64) float64 { return math.Log1p(math.Exp(-x[0])) })
		if math.Abs(got/want-1) > 1e-11 {
			t.Errorf("risk at %v: %v, want %v", law, got, want)
		}
	}
}

func TestProductOfSingularLaws(t *testing.T) {
	p, err := NewProduct(2, 41)
	if err != nil {
		t.Fatal(err)
	}
	if got := p.Expect([]float64{2, 3}, make([]float64, 4), func(x []float64) float64 { return x[0] * x[1] }); math.Abs(got-6) > 1e-13 {
		t.Errorf("no variance: %v, want 6", got)
	}
	// x_1 = 2 x_0.
	if got := p.Expect([]float64{0, 0}, []float64{1, 2, 2, 4}, func(x []float64) float64 { return (x[1] - 2*x[0]) * (x[1] - 2*x[0]) }); got > 1e-13 {
		t.Errorf("dependent: %v, want 0", got)
	}
	if _, err := NewProduct(4, 9); err == nil {
		t.Error("four dimensions are possible")
	}
	if n := testing.AllocsPerRun(10, func() {
		p.Expect([]float64{0, 0}, []float64{1, 0, 0, 1}, func(x []float64) float64 { return x[0] })
	}); n != 0 {
		t.Errorf("Expect allocates %v times", n)
	}
}
