package arm64

import "fmt"

// MOVD sets d to what is in memory.
func (f *Function) MOVD(from Memory, d General) { f.native("MOVD", from, to{d}) }

// LDP sets two registers to 16 bytes of memory.
func (f *Function) LDP(from Memory, first, second General) {
	f.native("LDP", from, to{generalPair{first, second}})
}

// StoreMOVD writes r to memory.
func (f *Function) StoreMOVD(r General, m Memory) { f.native("MOVD", r, m) }

// Copy sets d to r.
func (f *Function) Copy(r, d General) { f.native("MOVD", r, to{d}) }

// Immediate sets d to a number.
func (f *Function) Immediate(x uint64, d General) { f.native("MOVD", immediate(x), to{d}) }

// Address sets d to the address of a symbol of the package.
func (f *Function) Address(symbol string, d General) {
	f.native("MOVD", literal(fmt.Sprintf("$·%s(SB)", symbol)), to{d})
}

// ADD sets d to n + m.
func (f *Function) ADD(m, n, d General) { f.native("ADD", m, n, to{d}) }

// ADDShifted sets d to n + m·2^shift.
func (f *Function) ADDShifted(m General, shift int, n, d General) {
	f.native("ADD", shifted{m, shift}, n, to{d})
}

// SUB sets d to n - m.
func (f *Function) SUB(m, n, d General) { f.native("SUB", m, n, to{d}) }

// ADDImmediate adds to d.
func (f *Function) ADDImmediate(x int, d General) { f.native("ADD", immediate(x), update{d}) }

// SUBImmediate subtracts from d.
func (f *Function) SUBImmediate(x int, d General) { f.native("SUB", immediate(x), update{d}) }

// ANDImmediate sets d to n & x.
func (f *Function) ANDImmediate(x uint64, n, d General) { f.native("AND", immediate(x), n, to{d}) }

// AND sets d to n & m.
func (f *Function) AND(m, n, d General) { f.native("AND", m, n, to{d}) }

// LSL sets d to n·2^shift.
func (f *Function) LSL(shift int, n, d General) { f.native("LSL", immediate(shift), n, to{d}) }

// LSR sets d to n shifted to the right.
func (f *Function) LSR(shift int, n, d General) { f.native("LSR", immediate(shift), n, to{d}) }

// NEG sets d to -n.
func (f *Function) NEG(n, d General) { f.native("NEG", n, to{d}) }

// CBZ goes on at a label if r is zero.
func (f *Function) CBZ(r General, label string) {
	f.native("CBZ", r, literal(label)).target = label
}

// CBNZ goes on at a label if r is not zero.
func (f *Function) CBNZ(r General, label string) {
	f.native("CBNZ", r, literal(label)).target = label
}

// CMP compares n with x for the next Branch.
func (f *Function) CMP(x int, n General) { f.native("CMP", immediate(x), n) }

// CMPGeneral compares n with m for the next Branch.
func (f *Function) CMPGeneral(m, n General) { f.native("CMP", m, n) }

// Branch goes on at a label on a condition that CMP set: BEQ, BNE, BLT, BLE, BGT,
// BGE.
func (f *Function) Branch(condition, label string) {
	f.native(condition, literal(label)).target = label
}

// Jump goes on at a label.
func (f *Function) Jump(label string) {
	i := f.native("B", literal(label))
	i.target, i.leaves = label, true
}

// RET returns.
func (f *Function) RET() { f.native("RET").leaves = true }

// PRFM asks for the line of memory, to be read or, with store, written.
func (f *Function) PRFM(m Memory, store bool) {
	hint := "PLDL1KEEP"
	if store {
		hint = "PSTL1KEEP"
	}
	f.native("PRFM", m, literal(hint))
}

// PRFML2 asks for the line of memory, to be read, in the second-level cache.
func (f *Function) PRFML2(m Memory) { f.native("PRFM", m, literal("PLDL2KEEP")) }

// MOVHU sets d to 16 bits of memory.
func (f *Function) MOVHU(from Memory, d General) { f.native("MOVHU", from, to{d}) }

// shifted is a general register shifted to the left, and generalPair two of them.
type (
	shifted struct {
		General
		shift int
	}
	generalPair [2]General
)

func (p generalPair) text() string           { return fmt.Sprintf("(R%d, R%d)", p[0].number, p[1].number) }
func (p generalPair) registers() []*register { return []*register{p[0].register, p[1].register} }

func (s shifted) text() string { return fmt.Sprintf("%s<<%d", s.General.text(), s.shift) }
