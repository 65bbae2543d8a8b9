package main

import (
	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/buildtags"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/pass"
	"github.com/mmcloughlin/avo/printer"
	"github.com/mmcloughlin/avo/reg"
)

// avx is the machine with AVX2 or, with registers of 64 bytes, AVX-512.
type avx struct {
	*build.Context
	*width

	// mask confines loadInto, store and arithmetic to some elements; nil stands for
	// all. Other elements are read as +0 and not written.
	mask reg.Register

	minus  reg.Register // see signs
	shifts operand.Mem  // see signs
	tails  operand.Mem  // see productTables
}

func newAVX(c *build.Context, w *width) machine {
	c.Constraint(buildtags.Not("purego"))
	return &avx{Context: c, width: w}
}

func (m *avx) begin(name, signature string, doc []string) {
	m.Function(name)
	m.SignatureExpr("func(" + signature + ")")
	m.Pragma("noescape")
	m.Doc(doc...)
}

func (m *avx) source() (assembly, declarations []byte, err error) {
	file, err := m.Result()
	if err != nil {
		return nil, nil, err
	}
	if err := pass.Compile.Execute(file); err != nil {
		return nil, nil, err
	}
	config := printer.Config{Name: "kernels/_gen", Pkg: "kernels"}
	if assembly, err = printer.NewGoAsm(config).Print(file); err != nil {
		return nil, nil, err
	}
	declarations, err = printer.NewStubs(config).Print(file)
	return assembly, declarations, err
}

func (m *avx) end() {
	m.VZEROUPPER()
	m.RET()
}

func (m *avx) frame(bytes int) reg.GPVirtual {
	frame := m.GP64()
	m.LEAQ(m.AllocLocal(bytes+m.bytes).Offset(m.bytes-8), frame)
	m.ANDQ(operand.I32(-m.bytes), frame)
	return frame
}

func (m *avx) local() operand.Mem { return m.AllocLocal(m.bytes) }

func (m *avx) general() reg.GPVirtual { return m.GP64() }

func (m *avx) vector() reg.Register {
	if m.bytes == 64 {
		return m.ZMM()
	}
	return m.YMM()
}

func (m *avx) set(to reg.Register, value operand.Op) {
	switch n := value.(type) {
	case operand.U8:
		if n == 0 {
			m.XORQ(to, to)
		} else {
			m.MOVQ(operand.U32(n), to)
		}
	default:
		m.MOVQ(value, to)
	}
}

func (m *avx) address(to reg.Register, place operand.Mem) { m.LEAQ(place, to) }

func (m *avx) increment(to reg.Register, value operand.Op) { m.ADDQ(value, to) }

func (m *avx) keepBits(to reg.Register, value operand.Op) { m.ANDQ(value, to) }

func (m *avx) negate(to reg.Register) { m.NEGQ(to) }

func (m *avx) shiftLeft(to reg.Register, bits int) { m.SHLQ(operand.U8(bits), to) }

func (m *avx) mark(label string) { m.Label(label) }

func (m *avx) jump(label string) { m.JMP(operand.LabelRef(label)) }

func (m *avx) jumpIf(x operand.Op, is relation, y operand.Op, label string) {
	if n, ok := y.(operand.U8); ok && n == 0 && operand.IsR64(x) {
		m.TESTQ(x, x)
	} else {
		m.CMPQ(x, y)
	}
	target := operand.LabelRef(label)
	switch is {
	case equal:
		m.JE(target)
	case unequal:
		m.JNE(target)
	case less:
		m.JL(target)
	case lessOrEqual:
		m.JLE(target)
	}
}

func (m *avx) incrementToZero(to reg.Register, by int, label string) {
	m.ADDQ(constant(by), to)
	m.JNE(operand.LabelRef(label))
}

func (m *avx) prefetch(place operand.Mem) { m.PREFETCHT1(place) }

