package sgd

import (
	"context"
	"math"
	"testing"

	"anisgd/engine/rate"
)

// TestSharesOfRunsMakeUpTheWhole: runs simulated in shares and joined have the bits
// of all at once, also where some diverge and others would go on for longer.
func TestSharesOfRunsMakeUpTheWhole(t *testing.T) {
	for name, change := range map[string]func(c *Config){
		"logistic":      func(*Config) {},
		"least squares": func(c *Config) { *c = *mixtureConfig(t, 100, false) },
		"diverging": func(c *Config) {
			*c = *mixtureConfig(t, 60, false)
			c.Rate = rate.Constant(9)
			c.Times = nil
			for k := range 400 {
				c.Times = append(c.Times, float64(k)/60)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := mixtureConfig(t, 100, true)
			change(c)
			simulate := func(first, runs int) *Result {
				share := *c
				share.FirstRun, share.Runs = first, runs
				result, err := Simulate(context.Background(), &share)
				if err != nil {
					t.Fatal(err)
				}
				return result
			}
			whole := simulate(0, 7)
			joined, err := Join([]*Result{simulate(0, 3), simulate(3, 1), simulate(4, 3)})
			if err != nil {
				t.Fatal(err)
			}
			if name == "diverging" {
				if whole.Divergence == nil || joined.Divergence == nil || *whole.Divergence != *joined.Divergence {
					t.Fatalf("divergence %v at once, %v in shares", whole.Divergence, joined.Divergence)
				}
			} else if whole.Steps != joined.Steps {
				t.Errorf("%d steps at once, %d in shares", whole.Steps, joined.Steps)
			}
			if len(joined.Ensemble.Runs) != 7 || len(joined.Ensemble.Times) != len(whole.Ensemble.Times) {
				t.Fatalf("%d runs at %d times, want 7 at %d", len(joined.Ensemble.Runs), len(joined.Ensemble.Times), len(whole.Ensemble.Times))
			}
			for r, rows := range whole.Ensemble.Runs {
				if len(rows) != len(joined.Ensemble.Runs[r]) {
					t.Fatalf("run %d has %d rows, want %d", r, len(joined.Ensemble.Runs[r]), len(rows))
				}
				for k := range rows {
					if !sameBits(rows[k], joined.Ensemble.Runs[r][k]) {
						t.Fatalf("run %d differs at t = %v", r, whole.Ensemble.Times[k])
					}
				}
			}
		})
	}
	c := mixtureConfig(t, 10, true)
	c.FirstRun = math.MaxUint32
	if _, err := Simulate(context.Background(), c); err == nil {
		t.Error("run numbers beyond 2^32 − 1 are simulated")
	}
	if _, err := Join(nil); err == nil {
		t.Error("no shares are joined")
	}
}
