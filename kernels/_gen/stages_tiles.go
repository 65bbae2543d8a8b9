package main

import (
	"slices"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The sweeps for any number of spectra and sources work on one tile of modes at
// a time, in three phases. First a, n and b of every stage go to a buffer on the
// stack, so that a scalar that is broadcast serves a whole tile. Then the parts
// of the tile run through the stages. Last come the sums, for every source and
// every spectrum.

const (
	tileBytes  = lanes * 8
	sliceBytes = 24 // of a slice header, whose first word is the pointer
)

// tiles is what the phases of one function share.
type tiles struct {
	*generator
	n      int           // stages
	index  reg.GPVirtual // of the current tile's first mode, in bytes
	buffer reg.GPVirtual // on the stack
}

// Layout of the buffer: a, n and b of each stage, then up to three results, then
// the mask of all bits but the sign.
func (t *tiles) coefficientAt(stage, which int) int { return (3*stage + which) * tileBytes }
func (t *tiles) result(which int) int               { return t.coefficientAt(t.n, which) }
func (t *tiles) mask() operand.Mem {
	return operand.Mem{Base: t.buffer, Disp: t.result(3)}
}

// Order of a stage's coefficients in the buffer.
const (
	atA = iota
	atN
	atB
)

func (g *generator) newTiles(n int) *tiles {
	t := &tiles{generator: g, n: n, index: g.general()}
	t.buffer = g.frame(t.result(3) + g.bytes)
	g.set(t.index, g.argument("from"))
	return t
}

// overTiles repeats the body for every tile of the range.
func (t *tiles) overTiles(body func()) {
	t.mark("tile")
	body()
	t.increment(t.index, constant(tileBytes))
	t.jumpIf(t.index, less, t.argument("to"), "tile")
}

// overSlices repeats the body for every slice of a list, with the pointer to
// the slice's first element.
func (t *tiles) overSlices(label, list, count string, body func(slice reg.GPVirtual)) {
	header, left := t.pointer(list), t.pointer(count)
	t.jumpIf(left, equal, constant(0), label+"Done")
	t.mark(label)
	body(t.value(operand.Mem{Base: header}))
	t.increment(header, constant(sliceBytes))
	t.incrementToZero(left, -1, label)
	t.mark(label + "Done")
}

// mode is part k of the current tile of an array of modes.
func (t *tiles) mode(array reg.Register, k int) operand.Mem {
	return operand.Mem{Base: array, Index: t.index, Scale: 1, Disp: k * t.bytes}
}

// fillCoefficients is the first phase.
func (t *tiles) fillCoefficients() {
	if t.n == 0 {
		return
	}
	coupling := t.pointer("couplings")
	buffer, left := t.value(t.buffer), t.value(constant(t.n))
	t.mark("stage")

	next := func() reg.Register { // scalar of the coupling
		r := t.vector()
		t.repeatedInto(r, operand.Mem{Base: coupling})
		t.increment(coupling, constant(scalarBytes))
		return r
	}
	store := func(values []reg.Register, which int) {
		for k, r := range values {
			t.store(r, t.at(buffer, k).Offset(t.coefficientAt(0, which)))
		}
	}
	a, n := t.tile(), t.tile()
	decay := next()
	for _, r := range a {
		t.loadInto(r, decay)
	}
	t.zero(n...)
	t.overSlices("spectrum", "spectra", "spectrumCount", func(spectrum reg.GPVirtual) {
		rate, noise := next(), next()
		for k := range a {
			lambda := t.load(t.mode(spectrum, k))
			t.add(a[k], lambda, rate)
			t.add(n[k], lambda, noise)
		}
	})
	store(a, atA)
	store(n, atN)
	b := t.tile()
	t.zero(b...)
	t.overSlices("drive", "sources", "sourceCount", func(source reg.GPVirtual) {
		drive := next()
		for k := range b {
			t.add(b[k], t.mode(source, k), drive)
		}
	})
	store(b, atB)

	t.increment(buffer, constant(t.coefficientAt(1, 0)))
	t.incrementToZero(left, -1, "stage")
}

// overParts repeats the body for every part of the current tile, with its offset
// in the tile and a function that finds it in the buffer.
// The stages start from the state y and c.
func (t *tiles) overParts(y, c, rows reg.GPVirtual, body func(p *part, offset reg.GPVirtual, inBuffer func(int) operand.Mem)) {
	t.increment(y, t.index)
	t.increment(c, t.index)
	offset, in := t.value(constant(0)), t.general()
	t.mark("part")
	t.address(in, operand.Mem{Base: t.buffer, Index: offset, Scale: 1})
	inBuffer := func(at int) operand.Mem { return operand.Mem{Base: in, Disp: at} }
	p := &part{
		generator: t.generator,
		n:         t.n,
		free:      slices.Clone(t.physical),
		y:         operand.Mem{Base: y, Index: offset, Scale: 1},
		c:         operand.Mem{Base: c, Index: offset, Scale: 1},
		rows:      rows,
	}
	p.coefficients = func(stage int) (a operand.Op, b, n reg.Register) {
		return inBuffer(t.coefficientAt(stage, atA)),
			p.from(inBuffer(t.coefficientAt(stage, atB))),
			p.from(inBuffer(t.coefficientAt(stage, atN)))
	}
	body(p, offset, inBuffer)
	t.increment(offset, constant(t.bytes))
	t.jumpIf(offset, less, constant(tileBytes), "part")
}

func (g *generator) combineTiles(n int) {
	t := g.newTiles(n)
	t.overTiles(func() {
		t.fillCoefficients()
		out := t.pointer("out")
		t.overParts(t.pointer("y"), t.pointer("c"), t.pointer("rows"), func(p *part, offset reg.GPVirtual, inBuffer func(int) operand.Mem) {
			p.run()
			p.errors(func(array string) operand.Mem { return t.current(array, offset) })
			y, c := p.state(out)
			p.store(y, inBuffer(t.result(0)))
			p.store(c, inBuffer(t.result(1)))
		})
		t.reduce()
	})
}

// results loads one of the results.
func (t *tiles) results(which int) []reg.Register {
	values := t.tile()
	for k, r := range values {
		t.loadInto(r, t.at(t.buffer, k).Offset(t.result(which)))
	}
	return values
}

// accumulate adds an array times values to the sum at a pointer, or subtracts
// it, and moves the pointer to the next sum.
func (t *tiles) accumulate(sums, array reg.GPVirtual, values []reg.Register,
	add func(sum reg.Register, x operand.Op, y reg.Register)) {
	for k, r := range values {
		sum := t.load(t.at(sums, k))
		add(sum, t.mode(array, k), r)
		t.store(sum, t.at(sums, k))
	}
	t.increment(sums, constant(tileBytes))
}

// reduce is the third phase: it stores the combination if asked to, and adds it
// to the sums.
func (t *tiles) reduce() {
	y, c := t.results(0), t.results(1)
	dstY, dstC := t.pointer("dstY"), t.pointer("dstC")
	t.jumpIf(dstY, equal, constant(0), "stored")
	for k := range y {
		t.store(y[k], t.mode(dstY, k))
		t.store(c[k], t.mode(dstC, k))
	}
	t.mark("stored")

	linear := t.pointer("linear")
	t.overSlices("linear", "sources", "sourceCount", func(source reg.GPVirtual) {
		t.accumulate(linear, source, y, t.add)
	})
	for k := range y {
		t.add(c[k], y[k], y[k])
	}
	quadratic := t.pointer("quadratic")
	t.overSlices("quadratic", "spectra", "spectrumCount", func(spectrum reg.GPVirtual) {
		t.accumulate(quadratic, spectrum, c, t.add)
	})
}

// current is the part at an offset in the current tile of an argument's array.
func (t *tiles) current(array string, offset reg.GPVirtual) operand.Mem {
	pointer := t.pointer(array)
	t.increment(pointer, t.index)
	return operand.Mem{Base: pointer, Index: offset, Scale: 1}
}

func (g *generator) errorNormTiles() {
	t := g.newTiles(1)
	g.magnitudeMask(t.mask())
	t.overTiles(func() {
		t.fillCoefficients()
		sums := t.pointer("sums")
		t.overParts(t.pointer("newY"), t.pointer("newC"), reg.GPVirtual(nil), func(p *part, offset reg.GPVirtual, inBuffer func(int) operand.Mem) {
			p.run()
			p.store(p.u[0], inBuffer(t.result(0)))
			for i, value := range []func() reg.Register{p.cross, p.square} {
				r := value()
				p.store(r, inBuffer(t.result(1+i)))
				p.give(r)
			}
			at := func(array string) operand.Mem { return t.current(array, offset) }
			p.addError(at("y"), at("c"), at("errorY"), at("errorC"), t.mask(), operand.Mem{Base: sums, Index: offset, Scale: 1})
		})
		t.increment(sums, constant(tileBytes))
		over := func(label, list, count string, which int, add func(sum reg.Register, x operand.Op, y reg.Register)) {
			values := t.results(which)
			t.overSlices(label, list, count, func(slice reg.GPVirtual) { t.accumulate(sums, slice, values, add) })
		}
		over("slope", "sources", "sourceCount", 0, t.subtract)
		over("cross", "spectra", "spectrumCount", 1, t.add)
		over("square", "spectra", "spectrumCount", 2, t.add)
	})
}
