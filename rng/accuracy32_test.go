package rng

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// maximumError32 is the bound the documentation of Normals32 states.
const maximumError32 = 1e-6

// exactPair32 is the map Normals32 documents, in float64: its error, some 1e-15, does
// not matter here. The quadrants are written as documented, not as computed.
func exactPair32(radiusWord, angleWord uint32) (first, second float64) {
	u := float64(float32(float64(float32(radiusWord>>1))+0.5)) * 0x1p-31
	b := angleWord & (1<<30 - 1)
	offset := float64(float32(b))
	if b >= 1<<29 {
		offset = -float64(float32(1<<30 - b))
	}
	a := math.Pi * offset * 0x1p-31
	switch angleWord >> 30 {
	case 1:
		a = math.Pi/2 - a
	case 2:
		a = math.Pi - a
	case 3:
		a -= math.Pi / 2
	}
	sine, cosine := math.Sincos(a)
	radius := math.Sqrt(-2 * math.Log(u))
	return radius * cosine, radius * sine
}

// TestNormals32AgainstFloat64 takes every edge of the map against each other, and
// words at random.
func TestNormals32AgainstFloat64(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	radii, angles := edgeRadiusWords32(), edgeAngleWords32()
	for range 300 {
		radii = append(radii, random.Uint32(), random.Uint32()>>random.Uint32N(32), random.Uint32N(1<<12))
		angles = append(angles, random.Uint32())
	}
	var worst float64
	for _, r := range radii {
		for _, a := range angles {
			x, y := normalPair32(r, a)
			wantX, wantY := exactPair32(r, a)
			err := max(math.Abs(float64(x)-wantX), math.Abs(float64(y)-wantY))
			if !(err <= maximumError32) {
				t.Fatalf("words %08x %08x: %v %v, want %v %v", r, a, x, y, wantX, wantY)
			}
			worst = max(worst, err)
		}
	}
	t.Logf("largest error %.3g over %d pairs", worst, len(radii)*len(angles))
}

// TestExactPair32AgainstBigFloat checks the reference of the test above.
func TestExactPair32AgainstBigFloat(t *testing.T) {
	turn := referencePi()
	turn.Mul(turn, reference(2))
	for _, r := range []uint32{0, 1, 5, 1 << 20, 1 << 31, 3 << 30, 0xfff00000, math.MaxUint32 - 1<<9} {
		logarithm := referenceLog(reference(float64(uniform32(r))))
		radius := reference(0).Sqrt(logarithm.Mul(logarithm, reference(-2)))
		for _, a := range []uint32{0, 1, 1<<29 - 1, 1 << 29, 1<<30 - 1, 1 << 30, 3 << 29, 1 << 31, 5 << 29, 3 << 30, 7 << 29, math.MaxUint32, 0x12345678} {
			x, y := exactPair32(r, a)
			// The same point, its direction as a part of the full turn.
			b := float64(float32(int32(a<<2))) * 0x1p-34
			part := [4]float64{b, 0.25 - b, 0.5 - b, b - 0.25}[a>>30]
			cosine, sine := referenceCosineSine(reference(0).Mul(turn, reference(part)))
			for _, c := range []struct {
				got  float64
				want *big.Float
			}{{x, cosine}, {y, sine}} {
				difference := reference(0).Mul(radius, c.want)
				difference.Sub(difference, reference(c.got))
				if err, _ := difference.Float64(); math.Abs(err) > 1e-14 {
					t.Errorf("words %08x %08x: %v is off by %g", r, a, c.got, err)
				}
			}
		}
	}
}

// edgeRadiusWords32 are words whose uniforms lie next to 0, to 1, to powers of two
// and to edges of the logarithm's cells.
func edgeRadiusWords32() []uint32 {
	var words []uint32
	around := func(k uint64) {
		for _, near := range []uint64{k - 1, k, k + 1} {
			if near < 1<<31 {
				words = append(words, uint32(near)<<1)
			}
		}
	}
	for k := range uint32(64) {
		words = append(words, k, math.MaxUint32-k, math.MaxUint32-k<<6)
	}
	for exponent := range 32 {
		around(1 << exponent)
		for cell := range uint64(2 * logCells32) {
			around((2*logCells32 + cell) << exponent / (2 * logCells32))
		}
	}
	return words
}

// edgeAngleWords32 are words whose angles lie next to multiples of a sixteenth turn.
func edgeAngleWords32() []uint32 {
	var words []uint32
	for sixteenth := range uint32(16) {
		for _, k := range []uint32{0, 1, 2, 3, 1 << 5, 1 << 6, 1 << 20} {
			words = append(words, sixteenth<<28+k, sixteenth<<28-k)
		}
	}
	return words
}

func TestUniform32Edges(t *testing.T) {
	for _, c := range []struct {
		word uint32
		want float32
	}{
		{0, 0x1p-32}, {1, 0x1p-32}, {2, 3 * 0x1p-32}, {1 << 31, 0.5}, {1<<31 - 1, 0.5}, {math.MaxUint32, 1}, {math.MaxUint32 - 1<<9, 1 - 0x1p-23},
	} {
		if got := uniform32(c.word); got != c.want {
			t.Errorf("uniform32(%#x) = %v, want %v", c.word, got, c.want)
		}
	}
}

// TestRadius32IsNeverNegative tries every uniform near 1, where the logarithm changes
// sign: √ would give NaN.
func TestRadius32IsNeverNegative(t *testing.T) {
	for word := uint32(math.MaxUint32); word > math.MaxUint32-1<<20; word -= 16 {
		if x, y := normalPair32(word, 0); !(x >= 0) || y != 0 {
			t.Fatalf("word %08x: %v %v", word, x, y)
		}
	}
	if x, y := normalPair32(math.MaxUint32, 12345); x != 0 || y != 0 {
		t.Errorf("u = 1 gives %v %v, want 0 0", x, y)
	}
	const largest = 6.6604
	if x, _ := normalPair32(0, 0); !(math.Abs(float64(x)-largest) < 1e-4) {
		t.Errorf("the largest normal is %v, want %v", x, largest)
	}
}
