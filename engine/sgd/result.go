package sgd

import (
	"math"
	"time"

	"anisgd/engine/checkpoint"
	"anisgd/engine/problem"
	"anisgd/engine/statistic"
)

// Save writes a whole result.
func (r *Result) Save(w *checkpoint.Writer) {
	w.Section("sgd found")
	e := &r.Ensemble
	w.Int(int64(len(e.Columns)))
	for _, name := range e.Columns {
		w.Text(name)
	}
	w.Floats(e.Times)
	w.Int(int64(len(e.Runs)))
	for _, rows := range e.Runs {
		for _, row := range rows {
			w.Floats(row)
		}
	}
	w.Bool(r.Divergence != nil)
	if d := r.Divergence; d != nil {
		w.Float(d.Time)
		w.Float(d.Risk)
		w.Int(int64(d.Run))
	}
	w.Int(r.Steps)
	w.Float(r.Estimates.Expectation)
	w.Float(r.Estimates.ClassificationError)
	w.Int(int64(r.Elapsed))
}

// RestoreResult reads what Save wrote.
func RestoreResult(from *checkpoint.Reader) (*Result, error) {
	r := &Result{}
	from.Section("sgd found")
	e := &r.Ensemble
	for range from.Count(math.MaxInt) {
		if from.Err() != nil {
			return nil, from.Err()
		}
		e.Columns = append(e.Columns, from.Text())
	}
	e.Times = from.NewFloats()
	for range from.Count(math.MaxInt) {
		if from.Err() != nil {
			return nil, from.Err()
		}
		rows := newRows(len(e.Times), len(e.Columns))
		for _, row := range rows {
			from.Floats(row)
		}
		e.Runs = append(e.Runs, rows)
	}
	if from.Bool() {
		r.Divergence = &statistic.Divergence{Time: from.Float(), Risk: from.Float(), Run: int(from.Int())}
	}
	r.Steps = from.Int()
	r.Estimates = problem.Estimates{Expectation: from.Float(), ClassificationError: from.Float()}
	r.Elapsed = time.Duration(from.Int())
	return r, from.Err()
}

// newRows makes rows that lie one after the other.
func newRows(times, columns int) [][]float64 { return rowsOf(make([]float64, times*columns), columns) }

// rowsOf views values as rows.
func rowsOf(values []float64, columns int) [][]float64 {
	rows := make([][]float64, 0, len(values)/max(columns, 1))
	for ; len(values) > 0; values = values[columns:] {
		rows = append(rows, values[:columns:columns])
	}
	return rows
}
