package sgd

import (
	"math"

	"anisgd/engine/closure"
	"anisgd/engine/internal/phase"
	"anisgd/engine/parallel"
	"anisgd/engine/problem"
	"anisgd/engine/rate"
	"anisgd/engine/statistic"
	"anisgd/kernels"
	"anisgd/rng"
)

const (
	// normalsPerBlock normals are drawn at a time, so that they are used from
	// the first-level cache. It divides parallel.ModesPerChunk and is a multiple
	// of kernels.Lanes and rng.Tile, so that it has no influence on the results
	// of one output.
	normalsPerBlock = 512
	// drawsPerBatch random numbers for classes and labels are drawn at a time.
	drawsPerBatch = 256
	// sampledModesPerCheck is how many modes are sampled, about, between two
	// looks at the context and reports of progress.
	sampledModesPerCheck = 1 << 21
	// firstOutputCheck is the size of an output r at which a run first looks at
	// its risk: the risk exceeds statistic.DivergenceFactor only beyond it.
	firstOutputCheck = 1e5
)

// iterate is the state of one run and how it is stepped.
type iterate interface {
	// start puts the iterate at the beginning of a run.
	start(run uint32)
	// advance takes the iterate from X_k at most to X_end and returns how many
	// steps it made. If an output of the sample of step k was larger than bound
	// or not a number, it stops there, before the step, and says so.
	advance(k, end int64, bound float64) (steps int64, exceeded bool)
	// measure writes the moments of the state X_k, all updates applied; measureLaws
	// only the laws of the outputs.
	measure(dst *statistic.Moments)
	measureLaws(dst *statistic.Moments)
	// populationRate is the learning rate of line search and Polyak at the state X_k.
	populationRate(k int64) float64
	// numbers are those on which, beside the sum of AdaGrad-Norm, all further steps of a
	// run depend, in place: the state X_k, all updates applied. They may be overwritten
	// by those of another state right after start, and adopt is then told so.
	numbers() [][]float64
	adopt()
}

// walker performs runs one after another in memory of its own.
type walker struct {
	at      position // of its run
	busy    bool     // whether it has one that has not ended
	shared  *shared
	iterate iterate
	steps   stepper
	bounds  statistic.Bounds
	table   *statistic.Table
}

// stepper is what every kind of iterate needs to make a step: the random numbers
// of classes and labels, the gradient and the learning rate.
type stepper struct {
	shared  *shared
	rootDim float64        // √d
	pool    *parallel.Pool // shares the modes of one run

	classStream, labelStream rng.Stream
	classDraws, labelDraws   draws
	noise                    []float64 // of the label of one step

	gradient    []float64
	accumulated float64 // AdaGrad-Norm's sum d⁻² Σ ‖a_j g_jᵀ‖²

	meter         *statistic.Meter // over the arrays; nil without them
	moments       *statistic.Moments
	closure       *closure.Closure
	coupling      *closure.Coupling
	state         [][]float64 // the columns of the iterate, for gradientNorm2
	gradientNorm2 closure.GradientNorm2
}

// newWalker makes a walker whose runs are shared by a number of threads.
func newWalker(s *shared, threads int) (*walker, error) {
	c := s.config
	w := &walker{shared: s}
	st := &w.steps
	if c.Groups != nil {
		threads = 1 // a run has no modes to share
	}
	st.shared, st.rootDim, st.pool = s, s.rootDim, parallel.NewPool(threads)
	st.gradient = make([]float64, c.Problem.Outputs())
	st.noise = make([]float64, max(c.Problem.TeacherOutputs(), 1))
	constants := s.measured
	if c.Groups == nil {
		st.meter = statistic.NewMeter(c.Arrays, c.Problem.Outputs(), c.Observables, st.pool)
		constants = st.meter.Constants
	}
	st.moments = constants.NewMoments()
	var err error
	if st.closure, err = closure.New(s.modes, c.Problem, c.Rate, c.Ridge); err != nil {
		return nil, err
	}
	st.coupling = st.closure.NewCoupling()
	st.gradientNorm2 = st.measureGradient // of arrays
	if w.table, err = statistic.NewTable(c.Problem, constants, c.Selection); err != nil {
		return nil, err
	}
	switch {
	case c.Groups != nil:
		w.iterate = newGrouped(st)
	case c.Problem.Outputs() > 1:
		if c.Precision == Single {
			w.iterate = overModes{newMatrix(st, singleDrawer{s}, s.teacher32), st}
		} else {
			w.iterate = overModes{newMatrix(st, doubleDrawer{s}, c.Observables.Teacher), st}
		}
	case c.Precision == Single:
		w.iterate = overModes{newSingle(st), st}
	case s.signsOnly():
		w.iterate = overModes{newSigns(st), st}
	case c.Arrays.Dim >= modesAhead && !s.population:
		w.iterate = overModes{newAhead(st), st}
	default:
		w.iterate = overModes{newVector(st), st}
	}
	return w, nil
}

