package main

import (
	"math"

	"golang.org/x/sys/unix"
)

// physicalMemory is the memory in bytes that the machine has, or the limits of the
// process leave; 0 if unknown.
func physicalMemory() float64 {
	var info unix.Sysinfo_t
	if unix.Sysinfo(&info) != nil {
		return 0
	}
	memory := float64(info.Totalram) * float64(info.Unit)
	for _, resource := range []int{unix.RLIMIT_AS, unix.RLIMIT_DATA} {
		var limit unix.Rlimit
		if unix.Getrlimit(resource, &limit) == nil {
			memory = math.Min(memory, float64(limit.Cur)) // no limit is the largest number
		}
	}
	return memory
}
