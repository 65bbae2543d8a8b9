//go:build !purego

package rng

import "anisgd/kernels/cpu"

func hasAssembly() bool { return cpu.Runs(cpu.NEON) }

// The functions below are the assembly of the only path there is.

// wordTiles fills whole tiles with the words of the counters (block, step),
// (block+1, step), …: in each tile 8 low words, then the 8 high words.
func wordTiles(dst *uint64, tiles int, keys []roundKey, block, step uint64) {
	wordsNEON(dst, tiles, (*[2]uint64)(&keys[0]), len(keys)-1, block, step)
}

func wordsToNormals(dst *float64, tiles int) { boxMullerNEON(dst, tiles) }

func wordsToUniforms(dst *float64, tiles int) { uniformsNEON(dst, tiles) }

func wordsToUniformsInPlace(dst *float64, tiles int) { uniformsInPlaceNEON(dst, tiles) }

func wordsToNormals32(dst *float32, words *uint64, tiles int) { boxMuller32NEON(dst, words, tiles) }

func wordsToWidenedNormals(dst *float64, words *uint64, tiles int) {
	boxMuller32WidenedNEON(dst, words, tiles)
}

func wordsToSigns(dst *float64, words *uint64, count int) { signsNEON(dst, words, count) }

func wordsToCentredUniforms(dst *float64, tiles int) { centredUniformsNEON(dst, tiles) }
