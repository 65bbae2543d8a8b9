package main

import "testing"

// TestTeacherReached: least squares whose teacher is learned completely goes to the end of long times in few
// steps: the residual is what is left of sums that cancel, and smaller steps would not make it more exact.
func TestTeacherReached(t *testing.T) {
	const teacher = `
dim: 40
model:
  classes: [{covariance: {isotropic: 1}, mean: zero}]
problem: {loss: least-squares, target: teacher, teacher: {constant: 3}}
learning-rate: 1
time: {at: [0, 1e4, 1e8]}
`
	for _, changes := range [][]string{
		{}, {"problem.noise=1e-5"}, {"problem.noise=1e10"}, {"limit={method: radau9, rtol: 1e-11}"},
		{"problem.teacher=[{constant: 3}, {unit: 2}]"}, {"model.classes.0.covariance={power-law: {exponent: 1}}"},
	} {
		directory, file := workspace(t, teacher)
		arguments := []string{"limit", file, "--out", "r"}
		for _, change := range changes {
			arguments = append(arguments, "--set", change)
		}
		mustInvoke(t, 0, directory, arguments...)
		if l := readSummary(t, directory, "r").Limit; l.Method != "radau9" || l.Steps > 300 {
			t.Errorf("%q: %d steps of %s, want few of radau9", changes, l.Steps, l.Method)
		}
	}
}
