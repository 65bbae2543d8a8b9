package gauss

import (
	"encoding/binary"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"testing"
)

// expect evaluates a law with a new evaluator.
func expect(l softmaxLaw, nodes int) *SoftmaxExpectation {
	e := NewSoftmaxExpectation(l.outputs())
	NewSoftmax(l.outputs(), nodes).Expect(e, l.class, l.mean, l.covariance)
	return e
}

// TestSoftmaxAgainstReference holds the promise for up to four outputs, over variances,
// ranks and separations, risks down to 1e-14.
func TestSoftmaxAgainstReference(t *testing.T) {
	source := rand.New(rand.NewPCG(1, 1))
	worst := 0.0
	for _, outputs := range []int{2, 3, 4} {
		for _, variance := range []float64{0, 1e-12, 1e-6, 1e-3, 0.02, 0.1, 0.4, 1, 2, 10, 100, 700} {
			if outputs == 4 && variance > 1 {
				continue // see TestGridAgainstSplit
			}
			for _, deviation := range []float64{0, 1, 5, 15} {
				if variance > 10 && deviation != 5 {
					continue // the reference takes long
				}
				l := randomLaw(source, outputs, 1+source.IntN(outputs), variance, deviation)
				e := expect(l, 0)
				spacing := math.Min(0.4, 0.2/math.Sqrt(variance+1e-30))
				if outputs == 4 {
					spacing = math.Min(0.5, 0.28/math.Sqrt(variance+1e-30))
				}
				errors := softmaxErrors(e, referenceSoftmax(l, spacing, 12))
				worst = math.Max(worst, largest(errors))
				if !(largest(errors) < 5e-9) || e.Error > 1e-8 || largest(errors) > 1e-10 && largest(errors) > 3*e.Error {
					t.Errorf("%d outputs, variance %v, means %v: errors %.1e, estimate %.1e", outputs, variance, deviation, errors, e.Error)
				}
			}
		}
	}
	t.Logf("largest relative error %.1e", worst)
}

// TestSoftmaxOfTwo is the logistic loss of the margin.
func TestSoftmaxOfTwo(t *testing.T) {
	for _, p := range grid() {
		l := softmaxLaw{1, []float64{0.5, 0.5 + p.mean}, []float64{p.variance + 3, 3, 3, 3}}
		e, want := expect(l, 0), ExpectLogistic((0.5+p.mean)-0.5, (p.variance+3)-3)
		if e.Risk != want.Risk || e.Gradient[0] != want.Gradient || e.Gradient[1] != -want.Gradient ||
			e.Hessian[0] != want.Hessian || e.Hessian[1] != -want.Hessian || e.SecondMoment[3] != want.SecondMoment {
			t.Errorf("%+v: %+v, logistic %+v", p, e, want)
		}
	}
}

// identityLaws are laws for which every method is in use.
func identityLaws() []softmaxLaw {
	source := rand.New(rand.NewPCG(2, 1))
	var laws []softmaxLaw
	for _, outputs := range []int{2, 3, 4, 5, 7, 10} {
		for _, variance := range []float64{0, 0.3, 2} {
			if outputs == 4 && variance > 1 {
				variance = 1
			}
			laws = append(laws,
				randomLaw(source, outputs, outputs, variance, 1),
				randomLaw(source, outputs, 2, variance/4, 6),
				randomLaw(source, outputs, outputs, variance/30, 3).addNoise(variance))
		}
	}
	return laws
}