func (m *avx) offset(index reg.Register, scale, displacement int) func(base reg.Register) operand.Mem {
	return func(base reg.Register) operand.Mem {
		return operand.Mem{Base: base, Index: index, Scale: uint8(scale), Disp: displacement}
	}
}

func (m *avx) confined(number reg.Register, body func()) {
	bits, mask := m.GP64(), m.K()
	m.MOVQ(number, reg.RCX)
	m.MOVQ(operand.U32(1), bits)
	m.SHLQ(reg.CL, bits)
	m.DECQ(bits)
	m.KMOVW(bits.As32(), mask)
	m.mask = mask
	body()
	m.mask = nil
}

func (m *avx) loadInto(to reg.Register, from operand.Op) {
	switch {
	case m.mask == nil:
		m.VMOVUPD(from, to)
	case m.single():
		m.VMOVUPS_Z(from, m.mask, to)
	default:
		m.VMOVUPD_Z(from, m.mask, to)
	}
}

func (m *avx) store(from reg.Register, to operand.Mem) {
	switch {
	case m.mask == nil:
		m.VMOVUPD(from, to)
	case m.single():
		m.VMOVUPS(from, m.mask, to)
	default:
		m.VMOVUPD(from, m.mask, to)
	}
}

func (m *avx) zero(registers ...reg.Register) {
	for _, r := range registers {
		m.VXORPD(r, r, r)
	}
}

func (m *avx) broadcastInto(to reg.Register, from operand.Mem) {
	if m.single() {
		m.VBROADCASTSS(from, to)
	} else {
		m.VBROADCASTSD(from, to)
	}
}

func (m *avx) repeatedInto(to reg.Register, from operand.Mem) { m.VBROADCASTSD(from, to) }

// operand is a value as an operand of arithmetic.
func (m *avx) operand(x operand.Op) operand.Op {
	if operand.IsMem(x) && m.mask != nil {
		r := m.vector()
		m.loadInto(r, x)
		return r
	}
	return x
}

// masks returns the operands with the mask before the last one.
func (m *avx) masks(x operand.Op, y, result reg.Register) []operand.Op {
	if m.mask != nil {
		return []operand.Op{m.operand(x), y, m.mask, result}
	}
	return []operand.Op{x, y, result}
}

func (m *avx) add(sum reg.Register, x operand.Op, y reg.Register) {
	if m.single() {
		m.VFMADD231PS(m.masks(x, y, sum)...)
	} else {
		m.VFMADD231PD(m.masks(x, y, sum)...)
	}
}

func (m *avx) subtract(sum reg.Register, x operand.Op, y reg.Register) {
	m.VFNMADD231PD(m.masks(x, y, sum)...)
}

func (m *avx) increase(sum reg.Register, x operand.Op) { m.VADDPD(m.masks(x, sum, sum)...) }

func (m *avx) multiply(result reg.Register, x operand.Op, y reg.Register) {
	if m.single() {
		m.VMULPS(m.operand(x), y, result)
	} else {
		m.VMULPD(m.operand(x), y, result)
	}
}

func (m *avx) plus(result reg.Register, x operand.Op, y reg.Register) {
	if m.single() {
		m.VADDPS(m.operand(x), y, result)
	} else {
		m.VADDPD(m.operand(x), y, result)
	}
}

func (m *avx) difference(result, x reg.Register, y operand.Op) { m.VSUBPD(m.operand(y), x, result) }

func (m *avx) divide(result, x, y reg.Register) { m.VDIVPD(y, x, result) }

func (m *avx) addWidened(sums []reg.Register, x, y reg.Register) {
	mask := m.mask
	for half := range 2 {
		if mask != nil && half == 1 {
			upper := m.K()
			m.KSHIFTRW(operand.U8(m.elements()/2), mask, upper)
			m.mask = upper
		}
		m.VFMADD231PD(m.masks(m.widened(x, half), m.widened(y, half), sums[half])...)
	}
	m.mask = mask
}