// close ends the walker's threads.
func (w *walker) close() { w.steps.pool.Close() }

// position is where a run stands between two steps.
type position struct {
	run   int     // its place in the ensemble
	step  int64   // k: the iterate is X_k
	row   int     // the output time that comes next
	bound float64 // size of an output beyond which the risk is looked at
}

// ending says why a walker does not go on with its run.
type ending uint8

const (
	paused   ending = iota // it may go on
	ended                  // all rows are there, or as many as are of interest
	diverged               // the iterate of the current step was found to have diverged
)

// nextOutput is the step after which the next output time comes.
func (w *walker) nextOutput() int64 { return w.shared.outputs[w.at.row] }

// advance makes some steps of the walker's run, at most to end, and reports whether it
// was found to have diverged, with its risk.
func (w *walker) advance(end int64) (hasDiverged bool, risk float64) {
	at := &w.at
	made, exceeded := w.iterate.advance(at.step, end, at.bound)
	at.step += made
	if !exceeded {
		return false, 0
	}
	if risk := w.risk(); w.bounds.Exceeded(risk) {
		return true, risk
	}
	at.bound *= 2
	return math.IsInf(at.bound, 1), at.bound
}

// record writes the rows of the output times at which the walker's run stands, and
// reports whether it ends there.
func (w *walker) record(rows [][]float64) (end ending, risk float64) {
	at := &w.at
	for ; at.step == w.nextOutput(); at.row++ {
		phase.Output.Enter()
		w.iterate.measure(w.steps.moments)
		if risk := statistic.Risk(w.table.Evaluator(), w.shared.priors, w.steps.moments); w.bounds.Exceeded(risk) {
			return diverged, risk
		}
		// The rate first: finding it may overwrite the laws, by the same ones.
		learningRate := w.learningRate(at.step)
		w.table.Evaluate(rows[at.row], learningRate, w.steps.moments)
		if at.row+1 == len(w.shared.outputs) {
			at.row++
			return ended, 0
		}
	}
	return paused, 0
}

// begin puts the walker at the beginning of a run.
func (w *walker) begin(run int) {
	w.start(uint32(w.shared.config.FirstRun + run))
	w.at, w.busy = position{run: run, bound: firstOutputCheck}, true
}

// start puts the walker at the beginning of a run.
func (w *walker) start(run uint32) {
	c := w.shared.config
	w.steps.classStream = rng.NewStream(c.Seed, run, rng.DomainClass)
	w.steps.labelStream = rng.NewStream(c.Seed, run, rng.DomainLabel)
	w.steps.classDraws.valid, w.steps.labelDraws.valid = false, false
	w.steps.accumulated = 0
	w.iterate.start(run)
	w.bounds = statistic.NewBounds(w.risk())
}

// risk is the population risk of the current iterate.
func (w *walker) risk() float64 {
	w.iterate.measureLaws(w.steps.moments)
	return statistic.Risk(w.table.Evaluator(), w.shared.priors, w.steps.moments)
}

// startColumns writes the start √d·x(0) of a run.
func (st *stepper) startColumns(columns [][]float64, run uint32) {
	c := st.shared.config
	stream := rng.NewStream(c.Seed, run, rng.DomainStart)
	deviation := math.Sqrt(c.StartVariance)
	var scratch [normalsPerBlock]float64
	for a, y := range columns {
		clear(y)
		if c.Start != nil {
			copy(y, c.Start[a])
		}
		if c.StartVariance == 0 {
			continue
		}
		for lo := 0; lo < len(y); lo += normalsPerBlock {
			block := y[lo:min(lo+normalsPerBlock, len(y))]
			normals := scratch[:len(block)]
			stream.Normals(normals, uint64(a), uint64(lo))
			kernels.Update(block, normals, 1, deviation)
		}
	}
}

// draws are uniform random numbers, one for each step, made in batches.
type draws struct {
	first  int64 // step of values[0]
	valid  bool
	values [drawsPerBatch]float64
}

// at is the number of step k.
func (d *draws) at(stream *rng.Stream, k int64) float64 {
	if !d.valid || k < d.first || k >= d.first+drawsPerBatch {
		d.first, d.valid = k-k%drawsPerBatch, true
		stream.Uniforms(d.values[:], 0, uint64(d.first))
	}
	return d.values[k-d.first]
}

