package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

const (
	exponentBias  = 1023
	fractionBits  = 52
	tableRowBytes = 16
	// turnFraction masks the bits of a word that lie below the turn's cell and
	// belong to its 53 bits.
	turnFraction = 1<<(64-turnIndexBits) - 1<<11
	// residualShift brings them to the place of a float64's fraction.
	residualShift = 64 - turnIndexBits - fractionBits
)

// boxMuller emits three passes over the tiles: words to uniforms, uniforms to
// squared radii, then root and rotation. Separate passes let the scalar loads
// that address the tables hit finished stores, and keep many independent
// chains in flight; one fused pass is slower.
func boxMuller(a *assembler, c coefficients) {
	a.function("boxMuller"+a.suffix, "dst *float64, tiles int",
		"boxMuller"+a.suffix+" turns tiles of words into tiles of normals, in place: word i of 8 low",
		"and of 8 high ones into the normals of normalPair, at the same places. tiles ≥ 1.")
	dst, tiles := a.load("dst"), a.load("tiles")

	constants := holdUniformConstants(a)
	a.eachTile("radiusUniform", dst, tiles, func(tile operand.Mem) {
		for offset := 0; offset < halfTile; offset += a.vectorBytes {
			words := a.register()
			a.VMOVUPD(tile.Offset(offset), words)
			uniform(a, constants, words)
			a.VMOVUPD(words, tile.Offset(offset))
		}
	})

	table := a.GP64()
	a.LEAQ(operand.NewDataAddr(operand.Symbol{Name: "·logTable"}, 0), table)
	// A uniform's exponent is biased and its table begins at the smallest one.
	a.SUBQ(operand.U32((exponentBias+smallestExponent)*logCells*tableRowBytes), table)
	minusOne, log := a.held(a.broadcastFloat("minusOne", -1)), hold(a, "logCoefficient", c.log)
	a.eachTile("squaredRadius", dst, tiles, func(tile operand.Mem) {
		for offset := 0; offset < halfTile; offset += a.vectorBytes {
			squaredRadius(a, minusOne, log, table, tile.Offset(offset))
		}
	})

	a.LEAQ(operand.NewDataAddr(operand.Symbol{Name: "·turnTable"}, 0), table)
	turn := rotationConstants{
		fraction:     a.held(a.broadcast("turnFraction", turnFraction>>residualShift)),
		one:          a.held(a.broadcastFloat("one", 1)),
		threeHalves:  a.held(a.broadcastFloat("threeHalves", 1.5)),
		tangent:      hold(a, "tangentCoefficient", c.tangent),
		cosineSquare: hold(a, "cosineSquareCoefficient", c.cosineSquare),
	}
	a.eachTile("rotation", dst, tiles, func(tile operand.Mem) {
		for offset := 0; offset < halfTile; offset += a.vectorBytes {
			rotation(a, turn, table, tile.Offset(offset), tile.Offset(halfTile+offset))
		}
	})
	a.VZEROUPPER()
	a.RET()
}

// rows loads a table row of two numbers for each lane and returns the first and
// the second numbers. The row's byte offset is word >> shift with the bits
// below a row cleared.
func rows(a *assembler, table reg.Register, words operand.Mem, shift int) (first, second reg.VecVirtual) {
	row := func(lane int) operand.Mem {
		index := a.GP64()
		a.MOVQ(words.Offset(lane*wordBytes), index)
		a.SHRQ(operand.U8(uint8(shift)), index)
		a.ANDQ(operand.I32(-tableRowBytes), index)
		return operand.Mem{Base: table, Index: index, Scale: 1}
	}
	// Even and odd lanes side by side make unpacking restore their order. (A
	// broadcast costs what a plain load does, and to the register allocator it sets
	// the whole register.)
	//
	// These forms reach the first 16 registers only, which suffices here (the
	// assembler refuses others); those of AVX-512 that reach all are slower on Zen 4.
	four := func(first int) reg.VecVirtual {
		pair := a.YMM()
		a.VBROADCASTF128(row(first), pair)
		a.VINSERTF128(operand.U8(1), row(first+2), pair, pair)
		return pair
	}
	even, odd := four(0), four(1)
	if a.vectorBytes == zmmBytes {
		// Loads masked to a part of the register would be slower.
		evenLow, oddLow := even, odd
		even, odd = a.ZMM(), a.ZMM()
		a.VINSERTF64X4(operand.U8(1), four(4), evenLow.AsZ(), even)
		a.VINSERTF64X4(operand.U8(1), four(5), oddLow.AsZ(), odd)
	}
	first, second = a.register(), a.register()
	a.VUNPCKLPD(odd, even, first)
	a.VUNPCKHPD(odd, even, second)
	return first, second
}

// squaredRadius replaces uniforms u by -2 ln u.
func squaredRadius(a *assembler, minusOne reg.VecVirtual, log polynomial, table reg.Register, uniforms operand.Mem) {
	reciprocal, twiceLog := rows(a, table, uniforms, fractionBits-logIndexBits-4)
	f := a.register()
	a.VMOVUPD(uniforms, f)
	a.VFMADD213PD(minusOne, reciprocal, f)
	h := log.at(a, f)
	a.VFMADD213PD(twiceLog, f, h)
	a.VMOVUPD(h, uniforms)
}

// rotationConstants are what rotation keeps in registers.
type rotationConstants struct {
	fraction, one, threeHalves reg.VecVirtual
	tangent, cosineSquare      polynomial
}

// rotation replaces squared radii and words by the cosine and sine normals.
func rotation(a *assembler, c rotationConstants, table reg.Register, squares, words operand.Mem) {
	cosine, sine := rows(a, table, words, 64-turnIndexBits-4)
	residual := a.register()
	a.VMOVUPD(words, residual)
	a.VPSRLQ(operand.U8(residualShift), residual, residual)
	a.andOr(c.fraction, c.one, residual)
	a.VSUBPD(c.threeHalves, residual, residual)
	square := a.register()
	a.VMULPD(residual, residual, square)

	t := c.tangent.at(a, square)
	a.VMULPD(residual, t, t)

	// With s the squared radius and cos² δ = 1 + r² Q(r²): √(s + s r² Q).
	radius, q := a.register(), c.cosineSquare.at(a, square)
	a.VMOVUPD(squares, radius)
	a.VMULPD(radius, square, square)
	a.VFMADD231PD(square, q, radius)
	a.VSQRTPD(radius, radius)

	first := a.register()
	a.VMOVAPD(cosine, first)
	a.VFNMADD231PD(sine, t, first)
	a.VMULPD(radius, first, first)
	a.VMOVUPD(first, squares)
	a.VFMADD231PD(cosine, t, sine)
	a.VMULPD(radius, sine, sine)
	a.VMOVUPD(sine, words)
}

// polynomial is the coefficients of Σ p[k] x^k, held in registers: as operands in
// memory they would keep the load ports from the tables.
type polynomial []reg.VecVirtual

func hold(a *assembler, name string, coefficients []float64) polynomial {
	p := make(polynomial, len(coefficients))
	for k, x := range coefficients {
		p[k] = a.held(a.broadcastFloat(fmt.Sprintf("%s%d", name, k), x))
	}
	return p
}

// at evaluates the polynomial by Horner's rule.
func (p polynomial) at(a *assembler, x reg.VecVirtual) reg.VecVirtual {
	sum := a.register()
	last := len(p) - 1
	a.VMOVAPD(p[last], sum)
	for k := last - 1; k >= 0; k-- {
		a.VFMADD213PD(p[k], x, sum)
	}
	return sum
}