// TestSoftmaxIdentities: probabilities sum to one, so that the gradient and the rows of
// both matrices sum to zero; the matrices are symmetric; and
// Hessian + E ππᵀ = diag E π, with E ππᵀ from the second moment.
func TestSoftmaxIdentities(t *testing.T) {
	for _, l := range identityLaws() {
		K := l.outputs()
		e := expect(l, 1<<10)
		sum := 0.0
		for j := range K {
			sum += e.Gradient[j]
			hessian, second := 0.0, 0.0
			for k := range K {
				if e.Hessian[j*K+k] != e.Hessian[k*K+j] || e.SecondMoment[j*K+k] != e.SecondMoment[k*K+j] {
					t.Fatalf("%+v: not symmetric", l)
				}
				hessian += e.Hessian[j*K+k]
				second += e.SecondMoment[j*K+k]
				// E ππᵀ = E(π−e_i)(π−e_i)ᵀ + e_i gᵀ + g e_iᵀ + e_i e_iᵀ
				product := e.SecondMoment[j*K+k]
				diagonal := 0.0
				if j == l.class {
					product += e.Gradient[k]
				}
				if k == l.class {
					product += e.Gradient[j]
				}
				if j == k {
					diagonal = e.Gradient[j]
					if j == l.class {
						product++
						diagonal++
					}
				}
				// Where weights are those of a change of measure they sum to one
				// up to the error of the rule.
				if math.Abs(e.Hessian[j*K+k]+product-diagonal) > 1e-9+e.Error {
					t.Errorf("%+v: Hessian + E ππᵀ − diag E π = %v at (%d, %d)", l, e.Hessian[j*K+k]+product-diagonal, j, k)
				}
			}
			if math.Abs(hessian) > 1e-14 || math.Abs(second) > 1e-14 {
				t.Errorf("%+v: sums of rows %d: %v, %v", l, j, hessian, second)
			}
		}
		if math.Abs(sum) > 1e-14 {
			t.Errorf("%+v: the gradient sums to %v", l, sum)
		}
	}
}

// TestSoftmaxDerivatives: ∂risk/∂mean is the gradient and ∂risk/∂covariance half of the
// Hessian (Stein's identity). Any rule with fixed nodes obeys the first; the second ties
// the loss to its second derivatives.
func TestSoftmaxDerivatives(t *testing.T) {
	source := rand.New(rand.NewPCG(2, 2))
	for _, test := range []struct {
		outputs   int
		tolerance float64
	}{{3, 2e-6}, {4, 2e-6}, {6, 2e-4}} {
		K := test.outputs
		s := NewSoftmax(K, 1<<15)
		l := randomLaw(source, K, K, 0.1, 1).addNoise(0.5)
		e := expect(l, 1<<15)
		risk := func() float64 {
			r, _ := s.Risk(l.class, l.mean, l.covariance)
			return r
		}
		const step = 1e-3
		change := func(entries ...*float64) float64 {
			for _, x := range entries {
				*x += step
			}
			up := risk()
			for _, x := range entries {
				*x -= 2 * step
			}
			down := risk()
			for _, x := range entries {
				*x += step
			}
			return (up - down) / (2 * step)
		}
		for j := range K {
			if got := change(&l.mean[j]); math.Abs(got-e.Gradient[j]) > test.tolerance {
				t.Errorf("%d outputs: derivative by mean %d: %v, gradient %v", K, j, got, e.Gradient[j])
			}
			for k := range j {
				got := change(&l.covariance[j*K+k], &l.covariance[k*K+j])
				if want := e.Hessian[j*K+k]; math.Abs(got-want) > test.tolerance {
					t.Errorf("%d outputs: derivative by covariance (%d, %d): %v, Hessian %v", K, j, k, got, want)
				}
			}
			if got := change(&l.covariance[j*K+j]); math.Abs(got-0.5*e.Hessian[j*K+j]) > test.tolerance {
				t.Errorf("%d outputs: derivative by variance %d: %v, half of the Hessian %v", K, j, got, 0.5*e.Hessian[j*K+j])
			}
		}
	}
}

// TestSoftmaxPermutations: the names of the classes do not matter.
func TestSoftmaxPermutations(t *testing.T) {
	source := rand.New(rand.NewPCG(2, 3))
	for _, l := range identityLaws() {
		K := l.outputs()
		order := source.Perm(K)
		p := softmaxLaw{mean: make([]float64, K), covariance: make([]float64, K*K)}
		for j, from := range order {
			if from == l.class {
				p.class = j
			}
			p.mean[j] = l.mean[from]
			for k, other := range order {
				p.covariance[j*K+k] = l.covariance[from*K+other]
			}
		}
		e, f := expect(l, 1<<10), expect(p, 1<<10)
		back := NewSoftmaxExpectation(K)
		back.Risk = f.Risk
		for j, from := range order {
			back.Gradient[from] = f.Gradient[j]
			for k, other := range order {
				back.Hessian[from*K+other] = f.Hessian[j*K+k]
				back.SecondMoment[from*K+other] = f.SecondMoment[j*K+k]
			}
		}
		if errors := softmaxErrors(back, e); !(largest(errors) <= 4*(e.Error+f.Error)) {
			t.Errorf("%+v: changes by %.1e, estimates %.1e, %.1e", l, errors, e.Error, f.Error)
		}
	}
}

