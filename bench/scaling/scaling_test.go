package scaling

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"
	"time"

	"anisgd/bench/machine"
	"anisgd/engine/fit"
	"anisgd/kernels/cpu"
)

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
		{fit.Power{Exponent: 1}, 200, 2000, 4, "L2"}, {fit.Power{Exponent: 1.5}, 5000, 20_000, 3, machine.Memory},
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
