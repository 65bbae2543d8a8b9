package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// reductions builds the sums over arrays.
func reductions(g *generator) {
	// Each step adds one part of a tile to the lanes it falls to.
	g.reduction("dot", []string{"x", "y"}, func(sum reg.Register, element []operand.Mem) {
		x := g.load(element[0])
		g.add(sum, element[1], x)
	})
	g.reduction("sum", []string{"x"}, func(sum reg.Register, element []operand.Mem) {
		g.increase(sum, element[0])
	})
	g.reduction("squares", []string{"x"}, func(sum reg.Register, element []operand.Mem) {
		x := g.load(element[0])
		g.add(sum, x, x)
	})
	g.reduction("weightedSquares", []string{"w", "x"}, func(sum reg.Register, element []operand.Mem) {
		x, wx := g.load(element[1]), g.vector()
		g.multiply(wx, element[0], x)
		g.add(sum, wx, x)
	})
}

func (g *generator) reduction(name string, arrays []string, step func(sum reg.Register, element []operand.Mem)) {
	signature := ""
	for _, a := range arrays {
		signature += a + ", "
	}
	g.function(name, signature+"partial *float64, n int",
		"is "+name+"Generic on n elements, "+g.counts()+".")
	partial := g.pointer("partial")
	sums := g.tile()
	g.loadTile(sums, partial)
	pointers := make([]reg.GPVirtual, len(arrays))
	for i, a := range arrays {
		pointers[i] = g.pointer(a)
	}
	g.overTiles(pointers, func(k int, at func(i int) operand.Mem) {
		element := make([]operand.Mem, len(arrays))
		for i := range arrays {
			element[i] = at(i)
		}
		step(sums[k], element)
	})
	g.storeTile(sums, partial)
	g.end()
}