// class is the class of the sample of step k.
func (st *stepper) class(k int64) int {
	return st.shared.class(st.classDraws.at(&st.classStream, k))
}

// adopt takes over what was written to the numbers of an iterate: most have no others.
func (st *stepper) adopt() {}

// labelNoise draws the random numbers of the label of step k.
func (st *stepper) labelNoise(k int64) []float64 {
	switch st.shared.config.Problem.LabelNoise() {
	case problem.NormalLabelNoise:
		st.labelStream.Normals(st.noise, uint64(k), 0)
	case problem.UniformLabelNoise:
		st.noise[0] = st.labelDraws.at(&st.labelStream, k)
	}
	return st.noise
}

// step computes what step k does, from the outputs r and r* of its sample and
// the sample's squared norm (used by AdaGrad-Norm only): the gradient, the
// shrinkage 1 − γδ/d, and the factor γ/√d by which −a gᵀ is added to √d·X.
// populationRate is the learning rate for rules that need the population.
func (st *stepper) step(k int64, r, teacher []float64, class int, norm2, populationRate float64) (shrink, factor float64) {
	phase.Expectation.Enter()
	c := st.shared.config
	d := float64(c.dim())
	c.Problem.Gradient(st.gradient, r, teacher, st.labelNoise(k), class)
	gamma := populationRate
	switch rule := c.Rate.(type) {
	case rate.Schedule:
		gamma = rule.At(float64(k) / d)
	case rate.AdaGradNorm:
		gradient2 := 0.0
		for _, g := range st.gradient {
			gradient2 = math.FMA(g, g, gradient2)
		}
		st.accumulated = math.FMA(norm2/d, gradient2/d, st.accumulated)
		gamma = rule.Rate(st.accumulated)
	}
	return st.factors(gamma)
}

// factors are the shrinkage 1 − γδ/d and γ/√d.
func (st *stepper) factors(gamma float64) (shrink, factor float64) {
	return 1 - float64(gamma*st.shared.config.Ridge)/float64(st.shared.config.dim()), gamma / st.rootDim
}

// learningRate is the rate of the next step from the iterate X_k; for AdaGrad-Norm
// with the gradients so far.
func (w *walker) learningRate(k int64) float64 {
	switch rule := w.shared.config.Rate.(type) {
	case rate.Schedule:
		return rule.At(float64(k) / float64(w.shared.config.dim()))
	case rate.AdaGradNorm:
		return rule.Rate(w.steps.accumulated)
	}
	return w.iterate.populationRate(k)
}

// columnar is an iterate with an entry for every mode.
type columnar interface {
	start(run uint32)
	advance(k, end int64, bound float64) (steps int64, exceeded bool)
	// columns makes the state X exact, all updates applied, and returns √d·x_a
	// for every output.
	columns() [][]float64
	// adopt takes over what was written to them.
	adopt()
}

// overModes measures a columnar iterate by sums over the modes.
type overModes struct {
	columnar
	*stepper
}

func (o overModes) measure(dst *statistic.Moments) { o.meter.Measure(dst, o.columns(), nil) }

func (o overModes) measureLaws(dst *statistic.Moments) { o.meter.MeasureLaws(dst, o.columns(), nil) }

func (o overModes) numbers() [][]float64 { return o.columns() }

func (o overModes) adopt() { o.columnar.adopt() }

func (o overModes) populationRate(k int64) float64 { return o.stepper.populationRate(k, o.columns()) }

// populationRate is the learning rate of line search and Polyak, which follows
// from the population quantities of the iterate X_k.
func (st *stepper) populationRate(k int64, columns [][]float64) float64 {
	st.meter.MeasureLaws(st.moments, columns, nil)
	st.state = columns
	phase.Expectation.Enter()
	t := float64(k) / float64(st.shared.config.dim())
	return st.closure.Evaluate(st.coupling, st.moments.Laws, t, 0, st.gradientNorm2)
}

// measureGradient is ‖∇R‖² at the state.
func (st *stepper) measureGradient(gain *closure.Coupling) float64 {
	d := st.shared.config.Arrays.Dim
	total := 0.0
	for index := range parallel.Chunks(d) {
		lo, hi := parallel.Chunk(index, d)
		var sum kernels.Partial
		st.closure.MeanNorm2(gain, st.shared.config.Arrays.Spectra, st.state, st.shared.sources, lo, hi, &sum)
		total += sum.Sum()
	}
	return total / float64(d)
}
