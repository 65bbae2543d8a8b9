package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// triad builds the loop by which the speed of memory is measured.
func triad(g *generator) {
	g.function("triad", "a, b, c *float64, scale float64, n int",
		"is triadGeneric on n elements, "+g.counts()+".")
	scale := g.broadcast(g.argument("scale"))
	g.overTiles([]reg.GPVirtual{g.pointer("a"), g.pointer("b"), g.pointer("c")}, func(k int, at func(i int) operand.Mem) {
		sum := g.load(at(1))
		g.add(sum, at(2), scale)
		g.store(sum, at(0))
	})
	g.end()
}
