package engine

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"
	"testing"

	"anisgd/engine/experiment"
	"anisgd/kernels/cpu"
)

// goldenRuns are short runs whose bits must never change by accident: on no
// kernel path, for no number of threads, at no GOAMD64 level, on no architecture.
// A change that is meant to change results changes the checksum, and says so.
var goldenRuns = []struct{ name, file, checksum string }{
	{
		name: "logistic, power laws, every feature of one output",
		file: `
dim: 4500
seed: 5
model:
  classes:
    - {prior: 0.3, label: 1, covariance: {power-law: {exponent: 1.1}}, mean: {normal: {norm: 1}}}
    - {prior: 0.5, label: -1, covariance: {power-law: {exponent: 1.5, scale: 2}}, mean: {negative-of: 0}}
    - {prior: 0.2, label: 1, covariance: {isotropic: 0.5}, mean: {power-law: {exponent: 0.3}}}
problem: {loss: logistic, ridge: 0.1}
init: {constant: 0.5}
init-variance: 0.3
learning-rate: {cosine: {initial: 1, final: 0.1, end: 0.02}}
time: {steps: 150, points: 4}
simulate: {runs: 3}
statistics: [{name: clean, window: {u: [0, 0.1]}}]
limit: {method: dopri5, spectrum: full}
`,
		checksum: "de9dedcb8ac4b30a",
	},
	{
		name: "least squares, zero-one blocks",
		file: `
dim: 500
model:
  blocks:
    - {fraction: 0.25, eigenvalues: [0, 0], mean-energy: [1, 1], mean-sign: [1, -1]}
    - {fraction: 0.75, eigenvalues: [1, 0.5], mean-energy: [0.1, 0]}
  classes: [{label: 1}, {label: -1}]
problem: {loss: least-squares}
learning-rate: {power: {initial: 0.8, exponent: 0.5, timescale: 1}}
time: {end: 2, points: 5, spacing: log, start: 0.1}
simulate: {runs: 2, method: direct}
limit: {method: tsit5, spectrum: full, rtol: 1e-9}
`,
		checksum: "b4878956e8dbdf01",
	},
	{
		name: "logistic, isotropic, piecewise rate, rk4",
		file: `
dim: 300
model:
  classes:
    - {label: 1, covariance: {isotropic: 1}, mean: {normal: {norm: 1, seed: 3}}}
    - {label: -1, covariance: {isotropic: 2}, mean: {scaled: {of: 0, by: -0.5}}}
problem: {loss: logistic}
learning-rate: {piecewise: [[0, 1], [0.5, 0.25]]}
time: {at: [0, 0.25, 0.5, 1]}
simulate: {runs: 2, method: direct}
limit: {method: rk4, spectrum: full, step: 0.05}
`,
		checksum: "35c8bd32e58f5cc4",
	},
	{
		name: "softmax, three classes, line search",
		file: `
dim: 600
model: {classes: {count: 3, priors: {geometric: 0.7}, each: {covariance: {power-law: {exponent: 1.1}}, mean: {unit: class}}}}
problem: {loss: softmax}
init-variance: 0.5
learning-rate: {line-search: {}}
time: {steps: 60, points: 3}
simulate: {runs: 2}
statistics: [error, {name: rest, window: {u: [0.5, 1]}}]
limit: {method: dopri5, spectrum: full}
`,
		checksum: "d0f10995b57b0e96",
	},
	{
		name: "one-hot, seventeen classes, AdaGrad-Norm",
		file: `
dim: 5000
model: {classes: {count: 17, priors: uniform, each: {covariance: {power-law: {exponent: 0.6}}, mean: {normal: {norm: 1, seed: 4}}}}}
problem: {loss: least-squares, outputs: one-hot, ridge: 0.1}
learning-rate: {adagrad-norm: {eta: 1, b: 0.5}}
time: {steps: 50, points: 3}
simulate: {runs: 2}
limit: {method: dopri5, spectrum: full}
`,
		checksum: "0a82a2dd4b1a6173",
	},
	{
		name: "teacher least squares, two outputs, noise",
		file: `
dim: 700
model: {classes: [{covariance: {power-law: {exponent: 0.5}}, mean: {constant: 1}}, {covariance: {isotropic: 1}}]}
problem: {loss: least-squares, target: teacher, noise: 0.3, teacher: [{normal: {norm: 1, seed: 2}}, {normal: {norm: 1, seed: 3}}]}
learning-rate: {polyak: {}}
time: {steps: 40, points: 3}
simulate: {runs: 2}
limit: {method: dopri5, spectrum: full}
`,
		checksum: "5af0c3ef595dcdb1",
	},
	{
		name: "teacher logistic",
		file: `
dim: 400
model: {classes: [{covariance: {power-law: {exponent: 0.5}}, mean: {constant: 1}}]}
problem: {loss: logistic, target: teacher, teacher: {normal: {norm: 2, seed: 2}}}
learning-rate: {adagrad-norm: {eta: 1, b: 1}}
time: {end: 1, points: 4}
simulate: {runs: 2}
limit: {method: dopri5, spectrum: full}
`,
		checksum: "29057cd234f13079",
	},
	{
		name: "look-ahead of one output, the last modes not a whole vector",
		file: `
dim: 262203
model: {classes: [{label: 1, covariance: {power-law: {exponent: 0.5}}, mean: {constant: 1}}, {label: -1, covariance: {isotropic: 1}, mean: {negative-of: 0}}]}
problem: {loss: logistic}
learning-rate: 1
time: {steps: 11, points: 3}
simulate: {runs: 1}
limit: {method: dopri5, spectrum: full, rtol: 1e-4}
`,
		checksum: "53049b710a3d4cf4",
	},
	{
		name: "mixed precision",
		file: `
dim: 5003
model:
  noise: gaussian
  classes:
    - {label: 1, covariance: {power-law: {exponent: 1.1}}, mean: {constant: 1}}
    - {label: -1, covariance: {isotropic: 0.5}, mean: {negative-of: 0}}
problem: {loss: logistic}
init-variance: 0.2
learning-rate: 1
time: {steps: 60, points: 2}
simulate: {runs: 1, precision: mixed}
limit: {method: dopri5, spectrum: compressed}
`,
		checksum: "0b28a16d5f78320d",
	},
	{
		name: "single precision",
		file: `
dim: 5003
model:
  noise: gaussian
  classes:
    - {label: 1, covariance: {power-law: {exponent: 1.1}}, mean: {constant: 1}}
    - {label: -1, covariance: {isotropic: 0.5}, mean: {negative-of: 0}}
problem: {loss: logistic}
init-variance: 0.2
learning-rate: 1
time: {steps: 60, points: 2}
simulate: {runs: 1, precision: f32}
limit: {method: dopri5, spectrum: compressed}
`,
		checksum: "e8f08235ba5a8d27",
	},
	{
		name: "single precision, three outputs",
		file: `
dim: 5003
model:
  classes: {count: 3, each: {covariance: {power-law: {exponent: 1.1}}, mean: {normal: {norm: 1, seed: 3}}}}
problem: {loss: softmax}
init-variance: 0.2
learning-rate: 1
time: {steps: 60, points: 2}
simulate: {runs: 1, precision: f32}
limit: {method: dopri5, spectrum: compressed}
`,
		checksum: "24b1fe27f8199023",
	},
	{
		name: "Rademacher noise",
		file: `
dim: 5003
model:
  noise: rademacher
  classes:
    - {label: 1, covariance: {power-law: {exponent: 1.1}}, mean: {constant: 1}}
    - {label: -1, covariance: {isotropic: 0.5}, mean: {negative-of: 0}}
problem: {loss: logistic}
init-variance: 0.2
learning-rate: 1
time: {steps: 60, points: 2}
simulate: {runs: 1, precision: f64}
limit: {method: dopri5, spectrum: compressed}
`,
		checksum: "b72c570970c3c921",
	},
	{
		name: "uniform noise, two outputs",
		file: `
dim: 5003
model:
  noise: uniform
  classes:
    - {covariance: {power-law: {exponent: 1.1}}, mean: {constant: 1}}
    - {covariance: {isotropic: 0.5}, mean: {negative-of: 0}}
problem: {loss: softmax}
init-variance: 0.2
learning-rate: 1
time: {steps: 60, points: 2}
simulate: {runs: 1, precision: f64}
limit: {method: dopri5, spectrum: compressed}
`,
		checksum: "a382c62c62d6b219",
	},
	{
		name: "compressed spectrum, drawn mean, windows, three classes",
		file: `
dim: 20000
model:
  classes:
    - {label: 1, covariance: {power-law: {exponent: 1.1}}, mean: {normal: {norm: 1, seed: 3}}}
    - {label: -1, covariance: {power-law: {exponent: 1.5}}, mean: {power-law: {exponent: 0.2}}}
    - {label: 1, covariance: {isotropic: 0.5}, mean: {unit: 7}}
problem: {loss: logistic}
init: {negative-of: 0}
learning-rate: 1
time: {steps: 200, points: 3}
simulate: {runs: 1}
limit: {method: dopri5, spectrum: compressed}
statistics: [{name: clean, window: {u: [0, 0.1]}}]
`,
		checksum: "182096797fcdc63f",
	},
	{
		name: "continuum, implicit method, two outputs",
		file: `
dim: 3000
model: {classes: [{covariance: {power-law: {exponent: 1.5}}, mean: {power-law: {exponent: 0.5}}}, {covariance: {power-law: {exponent: 1.5}}, mean: {constant: 1}}]}
problem: {loss: softmax}
learning-rate: 0.5
time: {at: [0.01, 0.02]}
simulate: {runs: 1}
limit: {method: radau9, spectrum: continuum}
`,
		checksum: "dea6ded3bdab1d01",
	},
	{
		name: "grouped, products of random means drawn, every feature of one output",
		file: `
dim: 1e12
seed: 3
model:
  blocks:
    - {fraction: 0.25, eigenvalues: [0, 1]}
    - {fraction: 0.75, eigenvalues: [1, 0.5]}
  classes:
    - {prior: 0.3, label: 1, mean: {normal: {norm: 1}}}
    - {prior: 0.7, label: -1, mean: {power-law: {exponent: 0.3}}}
problem: {loss: logistic, ridge: 0.1}
init: {constant: 0.5}
init-variance: 0.3
learning-rate: {adagrad-norm: {eta: 1, b: 1}}
time: {steps: 200, points: 4}
simulate: {runs: 3}
statistics: [{name: cut, window: {u: [0.1, 0.6]}}]
limit: {method: dopri5}
`,
		checksum: "94526b532f76637f",
	},
	{
		name: "grouped, three outputs, blocks of few modes, line search",
		file: `
dim: 40
model: {classes: {count: 3, priors: {geometric: 0.7}, each: {covariance: {isotropic: 1}, mean: {unit: class}}}}
problem: {loss: least-squares, outputs: one-hot}
init-variance: 0.5
learning-rate: {line-search: {}}
time: {end: 1, points: 3}
simulate: {runs: 2, method: grouped}
statistics: [{name: first, window: {u: [0, 0.05]}}]
limit: {method: dopri5, spectrum: full}
`,
		checksum: "a6f7e00ccacbc7a7",
	},
}

