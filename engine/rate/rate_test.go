package rate

import (
	"math"
	"testing"
)

func TestPiecewiseIsRightContinuous(t *testing.T) {
	p := Piecewise{Times: []float64{0, 10, 20}, Values: []float64{1, 0.1, 0.01}}
	for _, c := range []struct{ t, want float64 }{
		{0, 1}, {9.999, 1}, {10, 0.1}, {math.Nextafter(10, 0), 1}, {15, 0.1}, {20, 0.01}, {1e9, 0.01},
	} {
		if got := p.At(c.t); got != c.want {
			t.Errorf("γ(%v) = %v, want %v", c.t, got, c.want)
		}
	}
	if b := p.Breaks(); len(b) != 2 || b[0] != 10 || b[1] != 20 {
		t.Errorf("breaks %v, want [10 20]", b)
	}
}

func TestSmoothSchedulesAgainstTheStandardLibrary(t *testing.T) {
	power := Power{Initial: 0.7, Exponent: 0.4, Timescale: 3}
	cosine := Cosine{Initial: 2, Final: 0.5, End: 8}
	for i := range 200 {
		time := 0.05 * float64(i)
		if got, want := power.At(time), 0.7*math.Pow(1+time/3, -0.4); math.Abs(got-want) > 1e-15 {
			t.Errorf("power at %v: %v, want %v", time, got, want)
		}
		want := 0.5
		if time < 8 {
			want = 0.5 + 1.5*(1+math.Cos(math.Pi*time/8))/2
		}
		if got := cosine.At(time); math.Abs(got-want) > 1e-14 {
			t.Errorf("cosine at %v: %v, want %v", time, got, want)
		}
	}
	if got := cosine.At(0); got != 2 {
		t.Errorf("cosine starts at %v, want 2", got)
	}
	if got := (Power{Initial: 3, Exponent: 1, Timescale: 1}).At(0); got != 3 {
		t.Errorf("power starts at %v, want 3", got)
	}
}

func TestAdaptiveRulesAreNoSchedules(t *testing.T) {
	for _, rule := range []Rule{AdaGradNorm{Eta: 1, B: 1}, LineSearch{}, Polyak{}} {
		if _, schedule := rule.(Schedule); schedule {
			t.Errorf("%T passes for a schedule", rule)
		}
	}
	if got := (AdaGradNorm{Eta: 3, B: 2}).Rate(5); got != 1 {
		t.Errorf("AdaGrad-Norm: %v, want 3/√(4 + 5)", got)
	}
	if got := (LineSearch{}).Rate(0, 0); got != 0 {
		t.Errorf("line search at a stationary point: %v, want 0", got)
	}
	if got := (Polyak{}).Rate(-1e-17, 1); got != 0 {
		t.Errorf("Polyak below the smallest risk: %v, want 0", got)
	}
}
