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
	name     string         // suffix of the functions' names
	bytes    int            // size of a register
	physical []reg.Register // all there are
}

var avx2 = width{
	name:  "AVX2",
	bytes: 32,
	physical: []reg.Register{
		reg.Y0, reg.Y1, reg.Y2, reg.Y3, reg.Y4, reg.Y5, reg.Y6, reg.Y7,
		reg.Y8, reg.Y9, reg.Y10, reg.Y11, reg.Y12, reg.Y13, reg.Y14, reg.Y15,
	},
}

// registers is the number of registers a tile fills.
func (w width) registers() int { return lanes * 8 / w.bytes }

// generator builds the functions of one file for one vector width.
type generator struct {
	*build.Context
	width
}

// function starts a function; its name gets the suffix of the width.
func (g *generator) function(name, signature string, doc ...string) {
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
	g.VMOVUPD(from, r)
	return r
}

// add computes sum ← sum + x·y, rounded once; x may be in memory.
func (g *generator) add(sum reg.Register, x operand.Op, y reg.Register) {
	g.VFMADD231PD(x, y, sum)
}

// subtract computes sum ← sum − x·y, rounded once; x may be in memory.
func (g *generator) subtract(sum reg.Register, x operand.Op, y reg.Register) {
	g.VFNMADD231PD(x, y, sum)
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

// overTiles repeats the body for every tile of the arrays, whose pointers it
// clobbers. Argument n counts the elements, a positive multiple of lanes. In the
// body, at(i, k) is part k of the current tile of array i.
func (g *generator) overTiles(arrays []reg.GPVirtual, body func(at func(i, k int) operand.Mem)) {
	g.overTilesAhead(arrays, func(at, _ func(i, k int) operand.Mem, _ func()) { body(at) })
}

// overTilesAhead is overTiles for a body that may look at later tiles: after
// look, ahead(i, k) is part k of the tile that is as many elements ahead as
// argument ahead says.
func (g *generator) overTilesAhead(arrays []reg.GPVirtual, body func(at, ahead func(i, k int) operand.Mem, look func())) {
	index, later := g.pointer("n"), g.GP64()
	for _, a := range arrays {
		g.LEAQ(operand.Mem{Base: a, Index: index, Scale: 8}, a)
	}
	g.NEGQ(index)
	g.Label("tile")
	from := func(index reg.GPVirtual) func(i, k int) operand.Mem {
		return func(i, k int) operand.Mem {
			return operand.Mem{Base: arrays[i], Index: index, Scale: 8, Disp: k * g.bytes}
		}
	}
	body(from(index), from(later), func() {
		g.MOVQ(g.argument("ahead"), later)
		g.ADDQ(index, later)
	})
	g.ADDQ(operand.U8(lanes), index)
	g.JNE(operand.LabelRef("tile"))
}
