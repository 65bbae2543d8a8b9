package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// singles builds the kernels of one-pass SGD in float32. Their products and sums are
// rounded one by one, never fused, so that plain Go can say the same.
func singles(g *generator) {
	g.elementBytes = 4
	g.update32()
	for _, merged := range []bool{false, true} {
		for _, mean := range []bool{false, true} {
			for _, scale := range []bool{false, true} {
				g.sampleDot32(merged, mean, scale)
			}
		}
	}
}

// stepper32 returns the step of SGD for one register: x ← step·a + shrink·x.
func (g *generator) stepper32() func(x operand.Mem, a reg.Register) reg.Register {
	shrink, step := g.broadcast(g.argument("shrink")), g.broadcast(g.argument("step"))
	return func(x operand.Mem, a reg.Register) reg.Register {
		next, along := g.vector(), g.vector()
		g.multiply(next, x, shrink)
		g.multiply(along, a, step)
		g.plus(next, along, next)
		return next
	}
}

func (g *generator) update32() {
	g.function("update32", "x, a *float32, shrink, step float32, n int",
		"is update32Generic on n elements, "+g.counts()+".")
	step := g.stepper32()
	g.overTiles([]reg.GPVirtual{g.pointer("x"), g.pointer("a")}, func(_ int, at func(i int) operand.Mem) {
		a := g.load(at(1))
		g.store(step(at(0), a), at(0))
	})
	g.end()
}

// sampler32 returns the sample for one register: a = s·z + meanFactor·mean.
func (g *generator) sampler32(mean, scale bool) func(noise, mean, scale operand.Mem) reg.Register {
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
		g.multiply(a, noise, factor)
		if mean {
			shift := g.vector()
			g.multiply(shift, meanAt, meanFactor)
			g.plus(a, shift, a)
		}
		return a
	}
}

// sampleDot32 builds one variant of sampleDot32Generic or, merged with the update,
// of updateSampleDot32Generic.
func (g *generator) sampleDot32(merged, mean, scale bool) {
	name, generic := "sampleDot32", "sampleDot32Generic"
	arguments := "x, a, noise, mean, scale *float32, meanFactor, scaleFactor float32, dot *float64, n, ahead int"
	if merged {
		name, generic = "updateSampleDot32", "updateSampleDot32Generic"
		arguments = "x, a, noise, mean, scale *float32, meanFactor, scaleFactor, shrink, step float32, dot *float64, n, ahead int"
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
	g.function(name, arguments, "is "+generic+" "+variant, "on n elements, "+g.counts()+".")

	var update func(operand.Mem, reg.Register) reg.Register
	if merged {
		update = g.stepper32()
	}
	sample := g.sampler32(mean, scale)
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
		g.addWidened(sums[2*k:], drawn, next)
	})
	g.storeTile(sums, dot)
	g.end()
}
