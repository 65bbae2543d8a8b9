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

// resume gives the walker a run that was kept.
func (w *walker) resume(run *begun) {
	w.place(run.at, run.accumulated)
	for i, numbers := range w.iterate.numbers() {
		copy(numbers, run.numbers[i])
	}
	w.iterate.adopt()
}

// place puts the walker where a run stands, but for the numbers of its iterate. Random
// numbers are addressed by run and step, so that they need no state.
func (w *walker) place(at position, accumulated float64) {
	w.begin(at.run)
	w.at = at
	w.steps.accumulated = accumulated
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

// restoreRun gives a run to a walker that is free, and where there is none keeps it for
// later.
func (s *simulation) restoreRun(r *checkpoint.Reader) {
	r.Section("run")
	at := position{run: r.Count(s.next), step: r.Int(), row: r.Count(len(s.shared.outputs)), bound: r.Float()}
	accumulated := r.Float()
	r.Floats(s.values[at.run][:at.row*len(s.shared.columns)])
	if r.Err() != nil {
		return
	}
	for _, w := range s.walkers {
		if !w.busy {
			w.place(at, accumulated)
			for _, numbers := range w.iterate.numbers() {
				r.Floats(numbers)
			}
			w.iterate.adopt()
			return
		}
	}
	run := begun{at: at, accumulated: accumulated}
	for _, numbers := range s.walkers[0].iterate.numbers() {
		saved := make([]float64, len(numbers))
		r.Floats(saved)
		run.numbers = append(run.numbers, saved)
	}
	s.waiting = append(s.waiting, run)
}

// standing is how far the simulation had come with the given number of unfinished runs
// that it was restored from.
func (s *simulation) standing(unfinished int) Standing {
	c := s.shared.config
	standing := Standing{Runs: c.Runs, Begun: s.next, Ended: s.next - unfinished, Time: c.Times[len(c.Times)-1]}
	for _, w := range s.walkers {
		if w.busy {
			standing.Time = min(standing.Time, float64(w.at.step)/float64(c.dim()))
		}
	}
	for _, run := range s.waiting {
		standing.Time = min(standing.Time, float64(run.at.step)/float64(c.dim()))
	}
	return standing
}
