package main

import (
	"fmt"
	"math"

	"github.com/mmcloughlin/avo/operand"
)

const bitsPerWord = 64

// signs emits one bit to a sign. The shifts that bring each bit of a group to the
// top of its lane stay in registers as far as there are enough.
func signs(a *assembler) {
	name := "signs" + a.suffix
	a.function(name, "dst *float64, words *uint64, count int",
		name+" sets 64 numbers for each of count words: number i to -1 if bit i is set,",
		"else to 1. count ≥ 1.")
	dst, words, count := a.load("dst"), a.load("words"), a.load("count")
	lanes := a.vectorBytes / wordBytes
	one, sign := a.held(a.broadcastFloat("one", 1)), a.held(a.broadcast("sign", 1<<(bitsPerWord-1)))
	shifts := make([]operand.Op, 0, bitsPerWord/lanes)
	const heldShifts = 8
	for first := 0; first < bitsPerWord; first += lanes {
		var values []uint64
		for i := range lanes {
			values = append(values, uint64(bitsPerWord-1-first-i))
		}
		shift := a.vector(fmt.Sprintf("signShift%d", first), values...)
		if len(shifts) < heldShifts {
			shifts = append(shifts, a.held(shift))
		} else {
			shifts = append(shifts, shift)
		}
	}
	a.Label("signWord")
	word := a.register()
	a.VPBROADCASTQ(operand.Mem{Base: words}, word)
	for i, shift := range shifts {
		x := a.register()
		a.VPSLLVQ(shift, word, x)
		a.andOr(sign, one, x)
		a.VMOVUPD(x, operand.Mem{Base: dst, Disp: i * a.vectorBytes})
	}
	a.ADDQ(operand.U8(wordBytes), words)
	a.ADDQ(operand.U32(bitsPerWord*wordBytes), dst)
	a.DECQ(count)
	a.JNZ(operand.LabelRef("signWord"))
	a.VZEROUPPER()
	a.RET()
}

// centredUniforms emits the uniforms of unit variance.
func centredUniforms(a *assembler) {
	name := "centredUniforms" + a.suffix
	a.function(name, "dst *float64, tiles int",
		name+" turns tiles of words into the numbers of centredUniform, in place. tiles ≥ 1.")
	one, threeHalves := a.held(a.broadcastFloat("one", 1)), a.held(a.broadcastFloat("threeHalves", 1.5))
	halfStep, scale := a.held(a.broadcastFloat("halfStep", 0x1p-53)), a.held(a.broadcastFloat("sqrt12", math.Sqrt(12)))
	a.eachTile("centred", a.load("dst"), a.load("tiles"), func(tile operand.Mem) {
		for offset := 0; offset < tileBytes; offset += a.vectorBytes {
			x := a.register()
			a.VMOVUPD(tile.Offset(offset), x)
			a.VPSRLQ(operand.U8(bitsPerWord-fractionBits), x, x)
			a.or(one, x, x)
			a.VSUBPD(threeHalves, x, x)
			a.VADDPD(halfStep, x, x)
			a.VMULPD(scale, x, x)
			a.VMOVUPD(x, tile.Offset(offset))
		}
	})
	a.VZEROUPPER()
	a.RET()
}
