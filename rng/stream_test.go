package rng

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"
	"testing"
)

// path is one implementation: use switches to it and returns what undoes that.
type path struct {
	name string
	use  func() (restore func())
}

// onEachPath runs a test on every implementation that can run here.
func onEachPath(t *testing.T, test func(t *testing.T)) {
	for _, p := range paths() {
		t.Run(p.name, func(t *testing.T) {
			defer p.use()()
			test(t)
		})
	}
}

// draw is Stream.Normals or Stream.Uniforms.
type draw struct {
	name string
	fill func(s *Stream, dst []float64, step, index uint64)
	// number is the definition of a single number, by index.
	number func(s *Stream, step, index uint64) float64
	// granule divides every index.
	granule uint64
}

var draws = []draw{
	{"normals", (*Stream).Normals, func(s *Stream, step, index uint64) float64 {
		low, high := s.Words(step, index/Tile*tileBlocks+index%tileBlocks)
		cosine, sine := normalPair(low, high)
		if index%Tile < tileBlocks {
			return cosine
		}
		return sine
	}, Tile},
	{"uniforms", (*Stream).Uniforms, func(s *Stream, step, index uint64) float64 {
		low, high := s.Words(step, index/2)
		if index%2 == 0 {
			return uniform(low)
		}
		return uniform(high)
	}, 1},
}

// checkDraw draws length numbers into the middle of buffer, whose other entries
// must stay as they are, and compares them with the definition.
func checkDraw(t *testing.T, d draw, s *Stream, buffer []float64, offset, length int, step, index uint64) {
	t.Helper()
	for i := range buffer {
		buffer[i] = math.Float64frombits(guardBits + uint64(i))
	}
	d.fill(s, buffer[offset:offset+length], step, index)
	for i, got := range buffer {
		want := math.Float64frombits(guardBits + uint64(i))
		if i >= offset && i < offset+length {
			want = d.number(s, step, index+uint64(i-offset))
		}
		if math.Float64bits(got) != math.Float64bits(want) {
			t.Fatalf("%s, length %d, offset %d, step %d, index %d: entry %d is %v (%x), want %v (%x)", d.name, length, offset,
				step, index, i-offset, got, math.Float64bits(got), want, math.Float64bits(want))
		}
	}
}

// guardBits is a NaN; the entries around a destination hold it, plus their index.
const guardBits = 0x7ff8dead00000000

func TestAllLengthsAndAlignments(t *testing.T) {
	s := NewStream(0x0123456789abcdef, 42, DomainNoise)
	onEachPath(t, func(t *testing.T) {
		const band = 24
		buffer := make([]float64, 130+2*band)
		for _, d := range draws {
			for length := range 131 {
				for alignment := range 8 {
					checkDraw(t, d, &s, buffer, band-alignment, length, 7, uint64(length)*d.granule)
				}
			}
		}
	})
}

func TestLongDraws(t *testing.T) {
	s := NewStream(3, 0, DomainStart)
	onEachPath(t, func(t *testing.T) {
		for _, d := range draws {
			for _, length := range []int{255, 256, 257, 511, 512, 513, 527, 528, 1024, 2000, 4097} {
				checkDraw(t, d, &s, make([]float64, length+7), 3, length, 1<<40, 5*d.granule)
			}
		}
	})
}

func TestExtremeAddresses(t *testing.T) {
	onEachPath(t, func(t *testing.T) {
		for _, s := range []Stream{NewStream(0, 0, 0), NewStream(math.MaxUint64, math.MaxUint32, math.MaxUint32)} {
			for _, d := range draws {
				for _, step := range []uint64{0, 1, math.MaxUint32, 1 << 32, math.MaxUint64} {
					for _, index := range []uint64{0, math.MaxUint32 / Tile * Tile, 1 << 32, 1 << 36, 1 << 60, math.MaxUint64 - 127} {
						checkDraw(t, d, &s, make([]float64, 128), 0, 128, step, index)
					}
				}
			}
		}
	})
}

func TestUniformsFromAnyIndex(t *testing.T) {
	s := NewStream(9, 8, DomainClass)
	onEachPath(t, func(t *testing.T) {
		for index := range uint64(2 * Tile) {
			for length := range 3 * Tile {
				checkDraw(t, draws[1], &s, make([]float64, length+2), 1, length, 5, index)
			}
		}
	})
}

