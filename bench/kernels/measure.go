package main

import (
	"fmt"
	"io"
	"math"
	"testing"
	"time"

	"github.com/klauspost/cpuid/v2"

	"anisgd/kernels"
	"anisgd/kernels/cpu"
	"anisgd/kernels/memory"
)

// level is a level of the memory, with the bytes that arrays in it fill.
type level struct {
	name      string
	footprint int
}

// levels lists the caches, each of which is filled half, and the memory beyond.
// Where the processor does not tell the size of a cache, a usual one stands in.
func levels(withMemory bool) []level {
	known := func(size, usual int) int {
		if size <= 0 {
			return usual
		}
		return size
	}
	l3 := known(cpuid.CPU.Cache.L3, 8<<20)
	list := []level{
		{"L1", known(cpuid.CPU.Cache.L1D, 32<<10) / 2},
		{"L2", known(cpuid.CPU.Cache.L2, 512<<10) / 2},
		{"L3", l3 / 2},
	}
	if withMemory {
		list = append(list, level{"DRAM", max(4*l3, 128<<20)})
	}
	return list
}

// arrays makes the arrays of a kernel at a level, filled with numbers that keep all
// results finite and normal. They lie a few cache lines more than their length apart,
// so that elements of the same index do not compete for places in the caches.
func (c *kernelCase) arrays(l level) [][]float64 {
	const apart = 5 * 8
	n := max(l.footprint/(8*c.count)/block, 1) * block
	whole := memory.Floats(c.count * (n + apart))
	list := make([][]float64, c.count)
	for k := range list {
		from := k * (n + apart)
		list[k] = whole[from : from+n : from+n]
		for i := range list[k] {
			list[k][i] = 0.5 + float64((i*7+k*3)%16)/16
		}
	}
	return list
}

// meter measures times: the least of some rounds, each at least a slice long.
type meter struct {
	rounds int
	slice  time.Duration
}

// result is what was measured of one kernel at one level, in ns per element.
type result struct {
	elements    int
	naive       float64
	paths       []float64
	allocations int
}

// measure takes turns among the variants, so that all of them see the same machine.
func (m meter) measure(c *kernelCase, l level, paths []cpu.Path) result {
	v := c.arrays(l)
	call, naive := c.prepare(v)
	elements := len(v[0])
	r := result{elements: elements, naive: math.Inf(1), paths: make([]float64, len(paths))}
	for i := range r.paths {
		r.paths[i] = math.Inf(1)
	}
	for range m.rounds {
		r.naive = min(r.naive, m.once(naive)/float64(elements))
		for i, p := range paths {
			restore := cpu.Override(p)
			r.paths[i] = min(r.paths[i], m.once(call)/float64(elements))
			restore()
		}
	}
	r.allocations = int(testing.AllocsPerRun(10, call))
	return r
}

// once is the time of one call, in ns, averaged over a slice.
func (m meter) once(call func()) float64 {
	call()
	calls := 1
	for {
		start := time.Now()
		for range calls {
			call()
		}
		elapsed := time.Since(start)
		if elapsed >= m.slice {
			return float64(elapsed.Nanoseconds()) / float64(calls)
		}
		calls *= 2
	}
}

// roofs are the limits of this machine, on its fastest path.
type roofs struct {
	// Bytes per ns, by level: of an inner product, which reads two arrays, and of
	// a[i] ← a[i] + s·b[i], which writes what it has read.
	read, write map[string]float64
	peak        float64 // flops per ns
	levels      []level
}

func (m meter) roofs(levels []level, paths []cpu.Path) roofs {
	r := roofs{read: map[string]float64{}, write: map[string]float64{}, levels: levels}
	var dot kernels.Partial
	read := &kernelCase{count: 2, bytes: 16, prepare: func(v [][]float64) (call, naive func()) {
		call = func() { kernels.Dot(v[0], v[1], &dot) }
		return call, call
	}}
	update := &kernelCase{count: 2, bytes: 24, prepare: func(v [][]float64) (call, naive func()) {
		call = func() { kernels.Triad(v[0], v[0], v[1], 1e-12) }
		return call, call
	}}
	best := func(c *kernelCase, l level) float64 {
		fastest := math.Inf(1)
		for _, t := range m.measure(c, l, paths).paths {
			fastest = min(fastest, t)
		}
		return c.bytes / fastest
	}
	for _, l := range levels {
		r.read[l.name], r.write[l.name] = best(read, l), best(update, l)
	}
	var x [kernels.RecurrenceLanes]float64
	const rounds = 1000
	for _, p := range paths {
		restore := cpu.Override(p)
		for range m.rounds {
			t := m.once(func() { kernels.Recurrence(&x, 0.5, 0.5, rounds) })
			r.peak = max(r.peak, 2*rounds*kernels.RecurrenceLanes/t)
		}
		restore()
	}
	return r
}

func (r *roofs) print(w io.Writer) {
	fmt.Fprintln(w, "measured roofs, one core")
	for _, l := range r.levels {
		fmt.Fprintf(w, "  %-5s read %6.1f GB/s   update %6.1f GB/s   (arrays of %d KiB together)\n",
			l.name, r.read[l.name], r.write[l.name], l.footprint>>10)
	}
	fmt.Fprintf(w, "  peak  %.1f Gflop/s\n", r.peak)
}

// share is the part of the nearer roof that a kernel reaches with so many ns per
// element, and the name of that roof.
func (r *roofs) share(c *kernelCase, l level, ns float64) (share float64, roof string) {
	bandwidth, roof := r.write[l.name], "update"
	if c.readsOnly {
		bandwidth, roof = r.read[l.name], "read"
	}
	share = c.bytes / ns / bandwidth
	if arithmetic := c.flops / ns / r.peak; arithmetic > share {
		return arithmetic, "peak"
	}
	return share, roof
}
