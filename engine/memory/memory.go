// Package memory tells how much memory a computation can have, so that one that needs more is refused before it begins.
package memory

import "math"

// Available is the memory in bytes that this process can still come to have: that of the machine, of the control groups
// it runs in (containers, jobs of a cluster), and what ulimit leaves it; +Inf if nothing is known.
func Available() float64 {
	available := math.Inf(1)
	for _, limit := range limits() {
		available = math.Min(available, math.Max(limit, 0))
	}
	return available
}
