package statistic

import (
	"math"
	"slices"
)

// Series is the value of every column at a list of times.
type Series struct {
	Columns []string
	Times   []float64
	Rows    [][]float64 // [time][column]; NaN where undefined
}

// Column is the index of a column, or −1.
func (s *Series) Column(name string) int { return indexOf(s.Columns, name) }

// Values is one column over time, or nil if there is none of that name.
func (s *Series) Values(name string) []float64 {
	c := s.Column(name)
	if c < 0 {
		return nil
	}
	values := make([]float64, len(s.Rows))
	for k, row := range s.Rows {
		values[k] = row[c]
	}
	return values
}

// Ensemble is the value of every column at a list of times in several
// independent runs.
type Ensemble struct {
	Columns []string
	Times   []float64
	Runs    [][][]float64 // [run][time][column]; NaN where undefined
}

// Column is the index of a column, or −1.
func (e *Ensemble) Column(name string) int { return indexOf(e.Columns, name) }

func indexOf(list []string, name string) int {
	for i, v := range list {
		if v == name {
			return i
		}
	}
	return -1
}

// Summary of one column at one time over the runs.
type Summary struct {
	Mean, Std, Q10, Q50, Q90 float64
}

// Summarize gives mean, standard deviation (with n−1; undefined for one run)
// and quantiles (linear between order statistics) of column c at time index k.
// Everything is undefined (NaN) if any run's value is.
func (e *Ensemble) Summarize(k, c int, scratch []float64) Summary {
	values := scratch[:0]
	for _, run := range e.Runs {
		v := run[k][c]
		if math.IsNaN(v) {
			nan := math.NaN()
			return Summary{nan, nan, nan, nan, nan}
		}
		values = append(values, v)
	}
	n := float64(len(values))
	mean := values[0] // differences from one value: no cancellation, and equal runs give exactly their value
	sum := 0.0
	for _, v := range values {
		sum += v - values[0]
	}
	mean += sum / n
	squares := 0.0
	for _, v := range values {
		squares = math.FMA(v-mean, v-mean, squares)
	}
	slices.Sort(values)
	return Summary{
		Mean: mean, Std: math.Sqrt(squares / (n - 1)),
		Q10: quantile(values, 0.1), Q50: quantile(values, 0.5), Q90: quantile(values, 0.9),
	}
}

// quantile of sorted values, linear between order statistics.
func quantile(sorted []float64, p float64) float64 {
	at := float64(p * float64(len(sorted)-1))
	lower := int(math.Floor(at))
	if lower+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return math.FMA(at-float64(lower), sorted[lower+1]-sorted[lower], sorted[lower])
}
