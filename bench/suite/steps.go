package suite

import (
	"fmt"
	"math"

	"anisgd/bench/machine"
	"anisgd/engine/model"
	"anisgd/engine/parallel"
	"anisgd/engine/problem"
	"anisgd/engine/rate"
	"anisgd/engine/sgd"
	"anisgd/engine/spectrum"
)

// stepCase is one step of SGD in some model.
type stepCase struct {
	model     string
	precision sgd.Precision
	noise     model.Noise
	loss      string
	outputs   int
	dim       int64
	threads   int // or allThreads; 0 is one
}

// allThreads are as many as a run of the suite is given.
const allThreads = -1

const (
	logistic     = "logistic"
	leastSquares = "least-squares" // one-hot
	softmax      = "softmax"
)

// stepDims are the dimensions of steps; from largeDim on cases are large.
var stepDims = []int64{1e3, 1e4, 1e5, 1e6, 1e7}

const largeDim = 1e5

// manyOutputs make a case large, too.
const manyOutputs = 100

func steps() []*Case {
	var list []*Case
	add := func(c stepCase) { list = append(list, c.newCase()) }
	for _, d := range stepDims {
		add(stepCase{model: "isotropic", loss: logistic, outputs: 1, dim: d})
		add(stepCase{model: "power-laws", loss: logistic, outputs: 1, dim: d})
	}
	for _, d := range []int64{1e4, 1e6} {
		add(stepCase{model: "power-laws", loss: logistic, outputs: 1, dim: d, precision: sgd.Mixed})
		add(stepCase{model: "power-laws", loss: logistic, outputs: 1, dim: d, precision: sgd.Single})
		add(stepCase{model: "power-laws", loss: logistic, outputs: 1, dim: d, noise: model.Rademacher})
	}
	for _, outputs := range []int{2, 10, 100} {
		add(stepCase{model: "power-law", loss: leastSquares, outputs: outputs, dim: 1e4})
	}
	add(stepCase{model: "power-law", loss: leastSquares, outputs: 10, dim: 1e6})
	add(stepCase{model: "power-law", loss: softmax, outputs: 10, dim: 1e4})
	add(stepCase{model: "power-laws", loss: logistic, outputs: 1, dim: 1e6, threads: allThreads})
	return list
}

// Step is a step of SGD as studies of scaling vary it: with one output binary logistic
// regression on two power laws, with more one-hot least squares on one.
type Step struct {
	Dim       int64
	Outputs   int
	Threads   int
	Precision sgd.Precision
}

// Case is the benchmark of the step.
func (s Step) Case() *Case {
	c := stepCase{model: "power-laws", loss: logistic, outputs: 1, dim: s.Dim, threads: s.Threads, precision: s.Precision}
	if s.Outputs > 1 {
		c.model, c.loss, c.outputs = "power-law", leastSquares, s.Outputs
	}
	return c.newCase()
}

// name has what is not usual: Gaussian noise, float64, one output and one thread are.
func (c stepCase) name() string {
	name := fmt.Sprintf("Step/model=%s/loss=%s", c.model, c.loss)
	if c.noise != model.Gaussian {
		name += fmt.Sprintf("/noise=%v", c.noise)
	}
	switch c.precision {
	case sgd.Mixed:
		name += "/precision=mixed"
	case sgd.Single:
		name += "/precision=f32"
	}
	if c.outputs > 1 {
		name += fmt.Sprintf("/outputs=%d", c.outputs)
	}
	name += "/" + dim(c.dim)
	switch {
	case c.threads == allThreads:
		name += "/threads=all"
	case c.threads > 1:
		name += fmt.Sprintf("/threads=%d", c.threads)
	}
	return name
}

func (c stepCase) newCase() *Case {
	work := c.work()
	// Beside what a step touches there are the eigenvalues, and samples ahead.
	memory := work.Footprint + 48*float64(c.dim)
	if c.threads == allThreads || c.threads > 1 {
		work = machine.Work{} // the roofs are of one core
	}
	return &Case{
		Name: c.name(), Elements: float64(c.dim), Unit: "mode", Work: work,
		Memory: memory, Large: c.dim >= largeDim || c.outputs >= manyOutputs,
		prepare: func(threads int) (instance, error) {
			if c.threads != allThreads {
				threads = max(c.threads, 1)
			}
			config, err := c.config(threads)
			if err != nil {
				return nil, err
			}
			// Some steps, and a whole block of look-ahead at least.
			return newStepping(config, c.dim, max(1e6/c.dim, 70)), nil
		},
	}
}

