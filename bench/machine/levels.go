package machine

import "github.com/klauspost/cpuid/v2"

// Level is a level of the memory.
type Level struct {
	Name string
	// Size in bytes as one core sees it; 0 for the memory beyond the caches.
	Size int
	// Footprint is how many bytes arrays fill that are to lie in it: half of a cache,
	// several times the largest one for memory.
	Footprint int
}

// Memory is the name of the level beyond the caches.
const Memory = "DRAM"

// Levels lists the caches and the memory beyond, nearest first. Where the processor
// does not tell the size of a cache, a usual one stands in.
func Levels() []Level {
	known := func(size, usual int) int {
		if size <= 0 {
			return usual
		}
		return size
	}
	cache := cpuid.CPU.Cache
	return WithMemory([]Level{
		{Name: "L1", Size: known(cache.L1D, 32<<10)},
		{Name: "L2", Size: known(cache.L2, 512<<10)},
		{Name: "L3", Size: known(cache.L3, 8<<20)},
	})
}

// WithMemory is the levels of a machine with such caches, nearest first: them and the
// memory beyond, with their footprints.
func WithMemory(caches []Level) []Level {
	beyond := 128 << 20
	for n := range caches {
		caches[n].Footprint = caches[n].Size / 2
		beyond = max(beyond, 4*caches[n].Size)
	}
	return append(caches, Level{Name: Memory, Footprint: beyond})
}

// LevelOf is the level in which arrays of so many bytes together lie: the first that
// is as large.
func LevelOf(levels []Level, footprint float64) string {
	if n := levelIndex(levels, footprint); n < len(levels) {
		return levels[n].Name
	}
	return Memory
}

func levelIndex(levels []Level, footprint float64) int {
	for n, l := range levels {
		if l.Size == 0 || footprint <= float64(l.Size) {
			return n
		}
	}
	return len(levels)
}

// secondsPerByte is the least time that a byte of arrays of so many bytes together takes
// where the levels have such bandwidths; 0 if that of their level is not known.
//
// Arrays a little larger than a cache still lie in it for the greater part, if it is used
// as well as can be: the cache of size S serves the part S/F of a footprint F. The
// bandwidth of the level beyond was measured at a footprint of its own, where it holds as
// it is; between the two the time grows with the part that the cache does not serve.
func secondsPerByte(levels []Level, bandwidth map[string]float64, footprint float64) float64 {
	n := levelIndex(levels, footprint)
	if n == len(levels) {
		return quotient(1, bandwidth[Memory])
	}
	whole := quotient(1, bandwidth[levels[n].Name])
	if n == 0 || footprint >= float64(levels[n].Footprint) {
		return whole
	}
	nearer := quotient(1, bandwidth[levels[n-1].Name])
	if nearer == 0 || nearer > whole {
		return whole
	}
	missed := func(footprint float64) float64 { return 1 - float64(levels[n-1].Size)/footprint }
	return nearer + (whole-nearer)*missed(footprint)/missed(float64(levels[n].Footprint))
}
