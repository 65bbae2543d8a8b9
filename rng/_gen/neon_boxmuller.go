package main

import "anisgd/kernels/_gen/arm64"

// neonBoxMuller emits three passes over the tiles, as boxMuller does and for the
// same reasons.
func neonBoxMuller(a neon, c coefficients) {
	dst, tiles := a.Argument("dst"), a.Argument("tiles")

	smallest := a.BroadcastFloat64(0x1p-54)
	a.eachTile("radiusUniform", dst, tiles, func(tile arm64.Memory) {
		words := a.loadVectors(tile, halfTile/neonBytes)
		for _, word := range words {
			a.uniform(smallest, word)
		}
		a.storeVectors(words, tile)
	})

	table, belowTable := a.General(), a.General()
	a.Address("logTable", table)
	// A uniform's exponent is biased and its table begins at the smallest one.
	a.Immediate((exponentBias+smallestExponent)*logCells*tableRowBytes, belowTable)
	a.SUB(belowTable, table, table)
	a.eachTile("squaredRadius", dst, tiles, func(tile arm64.Memory) {
		a.squaredRadius(c, table, tile, halfTile/neonBytes)
	})

	a.Address("turnTable", table)
	turn := neonRotation{
		coefficients: c,
		fraction:     a.BroadcastBits64(turnFraction >> residualShift),
		one:          a.BroadcastFloat64(1),
		threeHalves:  a.BroadcastFloat64(1.5),
	}
	a.eachTile("rotation", dst, tiles, func(tile arm64.Memory) {
		// Registers suffice for two vectors side by side.
		const group = 2
		for offset := 0; offset < halfTile; offset += group * neonBytes {
			turn.rotate(a, table, tile.Plus(offset), tile.Plus(halfTile+offset), group)
		}
	})
	a.RET()
}

// uniform turns words into uniforms, in place: the upper 53 bits convert exactly.
func (a neon) uniform(smallest, word arm64.Vector) {
	const kept = 53
	a.VUSHR(arm64.D2, bitsPerWord-kept, word, word)
	a.UCVTFFixed(arm64.D2, kept, word, word)
	a.FMAX(arm64.D2, smallest, word, word)
}

// rows loads a table row of two numbers for each of count·2 words and returns the
// first and the second numbers. The row's index is word >> shift.
func (a neon) rows(table arm64.General, words arm64.Memory, shift, count int) (first, second []arm64.Vector) {
	for i := range count {
		even, odd := a.General(), a.General()
		a.LDP(words.Plus(i*neonBytes), even, odd)
		a.LSR(shift, even, even)
		a.LSR(shift, odd, odd)
		evenRow, oddRow := a.Vector(), a.Vector()
		a.LoadRow(table, even, evenRow)
		a.LoadRow(table, odd, oddRow)
		x, y := a.Vector(), a.Vector()
		a.VZIP1(arm64.D2, oddRow, evenRow, x)
		a.VZIP2(arm64.D2, oddRow, evenRow, y)
		first, second = append(first, x), append(second, y)
	}
	return first, second
}

// squaredRadius replaces count vectors of uniforms u by -2 ln u.
func (a neon) squaredRadius(c coefficients, table arm64.General, uniforms arm64.Memory, count int) {
	reciprocal, squared := a.rows(table, uniforms, fractionBits-logIndexBits, count)
	u := a.loadVectors(uniforms, count)
	f := make([]arm64.Vector, count)
	for i := range f {
		f[i] = a.BroadcastFloat64(-1)
		a.VFMLA(arm64.D2, reciprocal[i], u[i], f[i])
	}
	h := horner(a, arm64.D2, c.log, f)
	for i := range f {
		a.VFMLA(arm64.D2, h[i], f[i], squared[i])
	}
	a.storeVectors(squared, uniforms)
}

// neonRotation is what rotate keeps in registers.
type neonRotation struct {
	coefficients
	fraction, one, threeHalves arm64.Vector
}

// rotate replaces count vectors of squared radii, and of words, by the cosine and
// the sine normals.
func (k neonRotation) rotate(a neon, table arm64.General, squares, words arm64.Memory, count int) {
	cosine, sine := a.rows(table, words, bitsPerWord-turnIndexBits, count)
	residual, square := a.loadVectors(words, count), a.Vectors(count)
	for i, r := range residual {
		a.VUSHR(arm64.D2, residualShift, r, r)
		a.VBIF(k.fraction, k.one, r)
		a.FSUB(arm64.D2, k.threeHalves, r, r)
		a.FMUL(arm64.D2, r, r, square[i])
	}
	t := horner(a, arm64.D2, k.tangent, square)
	for i := range t {
		a.FMUL(arm64.D2, residual[i], t[i], t[i])
	}
	// With s the squared radius and cos² δ = 1 + r² Q(r²): √(s + s r² Q).
	q := horner(a, arm64.D2, k.cosineSquare, square)
	radius := a.loadVectors(squares, count)
	for i, s := range radius {
		a.FMUL(arm64.D2, s, square[i], square[i])
		a.VFMLA(arm64.D2, q[i], square[i], s)
		a.FSQRT(arm64.D2, s, s)
	}
	first := a.Vectors(count)
	for i := range first {
		a.Move(cosine[i], first[i])
		a.VFMLS(arm64.D2, t[i], sine[i], first[i])
		a.FMUL(arm64.D2, radius[i], first[i], first[i])
		a.VFMLA(arm64.D2, t[i], cosine[i], sine[i])
		a.FMUL(arm64.D2, radius[i], sine[i], sine[i])
	}
	a.storeVectors(first, squares)
	a.storeVectors(sine, words)
}
