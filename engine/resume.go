package engine

import (
	"fmt"
	"time"

	"anisgd/engine/checkpoint"
	"anisgd/engine/internal/numerics"
	"anisgd/engine/limit"
	"anisgd/engine/sgd"
)

// The parts of Run, by which a checkpoint says where it stands.
const (
	InLimit      = "limit"
	InSimulation = "simulate"
	Complete     = "complete" // nothing is left to do
)

// CheckpointKey is the key of a checkpoint for an experiment with options: it stands for
// the version of the numbers, the parts that are run, and the parts given by the caller,
// which must stand for the experiment: its resolved text and its array files.
func CheckpointKey(options *Options, parts ...[]byte) checkpoint.Key {
	what := fmt.Sprintf("numbers %d, simulate %t from %d, limit %t", numerics.Version, options.Simulate, options.FirstRun, options.Limit)
	return checkpoint.KeyOf(append([][]byte{[]byte(what)}, parts...)...)
}

// Resumption is what Run goes on from.
type Resumption struct {
	Phase string    // InLimit, InSimulation or Complete
	Saved time.Time // when the state was saved
	// Time is the t that the limit has reached, or the least of the runs of SGD that
	// have begun and not ended.
	Time float64
	Runs sgd.Standing // of SGD
}

// Save saves an outcome as it is, so that Run returns it again at once.
func (o *Outcome) Save(file *checkpoint.File) {
	o.saver(file, Complete).Save(func(*checkpoint.Writer) {})
}

// saver saves a part of Run with what was found before it.
func (o *Outcome) saver(file *checkpoint.File, phase string) checkpoint.Saver {
	return checkpoint.After(file, func(w *checkpoint.Writer) {
		w.Section("run")
		w.Text(phase)
		w.Bool(o.Limit != nil)
		if o.Limit != nil {
			o.Limit.Save(w)
		}
		w.Bool(o.SGD != nil)
		if o.SGD != nil {
			o.SGD.Save(w)
		}
	})
}

// saver is that of a part of Run, nil without a checkpoint.
func (o *Options) saver(phase string, outcome *Outcome) checkpoint.Saver {
	if o.Checkpoint == nil {
		return nil
	}
	return outcome.saver(o.Checkpoint, phase)
}

// resumed ends the reading of a checkpoint and tells what it held.
func (o *Options) resumed(from *saved, r Resumption) {
	from.close()
	if o.Resumed != nil {
		r.Phase, r.Saved = from.phase, from.state.Time
		o.Resumed(r)
	}
}

// saved is what a checkpoint holds; the zero value for none.
type saved struct {
	phase string
	limit *limit.Result
	sgd   *sgd.Result
	state *checkpoint.Saved // of the part that was not complete; nil without a checkpoint
}

// recall reads what is saved, but for the state of the part that is not complete.
func recall(options *Options) (*saved, error) {
	s := &saved{}
	if options.Checkpoint == nil || options.Fresh {
		return s, nil
	}
	if s.state = options.Checkpoint.Recall(); s.state == nil {
		return s, nil
	}
	r := s.state.Reader
	r.Section("run")
	s.phase = r.Text()
	var err error
	if r.Bool() {
		s.limit, err = limit.RestoreResult(r)
	}
	if err == nil && r.Bool() {
		s.sgd, err = sgd.RestoreResult(r)
	}
	if err == nil {
		err = r.Err()
	}
	if err != nil {
		s.close()
		return nil, s.explain(err)
	}
	if s.phase == Complete {
		options.resumed(s, Resumption{})
	}
	return s, nil
}

// of is the state of a part of Run, nil if it is to begin at its beginning.
func (s *saved) of(phase string) *checkpoint.Reader {
	if s.state == nil || s.phase != phase {
		return nil
	}
	return s.state.Reader
}

// explain names the checkpoint where an error came from reading it.
func (s *saved) explain(err error) error {
	if s.state != nil && s.state.Err() != nil {
		return fmt.Errorf("the checkpoint cannot be read: %w", err)
	}
	return err
}

func (s *saved) close() {
	if s.state != nil {
		s.state.Close() // of a file that was only read, and perhaps for the second time
	}
}
