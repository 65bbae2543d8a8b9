//go:build (amd64 || arm64) && !purego

package rng

import "unsafe"

// chunk is how many words one call of an assembly function makes, or numbers it
// makes of as many words: a few microseconds, as assembly cannot be preempted, and
// little enough for the words to stay in the first-level cache until they are
// normals.
const chunk = 512

func (s *Stream) normalTiles(dst []float64, step, index uint64) {
	if !hasAssembly() {
		s.normalTilesGeneric(dst, step, index)
		return
	}
	for len(dst) > 0 {
		part := dst[:min(chunk, len(dst))]
		wordTiles((*uint64)(unsafe.Pointer(&part[0])), len(part)/Tile, s.keys[:], index/2, step)
		wordsToNormals(&part[0], len(part)/Tile)
		dst, index = dst[len(part):], index+uint64(len(part))
	}
}

func (s *Stream) uniformTiles(dst []float64, step, index uint64) {
	if !hasAssembly() {
		s.uniformTilesGeneric(dst, step, index)
		return
	}
	for len(dst) > 0 {
		part := dst[:min(chunk, len(dst))]
		wordTiles((*uint64)(unsafe.Pointer(&part[0])), len(part)/Tile, s.keys[:], index/2, step)
		wordsToUniforms(&part[0], len(part)/Tile)
		dst, index = dst[len(part):], index+uint64(len(part))
	}
}

func (s *Stream) normalTiles32(dst []float32, step, index uint64) {
	if !hasAssembly() {
		s.normalTiles32Generic(dst, step, index)
		return
	}
	for len(dst) > 0 {
		part := dst[:min(2*chunk, len(dst))]
		words, tiles := (*uint64)(unsafe.Pointer(&part[0])), len(part)/Tile32
		wordTiles(words, tiles, s.keys[:], index/4, step)
		wordsToNormals32(&part[0], words, tiles)
		dst, index = dst[len(part):], index+uint64(len(part))
	}
}

func (s *Stream) widenedTiles(dst []float64, step, index uint64) {
	if !hasAssembly() {
		s.widenedTilesGeneric(dst, step, index)
		return
	}
	for len(dst) > 0 {
		part := dst[:min(chunk, len(dst))]
		words, tiles := (*uint64)(unsafe.Pointer(&part[len(part)/2])), len(part)/Tile32
		wordTiles(words, tiles, s.keys[:], index/4, step)
		wordsToWidenedNormals(&part[0], words, tiles)
		dst, index = dst[len(part):], index+uint64(len(part))
	}
}

func (s *Stream) bitTiles(dst []uint64, step, index uint64) {
	if !hasAssembly() {
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
	case hasAssembly():
		wordsToSigns(&dst[0], &words[0], len(words))
	default:
		expandSignsGeneric(dst, words)
	}
}

func (s *Stream) centredTiles(dst []float64, step, index uint64) {
	if !hasAssembly() {
		s.centredTilesGeneric(dst, step, index)
		return
	}
	for len(dst) > 0 {
		part := dst[:min(chunk, len(dst))]
		wordTiles((*uint64)(unsafe.Pointer(&part[0])), len(part)/Tile, s.keys[:], index/2, step)
		wordsToCentredUniforms(&part[0], len(part)/Tile)
		dst, index = dst[len(part):], index+uint64(len(part))
	}
}
