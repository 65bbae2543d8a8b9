package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// triad builds the loop by which the speed of memory is measured.
func triad(g *generator) {
	g.function("triad", "a, b, c *float64, scale float64, n int",
		"is triadGeneric on n elements, n a positive multiple of Lanes.")
	scale := g.broadcast(g.argument("scale"))
	g.overTiles([]reg.GPVirtual{g.pointer("a"), g.pointer("b"), g.pointer("c")}, func(at func(i, k int) operand.Mem) {
		for k := range g.registers() {
			sum := g.load(at(1, k))
			g.add(sum, at(2, k), scale)
			g.VMOVUPD(sum, at(0, k))
		}
	})
	g.end()
}
