package main

import (
	"fmt"

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

// sgd32 builds the same kernels in float32. Their products and sums are rounded one
// by one, never fused, so that plain Go can say the same; only the inner products are
// in float64.
func sgd32(g *generator) {
	g.elementBytes = 4
	sgd(g)
}

// named is the name of a function for elements of the family's type: name32 for
// float32.
func (g *generator) named(name string) string {
	if g.single() {
		return name + "32"
	}
	return name
}

// addProduct computes sum ← sum + x·y, rounded once for float64; for float32 the
// product is rounded first.
func (g *generator) addProduct(sum reg.Register, x operand.Op, y reg.Register) {
	if !g.single() {
		g.add(sum, x, y)
		return
	}
	product := g.vector()
	g.multiply(product, x, y)
	g.plus(sum, product, sum)
}

func (g *generator) update() {
	name := g.named("update")
	g.function(name, fmt.Sprintf("x, a *%[1]s, shrink, step %[1]s, n int", g.elementType()),
		"is "+name+"Generic on n elements, "+g.counts()+".")
	step := g.stepper()
	g.overTiles([]reg.GPVirtual{g.pointer("x"), g.pointer("a")}, func(_ int, at func(i int) operand.Mem) {
		a := g.load(at(1))
		g.store(step(at(0), a), at(0))
	})
	g.end()
}

// stepper returns the step of SGD for one register: x ← step·a + shrink·x.
func (g *generator) stepper() func(x operand.Mem, a reg.Register) reg.Register {
	shrink := g.broadcast(g.argument("shrink"))
	step := g.broadcast(g.argument("step"))
	return func(x operand.Mem, a reg.Register) reg.Register {
		next := g.vector()
		g.multiply(next, x, shrink)
		g.addProduct(next, a, step)
		return next
	}
}

// sampler returns the sample for one register: a = s·z + meanFactor·mean.
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
			g.multiply(a, noise, factor)
			return a
		}
		g.multiply(a, meanAt, meanFactor)
		g.addProduct(a, noise, factor)
		return a
	}
}

// sampleDot builds one variant of sampleDotGeneric or, merged with the update,
// of updateSampleDotGeneric.
func (g *generator) sampleDot(merged, mean, scale bool) {
	name := g.named("sampleDot")
	arguments := "x, a, noise, mean, scale *%[1]s, meanFactor, scaleFactor %[1]s, dot *float64, n, ahead int"
	if merged {
		name = g.named("updateSampleDot")
		arguments = "x, a, noise, mean, scale *%[1]s, meanFactor, scaleFactor, shrink, step %[1]s, dot *float64, n, ahead int"
	}
	generic, variant := name+"Generic", "without a mean, "
	if mean {
		name, variant = name+"Mean", "with a mean, "
	}
	if scale {
		name, variant = name+"Scale", variant+"with an array of scales,"
	} else {
		variant += "with one scale,"
	}
	g.function(name, fmt.Sprintf(arguments, g.elementType()),
		"is "+generic+" "+variant,
		"on n elements, "+g.counts()+".")

	var update func(operand.Mem, reg.Register) reg.Register
	if merged {
		update = g.stepper()
	}
	sample := g.sampler(mean, scale)
	dot := g.pointer("dot")
	sums := g.vectors(lanes * 8 / g.bytes)
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
		if g.single() {
			g.addWidened(sums[2*k:], drawn, next)
		} else {
			g.add(sums[k], drawn, next)
		}
	})
	g.storeTile(sums, dot)
	g.end()
}

// fetcher returns what asks for the tiles of the arrays that are as many elements
// ahead as argument ahead says, unless it says 0; one array is left out.
func (g *generator) fetcher(arrays []reg.GPVirtual, except int) func(index reg.GPVirtual) {
	return func(index reg.GPVirtual) {
		g.jumpIf(g.argument("ahead"), equal, constant(0), "fetched")
		later := g.pointer("ahead")
		g.increment(later, index)
		for i, array := range arrays {
			for line := 0; line < lanes*g.elementBytes && i != except; line += cacheLine {
				g.prefetch(operand.Mem{Base: array, Index: later, Scale: uint8(g.elementBytes), Disp: line})
			}
		}
		g.mark("fetched")
	}
}
