package kernels

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"anisgd/kernels/cpu"
)

// someRows are reproducible vectors of numbers of both signs.
func someRows(count, n int) [][]float64 {
	rows := make([][]float64, count)
	for j := range rows {
		rows[j] = someVector(n + j)[:n]
	}
	return rows
}

// TestInnerProductsAreAccurate compares inner products with exact arithmetic: the
// error may be that of the roundings of one lane, its tree and dst, and no more.
func TestInnerProductsAreAccurate(t *testing.T) {
	const rows, columns, n, lo = 5, 4, 203, 2
	lanes := ProductLanes[float64]()
	u, v := someRows(rows, n), someRows(rows+columns, n)[rows:]
	for _, path := range cpu.Available() {
		got := someVector(rows * columns)
		start := append([]float64{}, got...)
		onPath(path, func() { InnerProducts(got, u, v, lo, n) })
		for j := range u {
			for k := range v {
				terms := [][]float64{{start[j*columns+k]}}
				magnitude := math.Abs(start[j*columns+k])
				for i := lo; i < n; i++ {
					terms = append(terms, []float64{u[j][i], v[k][i]})
					magnitude += math.Abs(u[j][i] * v[k][i])
				}
				want := rounded(exact(terms...))
				roundings := (n-lo+lanes-1)/lanes + 3 + 1
				bound := float64(roundings) * 0x1p-53 * magnitude
				if got := got[j*columns+k]; math.Abs(got-want) > bound {
					t.Errorf("%v: product %d, %d: %v, want %v ± %v", path, j, k, got, want, bound)
				}
			}
		}
	}
}

// TestProductLanes puts numbers so large that they swallow every other term into
// single lanes, and finds the terms of the other lanes unharmed.
func TestProductLanes(t *testing.T) {
	const n, lo, huge = 61, 3, 0x1p80
	lanes := ProductLanes[float64]()
	for _, path := range cpu.Available() {
		for lane := range lanes {
			x, ones := make([]float64, n), make([]float64, n)
			others := 0
			for i := range x {
				x[i], ones[i] = 1, 1
				if i >= lo && (i-lo)%lanes != lane {
					others++
				}
			}
			first := lo + lane
			x[first], x[first+lanes] = huge, -huge
			after := 0 // terms of the lane that come when the huge ones have cancelled
			for i := first + 2*lanes; i < n; i += lanes {
				after++
			}
			got := []float64{0}
			onPath(path, func() { InnerProducts(got, [][]float64{x}, [][]float64{ones}, lo, n) })
			if want := float64(others + after); got[0] != want {
				t.Errorf("%v: lane %d: sum %v, want %v", path, lane, got[0], want)
			}
		}
	}
}

// TestProductTree puts one number in each lane: the lanes must be added as stated.
func TestProductTree(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 8))
	ones := [][]float64{{1, 1, 1, 1, 1, 1, 1, 1}}
	lanes := ProductLanes[float64]()
	for _, path := range cpu.Available() {
		for range 100 {
			p := make([]float64, lanes)
			for i := range p {
				p[i] = r.NormFloat64() * math.Ldexp(1, r.IntN(60))
			}
			four := func(i int) float64 { return p[i] + p[i+4] }
			want := 0.7 + ((four(0) + four(2)) + (four(1) + four(3)))
			got := []float64{0.7}
			onPath(path, func() { InnerProducts(got, [][]float64{p}, ones, 0, lanes) })
			if got[0] != want {
				t.Fatalf("%v: %v: sum %v, want %v", path, p, got[0], want)
			}
		}
	}
}

// TestGramIsInnerProducts compares all bits, and that dst is symmetric whatever
// was above its diagonal.
func TestGramIsInnerProducts(t *testing.T) {
	const n = 45
	for _, path := range cpu.Available() {
		for count := range 20 {
			u := someRows(count, n)
			want, got := make([]float64, count*count), make([]float64, count*count)
			for j := range count {
				for k := range count {
					want[j*count+k] = float64(j*k) + 0.3
					got[j*count+k] = want[j*count+k]
					if k > j {
						got[j*count+k] = math.NaN()
					}
				}
			}
			onPath(path, func() {
				InnerProducts(want, u, u, 1, n)
				Gram(got, u, 1, n)
			})
			compareVectors(t, fmt.Sprintf("%v: %d rows", path, count), got, want)
		}
	}
}

// TestMultiplyAddIsRoundedAsStated compares every element with exact arithmetic,
// rounded where the doc comment says.
func TestMultiplyAddIsRoundedAsStated(t *testing.T) {
	const n, lo, hi, shrink = 33, 3, 32, 0.97
	for _, path := range cpu.Available() {
		for _, sources := range []int{0, 1, 4} {
			const columns = 5
			src, got := someRows(sources, n), someRows(columns, n)
			coefficients := someVector(sources * columns)
			want := clone(got)
			for k, y := range want {
				for i := lo; i < hi; i++ {
					y[i] = rounded(exact([]float64{shrink, y[i]}))
					for j, x := range src {
						y[i] = rounded(exact([]float64{coefficients[j*columns+k], x[i]}, []float64{y[i]}))
					}
				}
			}
			onPath(path, func() { MultiplyAdd(got, src, coefficients, shrink, lo, hi) })
			for k := range want {
				compareVectors(t, fmt.Sprintf("%v: %d sources, row %d", path, sources, k), got[k], want[k])
			}
		}
	}
}

