package experiment

import (
	"math"
	"math/big"
	"reflect"
	"testing"
)

func TestTimes(t *testing.T) {
	for text, want := range map[string][]float64{
		"{end: 50, points: 2}":                             {0, 50},
		"{end: 1, points: 6}":                              {0, 0.2, 0.4, 0.6, 0.8, 1},
		"{end: 100, points: 3, spacing: log, start: 0.01}": {0, 0.01, 1, 100},
		"{end: 10, points: 2, spacing: log}":               {0, 0.01, 10},
		"{at: [0, 0.5, 1e3]}":                              {0, 0.5, 1000},
		"{at: [7]}":                                        {7},
		"{steps: 10, points: 2}":                           {0, 1},
		"{steps: 10, points: 5}":                           {0, 0.3, 0.5, 0.8, 1}, // k = 0, 2.5, 5, 7.5, 10 rounded
		"{steps: 3}":                                       {0, 0.1, 0.2, 0.3},
	} {
		got := single(t, valid, "time="+text).Times
		same := len(got) == len(want)
		for k := range want {
			same = same && math.Abs(got[k]-want[k]) <= 1e-15*want[k]
		}
		if !same || got[0] != want[0] || got[len(got)-1] != want[len(want)-1] {
			t.Errorf("%s: got %.17g, expected %.17g", text, got, want)
		}
	}
	if n := len(single(t, valid, "time={steps: 300}").Times); n != 100 {
		t.Errorf("%d times of 300 steps, expected 100", n)
	}
}

// TestTimesIncrease: endpoints are exact and times increase whatever the range.
func TestTimesIncrease(t *testing.T) {
	for _, end := range []float64{1e-300, 0.1, 1, 50, 1e4, 1e14, 1e300} {
		for _, n := range []int64{2, 3, 100, 9999} {
			linear := linearTimes(end, n)
			start := end / 1e7
			log := logTimes(start, end, n)
			if linear[0] != 0 || linear[n-1] != end || int64(len(linear)) != n {
				t.Errorf("linear to %v: from %v to %v", end, linear[0], linear[n-1])
			}
			if log[0] != 0 || log[1] != start || log[n] != end || int64(len(log)) != n+1 {
				t.Errorf("log to %v: %v, %v to %v", end, log[0], log[1], log[n])
			}
			for _, times := range [][]float64{linear, log} {
				for k := 1; k < len(times); k++ {
					if !(times[k] > times[k-1]) {
						t.Fatalf("end %v, %d points: time %d is %v after %v", end, n, k, times[k], times[k-1])
					}
				}
			}
		}
	}
}

// TestLogTimesAccuracy compares with the exact powers.
func TestLogTimesAccuracy(t *testing.T) {
	times := logTimes(1e-6, 1e6, 13)
	for j, got := range times[1:] {
		want, _ := new(big.Float).SetString("1e" + []string{"-6", "-5", "-4", "-3", "-2", "-1", "0", "1", "2", "3", "4", "5", "6"}[j])
		exact, _ := want.Float64()
		if math.Abs(got/exact-1) > 1e-14 {
			t.Errorf("time %d is %.17g, expected %.17g", j, got, exact)
		}
	}
}

// TestStepTimes: the number of steps comes back from the time by rounding t·d,
// in any dimension, and is k = round(j·n/(m−1)).
func TestStepTimes(t *testing.T) {
	for _, d := range []int64{1, 3, 10, 999, 1e6, 123456789, 1e12, 1e15} {
		for _, c := range []struct{ steps, points int64 }{{1, 2}, {300, 4}, {300, 301}, {300, 7}, {1e6, 999}, {1e15, 1e4}, {999999999999999, 77}} {
			times := stepTimes(c.steps, c.points, d)
			previous := int64(-1)
			for j, at := range times {
				k := int64(math.Round(at * float64(d)))
				exact := new(big.Rat).SetFrac(new(big.Int).Mul(big.NewInt(int64(j)), big.NewInt(c.steps)), big.NewInt(c.points-1))
				distance := new(big.Rat).Sub(exact, new(big.Rat).SetInt64(k))
				if distance.Abs(distance).Cmp(big.NewRat(1, 2)) > 0 || k <= previous {
					t.Fatalf("d = %d, %d steps in %d points: time %d is step %d, expected %v rounded", d, c.steps, c.points, j, k, exact)
				}
				if at != float64(k)/float64(d) {
					t.Fatalf("time %v is not %d/%d", at, k, d)
				}
				previous = k
			}
			if previous != c.steps {
				t.Errorf("ends at step %d, expected %d", previous, c.steps)
			}
		}
	}
	got := single(t, valid, "dim=1e6", "time={steps: 300, points: 4}").Times
	if want := []float64{0, 1e-4, 2e-4, 3e-4}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, expected %v", got, want)
	}
}
