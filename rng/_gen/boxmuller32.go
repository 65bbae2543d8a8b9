package main

import (
	"fmt"
	"math"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// radiusScale32 is what the assembly's uniforms for radii are too large by: the
// reciprocals undo it, and a multiplication is saved.
const radiusScale32 = 1 << 31

// boxMuller32 emits the normals of float32, as such or widened to float64. All
// tables fit into registers, so one pass does everything; the vectors of a tile
// go through it side by side.
func boxMuller32(a *assembler, c singleCoefficients, widened bool) {
	scale := 1
	if widened {
		scale = 2
		name := "boxMuller32Widened" + a.suffix
		a.function(name, "dst *float64, words *uint64, tiles int",
			name+" sets tiles of 32 numbers to the normals boxMuller32"+a.suffix+" makes of the tiles of",
			"words. The words may be the upper half of dst, as they are read in time. tiles ≥ 1.")
	} else {
		name := "boxMuller32" + a.suffix
		a.function(name, "dst *float32, words *uint64, tiles int",
			name+" turns tiles of words, 16 halves of low words and 16 of high ones, into the",
			"normals of normalPair32, at the places of the halves. dst may be words. tiles ≥ 1.")
	}
	dst, words, left := a.load("dst"), a.load("words"), a.load("tiles")
	k := newConstants32(a, c)
	label := "tile32"
	a.Label(label)
	count := halfTile / a.vectorBytes
	radii, angles := make([]operand.Mem, count), make([]operand.Mem, count)
	for i := range count {
		radii[i] = operand.Mem{Base: words, Disp: i * a.vectorBytes}
		angles[i] = operand.Mem{Base: words, Disp: halfTile + i*a.vectorBytes}
	}
	radius := k.radius(a, radii)
	cosine, sine := k.rotation(a, radius, angles)
	for i := range count {
		store32(a, widened, cosine[i], operand.Mem{Base: dst, Disp: scale * i * a.vectorBytes})
		store32(a, widened, sine[i], operand.Mem{Base: dst, Disp: scale * (halfTile + i*a.vectorBytes)})
	}
	a.ADDQ(operand.U32(tileBytes), words)
	a.ADDQ(operand.U32(uint32(scale*tileBytes)), dst)
	a.DECQ(left)
	a.JNZ(operand.LabelRef(label))
	a.VZEROUPPER()
	a.RET()
}

func store32(a *assembler, widened bool, z reg.VecVirtual, to operand.Mem) {
	if !widened {
		a.VMOVUPS(z, to)
		return
	}
	low, high := a.register(), a.register()
	if a.vectorBytes == zmmBytes {
		a.VCVTPS2PD(z.AsY(), low)
		a.VEXTRACTF64X4(operand.U8(1), z, z.AsY())
		a.VCVTPS2PD(z.AsY(), high)
	} else {
		a.VCVTPS2PD(z.AsX(), low)
		a.VEXTRACTF128(operand.U8(1), z, z.AsX())
		a.VCVTPS2PD(z.AsX(), high)
	}
	a.VMOVUPD(low, to)
	a.VMOVUPD(high, to.Offset(a.vectorBytes))
}

// constants32 are the operands of normalPair32.
type constants32 struct {
	half, start, exponent, minusOne, minusTwiceLn2 operand.Op
	reciprocal, twiceLog                           operand.Op
	scale, one, sign                               operand.Op
	log, sine, cosine                              []operand.Op
}

func newConstants32(a *assembler, c singleCoefficients) constants32 {
	float := func(name string, x float32) operand.Op { return a.constant(name, math.Float32bits(x)) }
	list := func(name string, values []float32) (list []operand.Op) {
		for i, x := range values {
			list = append(list, float(fmt.Sprintf("%s%d", name, i), x))
		}
		return list
	}
	table := func(name string, values []float32) operand.Op {
		var bits []uint32
		for _, x := range values {
			bits = append(bits, math.Float32bits(x))
		}
		return a.constant(name, bits...)
	}
	var scaled []float32
	for _, x := range c.reciprocal {
		scaled = append(scaled, x/radiusScale32)
	}
	return constants32{
		half:          float("half32", 0.5),
		start:         a.constant("logStart32", math.Float32bits(logStart32*radiusScale32)),
		exponent:      a.constant("exponent32", 0xff<<fractionBits32|1<<31),
		minusOne:      float("minusOne32", -1),
		minusTwiceLn2: float("minusTwiceLn2", c.minusTwiceLn2),
		reciprocal:    table("reciprocal32", scaled),
		twiceLog:      table("twiceLog32", c.twiceLog),
		scale:         float("eighthScale32", 0x1p-31),
		one:           float("one32", 1),
		sign:          a.constant("sign32", 1<<31),
		log:           list("log32Coefficient", c.log),
		sine:          list("sine32Coefficient", c.sine),
		cosine:        list("cosine32Coefficient", c.cosine),
	}
}

// radius returns √(-2 ln u) of the words.
func (k constants32) radius(a *assembler, words []operand.Mem) []reg.VecVirtual {
	n := len(words)
	x, cell, e, f, s, h := group(a, n), group(a, n), group(a, n), group(a, n), group(a, n), group(a, n)
	each := func(emit func(i int)) {
		for i := range n {
			emit(i)
		}
	}
	each(func(i int) {
		a.VPSRLD(operand.U8(1), a.loaded(words[i]), x[i])
		a.VCVTDQ2PS(x[i], x[i])
		a.VADDPS(k.half, x[i], x[i])
	})
	// cell holds the bits beyond logStart32: exponent, index, rest.
	each(func(i int) { a.VPSUBD(k.start, x[i], cell[i]) })
	each(func(i int) { a.and(k.exponent, cell[i], e[i]) })
	each(func(i int) { a.VPSUBD(e[i], x[i], x[i]) })
	each(func(i int) { a.VPSRAD(operand.U8(fractionBits32), e[i], e[i]) })
	each(func(i int) { a.VPSRLD(operand.U8(logIndexShift), cell[i], cell[i]) })
	each(func(i int) { a.VCVTDQ2PS(e[i], e[i]) })
	each(func(i int) { a.permute(k.reciprocal, cell[i], f[i]) })
	each(func(i int) { a.permute(k.twiceLog, cell[i], s[i]) })
	each(func(i int) { a.VFMADD213PS(k.minusOne, x[i], f[i]) })
	each(func(i int) { a.VFMADD231PS(k.minusTwiceLn2, e[i], s[i]) })
	each(func(i int) { a.horner32(k.log, f[i], h[i]) })
	each(func(i int) { a.VFMADD213PS(s[i], f[i], h[i]) })
	each(func(i int) { a.VSQRTPS(h[i], h[i]) })
	return h
}

// rotation returns the radius times cosine and sine of the words' angles.
func (k constants32) rotation(a *assembler, radius []reg.VecVirtual, words []operand.Mem) (cosine, sine []reg.VecVirtual) {
	n := len(words)
	x, square, swap := group(a, n), group(a, n), group(a, n)
	cosine, sine = group(a, n), group(a, n)
	each := func(emit func(i int)) {
		for i := range n {
			emit(i)
		}
	}
	each(func(i int) {
		a.VPSLLD(operand.U8(2), a.loaded(words[i]), x[i])
		a.VCVTDQ2PS(x[i], x[i])
		a.VMULPS(k.scale, x[i], x[i])
	})
	each(func(i int) { a.VMULPS(x[i], x[i], square[i]) })
	each(func(i int) { a.horner32(k.sine, square[i], sine[i]) })
	each(func(i int) { a.VMULPS(x[i], sine[i], sine[i]) })
	each(func(i int) { a.horner32(k.cosine, square[i], cosine[i]) })
	each(func(i int) { a.VFMADD213PS(k.one, square[i], cosine[i]) })
	each(func(i int) { a.flipSign(k.sign, words[i], cosine[i]) })
	each(func(i int) { a.VMULPS(radius[i], cosine[i], cosine[i]) })
	each(func(i int) { a.VMULPS(radius[i], sine[i], sine[i]) })
	each(func(i int) {
		a.VPSLLD(operand.U8(1), a.loaded(words[i]), swap[i])
		cosine[i], sine[i] = a.exchange(swap[i], cosine[i], sine[i])
	})
	return cosine, sine
}

func group(a *assembler, n int) []reg.VecVirtual {
	list := make([]reg.VecVirtual, n)
	for i := range list {
		list[i] = a.register()
	}
	return list
}

// loaded is m in a register of AVX2, whose shifts take no operand in memory.
func (a *assembler) loaded(m operand.Mem) operand.Op {
	register := a.register()
	a.VMOVUPS(m, register)
	return register
}

// permute sets to to the entries of a table of 8 chosen by the low 3 bits of the
// lanes of cell; with 16 lanes, the table is there twice.
func (a *assembler) permute(table, cell, to operand.Op) {
	a.VPERMPS(table, cell, to)
}

// horner32 sets sum to Σ p[k] x^k.
func (a *assembler) horner32(p []operand.Op, x, sum operand.Op) {
	last := len(p) - 1
	a.VMOVAPS(p[last], sum)
	for k := last - 1; k >= 0; k-- {
		a.VFMADD213PS(p[k], x, sum)
	}
}

// flipSign negates x where the word is negative.
func (a *assembler) flipSign(sign operand.Op, word operand.Mem, x operand.Op) {
	if a.vectorBytes == zmmBytes {
		// x ^ (word & sign), as a table of the three inputs.
		const exclusiveOrOfAnd = 0x78
		a.VPTERNLOGD(operand.U8(exclusiveOrOfAnd), word, sign, x)
		return
	}
	bit := a.YMM()
	a.VMOVUPS(sign, bit)
	a.VPAND(word, bit, bit)
	a.VPXOR(bit, x, x)
}

// exchange returns x and y exchanged where swap is negative.
func (a *assembler) exchange(swap, x, y reg.VecVirtual) (first, second reg.VecVirtual) {
	first, second = a.register(), a.register()
	if a.vectorBytes == zmmBytes {
		mask := a.K()
		a.VPMOVD2M(swap, mask)
		a.VBLENDMPS(y, x, mask, first)
		a.VBLENDMPS(x, y, mask, second)
		return first, second
	}
	a.VBLENDVPS(swap, y, x, first)
	a.VBLENDVPS(swap, x, y, second)
	return first, second
}
