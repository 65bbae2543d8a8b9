package elementary

import (
	"flag"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

var points = flag.Int("points", 800, "random arguments in each regime of the accuracy tests")

// A regime draws arguments of one kind.
type regime struct {
	name string
	draw func(random *rand.Rand) float64
}

// between draws uniformly.
func between(low, high float64) func(*rand.Rand) float64 {
	return func(random *rand.Rand) float64 { return low + (high-low)*random.Float64() }
}

// magnitudes draws 2ᵉ with e uniform, of the given sign.
func magnitudes(low, high, sign float64) func(*rand.Rand) float64 {
	return func(random *rand.Rand) float64 {
		exponent := low + (high-low)*random.Float64()
		whole := math.Floor(exponent)
		return sign * math.Ldexp(1+random.Float64(), int(whole))
	}
}

// near draws numbers a few thousand units in the last place around a centre.
func near(centres ...float64) func(*rand.Rand) float64 {
	return func(random *rand.Rand) float64 {
		centre := centres[random.IntN(len(centres))]
		return math.Float64frombits(math.Float64bits(centre) + uint64(random.IntN(4096)) - 2048)
	}
}

// nearMultiples draws the float64 nearest to random multiples of step, and its
// neighbours.
func nearMultiples(step float64, largest int64) func(*rand.Rand) float64 {
	return func(random *rand.Rand) float64 {
		multiple := float64(random.Int64N(2*largest+1) - largest)
		return multiple * step * (1 + float64(random.IntN(5)-2)*0x1p-52)
	}
}

// nearOne draws 1 ± 2⁻ᵉ(1+u), dense near one on both sides.
func nearOne(random *rand.Rand) float64 {
	distance := math.Ldexp(1+random.Float64(), -1-random.IntN(52))
	if random.IntN(2) == 0 {
		distance = -distance
	}
	return 1 + distance
}

// checkAccuracy measures the largest error in each regime and holds it to bound.
func checkAccuracy(t *testing.T, f func(float64) float64, reference func(float64) *big.Float, bound float64, regimes []regime) {
	t.Helper()
	random := rand.New(rand.NewPCG(20, 26))
	for _, r := range regimes {
		worst, worstAt := 0.0, math.NaN()
		for range *points {
			x := r.draw(random)
			if e := ulpError(f(x), reference(x)); e > worst {
				worst, worstAt = e, x
			}
		}
		t.Logf("%-28s %.4f ulp at %v", r.name, worst, worstAt)
		if worst > bound {
			t.Errorf("%s: error %.4f ulp at %v (%x), bound %v", r.name, worst, worstAt, worstAt, bound)
		}
	}
}

func TestExpAccuracy(t *testing.T) {
	checkAccuracy(t, Exp, func(x float64) *big.Float { return expReference(exactly(x)) }, 0.51, []regime{
		{"all", between(-745.2, 709.8)},
		{"moderate", between(-40, 40)},
		{"around zero", between(-0.01, 0.01)},
		{"tiny", magnitudes(-1074, -8, -1)},
		{"overflow", between(709.7, 709.79)},
		{"at overflow", near(709.782712893384)},
		{"subnormal", between(-745.14, -708.3)},
		{"least normal", near(-708.3964185322641)},
		{"at underflow", near(-745.1332191019411)},
		{"multiples of log(2)/128", nearMultiples(math.Ln2/128, 100000)},
		{"between table steps", nearMultiples(math.Ln2/256, 100000)},
	})
}

func TestExpm1Accuracy(t *testing.T) {
	checkAccuracy(t, Expm1, expm1Reference, 0.53, []regime{
		{"all", between(-60, 709.7)},
		{"moderate", between(-3, 3)},
		{"around zero", between(-0.02, 0.02)},
		{"small positive", magnitudes(-60, 0, 1)},
		{"small negative", magnitudes(-60, 0, -1)},
		{"tiny", magnitudes(-1074, -50, 1)},
		{"towards -1", between(-45, -20)},
		{"switch to Exp", between(35, 55)},
		{"multiples of log(2)/128", nearMultiples(math.Ln2/128, 1000)},
		{"between table steps", nearMultiples(math.Ln2/256, 1000)},
	})
}

func TestLogAccuracy(t *testing.T) {
	checkAccuracy(t, Log, func(x float64) *big.Float { return logReference(exactly(x)) }, 0.51, []regime{
		{"all", magnitudes(-1022, 1024, 1)},
		{"subnormal", magnitudes(-1074, -1022, 1)},
		{"0.5 to 2", between(0.5, 2)},
		{"near one", nearOne},
		{"rows beside one", between(0.98, 1.02)},
		{"least normal", near(0x1p-1022)},
		{"largest", near(0x1.fffffffffp1023)},
	})
}

func TestLog1pAccuracy(t *testing.T) {
	checkAccuracy(t, Log1p, log1pReference, 0.51, []regime{
		{"all positive", magnitudes(-60, 1024, 1)},
		{"small negative", magnitudes(-60, -1, -1)},
		{"tiny", magnitudes(-1074, -50, -1)},
		{"moderate", between(-0.9, 3)},
		{"switch of methods", between(-0x1p-8, 0x1p-7)},
		{"at the upper switch", near(0x1p-8)},
		{"at the lower switch", near(-0x1p-9)},
		{"towards -1", func(random *rand.Rand) float64 { return -1 + math.Ldexp(1+random.Float64(), -1-random.IntN(52)) }},
		{"2^50 to 2^56", magnitudes(50, 56, 1)},
	})
}

func TestErfcAccuracy(t *testing.T) {
	checkAccuracy(t, Erfc, erfcReference, 0.6, []regime{
		{"centre", between(-0.25, 0.25)},
		{"tiny", magnitudes(-1074, -20, 1)},
		{"negative", between(-6.1, -0.25)},
		{"positive", between(0.25, 6)},
		{"tail", between(6, 26.5)},
		{"subnormal and scaled", between(25.9, 27.23)},
		{"least normal", near(26.543258454250985)},
		{"at underflow", near(27.226017111108366)},
		{"ends of rows", nearMultiples(0x1p-5, 800)},
		{"at the switch", near(0.25, -0.25)},
	})
}

// trigonometricRegimes holds the float64 that is nearest of all to a multiple of
// π/2 as well (Kahan's 6381956970095103·2⁷⁹⁷).
var trigonometricRegimes = []regime{
	{"first quadrant", between(0, 1.6)},
	{"moderate", between(-100, 100)},
	{"small", magnitudes(-40, 0, -1)},
	{"tiny", magnitudes(-1074, -20, 1)},
	{"to 2^20", between(-0x1p20, 0x1p20)},
	{"beyond 2^20", magnitudes(20, 64, 1)},
	{"at the switch", near(0x1p20, -0x1p20)},
	{"huge", magnitudes(64, 1024, -1)},
	{"largest", near(0x1.fffffffffp1023)},
	{"multiples of pi/2", nearMultiples(math.Pi/2, 1000)},
	{"multiples of pi/2 to 2^20", nearMultiples(math.Pi/2, 600000)},
	{"multiples of pi/2 beyond", nearMultiples(math.Pi/2, 1<<50)},
	{"odd multiples of pi/4", nearMultiples(math.Pi/4, 600000)},
	{"the hardest", near(math.Ldexp(6381956970095103, 797))},
}

func TestSinAccuracy(t *testing.T) {
	checkAccuracy(t, Sin, sinReference, 0.85, trigonometricRegimes)
}

func TestCosAccuracy(t *testing.T) {
	checkAccuracy(t, Cos, cosReference, 0.85, trigonometricRegimes)
}

func TestPowAccuracy(t *testing.T) {
	const bound = 0.53
	anyBase := magnitudes(-1074, 1024, 1)
	constant := func(y float64) func(*rand.Rand) float64 { return func(*rand.Rand) float64 { return y } }
	type pair struct {
		name string
		x, y func(*rand.Rand) float64
	}
	regimes := []pair{
		{"unit interval, to 8", between(0, 1), between(-8, 8)},
		{"moderate", between(0, 50), between(-20, 20)},
		{"near one, huge powers", nearOne, magnitudes(0, 52, 1)},
		{"near one, negative powers", nearOne, magnitudes(0, 40, -1)},
		{"any base, small powers", anyBase, between(-1, 1)},
		{"any base, tiny powers", anyBase, magnitudes(-80, -5, 1)},
		{"integer bases and powers", func(r *rand.Rand) float64 { return float64(1 + r.IntN(40)) },
			func(r *rand.Rand) float64 { return float64(r.IntN(60) - 30) }},
	}
	for _, y := range []float64{0.5, -0.5, 1.1, 1.5, 0.2, -1, 2, 3, 1.0 / 3} {
		regimes = append(regimes, pair{"any base", anyBase, constant(y)}, pair{"unit interval", between(0, 1), constant(y)})
	}
	random := rand.New(rand.NewPCG(20, 26))
	// Results over the whole range of exponents, both ends and their surroundings.
	for _, ends := range [][2]float64{{-1080, 1030}, {1020, 1024.5}, {-1076, -1020}} {
		low, high := ends[0], ends[1]
		var x float64
		regimes = append(regimes, pair{"result over a range of exponents",
			func(r *rand.Rand) float64 { x = anyBase(r); return x },
			func(r *rand.Rand) float64 { return (low + (high-low)*r.Float64()) / math.Log2(x) }})
	}
	// Near one, the logarithm's relative error is largest, and is multiplied most
	// towards both ends of the range.
	var x float64
	regimes = append(regimes, pair{"near one, extreme results",
		func(r *rand.Rand) float64 { x = 0.98 + 0.04*r.Float64(); return x },
		func(r *rand.Rand) float64 {
			return math.Copysign(600+109*r.Float64(), r.Float64()-0.5) / math.Log(x)
		}})
	for _, r := range regimes {
		worst, worstX, worstY := 0.0, 0.0, 0.0
		for range *points {
			x := r.x(random)
			y := r.y(random)
			if e := ulpError(Pow(x, y), powReference(x, y)); e > worst {
				worst, worstX, worstY = e, x, y
			}
		}
		t.Logf("%-32s %.4f ulp at %v, %v", r.name, worst, worstX, worstY)
		if worst > bound {
			t.Errorf("%s: error %.4f ulp at %v, %v, bound %v", r.name, worst, worstX, worstY, bound)
		}
	}
}

// TestLogPairAccuracy holds the logarithm inside Pow to the relative error that
// is stated there: multiplied by up to 745, it decides Pow's own.
func TestLogPairAccuracy(t *testing.T) {
	random := rand.New(rand.NewPCG(20, 26))
	for _, r := range []regime{
		{"all", magnitudes(-1022, 1024, 1)},
		{"0.5 to 2", between(0.5, 2)},
		{"near one", nearOne},
		{"rows beside one", between(0.98, 1.02)},
	} {
		worst, worstAt := 0.0, math.NaN()
		for range *points {
			x := r.draw(random)
			high, low := logPair(math.Float64bits(x))
			exact := logReference(exactly(x))
			failure := withPrecision(referenceBits).Sub(exactly(high), exact)
			failure.Add(failure, exactly(low))
			if e, _ := failure.Quo(failure, exact).Float64(); math.Abs(e) > worst {
				worst, worstAt = math.Abs(e), x
			}
		}
		t.Logf("%-20s 2^%.1f at %v", r.name, math.Log2(worst), worstAt)
		if worst > 0x1p-67 {
			t.Errorf("%s: relative error %g at %v", r.name, worst, worstAt)
		}
	}
}
