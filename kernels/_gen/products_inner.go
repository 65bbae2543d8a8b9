package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/attr"
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
	table        operand.Mem // see tailMasks
}

// innerProducts builds innerProductsGeneric for a fixed number of rows of v,
// the columns of the result.
func (g *generator) innerProducts(columns int, table operand.Mem) {
	g.function(fmt.Sprintf("innerProducts%d", columns),
		"dst *float64, rowStride, columnStride int, u *[]float64, rows int, v *[]float64, lo, n int",
		fmt.Sprintf("is innerProductsGeneric for %s of v, on n elements from lo.", plural(columns, "row")),
		"Product j, k is at dst[j·rowStride + k·columnStride].")
	p := &inner{generator: g, table: table}
	if p.parts() > 1 {
		p.scratch = g.frame(g.sumsPerTile * g.bytes)
	}
	p.end = g.pointer("n")
	g.ANDQ(operand.I8(-productLanes), p.end)
	g.ADDQ(g.argument("lo"), p.end)
	p.columns = p.rowsToEnd(g.pointer("v"), columns)
	p.u, p.dst, p.left = g.pointer("u"), g.pointer("dst"), g.pointer("rows")

	// As many of the largest tiles as do not leave a single row, which has too few
	// sums to keep the multipliers busy.
	for rows := g.productRows(); rows > 0; rows-- {
		tile, fewer := fmt.Sprintf("tile%d", rows), fmt.Sprintf("fewer%d", rows)
		g.Label(tile)
		g.CMPQ(p.left, operand.U8(rows))
		g.JLT(operand.LabelRef(fewer))
		if rows > 2 {
			g.CMPQ(p.left, operand.U8(rows+1))
			g.JE(operand.LabelRef(fewer))
		}
		p.tile(rows)
		g.ADDQ(operand.U8(rows*sliceBytes), p.u)
		stride := g.pointer("rowStride")
		for range rows {
			g.LEAQ(operand.Mem{Base: p.dst, Index: stride, Scale: 8}, p.dst)
		}
		g.SUBQ(operand.U8(rows), p.left)
		g.JMP(operand.LabelRef(tile))
		g.Label(fewer)
	}
	g.end()
}

// rowsToEnd loads pointers to the ends of a number of rows.
func (p *inner) rowsToEnd(header reg.Register, count int) []reg.GPVirtual {
	pointers := p.rows(header, count)
	for _, row := range pointers {
		p.LEAQ(operand.Mem{Base: row, Index: p.end, Scale: 8}, row)
	}
	return pointers
}

// parts is the number of registers that hold a vector of lanes.
func (p *inner) parts() int { return productLanes / p.elements() }

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
				var row []reg.Register
				for range columns {
					row = append(row, p.vector())
				}
				p.zero(row...)
				part = append(part, row)
			}
			sums = append(sums, part)
		}
		p.sweep(u, sums[first:first+perSweep], first)
	}
	last := sums[parts-1]
	for part := range parts - 1 {
		for j := range rows {
			for k := range columns {
				var other operand.Op = sums[part][j][k]
				if perSweep == 1 {
					other = p.spilled(part, j*columns+k)
				}
				p.VADDPD(other, last[j][k], last[j][k])
			}
		}
	}
	p.addTo(last)
}

func (p *inner) spilled(part, sum int) operand.Mem {
	return operand.Mem{Base: p.scratch, Disp: (part*p.sumsPerTile + sum) * p.bytes}
}

func (p *inner) spill(sums [][]reg.Register, part int) {
	for j, row := range sums {
		for k, sum := range row {
			p.VMOVUPD(sum, p.spilled(part, j*len(row)+k))
		}
	}
}

// sweep runs over the elements of the rows and adds the products of some parts
// of each vector of lanes.
func (p *inner) sweep(u []reg.GPVirtual, sums [][][]reg.Register, first int) {
	suffix := fmt.Sprintf("%dpart%d", len(u), first)
	index := p.pointer("n")
	p.ANDQ(operand.I8(-productLanes), index)
	p.NEGQ(index)
	p.JE(operand.LabelRef("tail" + suffix))
	p.Label("sweep" + suffix)
	for i := range sums {
		at := func(row reg.Register) operand.Op {
			return operand.Mem{Base: row, Index: index, Scale: 8, Disp: (first + i) * p.bytes}
		}
		p.products(u, sums[i], at, at)
	}
	p.ADDQ(operand.U8(productLanes), index)
	p.JNE(operand.LabelRef("sweep" + suffix))

	p.Label("tail" + suffix)
	rest := p.pointer("n")
	p.ANDQ(operand.U8(productLanes-1), rest)
	p.JE(operand.LabelRef("done" + suffix))
	if p.masked {
		p.confined(rest, func() {
			at := func(row reg.Register) operand.Op { return p.load(operand.Mem{Base: row}) }
			p.products(u, sums[0], at, at)
		})
	} else {
		p.tail(u, sums, first, rest)
	}
	p.Label("done" + suffix)
}

