package compare

import (
	"math"
	"math/rand/v2"
	"testing"
)

// Deviations made up from known powers of d, with noise of known size.
func TestScaling(t *testing.T) {
	source := rand.New(rand.NewPCG(1, 2))
	covered := [2]int{}
	const repeats = 100
	for range repeats {
		var reports []*Report
		for _, dim := range []int{32, 64, 128, 256, 512, 1024, 4000} {
			d := float64(dim)
			runs := 1000.0
			standardError := 0.3 / math.Sqrt(d) / math.Sqrt(5e5)
			reports = append(reports, &Report{Runs: int(runs), Dim: dim, Deviations: []Deviation{{
				Statistic: "risk",
				SingleRun: 0.4 / math.Sqrt(d) * math.Exp(source.NormFloat64()*0.02),
				AtEnd:     -0.1/d*(1+5/d) + standardError*source.NormFloat64(), AtEndError: standardError,
			}}})
		}
		s := ScalingOf(reports, "risk")
		for n, fit := range []*Exponent{s.SingleRun, s.Bias} {
			want := []float64{-0.5, -1}[n]
			if fit == nil || math.Abs(fit.Value-want) > 0.2 {
				t.Fatalf("exponent %d: %+v, want about %v", n, fit, want)
			}
			if fit.Low <= want && want <= fit.High {
				covered[n]++
			}
		}
	}
	for n, count := range covered {
		// 95 % of 100 with a standard deviation of 2.2; more where the correction is
		// bounded.
		if count < 87 {
			t.Errorf("interval %d covers the exponent %d times of %d, want 95 %%", n, count, repeats)
		}
	}
}

func TestScalingNeedsDimensions(t *testing.T) {
	one := &Report{Runs: 2, Dim: 10, Deviations: []Deviation{{Statistic: "risk", SingleRun: 1, AtEnd: 1, AtEndError: 1}}}
	two := &Report{Runs: 2, Dim: 20, Deviations: one.Deviations}
	if s := ScalingOf([]*Report{one, two, two}, "risk"); s != nil {
		t.Errorf("two dimensions are fitted: %+v", s)
	}
	three := &Report{Runs: 2, Dim: 40, Deviations: one.Deviations}
	if s := ScalingOf([]*Report{three, one, two}, "norm2"); s != nil {
		t.Errorf("a statistic that is not there is fitted: %+v", s)
	}
	// A bias within its errors has no exponent.
	if s := ScalingOf([]*Report{three, one, two}, "risk"); s == nil || s.Bias != nil || s.SingleRun == nil || math.Abs(s.SingleRun.Value) > 1e-12 {
		t.Errorf("fit %+v", s)
	}
}
