package machine

import (
	"math"
	"testing"
	"time"

	"anisgd/kernels/cpu"
)

func TestStopwatchFillsItsSlice(t *testing.T) {
	watch := Stopwatch{Slice: 2 * time.Millisecond}
	made := 0
	short := func() { made++; chainEnd = dependentChain(chainEnd, 3) }
	for range 3 {
		before := made
		elapsed, calls := watch.Time(short)
		if elapsed < watch.Slice || calls < 2 || made-before-calls > 1 {
			t.Errorf("%v for %d calls, %d were made", elapsed, calls, made-before)
		}
	}
	long := func() { made++; time.Sleep(3 * time.Millisecond) }
	watch.Time(long)
	before := made
	if _, calls := watch.Time(long); calls != 1 || made-before != 1 {
		t.Errorf("a call longer than the slice was made %d times, %d of them timed", made-before, calls)
	}
}

// testLevels have a first cache of 1000 bytes and memory that was measured at 4000.
var testLevels = []Level{{Name: "L1", Size: 1000, Footprint: 500}, {Name: Memory, Footprint: 4000}}

func TestLevelsByFootprint(t *testing.T) {
	for footprint, want := range map[float64]string{1: "L1", 1000: "L1", 1001: Memory, 1e12: Memory} {
		if got := LevelOf(testLevels, footprint); got != want {
			t.Errorf("%v bytes lie in %s, want %s", footprint, got, want)
		}
	}
	levels := Levels()
	for i, l := range levels {
		if l.Footprint <= 0 || i > 0 && l.Footprint <= levels[i-1].Size {
			t.Errorf("%s is measured with arrays of %d bytes, after %+v", l.Name, l.Footprint, levels[max(i-1, 0)])
		}
	}
	if last := levels[len(levels)-1]; last.Name != Memory || last.Size != 0 {
		t.Errorf("last level %+v", last)
	}
}

func TestRoofBetweenLevels(t *testing.T) {
	r := NewRates(testLevels)
	r.Update["L1"], r.Update[Memory] = 8, 2
	for _, c := range []struct{ footprint, seconds float64 }{
		{10, 1. / 8}, {1000, 1. / 8}, // the cache
		{4000, 0.5}, {1e9, 0.5}, // as memory was measured
		// A half is served by the cache, of what was measured a quarter.
		{2000, 1./8 + (0.5-1./8)*0.5/0.75},
	} {
		b := r.Bound(Work{Bytes: 1, Footprint: c.footprint})
		if math.Abs(b.Seconds-c.seconds) > 1e-15 || b.Resource != BoundByBandwidth || b.Level != LevelOf(testLevels, c.footprint) {
			t.Errorf("%v bytes: %+v, want %v s", c.footprint, b, c.seconds)
		}
	}
	r.Update["L1"] = 0 // not measured: the level's own counts
	if b := r.Bound(Work{Bytes: 1, Footprint: 2000}); b.Seconds != 0.5 {
		t.Errorf("%+v", b)
	}
	r.Peak, r.AES = 10, 4
	if b := r.Bound(Work{Bytes: 1, Footprint: 4000, Flops: 6, AES: 1}); b.Resource != BoundByArithmetic || b.Seconds != 0.6 {
		t.Errorf("%+v", b)
	}
	if b := r.Bound(Work{}); b.Seconds != 0 {
		t.Errorf("no work: %+v", b)
	}
}

// Every probe runs on every path, and measures something a processor can do.
func TestProbes(t *testing.T) {
	levels := []Level{{Name: "L1", Size: 32 << 10, Footprint: 16 << 10}}
	for _, path := range cpu.Available() {
		restore := cpu.Override(path)
		rates := NewRates(levels)
		for _, p := range Probes(levels) {
			call := p.Prepare()
			best := math.Inf(1)
			watch := Stopwatch{Slice: 100 * time.Microsecond}
			for range 5 {
				elapsed, calls := watch.Time(call)
				best = min(best, elapsed.Seconds()/float64(calls))
			}
			p.Set(&rates, p.Amount/best)
		}
		restore()
		for name, rate := range map[string]float64{
			"clock": rates.Clock, "peak": rates.Peak, "AES": rates.AES, "read": rates.Read["L1"], "update": rates.Update["L1"], "triad": rates.Triad["L1"],
		} {
			if !(rate > 1e5 && rate < 1e14) {
				t.Errorf("%v: %s %v", path, name, rate)
			}
		}
	}
}

func TestDescription(t *testing.T) {
	d := Describe(1e9)
	if d.CPU == "" || d.Cores < 1 || d.OS == "" || d.Arch == "" || d.Go == "" || d.Memory != 1e9 || len(d.Levels) == 0 {
		t.Errorf("%+v", d)
	}
	d = Description{CPU: "Maker Name", Family: 25, Model: 17}
	if got := d.Processor(); got != "Maker Name (family 25, model 17)" {
		t.Error(got)
	}
	d.Family = 0
	if got := d.Processor(); got != "Maker Name" {
		t.Error(got)
	}
}
