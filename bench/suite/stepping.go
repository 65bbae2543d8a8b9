package suite

import (
	"context"
	"errors"
	"sync"
	"time"

	"anisgd/engine/sgd"
)

// stepping is an instance that performs steps of SGD. A simulation runs on a goroutine
// of its own and stops between batches, at its reports of progress: so a batch is
// steps alone, without what a simulation does before its first, and one simulation
// serves all kernel paths in turn.
type stepping struct {
	config *sgd.Config
	dim    float64
	// short is how many steps the checksum is of.
	short int64

	once   sync.Once
	cancel context.CancelFunc
	resume chan struct{}
	ticks  chan tick
	ended  chan error
}

// tick is a report of progress: so many steps, in so much time.
type tick struct {
	steps   int64
	elapsed time.Duration
}

// endlessSteps are more than any benchmark performs.
const endlessSteps = 1 << 45

func newStepping(config *sgd.Config, dim, short int64) *stepping {
	return &stepping{config: config, dim: float64(dim), short: short, resume: make(chan struct{}), ticks: make(chan tick), ended: make(chan error, 1)}
}

// checksum is that of all statistics at the start and after some steps.
func (s *stepping) checksum() (uint64, bool, error) {
	config := *s.config
	config.Times = []float64{0, float64(s.short) / s.dim}
	result, err := sgd.Simulate(context.Background(), &config)
	if err != nil {
		return 0, false, err
	}
	if result.Divergence != nil {
		return 0, false, errors.New("the simulation diverged")
	}
	var values []float64
	for _, row := range result.Ensemble.Runs[0] {
		values = append(values, row...)
	}
	return sumOf(values...), true, nil
}

func (s *stepping) begin() {
	ctx, cancel := context.WithCancel(context.Background())
	s.cancel = cancel
	config := *s.config
	config.Times = []float64{0, endlessSteps / s.dim}
	var began time.Time
	config.Progress = func(steps int64) {
		elapsed := time.Since(began) // of no meaning at the first report
		select {
		case s.ticks <- tick{steps, elapsed}:
		case <-ctx.Done():
			return
		}
		select {
		case <-s.resume:
		case <-ctx.Done():
		}
		began = time.Now()
	}
	go func() {
		_, err := sgd.Simulate(ctx, &config)
		s.ended <- err
	}()
	<-s.ticks // up to here it was made ready
}

func (s *stepping) batch(slice time.Duration) (elapsed time.Duration, operations int) {
	s.once.Do(s.begin)
	for elapsed < slice {
		s.resume <- struct{}{}
		t := <-s.ticks
		elapsed += t.elapsed
		operations += int(t.steps)
	}
	return elapsed, operations
}

func (s *stepping) close() {
	if s.cancel != nil {
		s.cancel()
		<-s.ended
	}
}
