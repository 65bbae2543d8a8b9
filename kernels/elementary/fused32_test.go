package elementary

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// TestFusedMultiplyAdd32 compares with exact arithmetic, above all where rounding
// twice would go wrong: sums just beside the middle of two float32.
func TestFusedMultiplyAdd32(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	value := func() float32 {
		x := float32(random.Uint32()>>random.Uint32N(24)) * float32(math.Ldexp(1, -int(random.Uint32N(64))))
		if random.Uint32()&1 == 1 {
			return -x
		}
		return x
	}
	check := func(x, y, z float32) {
		t.Helper()
		exact := new(big.Float).SetPrec(400).SetFloat64(float64(x))
		exact.Mul(exact, new(big.Float).SetFloat64(float64(y)))
		exact.Add(exact, new(big.Float).SetFloat64(float64(z)))
		if want, _ := exact.Float32(); FusedMultiplyAdd32(x, y, z) != want {
			t.Errorf("%x %x + %x = %x, want %x", x, y, z, FusedMultiplyAdd32(x, y, z), want)
		}
	}
	twice := 0
	for range 50000 {
		check(value(), value(), value())
		// A product of 2^-24 (1 + tiny) beside a float32 in [1, 2).
		x := 0x1p-12 * (1 + float32(random.Uint32N(3))*0x1p-23)
		y := 0x1p-12 * (1 - float32(random.Uint32N(3))*0x1p-24)
		z := math.Float32frombits(0x3f800000 + random.Uint32N(1<<23))
		for _, sign := range []float32{1, -1} {
			check(sign*x, y, z)
			check(sign*x, y, -z)
			if FusedMultiplyAdd32(sign*x, y, z) != float32(math.FMA(float64(sign*x), float64(y), float64(z))) {
				twice++
			}
		}
	}
	if twice == 0 {
		t.Error("no case in which rounding twice is wrong")
	}
	check(0, 5, 0)
	check(1, 1, -1)
	infinity, nan := float32(math.Inf(1)), float32(math.NaN())
	for _, c := range [][4]float32{
		{infinity, 1, 1, infinity}, {infinity, -1, 1, -infinity}, {1, 1, -infinity, -infinity},
		{infinity, 1, -infinity, nan}, {infinity, 0, 1, nan}, {0x1p127, 2, 0, infinity}, {0x1p127, -2, 0, -infinity},
	} {
		got, want := FusedMultiplyAdd32(c[0], c[1], c[2]), c[3]
		if got != want && (got == got || want == want) {
			t.Errorf("%v·%v + %v = %v, want %v", c[0], c[1], c[2], got, want)
		}
	}
}
