//go:build !purego

package rng

import (
	"unsafe"

	"anisgd/kernels/cpu"
)

func (s *Streams) normalTiles(dst []float64, step, counter uint64) {
	if !cpu.Runs(cpu.AVX2) {
		s.normalTilesGeneric(dst, step, counter)
		return
	}
	for len(dst) >= PairsAbreast {
		part := dst[:min(chunk, len(dst))]
		s.wordTiles(part, step, counter)
		if cpu.Runs(cpu.AVX512) {
			boxMullerAVX512(&part[0], len(part)/PairsAbreast)
		} else {
			boxMullerAVX2(&part[0], len(part)/PairsAbreast)
		}
		dst, counter = dst[len(part):], counter+uint64(len(part)/PairsAbreast)
	}
}

func (s *Streams) uniformTiles(dst []float64, step, counter uint64) {
	if !cpu.Runs(cpu.AVX2) {
		s.uniformTilesGeneric(dst, step, counter)
		return
	}
	for len(dst) >= PairsAbreast {
		part := dst[:min(chunk, len(dst))]
		s.wordTiles(part, step, counter)
		if cpu.Runs(cpu.AVX512) {
			uniformsInPlaceAVX512(&part[0], len(part)/PairsAbreast)
		} else {
			uniformsInPlaceAVX2(&part[0], len(part)/PairsAbreast)
		}
		dst, counter = dst[len(part):], counter+uint64(len(part)/PairsAbreast)
	}
}

// wordTiles fills dst with the words of counters: of each 8 low words, one a run, then
// the 8 high words. To what makes numbers of words in place that is a tile.
func (s *Streams) wordTiles(dst []float64, step, counter uint64) {
	words, tiles, keys := (*uint64)(unsafe.Pointer(&dst[0])), len(dst)/PairsAbreast, (*[2]uint64)(&s.keys[0][0])
	switch {
	case !useVAES:
		wordsAbreastAESNI(words, tiles, keys, counter, step)
	case cpu.Runs(cpu.AVX512):
		wordsAbreastVAES512(words, tiles, keys, counter, step)
	default:
		wordsAbreastVAES(words, tiles, keys, counter, step)
	}
}
