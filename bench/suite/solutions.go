package suite

import (
	"context"
	"errors"

	"anisgd/bench/machine"
	"anisgd/bench/roofline"
	"anisgd/engine/limit"
	"anisgd/engine/model"
	"anisgd/engine/parallel"
	"anisgd/engine/problem"
	"anisgd/engine/rate"
	"anisgd/engine/spectrum"
)

const (
	solvedRate      = 0.7
	solvedEnd       = 50
	relativeOfModes = 1e-6 // of solutions over all modes
	relativeOfNodes = 1e-8
	longEnd         = 1e14
	// fullSteps are those of dopri5 over all modes, on every path and at every dimension
	// of the suite, none of them rejected.
	fullSteps = 22
)

// solutions are whole solutions of the limit of binary logistic regression with two
// power laws: over all modes, on nodes with their set-up, and to long times.
func solutions() []*Case {
	var list []*Case
	for _, d := range []int64{1e4, 1e5, 1e6} {
		list = append(list, fullSolution(d, false))
	}
	list = append(list, fullSolution(1e6, true))
	drawn := model.NormalVector{Norm: 1, Seed: 1}
	return append(list,
		nodeSolution("mean=closed/"+dim(1e6)+"/t=50", 1e6, smoothMean, false, "dopri5", solvedEnd),
		nodeSolution("mean=closed/"+dim(1e12)+"/t=50", 1e12, smoothMean, false, "dopri5", solvedEnd),
		nodeSolution("mean=drawn/"+dim(1e5)+"/t=50", 1e5, drawn, false, "dopri5", solvedEnd),
		nodeSolution("mean=closed/d=inf/t=1e14", 1e15, smoothMean, true, "radau9", longEnd),
	)
}

func fullSolution(d int64, allThreads bool) *Case {
	name, work := "Solve/method=dopri5/"+dim(d), roofline.Dopri5Steps(fullSteps, float64(d))
	if allThreads {
		name += "/threads=all"
		work = machine.Work{} // the roofs are of one core
	}
	return &Case{
		Name: name, Elements: float64(d), Unit: "mode", Work: work, Memory: 160 * float64(d), Large: d >= largeDim,
		prepare: func(threads int) (instance, error) {
			if !allThreads {
				threads = 1
			}
			arrays, err := powerLaws(d).Materialize()
			if err != nil {
				return nil, err
			}
			return newSolving(func() (*limit.Config, error) {
				return fullConfig(arrays, threads), nil
			}), nil
		},
	}
}

func fullConfig(arrays *model.Arrays, threads int) *limit.Config {
	return solvedConfig(&limit.Config{
		Arrays: arrays, Method: "dopri5", RelativeTolerance: relativeOfModes, AbsoluteTolerance: 1e-9, Threads: threads,
	}, solvedEnd)
}

// nodeSolution finds the nodes of a spectrum and solves on them.
func nodeSolution(name string, d int64, mean model.Vector, continuum bool, method string, end float64) *Case {
	return &Case{
		Name: "SolveNodes/method=" + method + "/" + name,
		prepare: func(int) (instance, error) {
			m := powerLaws(d)
			m.Classes[0].Mean, m.Classes[1].Mean = mean, model.Scaled{Of: mean, By: -1}
			description := &spectrum.Description{Model: m, Continuum: continuum, Horizon: solvedRate * end}
			return newSolving(func() (*limit.Config, error) {
				pool := parallel.NewPool(1)
				defer pool.Close()
				nodes, _ := spectrum.Of(description, pool)
				if nodes == nil {
					return nil, errors.New("the spectrum has no nodes")
				}
				return solvedConfig(&limit.Config{
					Nodes: nodes, Method: method, RelativeTolerance: relativeOfNodes, AbsoluteTolerance: 1e-12, Threads: 1,
				}, end), nil
			}), nil
		},
	}
}

func solvedConfig(c *limit.Config, end float64) *limit.Config {
	c.Problem, c.Rate, c.Times = problem.Logistic{Labels: []float64{1, -1}}, rate.Constant(solvedRate), []float64{end}
	return c
}

// solving is an instance that solves limits, each made anew.
type solving struct {
	loop
	err error
}

func newSolving(config func() (*limit.Config, error)) *solving {
	s := &solving{}
	solve := func() []float64 {
		c, err := config()
		if err != nil {
			s.err = err
			return nil
		}
		result, err := limit.Solve(context.Background(), c)
		switch {
		case err != nil:
			s.err = err
			return nil
		case result.Divergence != nil || result.Stop != nil:
			s.err = errors.New("the limit was not solved to its end")
			return nil
		}
		return result.Series.Values("risk")
	}
	s.call = func() { solve() }
	s.results = solve
	s.watch = machine.Stopwatch{}
	return s
}

func (s *solving) checksum() (uint64, bool, error) {
	sum, known, _ := s.loop.checksum()
	return sum, known && s.err == nil, s.err
}