// TestProductReductions compares the weighted inner product and the distance with
// exact arithmetic, lane by lane.
func TestProductReductions(t *testing.T) {
	const n = 53
	w, x, y := someVector(n), someVector(n + 1)[:n], someVector(n + 2)[:n]
	var wantDot, wantDistance Partial
	for i := range n {
		lane := i % Lanes
		weighted := rounded(exact([]float64{w[i], x[i]}))
		wantDot[lane] = rounded(exact([]float64{weighted, y[i]}, []float64{wantDot[lane]}))
		difference := rounded(exact([]float64{x[i]}, []float64{-1, y[i]}))
		wantDistance[lane] = rounded(exact([]float64{difference, difference}, []float64{wantDistance[lane]}))
	}
	for _, path := range cpu.Available() {
		onPath(path, func() {
			var dot, squares, same, distance Partial
			WeightedDot(w, x, y, &dot)
			SquaredDistance(x, y, &distance)
			WeightedDot(w, x, x, &same)
			WeightedSquares(w, x, &squares)
			comparePartials(t, path.String(), []Partial{dot, distance, same}, []Partial{wantDot, wantDistance, squares})
		})
	}
}

// TestSampleIntoIsSampleDot compares the samples of the two kernels.
func TestSampleIntoIsSampleDot(t *testing.T) {
	const n = 53
	for _, path := range cpu.Available() {
		for variant := range 4 {
			s := sampleVariant(variant, someRows(3, n))
			want, got, x := make([]float64, n), make([]float64, n), someVector(n)
			var dot Partial
			onPath(path, func() {
				SampleDot(want, x, s, &dot)
				SampleInto(got, s)
			})
			compareVectors(t, fmt.Sprintf("%v, variant %d", path, variant), got, want)
		}
	}
}

// sampleVariant is a sample with or without a mean and an array of scales, from
// three arrays.
func sampleVariant(variant int, v [][]float64) *Sample {
	s := &Sample{Noise: v[0], MeanFactor: -0.7, ScaleFactor: 1.3}
	if variant&1 != 0 {
		s.Mean = v[1]
	}
	if variant&2 != 0 {
		s.Scale = v[2]
	}
	return s
}

// TestRecurrenceAdds compares it with rounds computed exactly and rounded one by one,
// and with a sum that is exact.
func TestRecurrenceAdds(t *testing.T) {
	for _, path := range cpu.Available() {
		var x [RecurrenceLanes]float64
		copy(x[:], someVector(RecurrenceLanes))
		start := x
		onPath(path, func() { Recurrence(&x, 0.5, 3, 0) })
		compareVectors(t, path.String(), x[:], start[:])
		onPath(path, func() { Recurrence(&x, 0.5, 3, 3) })
		for i := range x {
			want := start[i]
			for range 3 {
				want = rounded(exact([]float64{0.5, 3}, []float64{want}))
			}
			if x[i] != want {
				t.Errorf("%v: lane %d: %v after 3 rounds, want %v", path, i, x[i], want)
			}
		}
		x = [RecurrenceLanes]float64{}
		onPath(path, func() { Recurrence(&x, 0.5, 3, 100) })
		for i, xi := range x {
			if xi != 150 {
				t.Errorf("%v: lane %d: %v after 100 rounds, want 150", path, i, xi)
			}
		}
	}
}

func TestProductsPanic(t *testing.T) {
	four, five := make([]float64, 4), make([]float64, 5)
	short := [][]float64{five, four}
	var p Partial
	for _, path := range cpu.Available() {
		onPath(path, func() {
			mustPanic(t, "InnerProducts: dst has length 5, expected 4", func() { InnerProducts(five, short, short, 0, 4) })
			mustPanic(t, "InnerProducts: a row of u has length 4, expected 5", func() { InnerProducts(four, short, short, 0, 5) })
			mustPanic(t, "InnerProducts: a row of v", func() { InnerProducts(four[:2], short[:1], short, 0, 5) })
			mustPanic(t, "InnerProducts: range", func() { InnerProducts(four, short, short, -1, 4) })
			mustPanic(t, "InnerProducts: range", func() { InnerProducts(four, short, short, 3, 2) })
			mustPanic(t, "Gram: dst", func() { Gram(five, short, 0, 4) })
			mustPanic(t, "Gram: a row of u", func() { Gram(four, short, 0, 5) })
			mustPanic(t, "MultiplyAdd: coefficients", func() { MultiplyAdd(short, short, five, 1, 0, 4) })
			mustPanic(t, "MultiplyAdd: a row of dst", func() { MultiplyAdd(short, [][]float64{}, nil, 1, 0, 5) })
			mustPanic(t, "MultiplyAdd: a row of src", func() { MultiplyAdd([][]float64{}, short, nil, 1, 0, 5) })
			mustPanic(t, "WeightedDot: w", func() { WeightedDot(five, four, four, &p) })
			mustPanic(t, "WeightedDot: y", func() { WeightedDot(four, four, five, &p) })
			mustPanic(t, "SquaredDistance: y", func() { SquaredDistance(four, five, &p) })
			mustPanic(t, "SampleInto: Sample.Noise", func() { SampleInto(four, &Sample{Noise: five}) })
			mustPanic(t, "SampleInto: Sample.Mean", func() { SampleInto(four, &Sample{Noise: four, Mean: five}) })
			mustPanic(t, "SampleInto: Sample.Scale", func() { SampleInto(four, &Sample{Noise: four, Scale: five}) })
		})
	}
}
