package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

const (
	aheadSteps = 4 // kernels.Ahead
	aheadLanes = 4 // kernels.AheadLanes, whatever the width
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
	for k := range s.sums {
		s.sums[k] = g.load(operand.Mem{Base: pointer, Disp: 8 * aheadLanes * k})
	}

	s.index = g.GP64()
	g.XORQ(s.index, s.index)
	g.Label("tile")
	s.fetch()
	s.update()
	for j := range aheadSteps {
		s.sample(j)
	}
	s.dots()
	g.ADDQ(operand.U8(lanes), s.index)
	g.CMPQ(s.index, g.argument("n"))
	g.JL(operand.LabelRef("tile"))

	pointer = g.pointer("sums")
	for k, sum := range s.sums {
		g.VMOVUPD(sum, operand.Mem{Base: pointer, Disp: 8 * aheadLanes * k})
	}
	g.end()
}

// aheadSweep is the loop over the tiles. The sums stay in registers, which leaves
// too few for all else a tile needs: its parts pass x and a on through memory.
type aheadSweep struct {
	*generator
	index    reg.GPVirtual // first element of the tile
	x        reg.GPVirtual
	a, noise [aheadSteps]reg.GPVirtual
	sums     [aheadSteps + aheadSteps*(aheadSteps-1)/2]reg.Register
}

// row loads element j of an argument that is an array of pointers.
func (g *generator) row(name string, j int) reg.GPVirtual {
	r := g.GP64()
	g.Load(g.Param(name).Index(j), r)
	return r
}

// element is the place of element j of an argument that is an array.
func (g *generator) element(name string, j int) operand.Mem {
	basic, err := g.Param(name).Index(j).Resolve()
	if err != nil {
		panic(fmt.Sprintf("argument %s[%d]: %v", name, j, err))
	}
	return basic.Addr
}

// part is register k of the tile of an array.
func (s *aheadSweep) part(array reg.GPVirtual, k int) operand.Mem {
	return operand.Mem{Base: array, Index: s.index, Scale: 8, Disp: k * s.bytes}
}

// masked is the place of the tile of a mean or a scale. There are not enough
// registers to keep all pointers in.
func (s *aheadSweep) masked(name string, j int) reg.GPVirtual {
	index, pointer := s.GP64(), s.GP64()
	s.MOVQ(s.index, index)
	s.ANDQ(s.element(name+"Mask", j), index)
	s.MOVQ(s.element(name, j), pointer)
	s.LEAQ(operand.Mem{Base: pointer, Index: index, Scale: 8}, pointer)
	return pointer
}

// fetch asks for later tiles, if argument ahead is not 0.
func (s *aheadSweep) fetch() {
	later, array := s.GP64(), s.GP64()
	request := func(array reg.GPVirtual) {
		for line := 0; line < lanes*8; line += cacheLine {
			s.PREFETCHT1(operand.Mem{Base: array, Index: later, Scale: 8, Disp: line})
		}
	}
	s.MOVQ(s.argument("ahead"), later)
	s.TESTQ(later, later)
	s.JE(operand.LabelRef("fetched"))
	s.ADDQ(s.index, later)
	request(s.x)
	for j := range 2 * aheadSteps {
		s.MOVQ(s.element("fetched", j), array)
		s.TESTQ(array, array)
		s.JE(operand.LabelRef("samples"))
		request(array)
	}
	s.Label("samples")
	s.MOVQ(s.argument("samplesAhead"), later)
	s.ADDQ(s.index, later)
	for _, a := range s.a {
		request(a)
	}
	s.Label("fetched")
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
		s.VMULPD(s.part(s.x, k), shrink, x)
		for j, weight := range weights {
			s.add(x, s.part(s.a[j], k), weight)
		}
		s.VMOVUPD(x, s.part(s.x, k))
	}
}

// sample draws sample j.
func (s *aheadSweep) sample(j int) {
	factor := s.broadcast(s.element("meanFactors", j))
	mean, scale := s.masked("mean", j), s.masked("scale", j)
	for k := range s.registers() {
		a, z := s.vector(), s.load(s.part(s.noise[j], k))
		s.VMULPD(s.at(mean, k), factor, a)
		s.add(a, s.at(scale, k), z)
		s.VMOVUPD(a, s.part(s.a[j], k))
	}
}

// dots adds the products of x and the samples to the sums.
func (s *aheadSweep) dots() {
	for k := range s.registers() {
		x := s.load(s.part(s.x, k))
		var a [aheadSteps]reg.Register
		pair := aheadSteps
		for j := range a {
			a[j] = s.load(s.part(s.a[j], k))
			s.add(s.sums[j], x, a[j])
			for i := range j {
				s.add(s.sums[pair], a[i], a[j])
				pair++
			}
		}
	}
}
