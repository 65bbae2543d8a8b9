//go:build !purego

package rng

import "anisgd/kernels/cpu"

// chunk is how many numbers one call of an assembly function makes: a few
// microseconds, as assembly cannot be preempted, and little enough for the words
// to stay in the first-level cache until they are normals.
const chunk = 512

// useVAES chooses between the two forms of AES rounds; tests switch it.
var useVAES = cpu.HasVAES

func (s *Stream) normalTiles(dst []float64, step, index uint64) {
	if cpu.Selected() != cpu.AVX2 {
		s.normalTilesGeneric(dst, step, index)
		return
	}
	for len(dst) > 0 {
		part := dst[:min(chunk, len(dst))]
		wordTiles(part, s.keys[:], index/2, step)
		boxMullerAVX2(&part[0], len(part)/Tile)
		dst, index = dst[len(part):], index+uint64(len(part))
	}
}

func (s *Stream) uniformTiles(dst []float64, step, index uint64) {
	if cpu.Selected() != cpu.AVX2 {
		s.uniformTilesGeneric(dst, step, index)
		return
	}
	for len(dst) > 0 {
		part := dst[:min(chunk, len(dst))]
		wordTiles(part, s.keys[:], index/2, step)
		uniformsAVX2(&part[0], len(part)/Tile)
		dst, index = dst[len(part):], index+uint64(len(part))
	}
}

// wordTiles fills whole tiles with the words of the counters (block, step),
// (block+1, step), …: in each tile 8 low words, then the 8 high words.
func wordTiles(dst []float64, keys []roundKey, block, step uint64) {
	if useVAES {
		wordsVAES(&dst[0], len(dst)/Tile, (*[2]uint64)(&keys[0]), len(keys)-1, block, step)
	} else {
		wordsAESNI(&dst[0], len(dst)/Tile, (*[2]uint64)(&keys[0]), len(keys)-1, block, step)
	}
}
