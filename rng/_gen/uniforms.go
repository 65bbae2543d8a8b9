package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// uniformConstants are what uniform keeps in registers.
type uniformConstants struct{ one, lastBit, step, smallest reg.VecVirtual }

func holdUniformConstants(a *assembler) uniformConstants {
	if a.vectorBytes == zmmBytes {
		return uniformConstants{
			step:     a.held(a.broadcastFloat("uniformStep", 0x1p-53)),
			smallest: a.held(a.broadcastFloat("smallestUniform", 0x1p-54)),
		}
	}
	return uniformConstants{
		one:      a.held(a.broadcastFloat("one", 1)),
		lastBit:  a.held(a.broadcast("lastBit", 1)),
		smallest: a.held(a.broadcastFloat("smallestUniform", 0x1p-54)),
	}
}

// uniform turns words into uniforms u = max(k 2^-53, 2^-54) with k = word >> 11,
// in place. AVX-512 converts k to float64, exactly. AVX2 cannot: 52 bits of k make
// m in [1, 2), and its last bit b chooses what is taken off, 1 - b 2^-53, which is
// 1 less b last places.
func uniform(a *assembler, c uniformConstants, words reg.VecVirtual) {
	if a.vectorBytes == zmmBytes {
		a.VPSRLQ(operand.U8(11), words, words)
		a.VCVTUQQ2PD(words, words)
		a.VMULPD(c.step, words, words)
		a.VMAXPD(c.smallest, words, words)
		return
	}
	subtrahend := a.register()
	a.VPSRLQ(operand.U8(11), words, words)
	a.and(c.lastBit, words, subtrahend)
	a.VPSRLQ(operand.U8(1), words, words)
	a.or(c.one, words, words)
	a.VPSUBQ(subtrahend, c.one, subtrahend)
	a.VSUBPD(subtrahend, words, words)
	a.VMAXPD(c.smallest, words, words)
}

func uniforms(a *assembler) {
	a.function("uniforms"+a.suffix, "dst *float64, tiles int",
		"uniforms"+a.suffix+" turns tiles of words into uniforms in the order of the counters, low",
		"word before high word, in place. tiles ≥ 1.")
	constants := holdUniformConstants(a)
	interleave := interleaveYMM
	if a.vectorBytes == zmmBytes {
		interleave = interleaveZMM
	}
	a.eachTile("uniforms", a.load("dst"), a.load("tiles"), func(tile operand.Mem) {
		var words []reg.VecVirtual
		for offset := 0; offset < tileBytes; offset += a.vectorBytes {
			word := a.register()
			a.VMOVUPD(tile.Offset(offset), word)
			uniform(a, constants, word)
			words = append(words, word)
		}
		groups := halfTile / a.vectorBytes
		for group := range groups {
			first, second := interleave(a, words[group], words[group+groups])
			a.VMOVUPD(first, tile.Offset(2*group*a.vectorBytes))
			a.VMOVUPD(second, tile.Offset((2*group+1)*a.vectorBytes))
		}
	})
	a.VZEROUPPER()
	a.RET()
}

// interleaveYMM returns low[0], high[0], low[1], high[1], … in two registers.
func interleaveYMM(a *assembler, low, high reg.VecVirtual) (first, second reg.VecVirtual) {
	even, odd := a.YMM(), a.YMM()
	a.VUNPCKLPD(high, low, even)
	a.VUNPCKHPD(high, low, odd)
	first, second = a.YMM(), a.YMM()
	a.VPERM2F128(operand.U8(0x20), odd, even, first)
	a.VPERM2F128(operand.U8(0x31), odd, even, second)
	return first, second
}

func interleaveZMM(a *assembler, low, high reg.VecVirtual) (first, second reg.VecVirtual) {
	first, second = a.ZMM(), a.ZMM()
	a.VMOVDQU64(a.vector("interleavedFirst", 0, 8, 1, 9, 2, 10, 3, 11), first)
	a.VPERMI2PD(high, low, first)
	a.VMOVDQU64(a.vector("interleavedSecond", 4, 12, 5, 13, 6, 14, 7, 15), second)
	a.VPERMI2PD(high, low, second)
	return first, second
}
