package main

import (
	"math"
	"os"
	"runtime/debug"
	"sync"

	"anisgd/engine/memory"
)

// physicalMemory is the memory in bytes that there was for the program when this was first
// asked, at its start; 0 if unknown.
var physicalMemory = sync.OnceValue(func() float64 {
	available := memory.Available()
	if math.IsInf(available, 0) {
		return 0
	}
	return math.Max(available, 1)
})

// limitMemory has garbage collected before it takes the memory that arrays need, unless the
// user has set how much it may take.
func limitMemory() {
	if available := physicalMemory(); available > 0 && os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(int64(available))
	}
}
