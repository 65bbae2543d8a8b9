// Package compare lays SGD over its limit: how far the mean over the runs is
// from the deterministic curve, in absolute terms and in standard errors.
package compare

import (
	"fmt"
	"math"

	"anisgd/engine/statistic"
)

// Deviation is the distance of the mean over the runs from the limit, in one
// statistic.
type Deviation struct {
	Statistic string
	// Absolute is the largest |mean − limit| over the times, found at AbsoluteTime.
	Absolute, AbsoluteTime float64
	// StandardErrors is the largest |mean − limit| in units of the standard error
	// of the mean, found at StandardErrorsTime; NaN with a single run, or where
	// runs never differ.
	StandardErrors, StandardErrorsTime float64
	// SingleRun is the root mean square over the runs of each run's largest
	// |run − limit| over the times: it falls like d^−1/2 (theory, section 9).
	SingleRun float64
	// AtEnd is mean − limit at the last time at which it is defined, with its sign,
	// and AtEndError the standard error of the mean there.
	AtEnd, AtEndError float64
}

// Report holds the deviations of every statistic that both results have.
type Report struct {
	Runs       int
	Dim        int
	Deviations []Deviation
}

// Of is the deviation of one statistic; ok is false if there is none.
func (r *Report) Of(name string) (d Deviation, ok bool) {
	for _, d := range r.Deviations {
		if d.Statistic == name {
			return d, true
		}
	}
	return Deviation{}, false
}

// Band is the deviation of the mean of the risk that theory allows at the given
// number of standard errors: that many standard errors and a bias of 0.3/d.
func (r *Report) Band(standardErrors, standardError float64) float64 {
	return standardErrors*standardError + 0.3/float64(r.Dim)
}

// Compare measures the deviations at the times that both have, which must be the
// same list up to where the shorter one ends (one of them may have diverged).
// learning_rate is not compared.
func Compare(limit *statistic.Series, sgd *statistic.Ensemble, dim int) (*Report, error) {
	times := min(len(limit.Times), len(sgd.Times))
	for k := range times {
		if limit.Times[k] != sgd.Times[k] {
			return nil, fmt.Errorf("compare: time %d is %v in the limit and %v in SGD", k, limit.Times[k], sgd.Times[k])
		}
	}
	report := &Report{Runs: len(sgd.Runs), Dim: dim}
	scratch := make([]float64, 0, len(sgd.Runs))
	for c, name := range sgd.Columns {
		l := limit.Column(name)
		if l < 0 || name == "learning_rate" {
			continue
		}
		deviation := Deviation{Statistic: name, StandardErrors: math.NaN(), StandardErrorsTime: math.NaN()}
		compared := false
		for k := range times {
			target := limit.Rows[k][l]
			summary := sgd.Summarize(k, c, scratch)
			distance := math.Abs(summary.Mean - target)
			if math.IsNaN(distance) {
				continue
			}
			if !compared || distance > deviation.Absolute {
				deviation.Absolute, deviation.AbsoluteTime = distance, limit.Times[k]
			}
			compared = true
			standardError := summary.Std / math.Sqrt(float64(len(sgd.Runs)))
			deviation.AtEnd, deviation.AtEndError = summary.Mean-target, standardError
			if ratio := distance / standardError; standardError > 0 && !(ratio <= deviation.StandardErrors) {
				deviation.StandardErrors, deviation.StandardErrorsTime = ratio, limit.Times[k]
			}
		}
		if !compared {
			continue
		}
		deviation.SingleRun = singleRun(limit, sgd, l, c, times)
		report.Deviations = append(report.Deviations, deviation)
	}
	return report, nil
}

func singleRun(limit *statistic.Series, sgd *statistic.Ensemble, l, c, times int) float64 {
	squares := 0.0
	for _, run := range sgd.Runs {
		largest := 0.0
		for k := range times {
			if distance := math.Abs(run[k][c] - limit.Rows[k][l]); distance > largest {
				largest = distance
			}
		}
		squares = math.FMA(largest, largest, squares)
	}
	return math.Sqrt(squares / float64(len(sgd.Runs)))
}
