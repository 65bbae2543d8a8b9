package machine

import (
	"anisgd/kernels"
	"anisgd/kernels/memory"
	"anisgd/rng"
)

// Probe is a loop that measures one rate.
type Probe struct {
	Name   string  // as of a benchmark
	Unit   string  // of the rate
	Amount float64 // of the unit's numerator, in one call
	// Prepare makes the arrays and returns the loop.
	Prepare func() func()
	// Set stores a rate that was measured.
	Set func(r *Rates, rate float64)
}

// Probes lists a probe of every rate, of the bandwidths at the given levels.
func Probes(levels []Level) []Probe {
	list := []Probe{
		{"Clock", "Hz", chainLength, func() func() {
			return func() { chainEnd = dependentChain(chainEnd, 3) }
		}, func(r *Rates, rate float64) { r.Clock = rate }},
		{"Peak", "flop/s", 2 * peakRounds * kernels.RecurrenceLanes, func() func() {
			x := new([kernels.RecurrenceLanes]float64)
			return func() { kernels.Recurrence(x, 0.5, 0.5, peakRounds) }
		}, func(r *Rates, rate float64) { r.Peak = rate }},
		{"AES", "round/s", roundsPerWord * aesWords, func() func() {
			words := make([]uint64, aesWords)
			stream := rng.NewStream(1, 0, rng.DomainNoise)
			return func() { stream.Bits(words, 0, 0) }
		}, func(r *Rates, rate float64) { r.AES = rate }},
	}
	for _, l := range levels {
		list = append(list,
			bandwidth("read", l, 2, 16, func(v [][]float64) func() {
				sum := new(kernels.Partial)
				return func() { kernels.Dot(v[0], v[1], sum) }
			}, func(r *Rates) map[string]float64 { return r.Read }),
			bandwidth("update", l, 2, 24, func(v [][]float64) func() {
				return func() { kernels.Triad(v[0], v[0], v[1], 1e-12) }
			}, func(r *Rates) map[string]float64 { return r.Update }),
			bandwidth("triad", l, 3, 24, func(v [][]float64) func() {
				return func() { kernels.Triad(v[0], v[1], v[2], 0.25) }
			}, func(r *Rates) map[string]float64 { return r.Triad }))
	}
	return list
}

const (
	peakRounds = 1000
	aesWords   = 1024
	// roundsPerWord: ARS4x32-7 makes two words of 64 bits in seven rounds.
	roundsPerWord = 3.5
)

// bandwidth is a probe of some arrays, with so many bytes moved per element.
func bandwidth(loop string, l Level, arrays int, bytes float64, prepare func([][]float64) func(), of func(*Rates) map[string]float64) Probe {
	n := l.Footprint / (8 * arrays) / arrayGranule * arrayGranule
	return Probe{
		Name: "Bandwidth/loop=" + loop + "/level=" + l.Name, Unit: "B/s", Amount: bytes * float64(n),
		Prepare: func() func() { return prepare(Arrays(arrays, n)) },
		Set:     func(r *Rates, rate float64) { of(r)[l.Name] = rate },
	}
}

// arrayGranule divides the lengths of arrays that fill a level.
const arrayGranule = 512

// Arrays makes some arrays of a length, filled with numbers that keep all results
// finite and normal. They lie a few cache lines more than their length apart, so that
// elements of the same index do not compete for places in the caches.
func Arrays(count, length int) [][]float64 {
	const apart = 5 * 8
	whole := memory.Floats(count * (length + apart))
	list := make([][]float64, count)
	for k := range list {
		from := k * (length + apart)
		list[k] = whole[from : from+length : from+length]
		for i := range list[k] {
			list[k][i] = 0.5 + float64((i*7+k*3)%16)/16
		}
	}
	return list
}

// chainLength is the number of operations of dependentChain.
const chainLength = 16 * 256

var chainEnd uint64

// dependentChain is a chain of operations each of which needs the one before and takes
// one cycle on every processor that is of interest: additions and exclusive ors of
// registers. It counts cycles where no counter can be read.
func dependentChain(x, y uint64) uint64 {
	for range chainLength / 16 {
		x += y
		x ^= y
		x += y
		x ^= y
		x += y
		x ^= y
		x += y
		x ^= y
		x += y
		x ^= y
		x += y
		x ^= y
		x += y
		x ^= y
		x += y
		x ^= y
	}
	return x
}
