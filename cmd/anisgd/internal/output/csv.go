package output

import (
	"encoding/csv"
	"io"
	"math"
	"strconv"

	"anisgd/engine/statistic"
)

// WriteSeries writes limit.csv: a header row and one row per time, with the
// columns t and then those of the series. Numbers have the shortest decimal form
// that reads back to the same float64 (0 for both zeros); undefined values are empty.
func WriteSeries(w io.Writer, series *statistic.Series) error {
	table := csv.NewWriter(w)
	table.Write(append([]string{"t"}, series.Columns...))
	row := make([]string, 0, 1+len(series.Columns))
	for k, t := range series.Times {
		row = append(row[:0], formatNumber(t))
		for _, v := range series.Rows[k] {
			row = append(row, formatNumber(v))
		}
		table.Write(row)
	}
	table.Flush()
	return table.Error()
}

// WriteEnsemble writes sgd.csv: a header row and one row per time, with the
// columns t and then, for every statistic q, q_mean, q_std, q_q10, q_q50 and
// q_q90 over the runs. Numbers are as in WriteSeries.
func WriteEnsemble(w io.Writer, ensemble *statistic.Ensemble) error {
	header := []string{"t"}
	for _, name := range ensemble.Columns {
		for _, suffix := range []string{"mean", "std", "q10", "q50", "q90"} {
			header = append(header, name+"_"+suffix)
		}
	}
	table := csv.NewWriter(w)
	table.Write(header)
	row := make([]string, 0, len(header))
	scratch := make([]float64, 0, len(ensemble.Runs))
	for k, t := range ensemble.Times {
		row = append(row[:0], formatNumber(t))
		for c := range ensemble.Columns {
			s := ensemble.Summarize(k, c, scratch)
			for _, v := range []float64{s.Mean, s.Std, s.Q10, s.Q50, s.Q90} {
				row = append(row, formatNumber(v))
			}
		}
		table.Write(row)
	}
	table.Flush()
	return table.Error()
}

// formatNumber is the shortest decimal form of v that reads back to the same
// float64, 0 for both zeros, and nothing where v is undefined or infinite.
func formatNumber(v float64) string {
	if v == 0 {
		return "0"
	}
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return ""
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}
