package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// uniformConstants are what uniform keeps in registers.
type uniformConstants struct{ one, lastBit, smallest reg.VecVirtual }

func holdUniformConstants(a *assembler) uniformConstants {
	return uniformConstants{
		one:      a.held(a.broadcastFloat("one", 1)),
		lastBit:  a.held(a.broadcast("lastBit", 1)),
		smallest: a.held(a.broadcastFloat("smallestUniform", 0x1p-54)),
	}
}

// uniform turns words into uniforms u = max(k 2^-53, 2^-54) with k = word >> 11,
// in place. The conversion is exact: 52 bits of k make m in [1, 2), its last
// bit b chooses what is taken off, 1 - b 2^-53, which is 1 less b last places.
func uniform(a *assembler, c uniformConstants, words reg.VecVirtual) {
	subtrahend := a.YMM()
	a.VPSRLQ(operand.U8(11), words, words)
	a.VPAND(c.lastBit, words, subtrahend)
	a.VPSRLQ(operand.U8(1), words, words)
	a.VPOR(c.one, words, words)
	a.VPSUBQ(subtrahend, c.one, subtrahend)
	a.VSUBPD(subtrahend, words, words)
	a.VMAXPD(c.smallest, words, words)
}

func uniformsAVX2(a *assembler) {
	a.function("uniformsAVX2", "dst *float64, tiles int",
		"uniformsAVX2 turns tiles of words into uniforms in the order of the counters, low",
		"word before high word, in place. tiles ≥ 1.")
	constants := holdUniformConstants(a)
	a.eachTile("uniforms", a.load("dst"), a.load("tiles"), func(tile operand.Mem) {
		var words []reg.VecVirtual
		for offset := 0; offset < tileBytes; offset += vectorBytes {
			word := a.YMM()
			a.VMOVDQU(tile.Offset(offset), word)
			uniform(a, constants, word)
			words = append(words, word)
		}
		for group := range halfTile / vectorBytes {
			low, high := words[group], words[group+halfTile/vectorBytes]
			even, odd, first, second := a.YMM(), a.YMM(), a.YMM(), a.YMM()
			a.VUNPCKLPD(high, low, even)
			a.VUNPCKHPD(high, low, odd)
			a.VPERM2F128(operand.U8(0x20), odd, even, first)
			a.VPERM2F128(operand.U8(0x31), odd, even, second)
			a.VMOVUPD(first, tile.Offset(2*group*vectorBytes))
			a.VMOVUPD(second, tile.Offset((2*group+1)*vectorBytes))
		}
	})
	a.VZEROUPPER()
	a.RET()
}
