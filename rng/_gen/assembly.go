package main

import (
	"bytes"
	"fmt"
	"go/format"
	"math"
	"regexp"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/pass"
	"github.com/mmcloughlin/avo/printer"
	"github.com/mmcloughlin/avo/reg"
)

// The layout of a tile, as in package rng: 16 words or normals, 8 low words (or
// cosine normals) before the 8 high words (or sine normals).
const (
	wordBytes  = 8
	tileBlocks = 8
	halfTile   = tileBlocks * wordBytes
	tileBytes  = 2 * halfTile

	// The widths of registers, in bytes.
	xmmBytes, ymmBytes, zmmBytes = 16, 32, 64
)

// assembler is an avo context for one width of registers, with the few forms all
// functions here share. suffix ends the names of the functions.
type assembler struct {
	*build.Context
	vectorBytes int
	suffix      string
	constants   map[string]operand.Mem
}

func newAssembler(vectorBytes int, suffix string) *assembler {
	a := &assembler{Context: build.NewContext(), vectorBytes: vectorBytes, suffix: suffix, constants: map[string]operand.Mem{}}
	a.ConstraintExpr("!purego")
	return a
}

// function opens a function of the given doc comment and parameters.
func (a *assembler) function(name, parameters string, doc ...string) {
	a.Function(name)
	a.Attributes(attr.NOSPLIT)
	a.Pragma("noescape")
	a.Doc(doc...)
	a.SignatureExpr("func(" + parameters + ")")
}

func (a *assembler) load(parameter string) reg.GPVirtual {
	register := a.GP64()
	a.Load(a.Param(parameter), register)
	return register
}

// vector is a read-only datum of the given 64-bit lanes.
func (a *assembler) vector(name string, values ...uint64) operand.Mem {
	if m, ok := a.constants[name]; ok {
		return m
	}
	m := a.StaticGlobal(name)
	a.DataAttributes(attr.RODATA | attr.NOPTR)
	for i, v := range values {
		a.AddDatum(i*wordBytes, operand.U64(v))
	}
	a.constants[name] = m
	return m
}

// broadcast is a read-only vector with the same bits in every lane.
func (a *assembler) broadcast(name string, bits uint64) operand.Mem {
	values := make([]uint64, a.vectorBytes/wordBytes)
	for i := range values {
		values[i] = bits
	}
	return a.vector(name, values...)
}

func (a *assembler) broadcastFloat(name string, x float64) operand.Mem {
	return a.broadcast(name, math.Float64bits(x))
}

// held loads a read-only vector into a register of its own.
func (a *assembler) held(m operand.Mem) reg.VecVirtual {
	register := a.register()
	a.VMOVUPD(m, register)
	return register
}

// register is a virtual register of this assembler's width.
func (a *assembler) register() reg.VecVirtual {
	if a.vectorBytes == zmmBytes {
		return a.ZMM()
	}
	return a.YMM()
}

func (a *assembler) xmm() reg.VecVirtual { return a.XMM() }
func (a *assembler) ymm() reg.VecVirtual { return a.YMM() }
func (a *assembler) zmm() reg.VecVirtual { return a.ZMM() }

// The logical operations have other names on registers of AVX-512. x may be in
// memory.

func (a *assembler) and(x, y, to operand.Op) {
	if a.vectorBytes == zmmBytes {
		a.VPANDQ(x, y, to)
	} else {
		a.VPAND(x, y, to)
	}
}

// single is a read-only vector of float32, or of their bits, repeated to the width
// of a register.
func (a *assembler) single(name string, bits ...uint32) operand.Mem {
	var values []uint64
	for i := 0; i < a.vectorBytes/4; i += 2 {
		values = append(values, uint64(bits[i%len(bits)])|uint64(bits[(i+1)%len(bits)])<<32)
	}
	return a.vector(name, values...)
}

// constant is single as an operand: in a register where there are 32 of them,
// else in memory.
func (a *assembler) constant(name string, bits ...uint32) operand.Op {
	m := a.single(name, bits...)
	if a.vectorBytes == zmmBytes {
		return a.held(m)
	}
	return m
}

func (a *assembler) or(x, y, to operand.Op) {
	if a.vectorBytes == zmmBytes {
		a.VPORQ(x, y, to)
	} else {
		a.VPOR(x, y, to)
	}
}

// andOr sets x to x & mask | bits, for registers mask and bits.
func (a *assembler) andOr(mask, bits, x reg.VecVirtual) {
	if a.vectorBytes == zmmBytes {
		// AVX-512 takes the operation as a table of x, mask and bits.
		const table = 0xea
		a.VPTERNLOGQ(operand.U8(table), bits, mask, x)
		return
	}
	a.VPAND(mask, x, x)
	a.VPOR(bits, x, x)
}

// eachTile emits a loop over tiles ≥ 1 tiles from the address first.
func (a *assembler) eachTile(label string, first reg.Register, tiles operand.Op, body func(tile operand.Mem)) {
	address, left := a.GP64(), a.GP64()
	a.MOVQ(first, address)
	a.MOVQ(tiles, left)
	a.Label(label)
	body(operand.Mem{Base: address})
	a.ADDQ(operand.U32(tileBytes), address)
	a.DECQ(left)
	a.JNZ(operand.LabelRef(label))
}

var beyondAVX2 = regexp.MustCompile(`\b(Z\d+|[XY](1[6-9]|2\d|3[01])|K[0-7])\b`)

// source compiles what was emitted and prints the assembly and its Go declarations.
func (a *assembler) source() (assembly, stubs []byte, err error) {
	file, err := a.Result()
	if err != nil {
		return nil, nil, err
	}
	if err := pass.Compile.Execute(file); err != nil {
		return nil, nil, err
	}
	config := printer.Config{Name: "go run . in rng/_gen", Pkg: "rng"}
	if assembly, err = printer.NewGoAsm(config).Print(file); err != nil {
		return nil, nil, fmt.Errorf("assembly: %w", err)
	}
	// Out of registers, avo goes on with those of AVX-512 and says nothing.
	if wide := beyondAVX2.Find(assembly); wide != nil && a.vectorBytes < zmmBytes {
		return nil, nil, fmt.Errorf("register %s does not exist without AVX-512", wide)
	}
	if stubs, err = printer.NewStubs(config).Print(file); err != nil {
		return nil, nil, fmt.Errorf("declarations: %w", err)
	}
	stubs, err = format.Source(bytes.TrimSpace(stubs))
	return assembly, stubs, err
}
