package sgd

import (
	"context"
	"fmt"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"anisgd/engine/closure"
	"anisgd/engine/model"
	"anisgd/engine/parallel"
	"anisgd/engine/problem"
	"anisgd/engine/rate"
	"anisgd/engine/statistic"
	"anisgd/kernels/memory"
)

// Simulate performs the runs of a configuration and evaluates every statistic
// at the output times from the iterate itself. Runs are spread over goroutines;
// the results do not depend on how. It returns the context's error if it is
// cancelled.
//
// Cost of direct simulation: round(t_end·d)·d normals a run and 4dℓ floating point operations a step
// for ℓ outputs. Memory beside the arrays of the model and one array of standard
// deviations per spectrum, for each goroutine: 16·d bytes for one output (40·d
// from d = modesAhead on), 8·d·(ℓ + lookAheadOf(ℓ)) for more. Grouped
// simulation draws some normals for every block in a step instead, and needs memory for
// a few numbers for every block.
func Simulate(ctx context.Context, c *Config) (*Result, error) {
	if c.Runs < 1 || len(c.Times) == 0 {
		return nil, fmt.Errorf("sgd: %d runs at %d times: at least one of each is needed", c.Runs, len(c.Times))
	}
	if c.FirstRun < 0 || int64(c.FirstRun)+int64(c.Runs) > math.MaxUint32 {
		return nil, fmt.Errorf("sgd: %d runs from number %d on: their numbers must be from 0 to 2^32 − 1", c.Runs, c.FirstRun)
	}
	if last := c.Times[len(c.Times)-1] * float64(c.dim()); !(last <= maximalSteps) {
		return nil, fmt.Errorf("sgd: %.3g steps to t = %g at d = %d: at most 2^53 can be counted", last, c.Times[len(c.Times)-1], c.dim())
	}
	begin := time.Now()
	shared, err := newShared(c)
	if err != nil {
		return nil, err
	}
	columns := len(shared.columns)
	result := &Result{}
	result.Ensemble = statistic.Ensemble{Columns: shared.columns, Times: c.Times, Runs: make([][][]float64, c.Runs)}
	for r := range result.Ensemble.Runs {
		result.Ensemble.Runs[r] = newRows(len(c.Times), columns)
	}

	workers := min(max(c.Threads, 1), c.Runs)
	pool := parallel.NewPool(workers)
	defer pool.Close()
	walkers := make(chan *walker, workers)
	for n := range workers {
		// Threads that runs leave over share the modes within runs.
		w, err := newWalker(shared, threadsOf(n, workers, c.Threads))
		if err != nil {
			return nil, err
		}
		defer w.close()
		walkers <- w
	}
	var (
		lock     sync.Mutex
		earliest *statistic.Divergence
		stopAt   atomic.Int64 // no run needs to go beyond the first step at which one diverged
		steps    atomic.Int64
	)
	stopAt.Store(math.MaxInt64)
	pool.Each(c.Runs, func(run int) {
		w := <-walkers
		defer func() { walkers <- w }()
		divergedAt, risk := w.walk(ctx, uint32(c.FirstRun+run), result.Ensemble.Runs[run], &stopAt, &steps)
		if divergedAt < 0 {
			return
		}
		lock.Lock()
		defer lock.Unlock()
		d := &statistic.Divergence{Time: float64(divergedAt) / float64(c.dim()), Risk: risk, Run: c.FirstRun + run}
		if earliest == nil || d.Time < earliest.Time || d.Time == earliest.Time && d.Run < earliest.Run {
			earliest = d
			stopAt.Store(divergedAt)
		}
	})
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	result.Divergence = earliest
	if earliest != nil {
		result.Ensemble.Times = c.Times[:shared.outputsBefore(stopAt.Load())]
		for r, rows := range result.Ensemble.Runs {
			result.Ensemble.Runs[r] = rows[:len(result.Ensemble.Times)]
		}
	}
	for range workers {
		w := <-walkers
		result.Estimates = result.Estimates.Largest(problem.EstimatesOf(w.table.Evaluator())).Largest(w.steps.closure.Estimates())
	}
	result.Steps = steps.Load()
	result.Elapsed = time.Since(begin)
	return result, nil
}

