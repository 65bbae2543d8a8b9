package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// abreastMany builds the kernels of runs side by side with several outputs. A row of
// runs is a column of a row of the state.
func abreastMany(g *generator) {
	l := newLanes(g)
	l.addOutputs()
	l.updateRows()
	l.updateFactor()
}

// addOutputs adds products. Columns are taken four at a time, then by ones, so that
// their sums stay in registers over all rows and several are under way.
func (g lanesOf) addOutputs() {
	g.function("addOutputsAbreast", "r, a, x *float64, triangular, columns, rows int",
		"is AddOutputsAbreast for columns ≥ 1 columns and rows ≥ 1", "rows, which triangular, 0 or 1, cuts at the diagonal.")
	r, x, columns := g.pointer("r"), g.pointer("x"), g.pointer("columns")
	stride, column := g.GP64(), g.GP64() // of a row of x in bytes; the first of those at hand
	g.MOVQ(columns, stride)
	g.SHLQ(operand.U8(6), stride)
	g.XORQ(column, column)
	for _, together := range []int{4, 1} {
		label := map[int]string{4: "four", 1: "one"}[together]
		g.Label(label)
		end := g.GP64()
		g.LEAQ(operand.Mem{Base: column, Disp: together}, end)
		g.CMPQ(end, columns)
		g.JG(operand.LabelRef(label + "Done"))
		rows := g.pointer("rows")
		g.CMPQ(g.argument("triangular"), operand.U8(0))
		g.JE(operand.LabelRef(label + "Whole"))
		g.CMPQ(rows, end)
		g.CMOVQGT(end, rows)
		g.Label(label + "Whole")
		sums := make([][]reg.Register, together)
		for n := range sums {
			sums[n] = g.loaded(operand.Mem{Base: r, Disp: n * rowBytes})
		}
		a, at := g.pointer("a"), g.GP64()
		g.MOVQ(x, at)
		g.Label(label + "Row")
		for k := range g.parts() {
			component := g.vector()
			g.VMOVUPD(operand.Mem{Base: a, Disp: k * g.bytes}, component)
			for n := range sums {
				g.add(sums[n][k], operand.Mem{Base: at, Disp: n*rowBytes + k*g.bytes}, component)
			}
		}
		g.ADDQ(operand.U8(rowBytes), a)
		g.ADDQ(stride, at)
		g.DECQ(rows)
		g.JNZ(operand.LabelRef(label + "Row"))
		for n := range sums {
			for k, s := range sums[n] {
				g.VMOVUPD(s, operand.Mem{Base: r, Disp: n*rowBytes + k*g.bytes})
			}
		}
		g.ADDQ(operand.U32(together*rowBytes), r)
		g.ADDQ(operand.U32(together*rowBytes), x)
		g.MOVQ(end, column)
		g.JMP(operand.LabelRef(label))
		g.Label(label + "Done")
	}
	g.end()
}

// updateRows makes the step along rows.
func (g lanesOf) updateRows() {
	g.function("updateRowsAbreast", "x, a, h, shrink *float64, columns, rows int",
		"is UpdateRowsAbreast for columns ≥ 1 columns and rows ≥ 1 rows.")
	x, a, h, rows := g.pointer("x"), g.pointer("a"), g.pointer("h"), g.pointer("rows")
	shrink := g.loaded(operand.Mem{Base: g.pointer("shrink")})
	g.Label("row")
	component, step, columns := g.loaded(operand.Mem{Base: a}), g.GP64(), g.pointer("columns")
	g.MOVQ(h, step)
	g.Label("column")
	for k := range component {
		state := g.vector()
		g.VMULPD(operand.Mem{Base: x, Disp: k * g.bytes}, shrink[k], state)
		g.subtract(state, operand.Mem{Base: step, Disp: k * g.bytes}, component[k])
		g.VMOVUPD(state, operand.Mem{Base: x, Disp: k * g.bytes})
	}
	g.ADDQ(operand.U8(rowBytes), x)
	g.ADDQ(operand.U8(rowBytes), step)
	g.DECQ(columns)
	g.JNZ(operand.LabelRef("column"))
	g.ADDQ(operand.U8(rowBytes), a)
	g.DECQ(rows)
	g.JNZ(operand.LabelRef("row"))
	g.end()
}

