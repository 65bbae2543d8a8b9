package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// productTables defines, where registers have no masks, a table of two sliding masks.
// From as many elements before its middle as the rest is long, the first has all
// bits set for the elements of the rest and none after; the second has the sign set
// after them.
func (m *avx) productTables() {
	if m.masked {
		return
	}
	m.tails = m.StaticGlobal(fmt.Sprintf("productTailMasks%d%s", 8*m.elementBytes, m.name))
	m.DataAttributes(attr.RODATA | attr.NOPTR)
	sign := uint64(1) << (8*m.elementBytes - 1)
	for i, value := range []uint64{sign<<1 - 1, 0, 0, sign} {
		var datum operand.Constant = operand.U64(value)
		if m.single() {
			datum = operand.U32(value)
		}
		for lane := range m.productLanes() {
			m.AddDatum((i*m.productLanes()+lane)*m.elementBytes, datum)
		}
	}
}

// productTail fills the rest up with −0 in u and +0 in v where registers have no
// masks: their product −0 changes no sum, not even one that is zero.
func (m *avx) productTail(p *inner, u []reg.GPVirtual, sums [][][]reg.Register, first int, rest reg.GPVirtual, suffix string) {
	if m.masked {
		m.confined(rest, func() {
			at := func(row reg.Register) operand.Op { return p.load(operand.Mem{Base: row}) }
			p.products(u, sums[0], at, at)
		})
		return
	}
	table := m.GP64()
	m.NEGQ(rest)
	m.LEAQ(m.tails, table)
	m.LEAQ(operand.Mem{Base: table, Index: rest, Scale: uint8(m.elementBytes)}, table)
	for i := range sums {
		mask := func(which int) operand.Mem {
			return operand.Mem{Base: table, Disp: (2*which+1)*productBytes + (first+i)*m.bytes}
		}
		zero := func(row reg.Register) operand.Op {
			x := p.load(mask(0))
			if from := (operand.Mem{Base: row, Disp: (first + i) * m.bytes}); m.single() {
				m.VMASKMOVPS(from, x, x)
			} else {
				m.VMASKMOVPD(from, x, x)
			}
			return x
		}
		minusZero := func(row reg.Register) operand.Op {
			x := zero(row).(reg.Register)
			m.VORPD(mask(1), x, x)
			return x
		}
		p.products(u, sums[i], minusZero, zero)
	}
}

func (m *avx) addProducts(sums []reg.Register, place, stride reg.GPVirtual, suffix string) {
	totals := m.totals(sums)
	if len(sums) == 4 {
		m.CMPQ(stride, operand.U8(1))
		m.JNE(operand.LabelRef("scatter" + suffix))
		m.VADDPD(operand.Mem{Base: place}, totals, totals)
		m.VMOVUPD(totals, operand.Mem{Base: place})
		m.JMP(operand.LabelRef("added" + suffix))
		m.Label("scatter" + suffix)
	}
	m.scatter(totals, len(sums), place, stride)
	m.Label("added" + suffix)
}

// totals adds up the lanes of up to four sums, into float64.
func (m *avx) totals(sums []reg.Register) reg.VecVirtual {
	var folded []reg.VecVirtual
	for _, sum := range sums {
		folded = append(folded, m.folded(sum.(reg.VecVirtual)))
	}
	column := func(k int) reg.VecVirtual {
		if k >= len(folded) {
			k = 0 // a column that is not there: its sum is not used
		}
		return folded[k]
	}
	if m.single() {
		return m.totals32(column)
	}
	// half is lanes 0+2 and 1+3 of two sums.
	half := func(k, other int) reg.VecVirtual {
		low, high := m.YMM(), m.YMM()
		m.lowerHalves(column(k), column(other), low)
		m.upperHalves(column(k), column(other), high)
		m.VADDPD(high, low, low)
		return low
	}
	totals, odd := m.YMM(), m.YMM() // of columns 0 to 3
	first, second := half(0, 2), half(1, 3)
	m.VUNPCKLPD(second, first, totals)
	m.VUNPCKHPD(second, first, odd)
	m.VADDPD(odd, totals, totals)
	return totals
}

// totals32 is totals of sums of eight lanes of float32.
func (m *avx) totals32(column func(k int) reg.VecVirtual) reg.VecVirtual {
	quarter := func(k int) reg.VecVirtual { // the lanes p and p+4
		sum := m.XMM()
		m.upperPair(column(k), sum)
		m.VADDPS(sum, column(k).AsX(), sum)
		return sum
	}
	half := func(k int) reg.VecVirtual { // the lanes p and p+2 of two sums
		first, second, low := quarter(k), quarter(k+1), m.XMM()
		m.VMOVLHPS(second, first, low)
		m.VMOVHLPS(first, second, second)
		m.VADDPS(second, low, low)
		return low
	}
	first, second, even, odd := half(0), half(2), m.XMM(), m.XMM()
	m.VSHUFPS(operand.U8(0b10_00_10_00), second, first, even)
	m.VSHUFPS(operand.U8(0b11_01_11_01), second, first, odd)
	m.VADDPS(odd, even, even)
	totals := m.YMM()
	m.VCVTPS2PD(even, totals)
	return totals
}

// folded is the lanes of a sum with those of the upper half, if it fills more than 256
// bits, added to those of the lower half.
func (m *avx) folded(sum reg.VecVirtual) reg.VecVirtual {
	if m.bytes == 32 {
		return sum
	}
	upper := m.YMM()
	m.VEXTRACTF64X4(operand.U8(1), sum, upper)
	m.plus(upper, upper, sum.AsY())
	return upper
}

// lowerHalves joins the lower halves of two registers of four lanes.
func (m *avx) lowerHalves(x, y, joined reg.VecVirtual) {
	if m.masked {
		m.VSHUFF64X2(operand.U8(0), y, x, joined)
	} else {
		m.VPERM2F128(operand.U8(0x20), y, x, joined)
	}
}

// upperHalves joins the upper halves of two registers of four lanes.
func (m *avx) upperHalves(x, y, joined reg.VecVirtual) {
	if m.masked {
		m.VSHUFF64X2(operand.U8(3), y, x, joined)
	} else {
		m.VPERM2F128(operand.U8(0x31), y, x, joined)
	}
}

// scatter adds the first elements of a register to numbers in memory that are a
// stride apart.
func (m *avx) scatter(totals reg.VecVirtual, count int, first, stride reg.GPVirtual) {
	cell := m.GP64()
	m.MOVQ(first, cell)
	pair := totals.AsX()
	for k := range count {
		if k == 2 {
			pair = m.XMM()
			m.upperPair(totals, pair)
		}
		total := m.XMM()
		if k%2 == 0 {
			m.VADDSD(operand.Mem{Base: cell}, pair, total)
		} else {
			m.VUNPCKHPD(pair, pair, total)
			m.VADDSD(operand.Mem{Base: cell}, total, total)
		}
		m.VMOVSD(total, operand.Mem{Base: cell})
		m.LEAQ(operand.Mem{Base: cell, Index: stride, Scale: 8}, cell)
	}
}

// upperPair is the upper half of a register of 256 bits.
func (m *avx) upperPair(x reg.VecVirtual, pair reg.Register) {
	if m.masked {
		m.VEXTRACTF64X2(operand.U8(1), x, pair)
	} else {
		m.VEXTRACTF128(operand.U8(1), x, pair)
	}
}
