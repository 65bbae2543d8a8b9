package main

import (
	"slices"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The sweeps for a small, fixed number of spectra and sources take one part at a
// time from its coefficients to the sums, without the detour over the stack.

// parts is what one such function works with.
type parts struct {
	*generator
	n                int
	shape            shape
	index            reg.GPVirtual // of the part's first mode, in bytes
	lane             reg.GPVirtual // of the part's first mode, in bytes
	y, c             reg.GPVirtual
	spectra, sources []reg.GPVirtual
	couplings, rows  reg.GPVirtual
}

func (g *generator) newParts(n int, s shape) *parts {
	p := &parts{generator: g, n: n, shape: s, index: g.general(), lane: g.general()}
	p.y, p.c = g.pointer("y"), g.pointer("c")
	list := func(name string, count int) (pointers []reg.GPVirtual) {
		header := g.pointer(name)
		for i := range count {
			pointers = append(pointers, g.value(operand.Mem{Base: header, Disp: i * sliceBytes}))
		}
		return pointers
	}
	p.spectra, p.sources = list("spectra", s.spectra), list("sources", s.sources)
	p.couplings = g.pointer("couplings")
	g.set(p.index, g.argument("from"))
	g.set(p.lane, constant(0))
	return p
}

// overParts repeats the body for every part of the range.
func (p *parts) overParts(body func()) {
	p.mark("part")
	body()
	p.increment(p.lane, constant(p.bytes))
	p.keepBits(p.lane, constant(tileBytes-1))
	p.increment(p.index, constant(p.bytes))
	p.jumpIf(p.index, less, p.argument("to"), "part")
}

// mode is the current part of an array of modes.
func (p *parts) mode(array reg.Register) operand.Mem {
	return operand.Mem{Base: array, Index: p.index, Scale: 1}
}

// part prepares the current part, from a state y and c. spill is a place in memory
// for one register, which several stages need.
func (p *parts) part(y, c reg.GPVirtual, spill operand.Mem) *part {
	current := &part{
		generator: p.generator,
		n:         p.n,
		free:      slices.Clone(p.physical),
		y:         p.mode(y),
		c:         p.mode(c),
		rows:      p.rows,
	}
	// What every stage reads stays in registers while there are enough: beside
	// the derivatives a stage needs a, b, n, its state and a coefficient.
	const needed = 6
	for _, array := range slices.Concat(p.spectra, p.sources, []reg.GPVirtual{y, c}) {
		current.keep(p.mode(array))
	}
	current.coefficients = func(stage int) (a operand.Op, b, n reg.Register) {
		current.makeRoom(needed)
		at := stage * (1 + 2*len(p.spectra) + len(p.sources))
		next := func() operand.Mem {
			at++
			return operand.Mem{Base: p.couplings, Disp: (at - 1) * scalarBytes}
		}
		decay := current.repeated(next())
		n = current.empty()
		for _, spectrum := range p.spectra {
			current.with(p.mode(spectrum), func(lambda reg.Register) {
				p.addRepeated(decay, next(), lambda)
				p.addRepeated(n, next(), lambda)
			})
		}
		b = current.empty()
		for _, source := range p.sources {
			current.with(p.mode(source), func(m reg.Register) { p.addRepeated(b, next(), m) })
		}
		if len(current.free) < 3 {
			p.store(decay, spill)
			current.give(decay)
			return spill, b, n
		}
		return decay, b, n
	}
	return current
}

// sum is the current part of sum i of an array of sums.
func (p *parts) sum(sums reg.Register, i int) operand.Mem {
	return operand.Mem{Base: sums, Index: p.lane, Scale: 1, Disp: i * tileBytes}
}

// accumulate adds an array times a value to a sum, or subtracts it.
func (p *parts) accumulate(current *part, place operand.Mem, array, value reg.Register,
	add func(sum reg.Register, x operand.Op, y reg.Register)) {
	sum := current.from(place)
	add(sum, p.mode(array), value)
	p.store(sum, place)
	current.give(sum)
}

func (g *generator) combineParts(n int, s shape) {
	p := g.newParts(n, s)
	p.rows = g.pointer("rows")
	out, linear, quadratic := g.pointer("out"), g.pointer("linear"), g.pointer("quadratic")
	spill := g.local()
	p.overParts(func() {
		current := p.part(p.y, p.c, spill)
		current.run()
		current.makeRoom(2)
		current.errors(func(array string) operand.Mem { return p.mode(p.pointer(array)) })
		y, c := current.state(out)
		p.jumpIf(g.argument("dstY"), equal, constant(0), "stored")
		p.store(y, p.mode(p.pointer("dstY")))
		p.store(c, p.mode(p.pointer("dstC")))
		p.mark("stored")
		for i, source := range p.sources {
			p.accumulate(current, p.sum(linear, i), source, y, p.add)
		}
		p.add(c, y, y)
		for i, spectrum := range p.spectra {
			p.accumulate(current, p.sum(quadratic, i), spectrum, c, p.add)
		}
	})
}

func (g *generator) errorNormParts(s shape) {
	p := g.newParts(1, s)
	newY, newC, errorY, errorC := g.pointer("newY"), g.pointer("newC"), g.pointer("errorY"), g.pointer("errorC")
	sums := g.pointer("sums")
	mask := g.local()
	g.magnitudeMask(mask)
	p.overParts(func() {
		current := p.part(newY, newC, operand.Mem{})
		current.run()
		next := 0
		sum := func() operand.Mem {
			next++
			return p.sum(sums, next)
		}
		for _, source := range p.sources {
			p.accumulate(current, sum(), source, current.u[0], p.subtract)
		}
		over := func(value reg.Register) {
			for _, spectrum := range p.spectra {
				p.accumulate(current, sum(), spectrum, value, p.add)
			}
			current.give(value)
		}
		over(current.cross())
		over(current.square())
		current.makeRoom(8)
		current.addError(p.mode(p.y), p.mode(p.c), p.mode(errorY), p.mode(errorC), mask, p.sum(sums, 0))
	})
}
