package rng

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

// drawChiSquared draws n variables as grouped simulation does: one normal and one uniform each,
// and from the start again where those are rejected.
func drawChiSquared(law ChiSquared, n int) (values []float64, rejected int) {
	normals, choice := NewStream(7, 0, DomainNoise), NewStream(7, 0, DomainChiSquared)
	retry := NewStream(7, 0, DomainChiSquaredRetry)
	z, u := make([]float64, n), make([]float64, n)
	normals.Normals(z, 0, 0)
	choice.Uniforms(u, 0, 0)
	values = make([]float64, n)
	for i := range values {
		value, accepted := law.Accept(z[i], u[i])
		if !accepted {
			rejected++
			value = law.Retry(&retry, uint64(i), 3)
		}
		values[i] = value
	}
	return values, rejected
}

// Distribution functions against gonum's up to a thousand degrees of freedom.
func TestChiSquaredDistribution(t *testing.T) {
	const n = 200000
	for _, freedom := range []int64{1, 2, 3, 5, 20, 100, 1000} {
		values, rejected := drawChiSquared(NewChiSquared(freedom), n)
		exact := distuv.ChiSquared{K: float64(freedom)}
		// A χ² test over 50 cells of equal probability: 49 degrees of freedom.
		var counts [50]int
		for _, v := range values {
			counts[min(int(exact.CDF(v)*50), 49)]++
		}
		statistic := 0.0
		for _, count := range counts {
			difference := float64(count) - n/50
			statistic += difference * difference / (n / 50)
		}
		if p := 1 - (distuv.ChiSquared{K: 49}).CDF(statistic); p < 1e-4 {
			t.Errorf("ν = %d: probability %.2g of so uneven cells", freedom, p)
		}
		if freedom > 2 && float64(rejected) > n/(10*float64(freedom)) {
			t.Errorf("ν = %d: %d of %d rejected", freedom, rejected, n)
		}
	}
}

// Moments where ν is so large that only (χ² − ν)/√(2ν) can be seen: it is normal, up
// to a skewness of √(8/ν).
func TestChiSquaredHuge(t *testing.T) {
	const n = 200000
	for _, freedom := range []int64{1e6, 1e12, 1e15} {
		values, _ := drawChiSquared(NewChiSquared(freedom), n)
		var moments [5]float64
		for _, v := range values {
			x := (v - float64(freedom)) / math.Sqrt(2*float64(freedom))
			power := 1.0
			for k := range moments {
				moments[k] += power / n
				power *= x
			}
		}
		for k, want := range []float64{1, 0, 1, math.Sqrt(8 / float64(freedom)), 3} {
			// Variances of the powers of a normal.
			deviation := math.Sqrt([]float64{0, 1, 2, 15, 96}[k] / n)
			if math.Abs(moments[k]-want) > 4.5*deviation+1e-9 {
				t.Errorf("ν = %d: moment %d is %v, want %v ± %.2g", freedom, k, moments[k], want, deviation)
			}
		}
	}
}

// The bound that accepts nearly always, the series and the closed form of e agree
// where more than one of them holds.
func TestChiSquaredAcceptance(t *testing.T) {
	for _, freedom := range []int64{2, 3, 10, 1000, 1e6} {
		law := NewChiSquared(freedom)
		for x := -8.0; x <= 8; x += 0.03125 {
			s := law.slope * x
			if s <= -1 {
				if _, accepted := law.Accept(x, 1e-300); accepted {
					t.Errorf("ν = %d: %v is accepted, and its variable is negative", freedom, x)
				}
				continue
			}
			e := -(x*x/2 + law.delta*(1-(1+s)*(1+s)*(1+s)+3*math.Log1p(s)))
			probability := math.Exp(-e)
			// The closed form cancels to so much.
			slack := 1e-9 + 1e-14*law.delta
			if u := probability - slack; u > 0 {
				if _, accepted := law.Accept(x, u); !accepted {
					t.Errorf("ν = %d: %v is rejected at %v below its probability %v", freedom, x, u, probability)
				}
			}
			if u := probability + slack; u < 1 {
				if _, accepted := law.Accept(x, u); accepted {
					t.Errorf("ν = %d: %v is accepted at %v above its probability %v", freedom, x, u, probability)
				}
			}
		}
	}
	if v, accepted := new(ChiSquared).Accept(1, 0.5); v != 0 || !accepted {
		t.Errorf("no degrees of freedom give %v", v)
	}
}
