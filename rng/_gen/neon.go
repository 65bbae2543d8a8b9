package main

import (
	"slices"

	"anisgd/kernels/_gen/arm64"
)

// neonBytes is the width of the registers of NEON.
const neonBytes = 16

// neon is a function under construction for NEON. Its forms of the operations
// differ from those of amd64: FMLA adds to its destination, integers of 64 bits
// convert, table rows load whole by their index, and there are 32 registers.
type neon struct{ *arm64.Function }

// neonFile writes all functions of the path.
func neonFile(c coefficients, single singleCoefficients) *arm64.File {
	file := arm64.NewFile("go run . in rng/_gen", "rng")
	function := func(name, parameters string, doc ...string) neon {
		return neon{file.Function(name, parameters, doc...)}
	}
	neonWords(function("wordsNEON", "dst *uint64, tiles int, keys *[2]uint64, rounds int, block, step uint64",
		"wordsNEON fills tiles with the words that encrypt gives for the counters (block, step),",
		"(block+1, step), …: in each tile 8 low words, then the 8 high ones. tiles ≥ 1,",
		"rounds ≥ 2, block a multiple of 8."))
	neonUniforms(function("uniformsNEON", "dst *float64, tiles int",
		"uniformsNEON turns tiles of words into uniforms in the order of the counters, low",
		"word before high word, in place. tiles ≥ 1."))
	neonBoxMuller(function("boxMullerNEON", "dst *float64, tiles int",
		"boxMullerNEON turns tiles of words into tiles of normals, in place: word i of 8 low",
		"and of 8 high ones into the normals of normalPair, at the same places. tiles ≥ 1."), c)
	neonBoxMuller32(function("boxMuller32NEON", "dst *float32, words *uint64, tiles int",
		"boxMuller32NEON turns tiles of words, 16 halves of low words and 16 of high ones, into",
		"the normals of normalPair32, at the places of the halves. dst may be words.",
		"tiles ≥ 1."), single, false)
	neonBoxMuller32(function("boxMuller32WidenedNEON", "dst *float64, words *uint64, tiles int",
		"boxMuller32WidenedNEON sets tiles of 32 numbers to the normals boxMuller32NEON makes of",
		"the tiles of words. The words may be the upper half of dst, as they are read in",
		"time. tiles ≥ 1."), single, true)
	neonSigns(function("signsNEON", "dst *float64, words *uint64, count int",
		"signsNEON sets 64 numbers for each of count words: number i to -1 if bit i is set,",
		"else to 1. count ≥ 1."))
	neonCentredUniforms(function("centredUniformsNEON", "dst *float64, tiles int",
		"centredUniformsNEON turns tiles of words into the numbers of centredUniform, in place.",
		"tiles ≥ 1."))
	neonWordsAbreast(function("wordsAbreastNEON", "dst *uint64, tiles int, keys *[2]uint64, block, step uint64",
		"wordsAbreastNEON fills tiles with the words that encrypt gives to 8 runs, whose keys are",
		"those of Streams: a tile is the low words of a counter, one a run, then the high ones;",
		"the counters are (block, step), (block+1, step), …. tiles ≥ 1."))
	neonUniformsInPlace(function("uniformsInPlaceNEON", "dst *float64, tiles int",
		"uniformsInPlaceNEON turns the words of tiles into uniforms, in place. tiles ≥ 1."))
	return file
}

// eachTile emits a loop over tiles ≥ 1 tiles from the address first.
func (a neon) eachTile(label string, first, tiles arm64.General, body func(tile arm64.Memory)) {
	address, left := a.General(), a.General()
	a.Copy(first, address)
	a.Copy(tiles, left)
	a.Label(label)
	body(arm64.Memory{Base: address})
	a.ADDImmediate(tileBytes, address)
	a.SUBImmediate(1, left)
	a.CBNZ(left, label)
}

// loadVectors returns consecutive memory, an even number of registers of it.
func (a neon) loadVectors(from arm64.Memory, count int) []arm64.Vector {
	v := a.Vectors(count)
	for i := 0; i < count; i += 2 {
		a.LoadPair(from.Plus(i*neonBytes), v[i], v[i+1])
	}
	return v
}

// storeVectors is the inverse of loadVectors.
func (a neon) storeVectors(v []arm64.Vector, to arm64.Memory) {
	for i := 0; i < len(v); i += 2 {
		a.StorePair(v[i], v[i+1], to.Plus(i*neonBytes))
	}
}

// horner returns Σ p[k] x^k for each x, which go side by side. FMLA adds to its
// destination, so every step loads its coefficient afresh: a copy from a register
// would take the place of arithmetic, and the units that load are idle.
func horner[T float32 | float64](a neon, arrangement arm64.Arrangement, p []T, x []arm64.Vector) []arm64.Vector {
	last := len(p) - 1
	sum := slices.Repeat([]arm64.Vector{broadcast(a, p[last])}, len(x))
	for k := last - 1; k >= 0; k-- {
		for i := range x {
			next := broadcast(a, p[k])
			a.VFMLA(arrangement, sum[i], x[i], next)
			sum[i] = next
		}
	}
	return sum
}

// broadcast is a new register with a constant in every lane.
func broadcast[T float32 | float64](a neon, x T) arm64.Vector {
	if single, ok := any(x).(float32); ok {
		return a.BroadcastFloat32(single)
	}
	return a.BroadcastFloat64(float64(x))
}