func TestGoldenBits(t *testing.T) {
	for _, run := range goldenRuns {
		for _, path := range cpu.Available() {
			for _, threads := range []int{1, 2} {
				restore := cpu.Override(path)
				got := checksum(t, run.file, threads)
				restore()
				if got != run.checksum {
					t.Errorf("%s, %v, %d threads: checksum %s, want %s", run.name, path, threads, got, run.checksum)
				}
			}
		}
	}
}

// checksum runs an experiment and hashes every number of its results.
func checksum(t *testing.T, file string, threads int) string {
	t.Helper()
	plan, err := experiment.Parse([]byte(file), "golden.yaml", nil)
	if err != nil {
		t.Fatal(err)
	}
	outcome, err := Run(context.Background(), plan.Panels[0].Variants[0].Experiment, Options{Simulate: true, Limit: true, Threads: threads})
	if err != nil {
		t.Fatal(err)
	}
	hash := sha256.New()
	add := func(values []float64) {
		for _, v := range values {
			bits := math.Float64bits(v)
			if math.IsNaN(v) {
				bits = math.Float64bits(math.NaN()) // payloads are not part of the promise
			}
			hash.Write(binary.LittleEndian.AppendUint64(nil, bits))
		}
	}
	add(outcome.Limit.Series.Times)
	for _, row := range outcome.Limit.Series.Rows {
		add(row)
	}
	for _, rows := range outcome.SGD.Ensemble.Runs {
		for _, row := range rows {
			add(row)
		}
	}
	return hex.EncodeToString(hash.Sum(nil)[:8])
}
