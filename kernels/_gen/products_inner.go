package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// productColumns is the largest number of rows of v in a tile of inner products.
// They stay in the first cache while those of u pass by.
const productColumns = 4

// productRows is the largest number of rows of u in a tile.
func (w width) productRows() int { return w.sumsPerTile / productColumns }

// inner is what the tiles of one function of inner products share.
type inner struct {
	*generator
	end          reg.GPVirtual // of the whole vectors of lanes, in elements
	u, dst, left reg.GPVirtual // current row of u, its place in dst, and the rows left
	columns      []reg.GPVirtual
	scratch      reg.GPVirtual
}

// innerProducts builds innerProductsGeneric for a fixed number of rows of v,
// the columns of the result.
func (g *generator) innerProducts(columns int) {
	g.function(g.numbered("innerProducts", columns),
		fmt.Sprintf("dst *float64, rowStride, columnStride int, u *[]%[1]s, rows int, v *[]%[1]s, lo, n int", g.elementType()),
		fmt.Sprintf("is innerProductsGeneric for %s of v, on n elements from lo.", plural(columns, "row")),
		"Product j, k is at dst[j·rowStride + k·columnStride].")
	p := &inner{generator: g}
	if p.parts() > 1 {
		p.scratch = g.frame((p.parts() - 1) * g.sumsPerTile * g.bytes)
	}
	p.end = g.pointer("n")
	g.keepBits(p.end, constant(-g.productLanes()))
	g.increment(p.end, g.argument("lo"))
	p.columns = p.rowsToEnd(g.pointer("v"), columns)
	p.u, p.dst, p.left = g.pointer("u"), g.pointer("dst"), g.pointer("rows")

	// As many of the largest tiles as do not leave a single row, which has too few
	// sums to keep the multipliers busy.
	for rows := g.productRows(); rows > 0; rows-- {
		tile, fewer := fmt.Sprintf("tile%d", rows), fmt.Sprintf("fewer%d", rows)
		g.mark(tile)
		g.jumpIf(p.left, less, constant(rows), fewer)
		if rows > 2 {
			g.jumpIf(p.left, equal, constant(rows+1), fewer)
		}
		p.tile(rows)
		g.increment(p.u, constant(rows*sliceBytes))
		stride := g.pointer("rowStride")
		for range rows {
			g.address(p.dst, operand.Mem{Base: p.dst, Index: stride, Scale: 8})
		}
		g.increment(p.left, constant(-rows))
		g.jump(tile)
		g.mark(fewer)
	}
	g.end()
}

// rowsToEnd loads pointers to the ends of a number of rows.
func (p *inner) rowsToEnd(header reg.Register, count int) []reg.GPVirtual {
	pointers := p.rows(header, count)
	for _, row := range pointers {
		p.address(row, operand.Mem{Base: row, Index: p.end, Scale: uint8(p.elementBytes)})
	}
	return pointers
}

// parts is the number of registers that hold a vector of lanes.
func (p *inner) parts() int { return productBytes / p.bytes }

// tile adds the products of so many rows with all columns. The parts of a
// vector of lanes are summed in one sweep over the rows if their sums fit in the
// registers, else one after the other.
func (p *inner) tile(rows int) {
	columns := len(p.columns)
	parts := p.parts()
	u := p.rowsToEnd(p.u, rows)
	perSweep := parts
	if rows*columns*parts > p.sumsPerTile {
		perSweep = 1
	}
	var sums [][][]reg.Register // of each part, row and column
	for first := 0; first < parts; first += perSweep {
		if first > 0 {
			p.spill(sums[first-1], first-1)
		}
		for range perSweep {
			var part [][]reg.Register
			for range rows {
				row := p.vectors(columns)
				p.zero(row...)
				part = append(part, row)
			}
			sums = append(sums, part)
		}
		p.sweep(u, sums[first:first+perSweep], first)
	}
	for j := range rows {
		for k := range columns {
			part := func(i int) operand.Op {
				if perSweep == 1 && i < parts-1 {
					return p.spilled(i, j*columns+k)
				}
				return sums[i][j][k]
			}
			p.addParts(part, parts)
		}
	}
	p.addTo(sums[parts-1])
}