// updateFactor updates triangular factors.
func (g lanesOf) updateFactor() {
	g.function("updateFactorAbreast", "t, u, h, shrink *float64, columns, rows int",
		"is UpdateFactorAbreast for columns ≥ 1 columns and rows ≥ 1", "rows, at most one more.")
	t, u, columns, rows := g.pointer("t"), g.pointer("u"), g.pointer("columns"), g.pointer("rows")

	left, at := g.GP64(), g.GP64()
	g.MOVQ(columns, left)
	g.IMULQ(rows, left)
	g.MOVQ(t, at)
	shrink := g.loaded(operand.Mem{Base: g.pointer("shrink")})
	g.Label("shrink")
	for k, s := range shrink {
		state := g.vector()
		g.VMULPD(operand.Mem{Base: at, Disp: k * g.bytes}, s, state)
		g.VMOVUPD(state, operand.Mem{Base: at, Disp: k * g.bytes})
	}
	g.ADDQ(operand.U8(rowBytes), at)
	g.DECQ(left)
	g.JNZ(operand.LabelRef("shrink"))

	// Diagonal elements are a row and a column apart.
	stride, diagonal := g.GP64(), g.GP64()
	g.MOVQ(columns, stride)
	g.SHLQ(operand.U8(6), stride)
	g.LEAQ(operand.Mem{Base: stride, Disp: rowBytes}, diagonal)
	constants := &rotationConstants{sign: g.repeated(1 << 63), one: g.repeated(0x3ff0000000000000), zero: g.vector()}
	g.zero(constants.zero)

	// From the last pair of rows up; at is the diagonal element of the upper one, left
	// the number of columns from there on, pairs how many there are left.
	pairs := g.GP64()
	g.MOVQ(rows, pairs)
	g.DECQ(pairs)
	g.JZ(operand.LabelRef("added"))
	g.DECQ(pairs)
	g.MOVQ(pairs, at)
	g.IMULQ(diagonal, at)
	g.ADDQ(t, at)
	component := g.GP64()
	g.MOVQ(pairs, component)
	g.SHLQ(operand.U8(6), component)
	g.ADDQ(u, component)
	first := g.GP64() // columns from the pair on
	g.MOVQ(columns, first)
	g.SUBQ(pairs, first)
	g.INCQ(pairs)
	g.Label("up")
	cosine, sine := g.row(), g.row()
	for k := range cosine {
		length := g.rotation(constants, operand.Mem{Base: component, Disp: k * g.bytes}, operand.Mem{Base: component, Disp: rowBytes + k*g.bytes}, cosine[k], sine[k])
		g.VMOVUPD(length, operand.Mem{Base: component, Disp: k * g.bytes})
	}
	g.rotate("up", at, stride, first, cosine, sine)
	g.SUBQ(diagonal, at)
	g.SUBQ(operand.U8(rowBytes), component)
	g.INCQ(first)
	g.DECQ(pairs)
	g.JNZ(operand.LabelRef("up"))

	g.Label("added")
	h := g.pointer("h")
	g.MOVQ(t, at)
	g.MOVQ(columns, left)
	first0 := g.loaded(operand.Mem{Base: u})
	g.Label("add")
	for k, component := range first0 {
		state := g.vector()
		g.VMOVUPD(operand.Mem{Base: at, Disp: k * g.bytes}, state)
		g.subtract(state, operand.Mem{Base: h, Disp: k * g.bytes}, component)
		g.VMOVUPD(state, operand.Mem{Base: at, Disp: k * g.bytes})
	}
	g.ADDQ(operand.U8(rowBytes), at)
	g.ADDQ(operand.U8(rowBytes), h)
	g.DECQ(left)
	g.JNZ(operand.LabelRef("add"))

	// From the first pair of rows down, while there is a column to clear.
	g.MOVQ(rows, pairs)
	g.DECQ(pairs)
	g.CMPQ(pairs, columns)
	g.CMOVQGT(columns, pairs)
	g.MOVQ(t, at)
	g.MOVQ(columns, first)
	g.CMPQ(pairs, operand.U8(0))
	g.JE(operand.LabelRef("done"))
	g.Label("down")
	below := g.GP64()
	g.LEAQ(operand.Mem{Base: at, Index: stride, Scale: 1}, below)
	cosine, sine = g.row(), g.row()
	lengths := make([]reg.Register, g.parts())
	for k := range cosine {
		lengths[k] = g.rotation(constants, operand.Mem{Base: at, Disp: k * g.bytes}, operand.Mem{Base: below, Disp: k * g.bytes}, cosine[k], sine[k])
	}
	g.rotate("down", at, stride, first, cosine, sine)
	for k, length := range lengths {
		g.VMOVUPD(length, operand.Mem{Base: at, Disp: k * g.bytes})
		g.VMOVUPD(constants.zero, operand.Mem{Base: below, Disp: k * g.bytes})
	}
	g.ADDQ(diagonal, at)
	g.DECQ(first)
	g.DECQ(pairs)
	g.JNZ(operand.LabelRef("down"))
	g.Label("done")
	g.end()
}

