package fit

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestPowerOfExactPowers(t *testing.T) {
	x := []float64{1, 2, 5, 10, 1000}
	for _, exponent := range []float64{-1, 0, 0.5, 1, 2.5} {
		var y []float64
		for _, v := range x {
			y = append(y, 3*math.Pow(v, exponent))
		}
		p, ok := PowerOf(x, y, nil)
		if !ok || math.Abs(p.Exponent-exponent) > 1e-12 || math.Abs(p.Coefficient-3) > 1e-11 || p.High-p.Low > 1e-10 {
			t.Errorf("exponent %v: %+v, %v", exponent, p, ok)
		}
		if v := p.At(7); math.Abs(v/(3*math.Pow(7, exponent))-1) > 1e-11 {
			t.Errorf("exponent %v: %v at 7", exponent, v)
		}
	}
}

// TestPowerInterval: places 1, e, e² and residuals 1, −2, 1 around slope 1 give a
// variance of 6 with one degree of freedom, a spread of 2, and t = tan(0.475 π).
func TestPowerInterval(t *testing.T) {
	p, ok := PowerOf([]float64{1, math.E, math.E * math.E}, []float64{math.Exp(1), math.Exp(-1), math.Exp(3)}, nil)
	want := math.Tan(0.475*math.Pi) * math.Sqrt(3)
	if !ok || math.Abs(p.Exponent-1) > 1e-12 || math.Abs((p.High-p.Low)/2-want) > 1e-6*want || math.Abs(p.High+p.Low-2*p.Exponent) > 1e-9 {
		t.Errorf("%+v, want a half width of %v", p, want)
	}
}

// TestPowerWeighs: a weight of two is that of two equal points; where one point counts
// for nothing beside the others, the power is theirs.
func TestPowerWeighs(t *testing.T) {
	x, y := []float64{1, 2, 4, 8}, []float64{1, 3, 9, 20}
	weighted, _ := PowerOf(x, y, []float64{1, 2, 1, 1})
	repeated, ok := PowerOf([]float64{1, 2, 2, 4, 8}, []float64{1, 3, 3, 9, 20}, nil)
	if !ok || math.Abs(weighted.Exponent-repeated.Exponent) > 1e-12 || math.Abs(weighted.Coefficient-repeated.Coefficient) > 1e-12 {
		t.Errorf("weighted %+v, repeated %+v", weighted, repeated)
	}
	p, ok := PowerOf(x, []float64{1, 2, 400, 8}, []float64{1, 1, 1e-20, 1})
	if !ok || math.Abs(p.Exponent-1) > 1e-9 || p.High-p.Low > 1e-6 {
		t.Errorf("%+v", p)
	}
}

// TestPowerCovers: an interval of 95 % holds the exponent in 95 % of the cases.
func TestPowerCovers(t *testing.T) {
	const trials, exponent = 4000, 0.8
	source := rand.New(rand.NewPCG(1, 2))
	x, y := []float64{1, 2, 5, 10, 20}, make([]float64, 5)
	held := 0
	for range trials {
		for i := range y {
			y[i] = math.Pow(x[i], exponent) * math.Exp(0.1*source.NormFloat64())
		}
		if p, ok := PowerOf(x, y, nil); ok && p.Low <= exponent && exponent <= p.High {
			held++
		}
	}
	// Four standard deviations of the binomial distribution.
	if share := float64(held) / trials; math.Abs(share-0.95) > 4*math.Sqrt(0.95*0.05/trials) {
		t.Errorf("%.4f of the intervals hold the exponent", share)
	}
}

func TestPowerRefuses(t *testing.T) {
	for _, c := range [][2][]float64{
		{{1, 2}, {1, 2}},
		{{1, 2, 3}, {1, 2}},
		{{1, 2, 3}, {1, 0, 3}},
		{{1, 2, 3}, {1, math.NaN(), 3}},
		{{0, 2, 3}, {1, 2, 3}},
		{{2, 2, 2}, {1, 2, 3}},
	} {
		if p, ok := PowerOf(c[0], c[1], nil); ok {
			t.Errorf("%v: %+v", c, p)
		}
	}
}
