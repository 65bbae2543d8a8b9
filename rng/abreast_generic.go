//go:build (!amd64 && !arm64) || purego

package rng

func (s *Streams) normalTiles(dst []float64, step, counter uint64) {
	s.normalTilesGeneric(dst, step, counter)
}

func (s *Streams) uniformTiles(dst []float64, step, counter uint64) {
	s.uniformTilesGeneric(dst, step, counter)
}
