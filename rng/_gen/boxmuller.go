package main

import (
	"fmt"
	"math"

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
)

// boxMullerAVX2 emits three passes over the tiles: words to uniforms, uniforms to
// squared radii, then root and rotation. Separate passes let the scalar loads
// that address the tables hit finished stores, and keep many independent
// chains in flight; one fused pass is slower.
func boxMullerAVX2(a *assembler, c coefficients) {
	a.function("boxMullerAVX2", "dst *float64, tiles int",
		"boxMullerAVX2 is boxMullerGeneric on tiles of words, in place. tiles ≥ 1.")
	dst, tiles := a.load("dst"), a.load("tiles")

	a.eachTile("radiusUniform", dst, tiles, func(tile operand.Mem) {
		for offset := 0; offset < halfTile; offset += vectorBytes {
			words := a.YMM()
			a.VMOVDQU(tile.Offset(offset), words)
			uniform(a, words)
			a.VMOVUPD(words, tile.Offset(offset))
		}
	})

	table := a.GP64()
	a.LEAQ(operand.NewDataAddr(operand.Symbol{Name: "·logTable"}, 0), table)
	a.SUBQ(operand.U32((exponentBias+smallestExponent)*logCells*tableRowBytes), table)
	a.eachTile("squaredRadius", dst, tiles, func(tile operand.Mem) {
		for offset := 0; offset < halfTile; offset += vectorBytes {
			squaredRadius(a, c, table, tile.Offset(offset))
		}
	})

	a.LEAQ(operand.NewDataAddr(operand.Symbol{Name: "·turnTable"}, 0), table)
	a.eachTile("rotation", dst, tiles, func(tile operand.Mem) {
		for offset := 0; offset < halfTile; offset += vectorBytes {
			rotation(a, c, table, tile.Offset(offset), tile.Offset(halfTile+offset))
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
	// Lanes (0, 2) and (1, 3) side by side make unpacking restore their order.
	even, odd := a.YMM(), a.YMM()
	a.VMOVUPD(row(0), even.AsX())
	a.VINSERTF128(operand.U8(1), row(2), even, even)
	a.VMOVUPD(row(1), odd.AsX())
	a.VINSERTF128(operand.U8(1), row(3), odd, odd)
	first, second = a.YMM(), a.YMM()
	a.VUNPCKLPD(odd, even, first)
	a.VUNPCKHPD(odd, even, second)
	return first, second
}

// squaredRadius replaces uniforms u by -2 ln u.
func squaredRadius(a *assembler, c coefficients, table reg.Register, uniforms operand.Mem) {
	reciprocal, twiceLog := rows(a, table, uniforms, fractionBits-logIndexBits-4)
	f := a.YMM()
	a.VMOVUPD(uniforms, f)
	a.VFMADD213PD(a.broadcastFloat("minusOne", -1), reciprocal, f)
	series := polynomial(a, "logCoefficient", c.log, f)
	a.VFMADD213PD(twiceLog, f, series)
	a.VMOVUPD(series, uniforms)
}

// rotation replaces squared radii and words by the cosine and sine normals.
func rotation(a *assembler, c coefficients, table reg.Register, squares, words operand.Mem) {
	cosine, sine := rows(a, table, words, 64-turnIndexBits-4)
	residual := a.YMM()
	a.VMOVDQU(words, residual)
	a.VPAND(a.broadcast("turnFraction", turnFraction), residual, residual)
	a.VPSRLQ(operand.U8(64-turnIndexBits-fractionBits), residual, residual)
	a.VPOR(a.broadcastFloat("one", 1), residual, residual)
	a.VSUBPD(a.broadcastFloat("threeHalves", 1.5), residual, residual)
	square := a.YMM()
	a.VMULPD(residual, residual, square)

	tangent := polynomial(a, "tangentCoefficient", c.tangent, square)
	a.VMULPD(residual, tangent, tangent)

	// radius = √(s + s r² Q(r²)) = √s cos
	radius, series := a.YMM(), polynomial(a, "cosineSquareCoefficient", c.cosineSquare, square)
	a.VMOVUPD(squares, radius)
	a.VMULPD(radius, square, square)
	a.VFMADD231PD(square, series, radius)
	a.VSQRTPD(radius, radius)

	first, second := a.YMM(), a.YMM()
	a.VMOVAPD(cosine, first)
	a.VFNMADD231PD(sine, tangent, first)
	a.VMULPD(radius, first, first)
	a.VMOVUPD(first, squares)
	a.VMOVAPD(sine, second)
	a.VFMADD231PD(cosine, tangent, second)
	a.VMULPD(radius, second, second)
	a.VMOVUPD(second, words)
}

// polynomial evaluates Σ coefficients[k] x^k by Horner's rule.
func polynomial(a *assembler, name string, coefficients []float64, x reg.VecVirtual) reg.VecVirtual {
	sum := a.YMM()
	for k := len(coefficients) - 1; k >= 0; k-- {
		m := a.broadcast(fmt.Sprintf("%s%d", name, k), math.Float64bits(coefficients[k]))
		if k == len(coefficients)-1 {
			a.VMOVUPD(m, sum)
		} else {
			a.VFMADD213PD(m, x, sum)
		}
	}
	return sum
}
