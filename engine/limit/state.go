package limit

import (
	"math"
	"time"

	"anisgd/engine/checkpoint"
	"anisgd/engine/ode"
	"anisgd/engine/problem"
	"anisgd/engine/statistic"
)

// save writes what was found so far; elapsed is the time spent since the solution was
// begun or restored.
func (s *solver) save(w *checkpoint.Writer, elapsed time.Duration) {
	w.Section("limit")
	r := s.result
	r.Estimates, r.Elapsed = s.allEstimates(), r.Elapsed+elapsed
	r.saveFound(w)
	w.Float(s.stepStart)
}

// restore reads what save wrote. Errors are left with the reader.
func (s *solver) restore(r *checkpoint.Reader) {
	r.Section("limit")
	s.result.restoreFound(r)
	s.stepStart = r.Float()
}

// allEstimates are those of all integrals so far.
func (s *solver) allEstimates() problem.Estimates {
	return s.result.Estimates.Largest(s.closure.Estimates()).Largest(problem.EstimatesOf(s.table.Evaluator()))
}

// saveFound writes what an integration adds up.
func (r *Result) saveFound(w *checkpoint.Writer) {
	w.Int(int64(len(r.Series.Columns)))
	w.Int(int64(len(r.Series.Rows)))
	for _, row := range r.Series.Rows {
		w.Floats(row)
	}
	w.Int(int64(len(r.Events)))
	for _, event := range r.Events {
		w.Text(event.Name)
		w.Float(event.Time)
	}
	w.Float(r.CompressionError)
	w.Float(r.Estimates.Expectation)
	w.Float(r.Estimates.ClassificationError)
	w.Int(int64(r.Elapsed))
}

func (r *Result) restoreFound(from *checkpoint.Reader) {
	if n := from.Int(); from.Err() == nil && n != int64(len(r.Series.Columns)) {
		from.Fail("%d statistics where %d were expected", n, len(r.Series.Columns))
	}
	r.Series.Rows = nil
	for range from.Count(math.MaxInt) {
		if from.Err() != nil {
			return
		}
		row := make([]float64, len(r.Series.Columns))
		from.Floats(row)
		r.Series.Rows = append(r.Series.Rows, row)
	}
	for range from.Count(math.MaxInt) {
		if from.Err() != nil {
			return
		}
		r.Events = append(r.Events, Event{Name: from.Text(), Time: from.Float()})
	}
	r.CompressionError = from.Float()
	r.Estimates = problem.Estimates{Expectation: from.Float(), ClassificationError: from.Float()}
	r.Elapsed = time.Duration(from.Int())
}

// Save writes a whole result.
func (r *Result) Save(w *checkpoint.Writer) {
	w.Section("limit found")
	w.Int(int64(len(r.Series.Columns)))
	for _, name := range r.Series.Columns {
		w.Text(name)
	}
	w.Floats(r.Series.Times)
	r.saveFound(w)
	w.Bool(r.Divergence != nil)
	if d := r.Divergence; d != nil {
		w.Float(d.Time)
		w.Float(d.Risk)
	}
	w.Bool(r.Stop != nil)
	if s := r.Stop; s != nil {
		w.Text(s.Method)
		w.Float(s.Time)
		w.Int(int64(s.Steps))
		w.Int(int64(s.Reason))
	}
	w.Text(r.Method)
	w.Text(r.Spectrum)
	for _, n := range []int{r.Nodes, r.Steps, r.Rejected, r.Evaluations} {
		w.Int(int64(n))
	}
}

// RestoreResult reads what Save wrote.
func RestoreResult(from *checkpoint.Reader) (*Result, error) {
	r := &Result{}
	from.Section("limit found")
	for range from.Count(math.MaxInt) {
		if from.Err() != nil {
			return nil, from.Err()
		}
		r.Series.Columns = append(r.Series.Columns, from.Text())
	}
	r.Series.Times = from.NewFloats()
	r.restoreFound(from)
	if from.Bool() {
		r.Divergence = &statistic.Divergence{Time: from.Float(), Risk: from.Float(), Run: -1}
	}
	if from.Bool() {
		r.Stop = &Stop{Method: from.Text(), Time: from.Float(), Steps: from.Count(math.MaxInt), Reason: ode.Reason(from.Count(256))}
	}
	r.Method, r.Spectrum = from.Text(), from.Text()
	for _, n := range []*int{&r.Nodes, &r.Steps, &r.Rejected, &r.Evaluations} {
		*n = from.Count(math.MaxInt)
	}
	return r, from.Err()
}

// Save implements ode.Stepper.
func (s *fused) Save(w *checkpoint.Writer) {
	w.Section("fused")
	w.Float(s.t)
	w.Int(int64(s.evaluations))
	w.Floats(s.y)
	w.Floats(s.c)
	w.Float(s.accumulated.value)
	w.Float(s.accumulated.first)
	w.Float(s.first.Decay)
	w.Bool(s.departure.known)
	for _, list := range s.lists() {
		w.Floats(list)
	}
}

// Restore implements ode.Stepper. There is no dense output of the last step.
func (s *fused) Restore(r *checkpoint.Reader) {
	r.Section("fused")
	s.t, s.evaluations = r.Float(), r.Count(math.MaxInt)
	r.Floats(s.y)
	r.Floats(s.c)
	s.accumulated.value, s.accumulated.first = r.Float(), r.Float()
	s.first.Decay = r.Float()
	s.departure.known = r.Bool()
	for _, list := range s.lists() {
		r.Floats(list)
	}
}

// lists are what is known of the slope at the current state.
func (s *fused) lists() [][]float64 {
	p := &s.departure
	return [][]float64{s.first.Rate, s.first.Noise, s.first.Drive, p.linear, p.quadratic, p.slope, p.cross, p.square}
}

// stagePoint is a stage of a step.
type stagePoint struct {
	time  float64
	state []float64
}

// Save implements ode.StageSolver. The Jacobian is made again from where it was made
// before.
func (s *stages) Save(w *checkpoint.Writer) {
	w.Section("stages")
	w.Bool(s.asked)
	w.Float(s.linearizedStep)
	w.Float(s.linearizedAt.time)
	w.Floats(s.linearizedAt.state)
	w.Float(s.past.start)
	w.Float(s.past.size)
	w.Bool(s.past.repeats)
	for i := range ode.RadauStages {
		w.Floats(s.past.values[i])
		w.Floats(s.past.surprise[i])
	}
}

// Restore implements ode.StageSolver.
func (s *stages) Restore(r *checkpoint.Reader) {
	r.Section("stages")
	s.asked = r.Bool()
	s.linearizedStep, s.linearizedAt.time = r.Float(), r.Float()
	r.Floats(s.linearizedAt.state)
	s.past.start, s.past.size, s.past.repeats = r.Float(), r.Float(), r.Bool()
	for i := range ode.RadauStages {
		r.Floats(s.past.values[i])
		r.Floats(s.past.surprise[i])
	}
	if s.linearizedStep > 0 && r.Err() == nil {
		s.makeJacobian(s.linearizedStep)
	}
}
