package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// signSweep builds the sweep of SGD whose samples are made of signs: with one scale
// for all elements and no mean, and with any means and scales.
func signSweep(g *generator) {
	s := &signs{generator: g}
	s.sweep(false)
	s.sweep(true)
}

// signs is what the functions of the family share.
type signs struct {
	*generator
	index reg.GPVirtual
}

// drawn is one of the two samples of a sweep.
type drawn struct {
	name                     string
	scaleFactor, meanFactor  reg.Register
	mean, scale, bits        reg.GPVirtual
	signs                    any // of a tile
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
	s.signs()
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
	s.index = s.value(constant(0))
	s.mark("tile")
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
		s.increment(d.bits, constant(lanes/8))
	}
	s.increment(s.index, constant(lanes))
	s.jumpIf(s.index, less, s.argument("n"), "tile")
	s.storeTile(sums, s.pointer("dot"))
	s.end()
}

// start gets the bits of a tile, and the places of its means and scales.
func (s *signs) start(d *drawn, arrays bool) {
	d.signs = s.signsOf(operand.Mem{Base: d.bits})
	if arrays {
		d.meanOfTile = s.maskedPlace(d.mean, d.name+"MeanMask")
		d.scalesOfTile = s.maskedPlace(d.scale, d.name+"ScaleMask")
	}
}

// maskedPlace is the place of the tile of a mean or a scale.
func (s *signs) maskedPlace(array reg.GPVirtual, mask string) reg.GPVirtual {
	place := s.value(s.index)
	s.keepBits(place, s.argument(mask))
	s.address(place, operand.Mem{Base: array, Index: place, Scale: 8})
	return place
}

// sample is part k of the sample's tile.
func (s *signs) sample(d *drawn, k int, arrays bool) reg.Register {
	var scale operand.Op = d.scaleFactor
	if arrays {
		scale = s.load(s.at(d.scalesOfTile, k))
	}
	signed := s.signed(scale, d.signs, k)
	if arrays {
		mean := s.vector()
		s.multiply(mean, s.at(d.meanOfTile, k), d.meanFactor)
		s.plus(signed, mean, signed)
	}
	return signed
}
