package arm64

import "strings"

// register is virtual until Source gives it a number.
type register struct {
	vector bool
	number int
	fixed  bool // the number was chosen when the register was made
}

// General is a 64-bit general register.
type General struct{ *register }

// Vector is a 128-bit vector register.
type Vector struct{ *register }

// Function is a function under construction.
type Function struct {
	name, signature string
	doc             []string
	parameters      []parameter
	argumentBytes   int
	frameBytes      int // of the stack, see Frame
	instructions    []*instruction
	reserved        int // vector registers taken from the top by Consecutive
	constants       pool
}

// instruction is a line of assembly.
type instruction struct {
	// text is the instruction, once its registers have numbers: in Go's syntax, or in
	// A64's where encode gives the word.
	text          func() string
	encode        func() uint32
	kind          kind
	reads, writes []*register
	label         string // the place this is, instead of an instruction
	target        string // the label it may go on at
	leaves        bool   // it never goes on at the next instruction
}

// Function opens a function without results.
func (f *File) Function(name, signature string, doc ...string) *Function {
	g := &Function{name: name, signature: signature, doc: doc}
	g.parameters, g.argumentBytes = layout(signature)
	f.functions = append(f.functions, g)
	return g
}

// General returns a new general register.
func (f *Function) General() General { return General{&register{}} }

// Vector returns a new vector register.
func (f *Function) Vector() Vector { return Vector{&register{vector: true}} }

// Vectors returns count new vector registers.
func (f *Function) Vectors(count int) []Vector {
	list := make([]Vector, count)
	for i := range list {
		list[i] = f.Vector()
	}
	return list
}

// Consecutive returns count vector registers of consecutive numbers, as tables of
// VTBL must be. They are set aside for the whole function.
func (f *Function) Consecutive(count int) []Vector {
	f.reserved += count
	list := make([]Vector, count)
	for i := range list {
		list[i] = Vector{&register{vector: true, number: vectorRegisters - f.reserved + i, fixed: true}}
	}
	return list
}

// Label marks the place that branches name.
func (f *Function) Label(name string) {
	f.instructions = append(f.instructions, &instruction{label: name})
}

// native adds an instruction of Go's assembler. Operands are read but for those
// wrapped in to, which are written, and update, which are both.
func (f *Function) native(mnemonic string, operands ...operand) *instruction {
	i := &instruction{text: func() string {
		texts := make([]string, len(operands))
		for k, o := range operands {
			texts[k] = o.text()
		}
		return strings.TrimSpace(mnemonic + " " + strings.Join(texts, ", "))
	}}
	if len(operands) > 0 {
		i.kind = kindOf(mnemonic, operands)
	}
	for _, o := range operands {
		i.uses(o)
	}
	f.instructions = append(f.instructions, i)
	return i
}

func (i *instruction) uses(o operand) {
	switch o := o.(type) {
	case to:
		i.writes = append(i.writes, o.registers()...)
	case update:
		i.reads = append(i.reads, o.registers()...)
		i.writes = append(i.writes, o.registers()...)
	default:
		i.reads = append(i.reads, o.registers()...)
	}
}
