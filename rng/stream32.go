package rng

import "fmt"

// Tile32 is the granule of normals of float32: index Tile32*j … Tile32*j+Tile32-1 of
// a step come from the counters of blocks Tile32/4*j … Tile32/4*j+Tile32/4-1.
const Tile32 = 32

// Normals32 sets dst[i] to standard normal number index+i of the step, in float32:
// another sequence than that of Normals, of half the bits. The length is
// arbitrary, but index must be a multiple of Tile32, else Normals32 panics, and
// index+len(dst) at most 2^64.
//
// A tile of 32 normals uses 8 consecutive counters. Half h of the low word of block
// 8j+i, the lower one first, gives the radius and half h of its high word the angle:
//
//	z[32j+2i+h]    = √(-2 ln u) cos a
//	z[32j+16+2i+h] = √(-2 ln u) sin a,  i = 0 … 7, h = 0, 1.
//
// With k the upper 31 bits of the radius' half, u = (k+½) 2^-31, rounded to
// float32. With b the lower 30 bits of the angle's half as a signed number,
// rounded to float32, and q the upper two bits, a = π b 2^-31 for q = 0, π/2 less
// that for q = 1, π less that for q = 2, and π b 2^-31 - π/2 for q = 3. The
// absolute error against this map in exact arithmetic is at most 1e-6 (measured:
// 8.8e-7, at the largest radii); |z| ≤ √(64 ln 2) = 6.66.
func (s *Stream) Normals32(dst []float32, step, index uint64) {
	checkTile32(index)
	whole := len(dst) / Tile32 * Tile32
	s.normalTiles32(dst[:whole], step, index)
	if rest := dst[whole:]; len(rest) > 0 {
		var tile [Tile32]float32
		s.normalTiles32(tile[:], step, index+uint64(whole))
		copy(rest, tile[:])
	}
}

// WidenedNormals is Normals32 with each number converted to float64, exactly: normals
// of the accuracy and the cost of float32 for states of float64.
func (s *Stream) WidenedNormals(dst []float64, step, index uint64) {
	checkTile32(index)
	whole := len(dst) / Tile32 * Tile32
	s.widenedTiles(dst[:whole], step, index)
	if rest := dst[whole:]; len(rest) > 0 {
		var tile [Tile32]float64
		s.widenedTiles(tile[:], step, index+uint64(whole))
		copy(rest, tile[:])
	}
}

func checkTile32(index uint64) {
	if index%Tile32 != 0 {
		panic(fmt.Sprintf("rng: index %d of normals of float32 is not a multiple of %d", index, Tile32))
	}
}

// normalTiles32Generic sets dst, whole tiles, to the normals from index, a multiple
// of Tile32.
func (s *Stream) normalTiles32Generic(dst []float32, step, index uint64) {
	block := index / 4
	for ; len(dst) >= Tile32; dst = dst[Tile32:] {
		tile := (*[Tile32]float32)(dst)
		for i := range tileBlocks {
			low, high := encrypt(s.keys[:], block, step)
			tile[2*i], tile[Tile32/2+2*i] = normalPair32(uint32(low), uint32(high))
			tile[2*i+1], tile[Tile32/2+2*i+1] = normalPair32(uint32(low>>32), uint32(high>>32))
			block++
		}
	}
}

// widenedTilesGeneric is normalTiles32Generic for WidenedNormals.
func (s *Stream) widenedTilesGeneric(dst []float64, step, index uint64) {
	var tile [Tile32]float32
	for ; len(dst) >= Tile32; dst = dst[Tile32:] {
		s.normalTiles32Generic(tile[:], step, index)
		for i, z := range tile {
			dst[i] = float64(z)
		}
		index += Tile32
	}
}
