//go:build (amd64 || arm64) && !purego

package rng

func (s *Streams) normalTiles(dst []float64, step, counter uint64) {
	if !hasAssembly() {
		s.normalTilesGeneric(dst, step, counter)
		return
	}
	for len(dst) >= PairsAbreast {
		part := dst[:min(chunk, len(dst))]
		s.wordTiles(part, step, counter)
		wordsToNormals(&part[0], len(part)/PairsAbreast)
		dst, counter = dst[len(part):], counter+uint64(len(part)/PairsAbreast)
	}
}

func (s *Streams) uniformTiles(dst []float64, step, counter uint64) {
	if !hasAssembly() {
		s.uniformTilesGeneric(dst, step, counter)
		return
	}
	for len(dst) >= PairsAbreast {
		part := dst[:min(chunk, len(dst))]
		s.wordTiles(part, step, counter)
		wordsToUniformsInPlace(&part[0], len(part)/PairsAbreast)
		dst, counter = dst[len(part):], counter+uint64(len(part)/PairsAbreast)
	}
}
