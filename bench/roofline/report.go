package roofline

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"anisgd/bench/machine"
	"anisgd/kernels/cpu"
)

// Report is every kernel on every path, at every level, and the roofs of the same run.
type Report struct {
	Paths  []cpu.Path
	Rates  *machine.Rates
	Points []Point
}

// New measures the kernels whose names are wanted. It tells its progress in parts of
// the whole, and goes on until done says to stop.
func (e Effort) New(levels []machine.Level, paths []cpu.Path, wanted func(name string) bool, progress func(name string, fraction float64), done func() bool) *Report {
	r := &Report{Paths: paths}
	var kernels []*Kernel
	for _, k := range Kernels() {
		if wanted(k.Name) {
			kernels = append(kernels, k)
		}
	}
	progress("roofs", 0)
	r.Rates = e.Rates(levels, paths)
	for i, k := range kernels {
		for _, l := range levels {
			if done() {
				return r
			}
			progress(k.Name, float64(i)/float64(len(kernels)))
			r.Points = append(r.Points, e.Measure(k, l, paths))
		}
	}
	return r
}

// Allocations counts those of all kernels in one call each: zero, as it should be.
func (r *Report) Allocations() int {
	sum := 0
	for _, p := range r.Points {
		sum += p.Allocations
	}
	return sum
}

// Print prints one line per kernel and level: nanoseconds per element for the naive
// twin and each path, the bytes and flops per element that the kernel's loop declares,
// the share of the roof that the fastest path reaches, and which roof that is.
func (r *Report) Print(out io.Writer) error {
	PrintRates(out, r.Rates)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprint(w, "\nkernel\tlevel\telements\tbytes\tflops\tnaive")
	for _, p := range r.Paths {
		fmt.Fprintf(w, "\t%v", p)
	}
	fmt.Fprintf(w, "\troof\tallocations\n\t\t\tper element\t\tns per element%s\tof fastest\t\n", strings.Repeat("\t", len(r.Paths)))
	for _, p := range r.Points {
		fmt.Fprintf(w, "%s\t%s\t%d\t%.3g\t%.3g\t%.3f", p.Kernel.Name, p.Level.Name, p.Elements, p.Kernel.Bytes, p.Kernel.Flops, p.Naive)
		for _, t := range p.Paths {
			fmt.Fprintf(w, "\t%.3f", t)
		}
		bound, resource := p.Bound(r.Rates)
		fmt.Fprintf(w, "\t%.0f%% of %v\t%d\n", 100*bound/p.Fastest(), resource, p.Allocations)
	}
	return w.Flush()
}

// PrintRates prints the roofs.
func PrintRates(out io.Writer, r *machine.Rates) {
	fmt.Fprintln(out, "measured roofs, one core")
	for _, l := range r.Levels {
		fmt.Fprintf(out, "  %-5s read %6.1f GB/s   update %6.1f GB/s   triad %6.1f GB/s   (arrays of %d KiB together)\n",
			l.Name, r.Read[l.Name]/1e9, r.Update[l.Name]/1e9, r.Triad[l.Name]/1e9, l.Footprint>>10)
	}
	fmt.Fprintf(out, "  clock %.2f GHz   peak %.1f Gflop/s (%.1f a cycle)   AES %.1f rounds/ns\n",
		r.Clock/1e9, r.Peak/1e9, r.Peak/r.Clock, r.AES/1e9)
}
