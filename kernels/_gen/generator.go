package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// lanes is kernels.Lanes: every loop works on tiles of so many elements.
const lanes = 16

// width is a vector width with the instructions that go with it.
type width struct {
	name         string         // of the path, in package cpu and as a suffix of functions
	bytes        int            // size of a register
	elementBytes int            // size of an element in bytes: that of float64 unless a family says otherwise
	physical     []reg.Register // all there are

	// sumsPerTile is the number of sums that a tile of products keeps in registers:
	// more than the eight that keep two multipliers with a latency of four cycles
	// busy, enough that a tile has no more loads than half its products, and few
	// enough for the operands, and the pointers to their rows, to fit too.
	sumsPerTile int

	// masked tells whether instructions can be confined to some elements of a
	// register. If so, functions that work on tiles take the rest of a tile on too.
	masked bool
}

var (
	avx2 = width{
		name:         "AVX2",
		bytes:        32,
		elementBytes: 8,
		physical: []reg.Register{
			reg.Y0, reg.Y1, reg.Y2, reg.Y3, reg.Y4, reg.Y5, reg.Y6, reg.Y7,
			reg.Y8, reg.Y9, reg.Y10, reg.Y11, reg.Y12, reg.Y13, reg.Y14, reg.Y15,
		},
		sumsPerTile: 12,
	}
	avx512 = width{
		name:         "AVX512",
		bytes:        64,
		elementBytes: 8,
		physical: []reg.Register{
			reg.Z0, reg.Z1, reg.Z2, reg.Z3, reg.Z4, reg.Z5, reg.Z6, reg.Z7,
			reg.Z8, reg.Z9, reg.Z10, reg.Z11, reg.Z12, reg.Z13, reg.Z14, reg.Z15,
			reg.Z16, reg.Z17, reg.Z18, reg.Z19, reg.Z20, reg.Z21, reg.Z22, reg.Z23,
			reg.Z24, reg.Z25, reg.Z26, reg.Z27, reg.Z28, reg.Z29, reg.Z30, reg.Z31,
		},
		sumsPerTile: 16,
		masked:      true,
	}
)

// registers is the number of registers a tile fills.
func (w width) registers() int { return lanes * w.elementBytes / w.bytes }

// elements is the number of elements a register holds.
func (w width) elements() int { return w.bytes / w.elementBytes }

// counts says in a doc comment which numbers of elements a function takes.
func (w width) counts() string {
	if w.masked {
		return "n positive"
	}
	return "n a positive multiple of Lanes"
}

// generator builds the functions of one file for one vector width.
type generator struct {
	*build.Context
	width
	functions []function // built so far
	sweeps    bool       // they are to be chosen by shape and number of stages

	// mask confines load, store, add, subtract and increase to some elements; nil
	// stands for all. Other elements are read as +0 and not written.
	mask reg.Register
}

// function is what a caller of a function needs to know.
type function struct{ name, signature string }

// function starts a function; its name gets the suffix of the width.
func (g *generator) function(name, signature string, doc ...string) {
	g.functions = append(g.functions, function{name, signature})
	g.Function(name + g.name)
	g.SignatureExpr("func(" + signature + ")")
	g.Pragma("noescape")
	g.Doc(append([]string{name + g.name + " " + doc[0]}, doc[1:]...)...)
}

// end finishes the function.
func (g *generator) end() {
	g.VZEROUPPER()
	g.RET()
}

// vector is a new register of the width.
func (g *generator) vector() reg.Register {
	if g.bytes == 64 {
		return g.ZMM()
	}
	return g.YMM()
}

// tile is a new register for every part of a tile.
func (g *generator) tile() []reg.Register {
	t := make([]reg.Register, g.registers())
	for k := range t {
		t[k] = g.vector()
	}
	return t
}

// zero sets registers to +0.
func (g *generator) zero(registers ...reg.Register) {
	for _, r := range registers {
		g.VXORPD(r, r, r)
	}
}

// pointer loads an argument of pointer or integer type.
func (g *generator) pointer(name string) reg.GPVirtual {
	r := g.GP64()
	g.Load(g.Param(name), r)
	return r
}

// argument is the place of an argument in memory.
func (g *generator) argument(name string) operand.Mem {
	basic, err := g.Param(name).Resolve()
	if err != nil {
		panic(fmt.Sprintf("argument %s: %v", name, err))
	}
	return basic.Addr
}

// broadcast is a new register filled with a float64 from memory.
func (g *generator) broadcast(from operand.Mem) reg.Register {
	r := g.vector()
	g.VBROADCASTSD(from, r)
	return r
}

// load is a new register with a value from memory.
func (g *generator) load(from operand.Mem) reg.Register {
	r := g.vector()
	switch {
	case g.mask == nil:
		g.VMOVUPD(from, r)
	case g.elementBytes == 4:
		g.VMOVUPS_Z(from, g.mask, r)
	default:
		g.VMOVUPD_Z(from, g.mask, r)
	}
	return r
}

