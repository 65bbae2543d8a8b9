package kernels

import (
	"math"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"

	"anisgd/kernels/cpu"
)

func TestPartialSumTree(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 7))
	for range 100 {
		var p Partial
		for i := range p {
			p[i] = r.NormFloat64() * math.Exp2(float64(r.IntN(60)))
		}
		eight := func(i int) float64 { return p[i] + p[i+8] }
		four := func(i int) float64 { return eight(i) + eight(i+4) }
		want := (four(0) + four(2)) + (four(1) + four(3))
		if got := p.Sum(); got != want {
			t.Fatalf("%v: sum %v, want %v", p, got, want)
		}
	}
}

func TestPartialAdd(t *testing.T) {
	p, q := startPartial(), Partial{3: 2.5}
	p.Add(&q)
	want := startPartial()
	want[3] += 2.5
	if p != want {
		t.Errorf("got %v, want %v", p, want)
	}
}

// exact evaluates a sum of products without rounding.
func exact(terms ...[]float64) *big.Float {
	sum := new(big.Float).SetPrec(4000)
	for _, factors := range terms {
		product := big.NewFloat(1).SetPrec(1000)
		for _, f := range factors {
			product.Mul(product, new(big.Float).SetPrec(1000).SetFloat64(f))
		}
		sum.Add(sum, product)
	}
	return sum
}

func rounded(x *big.Float) float64 {
	f, _ := x.Float64()
	return f
}

// TestReductionsAreAccurate compares the reductions with exact arithmetic: the
// error may be that of a few roundings per lane and no more.
func TestReductionsAreAccurate(t *testing.T) {
	x, y := someVector(1003), someVector(1002)
	y = append(y, 0.25)
	reductions := []struct {
		name string
		call func(*Partial)
		term func(i int) []float64
	}{
		{"Dot", func(p *Partial) { Dot(x, y, p) }, func(i int) []float64 { return []float64{x[i], y[i]} }},
		{"Sum", func(p *Partial) { Sum(x, p) }, func(i int) []float64 { return []float64{x[i]} }},
		{"Squares", func(p *Partial) { Squares(x, p) }, func(i int) []float64 { return []float64{x[i], x[i]} }},
		{"WeightedSquares", func(p *Partial) { WeightedSquares(y, x, p) }, func(i int) []float64 { return []float64{y[i], x[i], x[i]} }},
	}
	for _, path := range cpu.Available() {
		for _, c := range reductions {
			var terms [][]float64
			magnitude := 0.0
			for i := range x {
				terms = append(terms, c.term(i))
				magnitude += math.Abs(rounded(exact(c.term(i))))
			}
			want := rounded(exact(terms...))
			var p Partial
			onPath(path, func() { c.call(&p) })
			// 63 additions per lane and 4 in the tree; their errors are random.
			if bound := 10 * 0x1p-53 * magnitude; math.Abs(p.Sum()-want) > bound {
				t.Errorf("%v: %s: %v, want %v ± %v", path, c.name, p.Sum(), want, bound)
			}
		}
	}
}

// TestLanes puts a single term at every place and looks for it in its lane.
func TestLanes(t *testing.T) {
	for _, path := range cpu.Available() {
		for i := range 50 {
			x := make([]float64, 50)
			x[i] = 3
			for name, call := range map[string]func(*Partial){
				"Dot":             func(p *Partial) { Dot(x, x, p) },
				"Sum":             func(p *Partial) { Sum(x, p) },
				"Squares":         func(p *Partial) { Squares(x, p) },
				"WeightedSquares": func(p *Partial) { WeightedSquares(x, x, p) },
			} {
				var p Partial
				onPath(path, func() { call(&p) })
				for lane := range p {
					if (p[lane] != 0) != (lane == i%16) {
						t.Errorf("%v: %s: element %d is in lane %d", path, name, i, lane)
					}
				}
			}
		}
	}
}

// TestBlocks cuts ranges into blocks, which must not change a bit.
func TestBlocks(t *testing.T) {
	const n = 1000
	x, y := someVector(n), someVector(n + 1)[:n]
	z, m := someVector(n + 2)[:n], someVector(n + 3)[:n]
	for _, path := range cpu.Available() {
		whole := func(step int) (dots [3]Partial, newX, newA []float64) {
			newX, newA = append([]float64{}, x...), append([]float64{}, y...)
			for lo := 0; lo < n; lo += step {
				hi := min(lo+step, n)
				Dot(x[lo:hi], y[lo:hi], &dots[0])
				WeightedSquares(x[lo:hi], y[lo:hi], &dots[1])
				s := &Sample{Noise: z[lo:hi], Mean: m[lo:hi], MeanFactor: 0.3, ScaleFactor: 2}
				UpdateSampleDot(newX[lo:hi], newA[lo:hi], 0.9, 0.1, s, &dots[2])
			}
			return dots, newX, newA
		}
		onPath(path, func() {
			wantDots, wantX, wantA := whole(n)
			for _, step := range []int{16, 48, 512} {
				dots, newX, newA := whole(step)
				comparePartials(t, path.String(), dots[:], wantDots[:])
				compareVectors(t, path.String(), newX, wantX)
				compareVectors(t, path.String(), newA, wantA)
			}
		})
	}
}

// mustPanic checks that a call panics with a message that names what is wrong.
func mustPanic(t *testing.T, message string, call func()) {
	t.Helper()
	defer func() {
		t.Helper()
		if got, ok := recover().(string); !ok || !strings.Contains(got, message) {
			t.Errorf("panic %q, want one that contains %q", got, message)
		}
	}()
	call()
}

func TestUnequalLengthsPanic(t *testing.T) {
	four, five := make([]float64, 4), make([]float64, 5)
	var p Partial
	for _, path := range cpu.Available() {
		onPath(path, func() {
			mustPanic(t, "Dot: y has length 5, expected 4", func() { Dot(four, five, &p) })
			mustPanic(t, "WeightedSquares: w", func() { WeightedSquares(five, four, &p) })
			mustPanic(t, "Triad: b", func() { Triad(four, five, four, 1) })
			mustPanic(t, "Triad: c", func() { Triad(four, four, five, 1) })
			mustPanic(t, "Update: a", func() { Update(four, five, 1, 1) })
			for message, s := range map[string]*Sample{
				"Sample.Noise": {Noise: five},
				"Sample.Mean":  {Noise: four, Mean: five},
				"Sample.Scale": {Noise: four, Scale: five},
			} {
				mustPanic(t, "SampleDot: "+message, func() { SampleDot(four, four, s, &p) })
				mustPanic(t, "UpdateSampleDot: "+message, func() { UpdateSampleDot(four, four, 1, 1, s, &p) })
			}
			s := &Sample{Noise: four}
			mustPanic(t, "SampleDot: x", func() { SampleDot(four, five, s, &p) })
			mustPanic(t, "UpdateSampleDot: a", func() { UpdateSampleDot(four, five, 1, 1, s, &p) })
		})
	}
}