// TestSoftmaxOfEqualOutputs: for exchangeable outputs E π_j = 1/K.
func TestSoftmaxOfEqualOutputs(t *testing.T) {
	for _, outputs := range []int{2, 3, 4, 5, 10, 30} {
		for _, variance := range []float64{0, 1e-8, 0.3, 4, 30} {
			l := independentLaw(outputs, 0, func(int) float64 { return variance })
			e := expect(l, 1<<8)
			for j, g := range e.Gradient {
				want := 1 / float64(outputs)
				if j == 0 {
					want--
				}
				if math.Abs(g-want) > 2e-8 {
					t.Errorf("%d outputs, variance %v: gradient %d is %v, want %v", outputs, variance, j, g, want)
				}
			}
		}
	}
}

// TestSoftmaxConstant: without variance the expectations are the functions themselves.
func TestSoftmaxConstant(t *testing.T) {
	source := rand.New(rand.NewPCG(2, 4))
	for _, outputs := range []int{2, 3, 4, 6, 10} {
		for _, deviation := range []float64{0, 1, 10} {
			l := randomLaw(source, outputs, 0, 0, deviation)
			want := NewSoftmaxExpectation(outputs)
			differences := make([]float64, outputs-1)
			for a := range differences {
				differences[a] = l.mean[other(a, l.class)] - l.mean[l.class]
			}
			addReferenceNode(want, l.class, differences, 1)
			e := expect(l, 0)
			if errors := softmaxErrors(e, want); !(largest(errors) < 1e-8) {
				t.Errorf("%d outputs, means %v: errors %.1e", outputs, deviation, errors)
			}
		}
	}
}

// TestSoftmaxMonteCarlo compares ten outputs with a million draws, within 5 of their
// standard errors.
func TestSoftmaxMonteCarlo(t *testing.T) {
	skipInShort(t)
	const draws = 1_000_000
	source := rand.New(rand.NewPCG(2, 5))
	const K = 10
	for _, l := range []softmaxLaw{
		randomLaw(source, K, K, 2, 1),
		randomLaw(source, K, K, 0.2, 1.5).addNoise(1),
	} {
		e := expect(l, 0)
		factor := make([]float64, K*K)
		copy(factor, l.covariance)
		factorize(K, factor)
		var risk, square float64
		var gradient [K]float64
		var moment [K]float64 // E π_jπ_{j+1}
		var normals, outputs [K]float64
		for range draws {
			for j := range normals {
				normals[j] = source.NormFloat64()
			}
			sum := 0.0
			for j := range outputs {
				outputs[j] = l.mean[j]
				for k := range j + 1 {
					outputs[j] += factor[j*K+k] * normals[k]
				}
			}
			own := outputs[l.class]
			for j := range outputs {
				outputs[j] = math.Exp(outputs[j] - own)
				sum += outputs[j]
			}
			loss := math.Log(sum)
			risk += loss / draws
			square += loss * loss / draws
			for j := range outputs {
				gradient[j] += outputs[j] / sum / draws
				moment[j] += outputs[j] * outputs[(j+1)%K] / (sum * sum) / draws
			}
		}
		band := 5 * math.Sqrt((square-risk*risk)/draws)
		if math.Abs(e.Risk-risk) > band {
			t.Errorf("risk %v, simulated %v ± %v", e.Risk, risk, band)
		}
		for j := range K {
			want := gradient[j]
			if j == l.class {
				want--
			}
			// The variance of a number in [0, 1] is at most its mean.
			if math.Abs(e.Gradient[j]-want) > 5*math.Sqrt(gradient[j]/draws) {
				t.Errorf("gradient %d is %v, simulated %v", j, e.Gradient[j], want)
			}
			if got := -e.Hessian[j*K+(j+1)%K]; math.Abs(got-moment[j]) > 5*math.Sqrt(moment[j]/4/draws) {
				t.Errorf("E ππᵀ beside the diagonal, row %d: %v, simulated %v", j, got, moment[j])
			}
		}
	}
}

