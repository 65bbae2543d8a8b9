package ode

import (
	"math"
	"testing"
)

// The references of this file are Taylor series of degree 30 in 34 digits, equal
// in 20 digits for two step sizes, unless said otherwise.

// vanDerPol is x” = 5 (1 − x²) x' − x: relaxation oscillations with fast and
// slow parts.
var vanDerPol = function{2, func(dydt []float64, _ float64, y []float64) {
	dydt[0] = y[1]
	dydt[1] = 5*(1-y[0]*y[0])*y[1] - y[0]
}}

// lorenz is the chaotic system with its classical parameters.
var lorenz = function{3, func(dydt []float64, _ float64, y []float64) {
	dydt[0] = 10 * (y[1] - y[0])
	dydt[1] = y[0]*(28-y[2]) - y[1]
	dydt[2] = y[0]*y[1] - 8.0/3*y[2]
}}

// arenstorf is the restricted three-body problem in rotating coordinates
// (Hairer, Nørsett and Wanner, section II.0).
var arenstorf = function{4, func(dydt []float64, _ float64, y []float64) {
	const moon = 0.012277471
	const earth = 1 - moon
	cube := func(x, y float64) float64 { r := x*x + y*y; return r * math.Sqrt(r) }
	d1, d2 := cube(y[0]+moon, y[1]), cube(y[0]-earth, y[1])
	dydt[0], dydt[1] = y[2], y[3]
	dydt[2] = y[0] + 2*y[3] - earth*(y[0]+moon)/d1 - moon*(y[0]-earth)/d2
	dydt[3] = y[1] - 2*y[2] - earth*y[1]/d1 - moon*y[1]/d2
}}

func TestStringentProblems(t *testing.T) {
	// The closed orbit of Hairer's book ends where it began.
	orbit := []float64{0.994, 0, 0, -2.00158510637908252240537862224}
	for _, p := range []struct {
		name       string
		system     System
		end        float64
		start      []float64
		want       []float64
		error      float64 // allowed at a tolerance of 1e-12
		steps      int     // allowed
		rejections bool    // expected
	}{
		{"van der Pol", vanDerPol, 20, []float64{2, 0},
			[]float64{-1.601296879542853908822, 0.1983266763386620845495}, 1e-9, 4000, true},
		{"Lorenz", lorenz, 5, []float64{1, 1, 1},
			[]float64{-6.512113699419599047, -6.974042788417076134262, 23.9241295721033703513}, 1e-8, 3000, false},
		{"Arenstorf", arenstorf, 17.0652165601579625588917206249, orbit, orbit, 1e-6, 3000, true},
	} {
		for _, m := range []*Tableau{&DormandPrince5, &Tsitouras5} {
			rk, err := NewRungeKutta(p.system, m, Tolerance{Relative: 1e-12, Absolute: 1e-12})
			if err != nil {
				t.Fatal(err)
			}
			copy(rk.State(), p.start)
			result := finish(t, rk, &Adaptive{}, Options{End: p.end})
			e := distance(rk.State(), p.want)
			t.Logf("%s, %s: error %.1e after %+v", p.name, m.Name, e, result)
			if e > p.error {
				t.Errorf("%s, %s: error %.1e after %+v", p.name, m.Name, e, result)
			}
			if result.Steps > p.steps || p.rejections && result.Rejected == 0 || 10*result.Rejected > result.Steps {
				t.Errorf("%s, %s: %+v", p.name, m.Name, result)
			}
		}
	}
}

// A solution that decays fast and then is slow: an explicit method stays at the
// limit of its stability without failing.
func TestStabilityLimit(t *testing.T) {
	const rate = 1000
	p := scalar("stiff", 10, func(time, y float64) float64 { return -rate * (y - math.Cos(time)) },
		func(t float64) float64 {
			a := rate * rate / (1 + rate*rate*1.0)
			return a*(math.Cos(t)+math.Sin(t)/rate) + (1-a)*math.Exp(-rate*t)
		})
	for name, gains := range map[string]Gains{"I": Integral, "PI": ProportionalIntegral} {
		rk := p.stepper(t, &DormandPrince5, Tolerance{Relative: 1e-6, Absolute: 1e-8})
		result := finish(t, rk, &Adaptive{Gains: gains}, Options{End: p.end})
		if e := p.error(rk.State(), p.end); e > 1e-5 {
			t.Errorf("%s: error %.1e", name, e)
		}
		t.Logf("%s: %+v", name, result)
		// Stability allows steps of 3.3/rate, 3000 of them.
		if result.Steps < 2500 || result.Steps > 4500 {
			t.Errorf("%s: %+v", name, result)
		}
	}
}
