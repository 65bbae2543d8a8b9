package ode

import (
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
	for _, c := range []struct {
		tableau *Tableau
		gains   Gains
		want    uint64
	}{
		{&DormandPrince5, ProportionalIntegral, 0xf45e434eadcd7119},
		{&Tsitouras5, ProportionalIntegralDerivative, 0x5a3139c15219ea31},
		{&DormandPrince5, Integral, 0xc24a09e733cb58db},
	} {
		rk, err := NewRungeKutta(system, c.tableau, Tolerance{Relative: 1e-8, Absolute: 1e-10})
		if err != nil {
			t.Fatal(err)
		}
		rk.State()[0] = 1
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
		finish(t, rk, &Adaptive{Gains: c.gains}, Options{
			End: 3, Stops: []float64{0.7}, Times: []float64{0.1, 0.7, 1, 2.9},
			Observer: ObserverFunc(func(time, theta float64) error {
				rk.Interpolate(y, theta)
				add(theta, y[0], y[1])
				return nil
			}),
			AfterStep: func(time float64) error {
				add(time, rk.State()[0], rk.State()[1])
				return nil
			},
		})
		if got := hash.Sum64(); got != c.want {
			t.Errorf("%s, gains %v: hash %#x, want %#x", c.tableau.Name, c.gains, got, c.want)
		}
	}
}