func TestSoftmaxNoAllocations(t *testing.T) {
	for _, l := range identityLaws() {
		s, e := NewSoftmax(l.outputs(), 1<<8), NewSoftmaxExpectation(l.outputs())
		if n := testing.AllocsPerRun(1, func() {
			s.Expect(e, l.class, l.mean, l.covariance)
			sinkFloat, _ = s.Risk(l.class, l.mean, l.covariance)
		}); n != 0 {
			t.Errorf("%d outputs: %v allocations", l.outputs(), n)
		}
	}
}

// TestSoftmaxRisk: the risk alone is the risk.
func TestSoftmaxRisk(t *testing.T) {
	for _, l := range identityLaws() {
		e := expect(l, 1<<10)
		risk, _ := NewSoftmax(l.outputs(), 1<<10).Risk(l.class, l.mean, l.covariance)
		if !near(risk, e.Risk, 1e-13) {
			t.Errorf("%+v: risk %v alone, %v with the others", l, risk, e.Risk)
		}
	}
}

// TestSoftmaxSameBits is TestSameBits for the softmax loss and the argmax.
func TestSoftmaxSameBits(t *testing.T) {
	const want = uint64(0xcb582d0b88eb1af2)
	hash := fnv.New64a()
	add := func(values ...float64) {
		for _, x := range values {
			var bytes [8]byte
			binary.LittleEndian.PutUint64(bytes[:], math.Float64bits(x))
			hash.Write(bytes[:])
		}
	}
	for i, l := range bitLaws() {
		e := expect(l, 1<<9)
		add(e.Risk, e.Error)
		add(e.Gradient...)
		add(e.Hessian...)
		add(e.SecondMoment...)
		p, estimate := NewArgmax(l.outputs(), 1<<9).Error(l.class, l.mean, l.covariance)
		add(p, estimate)
		if math.IsNaN(e.Error) || math.IsNaN(estimate) {
			t.Errorf("law %d: not a number", i)
		}
	}
	if got := hash.Sum64(); got != want {
		t.Errorf("checksum of the results %#x, want %#x", got, want)
	}
}

// bitLaws are laws made by rational operations only, so that they are the same
// everywhere.
func bitLaws() []softmaxLaw {
	var laws []softmaxLaw
	for _, outputs := range []int{2, 3, 4, 5, 10} {
		for i, variance := range []float64{0, 0.01, 0.25, 1, 4, 20} {
			if outputs == 4 && variance > 4 {
				continue
			}
			l := independentLaw(outputs, float64(3*i-6), func(j int) float64 { return variance * float64(1+j%3) })
			laws = append(laws, l)
			skew := independentLaw(outputs, 1, func(int) float64 { return variance / 64 })
			for j := range outputs {
				for k := range outputs {
					skew.covariance[j*outputs+k] += float64(variance/8) * float64((j-2)*(k-2))
				}
			}
			laws = append(laws, skew)
		}
	}
	return laws
}

// FuzzSoftmax: any covariance that is a square gives numbers in range.
func FuzzSoftmax(f *testing.F) {
	f.Add(uint8(3), uint64(1), 0.0, 0.0)
	f.Add(uint8(4), uint64(2), 1.0, 20.0)
	f.Add(uint8(6), uint64(3), 1e-8, 1e3)
	f.Add(uint8(5), uint64(4), 1e8, -1e4)
	f.Add(uint8(3), uint64(5), 1e90, 1e80)
	f.Fuzz(func(t *testing.T, size uint8, seed uint64, variance, deviation float64) {
		outputs := 2 + int(size%8)
		if !(math.Abs(deviation) < 1e100) || !(variance >= 0 && variance < 1e100) {
			t.Skip("out of range")
		}
		if outputs == 4 && variance > 1 {
			variance = 1 // three wide directions take long
		}
		source := rand.New(rand.NewPCG(seed, 0))
		l := randomLaw(source, outputs, source.IntN(outputs+1), variance, deviation)
		e := expect(l, 1<<8)
		values := append(append(append([]float64{e.Risk, e.Error}, e.Gradient...), e.Hessian...), e.SecondMoment...)
		for i, x := range values {
			if math.IsNaN(x) || math.IsInf(x, 0) || i < 2 && x < 0 {
				t.Fatalf("%+v: value %d is %v", l, i, x)
			}
		}
		p, estimate := NewArgmax(outputs, 1<<8).Error(l.class, l.mean, l.covariance)
		if !(p >= 0 && p <= 1) || !(estimate >= 0) {
			t.Fatalf("%+v: argmax error %v, estimate %v", l, p, estimate)
		}
	})
}
