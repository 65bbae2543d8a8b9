package scaling

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"anisgd/bench/machine"
	"anisgd/kernels/cpu"
)

func TestFitPowerOfExactPowers(t *testing.T) {
	x := []float64{1, 2, 5, 10, 1000}
	for _, exponent := range []float64{-1, 0, 0.5, 1, 2.5} {
		var y []float64
		for _, v := range x {
			y = append(y, 3*math.Pow(v, exponent))
		}
		p, ok := FitPower(x, y, nil)
		if !ok || math.Abs(p.Exponent-exponent) > 1e-12 || math.Abs(p.Coefficient-3) > 1e-11 || p.High-p.Low > 1e-10 {
			t.Errorf("exponent %v: %+v, %v", exponent, p, ok)
		}
		if v := p.At(7); math.Abs(v/(3*math.Pow(7, exponent))-1) > 1e-11 {
			t.Errorf("exponent %v: %v at 7", exponent, v)
		}
	}
}

// TestFitPowerInterval: places 1, e, e² and residuals 1, −2, 1 around slope 1 give a
// variance of 6 with one degree of freedom, a spread of 2, and t = tan(0.475 π).
func TestFitPowerInterval(t *testing.T) {
	p, ok := FitPower([]float64{1, math.E, math.E * math.E}, []float64{math.Exp(1), math.Exp(-1), math.Exp(3)}, nil)
	want := math.Tan(0.475*math.Pi) * math.Sqrt(3)
	if !ok || math.Abs(p.Exponent-1) > 1e-12 || math.Abs((p.High-p.Low)/2-want) > 1e-6*want || math.Abs(p.High+p.Low-2*p.Exponent) > 1e-9 {
		t.Errorf("%+v, want a half width of %v", p, want)
	}
}

// TestFitPowerWeighs: a weight of two is that of two equal points; where one point counts
// for nothing beside the others, the power is theirs.
func TestFitPowerWeighs(t *testing.T) {
	x, y := []float64{1, 2, 4, 8}, []float64{1, 3, 9, 20}
	weighted, _ := FitPower(x, y, []float64{1, 2, 1, 1})
	repeated, ok := FitPower([]float64{1, 2, 2, 4, 8}, []float64{1, 3, 3, 9, 20}, nil)
	if !ok || math.Abs(weighted.Exponent-repeated.Exponent) > 1e-12 || math.Abs(weighted.Coefficient-repeated.Coefficient) > 1e-12 {
		t.Errorf("weighted %+v, repeated %+v", weighted, repeated)
	}
	p, ok := FitPower(x, []float64{1, 2, 400, 8}, []float64{1, 1, 1e-20, 1})
	if !ok || math.Abs(p.Exponent-1) > 1e-9 || p.High-p.Low > 1e-6 {
		t.Errorf("%+v", p)
	}
}

// TestFitPowerCovers: an interval of 95 % holds the exponent in 95 % of the cases.
func TestFitPowerCovers(t *testing.T) {
	const trials, exponent = 4000, 0.8
	source := rand.New(rand.NewPCG(1, 2))
	x, y := []float64{1, 2, 5, 10, 20}, make([]float64, 5)
	held := 0
	for range trials {
		for i := range y {
			y[i] = math.Pow(x[i], exponent) * math.Exp(0.1*source.NormFloat64())
		}
		if p, ok := FitPower(x, y, nil); ok && p.Low <= exponent && exponent <= p.High {
			held++
		}
	}
	// Four standard deviations of the binomial distribution.
	if share := float64(held) / trials; math.Abs(share-0.95) > 4*math.Sqrt(0.95*0.05/trials) {
		t.Errorf("%.4f of the intervals hold the exponent", share)
	}
}

func TestFitPowerRefuses(t *testing.T) {
	for _, c := range [][2][]float64{
		{{1, 2}, {1, 2}},
		{{1, 2, 3}, {1, 2}},
		{{1, 2, 3}, {1, 0, 3}},
		{{1, 2, 3}, {1, math.NaN(), 3}},
		{{0, 2, 3}, {1, 2, 3}},
		{{2, 2, 2}, {1, 2, 3}},
	} {
		if p, ok := FitPower(c[0], c[1], nil); ok {
			t.Errorf("%v: %+v", c, p)
		}
	}
}

var levels = []machine.Level{{Name: "L1", Size: 1000}, {Name: "L2", Size: 30_000}, {Name: machine.Memory}}

