package rng

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// maximumError is the bound the documentation of Normals states.
const maximumError = 4e-15

// TestNormalsAgainstBigFloat compares normals with the exact map of Box and Muller
// on every pair of the chosen radius and angle words. The reference shares
// nothing with the generator of the tables: logarithms by Newton's method on the
// exponential, π by the arithmetic-geometric mean, sines by halving.
func TestNormalsAgainstBigFloat(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	lows, highs := edgeRadiusWords(), edgeAngleWords()
	for range 200 {
		lows = append(lows, random.Uint64())
		// Small uniforms give large radii and so the largest errors.
		lows = append(lows, random.Uint64()>>random.Uint32N(53), random.Uint64N(1<<24))
		highs = append(highs, random.Uint64())
	}
	type circlePoint struct{ cosine, sine *big.Float }
	radii, angles := make([]*big.Float, len(lows)), make([]circlePoint, len(highs))
	for i, low := range lows {
		minusTwo := reference(-2)
		radii[i] = reference(0).Sqrt(minusTwo.Mul(minusTwo, referenceLog(reference(uniform(low)))))
	}
	turn := referencePi()
	turn.Mul(turn, reference(2))
	for i, high := range highs {
		angle := reference(math.Ldexp(float64(high>>11), -53))
		angles[i].cosine, angles[i].sine = referenceCosineSine(angle.Mul(angle, turn))
	}

	var worst float64
	difference := reference(0)
	check := func(low, high uint64, got float64, radius, coordinate *big.Float) {
		difference.Mul(radius, coordinate)
		difference.Sub(difference, reference(got))
		err, _ := difference.Float64()
		if err = math.Abs(err); err > maximumError {
			t.Fatalf("words %016x %016x: %v is off by %.3g", low, high, got, err)
		}
		worst = max(worst, err)
	}
	for i, low := range lows {
		for k, high := range highs {
			cosine, sine := normalPair(low, high)
			check(low, high, cosine, radii[i], angles[k].cosine)
			check(low, high, sine, radii[i], angles[k].sine)
		}
	}
	t.Logf("largest error %.3g over %d pairs", worst, len(lows)*len(highs))
}

// edgeRadiusWords are words whose uniforms lie next to 0, to 1, to powers of two
// and to edges of the logarithm's cells.
func edgeRadiusWords() []uint64 {
	var words []uint64
	around := func(k uint64) {
		for _, near := range []uint64{k - 1, k, k + 1} {
			if near < 1<<53 {
				words = append(words, near<<unusedBits)
			}
		}
	}
	for k := range uint64(64) {
		words = append(words, k<<unusedBits, (1<<53-1-k)<<unusedBits)
	}
	for exponent := range 53 {
		around(1 << exponent)
	}
	for _, exponent := range []int{8, 30, 50, 51, 52} {
		for cell := range uint64(1 << logIndexBits) {
			around((1<<logIndexBits + cell) << exponent >> logIndexBits)
		}
	}
	return words
}

// edgeAngleWords are words whose angles lie next to multiples of a quarter turn, of
// an eighth, to edges and centres of the turn's cells.
func edgeAngleWords() []uint64 {
	var words []uint64
	for eighth := range uint64(8) {
		for _, k := range []uint64{0, 1, 2, 3, 1 << 10, 1 << 40} {
			words = append(words, eighth<<61+k<<unusedBits, eighth<<61-k<<unusedBits)
		}
	}
	for cell := uint64(0); cell < 1<<turnIndexBits; cell += 7 {
		edge := cell << (64 - turnIndexBits)
		centre := edge + 1<<(63-turnIndexBits)
		words = append(words, edge, edge-1<<unusedBits, centre, centre-1<<unusedBits)
	}
	return words
}

const referencePrecision = 160

func reference(x float64) *big.Float {
	return new(big.Float).SetPrec(referencePrecision).SetFloat64(x)
}

// referencePi by the iteration of Gauss, Brent and Salamin.
func referencePi() *big.Float {
	a, b := reference(1), reference(0).Sqrt(reference(0.5))
	t, p := reference(0.25), reference(1)
	for range 8 {
		mean := reference(0).Add(a, b)
		mean.Mul(mean, reference(0.5))
		b.Sqrt(reference(0).Mul(a, b))
		distance := reference(0).Sub(a, mean)
		distance.Mul(distance, distance)
		t.Sub(t, distance.Mul(distance, p))
		p.Mul(p, reference(2))
		a = mean
	}
	a.Mul(a, a)
	return a.Quo(a, t)
}

// referenceExp by 2^-halvings scaling, Taylor's series and squaring.
func referenceExp(x *big.Float) *big.Float {
	const halvings = 16
	y := reference(0).SetMantExp(x, -halvings)
	sum, term := reference(1), reference(1)
	for k := 1; k < 14; k++ {
		term.Mul(term, y)
		term.Quo(term, reference(float64(k)))
		sum.Add(sum, term)
	}
	for range halvings {
		sum.Mul(sum, sum)
	}
	return sum
}

// referenceLog by Halley's iteration y += 2 (x - e^y)/(x + e^y), which triples the
// digits of its start.
func referenceLog(x *big.Float) *big.Float {
	approximate, _ := x.Float64()
	y := reference(math.Log(approximate))
	for range 2 {
		e := referenceExp(y)
		step := reference(0).Sub(x, e)
		step.Quo(step, e.Add(x, e))
		y.Add(y, step.Mul(step, reference(2)))
	}
	return y
}

// referenceCosineSine by Taylor's series for the sine of a small part s of the
// angle and the doubling of (1 - cos, sin).
func referenceCosineSine(angle *big.Float) (cosine, sine *big.Float) {
	const halvings = 12
	s := reference(0).SetMantExp(angle, -halvings)
	square := reference(0).Mul(s, s)
	// versed is 1 - cos = s²/2 - s⁴/24 + …
	versed, sine := reference(0), reference(0)
	odd, even := reference(0).Set(s), reference(0).Mul(square, reference(0.5))
	for k := 1; k < 12; k++ {
		sine.Add(sine, odd)
		versed.Add(versed, even)
		odd.Mul(odd, square)
		odd.Quo(odd, reference(-float64(2*k*(2*k+1))))
		even.Mul(even, square)
		even.Quo(even, reference(-float64((2*k+1)*(2*k+2))))
	}
	one, two := reference(1), reference(2)
	for range halvings {
		// sin 2a = 2 sin a cos a, 1 - cos 2a = 2 sin² a.
		cosine := reference(0).Sub(one, versed)
		versed.Mul(sine, sine)
		versed.Mul(versed, two)
		sine.Mul(sine, cosine)
		sine.Mul(sine, two)
	}
	return reference(0).Sub(one, versed), sine
}
