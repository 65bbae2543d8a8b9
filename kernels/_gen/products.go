package main

import (
	"fmt"
	"math/bits"
	"strconv"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// productBytes is the size of all lanes of an inner product.
const productBytes = 64

// productLanes is kernels.ProductLanes of the elements.
func (w *width) productLanes() int { return productBytes / w.elementBytes }

// products builds the kernels of problems with several outputs.
func products(g *generator) {
	g.matrixProducts()
	g.reduction("weightedDot", []string{"w", "x", "y"}, func(sum reg.Register, element []operand.Mem) {
		w := g.load(element[0])
		g.multiply(w, element[1], w)
		g.add(sum, element[2], w)
	})
	g.reduction("squaredDistance", []string{"x", "y"}, func(sum reg.Register, element []operand.Mem) {
		difference := g.load(element[0])
		g.difference(difference, difference, element[1])
		g.add(sum, difference, difference)
	})
	g.samplesInto()
	g.recurrence()
}

// products32 builds those of them that there are in float32.
func products32(g *generator) {
	g.elementBytes = 4
	g.matrixProducts()
	g.samplesInto()
}

// matrixProducts builds products of matrices.
func (g *generator) matrixProducts() {
	g.productTables()
	for columns := 1; columns <= productColumns; columns++ {
		g.innerProducts(columns)
	}
	for rows := 1; rows <= multiplyAddRows; rows++ {
		g.multiplyAdd(rows)
	}
}

// numbered is the name of a function for a number of rows; name32x3 in float32.
func (g *generator) numbered(name string, rows int) string {
	if g.single() {
		name += "32x"
	}
	return fmt.Sprintf("%s%d", name, rows)
}

func (g *generator) samplesInto() {
	for _, mean := range []bool{false, true} {
		for _, scale := range []bool{false, true} {
			g.sampleInto(mean, scale)
		}
	}
}

// sampleInto builds one variant of sampleIntoGeneric or sampleInto32Generic.
func (g *generator) sampleInto(mean, scale bool) {
	name := g.named("sampleInto")
	generic, variant := name+"Generic", "without a mean, "
	if mean {
		name, variant = name+"Mean", "with a mean, "
	}
	if scale {
		name, variant = name+"Scale", variant+"with an array of scales,"
	} else {
		variant += "with one scale,"
	}
	g.function(name, fmt.Sprintf("a, noise, mean, scale *%[1]s, meanFactor, scaleFactor %[1]s, n int", g.elementType()),
		"is "+generic+" "+variant,
		"on n elements, "+g.counts()+".")
	sample := g.sampler(mean, scale)
	const a, noise = 0, 1
	arrays := []reg.GPVirtual{g.pointer("a"), g.pointer("noise")}
	optional := func(name string, wanted bool) int {
		if !wanted {
			return noise // not used
		}
		arrays = append(arrays, g.pointer(name))
		return len(arrays) - 1
	}
	meanArray, scaleArray := optional("mean", mean), optional("scale", scale)
	g.overTiles(arrays, func(_ int, at func(i int) operand.Mem) {
		g.store(sample(at(noise), at(meanArray), at(scaleArray)), at(a))
	})
	g.end()
}

const (
	recurrenceLanes = 96 // kernels.RecurrenceLanes
	recurrenceSums  = 12 // registers at work at a time
)

// recurrence builds the loop by which the speed of arithmetic is measured.
func (g *generator) recurrence() {
	g.function("recurrence", "x *float64, u, v float64, rounds int",
		"is recurrenceGeneric for a positive number of rounds.")
	x := g.pointer("x")
	u, v := g.broadcast(g.argument("u")), g.broadcast(g.argument("v"))
	perPass := recurrenceSums * g.elements()
	for pass := range recurrenceLanes / perPass {
		label := fmt.Sprintf("round%d", pass)
		left := g.pointer("rounds")
		values := make([]reg.Register, recurrenceSums)
		place := func(i int) operand.Mem { return g.at(x, pass*recurrenceSums+i) }
		for i := range values {
			values[i] = g.load(place(i))
		}
		g.mark(label)
		for _, value := range values {
			g.add(value, u, v)
		}
		g.incrementToZero(left, -1, label)
		for i, value := range values {
			g.store(value, place(i))
		}
	}
	g.end()
}

// multiplyAddRows is the largest number of rows of the result in one tile.
const multiplyAddRows = 4

// multiplyAdd builds multiplyAddGeneric for a fixed number of rows of the result.
// The sums of a tile stay in registers while all rows of the source pass by.
func (g *generator) multiplyAdd(rows int) {
	counts := fmt.Sprintf("n a multiple of %d", g.elements())
	if g.masked {
		counts = "n not negative"
	}
	g.function(g.numbered("multiplyAdd", rows),
		fmt.Sprintf("dst *[]%[1]s, src *[]%[1]s, sources int, coefficients *%[1]s, stride int, shrink %[1]s, lo, n int", g.elementType()),
		fmt.Sprintf("is multiplyAddGeneric for %s of dst, on n elements from lo,", plural(rows, "row")),
		counts+". Coefficients of one row of src are stride after those of the last.")
	dst := g.rows(g.pointer("dst"), rows)
	index, left := g.pointer("lo"), g.pointer("n")
	// Tiles as wide as the registers allow, then narrower ones for the rest.
	for width := g.sumsPerTile / rows; width > 0; width = narrower(width) {
		tile, next := fmt.Sprintf("tile%d", width), fmt.Sprintf("narrower%d", width)
		g.mark(tile)
		g.jumpIf(left, less, constant(width*g.elements()), next)
		g.multiplyAddTile(dst, index, width, strconv.Itoa(width))
		g.increment(index, constant(width*g.elements()))
		g.increment(left, constant(-width*g.elements()))
		g.jump(tile)
		g.mark(next)
	}
	if g.masked {
		g.jumpIf(left, equal, constant(0), "done")
		g.confined(left, func() { g.multiplyAddTile(dst, index, 1, "Rest") })
		g.mark("done")
	}
	g.end()
}

// narrower is the largest power of two below a width, 0 for 1.
func narrower(width int) int {
	if width == 1 {
		return 0
	}
	power := 1
	for 2*power < width {
		power *= 2
	}
	return power
}

// multiplyAddTile builds the code for one tile, some registers wide; its labels get
// a suffix.
func (g *generator) multiplyAddTile(dst []reg.GPVirtual, index reg.GPVirtual, width int, suffix string) {
	place := func(row reg.Register, i int) operand.Mem {
		return operand.Mem{Base: row, Index: index, Scale: uint8(g.elementBytes), Disp: i * g.bytes}
	}
	sums := make([][]reg.Register, len(dst))
	shrink := g.broadcast(g.argument("shrink"))
	for k, row := range dst {
		for i := range width {
			sum := g.vector()
			g.multiply(sum, place(row, i), shrink)
			sums[k] = append(sums[k], sum)
		}
	}
	source, done := "source"+suffix, "done"+suffix
	header, coefficients, left := g.pointer("src"), g.pointer("coefficients"), g.pointer("sources")
	stride := g.pointer("stride")
	g.shiftLeft(stride, bits.TrailingZeros(uint(g.elementBytes)))
	g.jumpIf(left, equal, constant(0), done)
	g.mark(source)
	row := g.value(operand.Mem{Base: header})
	coefficient := func(k int) reg.Register {
		c := g.vector()
		g.coefficient(c, operand.Mem{Base: coefficients, Disp: k * g.elementBytes})
		return c
	}
	switch {
	case len(dst) == 1:
		c := coefficient(0)
		for i, sum := range sums[0] {
			g.addScaled(sum, c, place(row, i))
		}
	case len(dst) <= width:
		var c []reg.Register
		for k := range dst {
			c = append(c, coefficient(k))
		}
		for i := range width {
			x := g.load(place(row, i))
			for k := range dst {
				g.addScaled(sums[k][i], c[k], x)
			}
		}
	default:
		var x []reg.Register
		for i := range width {
			x = append(x, g.load(place(row, i)))
		}
		for k := range dst {
			c := coefficient(k)
			for i := range width {
				g.addScaled(sums[k][i], c, x[i])
			}
		}
	}
	g.increment(header, constant(sliceBytes))
	g.increment(coefficients, stride)
	g.incrementToZero(left, -1, source)
	g.mark(done)
	for k, row := range dst {
		for i, sum := range sums[k] {
			g.store(sum, place(row, i))
		}
	}
}

// rows loads the pointers of a number of slices from their headers.
func (g *generator) rows(header reg.Register, count int) []reg.GPVirtual {
	pointers := make([]reg.GPVirtual, count)
	for i := range pointers {
		pointers[i] = g.value(operand.Mem{Base: header, Disp: i * sliceBytes})
	}
	return pointers
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
