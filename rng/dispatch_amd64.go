//go:build !purego

package rng

import (
	"unsafe"

	"anisgd/kernels/cpu"
)

// chunk is how many words one call of an assembly function makes, or numbers it
// makes of as many words: a few microseconds, as assembly cannot be preempted, and
// little enough for the words to stay in the first-level cache until they are
// normals.
const chunk = 512

// useVAES chooses between the two forms of AES rounds; tests switch it.
var useVAES = cpu.HasVAES

func (s *Stream) normalTiles(dst []float64, step, index uint64) {
	if !cpu.Runs(cpu.AVX2) {
		s.normalTilesGeneric(dst, step, index)
		return
	}
	for len(dst) > 0 {
		part := dst[:min(chunk, len(dst))]
		wordTiles((*uint64)(unsafe.Pointer(&part[0])), len(part)/Tile, s.keys[:], index/2, step)
		if cpu.Runs(cpu.AVX512) {
			boxMullerAVX512(&part[0], len(part)/Tile)
		} else {
			boxMullerAVX2(&part[0], len(part)/Tile)
		}
		dst, index = dst[len(part):], index+uint64(len(part))
	}
}

func (s *Stream) uniformTiles(dst []float64, step, index uint64) {
	if !cpu.Runs(cpu.AVX2) {
		s.uniformTilesGeneric(dst, step, index)
		return
	}
	for len(dst) > 0 {
		part := dst[:min(chunk, len(dst))]
		wordTiles((*uint64)(unsafe.Pointer(&part[0])), len(part)/Tile, s.keys[:], index/2, step)
		if cpu.Runs(cpu.AVX512) {
			uniformsAVX512(&part[0], len(part)/Tile)
		} else {
			uniformsAVX2(&part[0], len(part)/Tile)
		}
		dst, index = dst[len(part):], index+uint64(len(part))
	}
}

func (s *Stream) normalTiles32(dst []float32, step, index uint64) {
	if !cpu.Runs(cpu.AVX2) {
		s.normalTiles32Generic(dst, step, index)
		return
	}
	for len(dst) > 0 {
		part := dst[:min(2*chunk, len(dst))]
		words, tiles := (*uint64)(unsafe.Pointer(&part[0])), len(part)/Tile32
		wordTiles(words, tiles, s.keys[:], index/4, step)
		if cpu.Runs(cpu.AVX512) {
			boxMuller32AVX512(&part[0], words, tiles)
		} else {
			boxMuller32AVX2(&part[0], words, tiles)
		}
		dst, index = dst[len(part):], index+uint64(len(part))
	}
}

func (s *Stream) widenedTiles(dst []float64, step, index uint64) {
	if !cpu.Runs(cpu.AVX2) {
		s.widenedTilesGeneric(dst, step, index)
		return
	}
	for len(dst) > 0 {
		part := dst[:min(chunk, len(dst))]
		words, tiles := (*uint64)(unsafe.Pointer(&part[len(part)/2])), len(part)/Tile32
		wordTiles(words, tiles, s.keys[:], index/4, step)
		if cpu.Runs(cpu.AVX512) {
			boxMuller32WidenedAVX512(&part[0], words, tiles)
		} else {
			boxMuller32WidenedAVX2(&part[0], words, tiles)
		}
		dst, index = dst[len(part):], index+uint64(len(part))
	}
}

func (s *Stream) bitTiles(dst []uint64, step, index uint64) {
	if !cpu.Runs(cpu.AVX2) {
		s.bitTilesGeneric(dst, step, index)
		return
	}
	for len(dst) > 0 {
		part := dst[:min(chunk, len(dst))]
		wordTiles(&part[0], len(part)/Tile, s.keys[:], index/2, step)
		dst, index = dst[len(part):], index+uint64(len(part))
	}
}

// expandSigns sets dst to 64 signs of each word.
func expandSigns(dst []float64, words []uint64) {
	switch {
	case len(words) == 0:
	case cpu.Runs(cpu.AVX512):
		signsAVX512(&dst[0], &words[0], len(words))
	case cpu.Runs(cpu.AVX2):
		signsAVX2(&dst[0], &words[0], len(words))
	default:
		expandSignsGeneric(dst, words)
	}
}

func (s *Stream) centredTiles(dst []float64, step, index uint64) {
	if !cpu.Runs(cpu.AVX2) {
		s.centredTilesGeneric(dst, step, index)
		return
	}
	for len(dst) > 0 {
		part := dst[:min(chunk, len(dst))]
		wordTiles((*uint64)(unsafe.Pointer(&part[0])), len(part)/Tile, s.keys[:], index/2, step)
		if cpu.Runs(cpu.AVX512) {
			centredUniformsAVX512(&part[0], len(part)/Tile)
		} else {
			centredUniformsAVX2(&part[0], len(part)/Tile)
		}
		dst, index = dst[len(part):], index+uint64(len(part))
	}
}

// wordTiles fills whole tiles with the words of the counters (block, step),
// (block+1, step), …: in each tile 8 low words, then the 8 high words.
func wordTiles(dst *uint64, tiles int, keys []roundKey, block, step uint64) {
	key, last := (*[2]uint64)(&keys[0]), len(keys)-1
	switch {
	case !useVAES:
		wordsAESNI(dst, tiles, key, last, block, step)
	case cpu.Runs(cpu.AVX512) && last == rounds:
		wordsVAES512(dst, tiles, key, block, step)
	default:
		wordsVAES(dst, tiles, key, last, block, step)
	}
}
