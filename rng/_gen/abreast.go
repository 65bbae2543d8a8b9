package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// runsAbreast is rng.Abreast: runs whose keys lie side by side, those of the even
// ones in the first half.
const runsAbreast = 8

// wordsAbreast emits the words of runs side by side: each register holds the same
// counter for runs of its own, and every 128 bits have a key of their own.
func wordsAbreast(a *assembler, name string, width int, doc ...string) {
	a.function(name, "dst *uint64, tiles int, keys *[2]uint64, block, step uint64", doc...)
	register := map[int]func() reg.VecVirtual{xmmBytes: a.xmm, ymmBytes: a.ymm, zmmBytes: a.zmm}[width]
	exclusiveOr := func(x, y, to operand.Op) { a.VPXOR(x, y, to) }
	if width == zmmBytes {
		exclusiveOr = func(x, y, to operand.Op) { a.VPXORQ(x, y, to) }
	}
	const half = runsAbreast / 2 * keyBytes
	perHalf := half / width // registers
	dst, tiles, keys := a.load("dst"), a.load("tiles"), a.load("keys")
	key := func(round, parity, part int) operand.Op {
		return operand.Mem{Base: keys, Disp: round*runsAbreast*keyBytes + parity*half + part*width}
	}
	if width == zmmBytes {
		// AVX-512 has registers enough for all of them.
		var held [rounds + 1][2]reg.VecVirtual
		for round := range held {
			for parity := range held[round] {
				held[round][parity] = register()
				a.VMOVDQU64(key(round, parity, 0), held[round][parity])
			}
		}
		key = func(round, parity, _ int) operand.Op { return held[round][parity] }
	}

	counter, block, step := register(), a.XMM(), a.XMM()
	a.VMOVQ(a.load("block"), block)
	a.VMOVQ(a.load("step"), step)
	a.VPUNPCKLQDQ(step, block, block)
	var ones []uint64
	for range width / keyBytes {
		ones = append(ones, 1, 0)
	}
	next := a.vector(name+"Next", ones...)
	switch width {
	case xmmBytes:
		a.VMOVDQA(block, counter)
	case ymmBytes:
		a.VINSERTI128(operand.U8(1), block, block.AsY(), counter)
	case zmmBytes:
		a.VSHUFI64X2(operand.U8(0), block.AsZ(), block.AsZ(), counter)
	}

	a.eachTile(name+"Tile", dst, tiles, func(tile operand.Mem) {
		var states [2][]reg.VecVirtual // of even and of odd runs
		for parity := range states {
			for part := range perHalf {
				state := register()
				exclusiveOr(key(0, parity, part), counter, state)
				states[parity] = append(states[parity], state)
			}
		}
		a.VPADDQ(next, counter, counter)
		for round := 1; round <= rounds; round++ {
			for parity := range states {
				for part, state := range states[parity] {
					if round < rounds {
						a.VAESENC(key(round, parity, part), state, state)
					} else {
						a.VAESENCLAST(key(round, parity, part), state, state)
					}
				}
			}
		}
		for part := range perHalf {
			even, odd, word := states[0][part], states[1][part], register()
			a.VPUNPCKLQDQ(odd, even, word)
			a.VMOVUPD(word, tile.Offset(part*width))
			a.VPUNPCKHQDQ(odd, even, word)
			a.VMOVUPD(word, tile.Offset(halfTile+part*width))
		}
	})
	if width > xmmBytes {
		a.VZEROUPPER()
	}
	a.RET()
}

// wordsAbreastVAES emits them with AES rounds on whole registers.
func wordsAbreastVAES(a *assembler) {
	if a.vectorBytes == zmmBytes {
		wordsAbreast(a, "wordsAbreastVAES512", zmmBytes, "wordsAbreastVAES512 is wordsAbreastVAES with AES rounds on 512 bits.")
		return
	}
	wordsAbreast(a, "wordsAbreastVAES", ymmBytes,
		fmt.Sprintf("wordsAbreastVAES fills tiles with the words that encrypt gives to %d runs, whose keys are", runsAbreast),
		"those of Streams: a tile is the low words of a counter, one a run, then the high ones; the",
		"counters are (block, step), (block+1, step), …. It runs AES rounds on 256 bits. tiles ≥ 1.")
}

// wordsAbreastAESNI emits them with one counter to a register.
func wordsAbreastAESNI(a *assembler) {
	wordsAbreast(a, "wordsAbreastAESNI", xmmBytes, "wordsAbreastAESNI is wordsAbreastVAES with AES rounds on 128 bits.")
}

// uniformsInPlace emits uniforms where their words are.
func uniformsInPlace(a *assembler) {
	a.function("uniformsInPlace"+a.suffix, "dst *float64, tiles int",
		"uniformsInPlace"+a.suffix+" turns the words of tiles into uniforms, in place. tiles ≥ 1.")
	constants := holdUniformConstants(a)
	a.eachTile("uniformsInPlace", a.load("dst"), a.load("tiles"), func(tile operand.Mem) {
		for offset := 0; offset < tileBytes; offset += a.vectorBytes {
			words := a.register()
			a.VMOVUPD(tile.Offset(offset), words)
			uniform(a, constants, words)
			a.VMOVUPD(words, tile.Offset(offset))
		}
	})
	a.VZEROUPPER()
	a.RET()
}
