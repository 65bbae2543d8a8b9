package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// machine is an instruction set, as far as the kernels need it: what they are
// described in. Registers of vectors and of integers are virtual, or physical where
// a description hands them out itself; places in memory are base + scale·index +
// displacement. A value is a register or a place, an integer may also be a constant.
type machine interface {
	// begin starts a function without results, end returns from it; source is the
	// assembly of all functions and their declarations in Go.
	begin(name, signature string, doc []string)
	end()
	source() (assembly, declarations []byte, err error)

	// frame is a pointer to so many bytes on the stack, aligned to a vector; local is
	// a place for a vector there.
	frame(bytes int) reg.GPVirtual
	local() operand.Mem

	// general and vector are new registers.
	general() reg.GPVirtual
	vector() reg.Register

	// set, address, increment, keepBits, negate and shiftLeft compute with integers:
	// to ← value, to ← the address of a place, to ← to + value, to ← to AND value,
	// to ← −to, to ← to·2^bits.
	set(to reg.Register, value operand.Op)
	address(to reg.Register, place operand.Mem)
	increment(to reg.Register, value operand.Op)
	keepBits(to reg.Register, value operand.Op)
	negate(to reg.Register)
	shiftLeft(to reg.Register, bits int)

	// mark names the place where jumps go. jumpIf compares integers; incrementToZero
	// adds to a negative one and jumps until it is zero.
	mark(label string)
	jump(label string)
	jumpIf(x operand.Op, is relation, y operand.Op, label string)
	incrementToZero(to reg.Register, by int, label string)

	// prefetch asks for a cache line.
	prefetch(place operand.Mem)

	// offset returns the places at base + scale·index + displacement for several
	// bases.
	offset(index reg.Register, scale, displacement int) func(base reg.Register) operand.Mem

	// confined builds code for the first elements of registers alone, at most as many
	// as a number says, which is positive and at most lanes. It is for machines that
	// have masks: then loadInto reads other elements as +0, store does not write them,
	// and add, subtract and increase leave them as they are.
	confined(number reg.Register, body func())

	// loadInto copies a value, store writes one to memory; zero sets registers to +0.
	loadInto(to reg.Register, from operand.Op)
	store(from reg.Register, to operand.Mem)
	zero(registers ...reg.Register)

	// broadcastInto fills a register with an element from memory, repeatedInto with a
	// float64 that is repeated there as package kernels does it (see scalarBytes).
	broadcastInto(to reg.Register, from operand.Mem)
	repeatedInto(to reg.Register, from operand.Mem)

	// Arithmetic of elements: sum ← sum + x·y, rounded once, result ← x·y and x + y.
	add(sum reg.Register, x operand.Op, y reg.Register)
	multiply(result reg.Register, x operand.Op, y reg.Register)
	plus(result reg.Register, x operand.Op, y reg.Register)

	// Arithmetic of float64 alone: sum ← sum − x·y, rounded once, then sum ← sum + x,
	// result ← x − y and x/y.
	subtract(sum reg.Register, x operand.Op, y reg.Register)
	increase(sum reg.Register, x operand.Op)
	difference(result, x reg.Register, y operand.Op)
	divide(result, x, y reg.Register)

	// addWidened adds products of float32, exact in float64, to the first two sums.
	addWidened(sums []reg.Register, x, y reg.Register)

	// coefficient reads an element as the factor of addScaled and subtractScaled:
	// sum ← sum ± coefficient·y, rounded once. addRepeated is addScaled of float64 with
	// a coefficient in memory that is repeated there.
	coefficient(to reg.Register, from operand.Mem)
	addScaled(sum, coefficient reg.Register, y operand.Op)
	subtractScaled(sum, coefficient reg.Register, y operand.Op)
	addRepeated(sum reg.Register, from operand.Mem, y reg.Register)

	// magnitude computes |x| with what magnitudeMask has stored, and larger the larger
	// of two magnitudes, the second where either is NaN.
	magnitudeMask(place operand.Mem)
	magnitude(result reg.Register, x operand.Op, mask operand.Mem)
	larger(result, x, y reg.Register)

	// signs prepares the code for tiles of signs, signsOf gets those of the tile whose
	// bits begin at a place, and signed is part k of the tile of numbers with these
	// signs reversed where the bit is set.
	signs()
	signsOf(bits operand.Mem) any
	signed(number operand.Op, signs any, k int) reg.Register

	// productTables defines the data that productTail needs; that adds the products of
	// the rest of the rows, a number of elements less than productLanes, to the sums
	// of some parts. addProducts adds the lanes of sums, and then their totals to the
	// numbers at a place, a stride apart; its labels get a suffix.
	productTables()
	productTail(p *inner, u []reg.GPVirtual, sums [][][]reg.Register, first int, rest reg.GPVirtual, suffix string)
	addProducts(sums []reg.Register, place, stride reg.GPVirtual, suffix string)
}

// relation is that of two integers.
type relation int

const (
	equal relation = iota
	unequal
	less
	lessOrEqual
)

// constant is an integer as a value.
func constant(n int) operand.Constant {
	switch {
	case n < -1<<31 || n >= 1<<31:
		panic(fmt.Sprintf("the constant %d is too long", n))
	case n < -1<<7:
		return operand.I32(n)
	case n < 0:
		return operand.I8(n)
	case n < 1<<8:
		return operand.U8(n)
	}
	return operand.U32(n)
}