// rotationConstants are what rotation keeps in registers.
type rotationConstants struct{ sign, one, zero reg.Register }

// rotation takes (x, y) to (length, 0).
func (g lanesOf) rotation(c *rotationConstants, xAt, yAt operand.Mem, cosine, sine reg.Register) (length reg.Register) {
	x, y, square, root := g.vector(), g.vector(), g.vector(), g.vector()
	g.VMOVUPD(xAt, x)
	g.VMOVUPD(yAt, y)
	g.VMULPD(y, y, square)
	g.add(square, x, x)
	g.VSQRTPD(square, root)
	quotient := g.vector()
	g.VDIVPD(root, x, quotient)
	signed := g.vector()
	g.and(c.sign, x, signed)
	magnitude := g.vector()
	g.exclusiveOr(signed, x, magnitude)
	g.exclusiveOr(c.one, signed, signed) // ±1: the bits of 1 are none of the sign
	otherQuotient := g.vector()
	g.VDIVPD(root, y, otherQuotient)

	result := g.vector()
	noTurn, noLength := g.comparison(isEqual, c.zero, y), g.comparison(isEqual, c.zero, root)
	for _, condition := range []reg.Register{noTurn, noLength} {
		g.VMOVAPD(g.choose(condition, signed, quotient), quotient)
		g.VMOVAPD(g.choose(condition, c.zero, otherQuotient), otherQuotient)
		g.VMOVAPD(g.choose(condition, magnitude, root), root)
	}
	g.VMOVAPD(quotient, cosine)
	g.VMOVAPD(otherQuotient, sine)
	g.VMOVAPD(root, result)
	return result
}

// rotate rotates two rows a stride apart, in so many columns from a place on.
func (g lanesOf) rotate(label string, from, stride, columns reg.GPVirtual, cosine, sine []reg.Register) {
	upper, left := g.GP64(), g.GP64()
	g.MOVQ(from, upper)
	g.MOVQ(columns, left)
	g.Label(label + "Column")
	for k := range cosine {
		x, y, xSine, ySine := g.vector(), g.vector(), g.vector(), g.vector()
		lower := operand.Mem{Base: upper, Index: stride, Scale: 1, Disp: k * g.bytes}
		g.VMOVUPD(operand.Mem{Base: upper, Disp: k * g.bytes}, x)
		g.VMOVUPD(lower, y)
		g.VMULPD(y, sine[k], ySine)
		g.VMULPD(x, sine[k], xSine)
		g.add(ySine, x, cosine[k])
		g.VFMSUB231PD(y, cosine[k], xSine)
		g.VMOVUPD(ySine, operand.Mem{Base: upper, Disp: k * g.bytes})
		g.VMOVUPD(xSine, lower)
	}
	g.ADDQ(operand.U8(rowBytes), upper)
	g.DECQ(left)
	g.JNZ(operand.LabelRef(label + "Column"))
}