// TestStretches makes up a time that goes like x up to the end of the second cache and like
// x^1.5 beyond, where it also jumps.
func TestStretches(t *testing.T) {
	s := Series{Variable: Dimension}
	for _, x := range []float64{50, 200, 500, 1000, 2000, 5000, 10_000, 20_000} {
		seconds := x
		if 10*x > 30_000 {
			seconds = 7 * math.Pow(x, 1.5)
		}
		s.Points = append(s.Points, Point{X: x, Seconds: seconds, Memory: 48 * x, Footprint: 10 * x})
	}
	s.complete(levels)
	if len(s.Ends) != 2 || s.Ends[0].Level != "L1" || math.Abs(s.Ends[0].X-100) > 1e-9 || s.Ends[1].Level != "L2" || math.Abs(s.Ends[1].X-3000) > 1e-9 {
		t.Errorf("ends %+v", s.Ends)
	}
	// One point in the first cache is not fitted.
	if len(s.Time) != 3 {
		t.Fatalf("fits %+v", s.Time)
	}
	for i, want := range []Fit{
		{Power{Exponent: 1}, 200, 2000, 4, "L2"}, {Power{Exponent: 1.5}, 5000, 20_000, 3, machine.Memory},
	} {
		f := s.Time[i]
		if math.Abs(f.Exponent-want.Exponent) > 1e-9 || f.From != want.From || f.To != want.To || f.Points != want.Points || f.Level != want.Level {
			t.Errorf("fit %+v, want %+v", f, want)
		}
	}
	if whole := s.Time[2]; whole.Points != 8 || whole.Level != "" || whole.Exponent < 1.5 {
		t.Errorf("fit of all points %+v", whole)
	}
	if len(s.Memory) != 1 || math.Abs(s.Memory[0].Exponent-1) > 1e-9 || math.Abs(s.Memory[0].Coefficient-48) > 1e-6 {
		t.Errorf("fit of the memory %+v", s.Memory)
	}
}

// TestOutputsAreFittedInHalves: a time of 15 + K has exponents far apart at few and many.
func TestOutputsAreFittedInHalves(t *testing.T) {
	s := Series{Variable: Outputs}
	for k := 2.0; k <= 64; k *= 2 {
		s.Points = append(s.Points, Point{X: k, Seconds: 15 + k, Low: 15 + k, High: 15 + k, Memory: k, Footprint: 20_000})
	}
	s.complete(levels)
	if len(s.Time) != 3 || s.Time[0].To != 8 || s.Time[1].From != 16 || s.Time[2].Points != 6 || !(s.Time[0].Exponent < s.Time[2].Exponent && s.Time[2].Exponent < s.Time[1].Exponent) {
		t.Errorf("fits %+v", s.Time)
	}
}

func TestThreadCounts(t *testing.T) {
	for most, want := range map[int][]int{1: {1}, 2: {1, 2}, 9: {1, 2, 3, 4, 5, 6, 7, 8, 9}, 24: {1, 2, 3, 4, 5, 6, 7, 8, 16, 24}} {
		if got := threadCounts(most); !slices.Equal(got, want) {
			t.Errorf("%d threads: %v", most, got)
		}
	}
}

// TestOutline checks what a whole study is made of, without measuring it.
func TestOutline(t *testing.T) {
	o := Options{Threads: 2}
	var dims []float64
	for _, s := range o.outlines() {
		if len(s.xs) != len(s.cases) || !slices.IsSorted(s.xs) {
			t.Errorf("%s %s: places %v", s.Variable, s.Name, s.xs)
		}
		if s.Variable == Dimension {
			dims = s.xs
			for i, c := range s.cases {
				if perMode := c.Work.Footprint / s.xs[i]; perMode != c.Work.Footprint/c.Elements || perMode < 16 || perMode > 48 {
					t.Errorf("%s: a step touches %v bytes a mode", c.Name, perMode)
				}
			}
		}
	}
	if len(dims) != 13 || dims[0] != 1e3 || dims[12] != 1e7 {
		t.Errorf("dimensions %v", dims)
	}
}

func TestInterruptedStudyKeepsWhatItHas(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	o := Options{Levels: machine.Levels(), Path: cpu.Selected(), Threads: 1, Quick: true, Budget: time.Nanosecond}
	o.Begun = func(name string, fraction float64) {
		if fraction > 0 {
			cancel()
		}
	}
	study, err := o.Measure(ctx)
	if !errors.Is(err, context.Canceled) || len(study.Series) != 1 || len(study.Series[0].Points) != 1 {
		t.Fatalf("%+v, %v", study, err)
	}
	// The state, the sample, the mean and two spectra at least, each of a thousand
	// numbers, and no more than there is room for.
	if p := study.Series[0].Points[0]; p.X != 1000 || !(p.Seconds > 0) || p.Memory < 5*8000 || p.Memory > 1e6 {
		t.Errorf("%+v", p)
	}
}
