package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// cacheLine is the unit in which memory is fetched, in bytes.
const cacheLine = 64

// sgd builds the kernels of one-pass SGD: the update alone, and sampling with
// or without a mean and an array of scales, alone or merged with the update.
func sgd(g *generator) {
	g.update()
	for _, merged := range []bool{false, true} {
		for _, mean := range []bool{false, true} {
			for _, scale := range []bool{false, true} {
				g.sampleDot(merged, mean, scale)
			}
		}
	}
}

func (g *generator) update() {
	g.function("update", "x, a *float64, shrink, step float64, n int",
		"is updateGeneric on n elements, "+g.counts()+".")
	step := g.stepper()
	g.overTiles([]reg.GPVirtual{g.pointer("x"), g.pointer("a")}, func(_ int, at func(i int) operand.Mem) {
		a := g.load(at(1))
		g.store(step(at(0), a), at(0))
	})
	g.end()
}

// stepper returns the step of SGD for one register: x ← fma(step, a, shrink·x).
func (g *generator) stepper() func(x operand.Mem, a reg.Register) reg.Register {
	shrink := g.broadcast(g.argument("shrink"))
	step := g.broadcast(g.argument("step"))
	return func(x operand.Mem, a reg.Register) reg.Register {
		next := g.vector()
		g.VMULPD(g.operand(x), shrink, next)
		g.add(next, a, step)
		return next
	}
}

// sampler returns the sample for one register: a = fma(s, z, meanFactor·mean).
func (g *generator) sampler(mean, scale bool) func(noise, mean, scale operand.Mem) reg.Register {
	var meanFactor, scaleFactor reg.Register
	if mean {
		meanFactor = g.broadcast(g.argument("meanFactor"))
	}
	if !scale {
		scaleFactor = g.broadcast(g.argument("scaleFactor"))
	}
	return func(noise, meanAt, scaleAt operand.Mem) reg.Register {
		factor := scaleFactor
		if scale {
			factor = g.load(scaleAt)
		}
		a := g.vector()
		if !mean {
			g.VMULPD(g.operand(noise), factor, a)
			return a
		}
		g.VMULPD(g.operand(meanAt), meanFactor, a)
		g.add(a, g.operand(noise), factor)
		return a
	}
}

// sampleDot builds one variant of sampleDotGeneric or, merged with the update,
// of updateSampleDotGeneric.
func (g *generator) sampleDot(merged, mean, scale bool) {
	name, generic := "sampleDot", "sampleDotGeneric"
	arguments := "x, a, noise, mean, scale *float64, meanFactor, scaleFactor float64, dot *float64, n, ahead int"
	if merged {
		name, generic = "updateSampleDot", "updateSampleDotGeneric"
		arguments = "x, a, noise, mean, scale *float64, meanFactor, scaleFactor, shrink, step float64, dot *float64, n, ahead int"
	}
	variant := "without a mean, "
	if mean {
		name, variant = name+"Mean", "with a mean, "
	}
	if scale {
		name, variant = name+"Scale", variant+"with an array of scales,"
	} else {
		variant += "with one scale,"
	}
	g.function(name, arguments,
		"is "+generic+" "+variant,
		"on n elements, "+g.counts()+".")

	var update func(operand.Mem, reg.Register) reg.Register
	if merged {
		update = g.stepper()
	}
	sample := g.sampler(mean, scale)
	dot := g.pointer("dot")
	sums := g.tile()
	g.loadTile(sums, dot)

	const x, a, noise = 0, 1, 2
	arrays := []reg.GPVirtual{g.pointer("x"), g.pointer("a"), g.pointer("noise")}
	optional := func(name string, wanted bool) int {
		if !wanted {
			return noise // not used
		}
		arrays = append(arrays, g.pointer(name))
		return len(arrays) - 1
	}
	meanArray, scaleArray := optional("mean", mean), optional("scale", scale)

	// A part is read as a whole before any of it is written: arrays that begin at the
	// same place of a page would make a load wait for the store before it.
	g.overTilesAhead(arrays, g.fetcher(arrays, noise), func(k int, at func(i int) operand.Mem) {
		var old, next reg.Register
		if merged {
			old = g.load(at(a))
		}
		drawn := sample(at(noise), at(meanArray), at(scaleArray))
		if merged {
			next = update(at(x), old)
			g.store(next, at(x))
		} else {
			next = g.load(at(x))
		}
		g.store(drawn, at(a))
		g.add(sums[k], drawn, next)
	})
	g.storeTile(sums, dot)
	g.end()
}

// fetcher returns what asks for the tiles of the arrays that are as many elements
// ahead as argument ahead says, unless it says 0; one array is left out.
func (g *generator) fetcher(arrays []reg.GPVirtual, except int) func(index reg.GPVirtual) {
	return func(index reg.GPVirtual) {
		g.CMPQ(g.argument("ahead"), operand.U8(0))
		g.JE(operand.LabelRef("fetched"))
		later := g.GP64()
		g.MOVQ(g.argument("ahead"), later)
		g.ADDQ(index, later)
		for i, array := range arrays {
			for line := 0; line < lanes*g.elementBytes && i != except; line += cacheLine {
				g.PREFETCHT1(operand.Mem{Base: array, Index: later, Scale: uint8(g.elementBytes), Disp: line})
			}
		}
		g.Label("fetched")
	}
}
