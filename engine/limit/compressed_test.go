package limit

import (
	"math"
	"testing"

	"anisgd/engine/model"
	"anisgd/engine/parallel"
	"anisgd/engine/rate"
	"anisgd/engine/statistic"
)

// agree compares every column of two solutions of one problem.
func agree(t *testing.T, compressed, full *Result, tolerance float64) {
	t.Helper()
	for k, row := range full.Series.Rows {
		for c, want := range row {
			got := compressed.Series.Rows[k][c]
			if math.IsNaN(want) && math.IsNaN(got) {
				continue
			}
			if !(math.Abs(got-want) <= tolerance*(math.Abs(want)+1e-3)) {
				t.Errorf("t=%v: %s = %.15g compressed, %.15g in full", full.Series.Times[k], full.Series.Columns[c], got, want)
			}
		}
	}
}

// Every problem, rate and statistic in small dimensions, where each mode is a node:
// the formulation in response functions is exact.
func TestResponseFunctionsAreExact(t *testing.T) {
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
			own.Observables.Windows = []statistic.Window{{Name: "clean", Lo: 3, Hi: 17}}
			full := solve(t, &own)
			own.Spectrum = CompressedSpectrum
			compressed := solve(t, &own)
			if compressed.Spectrum != CompressedSpectrum || compressed.Nodes > c.Arrays.Dim {
				t.Fatalf("spectrum %s with %d nodes", compressed.Spectrum, compressed.Nodes)
			}
			agree(t, compressed, full, 2e-8)
		})
	}
}

// Smooth eigenvalue curves with smooth and with random means and starts.
func TestCompressedAgreesWithFull(t *testing.T) {
	for name, exponents := range map[string][2]float64{
		"1.1 and 1.5": {1.1, 1.5}, "0.5": {0.5, 0.5}, "3 and 6": {3, 6},
	} {
		for kind, mean := range map[string]model.Vector{
			"smooth": model.PowerVector{Exponent: 0.2, Scale: 1}, "random": model.NormalVector{Norm: 1, Seed: 4},
		} {
			sizes := map[int64][]float64{1000: {0, 1, 50, 1e4}, 30000: {0, 0.1, 50, 400}}
			if testing.Short() {
				sizes = map[int64][]float64{1000: {0, 1, 50}}
			}
			for d, times := range sizes {
				t.Run(name+", "+kind, func(t *testing.T) {
					t.Parallel()
					c := opposite(t, d, true, model.PowerLaw{Exponent: exponents[0], Scale: 1}, model.PowerLaw{Exponent: exponents[1], Scale: 1}, mean, rate.Constant(0.7), times...)
					c.Start = [][]float64{(&model.Model{Dim: d}).FillVector(model.NormalVector{Norm: 0.5, Seed: 9})}
					c.StartVariance = 0.3
					c.Observables.Windows = []statistic.Window{{Name: "clean", Lo: 0, Hi: int(d / 10)}}
					c.RelativeTolerance, c.AbsoluteTolerance = 1e-11, 1e-14
					full := solve(t, c)
					c.Spectrum = CompressedSpectrum
					compressed := solve(t, c)
					if compressed.Spectrum != CompressedSpectrum {
						t.Fatalf("%d nodes for %d modes: solved in full", compressed.Nodes, d)
					}
					t.Logf("%d nodes", compressed.Nodes)
					for k := range times {
						a, b := compressed.Series.Values("risk")[k], full.Series.Values("risk")[k]
						if math.Abs(a/b-1) > 1e-9 {
							t.Errorf("t=%v: risk %.15g compressed, %.15g in full", times[k], a, b)
						}
					}
					agree(t, compressed, full, 1e-8)
				})
			}
		}
	}
}

// A spectrum that is no smooth function of the mean eigenvalue is solved in full,
// and the result says so.
func TestRoughSpectrumIsSolvedInFull(t *testing.T) {
	const d = 300
	rough := make(model.Eigenvalues, d)
	for rho := range rough {
		rough[rho] = 1.5 + math.Sin(float64(rho*rho))
	}
	c := opposite(t, d, false, model.PowerLaw{Exponent: 1, Scale: 1}, rough, model.ConstantVector(1), rate.Constant(0.3), 0, 1, 5)
	full := solve(t, c)
	c.Spectrum = CompressedSpectrum
	result := solve(t, c)
	if result.Nodes != 0 || result.Spectrum != FullSpectrum {
		t.Errorf("%d nodes, spectrum %s, want the full one", result.Nodes, result.Spectrum)
	}
	agree(t, result, full, 1e-7)
}

func TestCompressedStepDoesNotAllocate(t *testing.T) {
	c := opposite(t, 2000, true, model.PowerLaw{Exponent: 1.1, Scale: 1}, model.PowerLaw{Exponent: 1.5, Scale: 1}, model.ConstantVector(1), rate.LineSearch{}, 1)
	s := compressedOf(t, c)
	if err := s.Reset(0); err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(20, func() {
		if _, err := s.Trial(0.01); err != nil {
			t.Fatal(err)
		}
		s.Accept()
	}); n != 0 {
		t.Errorf("a step allocates %v times", n)
	}
}

func compressedOf(t *testing.T, c *Config) *compressed {
	t.Helper()
	method, err := methodOf(c.Method)
	if err != nil {
		t.Fatal(err)
	}
	own := *c
	own.Spectrum = CompressedSpectrum
	pool := parallel.NewPool(1)
	t.Cleanup(pool.Close)
	s, err := newSolver(&own, method, pool)
	if err != nil {
		t.Fatal(err)
	}
	return s.dynamics.(*compressed)
}
