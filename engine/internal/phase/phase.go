// Package phase labels what the engine is doing at a moment, for CPU profiles: the
// samples of a profile then carry phase, model and kernel path, by which
// `go tool pprof -tagfocus` and its flame graphs split the time. Without a profile
// entering a phase costs a load and a comparison.
package phase

import (
	"context"
	"runtime/pprof"
	"sync/atomic"

	"anisgd/kernels/cpu"
)

// Phase is a kind of work.
type Phase uint8

const (
	Sample      Phase = iota // random numbers are drawn
	Dot                      // products of samples with the state and each other
	Update                   // the state is updated; where the sweep is merged with it, also the product with the next sample
	Expectation              // Gaussian expectations, gradients and learning rates, from a few numbers
	Reduce                   // partial sums are added up
	Output                   // statistics of a row
	count
)

var names = [count]string{"sample", "dot", "update", "expectation", "reduce", "output"}

// String is the phase's label.
func (p Phase) String() string { return names[p] }

// labels are those of every phase, made before a profile; nil if there is none.
var labels atomic.Pointer[[count]context.Context]

// Profile begins to label goroutines that enter phases, with the name of a model and the
// selected kernel path beside; it may be called again for another model. The
// result ends it.
func Profile(model string) (end func()) {
	var all [count]context.Context
	for p := range count {
		all[p] = pprof.WithLabels(context.Background(),
			pprof.Labels("phase", p.String(), "model", model, "path", cpu.Selected().String()))
	}
	labels.Store(&all)
	return func() {
		labels.Store(nil)
		pprof.SetGoroutineLabels(context.Background())
	}
}

// Enter labels the goroutine, until it enters another phase.
func (p Phase) Enter() {
	if all := labels.Load(); all != nil {
		pprof.SetGoroutineLabels(all[p])
	}
}
