package main

import (
	"fmt"

	"anisgd/kernels/_gen/arm64"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// neon is the machine of arm64. Registers of avo, whose numbers of integers and
// vectors of 16 bytes it borrows, stand for those of package arm64; places of avo
// become what an instruction can address.
type neon struct {
	*build.Context
	*width
	file *arm64.File
	f    *arm64.Function

	integers map[reg.ID]arm64.General
	vectors  map[reg.ID]arm64.Vector
	// addresses holds base + scale·index where it is known.
	addresses map[address]arm64.General

	signBit, shifts arm64.Vector // see signs
}

// address is a place but for its displacement.
type address struct {
	base, index arm64.General
	scale       uint8
}

func newNEON(c *build.Context, w *width) machine {
	return &neon{Context: c, width: w, file: arm64.NewFile("kernels/_gen", "kernels")}
}

func (m *neon) source() (assembly, declarations []byte, err error) { return m.file.Source() }

func (m *neon) begin(name, signature string, doc []string) {
	m.Function(name)
	m.SignatureExpr("func(" + signature + ")")
	m.f = m.file.Function(name, signature, doc...)
	m.integers, m.vectors = map[reg.ID]arm64.General{}, map[reg.ID]arm64.Vector{}
	m.forget()
}

func (m *neon) end() { m.f.RET() }

func (m *neon) frame(bytes int) reg.GPVirtual {
	r := m.GP64()
	m.integers[r.ID()] = m.f.Frame(bytes)
	return r
}

func (m *neon) local() operand.Mem { return operand.Mem{Base: m.frame(m.bytes)} }

func (m *neon) general() reg.GPVirtual { return m.GP64() }

func (m *neon) vector() reg.Register { return m.XMM() }

// integer is the register that holds an integer, set before.
func (m *neon) integer(r reg.Register) arm64.General {
	g, ok := m.integers[r.ID()]
	if !ok {
		panic(fmt.Sprintf("the integer %s is read and was not set", r.Asm()))
	}
	return g
}

// changed is the register of an integer that is about to be set or changed.
func (m *neon) changed(r reg.Register) arm64.General {
	g, ok := m.integers[r.ID()]
	if !ok {
		g = m.f.General()
		m.integers[r.ID()] = g
	}
	for a := range m.addresses {
		if a.base == g || a.index == g {
			delete(m.addresses, a)
		}
	}
	return g
}

// forget drops what is known about addresses, where ways join.
func (m *neon) forget() { m.addresses = map[address]arm64.General{} }

// operand is an integer in a register.
func (m *neon) operand(value operand.Op) arm64.General {
	if r, ok := value.(reg.Register); ok {
		return m.integer(r)
	}
	r := m.f.General()
	m.setTo(r, value)
	return r
}

func (m *neon) setTo(to arm64.General, value operand.Op) {
	switch v := value.(type) {
	case operand.Mem:
		if isArgument(v) {
			m.f.ArgumentTo(v.Symbol.Name, to)
		} else {
			m.f.MOVD(m.place(v), to)
		}
	case reg.Register:
		m.f.Copy(m.integer(v), to)
	default:
		m.f.Immediate(uint64(number(v)), to)
	}
}

// number is the value of a constant.
func number(constant operand.Op) int64 {
	switch c := constant.(type) {
	case operand.I8:
		return int64(c)
	case operand.I32:
		return int64(c)
	case operand.U8:
		return int64(c)
	case operand.U32:
		return int64(c)
	}
	panic(fmt.Sprintf("%s is no constant", constant.Asm()))
}

func isConstant(value operand.Op) bool {
	_, ok := value.(operand.Constant)
	return ok
}

func isArgument(place operand.Mem) bool {
	return place.Base != nil && place.Base.ID() == reg.FramePointer.ID()
}

func (m *neon) set(to reg.Register, value operand.Op) {
	// The value may be at an address that involves the register.
	if mem, ok := value.(operand.Mem); ok && !isArgument(mem) {
		from := m.place(mem)
		m.f.MOVD(from, m.changed(to))
		return
	}
	m.setTo(m.changed(to), value)
}

func (m *neon) address(to reg.Register, place operand.Mem) {
	if place.Disp != 0 {
		panic("the address of a place with a displacement")
	}
	base, index := m.integer(place.Base), m.integer(place.Index)
	m.f.ADDShifted(index, shift(place.Scale), base, m.changed(to))
}

func shift(scale uint8) int {
	switch scale {
	case 1:
		return 0
	case 4:
		return 2
	case 8:
		return 3
	}
	panic(fmt.Sprintf("the scale %d", scale))
}

func (m *neon) increment(to reg.Register, value operand.Op) {
	switch {
	case !isConstant(value):
		by := m.operand(value)
		r := m.changed(to)
		m.f.ADD(by, r, r)
	case number(value) < 0:
		m.f.SUBImmediate(int(-number(value)), m.changed(to))
	default:
		m.f.ADDImmediate(int(number(value)), m.changed(to))
	}
}

func (m *neon) keepBits(to reg.Register, value operand.Op) {
	if isConstant(value) {
		r := m.changed(to)
		m.f.ANDImmediate(uint64(number(value)), r, r)
		return
	}
	bits := m.operand(value)
	r := m.changed(to)
	m.f.AND(bits, r, r)
}

func (m *neon) negate(to reg.Register) {
	r := m.changed(to)
	m.f.NEG(r, r)
}

func (m *neon) shiftLeft(to reg.Register, bits int) {
	r := m.changed(to)
	m.f.LSL(bits, r, r)
}

func (m *neon) mark(label string) {
	m.f.Label(label)
	m.forget()
}

func (m *neon) jump(label string) { m.f.Jump(label) }

func (m *neon) jumpIf(x operand.Op, is relation, y operand.Op, label string) {
	left := m.operand(x)
	switch {
	case isConstant(y) && number(y) == 0 && is == equal:
		m.f.CBZ(left, label)
		return
	case isConstant(y) && number(y) == 0 && is == unequal:
		m.f.CBNZ(left, label)
		return
	case isConstant(y):
		m.f.CMP(int(number(y)), left)
	default:
		m.f.CMPGeneral(m.operand(y), left)
	}
	m.f.Branch(map[relation]string{equal: "BEQ", unequal: "BNE", less: "BLT", lessOrEqual: "BLE"}[is], label)
}

func (m *neon) incrementToZero(to reg.Register, by int, label string) {
	m.increment(to, constant(by))
	m.f.CBNZ(m.integer(to), label)
}

func (m *neon) prefetch(place operand.Mem) { m.f.PRFML2(m.place(place)) }

func (m *neon) offset(index reg.Register, scale, displacement int) func(base reg.Register) operand.Mem {
	offset := m.GP64()
	m.set(offset, index)
	m.shiftLeft(offset, shift(uint8(scale)))
	m.increment(offset, constant(displacement))
	return func(base reg.Register) operand.Mem { return operand.Mem{Base: base, Index: offset, Scale: 1} }
}

func (m *neon) confined(reg.Register, func()) { panic("there are no masks") }

// place is a place of avo as base and displacement.
func (m *neon) place(of operand.Mem) arm64.Memory {
	base := m.integer(of.Base)
	if of.Index == nil {
		return arm64.Memory{Base: base, Offset: of.Disp}
	}
	key := address{base, m.integer(of.Index), of.Scale}
	sum, ok := m.addresses[key]
	if !ok {
		sum = m.f.General()
		m.f.ADDShifted(key.index, shift(of.Scale), base, sum)
		m.addresses[key] = sum
	}
	return arm64.Memory{Base: sum, Offset: of.Disp}
}

// indexed reports whether base + index is a place without further ado.
func indexed(of operand.Mem) bool { return of.Index != nil && of.Scale == 1 && of.Disp == 0 }

// read is a value in a register.
func (m *neon) read(value operand.Op) arm64.Vector {
	if r, ok := value.(reg.Register); ok {
		v, ok := m.vectors[r.ID()]
		if !ok {
			panic(fmt.Sprintf("the vector %s is read and was not set", r.Asm()))
		}
		return v
	}
	v := m.f.Vector()
	m.readInto(v, value.(operand.Mem))
	return v
}

func (m *neon) readInto(to arm64.Vector, from operand.Mem) {
	if indexed(from) {
		m.f.LoadIndexed(m.integer(from.Base), m.integer(from.Index), to)
	} else {
		m.f.Load(m.place(from), to)
	}
}

// result is the register for a value that takes the place of another. Where a
// description hands out registers itself, every value gets a new one.
func (m *neon) result(r reg.Register) arm64.Vector {
	v, ok := m.vectors[r.ID()]
	if !ok || r.ID().IsPhysical() {
		v = m.f.Vector()
		m.vectors[r.ID()] = v
	}
	return v
}

func (m *neon) loadInto(to reg.Register, from operand.Op) {
	if r, ok := from.(reg.Register); ok {
		v := m.read(r)
		m.f.Move(v, m.result(to))
		return
	}
	m.readInto(m.result(to), from.(operand.Mem))
}

func (m *neon) store(from reg.Register, to operand.Mem) {
	if indexed(to) {
		m.f.StoreIndexed(m.read(from), m.integer(to.Base), m.integer(to.Index))
	} else {
		m.f.Store(m.read(from), m.place(to))
	}
}

func (m *neon) zero(registers ...reg.Register) {
	for _, r := range registers {
		m.f.Zero(m.result(r))
	}
}

func (m *neon) broadcastInto(to reg.Register, from operand.Mem) {
	v := m.result(to)
	if !isArgument(from) {
		m.f.Broadcast(m.arrangement(), m.place(from), v)
		return
	}
	if m.single() {
		m.f.SingleArgumentTo(from.Symbol.Name, v)
	} else {
		m.f.FloatArgumentTo(from.Symbol.Name, v)
	}
	m.f.VDUP(m.arrangement(), v, 0, v)
}

// arrangement is the lanes of elements.
func (m *neon) arrangement() arm64.Arrangement {
	if m.single() {
		return arm64.S4
	}
	return arm64.D2
}

func (m *neon) repeatedInto(to reg.Register, from operand.Mem) { m.loadInto(to, from) }

func (m *neon) add(sum reg.Register, x operand.Op, y reg.Register) {
	m.f.VFMLA(m.arrangement(), m.read(x), m.read(y), m.read(sum))
}

func (m *neon) subtract(sum reg.Register, x operand.Op, y reg.Register) {
	m.f.VFMLS(arm64.D2, m.read(x), m.read(y), m.read(sum))
}

func (m *neon) increase(sum reg.Register, x operand.Op) {
	m.f.FADD(arm64.D2, m.read(x), m.read(sum), m.read(sum))
}

func (m *neon) multiply(result reg.Register, x operand.Op, y reg.Register) {
	left, right := m.read(x), m.read(y)
	m.f.FMUL(m.arrangement(), left, right, m.result(result))
}

func (m *neon) plus(result reg.Register, x operand.Op, y reg.Register) {
	left, right := m.read(x), m.read(y)
	m.f.FADD(m.arrangement(), left, right, m.result(result))
}

func (m *neon) difference(result, x reg.Register, y operand.Op) {
	left, right := m.read(x), m.read(y)
	m.f.FSUB(arm64.D2, right, left, m.result(result))
}

func (m *neon) divide(result, x, y reg.Register) {
	left, right := m.read(x), m.read(y)
	m.f.FDIV(arm64.D2, right, left, m.result(result))
}

func (m *neon) addWidened(sums []reg.Register, x, y reg.Register) {
	for half, widen := range []func(n, d arm64.Vector){m.f.FCVTL, m.f.FCVTL2} {
		left, right := m.f.Vector(), m.f.Vector()
		widen(m.read(x), left)
		widen(m.read(y), right)
		m.f.VFMLA(arm64.D2, left, right, m.read(sums[half]))
	}
}

// coefficient reads a coefficient into one lane: products with one lane need no more.
func (m *neon) coefficient(to reg.Register, from operand.Mem) {
	switch v := m.result(to); {
	case isArgument(from):
		m.f.FloatArgumentTo(from.Symbol.Name, v)
	case m.single():
		m.f.LoadSingle(m.place(from), v)
	default:
		m.f.LoadFloat(m.place(from), v)
	}
}

func (m *neon) addScaled(sum, coefficient reg.Register, y operand.Op) {
	m.f.FMLAElement(m.arrangement(), m.read(coefficient), 0, m.read(y), m.read(sum))
}

func (m *neon) subtractScaled(sum, coefficient reg.Register, y operand.Op) {
	m.f.FMLSElement(arm64.D2, m.read(coefficient), 0, m.read(y), m.read(sum))
}

func (m *neon) addRepeated(sum reg.Register, from operand.Mem, y reg.Register) { m.add(sum, from, y) }

// magnitudeMask has nothing to prepare: there is an instruction.
func (m *neon) magnitudeMask(operand.Mem) {}

func (m *neon) magnitude(result reg.Register, x operand.Op, _ operand.Mem) {
	v := m.read(x)
	m.f.FABS(arm64.D2, v, m.result(result))
}

// larger selects by a comparison, for the instruction that computes a maximum gives
// NaN where either is.
func (m *neon) larger(result, x, y reg.Register) {
	left, right, chosen := m.read(x), m.read(y), m.f.Vector()
	m.f.FCMGT(arm64.D2, right, left, chosen)
	m.f.VBSL(right, left, chosen)
	m.f.Move(chosen, m.result(result))
}
