package arm64

import "fmt"

// The vector instructions that Go's assembler lacks, by the words of the Arm
// Architecture Reference Manual (DDI 0487, C7.2): d in bits 0-4, n in 5-9, m in
// 16-20.

// encoded adds a word, given with its registers zero. Operands are in the order of
// A64: destination first.
func (f *Function) encoded(name string, word uint32, d, n operand, rest ...operand) *instruction {
	operands := append([]operand{d, n}, rest...)
	i := &instruction{
		kind: arithmetic,
		text: func() string {
			text := name
			for k, o := range operands {
				if k > 0 {
					text += ","
				}
				text += " " + a64(o)
			}
			return text
		},
		encode: func() uint32 {
			w := word
			for k, at := range []int{0, 5, 16} {
				if k < len(operands) && len(operands[k].registers()) > 0 {
					w |= uint32(operands[k].registers()[0].number) << at
				}
			}
			return w
		},
	}
	for _, o := range operands {
		i.uses(o)
	}
	f.instructions = append(f.instructions, i)
	return i
}

// a64 is an operand in the syntax of A64.
func a64(o operand) string {
	switch o := o.(type) {
	case to:
		return a64(o.operand)
	case update:
		return a64(o.operand)
	case vector:
		return fmt.Sprintf("v%d.%s", o.number, o.arrangement.a64())
	case lane:
		return fmt.Sprintf("v%d.%s[%d]", o.number, o.arrangement.element(), o.index)
	case scalar:
		return fmt.Sprintf("d%d", o.number)
	case immediate:
		return fmt.Sprintf("#%d", uint64(o))
	}
	panic(fmt.Sprintf("%T is no operand of an encoded instruction", o))
}

// floatSize is the field of instructions on lanes of floating point.
func floatSize(a Arrangement) uint32 {
	switch a {
	case D2:
		return 1 << 22
	case S4:
		return 0
	}
	panic("floating point in lanes of " + a.name)
}

// integerSize is the field of instructions on lanes of integers.
func integerSize(a Arrangement) uint32 { return uint32(a.size) << 22 }

func (f *Function) floatThree(name string, word uint32, a Arrangement, m, n, d Vector) {
	f.encoded(name, word|floatSize(a), to{vector{d, a}}, vector{n, a}, vector{m, a})
}

func (f *Function) floatTwo(name string, word uint32, a Arrangement, n, d Vector) {
	f.encoded(name, word|floatSize(a), to{vector{d, a}}, vector{n, a})
}

func (f *Function) integerThree(name string, word uint32, a Arrangement, m, n, d Vector) {
	f.encoded(name, word|integerSize(a), to{vector{d, a}}, vector{n, a}, vector{m, a})
}

// FADD sets d to n + m.
func (f *Function) FADD(a Arrangement, m, n, d Vector) { f.floatThree("fadd", 0x4e20d400, a, m, n, d) }

// FSUB sets d to n - m.
func (f *Function) FSUB(a Arrangement, m, n, d Vector) { f.floatThree("fsub", 0x4ea0d400, a, m, n, d) }

// FMUL sets d to n·m.
func (f *Function) FMUL(a Arrangement, m, n, d Vector) { f.floatThree("fmul", 0x6e20dc00, a, m, n, d) }

// FDIV sets d to n/m.
func (f *Function) FDIV(a Arrangement, m, n, d Vector) { f.floatThree("fdiv", 0x6e20fc00, a, m, n, d) }

// FMAX sets d to the larger of n and m, to a NaN if one is.
func (f *Function) FMAX(a Arrangement, m, n, d Vector) { f.floatThree("fmax", 0x4e20f400, a, m, n, d) }

// FMIN sets d to the smaller of n and m, to a NaN if one is.
func (f *Function) FMIN(a Arrangement, m, n, d Vector) { f.floatThree("fmin", 0x4ea0f400, a, m, n, d) }

// FADDP adds neighbours: n[0]+n[1], …, m[0]+m[1], …
func (f *Function) FADDP(a Arrangement, m, n, d Vector) {
	f.floatThree("faddp", 0x6e20d400, a, m, n, d)
}

// FCMEQ fills lanes of d with ones where n = m, else with zeros.
func (f *Function) FCMEQ(a Arrangement, m, n, d Vector) {
	f.floatThree("fcmeq", 0x4e20e400, a, m, n, d)
}

// FCMGE fills lanes of d with ones where n ≥ m, else with zeros.
func (f *Function) FCMGE(a Arrangement, m, n, d Vector) {
	f.floatThree("fcmge", 0x6e20e400, a, m, n, d)
}

// FCMGT fills lanes of d with ones where n > m, else with zeros.
func (f *Function) FCMGT(a Arrangement, m, n, d Vector) {
	f.floatThree("fcmgt", 0x6ea0e400, a, m, n, d)
}

// FABS sets d to |n|.
func (f *Function) FABS(a Arrangement, n, d Vector) { f.floatTwo("fabs", 0x4ea0f800, a, n, d) }

// FNEG sets d to -n.
func (f *Function) FNEG(a Arrangement, n, d Vector) { f.floatTwo("fneg", 0x6ea0f800, a, n, d) }

// FSQRT sets d to √n.
func (f *Function) FSQRT(a Arrangement, n, d Vector) { f.floatTwo("fsqrt", 0x6ea1f800, a, n, d) }

// SCVTF converts signed integers to floating point.
func (f *Function) SCVTF(a Arrangement, n, d Vector) { f.floatTwo("scvtf", 0x4e21d800, a, n, d) }

