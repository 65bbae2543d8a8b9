package main

import (
	"anisgd/kernels/_gen/arm64"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// signs fills a register with the sign bit alone, and one with the distances by which
// the bits of a tile are shifted so that those of its last part come to be signs.
func (m *neon) signs() {
	m.signBit = m.f.Constant(1<<63, 1<<63)
	m.shifts = m.f.Constant(64-lanes+1, 64-lanes)
}

func (m *neon) signsOf(bits operand.Mem) any {
	word, all := m.f.General(), m.f.Vector()
	m.f.MOVHU(m.place(bits), word)
	m.f.VDUPGeneral(arm64.D2, word, all)
	m.f.USHL(arm64.D2, m.shifts, all, all)
	return all
}

func (m *neon) signed(number operand.Op, signs any, k int) reg.Register {
	result := m.vector()
	shifted := m.f.Vector()
	if left := lanes - (k+1)*m.elements(); left > 0 {
		m.f.VSHL(arm64.D2, left, signs.(arm64.Vector), shifted)
	} else {
		shifted = signs.(arm64.Vector)
	}
	signed := m.result(result)
	m.f.VAND(m.signBit, shifted, signed)
	m.f.VEOR(m.read(number), signed, signed)
	return result
}