// work of a step: the normals; state, sample and sources once each. Many outputs are
// stepped in blocks of 16 samples or more, so that the state is moved once in as many
// steps, and the work is in the products.
func (c stepCase) work() machine.Work {
	d := float64(c.dim)
	w := machine.Work{Flops: flopsPerNormal, AES: roundsPerWord}
	width := 8.0
	switch {
	case c.noise == model.Rademacher:
		w.Flops, w.AES = 0, 2*roundsPerWord/128
	case c.precision == sgd.Single:
		width = 4
		fallthrough
	case c.precision == sgd.Mixed:
		w.Flops, w.AES = flopsPerNormal32, roundsPerWord32
	}
	if c.outputs > 1 {
		const ahead = 16
		w.Flops += 4*float64(c.outputs) + 3
		w.Bytes = 16*float64(c.outputs)/ahead + 16 + 16
		w.Footprint = 8*float64(c.outputs) + 8*ahead + 16
	} else {
		w.Flops += 8
		spectra := 0.0
		if c.model == "power-laws" {
			spectra = 2
		}
		// A step reads and writes the state and the sample, and reads the mean and
		// the scales of its class; signs are made anew instead of stored.
		samples := 1.0
		if c.noise == model.Rademacher {
			samples = 0
		}
		w.Bytes = width * (2 + 2*samples + 1 + min(spectra, 1))
		w.Footprint = width * (1 + samples + 1 + spectra)
	}
	return machine.Work{Bytes: w.Bytes * d, Footprint: w.Footprint * d, Flops: w.Flops * d, AES: w.AES * d}
}

func (c stepCase) config(threads int) (*sgd.Config, error) {
	var m *model.Model
	switch c.model {
	case "isotropic":
		m = isotropic(c.dim)
	case "power-laws":
		m = powerLaws(c.dim)
	default:
		m = manyClasses(c.dim, c.outputs)
	}
	arrays, err := m.Materialize()
	if err != nil {
		return nil, err
	}
	config := &sgd.Config{
		Arrays: arrays, Rate: rate.Constant(0.3), Runs: 1, Seed: 1, Threads: threads, Precision: c.precision, Noise: c.noise,
	}
	switch c.loss {
	case logistic:
		config.Problem = problem.Logistic{Labels: []float64{1, -1}}
	case leastSquares:
		config.Problem = problem.NewOneHotLeastSquares(c.outputs)
	case softmax:
		config.Problem = problem.NewSoftmax(c.outputs)
	}
	return config, nil
}

// groupedSteps are steps on four blocks, in dimensions nine decades apart.
func groupedSteps() []*Case {
	var list []*Case
	for _, d := range []int64{1e3, 1e6, 1e12} {
		list = append(list, groupedCase(d, 1))
	}
	return append(list, groupedCase(1e6, 10))
}

func groupedCase(d int64, outputs int) *Case {
	m, law, name := zeroOne(d), problem.Problem(problem.Logistic{Labels: []float64{1, -1}}), logistic
	if outputs > 1 {
		m, law, name = manyBlocks(d, outputs), problem.NewOneHotLeastSquares(outputs), leastSquares
	}
	if outputs > 1 {
		name += fmt.Sprintf("/outputs=%d", outputs)
	}
	return &Case{
		Name: fmt.Sprintf("GroupedStep/model=blocks/loss=%s/%s", name, dim(d)), Large: outputs > 1,
		prepare: func(int) (instance, error) {
			pool := parallel.NewPool(1)
			defer pool.Close()
			groups, err := sgd.NewGroups(&spectrum.Description{Model: m, Horizon: math.Inf(1)}, pool)
			if err != nil {
				return nil, err
			}
			const short = 1000
			return newStepping(&sgd.Config{Groups: groups, Problem: law, Rate: rate.Constant(0.5), Runs: 1, Seed: 1, Threads: 1}, d, short), nil
		},
	}
}
