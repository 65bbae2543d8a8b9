package experiment

import (
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// valid is a file that has something of most kinds; tests change parts of it.
const valid = `name: base
dim: 10
seed: 5
model:
  classes:
    - prior: 0.25
      label: +1
      covariance: {power-law: {exponent: 1.1, scale: 2}}
      mean: {normal: {norm: 1, seed: 7}}
    - prior: 0.75
      label: -1
      covariance: {isotropic: 0.5}
      mean: {negative-of: 0}
problem: {loss: logistic, ridge: 0.1}
init: zero
init-variance: 0.5
learning-rate: 0.7
time: {end: 50, points: 5}
simulate: {runs: 3}
limit: {rtol: 1e-6}
statistics:
  - {name: clean, window: {u: [0, 0.5]}}
`

// validBlocks is a block model.
const validBlocks = `dim: 10
model:
  blocks:
    - {fraction: 0.3, eigenvalues: [0, 0], mean-energy: [1, 1], mean-sign: [+1, -1]}
    - {fraction: 0.7, eigenvalues: [1, 2], mean-energy: [0, 0]}
  classes:
    - {label: 1}
    - {label: -1}
problem: {loss: least-squares}
learning-rate: 0.1
time: {end: 1}
statistics:
  - {name: clean, window: {block: 0}}
`

// replace is text with the only occurrence of old replaced.
func replace(t *testing.T, text, old, new string) string {
	t.Helper()
	if strings.Count(text, old) != 1 {
		t.Fatalf("%q occurs %d times, expected once", old, strings.Count(text, old))
	}
	return strings.Replace(text, old, new, 1)
}

// mustParse reads a file that has to be right.
func mustParse(t *testing.T, text string, sets ...string) *Plan {
	t.Helper()
	plan, err := Parse([]byte(text), "test.yaml", sets)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// single is the experiment of a file without variants.
func single(t *testing.T, text string, sets ...string) *Experiment {
	t.Helper()
	plan := mustParse(t, text, sets...)
	if len(plan.Panels) != 1 || len(plan.Panels[0].Variants) != 1 {
		t.Fatalf("%d panels, expected one with one variant", len(plan.Panels))
	}
	return plan.Panels[0].Variants[0].Experiment
}

// writeFile writes a file of a test's directory and returns its path.
func writeFile(t *testing.T, directory, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(directory, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// npy is a .npy file with the given parts of its header.
func npy(descr, order, shape string, data []byte) []byte {
	header := "{'descr': '" + descr + "', 'fortran_order': " + order + ", 'shape': " + shape + ", }"
	header += strings.Repeat(" ", 63-(10+len(header))%64) + "\n"
	out := append([]byte("\x93NUMPY\x01\x00"), byte(len(header)), byte(len(header)>>8))
	return append(append(out, header...), data...)
}

func float64Bytes(values ...float64) []byte {
	var out []byte
	for _, v := range values {
		out = binary.LittleEndian.AppendUint64(out, math.Float64bits(v))
	}
	return out
}

// decodeNPY reads a .npy file of any length.
func decodeNPY(t *testing.T, data []byte) ([]float64, error) {
	t.Helper()
	directory := t.TempDir()
	writeFile(t, directory, "x.npy", data)
	file, err := newArrayFiles(directory).open("x.npy", anyLength)
	if err != nil {
		return nil, err
	}
	return file.values, nil
}
