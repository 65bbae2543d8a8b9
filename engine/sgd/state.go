package sgd

import (
	"time"

	"anisgd/engine/checkpoint"
	"anisgd/engine/problem"
)

// begun is a run that stands somewhere between its beginning and its end, away from any
// walker.
type begun struct {
	at          position
	accumulated float64     // AdaGrad-Norm's sum
	numbers     [][]float64 // of the iterate
}

// resume puts the walker where a run stands. Random numbers are addressed by run and
// step, so that they need no state.
func (w *walker) resume(run *begun) {
	w.begin(run.at.run)
	w.at = run.at
	w.steps.accumulated = run.accumulated
	for i, numbers := range w.iterate.numbers() {
		copy(numbers, run.numbers[i])
	}
	w.iterate.adopt()
}

// save writes the state of the simulation while all walkers pause.
func (s *simulation) save(w *checkpoint.Writer) {
	w.Section("sgd")
	w.Int(s.steps.Load())
	w.Int(int64(s.allElapsed()))
	estimates := s.allEstimates()
	w.Float(estimates.Expectation)
	w.Float(estimates.ClassificationError)
	w.Bool(s.earliest != nil)
	if s.earliest != nil {
		w.Int(int64(s.earliest.Run - s.shared.config.FirstRun))
		w.Int(s.stopAt.Load())
		w.Float(s.earliest.Risk)
	}
	w.Int(int64(s.next))
	for run, ended := range s.hasEnded[:s.next] {
		w.Bool(ended)
		if ended {
			w.Floats(s.values[run])
		}
	}
	for i := range s.waiting {
		s.saveRun(w, &s.waiting[i])
	}
	for _, walker := range s.walkers {
		if walker.busy {
			s.saveRun(w, &begun{walker.at, walker.steps.accumulated, walker.iterate.numbers()})
		}
	}
}

func (s *simulation) saveRun(w *checkpoint.Writer, run *begun) {
	w.Section("run")
	w.Int(int64(run.at.run))
	w.Int(run.at.step)
	w.Int(int64(run.at.row))
	w.Float(run.at.bound)
	w.Float(run.accumulated)
	w.Floats(s.values[run.at.run][:run.at.row*len(s.shared.columns)])
	for _, numbers := range run.numbers {
		w.Floats(numbers)
	}
}

// restore reads what save wrote, for the same configuration.
func (s *simulation) restore(r *checkpoint.Reader) error {
	c := s.shared.config
	r.Section("sgd")
	s.steps.Store(r.Int())
	s.elapsed = time.Duration(r.Int())
	s.estimates = problem.Estimates{Expectation: r.Float(), ClassificationError: r.Float()}
	if r.Bool() {
		run, step := r.Count(c.Runs), r.Int()
		s.note(run, step, r.Float())
	}
	s.next = r.Count(c.Runs + 1)
	unfinished := 0
	for run := range s.next {
		if s.hasEnded[run] = r.Bool(); s.hasEnded[run] {
			r.Floats(s.values[run])
		} else {
			unfinished++
		}
	}
	for range unfinished {
		s.restoreRun(r)
	}
	if err := r.Err(); err != nil {
		return err
	}
	if c.Resumed != nil {
		c.Resumed(s.standing(unfinished))
	}
	if c.Progress != nil {
		c.Progress(s.steps.Load())
	}
	return nil
}

func (s *simulation) restoreRun(r *checkpoint.Reader) {
	r.Section("run")
	run := begun{at: position{run: r.Count(s.next), step: r.Int(), row: r.Count(len(s.shared.outputs)), bound: r.Float()}}
	run.accumulated = r.Float()
	r.Floats(s.values[run.at.run][:run.at.row*len(s.shared.columns)])
	for _, numbers := range s.walkers[0].iterate.numbers() {
		saved := r.NewFloats()
		if r.Err() == nil && len(saved) != len(numbers) {
			r.Fail("a state of %d numbers where %d were expected", len(saved), len(numbers))
		}
		run.numbers = append(run.numbers, saved)
	}
	s.waiting = append(s.waiting, run)
}

// standing is how far the simulation had come with the given number of unfinished runs
// that it was restored from.
func (s *simulation) standing(unfinished int) Standing {
	c := s.shared.config
	standing := Standing{Runs: c.Runs, Begun: s.next, Ended: s.next - unfinished, Time: c.Times[len(c.Times)-1]}
	for _, run := range s.waiting {
		standing.Time = min(standing.Time, float64(run.at.step)/float64(c.dim()))
	}
	return standing
}
