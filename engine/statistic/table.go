package statistic

import (
	"fmt"
	"math"

	"anisgd/engine/problem"
)

// Table evaluates the named columns of a result from moments: risk,
// risk_class_<i>, error, norm2, mean_<i>_0, cov_<i>_0_0, overlap_<i>, and
// <window>_norm2 and <window>_overlap_<i> for each window. Time is not a column.
// The first column is learning_rate.
type Table struct {
	problem problem.Problem
	priors  []float64
	meter   *Meter
	columns []string
}

// maximalMomentColumns bounds the number of mean_ and cov_ columns: beyond it
// they are written only if asked for.
const maximalMomentColumns = 1000

// NewTable lists the columns for one problem on one model. allColumns keeps the
// mean_ and cov_ columns however many they are.
func NewTable(p problem.Problem, meter *Meter, allColumns bool) *Table {
	classes := meter.arrays.Classes
	t := &Table{problem: p, meter: meter, priors: make([]float64, len(classes))}
	for i, class := range classes {
		t.priors[i] = class.Prior
	}
	add := func(format string, args ...any) { t.columns = append(t.columns, fmt.Sprintf(format, args...)) }
	add("learning_rate")
	add("risk")
	for i := range classes {
		add("risk_class_%d", i)
	}
	if p.HasError() {
		add("error")
	}
	add("norm2")
	if allColumns || len(classes) <= maximalMomentColumns {
		for i := range classes {
			add("mean_%d_0", i)
		}
		for i := range classes {
			add("cov_%d_0_0", i)
		}
	}
	for i := range classes {
		add("overlap_%d", i)
	}
	for _, window := range meter.windows {
		add("%s_norm2", window.Name)
		for i := range classes {
			add("%s_overlap_%d", window.Name, i)
		}
	}
	return t
}

// Columns are the names of the entries of a row.
func (t *Table) Columns() []string { return t.columns }

// Evaluate writes one row, of length len(Columns()). Undefined values, such as
// the overlap of x = 0, are NaN.
func (t *Table) Evaluate(row []float64, learningRate float64, m *Moments) {
	next := 0
	put := func(v float64) {
		row[next] = v
		next++
	}
	put(learningRate)
	risk := next
	put(0)
	total, wrong := 0.0, 0.0
	for i, p := range t.priors {
		law := problem.Law{Mean: m.Mean[i : i+1], Covariance: m.Covariance[i : i+1]}
		r := t.problem.Risk(i, law)
		put(r)
		if p > 0 {
			total = math.FMA(p, r, total)
		}
		if t.problem.HasError() && p > 0 {
			wrong = math.FMA(p, t.problem.Error(i, law), wrong)
		}
	}
	row[risk] = total
	if t.problem.HasError() {
		put(wrong)
	}
	put(m.Norm2)
	classes := len(t.priors)
	if next+2*classes+classes+len(t.meter.windows)*(1+classes) == len(row) {
		for i := range classes {
			put(m.Mean[i])
		}
		for i := range classes {
			put(m.Covariance[i])
		}
	}
	for i := range classes {
		put(cosine(m.Mean[i], m.Norm2, t.meter.meanNorm2[i]))
	}
	for w := range t.meter.windows {
		put(m.WindowNorm2[w])
		for i := range classes {
			at := w*classes + i
			put(cosine(m.WindowMean[at], m.WindowNorm2[w], t.meter.windowMean2[at]))
		}
	}
}

// Risk is the population risk Σ p_i E f_i(r) alone.
func Risk(p problem.Problem, priors []float64, m *Moments) float64 {
	total := 0.0
	for i, prior := range priors {
		if prior > 0 {
			total = math.FMA(prior, p.Risk(i, problem.Law{Mean: m.Mean[i : i+1], Covariance: m.Covariance[i : i+1]}), total)
		}
	}
	return total
}
