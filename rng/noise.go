package rng

import (
	"fmt"
	"math"
)

// SignGranule is the granule of signs, the bits of one word.
const SignGranule = 64

// Bits sets dst[i] to word number index+i of the step, for any index and length
// with index+len(dst) ≤ 2^64. A tile of 16 words uses 8 consecutive counters: word
// 16j+i is the low word of block 8j+i, word 16j+8+i its high one, i = 0 … 7.
func (s *Stream) Bits(dst []uint64, step, index uint64) {
	var tile [Tile]uint64
	if skip := index % Tile; skip > 0 && len(dst) > 0 {
		s.bitTiles(tile[:], step, index-skip)
		n := copy(dst, tile[skip:])
		dst, index = dst[n:], index+uint64(n)
	}
	whole := len(dst) / Tile * Tile
	s.bitTiles(dst[:whole], step, index)
	if rest := dst[whole:]; len(rest) > 0 {
		s.bitTiles(tile[:], step, index+uint64(whole))
		copy(rest, tile[:])
	}
}

// Signs sets dst[i] to -1 if bit number index+i of the step is set, else to 1: a
// number of mean 0 and variance 1 (Rademacher) from a single bit. Bit 64w+b is bit b,
// from the lowest on, of word w of Bits. The length is arbitrary, but index must be
// a multiple of SignGranule, else Signs panics.
func (s *Stream) Signs(dst []float64, step, index uint64) {
	if index%SignGranule != 0 {
		panic(fmt.Sprintf("rng: index %d of signs is not a multiple of %d", index, SignGranule))
	}
	// A few tiles of words at a time.
	var words [4 * Tile]uint64
	word := index / SignGranule
	for len(dst) > 0 {
		// End at a tile of words, so that none is made twice.
		n := min(len(words)-int(word%Tile), (len(dst)+SignGranule-1)/SignGranule)
		s.Bits(words[:n], step, word)
		whole := min(n, len(dst)/SignGranule)
		expandSigns(dst[:whole*SignGranule], words[:whole])
		if dst = dst[whole*SignGranule:]; whole < n {
			var last [SignGranule]float64
			expandSigns(last[:], words[whole:n])
			copy(dst, last[:])
			return
		}
		word += uint64(n)
	}
}

// CentredUniforms sets dst[i] to number index+i of the step of a sequence of mean 0
// and variance 1, uniform on (-√3, √3). The length is arbitrary, but index must be a
// multiple of Tile, else CentredUniforms panics, and index+len(dst) at most 2^64.
// Word index+i of Bits, k its upper 52 bits, gives
//
//	x = √12 ((k+½) 2^-52 - ½),
//
// rounded once: complementary words give opposite numbers.
func (s *Stream) CentredUniforms(dst []float64, step, index uint64) {
	if index%Tile != 0 {
		panic(fmt.Sprintf("rng: index %d of centred uniforms is not a multiple of %d", index, Tile))
	}
	whole := len(dst) / Tile * Tile
	s.centredTiles(dst[:whole], step, index)
	if rest := dst[whole:]; len(rest) > 0 {
		var tile [Tile]float64
		s.centredTiles(tile[:], step, index+uint64(whole))
		copy(rest, tile[:])
	}
}

// centredUniform maps a word to (-√3, √3).
func centredUniform(word uint64) float64 {
	const root12 = 0x1.bb67ae8584caap+01
	u := math.Float64frombits(word>>(64-fractionBits)|oneBits) - 1.5
	return root12 * (u + 0x1p-53)
}

// bitTilesGeneric sets dst, whole tiles, to the words from index, a multiple of
// Tile.
func (s *Stream) bitTilesGeneric(dst []uint64, step, index uint64) {
	block := index / 2
	for ; len(dst) >= Tile; dst = dst[Tile:] {
		tile := (*[Tile]uint64)(dst)
		for i := range tileBlocks {
			tile[i], tile[tileBlocks+i] = encrypt(s.keys[:], block, step)
			block++
		}
	}
}

// expandSignsGeneric sets dst to 64 signs of each word.
func expandSignsGeneric(dst []float64, words []uint64) {
	for i, word := range words {
		signs := (*[SignGranule]float64)(dst[i*SignGranule:])
		for bit := range signs {
			signs[bit] = math.Float64frombits(oneBits | word>>bit<<63)
		}
	}
}

// centredTilesGeneric is bitTilesGeneric for CentredUniforms.
func (s *Stream) centredTilesGeneric(dst []float64, step, index uint64) {
	var words [Tile]uint64
	for ; len(dst) >= Tile; dst = dst[Tile:] {
		s.bitTilesGeneric(words[:], step, index)
		for i, word := range words {
			dst[i] = centredUniform(word)
		}
		index += Tile
	}
}