// addParts adds the parts of a sum as AheadPartial and its like do, those at a
// distance of half their number first. The total is in the register of the last one.
func (p *inner) addParts(part func(i int) operand.Op, parts int) {
	switch parts {
	case 2:
		last := part(1).(reg.Register)
		p.plus(last, part(0), last)
	case 4:
		last := part(3).(reg.Register)
		p.plus(last, part(1), last)
		even, ok := part(2).(reg.Register)
		if !ok {
			even = p.load(part(2).(operand.Mem))
		}
		p.plus(even, part(0), even)
		p.plus(last, even, last)
	}
}

func (p *inner) spilled(part, sum int) operand.Mem {
	return operand.Mem{Base: p.scratch, Disp: (part*p.sumsPerTile + sum) * p.bytes}
}

func (p *inner) spill(sums [][]reg.Register, part int) {
	for j, row := range sums {
		for k, sum := range row {
			p.store(sum, p.spilled(part, j*len(row)+k))
		}
	}
}

// sweep runs over the elements of the rows and adds the products of some parts
// of each vector of lanes.
func (p *inner) sweep(u []reg.GPVirtual, sums [][][]reg.Register, first int) {
	suffix := fmt.Sprintf("%dpart%d", len(u), first)
	index := p.pointer("n")
	p.keepBits(index, constant(-p.productLanes()))
	p.negate(index)
	p.jumpIf(index, equal, constant(0), "tail"+suffix)
	p.mark("sweep" + suffix)
	for i := range sums {
		at := p.offset(index, p.elementBytes, (first+i)*p.bytes)
		place := func(row reg.Register) operand.Op { return at(row) }
		p.products(u, sums[i], place, place)
	}
	p.incrementToZero(index, p.productLanes(), "sweep"+suffix)

	p.mark("tail" + suffix)
	rest := p.pointer("n")
	p.keepBits(rest, constant(p.productLanes()-1))
	p.jumpIf(rest, equal, constant(0), "done"+suffix)
	p.productTail(p, u, sums, first, rest, suffix)
	p.mark("done" + suffix)
}

// products adds the products of one part of all rows and columns.
func (p *inner) products(u []reg.GPVirtual, sums [][]reg.Register, uAt, vAt func(row reg.Register) operand.Op) {
	inRegister := func(x operand.Op) reg.Register {
		if r, ok := x.(reg.Register); ok {
			return r
		}
		return p.load(x.(operand.Mem))
	}
	if len(u) == 1 {
		x := inRegister(uAt(u[0]))
		for k, column := range p.columns {
			p.add(sums[0][k], vAt(column), x)
		}
		return
	}
	if len(p.columns) == 1 {
		y := inRegister(vAt(p.columns[0]))
		for j, row := range u {
			p.add(sums[j][0], uAt(row), y)
		}
		return
	}
	var x []reg.Register
	for _, row := range u {
		x = append(x, inRegister(uAt(row)))
	}
	for k, column := range p.columns {
		y := inRegister(vAt(column))
		for j := range u {
			p.add(sums[j][k], y, x[j])
		}
	}
}

// addTo adds the lanes of each sum, in which those of all parts have been added up,
// and then their total to dst.
func (p *inner) addTo(sums [][]reg.Register) {
	rowStride, columnStride := p.pointer("rowStride"), p.pointer("columnStride")
	row := p.value(p.dst)
	for j, columns := range sums {
		p.addProducts(columns, row, columnStride, fmt.Sprintf("%drow%d", len(sums), j))
		p.address(row, operand.Mem{Base: row, Index: rowStride, Scale: 8})
	}
}
