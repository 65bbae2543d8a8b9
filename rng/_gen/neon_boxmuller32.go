package main

import (
	"encoding/binary"
	"math"

	"anisgd/kernels/_gen/arm64"
)

// neonBoxMuller32 emits the normals of float32, as such or widened to float64, in
// one pass, as boxMuller32 does.
func neonBoxMuller32(a neon, c singleCoefficients, widened bool) {
	dst, words, tiles := a.Argument("dst"), a.Argument("words"), a.Argument("tiles")
	k := newNEONConstants32(a, c)
	a.Label("tile32")
	// All words are read before the first number is written over them.
	const half = halfTile / neonBytes
	from := arm64.Memory{Base: words}
	radii, angles := a.loadVectors(from, half), a.loadVectors(from.Plus(halfTile), half)
	// Registers suffice for two vectors side by side.
	const group = 2
	for i := 0; i < half; i += group {
		radius := k.radius(a, radii[i:i+group])
		first, second := k.rotation(a, radius, angles[i:i+group])
		if widened {
			first, second = a.widen(first), a.widen(second)
		}
		// Widened, they take twice the place.
		bytes := len(first) / group * neonBytes
		to := arm64.Memory{Base: dst}
		a.storeVectors(first, to.Plus(i*bytes))
		a.storeVectors(second, to.Plus((half+i)*bytes))
	}
	scale := 1
	if widened {
		scale = 2
	}
	a.ADDImmediate(tileBytes, words)
	a.ADDImmediate(scale*tileBytes, dst)
	a.SUBImmediate(1, tiles)
	a.CBNZ(tiles, "tile32")
	a.RET()
}

// widen converts vectors of float32 to twice as many of float64.
func (a neon) widen(list []arm64.Vector) (wide []arm64.Vector) {
	for _, z := range list {
		low, high := a.Vector(), a.Vector()
		a.FCVTL(z, low)
		a.FCVTL2(z, high)
		wide = append(wide, low, high)
	}
	return wide
}

// neonConstants32 are the operands of normalPair32 that stay in registers.
type neonConstants32 struct {
	singleCoefficients
	halfStep, start, exponent, minusTwiceLn2 arm64.Vector
	sign, swap                               arm64.Vector
	// Tables of 8 float32, and what makes the indices of a cell's bytes.
	reciprocal, twiceLog           []arm64.Vector
	indexByte, offsetInTable, byte arm64.Vector
}

func newNEONConstants32(a neon, c singleCoefficients) neonConstants32 {
	return neonConstants32{
		singleCoefficients: c,
		halfStep:           a.BroadcastFloat32(0x1p-32),
		start:              a.BroadcastFloat32(logStart32),
		exponent:           a.BroadcastBits32(0xff<<fractionBits32 | 1<<31),
		minusTwiceLn2:      a.BroadcastFloat32(c.minusTwiceLn2),
		sign:               a.BroadcastBits32(1 << 31),
		swap:               a.BroadcastBits32(1 << 30),
		reciprocal:         a.table32(c.reciprocal),
		twiceLog:           a.table32(c.twiceLog),
		// The index of a cell lies in the bits from logIndexShift on, in byte 2 of a
		// lane.
		indexByte:     a.bytes(func(i int) uint8 { return uint8(i/4*4 + logIndexShift/8) }),
		offsetInTable: a.bytes(func(int) uint8 { return (logCells32 - 1) * 4 }),
		byte:          a.bytes(func(i int) uint8 { return uint8(i % 4) }),
	}
}

// bytes is a register with the given bytes.
func (a neon) bytes(value func(i int) uint8) arm64.Vector {
	var b [neonBytes]byte
	for i := range b {
		b[i] = value(i)
	}
	return a.Constant(binary.LittleEndian.Uint64(b[:8]), binary.LittleEndian.Uint64(b[8:]))
}

// table32 holds 8 numbers as a table of bytes.
func (a neon) table32(values []float32) []arm64.Vector {
	registers := a.Consecutive(len(values) * 4 / neonBytes)
	for i, r := range registers {
		var words [2]uint64
		for k, x := range values[4*i : 4*i+4] {
			words[k/2] |= uint64(math.Float32bits(x)) << (32 * (k % 2))
		}
		a.ConstantTo(words[0], words[1], r)
	}
	return registers
}

// radius returns √(-2 ln u) of the words.
func (k neonConstants32) radius(a neon, words []arm64.Vector) []arm64.Vector {
	n := len(words)
	x, cell, e := a.Vectors(n), a.Vectors(n), a.Vectors(n)
	reciprocal, s, f := a.Vectors(n), a.Vectors(n), make([]arm64.Vector, n)
	for i, word := range words {
		a.VUSHR(arm64.S4, 1, word, x[i])
		a.SCVTFFixed(arm64.S4, 31, x[i], x[i])
		a.FADD(arm64.S4, k.halfStep, x[i], x[i])
	}
	for i := range words {
		// cell holds the bits beyond logStart32: exponent, index, rest.
		a.VSUB(arm64.S4, k.start, x[i], cell[i])
		a.VAND(k.exponent, cell[i], e[i])
		a.VSUB(arm64.S4, e[i], x[i], x[i])
		a.SCVTFFixed(arm64.S4, fractionBits32, e[i], e[i])
		// Each byte of a lane becomes the place of its byte in the tables: 4 times the
		// index, and its own number.
		a.VTBL(k.indexByte, cell[i:i+1], cell[i])
		a.VUSHR(arm64.B16, logIndexShift%8-2, cell[i], cell[i])
		a.VAND(k.offsetInTable, cell[i], cell[i])
		a.VORR(k.byte, cell[i], cell[i])
		a.VTBL(cell[i], k.reciprocal, reciprocal[i])
		a.VTBL(cell[i], k.twiceLog, s[i])
	}
	for i := range words {
		f[i] = a.BroadcastFloat32(-1)
		a.VFMLA(arm64.S4, reciprocal[i], x[i], f[i])
		a.VFMLA(arm64.S4, k.minusTwiceLn2, e[i], s[i])
	}
	h := horner(a, arm64.S4, k.log, f)
	for i := range words {
		a.VFMLA(arm64.S4, h[i], f[i], s[i])
		a.FSQRT(arm64.S4, s[i], s[i])
	}
	return s
}

// rotation returns the radius times cosine and sine of the words' angles.
func (k neonConstants32) rotation(a neon, radius, words []arm64.Vector) (first, second []arm64.Vector) {
	n := len(words)
	x, square := a.Vectors(n), a.Vectors(n)
	for i, word := range words {
		a.VSHL(arm64.S4, 2, word, x[i])
		a.SCVTFFixed(arm64.S4, 31, x[i], x[i])
		a.FMUL(arm64.S4, x[i], x[i], square[i])
	}
	sine := horner(a, arm64.S4, k.sine, square)
	cosine := horner(a, arm64.S4, append([]float32{1}, k.cosine...), square)
	first = a.Vectors(n)
	for i, word := range words {
		a.FMUL(arm64.S4, x[i], sine[i], sine[i])
		flip, exchange := a.Vector(), a.Vector()
		a.VAND(k.sign, word, flip)
		a.VEOR(flip, cosine[i], cosine[i])
		a.FMUL(arm64.S4, radius[i], cosine[i], cosine[i])
		a.FMUL(arm64.S4, radius[i], sine[i], sine[i])
		a.VCMTST(arm64.S4, k.swap, word, exchange)
		a.Move(cosine[i], first[i])
		a.VBIT(exchange, sine[i], first[i])
		a.VBIT(exchange, cosine[i], sine[i])
	}
	return first, sine
}
