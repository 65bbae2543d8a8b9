// Command kernels times every kernel of package kernels on every path that the
// processor has, with arrays that fill each level of the memory, beside a naive
// twin, and sets the times against the roofline: the bandwidth that reading two arrays,
// or updating one by another, reaches at that level in the same run, and the peak of
// arithmetic.
//
//	bench-kernels [-match PATTERN] [-quick]
//	bench-kernels -assembly PROGRAM
//
// It prints one line per kernel and level: nanoseconds per element for the naive
// twin and each path, the bytes and flops per element that the kernel's loop
// declares, the share of the roof that the fastest path reaches, and which roof
// that is. It fails if a kernel allocates. At the end it lists the assembly by size;
// with -assembly that of another program, which may be for another architecture, and
// nothing else.
package main

import (
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"regexp"
	"text/tabwriter"
	"time"

	"anisgd/kernels/cpu"
)

func main() {
	log.SetFlags(0)
	match := flag.String("match", "", "regular `expression` that the names of the kernels to time match")
	quick := flag.Bool("quick", false, "measure for a shorter time and leave memory beyond the caches out")
	assembly := flag.String("assembly", "", "`program` whose assembly to list, and do nothing else")
	flag.Parse()
	if flag.NArg() > 0 {
		log.Fatalf("unexpected argument %q", flag.Arg(0))
	}
	if *assembly != "" {
		if err := printAssembly(os.Stdout, *assembly); err != nil {
			log.Fatal(err)
		}
		return
	}
	pattern, err := regexp.Compile(*match)
	if err != nil {
		log.Fatalf("-match: %v", err)
	}
	m := meter{rounds: 12, slice: 300 * time.Microsecond}
	if *quick {
		m = meter{rounds: 4, slice: 100 * time.Microsecond}
	}
	if err := report(os.Stdout, m, levels(!*quick), pattern); err != nil {
		log.Fatal(err)
	}
}

// report measures and prints everything.
func report(out io.Writer, m meter, levels []level, pattern *regexp.Regexp) error {
	paths := cpu.Available()
	fmt.Fprintf(out, "%s; paths %s; %v is chosen: %s\n\n", cpu.Model(), cpu.Names(paths), cpu.Selected(), cpu.Reason())
	roofs := m.roofs(levels, paths)
	roofs.print(out)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprint(w, "\nkernel\tlevel\telements\tbytes\tflops\tnaive")
	for _, p := range paths {
		fmt.Fprintf(w, "\t%v", p)
	}
	fmt.Fprint(w, "\troof\tallocations\n\t\t\tper element\t\tns per element")
	for range paths {
		fmt.Fprint(w, "\t")
	}
	fmt.Fprint(w, "\tof fastest\t\n")
	allocating := 0
	for _, c := range cases() {
		if !pattern.MatchString(c.name) {
			continue
		}
		for _, l := range levels {
			r := m.measure(c, l, paths)
			fmt.Fprintf(w, "%s\t%s\t%d\t%.3g\t%.3g\t%.3f", c.name, l.name, r.elements, c.bytes, c.flops, r.naive)
			fastest := r.paths[0]
			for _, t := range r.paths {
				fmt.Fprintf(w, "\t%.3f", t)
				fastest = min(fastest, t)
			}
			share, roof := roofs.share(c, l, fastest)
			fmt.Fprintf(w, "\t%.0f%% of %s\t%d\n", 100*share, roof, r.allocations)
			allocating += r.allocations
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	fmt.Fprintln(out)
	if err := printAssembly(out, program); err != nil {
		return err
	}
	if allocating > 0 {
		return fmt.Errorf("kernels allocated %d times", allocating)
	}
	return nil
}
