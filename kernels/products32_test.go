package kernels

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"unsafe"

	"anisgd/kernels/cpu"
	"anisgd/kernels/elementary"
)

// rows32 are reproducible rows of float32, in arrays that end at different
// alignments.
func rows32(r *rand.Rand, count, n int) [][]float32 {
	rows := make([][]float32, count)
	for j := range rows {
		rows[j] = make([]float32, n+j)[j:]
		for i := range rows[j] {
			rows[j][i] = float32(r.NormFloat64())
		}
	}
	return rows
}

// TestProducts32PathsSameBits runs every product of float32 rows on every path, on
// ranges of all lengths, with ordinary numbers and with NaN, infinities, signed zeros
// and subnormal ones, and NaN beyond the range.
func TestProducts32PathsSameBits(t *testing.T) {
	specials := []float32{
		float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1)), 0, float32(math.Copysign(0, -1)),
		math.SmallestNonzeroFloat32, -1e-40, math.MaxFloat32, -0x1p127, 0x1p-126,
	}
	forVectorPaths(t, func(t *testing.T, path cpu.Path) {
		r := rand.New(rand.NewPCG(2, 9))
		for n := range 71 {
			for rows := range mostRows + 1 {
				columns := r.IntN(mostRows + 1)
				lo := r.IntN(9)
				u, v := rows32(r, rows, lo+n+3), rows32(r, columns, lo+n+3)
				for _, row := range append(u[:len(u):len(u)], v...) {
					for i := range row {
						switch {
						case i >= lo+n:
							row[i] = float32(math.NaN())
						case n%3 == 2 && r.IntN(n+1) == 0:
							row[i] = specials[r.IntN(len(specials))]
						}
					}
				}
				coefficients := make([]float32, rows*columns)
				for i := range coefficients {
					coefficients[i] = float32(r.NormFloat64())
				}
				run := func(path cpu.Path) (sums, gram []float64, updated [][]float32) {
					sums, gram, updated = signedZeros(rows*columns), signedZeros(rows*rows), cloneSingles(v)
					onPath(path, func() {
						InnerProducts(sums, u, v, lo, lo+n)
						Gram(gram, u, lo, lo+n)
						MultiplyAdd(updated, u, coefficients, 0.75, lo, lo+n)
					})
					return sums, gram, updated
				}
				what := fmt.Sprintf("%d×%d, from %d to %d", rows, columns, lo, lo+n)
				wantSums, wantGram, wantUpdated := run(cpu.Generic)
				sums, gram, updated := run(path)
				compareVectors(t, what, sums, wantSums)
				compareVectors(t, what, gram, wantGram)
				compareSingles(t, what, updated, wantUpdated)
			}
		}
	})
}

// TestProducts32StayInside runs them on rows that end at a guard page.
func TestProducts32StayInside(t *testing.T) {
	forVectorPaths(t, func(t *testing.T, path cpu.Path) {
		r := rand.New(rand.NewPCG(1, 1))
		const most = 5
		var pages [][]float32
		for range 2 * most {
			page := newPage(t)
			pages = append(pages, unsafe.Slice((*float32)(unsafe.Pointer(&page[0])), 2*len(page)))
		}
		for n := range 67 {
			for count := 1; count <= most; count++ {
				rows := make([][]float32, 2*count)
				for j := range rows {
					rows[j] = pages[j][len(pages[j])-n:]
					for i := range rows[j] {
						rows[j][i] = float32(r.NormFloat64())
					}
				}
				u, v := rows[:count], rows[count:]
				onPath(path, func() {
					InnerProducts(make([]float64, count*count), u, v, 0, n)
					Gram(make([]float64, count*count), u, 0, n)
					MultiplyAdd(v, u, make([]float32, count*count), 1, 0, n)
					SampleInto32(u[0], &Sample32{Noise: v[0], Mean: u[0], Scale: v[0]})
				})
			}
		}
	})
}

// TestInnerProducts32AreAccurate compares with sums in float64 of the exact products.
func TestInnerProducts32AreAccurate(t *testing.T) {
	const rows, columns, n, lo = 5, 6, 203, 2
	r := rand.New(rand.NewPCG(4, 4))
	u, v := rows32(r, rows, n), rows32(r, columns, n)
	for _, path := range cpu.Available() {
		got := make([]float64, rows*columns)
		onPath(path, func() { InnerProducts(got, u, v, lo, n) })
		for j := range u {
			for k := range v {
				want, magnitude := 0.0, 0.0
				for i := lo; i < n; i++ {
					product := float64(u[j][i]) * float64(v[k][i])
					want += product
					magnitude += math.Abs(product)
				}
				bound := (n/16 + 5) * 0x1p-24 * magnitude
				if got := got[j*columns+k]; !(math.Abs(got-want) <= bound) || got == want {
					t.Errorf("%v: product %d, %d: %v, want %v ± %v and not by chance the same", path, j, k, got, want, bound)
				}
			}
		}
	}
}

// TestMultiplyAdd32IsRoundedAsStated follows the doc comment element by element.
func TestMultiplyAdd32IsRoundedAsStated(t *testing.T) {
	const n, sources, columns = 37, 4, 5
	r := rand.New(rand.NewPCG(4, 5))
	src, start, coefficients := rows32(r, sources, n), rows32(r, columns, n), rows32(r, 1, sources*columns)[0]
	for _, path := range cpu.Available() {
		want := cloneSingles(start)
		for k, y := range want {
			for i := range y {
				y[i] *= 0.97
				for j, x := range src {
					y[i] = elementary.FusedMultiplyAdd32(coefficients[j*columns+k], x[i], y[i])
				}
			}
		}
		got := cloneSingles(start)
		onPath(path, func() { MultiplyAdd(got, src, coefficients, 0.97, 0, n) })
		compareSingles(t, path.String(), got, want)
	}
}

// TestSampleInto32IsSampleDot32 compares the samples of the two kernels.
func TestSampleInto32IsSampleDot32(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 6))
	for _, path := range cpu.Available() {
		for n := range 70 {
			for variant := range 4 {
				v := rows32(r, 4, n)
				s := &Sample32{Noise: v[0], MeanFactor: -0.7, ScaleFactor: 1.3}
				if variant&1 != 0 {
					s.Mean = v[1]
				}
				if variant&2 != 0 {
					s.Scale = v[2]
				}
				want, got := make([]float32, n), make([]float32, n)
				var dot Partial
				onPath(cpu.Generic, func() { SampleDot32(want, v[3], s, &dot) })
				onPath(path, func() { SampleInto32(got, s) })
				compareSingles(t, fmt.Sprintf("%v, variant %d, length %d", path, variant, n), [][]float32{got}, [][]float32{want})
			}
		}
	}
}

func TestProducts32DoNotAllocate(t *testing.T) {
	const n, rows, columns = 101, 6, 5
	r := rand.New(rand.NewPCG(4, 7))
	u, v, coefficients := rows32(r, rows, n), rows32(r, columns, n), make([]float32, rows*columns)
	dst, gram := make([]float64, rows*columns), make([]float64, rows*rows)
	for _, path := range cpu.Available() {
		onPath(path, func() {
			s := Sample32{Noise: u[0], ScaleFactor: 1}
			if allocations := testing.AllocsPerRun(10, func() {
				InnerProducts(dst, u, v, 1, n)
				Gram(gram, u, 1, n)
				MultiplyAdd(v, u, coefficients, 0.5, 1, n)
				SampleInto32(v[0], &s)
			}); allocations != 0 {
				t.Errorf("%v: %v allocations", path, allocations)
			}
		})
	}
}
