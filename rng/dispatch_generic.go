//go:build !amd64 || purego

package rng

func (s *Stream) normalTiles(dst []float64, step, index uint64) {
	s.normalTilesGeneric(dst, step, index)
}

func (s *Stream) uniformTiles(dst []float64, step, index uint64) {
	s.uniformTilesGeneric(dst, step, index)
}
