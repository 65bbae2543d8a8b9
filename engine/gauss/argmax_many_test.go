package gauss

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/integrate/quad"
)

// differences returns means and covariance of the differences to the class.
func (l softmaxLaw) differences() (mean []float64, covariance func(a, b int) float64) {
	for a := range l.outputs() - 1 {
		mean = append(mean, l.mean[other(a, l.class)]-l.mean[l.class])
	}
	K, c := l.outputs(), l.covariance
	return mean, func(a, b int) float64 {
		j, k, i := other(a, l.class), other(b, l.class), l.class
		return c[j*K+k] - c[j*K+i] - c[k*K+i] + c[i*K+i]
	}
}

// TestArgmaxOfFourAtOrigin compares with the closed form for means zero,
//
//	P(t_1 < 0, t_2 < 0, t_3 < 0) = 1/8 + (arcsin ρ_12 + arcsin ρ_13 + arcsin ρ_23)/(4π),
//
// for nearly dependent differences too.
func TestArgmaxOfFourAtOrigin(t *testing.T) {
	source := rand.New(rand.NewPCG(7, 1))
	worst := 0.0
	for i := range 300 {
		l := randomLaw(source, 4, 4, 1, 0)
		switch i % 3 {
		case 1:
			l = randomLaw(source, 4, 1+source.IntN(2), 1, 0).addNoise(math.Exp(-12 * source.Float64()))
		case 2:
			l = independentLaw(4, 0, func(int) float64 { return math.Exp(12*source.Float64() - 6) })
		}
		_, covariance := l.differences()
		below := 0.125
		for a := range 3 {
			for b := range a {
				below += math.Asin(covariance(a, b)/math.Sqrt(covariance(a, a)*covariance(b, b))) / (4 * math.Pi)
			}
		}
		got, estimate := argmaxError(l, 0)
		worst = math.Max(worst, math.Abs(got/(1-below)-1))
		if !near(got, 1-below, 2e-10) || estimate > 1e-10 {
			t.Errorf("%+v: %v, want %v, estimate %.1e", l, got, 1-below, estimate)
		}
	}
	t.Logf("largest relative error %.1e", worst)
}

// TestArgmaxOfFour compares with quadrature over two differences by their Cholesky factor.
func TestArgmaxOfFour(t *testing.T) {
	source := rand.New(rand.NewPCG(7, 2))
	upper := func(h float64) float64 { return 0.5 * math.Erfc(h/math.Sqrt2) }
	density := func(z float64) float64 { return math.Exp(-z*z/2) / math.Sqrt(2*math.Pi) }
	integrate := func(from, to float64, f func(float64) float64) float64 {
		sum := 0.0
		for low := from; low < to; low += 0.5 {
			sum += quad.Fixed(func(z float64) float64 { return density(z) * f(z) }, low, math.Min(low+0.5, to), 8, quad.Legendre{}, 0)
		}
		return sum
	}
	for range 12 {
		l := randomLaw(source, 4, 4, 1, 1).addNoise(0.5)
		l.mean[l.class] += 7 * source.Float64()
		mean, covariance := l.differences()
		factor := make([]float64, 9)
		for a := range 3 {
			for b := range 3 {
				factor[a*3+b] = covariance(a, b)
			}
		}
		factorize(3, factor)
		bound := func(a int, z ...float64) float64 {
			x := -mean[a]
			for b := range a {
				x -= factor[a*3+b] * z[b]
			}
			return x / factor[a*3+a]
		}
		// P(t_1 > 0) + P(t_1 < 0, t_2 > 0) + P(t_1 < 0, t_2 < 0, t_3 > 0)
		end := math.Min(bound(0), 10)
		want := upper(bound(0)) + integrate(-10, end, func(z float64) float64 {
			return upper(bound(1, z)) + integrate(-10, math.Min(bound(1, z), 10), func(y float64) float64 {
				return upper(bound(2, z, y))
			})
		})
		if got, _ := argmaxError(l, 0); !near(got, want, 1e-10) {
			t.Errorf("%+v: %v, want %v", l, got, want)
		}
	}
}

