//go:build (!amd64 && !arm64) || purego

package rng

func (s *Stream) normalTiles(dst []float64, step, index uint64) {
	s.normalTilesGeneric(dst, step, index)
}

func (s *Stream) uniformTiles(dst []float64, step, index uint64) {
	s.uniformTilesGeneric(dst, step, index)
}

func (s *Stream) normalTiles32(dst []float32, step, index uint64) {
	s.normalTiles32Generic(dst, step, index)
}

func (s *Stream) widenedTiles(dst []float64, step, index uint64) {
	s.widenedTilesGeneric(dst, step, index)
}

func (s *Stream) bitTiles(dst []uint64, step, index uint64) {
	s.bitTilesGeneric(dst, step, index)
}

func (s *Stream) centredTiles(dst []float64, step, index uint64) {
	s.centredTilesGeneric(dst, step, index)
}

func expandSigns(dst []float64, words []uint64) { expandSignsGeneric(dst, words) }
