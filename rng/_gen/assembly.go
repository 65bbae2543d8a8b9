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
	wordBytes = 8
	halfTile  = 8 * wordBytes
	tileBytes = 2 * halfTile

	// lanes and vectorBytes describe the YMM registers of this path.
	lanes       = 4
	vectorBytes = lanes * wordBytes
)

// assembler is an avo context with the few forms all functions here share.
type assembler struct {
	*build.Context
	constants map[string]operand.Mem
}

func newAssembler() *assembler {
	a := &assembler{Context: build.NewContext(), constants: map[string]operand.Mem{}}
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
	values := make([]uint64, lanes)
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
	register := a.YMM()
	a.VMOVUPD(m, register)
	return register
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
	if wide := beyondAVX2.Find(assembly); wide != nil {
		return nil, nil, fmt.Errorf("register %s does not exist without AVX-512", wide)
	}
	if stubs, err = printer.NewStubs(config).Print(file); err != nil {
		return nil, nil, fmt.Errorf("declarations: %w", err)
	}
	stubs, err = format.Source(bytes.TrimSpace(stubs))
	return assembly, stubs, err
}