// threadsOf is the share of a worker in all threads.
func threadsOf(worker, workers, threads int) int {
	share := threads / workers
	if worker < threads%workers {
		share++
	}
	return max(share, 1)
}

func newRows(times, columns int) [][]float64 {
	rows := make([][]float64, times)
	values := make([]float64, times*columns)
	for k := range rows {
		rows[k] = values[k*columns : (k+1)*columns : (k+1)*columns]
	}
	return rows
}

// maximalSteps is the number of steps up to which t·d counts them exactly.
const maximalSteps = 1 << 53

// shared is what all runs read: nothing in it changes during a simulation.
type shared struct {
	config     *Config
	modes      *closure.Modes
	scales     [][]float64 // √λ for each spectrum; nil for a constant one
	constants  []float64   // √λ of constant spectra
	cumulative []float64   // p_0 + … + p_i
	outputs    []int64     // steps after which the output times come
	columns    []string
	priors     []float64
	measured   *statistic.Constants // that states are measured against
	means32    [][]float32          // the sources, in single precision only
	scales32   [][]float32          // and the scales
	draw       drawing
	silent     [][]bool    // per spectrum and normalsPerBlock modes: all eigenvalues are 0
	population bool        // the learning rate needs the population quantities of every iterate
	sources    [][]float64 // that drive the population gradient, for line search
}

func newShared(c *Config) (*shared, error) {
	s := &shared{config: c, modes: c.modes()}
	// Whether there is a closure is known before any run starts.
	if _, err := closure.New(s.modes, c.Problem, c.Rate, c.Ridge); err != nil {
		return nil, err
	}
	var err error
	if s.draw, err = drawingOf(c.Noise, c.Precision); err != nil {
		return nil, err
	}
	switch c.Rate.(type) {
	case rate.LineSearch:
		s.population = true
		if c.Groups != nil {
			break
		}
		s.sources = closure.ModeSources(c.Arrays, c.Observables.Teacher)
	case rate.Polyak:
		s.population = true
	}
	for _, spectrum := range c.spectra() {
		s.silent = append(s.silent, silentBlocks(spectrum.Values))
		if spectrum.Constant {
			s.scales = append(s.scales, nil)
			s.constants = append(s.constants, math.Sqrt(spectrum.Values[0]))
			continue
		}
		scale := memory.FloatsWithRoom(len(spectrum.Values), model.Padded(len(spectrum.Values)))
		for i, v := range spectrum.Values {
			scale[i] = math.Sqrt(v)
		}
		s.scales = append(s.scales, scale)
		s.constants = append(s.constants, 0)
	}
	if c.Precision == Single {
		if c.Problem.Outputs() > 1 || c.Groups != nil {
			return nil, fmt.Errorf("sgd: single precision is for one output, simulated directly")
		}
		for _, source := range c.Arrays.Sources {
			s.means32 = append(s.means32, narrow(source))
		}
		for _, scale := range s.scales {
			s.scales32 = append(s.scales32, narrow(scale))
		}
	}
	total := 0.0
	for _, class := range s.modes.Classes {
		total += class.Prior
		s.cumulative = append(s.cumulative, total)
		s.priors = append(s.priors, class.Prior)
	}
	for _, t := range c.Times {
		s.outputs = append(s.outputs, StepsAt(t, c.dim()))
	}
	if c.Groups != nil {
		s.measured = c.Groups.constants(c.Problem.Outputs(), &c.Observables)
	} else {
		pool := parallel.NewPool(1)
		defer pool.Close()
		s.measured = statistic.NewMeter(c.Arrays, c.Problem.Outputs(), c.Observables, pool).Constants
	}
	table, err := statistic.NewTable(c.Problem, s.measured, c.Selection)
	if err != nil {
		return nil, err
	}
	s.columns = table.Columns()
	return s, nil
}

// class is the class drawn by a uniform number in (0, 1).
func (s *shared) class(uniform float64) int {
	last := 0
	for i, total := range s.cumulative {
		if s.priors[i] == 0 {
			continue
		}
		if uniform < total {
			return i
		}
		last = i // the priors may sum to a little less than one
	}
	return last
}

// outputsBefore is the number of output times whose iterate comes before the
// given step's.
func (s *shared) outputsBefore(step int64) int {
	n := 0
	for n < len(s.outputs) && s.outputs[n] < step {
		n++
	}
	return n
}
