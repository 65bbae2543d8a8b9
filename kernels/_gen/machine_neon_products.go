package main

import (
	"fmt"

	"anisgd/kernels/_gen/arm64"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// productTables has nothing to define.
func (m *neon) productTables() {}

// productTail adds whole registers while there are, and then the elements left with
// −0 beside them in u and +0 in v: their product −0 changes no sum, not even one that
// is zero.
func (m *neon) productTail(p *inner, u []reg.GPVirtual, sums [][][]reg.Register, first int, rest reg.GPVirtual, suffix string) {
	label := func(part, left int) string { return fmt.Sprintf("left%d%s_%d", left, suffix, part) }
	place := func(row reg.Register, part int) operand.Mem {
		return operand.Mem{Base: row, Disp: part * m.bytes}
	}
	for i := range sums {
		part := first + i
		before := part * m.elements()
		m.jumpIf(rest, lessOrEqual, constant(before), "done"+suffix)
		for left := 1; left < m.elements(); left++ {
			m.jumpIf(rest, equal, constant(before+left), label(part, left))
		}
		if part == p.parts()-1 {
			break // with a whole register there would be no rest
		}
		at := func(row reg.Register) operand.Op { return place(row, part) }
		p.products(u, sums[i], at, at)
	}
	m.jump("done" + suffix)
	for i := range sums {
		part := first + i
		for left := 1; left < m.elements(); left++ {
			m.mark(label(part, left))
			minus := m.signsBeyond(left)
			zero := func(row reg.Register) operand.Op {
				x := m.vector()
				m.loadLeading(left, place(row, part), m.result(x))
				return x
			}
			minusZero := func(row reg.Register) operand.Op {
				x := zero(row)
				m.f.VORR(minus, m.read(x), m.read(x))
				return x
			}
			p.products(u, sums[i], minusZero, zero)
			if i < len(sums)-1 || left < m.elements()-1 {
				m.jump("done" + suffix)
			}
		}
	}
}

// signsBeyond is a register with −0 in all elements but the first few, +0 in these.
func (m *neon) signsBeyond(few int) arm64.Vector {
	if !m.single() {
		return m.f.Constant(0, 1<<63)
	}
	var halves [2]uint64
	for i := few; i < m.elements(); i++ {
		halves[i/2] |= 1 << (32*(i%2) + 31)
	}
	return m.f.Constant(halves[0], halves[1])
}

// loadLeading sets the first elements of a register, fewer than it holds, from memory
// and the others to +0.
func (m *neon) loadLeading(count int, from operand.Mem, to arm64.Vector) {
	at := m.place(from)
	switch {
	case count*m.elementBytes == 4:
		m.f.LoadSingle(at, to)
	default:
		m.f.LoadFloat(at, to)
	}
	if count == 3 {
		third := m.f.Vector()
		at.Offset += 8
		m.f.LoadSingle(at, third)
		m.f.MoveLane(arm64.S4, third, 0, to, 2)
	}
}

func (m *neon) addProducts(sums []reg.Register, place, stride reg.GPVirtual, suffix string) {
	totals := m.totals(sums)
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

// totals adds up the lanes of sums, to float64 of pairs of columns.
func (m *neon) totals(sums []reg.Register) (pairs []arm64.Vector) {
	for k := 0; k < len(sums); k += 2 {
		sum, other, total := m.read(sums[k]), m.read(sums[min(k+1, len(sums)-1)]), m.f.Vector()
		if m.single() {
			// The lanes p and p+2 of both, and then neighbours.
			low, high := m.f.Vector(), m.f.Vector()
			m.f.VZIP1(arm64.D2, other, sum, low)
			m.f.VZIP2(arm64.D2, other, sum, high)
			m.f.FADD(arm64.S4, high, low, low)
			m.f.FADDP(arm64.S4, low, low, low)
			m.f.FCVTL(low, total)
		} else {
			m.f.FADDP(arm64.D2, other, sum, total)
		}
		pairs = append(pairs, total)
	}
	return pairs
}

// value is a copy of an integer.
func (m *neon) value(of reg.Register) arm64.General {
	r := m.f.General()
	m.f.Copy(m.integer(of), r)
	return r
}
