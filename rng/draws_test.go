package rng

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"testing"
	"unsafe"
)

// draw is a method of Stream that fills a slice, with what it must fill it with.
type draw interface {
	fmt.Stringer
	// granule divides every index.
	granule() uint64
	// size of a number, in bytes.
	size() int
	// check draws length numbers into memory, from number offset of it on. All other
	// memory must stay as it is, and the numbers be those of the definition.
	check(t *testing.T, s *Stream, memory []byte, offset, length int, step, index uint64)
	// draw returns length numbers as bytes, little endian.
	draw(s *Stream, length int, step, index uint64) []byte
	// filler returns a function that draws into one and the same slice.
	filler(length int) func(s *Stream, step uint64)
}

type number interface{ float32 | float64 | uint64 }

// drawOf is a draw of numbers of type T.
type drawOf[T number] struct {
	name  string
	fill  func(s *Stream, dst []T, step, index uint64)
	every uint64
	// at is the definition of a single number, by index.
	at func(s *Stream, step, index uint64) T
}

var (
	normals = drawOf[float64]{"normals", (*Stream).Normals, Tile, func(s *Stream, step, index uint64) float64 {
		cosine, sine := normalPair(s.Words(step, index/Tile*tileBlocks+index%tileBlocks))
		if index%Tile < tileBlocks {
			return cosine
		}
		return sine
	}}
	uniforms = drawOf[float64]{"uniforms", (*Stream).Uniforms, 1, func(s *Stream, step, index uint64) float64 {
		low, high := s.Words(step, index/2)
		if index%2 == 0 {
			return uniform(low)
		}
		return uniform(high)
	}}
	normals32 = drawOf[float32]{"normals32", (*Stream).Normals32, Tile32, func(s *Stream, step, index uint64) float32 {
		pair := index % (Tile32 / 2)
		low, high := s.Words(step, index/Tile32*tileBlocks+pair/2)
		shift := 32 * (pair % 2)
		cosine, sine := normalPair32(uint32(low>>shift), uint32(high>>shift))
		if index%Tile32 < Tile32/2 {
			return cosine
		}
		return sine
	}}
	widenedNormals = drawOf[float64]{"widened normals", (*Stream).WidenedNormals, Tile32, func(s *Stream, step, index uint64) float64 {
		return float64(normals32.at(s, step, index))
	}}
	words = drawOf[uint64]{"words", (*Stream).Bits, 1, func(s *Stream, step, index uint64) uint64 {
		low, high := s.Words(step, index/Tile*tileBlocks+index%tileBlocks)
		if index%Tile < tileBlocks {
			return low
		}
		return high
	}}
	signs = drawOf[float64]{"signs", (*Stream).Signs, SignGranule, func(s *Stream, step, index uint64) float64 {
		if words.at(s, step, index/64)>>(index%64)&1 == 1 {
			return -1
		}
		return 1
	}}
	centredUniforms = drawOf[float64]{"centred uniforms", (*Stream).CentredUniforms, Tile, func(s *Stream, step, index uint64) float64 {
		// The odd multiple of 2^-53, as an integer.
		k := int64(words.at(s, step, index)>>12)*2 + 1 - 1<<52
		return math.Sqrt(12) * math.Ldexp(float64(k), -53)
	}}

	draws = []draw{normals, uniforms, normals32, widenedNormals, words, signs, centredUniforms}
)

func (d drawOf[T]) String() string  { return d.name }
func (d drawOf[T]) granule() uint64 { return d.every }
func (d drawOf[T]) size() int       { return int(unsafe.Sizeof(T(0))) }

// guardByte fills the memory around a destination; eight of them are a number no
// draw gives.
const guardByte = 0xfd

func (d drawOf[T]) check(t *testing.T, s *Stream, memory []byte, offset, length int, step, index uint64) {
	t.Helper()
	for i := range memory {
		memory[i] = guardByte
	}
	numbers := unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(memory))), len(memory)/d.size())
	dst := numbers[offset : offset+length]
	d.fill(s, dst, step, index)
	for i, got := range dst {
		want := d.at(s, step, index+uint64(i))
		if got != want || math.Signbit(float64(got)) != math.Signbit(float64(want)) {
			t.Fatalf("%v, length %d, offset %d, step %d, index %d: number %d is %v, want %v", d, length, offset, step, index, i, got, want)
		}
	}
	from, to := offset*d.size(), (offset+length)*d.size()
	for i, b := range memory {
		if (i < from || i >= to) && b != guardByte {
			t.Fatalf("%v, length %d, offset %d, step %d, index %d: wrote outside, %d bytes from the start", d, length, offset, step, index, i-from)
		}
	}
}

func (d drawOf[T]) draw(s *Stream, length int, step, index uint64) []byte {
	dst := make([]T, length)
	d.fill(s, dst, step, index)
	var b bytes.Buffer
	if err := binary.Write(&b, binary.LittleEndian, dst); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func (d drawOf[T]) filler(length int) func(s *Stream, step uint64) {
	dst := make([]T, length)
	return func(s *Stream, step uint64) { d.fill(s, dst, step, 0) }
}

// newMemory is memory for count numbers of a draw, aligned as the largest ones.
func newMemory(d draw, count int) []byte {
	numbers := make([]uint64, (count*d.size()+7)/8)
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(numbers))), count*d.size())
}