// tail adds the products of the rest of the rows, where the width has no masks. It
// is filled up with −0 in u and +0 in v: their product −0 changes no sum, not even
// one that is zero.
func (p *inner) tail(u []reg.GPVirtual, sums [][][]reg.Register, first int, rest reg.GPVirtual) {
	table := p.GP64()
	p.NEGQ(rest)
	p.LEAQ(p.table, table)
	p.LEAQ(operand.Mem{Base: table, Index: rest, Scale: 8}, table)
	for i := range sums {
		mask := func(which int) operand.Mem {
			return operand.Mem{Base: table, Disp: which*2*productLanes*8 + productLanes*8 + (first+i)*p.bytes}
		}
		zero := func(row reg.Register) operand.Op {
			x := p.load(mask(0))
			p.VMASKMOVPD(operand.Mem{Base: row, Disp: (first + i) * p.bytes}, x, x)
			return x
		}
		minusZero := func(row reg.Register) operand.Op {
			x := zero(row).(reg.Register)
			p.VORPD(mask(1), x, x)
			return x
		}
		p.products(u, sums[i], minusZero, zero)
	}
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
	row := p.GP64()
	p.MOVQ(p.dst, row)
	for j, lanes := range sums {
		var four []reg.VecVirtual // the lanes 0 to 3 of each column
		for _, sum := range lanes {
			four = append(four, p.quarters(sum.(reg.VecVirtual)))
		}
		column := func(k int) reg.VecVirtual {
			if k >= len(four) {
				k = 0 // a column that is not there: its sum is not used
			}
			return four[k]
		}
		// half is lanes 0+2 and 1+3 of two sums.
		half := func(k, other int) reg.VecVirtual {
			low, high := p.YMM(), p.YMM()
			p.lowerHalves(column(k), column(other), low)
			p.upperHalves(column(k), column(other), high)
			p.VADDPD(high, low, low)
			return low
		}
		totals, odd := p.YMM(), p.YMM() // of columns 0 to 3
		first, second := half(0, 2), half(1, 3)
		p.VUNPCKLPD(second, first, totals)
		p.VUNPCKHPD(second, first, odd)
		p.VADDPD(odd, totals, totals)
		suffix := fmt.Sprintf("%drow%d", len(sums), j)
		if len(lanes) == 4 {
			p.CMPQ(columnStride, operand.U8(1))
			p.JNE(operand.LabelRef("scatter" + suffix))
			p.VADDPD(operand.Mem{Base: row}, totals, totals)
			p.VMOVUPD(totals, operand.Mem{Base: row})
			p.JMP(operand.LabelRef("added" + suffix))
			p.Label("scatter" + suffix)
		}
		p.scatter(totals, len(lanes), row, columnStride)
		p.Label("added" + suffix)
		p.LEAQ(operand.Mem{Base: row, Index: rowStride, Scale: 8}, row)
	}
}

// quarters is the lanes of a sum with those of the upper half, if it has more than
// four, added to those of the lower half.
func (p *inner) quarters(sum reg.VecVirtual) reg.VecVirtual {
	if p.elements() == 4 {
		return sum
	}
	upper := p.YMM()
	p.VEXTRACTF64X4(operand.U8(1), sum, upper)
	p.VADDPD(upper, sum.AsY(), upper)
	return upper
}

// lowerHalves joins the lower halves of two registers of four lanes.
func (p *inner) lowerHalves(x, y, joined reg.VecVirtual) {
	if p.masked {
		p.VSHUFF64X2(operand.U8(0), y, x, joined)
	} else {
		p.VPERM2F128(operand.U8(0x20), y, x, joined)
	}
}

// upperHalves joins the upper halves of two registers of four lanes.
func (p *inner) upperHalves(x, y, joined reg.VecVirtual) {
	if p.masked {
		p.VSHUFF64X2(operand.U8(3), y, x, joined)
	} else {
		p.VPERM2F128(operand.U8(0x31), y, x, joined)
	}
}

// scatter adds the first elements of a register to numbers in memory that are a
// stride apart.
func (p *inner) scatter(totals reg.VecVirtual, count int, first, stride reg.GPVirtual) {
	cell := p.GP64()
	p.MOVQ(first, cell)
	pair := totals.AsX()
	for k := range count {
		if k == 2 {
			pair = p.XMM()
			p.upperPair(totals, pair)
		}
		total := p.XMM()
		if k%2 == 0 {
			p.VADDSD(operand.Mem{Base: cell}, pair, total)
		} else {
			p.VUNPCKHPD(pair, pair, total)
			p.VADDSD(operand.Mem{Base: cell}, total, total)
		}
		p.VMOVSD(total, operand.Mem{Base: cell})
		p.LEAQ(operand.Mem{Base: cell, Index: stride, Scale: 8}, cell)
	}
}

// upperPair is the upper half of a register of four lanes.
func (p *inner) upperPair(x reg.VecVirtual, pair reg.Register) {
	if p.masked {
		p.VEXTRACTF64X2(operand.U8(1), x, pair)
	} else {
		p.VEXTRACTF128(operand.U8(1), x, pair)
	}
}

// tailMasks defines a table of two sliding masks. From as many elements before
// its middle as the rest is long, the first has all bits set for the elements of
// the rest and none after; the second has the sign set after them.
func (g *generator) tailMasks() operand.Mem {
	table := g.StaticGlobal("productTailMasks" + g.name)
	g.DataAttributes(attr.RODATA | attr.NOPTR)
	for i, value := range []uint64{1<<64 - 1, 0, 0, 1 << 63} {
		for lane := range productLanes {
			g.AddDatum((i*productLanes+lane)*8, operand.U64(value))
		}
	}
	return table
}
