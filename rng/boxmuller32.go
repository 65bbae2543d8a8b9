package rng

import (
	"math"

	"anisgd/kernels/elementary"
)

// logCell32 is a row of logTable32.
type logCell32 struct{ reciprocal, twiceLog float32 }

const (
	fractionBits32 = 23
	// exponentStep32 is what one more power of two adds to the bits of a float32.
	exponentStep32 = 1 << fractionBits32
	signBit32      = 1 << 31
	swapBit32      = 1 << 30
)

// uniform32 maps 32 bits to (0, 1], in float32: (k+½) 2^-31 with k the upper 31
// bits, rounded twice, as k and as the sum.
func uniform32(word uint32) float32 {
	return (float32(int32(word>>1)) + 0.5) * 0x1p-31
}

// normalPair32 maps 32 bits for the radius and 32 for the angle to two independent
// normals, in float32.
//
// Logarithm: u = 2^e m with m from logStart32 on; the leading bits of m choose c ≈
// 1/m, and -2 ln u = -2e ln 2 + 2 ln c - 2 ln(1+f) with f = mc - 1, |f| ≤ 1/16.
// Around m = 1, c = 1, so nothing cancels near u = 1.
//
// Rotation: the 30 low bits, signed, are an angle a = πx/4, |x| ≤ 1, to within an
// eighth of a turn of an axis; the two high bits choose the axis by exchanging
// cosine and sine and by the cosine's sign.
//
// Every operation rounds to float32, so that eight or sixteen at once give the
// same bits.
func normalPair32(radiusWord, angleWord uint32) (first, second float32) {
	bits := math.Float32bits(uniform32(radiusWord))
	beyond := bits - math.Float32bits(logStart32)
	exponent := int32(beyond) >> fractionBits32
	cell := &logTable32[beyond>>logIndexShift32%logCells32]
	m := math.Float32frombits(bits - uint32(exponent)*exponentStep32)
	f := elementary.FusedMultiplyAdd32(m, cell.reciprocal, -1)
	h := elementary.FusedMultiplyAdd32(f, log32Coefficient3, log32Coefficient2)
	h = elementary.FusedMultiplyAdd32(f, h, log32Coefficient1)
	h = elementary.FusedMultiplyAdd32(f, h, log32Coefficient0)
	s := elementary.FusedMultiplyAdd32(float32(exponent), minusTwiceLn2, cell.twiceLog)
	radius := float32(math.Sqrt(float64(elementary.FusedMultiplyAdd32(f, h, s))))

	x := float32(int32(angleWord<<2)) * 0x1p-31
	square := float32(x * x)
	sine := elementary.FusedMultiplyAdd32(square, sine32Coefficient3, sine32Coefficient2)
	sine = elementary.FusedMultiplyAdd32(square, sine, sine32Coefficient1)
	sine = elementary.FusedMultiplyAdd32(square, sine, sine32Coefficient0)
	sine = float32(x * sine)
	cosine := elementary.FusedMultiplyAdd32(square, cosine32Coefficient3, cosine32Coefficient2)
	cosine = elementary.FusedMultiplyAdd32(square, cosine, cosine32Coefficient1)
	cosine = elementary.FusedMultiplyAdd32(square, cosine, cosine32Coefficient0)
	cosine = elementary.FusedMultiplyAdd32(square, cosine, 1)
	cosine = math.Float32frombits(math.Float32bits(cosine) ^ angleWord&signBit32)
	first, second = float32(radius*cosine), float32(radius*sine)
	if angleWord&swapBit32 != 0 {
		first, second = second, first
	}
	return first, second
}
