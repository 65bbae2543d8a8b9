package arm64

import (
	"bytes"
	"fmt"
	"math"
)

// pool is the constants of a function: read-only data, 16 bytes each, and the
// register that holds their address from the start of the function on.
type pool struct {
	symbol string
	base   General
	values [][2]uint64
}

// Constant returns a new register with the given 64-bit lanes.
func (f *Function) Constant(low, high uint64) Vector {
	d := f.Vector()
	f.ConstantTo(low, high, d)
	return d
}

// ConstantTo loads the given 64-bit lanes: a single load, as the address of all
// constants is kept in a register.
func (f *Function) ConstantTo(low, high uint64, d Vector) {
	p := &f.constants
	if p.symbol == "" {
		p.symbol = f.name + "Constants<>"
		p.base = f.General()
		f.native("MOVD", literal("$"+p.symbol+"(SB)"), to{p.base})
		// It goes first, whatever the function begins with.
		last := len(f.instructions) - 1
		address := f.instructions[last]
		copy(f.instructions[1:], f.instructions[:last])
		f.instructions[0] = address
	}
	value := [2]uint64{low, high}
	place := 0
	for place < len(p.values) && p.values[place] != value {
		place++
	}
	if place == len(p.values) {
		p.values = append(p.values, value)
	}
	f.Load(Memory{p.base, place * vectorBytes}, d)
}

// BroadcastFloat64 returns a new register with x in both lanes.
func (f *Function) BroadcastFloat64(x float64) Vector {
	return f.BroadcastBits64(math.Float64bits(x))
}

// BroadcastBits64 returns a new register with the same 64 bits in both lanes.
func (f *Function) BroadcastBits64(x uint64) Vector { return f.Constant(x, x) }

// BroadcastFloat32 returns a new register with x in all four lanes.
func (f *Function) BroadcastFloat32(x float32) Vector {
	return f.BroadcastBits32(math.Float32bits(x))
}

// BroadcastBits32 returns a new register with the same 32 bits in all four lanes.
func (f *Function) BroadcastBits32(x uint32) Vector {
	return f.BroadcastBits64(uint64(x)<<32 | uint64(x))
}

// print writes the data.
func (p *pool) print(to *bytes.Buffer) {
	if len(p.values) == 0 {
		return
	}
	to.WriteString("\n")
	for i, value := range p.values {
		for k, lane := range value {
			fmt.Fprintf(to, "DATA %s+%d(SB)/8, $0x%016x\n", p.symbol, i*vectorBytes+8*k, lane)
		}
	}
	fmt.Fprintf(to, "GLOBL %s(SB), RODATA|NOPTR, $%d\n", p.symbol, len(p.values)*vectorBytes)
}
