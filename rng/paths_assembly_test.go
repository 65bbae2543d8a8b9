//go:build (amd64 || arm64) && !purego

package rng

import (
	"math"
	"testing"
	"unsafe"

	"anisgd/kernels/cpu"
)

func TestKnownAnswersOfWordTiles(t *testing.T) {
	for _, p := range paths()[1:] {
		t.Run(p.name, func(t *testing.T) {
			defer p.use()()
			for _, answer := range knownAnswers(t) {
				keys := make([]roundKey, answer.rounds+1)
				expandKey(keys, answer.key[0], answer.key[1])
				// The counter lies in the second of three tiles.
				const tiles = 3
				var dst [tiles * Tile]uint64
				first := answer.counter[0]&^(tileBlocks-1) - tileBlocks
				wordTiles(&dst[0], tiles, keys, first, answer.counter[1])
				position := answer.counter[0] % tileBlocks
				low, high := dst[Tile+position], dst[Tile+tileBlocks+position]
				if low != answer.words[0] || high != answer.words[1] {
					t.Errorf("%+v: got %016x %016x", answer, low, high)
				}
				for i := range uint64(tiles * tileBlocks) {
					low, high := encrypt(keys, first+i, answer.counter[1])
					at := i/tileBlocks*Tile + i%tileBlocks
					if dst[at] != low || dst[at+tileBlocks] != high {
						t.Errorf("%+v: block %d differs from plain Go", answer, i)
					}
				}
			}
		})
	}
}

// tileFunctions is what turns words into numbers on one path.
type tileFunctions struct {
	path              cpu.Path
	normals, uniforms func(dst *float64, tiles int)
	normals32         func(dst *float32, words *uint64, tiles int)
	widened           func(dst *float64, words *uint64, tiles int)
	centred           func(dst *float64, tiles int)
}

// onChosenWords feeds the assembly words no seed would reach.
func onChosenWords(t *testing.T, test func(t *testing.T, a tileFunctions)) {
	for _, a := range assemblies {
		t.Run(a.path.String(), func(t *testing.T) {
			if missing := cpu.Missing(a.path); missing != "" {
				t.Skip(a.path.String() + " " + missing)
			}
			test(t, a)
		})
	}
}

func TestTilesOfChosenWords(t *testing.T) {
	lows, highs := edgeRadiusWords(), edgeAngleWords()
	tiles := (max(len(lows), len(highs)) + tileBlocks - 1) / tileBlocks
	onChosenWords(t, func(t *testing.T, a tileFunctions) {
		pairs, dst := make([][2]uint64, tiles*tileBlocks), make([]float64, tiles*Tile)
		for shift := range 50 {
			for i := range pairs {
				pairs[i] = [2]uint64{lows[i%len(lows)], highs[(i+i/len(highs)+shift*41)%len(highs)]}
			}
			fill := func() {
				for i, p := range pairs {
					at := i/tileBlocks*Tile + i%tileBlocks
					dst[at], dst[at+tileBlocks] = math.Float64frombits(p[0]), math.Float64frombits(p[1])
				}
			}
			expect := func(what string, at int, want float64) {
				if dst[at] != want {
					t.Fatalf("%s: number %d is %v, want %v", what, at, dst[at], want)
				}
			}
			fill()
			a.normals(&dst[0], tiles)
			for i, p := range pairs {
				at := i/tileBlocks*Tile + i%tileBlocks
				cosine, sine := normalPair(p[0], p[1])
				expect("normals", at, cosine)
				expect("normals", at+tileBlocks, sine)
			}
			fill()
			a.uniforms(&dst[0], tiles)
			for i, p := range pairs {
				expect("uniforms", 2*i, uniform(p[0]))
				expect("uniforms", 2*i+1, uniform(p[1]))
			}
			fill()
			a.centred(&dst[0], tiles)
			for i, p := range pairs {
				at := i/tileBlocks*Tile + i%tileBlocks
				expect("centred uniforms", at, centredUniform(p[0]))
				expect("centred uniforms", at+tileBlocks, centredUniform(p[1]))
			}
		}
	})
}

func TestTilesOfChosenWords32(t *testing.T) {
	radii, angles := edgeRadiusWords32(), edgeAngleWords32()
	const half = Tile32 / 2
	tiles := (len(radii) + half - 1) / half
	onChosenWords(t, func(t *testing.T, a tileFunctions) {
		words := make([]uint32, tiles*Tile32)
		narrow, wide := make([]float32, len(words)), make([]float64, len(words))
		for shift := range len(angles) {
			for i := range tiles * half {
				at := i/half*Tile32 + i%half
				words[at], words[at+half] = radii[i%len(radii)], angles[(i+shift)%len(angles)]
			}
			first := (*uint64)(unsafe.Pointer(&words[0]))
			a.normals32(&narrow[0], first, tiles)
			a.widened(&wide[0], first, tiles)
			for i := range tiles * half {
				at := i/half*Tile32 + i%half
				x, y := normalPair32(words[at], words[at+half])
				if narrow[at] != x || narrow[at+half] != y || wide[at] != float64(x) || wide[at+half] != float64(y) {
					t.Fatalf("words %08x %08x: got %v %v, widened %v %v, want %v %v", words[at], words[at+half],
						narrow[at], narrow[at+half], wide[at], wide[at+half], x, y)
				}
			}
		}
	})
}

// BenchmarkWordTiles is the assembly's raw words, without dispatch.
func BenchmarkWordTiles(b *testing.B) {
	s := NewStream(1, 2, DomainNoise)
	dst := make([]uint64, chunk)
	for _, p := range paths()[1:] {
		b.Run("path="+p.name, func(b *testing.B) {
			defer p.use()()
			step := uint64(0)
			benchmarkNumbers(b, len(dst), 8, func() {
				wordTiles(&dst[0], len(dst)/Tile, s.keys[:], 0, step)
				step++
			})
		})
	}
}