// widened is a new register with the lower or upper half of the float32 of one, as
// float64.
func (m *avx) widened(x reg.Register, half int) reg.Register {
	wide, from := m.vector(), x.(reg.VecVirtual)
	if m.bytes == 64 {
		lower := from.AsY()
		if half == 1 {
			lower = m.YMM()
			m.VEXTRACTF64X4(operand.U8(1), x, lower)
		}
		m.VCVTPS2PD(lower, wide)
		return wide
	}
	lower := from.AsX()
	if half == 1 {
		lower = m.XMM()
		m.VEXTRACTF128(operand.U8(1), x, lower)
	}
	m.VCVTPS2PD(lower, wide)
	return wide
}

func (m *avx) coefficient(to reg.Register, from operand.Mem) { m.broadcastInto(to, from) }

func (m *avx) addScaled(sum, coefficient reg.Register, y operand.Op) { m.add(sum, y, coefficient) }

func (m *avx) subtractScaled(sum, coefficient reg.Register, y operand.Op) {
	m.subtract(sum, y, coefficient)
}

func (m *avx) addRepeated(sum reg.Register, from operand.Mem, y reg.Register) {
	if m.bytes > scalarBytes {
		m.VFMADD231PD_BCST(from, y, sum)
	} else {
		m.VFMADD231PD(from, y, sum)
	}
}

// magnitudeMask stores the mask of all bits but the sign.
func (m *avx) magnitudeMask(place operand.Mem) {
	mask := m.vector()
	if m.masked {
		m.VPTERNLOGQ(operand.U8(0xff), mask, mask, mask)
	} else {
		m.VPCMPEQD(mask, mask, mask)
	}
	m.VPSRLQ(operand.U8(1), mask, mask)
	m.VMOVUPD(mask, place)
}

func (m *avx) magnitude(result reg.Register, x operand.Op, mask operand.Mem) {
	m.VMOVUPD(x, result)
	m.VANDPD(mask, result, result)
}

func (m *avx) larger(result, x, y reg.Register) { m.VMAXPD(y, x, result) }

// tileSigns is the signs of a tile of a sample: a mask for each part, or all bits in
// every element where registers have no masks.
type tileSigns struct {
	masks []reg.Register
	word  reg.Register
}

// signs fills a register with the sign bit alone and, where registers have no
// masks, defines the distances by which the bits of the elements of a tile are
// shifted to the place of the sign.
func (m *avx) signs() {
	if !m.masked && m.shifts.Symbol.Name == "" {
		m.shifts = m.StaticGlobal("signShifts" + m.name)
		m.DataAttributes(attr.RODATA | attr.NOPTR)
		for i := range lanes {
			m.AddDatum(8*i, operand.U64(63-i))
		}
	}
	m.minus = m.vector()
	ones := m.GP64()
	m.MOVQ(operand.U64(1<<63), ones)
	x := m.XMM()
	m.VMOVQ(ones, x)
	m.VPBROADCASTQ(x, m.minus)
}

func (m *avx) signsOf(bits operand.Mem) any {
	word := m.GP32()
	m.MOVWLZX(bits, word)
	if m.masked {
		first, second := m.K(), m.K()
		m.KMOVW(word, first)
		m.KSHIFTRW(operand.U8(m.elements()), first, second)
		return tileSigns{masks: []reg.Register{first, second}}
	}
	x, all := m.XMM(), m.vector()
	m.VMOVD(word, x)
	m.VPBROADCASTQ(x, all)
	return tileSigns{word: all}
}

func (m *avx) signed(number operand.Op, signs any, k int) reg.Register {
	signed := m.vector()
	if of := signs.(tileSigns); m.masked {
		m.VMOVAPD(number, signed)
		m.VXORPD(m.minus, signed, of.masks[k], signed)
	} else {
		m.VPSLLVQ(m.shifts.Offset(k*m.bytes), of.word, signed)
		m.VPAND(m.minus, signed, signed)
		m.VPXOR(number, signed, signed)
	}
	return signed
}
