package sgd

import (
	"context"
	"fmt"
	"math"
	"time"

	"anisgd/engine/closure"
	"anisgd/engine/model"
	"anisgd/engine/parallel"
	"anisgd/engine/rate"
	"anisgd/engine/statistic"
	"anisgd/kernels/memory"
)

// Simulate performs the runs of a configuration and evaluates every statistic
// at the output times from the iterate itself. Runs are spread over goroutines;
// the results do not depend on how. It returns the context's error if it is
// cancelled, after its state has been saved if there is a Saver.
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
	s, err := newSimulation(shared)
	if err != nil {
		return nil, err
	}
	defer s.close()
	if c.Saved != nil {
		if err := s.restore(c.Saved); err != nil {
			return nil, err
		}
	}
	s.began = begin
	if err := s.complete(ctx); err != nil {
		return nil, err
	}
	return s.result(), nil
}

// threadsOf is the share of a worker in all threads.
func threadsOf(worker, workers, threads int) int {
	share := threads / workers
	if worker < threads%workers {
		share++
	}
	return max(share, 1)
}

// maximalSteps is the number of steps up to which t·d counts them exactly.
const maximalSteps = 1 << 53

// shared is what all runs read: nothing in it changes during a simulation.
type shared struct {
	config     *Config
	rootDim    float64 // √d
	modes      *closure.Modes
	scales     [][]float64 // √λ for each spectrum; nil for a constant one
	constants  []float64   // √λ of constant spectra
	cumulative []float64   // p_0 + … + p_i
	outputs    []int64     // steps after which the output times come
	columns    []string
	priors     []float64
	measured   *statistic.Constants // that states are measured against
	means32    [][]float32          // the sources, in single precision only
	scales32   [][]float32          // the scales
	teacher32  [][]float32          // and the teacher
	draw       drawing
	silent     [][]bool    // per spectrum and normalsPerBlock modes: all eigenvalues are 0
	population bool        // the learning rate needs the population quantities of every iterate
	sources    [][]float64 // that drive the population gradient, for line search
}

func newShared(c *Config) (*shared, error) {
	s := &shared{config: c, rootDim: math.Sqrt(float64(c.dim())), modes: c.modes()}
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
		if c.Groups != nil {
			return nil, fmt.Errorf("sgd: single precision is for direct simulation")
		}
		for _, column := range c.Observables.Teacher {
			s.teacher32 = append(s.teacher32, narrow(column))
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
