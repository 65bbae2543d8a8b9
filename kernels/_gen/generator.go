package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// lanes is kernels.Lanes: every loop works on tiles of so many elements.
const lanes = 16

// width is a vector width of a machine.
type width struct {
	name         string         // of the path, in package cpu and as a suffix of functions
	bytes        int            // size of a register
	elementBytes int            // size of an element in bytes: that of float64 unless a family says otherwise
	physical     []reg.Register // what a description may hand out itself

	// sumsPerTile is the number of sums that a tile of products keeps in registers:
	// more than the eight that keep two multipliers with a latency of four cycles
	// busy, enough that a tile has no more loads than half its products, and few
	// enough for the operands, and the pointers to their rows, to fit too.
	sumsPerTile int

	// masked tells whether instructions can be confined to some elements of a
	// register. If so, functions that work on tiles take the rest of a tile on too.
	masked bool

	architecture string // as Go calls it
	machine      func(*build.Context, *width) machine
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
		sumsPerTile:  12,
		architecture: "amd64",
		machine:      newAVX,
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
		sumsPerTile:  16,
		masked:       true,
		architecture: "amd64",
		machine:      newAVX,
	}
	neon128 = width{
		name:         "NEON",
		bytes:        16,
		elementBytes: 8,
		// All but two, which are for values on their way from memory.
		physical: []reg.Register{
			reg.X0, reg.X1, reg.X2, reg.X3, reg.X4, reg.X5, reg.X6, reg.X7,
			reg.X8, reg.X9, reg.X10, reg.X11, reg.X12, reg.X13, reg.X14, reg.X15,
			reg.X16, reg.X17, reg.X18, reg.X19, reg.X20, reg.X21, reg.X22, reg.X23,
			reg.X24, reg.X25, reg.X26, reg.X27, reg.X28, reg.X29,
		},
		sumsPerTile:  16,
		architecture: "arm64",
		machine:      newNEON,
	}
)

// registers is the number of registers a tile fills.
func (w *width) registers() int { return lanes * w.elementBytes / w.bytes }

// elements is the number of elements a register holds.
func (w *width) elements() int { return w.bytes / w.elementBytes }

// single tells whether the elements are float32, not float64.
func (w *width) single() bool { return w.elementBytes == 4 }

// element is the Go type of the elements.
func (w *width) elementType() string {
	if w.single() {
		return "float32"
	}
	return "float64"
}

// halved is the width with registers of half the size, as many, and no masks.
func (w width) halved() width {
	w.bytes /= 2
	w.masked = false
	return w
}

// counts says in a doc comment which numbers of elements a function takes.
func (w *width) counts() string {
	if w.masked {
		return "n positive"
	}
	return "n a positive multiple of Lanes"
}

// generator builds the functions of one file for one vector width.
type generator struct {
	machine
	*width
	context   *build.Context
	functions []function // built so far
	sweeps    bool       // they are to be chosen by shape and number of stages
}

func newGenerator(w width) *generator {
	context := build.NewContext()
	return &generator{machine: w.machine(context, &w), width: &w, context: context}
}

// function is what a caller of a function needs to know.
type function struct{ name, signature string }

// function starts a function; its name gets the suffix of the width.
func (g *generator) function(name, signature string, doc ...string) {
	g.functions = append(g.functions, function{name, signature})
	name += g.name
	g.begin(name, signature, append([]string{name + " " + doc[0]}, doc[1:]...))
}

// vectors is so many new registers.
func (g *generator) vectors(count int) []reg.Register {
	list := make([]reg.Register, count)
	for i := range list {
		list[i] = g.vector()
	}
	return list
}

// tile is a new register for every part of a tile.
func (g *generator) tile() []reg.Register { return g.vectors(g.registers()) }

// argument is the place of an argument in memory.
func (g *generator) argument(name string) operand.Mem {
	basic, err := g.context.Param(name).Resolve()
	if err != nil {
		panic(fmt.Sprintf("argument %s: %v", name, err))
	}
	return basic.Addr
}

// element is the place of element j of an argument that is an array.
func (g *generator) element(name string, j int) operand.Mem {
	basic, err := g.context.Param(name).Index(j).Resolve()
	if err != nil {
		panic(fmt.Sprintf("argument %s[%d]: %v", name, j, err))
	}
	return basic.Addr
}

// value is a new register with an integer or pointer.
func (g *generator) value(of operand.Op) reg.GPVirtual {
	r := g.general()
	g.set(r, of)
	return r
}

// pointer loads an argument of pointer or integer type.
func (g *generator) pointer(name string) reg.GPVirtual { return g.value(g.argument(name)) }

// broadcast is a new register filled with an element from memory.
func (g *generator) broadcast(from operand.Mem) reg.Register {
	r := g.vector()
	g.broadcastInto(r, from)
	return r
}

// load is a new register with a value from memory.
func (g *generator) load(from operand.Mem) reg.Register {
	r := g.vector()
	g.loadInto(r, from)
	return r
}

// at is part k of the tile at a pointer.
func (g *generator) at(pointer reg.Register, k int) operand.Mem {
	return operand.Mem{Base: pointer, Disp: k * g.bytes}
}

// loadTile fills the registers of a tile.
func (g *generator) loadTile(t []reg.Register, pointer reg.Register) {
	for k, r := range t {
		g.loadInto(r, g.at(pointer, k))
	}
}

// storeTile is the inverse of loadTile.
func (g *generator) storeTile(t []reg.Register, pointer reg.Register) {
	for k, r := range t {
		g.store(r, g.at(pointer, k))
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
		g.keepBits(index, constant(-lanes))
	}
	for _, a := range arrays {
		g.address(a, operand.Mem{Base: a, Index: index, Scale: uint8(g.elementBytes)})
	}
	g.negate(index)
	if g.masked {
		g.jumpIf(index, equal, constant(0), "rest")
	}
	part := func(k int) {
		body(k, func(i int) operand.Mem {
			return operand.Mem{Base: arrays[i], Index: index, Scale: uint8(g.elementBytes), Disp: k * g.bytes}
		})
	}
	g.mark("tile")
	start(index)
	for k := range g.registers() {
		part(k)
	}
	g.incrementToZero(index, lanes, "tile")
	if !g.masked {
		return
	}

	g.mark("rest")
	left := g.pointer("n")
	g.keepBits(left, constant(lanes-1))
	for k := range g.registers() {
		g.jumpIf(left, lessOrEqual, constant(0), "done")
		g.confined(left, func() { part(k) })
		g.increment(left, constant(-g.elements()))
	}
	g.mark("done")
}
