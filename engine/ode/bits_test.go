package ode

import (
	"encoding/binary"
	"hash/fnv"
	"math"
	"testing"
)

// The bits of every state, time and observation of an adaptive integration, the
// same on every architecture and at every GOAMD64 level. (They depend on the
// bits of elementary.Pow.)
func TestSameBitsEverywhere(t *testing.T) {
	system := function{2, func(dydt []float64, t float64, y []float64) {
		square := math.FMA(y[0], y[0], float64(y[1]*y[1]))
		dydt[0] = math.FMA(y[1], square, t)
		dydt[1] = -float64(y[0] * square)
	}}
	tolerance := Tolerance{Relative: 1e-8, Absolute: 1e-10}
	explicit := func(tableau *Tableau) interpolating {
		rk, err := NewRungeKutta(system, tableau, tolerance)
		if err != nil {
			t.Fatal(err)
		}
		rk.State()[0] = 1
		return rk
	}
	implicit := newRadau(t, system, NewDenseDifferences(system, tolerance), tolerance)
	implicit.State()[0] = 1
	for _, c := range []struct {
		name       string
		stepper    interpolating
		controller Controller
		want       uint64
	}{
		{"dopri5, PI", explicit(&DormandPrince5), &Adaptive{}, 0xbf89b0e5519c73b0},
		{"tsit5, PID", explicit(&Tsitouras5), &Adaptive{Gains: ProportionalIntegralDerivative}, 0xe518a6d65f60e79a},
		{"dopri5, I", explicit(&DormandPrince5), &Adaptive{Gains: Integral}, 0xc24a09e733cb58db},
		{"radau9, predictive", implicit, &Predictive{}, 0x27928462d89e5456},
	} {
		hash := fnv.New64a()
		add := func(values ...float64) {
			for _, v := range values {
				bits := math.Float64bits(v)
				for range 8 {
					hash.Write([]byte{byte(bits)})
					bits >>= 8
				}
			}
		}
		y := make([]float64, 2)
		finish(t, c.stepper, c.controller, Options{
			End: 3, Stops: []float64{0.7}, Times: []float64{0.1, 0.7, 1, 2.9},
			Observer: ObserverFunc(func(time, theta float64) error {
				c.stepper.Interpolate(y, theta)
				add(theta, y[0], y[1])
				return nil
			}),
			AfterStep: func(time float64) error {
				add(time, c.stepper.State()[0], c.stepper.State()[1])
				return nil
			},
		})
		if got := hash.Sum64(); got != c.want {
			t.Errorf("%s: hash %#x, want %#x", c.name, got, c.want)
		}
	}
}

// The same for stiff problems over many decades, with an event: Robertson's
// reaction, its products fused or not by decision.
func TestSameBitsOfAStiffProblem(t *testing.T) {
	system := function{3, func(dydt []float64, _ float64, y []float64) {
		dydt[0] = math.FMA(-0.04, y[0], float64(1e4*y[1]*y[2]))
		dydt[2] = float64(3e7 * y[1] * y[1])
		dydt[1] = -dydt[0] - dydt[2]
	}}
	r := newRadau(t, system, NewDense(3, func(dst []float64, _ float64, y []float64) {
		copy(dst, []float64{-0.04, 1e4 * y[2], 1e4 * y[1], 0.04, math.FMA(-1e4, y[2], -float64(6e7*y[1])), -1e4 * y[1], 0, 6e7 * y[1], 0})
	}), Tolerance{Relative: 1e-6, Absolute: 1e-12})
	r.State()[0] = 1
	y := make([]float64, 3)
	hash := fnv.New64a()
	add := func(values ...float64) {
		for _, v := range values {
			var bytes [8]byte
			binary.LittleEndian.PutUint64(bytes[:], math.Float64bits(v))
			hash.Write(bytes[:])
		}
	}
	finish(t, r, &Predictive{}, Options{
		End:       1e11,
		AfterStep: func(time float64) error { add(time, r.State()[0], r.State()[1], r.State()[2]); return nil },
		Events: []Event{{
			Value:    func(_, theta float64) float64 { r.Interpolate(y, theta); return y[0] - 1e-3 },
			Occurred: func(t, theta float64) error { add(t, theta); return nil },
		}},
	})
	if got, want := hash.Sum64(), uint64(0xe19b9bd607b736f9); got != want {
		t.Errorf("hash %#x, want %#x", got, want)
	}
}
