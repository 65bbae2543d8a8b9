package arm64

import "fmt"

const vectorBytes = 16

// Load sets d to 16 bytes of memory.
func (f *Function) Load(from Memory, d Vector) {
	checkOffset(from, 0, 4095*vectorBytes)
	f.native("FMOVQ", from, to{scalar{d}})
}

// Store writes v to 16 bytes of memory.
func (f *Function) Store(v Vector, m Memory) {
	checkOffset(m, 0, 4095*vectorBytes)
	f.native("FMOVQ", scalar{v}, m)
}

// LoadPair sets two registers to 32 bytes of memory.
func (f *Function) LoadPair(from Memory, first, second Vector) {
	checkOffset(from, -64*vectorBytes, 63*vectorBytes)
	f.native("FLDPQ", from, to{pair{first, second}})
}

// StorePair writes two registers to 32 bytes of memory.
func (f *Function) StorePair(first, second Vector, m Memory) {
	checkOffset(m, -64*vectorBytes, 63*vectorBytes)
	f.native("FSTPQ", pair{first, second}, m)
}

// checkOffset refuses offsets that do not fit into an instruction: the assembler
// would compute the address beside it, silently.
func checkOffset(m Memory, least, most int) {
	if m.Offset%vectorBytes != 0 || m.Offset < least || m.Offset > most {
		panic(fmt.Sprintf("offset %d of a vector", m.Offset))
	}
}

// LoadFloat sets the lower lane of d to a float64 in memory, the other to zero.
func (f *Function) LoadFloat(from Memory, d Vector) { f.native("FMOVD", from, to{scalar{d}}) }

// StoreFloat writes the lower lane of v, a float64, to memory.
func (f *Function) StoreFloat(v Vector, m Memory) { f.native("FMOVD", scalar{v}, m) }

// LoadSingle sets the lowest lane of d to a float32 in memory, the others to zero.
func (f *Function) LoadSingle(from Memory, d Vector) { f.native("FMOVS", from, to{scalar{d}}) }

// StoreSingle writes the lowest lane of v, a float32, to memory.
func (f *Function) StoreSingle(v Vector, m Memory) { f.native("FMOVS", scalar{v}, m) }

// Broadcast fills all lanes of d from memory; a displacement costs an addition.
func (f *Function) Broadcast(a Arrangement, from Memory, d Vector) {
	if from.Offset != 0 {
		address := f.General()
		f.native("ADD", immediate(from.Offset), from.Base, to{address})
		from = Memory{Base: address}
	}
	f.native("VLD1R", from, to{list{[]Vector{d}, a}})
}

// Zero sets d to zero.
func (f *Function) Zero(d Vector) { f.native("VMOVI", immediate(0), to{vector{d, B16}}) }

// Move sets d to v.
func (f *Function) Move(v, d Vector) { f.native("VMOV", vector{v, B16}, to{vector{d, B16}}) }

// VDUP fills all lanes of d with one lane of v.
func (f *Function) VDUP(a Arrangement, v Vector, index int, d Vector) {
	f.native("VDUP", lane{v, a, index}, to{vector{d, a}})
}

// VDUPGeneral fills all lanes of d with r.
func (f *Function) VDUPGeneral(a Arrangement, r General, d Vector) {
	f.native("VDUP", r, to{vector{d, a}})
}

// Extract sets r to a lane of v.
func (f *Function) Extract(a Arrangement, v Vector, index int, r General) {
	f.native("VMOV", lane{v, a, index}, to{r})
}

// Insert sets a lane of d to r.
func (f *Function) Insert(a Arrangement, r General, d Vector, index int) {
	f.native("VMOV", r, update{lane{d, a, index}})
}

// MoveLane sets a lane of d to a lane of v.
func (f *Function) MoveLane(a Arrangement, v Vector, from int, d Vector, index int) {
	f.native("VMOV", lane{v, a, from}, update{lane{d, a, index}})
}

func (f *Function) three(mnemonic string, a Arrangement, m, n, d Vector) {
	f.native(mnemonic, vector{m, a}, vector{n, a}, to{vector{d, a}})
}

func (f *Function) threeUpdate(mnemonic string, a Arrangement, m, n, d Vector) {
	f.native(mnemonic, vector{m, a}, vector{n, a}, update{vector{d, a}})
}

// VADD sets d to n + m, of integers.
func (f *Function) VADD(a Arrangement, m, n, d Vector) { f.three("VADD", a, m, n, d) }

// VSUB sets d to n - m, of integers.
func (f *Function) VSUB(a Arrangement, m, n, d Vector) { f.three("VSUB", a, m, n, d) }