// operand is a value from memory as an operand of arithmetic.
func (g *generator) operand(from operand.Mem) operand.Op {
	if g.mask != nil {
		return g.load(from)
	}
	return from
}

// store is the inverse of load.
func (g *generator) store(r reg.Register, to operand.Mem) {
	switch {
	case g.mask == nil:
		g.VMOVUPD(r, to)
	case g.elementBytes == 4:
		g.VMOVUPS(r, g.mask, to)
	default:
		g.VMOVUPD(r, g.mask, to)
	}
}

// masks returns the operands with the mask before the last one.
func (g *generator) masks(x operand.Op, y, result reg.Register) []operand.Op {
	if g.mask != nil {
		return []operand.Op{x, y, g.mask, result}
	}
	return []operand.Op{x, y, result}
}

// add computes sum ← sum + x·y, rounded once; x may be in memory.
func (g *generator) add(sum reg.Register, x operand.Op, y reg.Register) {
	g.VFMADD231PD(g.masks(x, y, sum)...)
}

// subtract computes sum ← sum − x·y, rounded once; x may be in memory.
func (g *generator) subtract(sum reg.Register, x operand.Op, y reg.Register) {
	g.VFNMADD231PD(g.masks(x, y, sum)...)
}

// increase computes sum ← sum + x; x may be in memory.
func (g *generator) increase(sum reg.Register, x operand.Op) {
	g.VADDPD(g.masks(x, sum, sum)...)
}

// addScalar computes sum ← sum + s·y, rounded once, with a scalar in memory that
// is repeated as package kernels does it (see scalarBytes).
func (g *generator) addScalar(sum reg.Register, s operand.Mem, y reg.Register) {
	if g.bytes > scalarBytes {
		g.VFMADD231PD_BCST(s, y, sum)
	} else {
		g.VFMADD231PD(s, y, sum)
	}
}

// at is part k of the tile at a pointer.
func (g *generator) at(pointer reg.Register, k int) operand.Mem {
	return operand.Mem{Base: pointer, Disp: k * g.bytes}
}

// loadTile fills the registers of a tile.
func (g *generator) loadTile(t []reg.Register, pointer reg.Register) {
	for k, r := range t {
		g.VMOVUPD(g.at(pointer, k), r)
	}
}

// storeTile is the inverse of loadTile.
func (g *generator) storeTile(t []reg.Register, pointer reg.Register) {
	for k, r := range t {
		g.VMOVUPD(r, g.at(pointer, k))
	}
}

// overTiles repeats the body for every part k of every tile of the arrays, whose
// pointers it clobbers; at(i) is that part of array i. Argument n counts the
// elements; it is positive and, unless the width has masks, a multiple of lanes.
func (g *generator) overTiles(arrays []reg.GPVirtual, body func(k int, at func(i int) operand.Mem)) {
	g.overTilesAhead(arrays, func(reg.GPVirtual) {}, body)
}

// overTilesAhead is overTiles that calls start, once for every whole tile, with the
// index of the tile's first element from the ends of the arrays.
func (g *generator) overTilesAhead(arrays []reg.GPVirtual, start func(index reg.GPVirtual), body func(k int, at func(i int) operand.Mem)) {
	index := g.pointer("n")
	if g.masked {
		g.ANDQ(operand.I8(-lanes), index)
	}
	for _, a := range arrays {
		g.LEAQ(operand.Mem{Base: a, Index: index, Scale: uint8(g.elementBytes)}, a)
	}
	g.NEGQ(index)
	if g.masked {
		g.JE(operand.LabelRef("rest"))
	}
	part := func(k int) {
		body(k, func(i int) operand.Mem {
			return operand.Mem{Base: arrays[i], Index: index, Scale: uint8(g.elementBytes), Disp: k * g.bytes}
		})
	}
	g.Label("tile")
	start(index)
	for k := range g.registers() {
		part(k)
	}
	g.ADDQ(operand.U8(lanes), index)
	g.JNE(operand.LabelRef("tile"))
	if !g.masked {
		return
	}

	g.Label("rest")
	left := g.pointer("n")
	g.ANDQ(operand.U8(lanes-1), left)
	for k := range g.registers() {
		g.CMPQ(left, operand.U8(0))
		g.JLE(operand.LabelRef("done"))
		g.confined(left, func() { part(k) })
		g.SUBQ(operand.U8(g.elements()), left)
	}
	g.Label("done")
}

// confined builds code for the first elements of registers alone, at most as many
// as a number says, which is positive and at most lanes.
func (g *generator) confined(number reg.Register, body func()) {
	g.mask = g.leading(number)
	body()
	g.mask = nil
}

// leading is the mask of so many leading elements.
func (g *generator) leading(number reg.Register) reg.Register {
	bits, mask := g.GP64(), g.K()
	g.MOVQ(number, reg.RCX)
	g.MOVQ(operand.U32(1), bits)
	g.SHLQ(reg.CL, bits)
	g.DECQ(bits)
	g.KMOVW(bits.As32(), mask)
	return mask
}
