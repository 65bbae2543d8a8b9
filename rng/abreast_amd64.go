//go:build !purego

package rng

import (
	"unsafe"

	"anisgd/kernels/cpu"
)

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