// TestArgmaxOfNarrowOutputs: against constants only the best of them counts, and outputs with
// small variances or a class that hardly varies are near to that.
func TestArgmaxOfNarrowOutputs(t *testing.T) {
	for _, outputs := range []int{3, 4, 5, 12, 300} {
		for _, mean := range []float64{-1, 0, 3, 9} {
			narrow := func(variance float64) softmaxLaw {
				l := independentLaw(outputs, mean, func(j int) float64 {
					if j == 0 {
						return 1
					}
					return variance
				})
				for j := 1; j < outputs; j++ {
					l.mean[j] = -0.125 * float64(j-1)
				}
				return l
			}
			want := NegativeProbability(mean, 1)
			if got, estimate := argmaxError(narrow(0), 0); !near(got, want, 1e-9) || estimate > 1e-9 {
				t.Errorf("%d outputs, mean %v: %v, want %v, estimate %.1e", outputs, mean, got, want, estimate)
			}
			// φ changes by the square of the distance over the narrow deviation.
			if got, _ := argmaxError(narrow(1e-14), 0); !near(got, want, 1e-5*(1+math.Abs(mean))) {
				t.Errorf("%d narrow outputs, mean %v: %v, want about %v", outputs, mean, got, want)
			}
		}
	}
}

// factorLaw has independent noise and one common factor that moves every output by its
// own multiple: given the factor, outputs are independent.
func factorLaw(source *rand.Rand, outputs int, size, margin float64) (l softmaxLaw, want float64) {
	noise, move := make([]float64, outputs), make([]float64, outputs)
	for j := range outputs {
		noise[j] = 0.5 + source.Float64()
		move[j] = size * source.NormFloat64()
	}
	l = independentLaw(outputs, margin, func(j int) float64 { return noise[j] })
	a := NewArgmax(outputs, 0)
	given := make([]float64, outputs)
	const spacing = 0.25
	for z := -9.0; z <= 9; z += spacing {
		for j := range given {
			given[j] = l.mean[j] + move[j]*z
		}
		p, _ := a.Error(0, given, l.covariance)
		want += spacing * math.Exp(-z*z/2) / math.Sqrt(2*math.Pi) * p
	}
	for j := range outputs {
		for k := range outputs {
			l.covariance[j*outputs+k] += move[j] * move[k]
		}
	}
	return l, want
}

// TestArgmaxOfFactorLaws compares with the integral over the factor, from nearly independent
// to strongly correlated outputs and into the tail, also where there is no lattice.
func TestArgmaxOfFactorLaws(t *testing.T) {
	source := rand.New(rand.NewPCG(7, 3))
	var h honesty
	for _, outputs := range []int{5, 10, 40, 100, 270} {
		worst, worstSmall := 0.0, 0.0
		sizes := []float64{0.01, 0.1, 0.5, 1.5}
		margins := []float64{0, 2, 4, 8}
		if testing.Short() && outputs > 40 {
			continue // takes minutes where the program is emulated
		}
		switch outputs {
		case 100:
			sizes, margins = sizes[1:3], margins[1:]
		case 270:
			sizes, margins = sizes[:2], margins[1:2]
		}
		for _, size := range sizes {
			for _, margin := range margins {
				l, want := factorLaw(source, outputs, size, margin)
				got, estimate := argmaxError(l, 0)
				actual := math.Abs(got/want - 1)
				h.add(actual, estimate)
				worst = math.Max(worst, actual)
				if size <= 0.1 {
					worstSmall = math.Max(worstSmall, actual)
				}
				if outputs <= MaxArgmaxLattice && (actual > 0.03 || size <= 0.1 && actual > 1e-3) {
					t.Errorf("%d outputs, factor %v, margin %v: %v, want %v, estimate %.1e", outputs, size, margin, got, want, estimate)
				}
			}
		}
		t.Logf("%d outputs: largest relative error %.1e, with small factors %.1e", outputs, worst, worstSmall)
	}
	h.check(t, "factor laws")
}