// VAND sets d to n & m.
func (f *Function) VAND(m, n, d Vector) { f.three("VAND", B16, m, n, d) }

// VORR sets d to n | m.
func (f *Function) VORR(m, n, d Vector) { f.three("VORR", B16, m, n, d) }

// VEOR sets d to n ^ m.
func (f *Function) VEOR(m, n, d Vector) { f.three("VEOR", B16, m, n, d) }

// VBIT takes the bits of n into d where m has ones.
func (f *Function) VBIT(m, n, d Vector) { f.threeUpdate("VBIT", B16, m, n, d) }

// VBIF takes the bits of n into d where m has zeros.
func (f *Function) VBIF(m, n, d Vector) { f.threeUpdate("VBIF", B16, m, n, d) }

// VBSL sets d to the bits of n where d has ones, to those of m where it has zeros.
func (f *Function) VBSL(m, n, d Vector) { f.threeUpdate("VBSL", B16, m, n, d) }

// VCMTST fills lanes of d with ones where n & m is not zero, else with zeros.
func (f *Function) VCMTST(a Arrangement, m, n, d Vector) { f.three("VCMTST", a, m, n, d) }

// VCMEQ fills lanes of d with ones where n = m, of integers, else with zeros.
func (f *Function) VCMEQ(a Arrangement, m, n, d Vector) { f.three("VCMEQ", a, m, n, d) }

// VFMLA sets d to d + n·m, rounded once.
func (f *Function) VFMLA(a Arrangement, m, n, d Vector) { f.threeUpdate("VFMLA", a, m, n, d) }

// VFMLS sets d to d - n·m, rounded once.
func (f *Function) VFMLS(a Arrangement, m, n, d Vector) { f.threeUpdate("VFMLS", a, m, n, d) }

// VZIP1 interleaves the lower halves: n[0], m[0], n[1], m[1], …
func (f *Function) VZIP1(a Arrangement, m, n, d Vector) { f.three("VZIP1", a, m, n, d) }

// VZIP2 interleaves the upper halves of n and m.
func (f *Function) VZIP2(a Arrangement, m, n, d Vector) { f.three("VZIP2", a, m, n, d) }

// VUZP1 takes the lanes of even index, those of n and then those of m.
func (f *Function) VUZP1(a Arrangement, m, n, d Vector) { f.three("VUZP1", a, m, n, d) }

// VUZP2 takes the lanes of odd index, those of n and then those of m.
func (f *Function) VUZP2(a Arrangement, m, n, d Vector) { f.three("VUZP2", a, m, n, d) }

// VEXT takes 16 consecutive bytes of n followed by m, from the given one on.
func (f *Function) VEXT(first int, m, n, d Vector) {
	f.native("VEXT", immediate(first), vector{m, B16}, vector{n, B16}, to{vector{d, B16}})
}

// VTBL sets the bytes of d to those of the table, consecutive registers, that the
// bytes of index choose, to zero where they are beyond it.
func (f *Function) VTBL(index Vector, table []Vector, d Vector) {
	f.native("VTBL", vector{index, B16}, list{table, B16}, to{vector{d, B16}})
}

// VSHL shifts lanes of n to the left.
func (f *Function) VSHL(a Arrangement, shift int, n, d Vector) {
	f.native("VSHL", immediate(shift), vector{n, a}, to{vector{d, a}})
}

// VUSHR shifts lanes of n to the right, zeros following.
func (f *Function) VUSHR(a Arrangement, shift int, n, d Vector) {
	f.native("VUSHR", immediate(shift), vector{n, a}, to{vector{d, a}})
}

// VSLI shifts lanes of n to the left into d, whose bits below remain.
func (f *Function) VSLI(a Arrangement, shift int, n, d Vector) {
	f.native("VSLI", immediate(shift), vector{n, a}, update{vector{d, a}})
}

// VSRI shifts lanes of n to the right into d, whose bits above remain.
func (f *Function) VSRI(a Arrangement, shift int, n, d Vector) {
	f.native("VSRI", immediate(shift), vector{n, a}, update{vector{d, a}})
}

// AESE adds a round key to the state d by exclusive or, then substitutes bytes and
// shifts rows.
func (f *Function) AESE(key, d Vector) { f.native("AESE", vector{key, B16}, update{vector{d, B16}}) }

// AESMC mixes the columns of n.
func (f *Function) AESMC(n, d Vector) { f.native("AESMC", vector{n, B16}, to{vector{d, B16}}) }
