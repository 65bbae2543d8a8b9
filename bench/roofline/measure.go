package roofline

import (
	"math"
	"runtime"
	"time"

	"anisgd/bench/machine"
	"anisgd/kernels/cpu"
)

// Effort says how long to measure: every time is the least of some rounds, each at
// least a slice long.
type Effort struct {
	Rounds int
	Slice  time.Duration
}

// Point is what was measured of one kernel at one level, in ns per element.
type Point struct {
	Kernel      *Kernel
	Level       machine.Level
	Elements    int
	Naive       float64
	Paths       []float64 // in the order of the paths measured
	Allocations int
}

// Fastest is the time of the fastest path.
func (p *Point) Fastest() float64 {
	fastest := math.Inf(1)
	for _, t := range p.Paths {
		fastest = min(fastest, t)
	}
	return fastest
}

// Bound is the least time of an element on a machine with such rates, in ns, and the
// resource that sets it.
func (p *Point) Bound(r *machine.Rates) (ns float64, resource machine.Bound) {
	w := p.Kernel.Work(p.Elements)
	w.Footprint = float64(p.Level.Footprint) // a kernel may have arrays of its own beside
	b := r.Bound(w)
	return b.Seconds * 1e9 / float64(p.Elements), b
}

// Measure times a kernel at a level. It takes turns among the variants, so that all of
// them see the same machine.
func (e Effort) Measure(k *Kernel, l machine.Level, paths []cpu.Path) Point {
	n := max(l.Footprint/(8*k.Count)/Block, 1) * Block
	call, naive := k.Prepare(machine.Arrays(k.Count, n))
	p := Point{Kernel: k, Level: l, Elements: n, Naive: math.Inf(1), Paths: make([]float64, len(paths))}
	for i := range p.Paths {
		p.Paths[i] = math.Inf(1)
	}
	watch := machine.Stopwatch{Slice: e.Slice}
	once := func(f func()) float64 {
		elapsed, calls := watch.Time(f)
		return float64(elapsed.Nanoseconds()) / float64(calls) / float64(n)
	}
	for range e.Rounds {
		p.Naive = min(p.Naive, once(naive))
		for i, path := range paths {
			restore := cpu.Override(path)
			p.Paths[i] = min(p.Paths[i], once(call))
			restore()
		}
	}
	p.Allocations = allocations(call)
	return p
}

// allocations is how often a call allocates on average, rounded down: what goes on
// beside it now and then does not count.
func allocations(call func()) int {
	const calls = 10
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range calls {
		call()
	}
	runtime.ReadMemStats(&after)
	return int(after.Mallocs-before.Mallocs) / calls
}

// Rates measures what this machine reaches on the fastest of some paths.
func (e Effort) Rates(levels []machine.Level, paths []cpu.Path) *machine.Rates {
	rates := machine.NewRates(levels)
	for _, probe := range machine.Probes(levels) {
		call := probe.Prepare()
		watch := machine.Stopwatch{Slice: e.Slice}
		best := 0.0
		for range e.Rounds {
			for _, path := range paths {
				restore := cpu.Override(path)
				elapsed, calls := watch.Time(call)
				best = max(best, probe.Amount*float64(calls)/elapsed.Seconds())
				restore()
			}
		}
		probe.Set(&rates, best)
	}
	return &rates
}
