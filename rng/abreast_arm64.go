//go:build !purego

package rng

import "unsafe"

// wordTiles fills dst with the words of counters: of each 8 low words, one a run, then
// the 8 high words. To what makes numbers of words in place that is a tile.
func (s *Streams) wordTiles(dst []float64, step, counter uint64) {
	wordsAbreastNEON((*uint64)(unsafe.Pointer(&dst[0])), len(dst)/PairsAbreast, (*[2]uint64)(&s.keys[0][0]), counter, step)
}
