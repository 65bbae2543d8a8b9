package main

import (
	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// signSweep builds the sweep of SGD whose samples are made of signs: with one scale
// for all elements and no mean, and with any means and scales.
func signSweep(g *generator) {
	s := &signs{generator: g}
	if !g.masked {
		s.shifts = s.shiftTable()
	}
	s.sweep(false)
	s.sweep(true)
}

// signs is what the functions of the family share.
type signs struct {
	*generator
	shifts operand.Mem  // where registers have no masks: see shiftTable
	minus  reg.Register // the sign bit alone, in every element
	index  reg.GPVirtual
}

// drawn is one of the two samples of a sweep.
type drawn struct {
	name                     string
	scaleFactor, meanFactor  reg.Register
	mean, scale, bits        reg.GPVirtual
	masks                    []reg.Register // of each part, where registers have masks
	word                     reg.Register   // the bits of a tile, where they have none
	meanOfTile, scalesOfTile reg.GPVirtual
}

func (s *signs) sweep(arrays bool) {
	name, generic := "updateSignsDot", "updateSignsDotGeneric without means, with one scale,"
	arguments := "x *float64, lastBits, nextBits *uint64, lastScale, nextScale, shrink, step float64, dot *float64, n int"
	doc := []string{"is " + generic, "on n elements, n a positive multiple of Lanes."}
	if arrays {
		name, generic = "updateSignsDotArrays", "updateSignsDotGeneric"
		arguments = "x *float64, lastBits, nextBits *uint64, lastMean, lastScale, nextMean, nextScale *float64, " +
			"lastMeanMask, lastScaleMask, nextMeanMask, nextScaleMask int, " +
			"lastMeanFactor, nextMeanFactor, shrink, step float64, dot *float64, n int"
		doc = []string{"is updateSignsDotGeneric on n elements, n a positive multiple",
			"of Lanes. A mean or scale with mask −1 is an array, with mask 0 it is one tile in",
			"place of all."}
	}
	s.function(name, arguments, doc...)
	s.minus = s.vector()
	ones := s.GP64()
	s.MOVQ(operand.U64(1<<63), ones)
	x := s.XMM()
	s.VMOVQ(ones, x)
	s.VPBROADCASTQ(x, s.minus)
	step := s.stepper()
	samples := []*drawn{{name: "last"}, {name: "next"}}
	for _, d := range samples {
		d.bits = s.pointer(d.name + "Bits")
		if arrays {
			d.meanFactor = s.broadcast(s.argument(d.name + "MeanFactor"))
			d.mean, d.scale = s.pointer(d.name+"Mean"), s.pointer(d.name+"Scale")
		} else {
			d.scaleFactor = s.broadcast(s.argument(d.name + "Scale"))
		}
	}
	state, sums := s.pointer("x"), s.tile()
	s.loadTile(sums, s.pointer("dot"))
	s.index = s.GP64()
	s.XORQ(s.index, s.index)
	s.Label("tile")
	for _, d := range samples {
		s.start(d, arrays)
	}
	for k, sum := range sums {
		place := operand.Mem{Base: state, Index: s.index, Scale: 8, Disp: k * s.bytes}
		next := step(place, s.sample(samples[0], k, arrays))
		s.store(next, place)
		s.add(sum, s.sample(samples[1], k, arrays), next)
	}
	for _, d := range samples {
		s.ADDQ(operand.U8(lanes/8), d.bits)
	}
	s.ADDQ(operand.U8(lanes), s.index)
	s.CMPQ(s.index, s.argument("n"))
	s.JL(operand.LabelRef("tile"))
	s.storeTile(sums, s.pointer("dot"))
	s.end()
}

// start gets the bits of a tile, and the places of its means and scales.
func (s *signs) start(d *drawn, arrays bool) {
	word := s.GP32()
	s.MOVWLZX(operand.Mem{Base: d.bits}, word)
	if s.masked {
		first, second := s.K(), s.K()
		s.KMOVW(word, first)
		s.KSHIFTRW(operand.U8(s.elements()), first, second)
		d.masks = []reg.Register{first, second}
	} else {
		x := s.XMM()
		s.VMOVD(word, x)
		d.word = s.vector()
		s.VPBROADCASTQ(x, d.word)
	}
	if arrays {
		d.meanOfTile = s.maskedPlace(d.mean, d.name+"MeanMask")
		d.scalesOfTile = s.maskedPlace(d.scale, d.name+"ScaleMask")
	}
}

// maskedPlace is the place of the tile of a mean or a scale.
func (s *signs) maskedPlace(array reg.GPVirtual, mask string) reg.GPVirtual {
	place := s.GP64()
	s.MOVQ(s.index, place)
	s.ANDQ(s.argument(mask), place)
	s.LEAQ(operand.Mem{Base: array, Index: place, Scale: 8}, place)
	return place
}

// sample is part k of the sample's tile.
func (s *signs) sample(d *drawn, k int, arrays bool) reg.Register {
	signed := s.vector()
	var scale operand.Op = d.scaleFactor
	if arrays {
		scale = s.load(s.at(d.scalesOfTile, k))
	}
	if s.masked {
		s.VMOVAPD(scale, signed)
		s.VXORPD(s.minus, signed, d.masks[k], signed)
	} else {
		s.VPSLLVQ(s.shifts.Offset(k*s.bytes), d.word, signed)
		s.VPAND(s.minus, signed, signed)
		s.VPXOR(scale, signed, signed)
	}
	if arrays {
		mean := s.vector()
		s.VMULPD(s.at(d.meanOfTile, k), d.meanFactor, mean)
		s.VADDPD(mean, signed, signed)
	}
	return signed
}

// shiftTable defines the distances by which the bits of the elements of a tile are
// shifted to the place of the sign.
func (s *signs) shiftTable() operand.Mem {
	table := s.StaticGlobal("signShifts" + s.name)
	s.DataAttributes(attr.RODATA | attr.NOPTR)
	for i := range lanes {
		s.AddDatum(8*i, operand.U64(63-i))
	}
	return table
}
