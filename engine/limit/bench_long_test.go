package limit

import (
	"context"
	"fmt"
	"math"
	"testing"
	"time"

	"anisgd/engine/model"
	"anisgd/engine/ode"
	"anisgd/engine/parallel"
	"anisgd/engine/rate"
)

// BenchmarkLong is the implicit method over long times: two classes with spectra of
// their own on some hundred nodes. It reports the fastest integration without the
// set-up of the nodes, steps, right-hand sides (a sweep of five stages counts as
// five), and the digits of the risk at the worst output time, against a solution with
// rtol 1e-12.
func BenchmarkLong(b *testing.B) {
	outputs := []float64{0.1, 1, 10, 100, 1e3, 1e4, 1e6, 1e8, 1e10, 1e12, 1e14}
	for _, c := range []struct {
		name  string
		times []float64
		new   func(times []float64) *Config
	}{
		{"exponents=1.1,1.5/d=1e4/t=1e4", outputs[:6], func(times []float64) *Config { return powerLaw(b, 1e4, times) }},
		{"exponents=3,3.5/d=1e5/t=1e4", outputs[:6], func(times []float64) *Config { return longPowerLaw(b, times) }},
		{"exponents=3,3.5/d=1e5/t=1e8", outputs[:8], func(times []float64) *Config { return longPowerLaw(b, times) }},
		{"exponents=3,3.5/d=1e5/t=1e14", outputs, func(times []float64) *Config { return longPowerLaw(b, times) }},
	} {
		config := c.new(c.times)
		config.Method, config.Spectrum = "radau9", CompressedSpectrum
		want := []float64(nil)
		for _, tolerance := range []float64{1e-12, 1e-8, 1e-6, 1e-4} {
			config.RelativeTolerance, config.AbsoluteTolerance = tolerance, tolerance/100
			if want == nil {
				result, _ := integrate(b, config)
				want = result.Series.Values("risk")
				continue
			}
			b.Run(fmt.Sprintf("%s/rtol=%.0e", c.name, tolerance), func(b *testing.B) {
				fastest, worst := math.Inf(1), 0.0
				var result *Result
				for b.Loop() {
					var elapsed time.Duration
					result, elapsed = integrate(b, config)
					fastest = min(fastest, elapsed.Seconds()*1e3)
				}
				for i, risk := range result.Series.Values("risk") {
					worst = max(worst, math.Abs(risk/want[i]-1))
				}
				b.ReportMetric(fastest, "fastest-ms")
				b.ReportMetric(float64(result.Steps), "steps")
				b.ReportMetric(float64(result.Evaluations), "rhs")
				b.ReportMetric(float64(result.Nodes), "nodes")
				b.ReportMetric(-math.Log10(worst), "digits")
			})
		}
	}
}

// longPowerLaw has relaxation rates over 15 decades or more.
func longPowerLaw(b *testing.B, times []float64) *Config {
	return opposite(b, 1e5, true, model.PowerLaw{Exponent: 3, Scale: 1}, model.PowerLaw{Exponent: 3.5, Scale: 1},
		model.PowerVector{Exponent: 0.9, Scale: 1}, rate.Constant(0.7), times...)
}

// integrate is Solve, and the time of the integration alone.
func integrate(b *testing.B, c *Config) (*Result, time.Duration) {
	b.Helper()
	method, err := methodOf(c.Method)
	if err != nil {
		b.Fatal(err)
	}
	pool := parallel.NewPool(1)
	defer pool.Close()
	s, err := newSolver(c, method, pool)
	if err != nil {
		b.Fatal(err)
	}
	begin := time.Now()
	driven, err := ode.Drive(context.Background(), s.dynamics, method.controller(c.Step), ode.Options{
		End: c.Times[len(c.Times)-1], Times: c.Times, Observer: s, AfterStep: s.afterStep,
	})
	if err != nil || driven.Reason != ode.Finished {
		b.Fatalf("%+v, %v", driven, err)
	}
	elapsed := time.Since(begin)
	s.result.Series.Times, s.result.Steps, s.result.Evaluations = c.Times, driven.Steps, driven.Evaluations
	return &s.result, elapsed
}