func TestNormalsPanicsInsideATile(t *testing.T) {
	s := NewStream(1, 1, DomainNoise)
	for _, length := range []int{0, 1, 100} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("length %d: no panic for index 8", length)
				}
			}()
			s.Normals(make([]float64, length), 0, 8)
		}()
	}
}

func TestStreamsAreSafeForConcurrentReaders(t *testing.T) {
	s := NewStream(4, 4, DomainMean)
	const readers, length = 8, 3000
	results := make(chan []float64, readers)
	for range readers {
		go func() {
			dst := make([]float64, length)
			s.Normals(dst, 1, 0)
			results <- dst
		}()
	}
	for range readers {
		for i, z := range <-results {
			if want := draws[0].number(&s, 1, uint64(i)); z != want {
				t.Fatalf("normal %d is %v, want %v", i, z, want)
			}
		}
	}
}

func TestUniformEdges(t *testing.T) {
	for _, c := range []struct {
		word uint64
		want float64
	}{
		{0, 0x1p-54}, {1<<11 - 1, 0x1p-54}, {1 << 11, 0x1p-53}, {3 << 11, 3 * 0x1p-53},
		{1 << 63, 0.5}, {1<<63 + 1<<11, 0.5 + 0x1p-53}, {1<<63 - 1, 0.5 - 0x1p-53}, {math.MaxUint64, 1 - 0x1p-53},
	} {
		if got := uniform(c.word); got != c.want {
			t.Errorf("uniform(%#x) = %v, want %v", c.word, got, c.want)
		}
	}
}

// TestGoldenBits holds every path, architecture and compiler setting to the same
// bits; change the sums only when the definition of the numbers changes.
func TestGoldenBits(t *testing.T) {
	const count = 1 << 16
	golden := map[string]string{
		"normals":  "670ebc3856f765aed0af8890db512ea5911b872ed9482cdb41f3b7b0833074c8",
		"uniforms": "9100fecb0af6aae418b67ad3619470f6cc5f67b5353a7044efbf5f3394cfbc36",
	}
	s := NewStream(1, 2, DomainNoise)
	onEachPath(t, func(t *testing.T) {
		dst, bytes := make([]float64, count), make([]byte, 8*count)
		for _, d := range draws {
			d.fill(&s, dst, 3, 0)
			for i, x := range dst {
				binary.LittleEndian.PutUint64(bytes[8*i:], math.Float64bits(x))
			}
			sum := sha256.Sum256(bytes)
			if got := hex.EncodeToString(sum[:]); got != golden[d.name] {
				t.Errorf("%s: checksum %s, want %s", d.name, got, golden[d.name])
			}
		}
	})
}

func TestNoAllocations(t *testing.T) {
	dst := make([]float64, 1000)
	onEachPath(t, func(t *testing.T) {
		allocations := testing.AllocsPerRun(10, func() {
			s := NewStream(1, 2, DomainNoise)
			s.Normals(dst, 1, 0)
			s.Uniforms(dst, 1, 3)
			dst[0] = float64(first(s.Words(1, 2)))
		})
		if allocations != 0 {
			t.Errorf("%v allocations", allocations)
		}
	})
}

func first(low, _ uint64) uint64 { return low }

func FuzzDraws(f *testing.F) {
	f.Add(uint64(1), uint32(2), uint32(3), uint64(4), uint64(5), uint16(100))
	f.Add(uint64(math.MaxUint64), uint32(0), uint32(1), uint64(math.MaxUint64), uint64(math.MaxUint64), uint16(600))
	f.Fuzz(func(t *testing.T, seed uint64, run, domain uint32, step, index uint64, length uint16) {
		s := NewStream(seed, run, Domain(domain))
		buffer := make([]float64, int(length)%1200+2)
		for _, p := range paths() {
			t.Run(p.name, func(t *testing.T) {
				defer p.use()()
				for _, d := range draws {
					// Half the range of indices, so that index plus length stays in it.
					checkDraw(t, d, &s, buffer, 1, len(buffer)-2, step, index/2/d.granule*d.granule)
				}
			})
		}
	})
}
