package main

import (
	"fmt"

	"anisgd/cmd/anisgd/internal/output"
	"anisgd/engine/compare"
)

// scalings fits, for every panel whose variants are in several dimensions, how the
// distance of the risk from its limit falls with d.
func (j *job) scalings() []output.Scaling {
	var all []output.Scaling
	for _, panel := range j.panels {
		s := compare.ScalingOf(panel.comparisons, "risk")
		if s == nil {
			continue
		}
		all = append(all, output.Scaling{
			Panel: panel.name, Statistic: s.Statistic, Dims: s.Dims,
			SingleRun: output.SummarizeExponent(s.SingleRun), Bias: output.SummarizeExponent(s.Bias),
		})
	}
	return all
}

// printScalings tells the fitted exponents.
func (j *job) printScalings(scalings []output.Scaling) {
	for _, s := range scalings {
		where := fmt.Sprintf("d = %d … %d", s.Dims[0], s.Dims[len(s.Dims)-1])
		if s.Panel != "" {
			where = s.Panel + ", " + where
		}
		j.printf("\n%s, of the %s: max |single run − limit| ~ %s; ", where, s.Statistic, formatPower(s.SingleRun))
		j.printf("mean − limit at the end ~ %s\n", formatPower(s.Bias))
	}
}

// formatPower writes a fitted power of d with its interval.
func formatPower(e *output.Exponent) string {
	if e == nil {
		return "not resolved"
	}
	text := fmt.Sprintf("d^%.3f (95 %%: %.3f … %.3f", float64(e.Value), float64(e.Low), float64(e.High))
	if !e.Resolved {
		text += ", not resolved"
	}
	return text + ")"
}
