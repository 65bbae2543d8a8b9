//go:build !purego

package rng

import (
	"math"
	"testing"

	"anisgd/kernels/cpu"
)

// paths lists every implementation that can run here.
func paths() []path {
	list := []path{{"generic", func() func() { return cpu.Override(cpu.Generic) }}}
	if cpu.Missing(cpu.AVX2) != "" {
		return list
	}
	assembly := func(vaes bool) func() func() {
		return func() func() {
			restore, old := cpu.Override(cpu.AVX2), useVAES
			useVAES = vaes
			return func() { useVAES = old; restore() }
		}
	}
	if cpu.HasVAES {
		list = append(list, path{"avx2-vaes", assembly(true)})
	}
	return append(list, path{"avx2-aesni", assembly(false)})
}

func TestKnownAnswersOfWordTiles(t *testing.T) {
	for _, p := range paths()[1:] {
		t.Run(p.name, func(t *testing.T) {
			defer p.use()()
			for _, answer := range knownAnswers(t) {
				keys := make([]roundKey, answer.rounds+1)
				expandKey(keys, answer.key[0], answer.key[1])
				// The counter lies in the second of three tiles.
				const tiles = 3
				var dst [tiles * Tile]float64
				first := answer.counter[0]&^(tileBlocks-1) - tileBlocks
				wordTiles(dst[:], keys, first, answer.counter[1])
				position := answer.counter[0] % tileBlocks
				low := math.Float64bits(dst[Tile+position])
				high := math.Float64bits(dst[Tile+tileBlocks+position])
				if low != answer.words[0] || high != answer.words[1] {
					t.Errorf("%+v: got %016x %016x", answer, low, high)
				}
				for i := range uint64(tiles * tileBlocks) {
					low, high := encrypt(keys, first+i, answer.counter[1])
					at := i/tileBlocks*Tile + i%tileBlocks
					if math.Float64bits(dst[at]) != low || math.Float64bits(dst[at+tileBlocks]) != high {
						t.Errorf("%+v: block %d differs from plain Go", answer, i)
					}
				}
			}
		})
	}
}

// TestBoxMullerOnChosenWords feeds the assembly words no seed would reach.
func TestBoxMullerOnChosenWords(t *testing.T) {
	if cpu.Missing(cpu.AVX2) != "" {
		t.Skip("avx2 " + cpu.Missing(cpu.AVX2))
	}
	lows, highs := edgeRadiusWords(), edgeAngleWords()
	tiles := (max(len(lows), len(highs)) + tileBlocks - 1) / tileBlocks
	words, dst := make([][2]uint64, tiles*tileBlocks), make([]float64, tiles*Tile)
	for shift := range 50 {
		for i := range words {
			words[i] = [2]uint64{lows[i%len(lows)], highs[(i+i/len(highs)+shift*41)%len(highs)]}
			at := i/tileBlocks*Tile + i%tileBlocks
			dst[at], dst[at+tileBlocks] = math.Float64frombits(words[i][0]), math.Float64frombits(words[i][1])
		}
		boxMullerAVX2(&dst[0], tiles)
		for i, w := range words {
			at := i/tileBlocks*Tile + i%tileBlocks
			cosine, sine := normalPair(w[0], w[1])
			if dst[at] != cosine || dst[at+tileBlocks] != sine {
				t.Fatalf("words %016x %016x: got %v %v, want %v %v", w[0], w[1], dst[at], dst[at+tileBlocks], cosine, sine)
			}
		}
	}
	for i, w := range words {
		at := i/tileBlocks*Tile + i%tileBlocks
		dst[at], dst[at+tileBlocks] = math.Float64frombits(w[0]), math.Float64frombits(w[1])
	}
	uniformsAVX2(&dst[0], tiles)
	for i, w := range words {
		if low, high := uniform(w[0]), uniform(w[1]); dst[2*i] != low || dst[2*i+1] != high {
			t.Fatalf("words %016x %016x: got uniforms %v %v, want %v %v", w[0], w[1], dst[2*i], dst[2*i+1], low, high)
		}
	}
}

// BenchmarkWordTiles is the assembly's raw words, without dispatch.
func BenchmarkWordTiles(b *testing.B) {
	s := NewStream(1, 2, DomainNoise)
	dst := make([]float64, chunk)
	for _, p := range paths()[1:] {
		b.Run("path="+p.name, func(b *testing.B) {
			defer p.use()()
			step := uint64(0)
			benchmarkNumbers(b, len(dst), func() {
				wordTiles(dst, s.keys[:], 0, step)
				step++
			})
		})
	}
}
