package suite

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"anisgd/bench/machine"
)

// Case is one benchmark.
type Case struct {
	// Name is that of a Go benchmark, without the word itself, with key=value parts.
	Name string
	// An operation handles so many elements, each one of Unit: a mode, a number.
	Elements float64
	Unit     string
	// Work is what an operation does at least, zero where no roof is known.
	Work machine.Work
	// Probe is the machine's rate that the case measures, nil for all others.
	Probe *machine.Probe
	// Memory is about how many bytes it needs.
	Memory float64
	// Large cases, which take long, are not measured on the path of plain Go beside
	// others, nor where it is to be quick.
	Large bool

	prepare func(threads int) (instance, error)
}

// Group is the first part of the name, before any parameters.
func (c *Case) Group() string { return GroupOf(c.Name) }

// GroupOf is the group of the case of a name.
func GroupOf(name string) string {
	group, _, _ := strings.Cut(name, "/")
	return group
}

// instance is a case made ready to run on whatever kernel path is selected.
type instance interface {
	// batch performs operations for about a slice of time.
	batch(slice time.Duration) (elapsed time.Duration, operations int)
	// checksum is that of the results of some fixed operations; false if there is none.
	checksum() (sum uint64, known bool, err error)
	close()
}

// Cases lists the suite on a machine with such levels of memory.
func Cases(levels []machine.Level) []*Case {
	return slices.Concat(probes(levels), draws(), steps(), groupedSteps(), passes(), solutions())
}

// Find is the case of a name, nil if there is none.
func Find(cases []*Case, name string) *Case {
	for _, c := range cases {
		if c.Name == name {
			return c
		}
	}
	return nil
}

// power writes a dimension as a name has it: 1e3.
func power(d int64) string {
	return strings.Replace(fmt.Sprintf("%.0e", float64(d)), "e+0", "e", 1)
}

// dim writes any dimension as a name has it.
func dim(d int64) string { return "d=" + strings.Replace(power(d), "e+", "e", 1) }
