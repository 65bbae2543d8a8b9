package sweep

import (
	"fmt"
	"math"
	"path/filepath"
	"testing"
)

// TestFits: from exact powers of d the exponents come out, for every group of points
// that differ in d alone.
func TestFits(t *testing.T) {
	p := planOf(t, "sweep.axes.0.values=[20, 40, 80, 160]", "variants=", "learning-rate=0.5", "time={at: [0, 1]}", "simulate.runs=30", "sweep.runs-per-task=30")
	s := openStore(t, filepath.Join(t.TempDir(), "tasks"))
	compute(t, p, s, Options{Threads: 2})
	a := collect(t, p, s)
	risks := 0
	for k := range a.Fits {
		f := &a.Fits[k]
		if f.Statistic != "risk" {
			continue
		}
		risks++
		if len(f.Points) != 4 || len(f.Dims) != 4 || f.Dims[0] != 20 || f.SingleRun == nil {
			t.Fatalf("%+v", f)
		}
		// A run deviates like d^−1/2.
		if math.Abs(f.SingleRun.Value+0.5) > 0.2 {
			t.Errorf("%s: exponent %+v", a.Label(f), f.SingleRun)
		}
	}
	if risks != 2 || a.Label(&a.Fits[0]) != "w = 0" {
		t.Errorf("%d fits of the risk, the first of %q", risks, a.Label(&a.Fits[0]))
	}
}

// plain writes spans as pairs of numbers.
func plain(spans []span) string {
	type pair span
	pairs := []pair{}
	for _, s := range spans {
		pairs = append(pairs, pair(s))
	}
	return fmt.Sprint(pairs)
}

func TestSpans(t *testing.T) {
	for _, c := range []struct {
		of     span
		others []span
		gaps   string
		cover  string
	}{
		{span{0, 10}, nil, "[{0 10}]", "none"},
		{span{0, 10}, []span{{0, 10}}, "[]", "[{0 10}]"},
		{span{0, 10}, []span{{5, 12}, {0, 5}}, "[]", "[{0 5} {5 12}]"},
		{span{2, 10}, []span{{4, 6}, {3, 5}, {9, 10}}, "[{2 3} {6 9}]", "none"},
		{span{0, 6}, []span{{0, 2}, {1, 4}, {0, 3}, {4, 6}, {2, 5}}, "[]", "[{0 3} {2 5} {4 6}]"},
		{span{3, 3}, nil, "[]", "[]"},
	} {
		chosen, ok := c.of.cover(c.others)
		cover := plain(chosen)
		if !ok {
			cover = "none"
		}
		if gaps := plain(c.of.without(c.others)); gaps != c.gaps || cover != c.cover {
			t.Errorf("%v: gaps %v, cover %v, want %v, %v", c.of, gaps, cover, c.gaps, c.cover)
		}
	}
	for every, want := range map[int]string{0: "[{3 11}]", 4: "[{3 4} {4 8} {8 11}]", 100: "[{3 11}]"} {
		if got := plain(span{3, 11}.cut(every)); got != want {
			t.Errorf("cut every %d: %v, want %v", every, got, want)
		}
	}
}

// TestNumbersAreReadBack with their bits, undefined ones too.
func TestNumbersAreReadBack(t *testing.T) {
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), math.Copysign(0, -1), 5e-324, math.MaxFloat64, 0.1} {
		back, err := parseNumber(formatNumber(v))
		if err != nil || math.Float64bits(back) != math.Float64bits(v) && !(math.IsNaN(v) && math.IsNaN(back)) {
			t.Errorf("%v is read as %v, %v", v, back, err)
		}
	}
}