// TestArgmaxOfPlane: two directions and means zero, where the angle of the two normals alone
// decides which output is the largest. All covariances of differences are singular.
func TestArgmaxOfPlane(t *testing.T) {
	source := rand.New(rand.NewPCG(7, 4))
	for _, outputs := range []int{3, 4, 5, 7} {
		x, y := make([]float64, outputs), make([]float64, outputs)
		for j := range outputs {
			x[j], y[j] = source.NormFloat64(), source.NormFloat64()
		}
		const angles = 1 << 18
		wins := make([]float64, outputs)
		for i := range angles {
			sin, cos := math.Sincos(2 * math.Pi * (float64(i) + 0.5) / angles)
			best := 0
			for j := range outputs {
				if x[j]*cos+y[j]*sin > x[best]*cos+y[best]*sin {
					best = j
				}
			}
			wins[best] += 1.0 / angles
		}
		l := softmaxLaw{mean: make([]float64, outputs), covariance: make([]float64, outputs*outputs)}
		for j := range outputs {
			for k := range outputs {
				l.covariance[j*outputs+k] = x[j]*x[k] + y[j]*y[k]
			}
		}
		for l.class = range outputs {
			got, estimate := argmaxError(l, 0)
			if math.Abs(got-(1-wins[l.class])) > 1e-5+3*estimate {
				t.Errorf("output %d of %d: %v, want %v, estimate %.1e", l.class, outputs, got, 1-wins[l.class], estimate)
			}
		}
	}
}

// TestArgmaxTail: in the far tail the union lies between the sum of the probabilities and that
// less the probabilities of pairs.
func TestArgmaxTail(t *testing.T) {
	source := rand.New(rand.NewPCG(7, 5))
	tight := 0
	for i := range 60 {
		outputs := 5 + source.IntN(30)
		l := randomLaw(source, outputs, outputs, 0.3, 0.3)
		if i%2 == 0 {
			l = l.addNoise(1)
		}
		l.mean[l.class] += 5 + 25*source.Float64()
		mean, covariance := l.differences()
		single, pairs := 0.0, 0.0
		risks := make([]argmaxRisk, outputs-1)
		for a := range risks {
			risks[a] = argmaxRisk{mean: mean[a], variance: covariance(a, a), probability: NegativeProbability(-mean[a], covariance(a, a))}
			single += risks[a].probability
			for b := range a {
				pairs += risks[a].probability + risks[b].probability - eitherPositive(&risks[a], &risks[b], covariance(a, b))
			}
		}
		if single < 1e-290 {
			continue
		}
		got, estimate := argmaxError(l, 0)
		slack := got * (1e-9 + 3*estimate)
		if got > single+slack || got < single-pairs-slack || estimate > 0.02 {
			t.Errorf("%+v: %v, between %v and %v, estimate %.1e", l, got, single-pairs, single, estimate)
		}
		if pairs < 0.01*single {
			tight++
		}
	}
	if tight < 15 {
		t.Errorf("%d tight bounds only", tight)
	}
}

// TestArgmaxMonteCarlo compares with draws of noise and four common factors, within 5 of
// their standard errors and the estimate.
func TestArgmaxMonteCarlo(t *testing.T) {
	skipInShort(t)
	const factors = 4
	source := rand.New(rand.NewPCG(7, 6))
	for _, test := range []struct {
		outputs, draws int
		size, margin   float64
	}{{10, 2_000_000, 0.2, 1}, {10, 2_000_000, 1, 2}, {40, 1_000_000, 0.1, 3}, {40, 1_000_000, 1, 2.5}} {
		K := test.outputs
		l := randomLaw(source, K, 0, 0, 0.5)
		l.mean[l.class] += test.margin
		moves := make([]float64, K*factors)
		for i := range moves {
			moves[i] = test.size * source.NormFloat64()
		}
		for j := range K {
			for k := range K {
				for c := range factors {
					l.covariance[j*K+k] += moves[j*factors+c] * moves[k*factors+c]
				}
			}
		}
		l = l.addNoise(1)
		wrong := 0
		for range test.draws {
			var z [factors]float64
			for c := range z {
				z[c] = source.NormFloat64()
			}
			draw := func(j int) float64 {
				r := l.mean[j] + source.NormFloat64()
				for c, x := range z {
					r += moves[j*factors+c] * x
				}
				return r
			}
			own := draw(l.class)
			for j := range K {
				if j != l.class && draw(j) > own {
					wrong++
					break
				}
			}
		}
		p := float64(wrong) / float64(test.draws)
		got, estimate := argmaxError(l, 0)
		if band := 5*math.Sqrt(p*(1-p)/float64(test.draws)) + 3*estimate*got; math.Abs(got-p) > band {
			t.Errorf("%+v: %v, simulated %v ± %v, estimate %.1e", test, got, p, band, estimate)
		}
	}
}

