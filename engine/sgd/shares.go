package sgd

import (
	"fmt"
	"slices"

	"anisgd/engine/statistic"
)

// Join puts results of consecutive shares of the runs of one configuration
// together, in the order of the shares. What it returns has the bits of a
// simulation of all runs at once: the statistics end before the earliest
// divergence of any share. Steps and times spent are added.
func Join(shares []*Result) (*Result, error) {
	if len(shares) == 0 {
		return nil, fmt.Errorf("sgd: no shares to join")
	}
	whole := &Result{Ensemble: statistic.Ensemble{Columns: shares[0].Ensemble.Columns, Times: shares[0].Ensemble.Times}}
	for _, share := range shares {
		if !slices.Equal(share.Ensemble.Columns, whole.Ensemble.Columns) {
			return nil, fmt.Errorf("sgd: shares to join have columns %v and %v", whole.Ensemble.Columns, share.Ensemble.Columns)
		}
		if len(share.Ensemble.Times) < len(whole.Ensemble.Times) {
			whole.Ensemble.Times = share.Ensemble.Times
		}
		if d := share.Divergence; d != nil && (whole.Divergence == nil || d.Time < whole.Divergence.Time) {
			whole.Divergence = d // of those at one time the first run's, as shares are in order
		}
		whole.Steps += share.Steps
		whole.Elapsed += share.Elapsed
		whole.Estimates = whole.Estimates.Largest(share.Estimates)
	}
	for _, share := range shares {
		for _, rows := range share.Ensemble.Runs {
			whole.Ensemble.Runs = append(whole.Ensemble.Runs, rows[:len(whole.Ensemble.Times)])
		}
	}
	return whole, nil
}
