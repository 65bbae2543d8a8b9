package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

const (
	aheadSteps = 4 // kernels.Ahead
	aheadLanes = 4 // kernels.AheadLanes, whatever the width
	aheadSums  = aheadSteps + aheadSteps*(aheadSteps-1)/2
)

// lookAhead builds the kernel of look-ahead blocks of SGD.
func lookAhead(g *generator) {
	rows := func(element string) string { return fmt.Sprintf("[%d]%s", aheadSteps, element) }
	g.function("updateSamplesDots", fmt.Sprintf(
		"x *float64, a, noise, mean, scale %s, meanMask, scaleMask %s, shrink float64, weights, meanFactors %s, "+
			"sums *float64, n int, fetched [%d]*float64, ahead, samplesAhead int",
		rows("*float64"), rows("int"), rows("float64"), 2*aheadSteps),
		"is updateSamplesDotsGeneric on n elements,",
		"n a positive multiple of Lanes. A mean or scale with mask −1 is an array, with",
		"mask 0 it is one tile in place of all. Unless ahead is 0, the tiles so many",
		"elements ahead of x and of the arrays fetched, up to the first nil, are asked",
		"for, and those samplesAhead elements ahead of a.")
	s := &aheadSweep{generator: g, x: g.pointer("x")}
	for j := range s.a {
		s.a[j], s.noise[j] = g.row("a", j), g.row("noise", j)
	}
	pointer := g.pointer("sums")
	s.sums = g.vectors(aheadSums * aheadLanes / g.elements())
	g.loadTile(s.sums, pointer)

	s.index = g.value(constant(0))
	g.mark("tile")
	s.fetch()
	const temporaries = 2
	if len(s.sums)+(1+aheadSteps)*s.registers()+temporaries <= len(s.physical) {
		s.kept = map[operand.Mem]reg.Register{}
	}
	s.update()
	for j := range aheadSteps {
		s.sample(j)
	}
	s.dots()
	g.increment(s.index, constant(lanes))
	g.jumpIf(s.index, less, g.argument("n"), "tile")

	g.storeTile(s.sums, g.pointer("sums"))
	g.end()
}

// aheadSweep is the loop over the tiles. The sums stay in registers. If that leaves
// too few for x and a of a tile, its phases pass them on through memory.
type aheadSweep struct {
	*generator
	index    reg.GPVirtual // first element of the tile
	x        reg.GPVirtual
	a, noise [aheadSteps]reg.GPVirtual
	kept     map[operand.Mem]reg.Register // parts of the tile in registers
	sums     []reg.Register               // as many for every sum as hold its lanes
}

// row loads element j of an argument that is an array of pointers.
func (g *generator) row(name string, j int) reg.GPVirtual {
	return g.value(g.element(name, j))
}

// part is register k of the tile of an array.
func (s *aheadSweep) part(array reg.GPVirtual, k int) operand.Mem {
	return operand.Mem{Base: array, Index: s.index, Scale: 8, Disp: k * s.bytes}
}

// masked is the place of the tile of a mean or a scale. There are not enough
// registers to keep all pointers in.
func (s *aheadSweep) masked(name string, j int) reg.GPVirtual {
	index := s.value(s.index)
	s.keepBits(index, s.element(name+"Mask", j))
	pointer := s.value(s.element(name, j))
	s.address(pointer, operand.Mem{Base: pointer, Index: index, Scale: 8})
	return pointer
}

// fetch asks for later tiles, if argument ahead is not 0.
func (s *aheadSweep) fetch() {
	later := s.pointer("ahead")
	request := func(array reg.GPVirtual) {
		for line := 0; line < lanes*8; line += cacheLine {
			s.prefetch(operand.Mem{Base: array, Index: later, Scale: 8, Disp: line})
		}
	}
	s.jumpIf(later, equal, constant(0), "fetched")
	s.increment(later, s.index)
	request(s.x)
	for j := range 2 * aheadSteps {
		array := s.value(s.element("fetched", j))
		s.jumpIf(array, equal, constant(0), "samples")
		request(array)
	}
	s.mark("samples")
	s.set(later, s.argument("samplesAhead"))
	s.increment(later, s.index)
	for _, a := range s.a {
		request(a)
	}
	s.mark("fetched")
}

// update adds the weighted samples to x.
func (s *aheadSweep) update() {
	shrink := s.broadcast(s.argument("shrink"))
	var weights [aheadSteps]reg.Register
	for j := range weights {
		weights[j] = s.broadcast(s.element("weights", j))
	}
	for k := range s.registers() {
		x := s.vector()
		s.multiply(x, s.part(s.x, k), shrink)
		for j, weight := range weights {
			s.add(x, s.part(s.a[j], k), weight)
		}
		s.pass(x, s.part(s.x, k))
	}
}

// sample draws sample j.
func (s *aheadSweep) sample(j int) {
	factor := s.broadcast(s.element("meanFactors", j))
	mean, scale := s.masked("mean", j), s.masked("scale", j)
	for k := range s.registers() {
		a, z := s.vector(), s.load(s.part(s.noise[j], k))
		s.multiply(a, s.at(mean, k), factor)
		s.add(a, s.at(scale, k), z)
		s.pass(a, s.part(s.a[j], k))
	}
}

// pass stores a register for later phases, and keeps it if there is room.
func (s *aheadSweep) pass(r reg.Register, place operand.Mem) {
	s.store(r, place)
	if s.kept != nil {
		s.kept[place] = r
	}
}

// passed is a register with what an earlier phase has stored.
func (s *aheadSweep) passed(place operand.Mem) reg.Register {
	if r, ok := s.kept[place]; ok {
		return r
	}
	return s.load(place)
}

// sum is the register of a sum to which part k of a tile is added.
func (s *aheadSweep) sum(i, k int) reg.Register {
	perSum := len(s.sums) / aheadSums
	return s.sums[i*perSum+k%perSum]
}

// dots adds the products of x and the samples to the sums.
func (s *aheadSweep) dots() {
	for k := range s.registers() {
		x := s.passed(s.part(s.x, k))
		var a [aheadSteps]reg.Register
		pair := aheadSteps
		for j := range a {
			a[j] = s.passed(s.part(s.a[j], k))
			s.add(s.sum(j, k), x, a[j])
			for i := range j {
				s.add(s.sum(pair, k), a[i], a[j])
				pair++
			}
		}
	}
}
