package suite

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"time"

	"golang.org/x/perf/benchmath"

	"anisgd/bench/machine"
	"anisgd/kernels/cpu"
)

// Options say what to measure and for how long.
type Options struct {
	Paths   []cpu.Path
	Threads int                    // of the cases that take all
	Wanted  func(name string) bool // which cases; nil for all
	Quick   bool                   // leaves the large cases out, and is content with few repetitions
	// Budget is how much time the whole may take, about; every case is measured with the
	// fewest repetitions that give an interval, whatever it is.
	Budget time.Duration
	Slice  time.Duration // that a repetition takes at least; 0 for DefaultSlice
	Memory float64       // bytes that there are, 0 if unknown; cases that need most of them are left out
	// Begun is told of every case and the part of the whole before it.
	Begun func(name string, fraction float64)
	// Measured is given every result as soon as it is there, and again, with all samples so
	// far, in every lap.
	Measured func(Result) error
}

// Result is what was measured of one case on one path.
type Result struct {
	Case     *Case
	Path     cpu.Path
	Samples  []Sample
	Checksum uint64
	// HasChecksum is false for probes and passes.
	HasChecksum bool
	// Memory is how many bytes the case holds while it runs, its inputs among them, once
	// what was needed to make it ready has been given back.
	Memory float64
}

// Sample is one repetition.
type Sample struct {
	Operations int
	Seconds    float64 // an operation
}

// Skipped is a case left out, and why.
type Skipped struct{ Name, Reason string }

const (
	confidence = 0.95
	// precise is the half width of the confidence interval of the median, relative to it,
	// at which a case is repeated no more.
	precise = 0.01
	// fewest repetitions give an interval at that confidence, and at the 97.5 % of the
	// ratio of two.
	fewest = 7
	most   = 60
	// laps are how often the whole suite is gone through: neighbours on the caches and the
	// memory come and go in seconds, so that repetitions at one time agree with each other
	// more than with those of another.
	laps      = 4
	quickLaps = 2
)

// DefaultSlice is how long a repetition takes at least: long beside the clock's
// resolution and an interrupt, short beside what disturbs a machine.
const DefaultSlice = 4 * time.Millisecond

// probeSlice is that of probes, at most.
const probeSlice = 300 * time.Microsecond

// Run measures the cases on every path in turn, so that all of them see the same
// machine, in several laps, until their medians are known well enough or the budget is spent. It returns
// the cases left out. On cancellation it returns the context's error, after the results
// so far were given to Measured.
func Run(ctx context.Context, cases []*Case, o Options) ([]Skipped, error) {
	var wanted []*Case
	var skipped []Skipped
	for _, c := range cases {
		switch {
		case o.Wanted != nil && !o.Wanted(c.Name):
		case o.Quick && c.Large:
		case o.Memory > 0 && c.Memory > o.Memory/2:
			skipped = append(skipped, Skipped{c.Name, fmt.Sprintf("needs about %.1f GB of memory, half of this machine's is less", c.Memory/1e9)})
		default:
			wanted = append(wanted, c)
		}
	}
	deadline := time.Now().Add(o.Budget)
	results := map[*Case][]Result{}
	whole := o.laps() * len(wanted)
	for i := range whole {
		c := wanted[i%len(wanted)]
		if o.Begun != nil {
			o.Begun(c.Name, float64(i)/float64(whole))
		}
		share := time.Until(deadline) / time.Duration(whole-i)
		all, err := o.measure(ctx, c, results[c], time.Now().Add(share))
		if err != nil {
			return skipped, err
		}
		results[c] = all
		for _, r := range all {
			if err := o.Measured(r); err != nil {
				return skipped, err
			}
		}
	}
	return skipped, nil
}

// laps is how often the suite is gone through.
func (o *Options) laps() int {
	if o.Quick {
		return quickLaps
	}
	return laps
}

// measure repeats one case in rounds of all paths until its time is over, and returns the
// results of earlier laps, if there are any, with these samples beside theirs.
func (o *Options) measure(ctx context.Context, c *Case, earlier []Result, deadline time.Time) (results []Result, err error) {
	before := heldMemory()
	prepared, err := c.prepare(o.Threads)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.Name, err)
	}
	defer prepared.close()
	slice := o.Slice
	if slice == 0 {
		slice = DefaultSlice
	}
	// What an interrupted lap has measured is not mixed with what was given away.
	results = slices.Clone(earlier)
	if earlier == nil {
		for _, path := range o.Paths {
			if path == cpu.Generic && c.Large && len(o.Paths) > 1 {
				continue
			}
			results = append(results, Result{Case: c, Path: path})
		}
	}
	for i := range results {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		r := &results[i]
		r.Samples = slices.Clip(r.Samples)
		restore := cpu.Override(r.Path)
		if earlier == nil {
			r.Checksum, r.HasChecksum, err = prepared.checksum()
		}
		if err == nil {
			prepared.batch(slice) // to warm up
			r.Memory = max(heldMemory()-before, r.Memory)
		}
		restore()
		if err != nil {
			return nil, fmt.Errorf("%s on path %v: %w", c.Name, r.Path, err)
		}
	}
	least, enough := (fewest+o.laps()-1)/o.laps(), most/o.laps()
	switch {
	case c.Probe != nil:
		// A roof is what is reached at best: many short samples find an idle moment.
		slice = min(slice, probeSlice)
	case o.Quick:
		enough = least
	}
	for round := range enough {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if round >= least && c.Probe == nil && allKnown(results) {
			break
		}
		// All paths in every round, so that their samples are pairs.
		for i := range results {
			r := &results[i]
			restore := cpu.Override(r.Path)
			elapsed, operations := prepared.batch(slice)
			restore()
			r.Samples = append(r.Samples, Sample{operations, elapsed.Seconds() / float64(operations)})
		}
		if round+1 >= least && time.Now().After(deadline) {
			break
		}
	}
	return results, nil
}

// heldMemory is how many bytes the program holds.
func heldMemory() float64 {
	runtime.GC()
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	return float64(memory.HeapAlloc)
}

func allKnown(results []Result) bool {
	for i := range results {
		if !results[i].known() {
			return false
		}
	}
	return true
}

// known reports whether the median is known well enough.
func (r *Result) known() bool {
	if len(r.Samples) < fewest {
		return false
	}
	s := benchmath.AssumeNothing.Summary(benchmath.NewSample(r.Seconds(), &benchmath.DefaultThresholds), confidence)
	return s.Hi-s.Lo <= 2*precise*s.Center
}

// Seconds lists the times of the samples, ascending.
func (r *Result) Seconds() []float64 {
	seconds := make([]float64, len(r.Samples))
	for i, s := range r.Samples {
		seconds[i] = s.Seconds
	}
	slices.Sort(seconds)
	return seconds
}

// RatesOf is what the probes among some results measured at their best, for a roof is what
// can be reached. fastest gives the least time of a case in seconds, false if it was not
// measured.
func RatesOf(levels []machine.Level, fastest func(name string) (seconds float64, ok bool)) *machine.Rates {
	rates := machine.NewRates(levels)
	for _, probe := range machine.Probes(levels) {
		if seconds, ok := fastest(probe.Name); ok {
			probe.Set(&rates, probe.Amount/seconds)
		}
	}
	return &rates
}
