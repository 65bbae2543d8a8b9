package elementary

import "math"

// FusedMultiplyAdd32 is xy + z rounded once, to nearest float32, as IEEE 754 has it.
// The product is exact in float64. The sum there is rounded to odd instead of to
// nearest: where it is inexact, its last bit is set. With 53 bits against 24 the
// second rounding then sees on which side of a tie the exact sum lies (S. Boldo and
// G. Melquiond, "Emulation of a FMA and correctly rounded sums", IEEE Trans. Comput.
// 57, 2008).
func FusedMultiplyAdd32(x, y, z float32) float32 {
	product, addend := float64(float64(x)*float64(y)), float64(z)
	sum := float64(product + addend)
	// Knuth's exact error of the sum; NaN beside an infinite one.
	virtual := float64(sum - product)
	rest := float64(float64(product-float64(sum-virtual)) + float64(addend-virtual))
	if bits := math.Float64bits(sum); (rest > 0 || rest < 0) && bits&1 == 0 {
		// Towards the rest: away from zero if it has the sum's sign.
		if (rest > 0) == (sum > 0) {
			bits++
		} else {
			bits--
		}
		sum = math.Float64frombits(bits)
	}
	return float32(sum)
}