// TestArgmaxSizes: any number of outputs is possible, and not a number gives none.
func TestArgmaxSizes(t *testing.T) {
	for _, outputs := range []int{2, 255, 256, 257, 258, 512, 100_000} {
		if a := NewArgmax(outputs, 0); outputs < 1000 {
			l := independentLaw(outputs, 1, func(j int) float64 { return 1 + float64(j%3) })
			l.covariance[outputs*outputs-2] += 1e-3 // no longer independent
			l.covariance[outputs*outputs-outputs-1] += 1e-3
			p, estimate := a.Error(0, l.mean, l.covariance)
			if !(p > 0 && p < 1) || !(estimate >= 0 && estimate < 0.01) {
				t.Errorf("%d outputs: %v, estimate %v", outputs, p, estimate)
			}
			l.mean[1] = math.NaN()
			if p, _ := a.Error(0, l.mean, l.covariance); !math.IsNaN(p) {
				t.Errorf("%d outputs, one of them not a number: %v", outputs, p)
			}
		}
	}
}

// TestArgmaxSameBits is TestSameBits for the argmax.
func TestArgmaxSameBits(t *testing.T) {
	const want = uint64(0x3680a8bcd40b3835)
	hash := fnv.New64a()
	laws := bitLaws()
	for _, outputs := range []int{40, 270} {
		for _, mean := range []float64{0, 4} {
			l := independentLaw(outputs, mean, func(j int) float64 { return 1 + float64(j%5) })
			for j := range outputs {
				for k := range outputs {
					l.covariance[j*outputs+k] += float64((j*j)%7-3) * float64((k*k)%7-3) / 64
				}
			}
			laws = append(laws, l)
		}
	}
	for _, l := range laws {
		p, estimate := argmaxError(l, 1<<9)
		for _, x := range []float64{p, estimate} {
			var bytes [8]byte
			binary.LittleEndian.PutUint64(bytes[:], math.Float64bits(x))
			hash.Write(bytes[:])
		}
	}
	if got := hash.Sum64(); got != want {
		t.Errorf("checksum of the results %#x, want %#x", got, want)
	}
}

// BenchmarkArgmaxMany times one class of independent, of nearly independent and of
// correlated outputs, and reports the estimate.
func BenchmarkArgmaxMany(b *testing.B) {
	for _, outputs := range []int{3, 4, 10, 40, 100} {
		source := rand.New(rand.NewPCG(7, 7))
		correlated := randomLaw(source, outputs, outputs, 1, 0.3)
		correlated.mean[correlated.class] += 3
		for _, law := range []struct {
			name string
			softmaxLaw
		}{
			{"independent", independentLaw(outputs, 3, func(j int) float64 { return 1 + float64(j%3) })},
			{"near", randomLaw(source, outputs, outputs, 0.1, 1).addNoise(1)},
			{"correlated", correlated},
		} {
			b.Run(fmt.Sprintf("K=%d/%s", outputs, law.name), func(b *testing.B) {
				a := NewArgmax(outputs, 0)
				b.ReportAllocs()
				estimate := 0.0
				for b.Loop() {
					sinkFloat, estimate = a.Error(law.class, law.mean, law.covariance)
				}
				b.ReportMetric(estimate, "estimate")
			})
		}
	}
}
