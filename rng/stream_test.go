package rng

import (
	"crypto/sha256"
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

func TestAllLengthsAndAlignments(t *testing.T) {
	s := NewStream(0x0123456789abcdef, 42, DomainNoise)
	onEachPath(t, func(t *testing.T) {
		const band = 24
		for _, d := range draws {
			memory := newMemory(d, 130+2*band)
			for length := range 131 {
				for alignment := range 64 / d.size() {
					d.check(t, &s, memory, band-alignment, length, 7, uint64(length)*d.granule())
				}
			}
		}
	})
}

func TestLongDraws(t *testing.T) {
	s := NewStream(3, 0, DomainStart)
	onEachPath(t, func(t *testing.T) {
		for _, d := range draws {
			for _, length := range []int{255, 256, 257, 511, 512, 513, 527, 528, 1023, 1024, 1056, 2000, 4097, 9000} {
				for index := range uint64(3) {
					d.check(t, &s, newMemory(d, length+7), 3, length, 1<<40, 5*index*d.granule())
				}
			}
		}
	})
}

func TestExtremeAddresses(t *testing.T) {
	onEachPath(t, func(t *testing.T) {
		for _, s := range []Stream{NewStream(0, 0, 0), NewStream(math.MaxUint64, math.MaxUint32, math.MaxUint32)} {
			for _, d := range draws {
				for _, step := range []uint64{0, 1, math.MaxUint32, 1 << 32, math.MaxUint64} {
					for _, index := range []uint64{0, math.MaxUint32 / SignGranule * SignGranule, 1 << 32, 1 << 36, 1 << 60, math.MaxUint64 - 127} {
						d.check(t, &s, newMemory(d, 128), 0, 128, step, index)
					}
				}
			}
		}
	})
}

// TestAnyIndex begins at every multiple of a draw's granule within a few tiles.
func TestAnyIndex(t *testing.T) {
	s := NewStream(9, 8, DomainClass)
	onEachPath(t, func(t *testing.T) {
		for _, d := range draws {
			memory := newMemory(d, 3*Tile+2)
			for index := uint64(0); index < max(2*Tile, 20*d.granule()); index += d.granule() {
				for length := range 3 * Tile {
					d.check(t, &s, memory[:(length+2)*d.size()], 1, length, 5, index)
				}
			}
		}
	})
}

func TestPanicsInsideAGranule(t *testing.T) {
	s := NewStream(1, 1, DomainNoise)
	for _, d := range draws {
		if d.granule() == 1 {
			continue
		}
		for _, length := range []int{0, 1, 100} {
			for _, index := range []uint64{1, d.granule() / 2, 3*d.granule() - 1} {
				func() {
					defer func() {
						if recover() == nil {
							t.Errorf("%v, length %d: no panic for index %d", d, length, index)
						}
					}()
					d.draw(&s, length, 0, index)
				}()
			}
		}
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
			if want := normals.at(&s, 1, uint64(i)); z != want {
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
		"normals":          "670ebc3856f765aed0af8890db512ea5911b872ed9482cdb41f3b7b0833074c8",
		"normals32":        "d3b42fc99f1ff1a166a72b80cdf258e90c5d1ca43a3f60deb3183ad0a1d8f53b",
		"widened normals":  "820b909a03720033cf45bd3f634c364d6d6af389f7c7aea42e42deccad161a8b",
		"words":            "fe99939345a02717a90b40a102b2105646a2173509653fe4d7f7be19aaf31d45",
		"signs":            "d96e022c1d25ee8a716c7807fe07ce03813cbeea8b2a764cb6ddf1254529f0c3",
		"centred uniforms": "c4427470d8134d315c7ec7df0f43ba89c2d6183d500a4fb06e3a3342e34eb2ae",
		"uniforms":         "9100fecb0af6aae418b67ad3619470f6cc5f67b5353a7044efbf5f3394cfbc36",
	}
	s := NewStream(1, 2, DomainNoise)
	onEachPath(t, func(t *testing.T) {
		for _, d := range draws {
			sum := sha256.Sum256(d.draw(&s, count, 3, 0))
			if got := hex.EncodeToString(sum[:]); got != golden[d.String()] {
				t.Errorf("%v: checksum %s, want %s", d, got, golden[d.String()])
			}
		}
	})
}

func TestNoAllocations(t *testing.T) {
	var fillers []func(s *Stream, step uint64)
	for _, d := range draws {
		fillers = append(fillers, d.filler(1001))
	}
	s := NewStream(3, 4, DomainNoise)
	var sum uint64
	onEachPath(t, func(t *testing.T) {
		allocations := testing.AllocsPerRun(10, func() {
			fresh := NewStream(1, 2, DomainNoise)
			sum += first(fresh.Words(1, 2))
			for _, fill := range fillers {
				fill(&s, 1)
			}
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
		count := int(length) % 2500
		for _, p := range paths() {
			t.Run(p.name, func(t *testing.T) {
				defer p.use()()
				for _, d := range draws {
					// Half the range of indices, so that index plus length stays in it.
					d.check(t, &s, newMemory(d, count+2), 1, count, step, index/2/d.granule()*d.granule())
				}
			})
		}
	})
}
