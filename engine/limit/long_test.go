package limit

import (
	"math"
	"testing"

	"anisgd/engine/model"
	"anisgd/engine/problem"
	"anisgd/engine/rate"
)

// The implicit method agrees with an explicit one on every experiment: teachers,
// several outputs and adaptive rates included.
func TestImplicitAgreesWithExplicit(t *testing.T) {
	all := outputCases(t)
	for name, c := range cases(t) {
		all[name] = c
	}
	for name, c := range all {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			own := *c
			own.Times = nil
			for _, time := range c.Times {
				if time <= 1000 {
					own.Times = append(own.Times, time)
				}
			}
			own.RelativeTolerance, own.AbsoluteTolerance = 1e-9, 1e-13
			explicit := solve(t, &own)
			own.Method = "radau9"
			implicit := solve(t, &own)
			t.Logf("%d steps, %d explicit ones", implicit.Steps, explicit.Steps)
			for k := range own.Times {
				a, b := implicit.Series.Values("risk")[k], explicit.Series.Values("risk")[k]
				if math.Abs(a-b) > 1e-7*(math.Abs(b)+1e-6) {
					t.Errorf("t=%v: risk %.12g implicit, %.12g explicit", own.Times[k], a, b)
				}
			}
		})
	}
}

// To t = 1e14 in a hundred steps or so: above the line the risk keeps falling like
// 1/(γ e t) on zero-one spectra, below it tends to the stationary risk.
func TestVeryLongTimes(t *testing.T) {
	const d = 4000
	times := []float64{1, 1e4, 1e8, 1e14}
	ends := model.CumulativeCounts(d, []float64{0.25, 0.75})
	zeroOne := model.Stepped{Ends: ends, Values: []float64{0, 1}}
	c := opposite(t, d, true, zeroOne, zeroOne, model.SteppedVector{Ends: ends, Values: []float64{2, 0}}, rate.Constant(1), times...)
	c.Method, c.RelativeTolerance, c.AbsoluteTolerance = "radau9", 1e-7, 1e-20
	result := solve(t, c)
	within(t, "R γ e t", last(result, "risk")*1e14, 1, 1e-3)
	if result.Steps > 150 {
		t.Errorf("%d steps to t = 1e14", result.Steps)
	}

	covariance := model.PowerLaw{Exponent: 0.5, Scale: 1}
	c = opposite(t, d, false, covariance, covariance, model.PowerVector{Exponent: 0.4, Scale: 1}, rate.Constant(1.2), times...)
	c.Method, c.Spectrum = "radau9", CompressedSpectrum
	result = solve(t, c)
	s, kappa := distances(c)
	within(t, "risk", last(result, "risk"), 1/(2*(1+s)*(1-1.2*kappa/2)), 1e-6)
	if result.Steps > 150 || result.Nodes > 300 {
		t.Errorf("%d steps on %d nodes to t = 1e14", result.Steps, result.Nodes)
	}
	t.Logf("%d steps, %d rejected, %d nodes", result.Steps, result.Rejected, result.Nodes)
}

func TestImplicitIsForFewSums(t *testing.T) {
	c := *outputCases(t)["softmax"]
	c.Problem = problem.NewSoftmax(12)
	c.Method = "radau9"
	if _, err := Solve(t.Context(), &c); err == nil {
		t.Error("12 outputs are solved")
	}
}

func TestImplicitStepDoesNotAllocate(t *testing.T) {
	c := opposite(t, 2000, true, model.PowerLaw{Exponent: 1.1, Scale: 1}, model.PowerLaw{Exponent: 1.5, Scale: 1}, model.ConstantVector(1), rate.AdaGradNorm{Eta: 1, B: 1}, 1)
	c.Method = "radau9"
	s := compressedOf(t, c)
	if err := s.Reset(0); err != nil {
		t.Fatal(err)
	}
	h := 0.01
	if n := testing.AllocsPerRun(20, func() {
		if _, err := s.Trial(h); err != nil {
			t.Fatal(err)
		}
		s.Accept()
		h *= 1.1
	}); n != 0 {
		t.Errorf("a step allocates %v times", n)
	}
}