// UCVTF converts unsigned integers to floating point.
func (f *Function) UCVTF(a Arrangement, n, d Vector) { f.floatTwo("ucvtf", 0x6e21d800, a, n, d) }

// fixedPoint is the field of conversions of numbers with so many bits below the
// point.
func fixedPoint(a Arrangement, fractionBits int) uint32 {
	return uint32(2*8<<a.size-fractionBits) << 16
}

// SCVTFFixed sets d to 2^-fractionBits n for signed integers n, rounded once; the
// fraction has at least one bit and at most those of a lane.
func (f *Function) SCVTFFixed(a Arrangement, fractionBits int, n, d Vector) {
	f.encoded("scvtf", 0x4f00e400|fixedPoint(a, fractionBits), to{vector{d, a}}, vector{n, a}, immediate(fractionBits))
}

// UCVTFFixed is SCVTFFixed for unsigned integers.
func (f *Function) UCVTFFixed(a Arrangement, fractionBits int, n, d Vector) {
	f.encoded("ucvtf", 0x6f00e400|fixedPoint(a, fractionBits), to{vector{d, a}}, vector{n, a}, immediate(fractionBits))
}

// FCVTL widens the lower two float32 of n to float64.
func (f *Function) FCVTL(n, d Vector) {
	f.encoded("fcvtl", 0x0e617800, to{vector{d, D2}}, vector{n, S2})
}

// FCVTL2 widens the upper two float32 of n to float64.
func (f *Function) FCVTL2(n, d Vector) {
	f.encoded("fcvtl2", 0x4e617800, to{vector{d, D2}}, vector{n, S4})
}

// FCVTN rounds two float64 to the lower two float32 of d and zeroes the others.
func (f *Function) FCVTN(n, d Vector) {
	f.encoded("fcvtn", 0x0e616800, to{vector{d, S2}}, vector{n, D2})
}

// FCVTN2 rounds two float64 to the upper two float32 of d.
func (f *Function) FCVTN2(n, d Vector) {
	f.encoded("fcvtn2", 0x4e616800, update{vector{d, S4}}, vector{n, D2})
}

// elementField is the field of an index of a lane of m.
func elementField(a Arrangement, index int) uint32 {
	if a == D2 {
		return uint32(index) << 11
	}
	return uint32(index&1)<<21 | uint32(index>>1)<<11
}

// FMLAElement sets d to d + n·s with s one lane of m, rounded once.
func (f *Function) FMLAElement(a Arrangement, m Vector, index int, n, d Vector) {
	f.encoded("fmla", 0x4f801000|floatSize(a)|elementField(a, index), update{vector{d, a}}, vector{n, a}, lane{m, a, index})
}

// FMLSElement sets d to d - n·s with s one lane of m, rounded once.
func (f *Function) FMLSElement(a Arrangement, m Vector, index int, n, d Vector) {
	f.encoded("fmls", 0x4f805000|floatSize(a)|elementField(a, index), update{vector{d, a}}, vector{n, a}, lane{m, a, index})
}

// FMULElement sets d to n·s with s one lane of m.
func (f *Function) FMULElement(a Arrangement, m Vector, index int, n, d Vector) {
	f.encoded("fmul", 0x4f809000|floatSize(a)|elementField(a, index), to{vector{d, a}}, vector{n, a}, lane{m, a, index})
}

// USHL shifts lanes of n to the left by the signed lowest bytes of those of m.
func (f *Function) USHL(a Arrangement, m, n, d Vector) {
	f.integerThree("ushl", 0x6e204400, a, m, n, d)
}

// CMLTZero fills lanes of d with ones where n, of signed integers, is negative,
// else with zeros.
func (f *Function) CMLTZero(a Arrangement, n, d Vector) {
	f.encoded("cmlt", 0x4e20a800|integerSize(a), to{vector{d, a}}, vector{n, a}, immediate(0))
}

// SSHR shifts lanes of n to the right, signs following.
func (f *Function) SSHR(a Arrangement, shift int, n, d Vector) {
	laneBits := 8 << a.size
	f.encoded("sshr", 0x4f000400|uint32(2*laneBits-shift)<<16, to{vector{d, a}}, vector{n, a}, immediate(shift))
}

// LoadRow sets d to the 16 bytes at base + 16·index.
func (f *Function) LoadRow(base, index General, d Vector) {
	i := f.encoded("ldr", 0x3ce07800, to{scalar{d}}, register64{base}, register64{index})
	i.kind = load
	i.text = func() string {
		return fmt.Sprintf("ldr q%d, [x%d, x%d, lsl #4]", d.number, base.number, index.number)
	}
}

// LoadIndexed sets d to the 16 bytes at base + index.
func (f *Function) LoadIndexed(base, index General, d Vector) {
	i := f.encoded("ldr", 0x3ce06800, to{scalar{d}}, register64{base}, register64{index})
	i.kind = load
	i.text = func() string { return fmt.Sprintf("ldr q%d, [x%d, x%d]", d.number, base.number, index.number) }
}

// StoreIndexed writes v to the 16 bytes at base + index.
func (f *Function) StoreIndexed(v Vector, base, index General) {
	i := f.encoded("str", 0x3ca06800, scalar{v}, register64{base}, register64{index})
	i.kind = store
	i.text = func() string { return fmt.Sprintf("str q%d, [x%d, x%d]", v.number, base.number, index.number) }
}

// register64 is a general register of an encoded instruction.
type register64 struct{ General }
