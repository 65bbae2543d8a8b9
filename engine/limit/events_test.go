package limit

import (
	"math"
	"testing"

	"anisgd/engine/model"
	"anisgd/engine/ode"
	"anisgd/engine/rate"
	"anisgd/engine/statistic"
)

// The risk at the time of an event is the value asked for, on every spectrum and
// with every kind of method; a risk that is never reached is no event.
func TestRiskBelowAValue(t *testing.T) {
	law := model.PowerLaw{Exponent: 1.2, Scale: 1}
	for name, change := range map[string]func(c *Config){
		"full":       func(*Config) {},
		"compressed": func(c *Config) { c.Spectrum = CompressedSpectrum },
		"implicit":   func(c *Config) { c.Method = "radau9" },
		"fixed step": func(c *Config) { c.Method, c.Step = "rk4", 0.05 },
	} {
		t.Run(name, func(t *testing.T) {
			c := opposite(t, 300, true, law, law, model.ConstantVector(1), rate.Constant(0.7), 20)
			c.Events.RiskBelow = []float64{0.6, 0.01, 0.4}
			change(c)
			result := solve(t, c)
			if len(result.Events) != 2 || result.Events[0].Name != "risk below 0.6" || result.Events[1].Name != "risk below 0.4" {
				t.Fatalf("events %+v", result.Events)
			}
			own := *c
			own.Times = []float64{result.Events[0].Time, result.Events[1].Time, 20}
			risk := solve(t, &own).Series.Values("risk")
			within(t, "risk at the first event", risk[0], 0.6, 1e-12)
			within(t, "risk at the second event", risk[1], 0.4, 1e-12)
		})
	}
}

// A divergence is located where the risk reaches the bound, not at the end of the
// step in which it does.
func TestDivergenceIsLocated(t *testing.T) {
	for _, spectrum := range []string{FullSpectrum, CompressedSpectrum} {
		c := opposite(t, 200, false, model.Isotropic(1), model.Isotropic(1), model.ConstantVector(1), rate.Constant(3), 1, 100)
		c.Spectrum = spectrum
		result := solve(t, c)
		if result.Divergence == nil || len(result.Series.Rows) != 1 {
			t.Fatalf("%s: %+v with %d rows", spectrum, result.Divergence, len(result.Series.Rows))
		}
		within(t, "risk at the divergence", result.Divergence.Risk, statistic.DivergenceFactor, 1e-9)
	}
}

// Stationary is the slope d log R/d log t: of R − R∞ ~ 1/t on α = 1, β = ½ below the
// line it is (R − R∞)/R.
func TestStationarity(t *testing.T) {
	const bound = 1e-5
	c := continuum(t, true, 1, 0.5, rate.Constant(1), 1e10)
	c.Events.Stationary = bound
	result := solve(t, c)
	if len(result.Events) != 1 || result.Events[0].Name != "stationary" {
		t.Fatalf("events %+v", result.Events)
	}
	at := result.Events[0].Time
	c = continuum(t, true, 1, 0.5, rate.Constant(1), at/1.01, at*1.01, 1e10)
	_, slopes := slopes(solve(t, c), 0)
	within(t, "slope at the event", -slopes[0], bound, 0.05)
}

// A limit that cannot be completed keeps its results up to then, and says when and
// why.
func TestStopKeepsResults(t *testing.T) {
	law := model.PowerLaw{Exponent: 1.2, Scale: 1}
	c := opposite(t, 50, true, law, law, model.ConstantVector(1), rate.Constant(1), 0, 0.01, 50)
	c.MaxSteps = 12
	result := solve(t, c)
	if result.Stop == nil || result.Stop.Reason != ode.TooManySteps || result.Divergence != nil || !(result.Stop.Time > 0.01 && result.Stop.Time < 50) {
		t.Fatalf("stop %v, divergence %v", result.Stop, result.Divergence)
	}
	if n := len(result.Series.Rows); n != 2 || len(result.Series.Times) != n || math.IsNaN(result.Series.Values("risk")[1]) {
		t.Errorf("%d rows, times %v", n, result.Series.Times)
	}
}
