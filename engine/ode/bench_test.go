package ode

import (
	"context"
	"fmt"
	"testing"
)

// free is a system whose right-hand side costs next to nothing.
func free(n int) System {
	return function{n, func(dydt []float64, _ float64, y []float64) { copy(dydt, y) }}
}

// BenchmarkStep is the overhead of the stepper in one trial and its
// acceptance: sums over the slopes and the error norm. ns/entry is per
// component of the state and stage.
func BenchmarkStep(b *testing.B) {
	for _, m := range methods {
		for _, n := range []int{4, 1000, 100_000} {
			b.Run(fmt.Sprintf("%s/%d", m.Name, n), func(b *testing.B) {
				rk, err := NewRungeKutta(free(n), m, Tolerance{Relative: 1})
				if err != nil {
					b.Fatal(err)
				}
				if err := rk.Reset(0); err != nil {
					b.Fatal(err)
				}
				b.ReportAllocs()
				for b.Loop() {
					if _, err := rk.Trial(1e-9); err != nil {
						b.Fatal(err)
					}
					rk.Accept()
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n*m.Stages), "ns/entry")
			})
		}
	}
}

// BenchmarkDrive is a whole integration of the Arenstorf orbit at a tolerance
// of 1e-9, with 100 asked times.
func BenchmarkDrive(b *testing.B) {
	const end = 17.0652165601579625588917206249
	times := make([]float64, 100)
	for i := range times {
		times[i] = end * float64(i) / 100
	}
	for _, m := range []*Tableau{&DormandPrince5, &Tsitouras5} {
		b.Run(m.Name, func(b *testing.B) {
			rk, err := NewRungeKutta(arenstorf, m, Tolerance{Relative: 1e-9, Absolute: 1e-9})
			if err != nil {
				b.Fatal(err)
			}
			y := make([]float64, 4)
			observer := ObserverFunc(func(_, theta float64) error { rk.Interpolate(y, theta); return nil })
			trials := 0
			b.ReportAllocs()
			for b.Loop() {
				copy(rk.State(), []float64{0.994, 0, 0, -2.00158510637908252240537862224})
				result, err := Drive(context.Background(), rk, &Adaptive{}, Options{End: end, Times: times, Observer: observer})
				if err != nil || result.Reason != Finished {
					b.Fatal(result, err)
				}
				trials += result.Steps + result.Rejected
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(trials), "ns/trial")
		})
	}
}

// BenchmarkRadauStep is the overhead of the implicit stepper in one trial of one
// iteration and its acceptance, with linear algebra that costs next to nothing.
func BenchmarkRadauStep(b *testing.B) {
	for _, n := range []int{4, 1000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			r := newRadau(b, free(n), misled(1e-9), Tolerance{Relative: 1})
			if err := r.Reset(0); err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := r.Trial(1e-9); err != nil {
					b.Fatal(err)
				}
				r.Accept()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/entry")
		})
	}
}

// BenchmarkRadauDrive is Robertson's reaction to 4e11 at a tolerance of 1e-8.
func BenchmarkRadauDrive(b *testing.B) {
	r := newRadau(b, robertson, NewDense(3, robertsonJacobian), Tolerance{Relative: 1e-8, Absolute: 1e-17})
	trials := 0
	b.ReportAllocs()
	for b.Loop() {
		copy(r.State(), []float64{1, 0, 0})
		result, err := Drive(context.Background(), r, &Predictive{}, Options{End: 4e11})
		if err != nil || result.Reason != Finished {
			b.Fatal(result, err)
		}
		trials += result.Steps + result.Rejected
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(trials), "ns/trial")
}
