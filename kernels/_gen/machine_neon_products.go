package main

import (
	"fmt"

	"anisgd/kernels/_gen/arm64"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// productTables has nothing to define.
func (m *neon) productTables() {}

// productTail adds whole registers while there are, and then a single element with
// −0 beside it in u and +0 in v: their product −0 changes no sum, not even one that
// is zero.
func (m *neon) productTail(p *inner, u []reg.GPVirtual, sums [][][]reg.Register, first int, rest reg.GPVirtual, suffix string) {
	label := func(part int) string { return fmt.Sprintf("single%s_%d", suffix, part) }
	place := func(row reg.Register, part int) operand.Mem {
		return operand.Mem{Base: row, Disp: part * m.bytes}
	}
	for i := range sums {
		part := first + i
		before := part * m.elements()
		m.jumpIf(rest, lessOrEqual, constant(before), "done"+suffix)
		m.jumpIf(rest, equal, constant(before+1), label(part))
		if part == p.parts()-1 {
			break // with one more element there would be no rest
		}
		at := func(row reg.Register) operand.Op { return place(row, part) }
		p.products(u, sums[i], at, at)
	}
	m.jump("done" + suffix)
	for i := range sums {
		part := first + i
		m.mark(label(part))
		minus := m.f.Constant(0, 1<<63)
		zero := func(row reg.Register) operand.Op {
			x := m.vector()
			m.f.LoadFloat(m.place(place(row, part)), m.result(x))
			return x
		}
		minusZero := func(row reg.Register) operand.Op {
			x := zero(row)
			m.f.VORR(minus, m.read(x), m.read(x))
			return x
		}
		p.products(u, sums[i], minusZero, zero)
		if i < len(sums)-1 {
			m.jump("done" + suffix)
		}
	}
}

func (m *neon) addProducts(sums []reg.Register, place, stride reg.GPVirtual, suffix string) {
	var totals []arm64.Vector // of pairs of columns
	for k := 0; k < len(sums); k += 2 {
		other := sums[min(k+1, len(sums)-1)]
		total := m.f.Vector()
		m.f.FADDP(arm64.D2, m.read(other), m.read(sums[k]), total)
		totals = append(totals, total)
	}
	cell := m.value(place)
	if len(sums) == 4 {
		m.jumpIf(stride, unequal, constant(1), "scatter"+suffix)
		for i, total := range totals {
			at, old := arm64.Memory{Base: cell, Offset: i * m.bytes}, m.f.Vector()
			m.f.Load(at, old)
			m.f.FADD(arm64.D2, old, total, old)
			m.f.Store(old, at)
		}
		m.jump("added" + suffix)
		m.mark("scatter" + suffix)
	}
	for k := range sums {
		total, at, old := totals[k/2], arm64.Memory{Base: cell}, m.f.Vector()
		if k%2 == 1 {
			upper := m.f.Vector()
			m.f.VDUP(arm64.D2, total, 1, upper)
			total = upper
		}
		m.f.LoadFloat(at, old)
		m.f.FADD(arm64.D2, total, old, old)
		m.f.StoreFloat(old, at)
		if k < len(sums)-1 {
			m.f.ADDShifted(m.integer(stride), 3, cell, cell)
		}
	}
	if len(sums) == 4 {
		m.mark("added" + suffix)
	}
}

// value is a copy of an integer.
func (m *neon) value(of reg.Register) arm64.General {
	r := m.f.General()
	m.f.Copy(m.integer(of), r)
	return r
}
