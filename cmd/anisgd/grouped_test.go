package main

import (
	"math"
	"path/filepath"
	"strings"
	"testing"
)

// hugeExperiment is a short look at a dimension far beyond any memory.
const hugeExperiment = `name: huge
dim: 1e12
model:
  blocks:
    - {fraction: 0.25, eigenvalues: [0, 1]}
    - {fraction: 0.75, eigenvalues: [1, 0.5]}
  classes:
    - {label: 1, mean: {normal: {norm: 1}}}
    - {label: -1, mean: {negative-of: 0}}
problem: {loss: logistic}
learning-rate: 1
time: {steps: 1e4, points: 5}
simulate: {runs: 3}
statistics: [{name: rest, window: {u: [0.1, 0.9]}}]
`

func TestGroupedAtHugeDimensions(t *testing.T) {
	directory, file := workspace(t, hugeExperiment)
	told := mustInvoke(t, 0, directory, "check", file).stdout
	for _, want := range []string{"3 runs of 10000 steps (grouped, f64)", "simulate.method = grouped", "cost", "of simulation"} {
		if !strings.Contains(told, want) {
			t.Errorf("check does not tell %q:\n%s", want, told)
		}
	}
	mustInvoke(t, 0, directory, "run", file, "--out", "first", "--threads", "1")
	s := readSummary(t, directory, "first")
	if s.Auto["simulate.method"] != "grouped" || s.AutoReasons["simulate.method"] == "" {
		t.Errorf("summary.json tells auto %v, %v", s.Auto, s.AutoReasons)
	}
	if s.SGD == nil || s.SGD.Steps != 3e4 || s.SGD.EndTime != 1e-8 {
		t.Errorf("summary of SGD: %+v", s.SGD)
	}
	config := filepath.Join("first", "config.yaml")
	if text := readFile(t, directory, config); !strings.Contains(text, "method: grouped") {
		t.Errorf("config.yaml does not record the choice:\n%s", text)
	}
	mustInvoke(t, 0, directory, "run", config, "--out", "second", "--threads", "3", "--kernel", "generic")
	if again := readSummary(t, directory, "second"); again.Checksum != s.Checksum {
		t.Errorf("checksum %s again, %s before", again.Checksum, s.Checksum)
	}
}

func TestGroupedWhereItIsImpossible(t *testing.T) {
	directory, file := workspace(t, smallExperiment)
	for _, c := range []struct {
		sets []string
		want string
	}{
		{nil, "is a power law, whose modes all differ, expected modes that share their eigenvalues in blocks (model.blocks"},
		{[]string{"model.noise=rademacher", "model.classes.0.covariance={isotropic: 1}", "model.classes.1.covariance={isotropic: 1}"},
			"model.noise is rademacher, whose law depends on the basis"},
	} {
		arguments := []string{"run", file, "--set", "simulate.method=grouped"}
		for _, set := range c.sets {
			arguments = append(arguments, "--set", set)
		}
		if told := mustInvoke(t, 2, directory, arguments...).stderr; !strings.Contains(told, "simulate.method") || !strings.Contains(told, c.want) {
			t.Errorf("%v: the message lacks %q: %s", c.sets, c.want, told)
		}
	}
}

func TestScalingOverDimensions(t *testing.T) {
	directory, file := workspace(t, `name: scaling
dim: 100
model:
  classes:
    - {label: 1, covariance: {isotropic: 1}, mean: {constant: 1}}
    - {label: -1, covariance: {isotropic: 1}, mean: {negative-of: 0}}
problem: {loss: least-squares}
learning-rate: 1
time: {at: [0, 0.5, 1]}
simulate: {runs: 4000, method: grouped}
variants:
  - {name: d-20, set: {dim: 20}}
  - {name: d-80, set: {dim: 80}}
  - {name: d-320, set: {dim: 320}}
`)
	told := mustInvoke(t, 0, directory, "run", file, "--out", "out").stdout
	if !strings.Contains(told, "max |single run − limit| ~ d^-0.") {
		t.Errorf("the exponent is not told:\n%s", told)
	}
	s := readSummary(t, directory, "out")
	if len(s.Scalings) != 1 || len(s.Scalings[0].Dims) != 3 || s.Scalings[0].SingleRun == nil {
		t.Fatalf("scalings %+v", s.Scalings)
	}
	if e := s.Scalings[0].SingleRun; math.Abs(float64(e.Value)+0.5) > 0.1 || !(e.Low < e.Value && e.Value < e.High) {
		t.Errorf("single runs deviate like d^%+v, want about −1/2", e)
	}
}
