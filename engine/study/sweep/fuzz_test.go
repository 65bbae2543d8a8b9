package sweep

import (
	"testing"

	"anisgd/engine/limit"
	"anisgd/engine/sgd"
	"anisgd/engine/statistic"
)

// FuzzTask: whatever the files of a task are, results that are read from them have the shape they claim, and no more
// than the files hold.
func FuzzTask(f *testing.F) {
	series := statistic.Series{Columns: []string{"risk"}, Times: []float64{0, 0.5}, Rows: [][]float64{{0.7}, {0.6}}}
	solved, err := limitFiles(&manifest{Kind: Limit}, &limit.Result{Series: series, Steps: 3})
	if err != nil {
		f.Fatal(err)
	}
	ensemble := statistic.Ensemble{Columns: series.Columns, Times: series.Times, Runs: [][][]float64{series.Rows, series.Rows}}
	simulated, err := runsFiles(&manifest{Kind: Runs, Runs: 2}, &sgd.Result{Ensemble: ensemble})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(solved[taskFile], solved[limitFile])
	f.Add(simulated[taskFile], simulated[runsFile])
	f.Add([]byte(`{"times": -1, "runs": -1}`), []byte("run,t\n0,0\n"))
	f.Add([]byte(`{"times": 0, "runs": 1000000000000000000}`), []byte("run,t,risk\n"))
	f.Add([]byte(`{"times": 1}`), []byte("t\nNaN\n"))
	f.Add([]byte(`null`), []byte(""))
	f.Fuzz(func(t *testing.T, task, table []byte) {
		shape := func(columns []string, times []float64, rows [][]float64) {
			if len(rows) != len(times) || len(times) > len(table) {
				t.Fatalf("%d rows of %d times", len(rows), len(times))
			}
			for _, row := range rows {
				if len(row) != len(columns) {
					t.Fatalf("%d numbers in %d columns", len(row), len(columns))
				}
			}
		}
		if result, _, err := readLimit(map[string][]byte{taskFile: task, limitFile: table}); err == nil {
			shape(result.Series.Columns, result.Series.Times, result.Series.Rows)
		}
		if result, err := readRuns(map[string][]byte{taskFile: task, runsFile: table}, 2); err == nil {
			if len(result.Ensemble.Runs) != 2 {
				t.Fatalf("%d runs, want 2", len(result.Ensemble.Runs))
			}
			for _, rows := range result.Ensemble.Runs {
				shape(result.Ensemble.Columns, result.Ensemble.Times, rows)
			}
		}
	})
}
