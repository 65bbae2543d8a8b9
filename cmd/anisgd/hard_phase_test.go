package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestHardGrids: grids of one point, over integers and words, in any order, of constants and of what diverges
// are solved, with a row for every point and an empty field for what does not exist.
func TestHardGrids(t *testing.T) {
	const grid = `
dim: 30
model:
  classes:
    - {label: 1, covariance: {power-law: {exponent: 1.1}}, mean: {power-law: {exponent: 0.3}}}
    - {label: -1, covariance: {isotropic: 1}, mean: {negative-of: 0}}
problem: {loss: logistic}
learning-rate: 0.5
time: {end: 3, points: 4}
limit: {method: dopri5}
phase: `
	for _, c := range []struct {
		axes     string
		rows     int
		boundary bool
	}{
		{"{x: {set: learning-rate, values: [1]}, y: {set: dim, values: [10]}}", 1, false},
		{"{x: {set: learning-rate, values: [1, 0.3, 2]}, y: {set: dim, values: [10, 20]}}", 6, false},
		{"{x: {set: problem.loss, values: [logistic, least-squares]}, y: {set: dim, from: 10, to: 40, points: 4}}", 8, false},
		{"{x: {set: learning-rate, values: [1, 1]}, y: {set: seed, values: [1, 2]}}", 4, false},
		{"{x: {set: learning-rate, values: [0, 1e20]}, y: {set: dim, values: [20, 10]}}", 4, false},
		{"{x: {set: learning-rate, values: [0.1]}, y: {set: model.classes.1.covariance.isotropic, values: [1, 1e30, 1e100]}}", 3, true},
	} {
		directory, file := workspace(t, grid+c.axes+"\n")
		mustInvoke(t, 0, directory, "phase", file, "--out", "r")
		rows := strings.Split(strings.TrimSpace(readFile(t, directory, "r", "phase.csv")), "\n")
		if len(rows) != 1+c.rows {
			t.Errorf("%s: %d rows, want %d", c.axes, len(rows)-1, c.rows)
		}
		for _, row := range rows[1:] {
			fields := strings.Split(row, ",")
			// A point has a statistic or the time at which it diverged.
			if (fields[2] == "") == (fields[4] == "") || strings.ContainsAny(row, "IN") {
				t.Errorf("%s: row %s", c.axes, row)
			}
		}
		files, err := filepath.Glob(filepath.Join(directory, "r", "boundary.csv"))
		if err != nil || len(files) == 1 != c.boundary {
			t.Errorf("%s: files %q of a boundary, %v", c.axes, files, err)
		}
	}
	directory, file := workspace(t, grid+"{x: {set: seed, values: [1]}, y: {set: dim, values: [10, 20]}, boundary: search}\n")
	o := mustInvoke(t, statusUsage, directory, "phase", file)
	if !strings.Contains(o.stderr, "phase.boundary: is search, expected none") || strings.Count(o.stderr, "\n") != 1 {
		t.Errorf("stderr %q", o.stderr)
	}
}
