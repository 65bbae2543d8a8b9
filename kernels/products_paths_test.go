package kernels

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"anisgd/kernels/cpu"
)

// productCase is one way to call a kernel on a range of some rows.
type productCase struct {
	name string
	rows int
	// run calls the kernel on the elements lo ≤ i < hi and returns what it has
	// summed up; rows it writes are compared by the caller.
	run func(v [][]float64, lo, hi int) []float64
}

// mostRows is the largest number of rows in either argument.
const mostRows = 9

func productCases() []productCase {
	cases := []productCase{
		{"WeightedDot", 3, func(v [][]float64, lo, hi int) []float64 {
			dot := startPartial()
			WeightedDot(v[0][lo:hi], v[1][lo:hi], v[2][lo:hi], &dot)
			return dot[:]
		}},
		{"SquaredDistance", 2, func(v [][]float64, lo, hi int) []float64 {
			sum := startPartial()
			SquaredDistance(v[0][lo:hi], v[1][lo:hi], &sum)
			return sum[:]
		}},
		{"SampleInto/in-place", 1, func(v [][]float64, lo, hi int) []float64 {
			SampleInto(v[0][lo:hi], &Sample{Noise: v[0][lo:hi], ScaleFactor: 1.5})
			return nil
		}},
	}
	for variant := range 4 {
		cases = append(cases, productCase{fmt.Sprintf("SampleInto/%d", variant), 4, func(v [][]float64, lo, hi int) []float64 {
			SampleInto(v[0][lo:hi], sampleVariant(variant, [][]float64{v[1][lo:hi], v[2][lo:hi], v[3][lo:hi]}))
			return nil
		}})
	}
	for rows := range mostRows + 1 {
		cases = append(cases, productCase{fmt.Sprintf("Gram/%d", rows), rows, func(v [][]float64, lo, hi int) []float64 {
			dst := signedZeros(rows * rows)
			Gram(dst, v, lo, hi)
			return dst
		}})
		for columns := range mostRows + 1 {
			shape := fmt.Sprintf("/%d×%d", rows, columns)
			cases = append(cases,
				productCase{"InnerProducts" + shape, rows + columns, func(v [][]float64, lo, hi int) []float64 {
					dst := signedZeros(rows * columns)
					InnerProducts(dst, v[:rows], v[rows:], lo, hi)
					return dst
				}},
				productCase{"MultiplyAdd" + shape, rows + columns, func(v [][]float64, lo, hi int) []float64 {
					MultiplyAdd(v[:columns], v[columns:], someVector(rows*columns), 0.75, lo, hi)
					return nil
				}})
		}
	}
	return cases
}

// signedZeros are numbers among which some are −0.
func signedZeros(n int) []float64 {
	x := someVector(n)
	for i := range x {
		if i%3 == 0 {
			x[i] = math.Copysign(0, -1)
		}
	}
	return x
}

// compareProducts runs a case on the specification and on a path, on the same
// rows, and compares every bit.
func compareProducts(t testing.TB, path cpu.Path, c productCase, got [][]float64, lo, hi int) {
	t.Helper()
	want := clone(got)
	var gotSums, wantSums []float64
	onPath(cpu.Generic, func() { wantSums = c.run(want, lo, hi) })
	onPath(path, func() { gotSums = c.run(got, lo, hi) })
	what := fmt.Sprintf("%s, from %d to %d", c.name, lo, hi)
	compareVectors(t, what, gotSums, wantSums)
	for i := range got {
		compareVectors(t, what, got[i], want[i])
	}
}

// TestProductPathsSameBits runs every kernel on ranges of every length of rows
// that lie next to a guard page or at other alignments. The rows go on beyond the
// range with NaN, and so does the page beyond the row.
func TestProductPathsSameBits(t *testing.T) {
	band := math.Float64frombits(0x7ff8dead_beef0001)
	forVectorPaths(t, func(t *testing.T, path cpu.Path) {
		const around = 96 // elements of a page that a row may use
		var first, last [][]float64
		for range 2 * mostRows {
			page := newPage(t)
			first, last = append(first, page[:around]), append(last, page[len(page)-around:])
		}
		r := rand.New(rand.NewPCG(1, 3))
		for _, c := range productCases() {
			for n := range 71 {
				for _, place := range []struct {
					pages             [][]float64
					start, lo, behind int
				}{
					{last, around - n, 0, 0},
					{first, 0, 0, 0},
					{first, n % 5, n % 11, n % 4},
				} {
					rows := make([][]float64, c.rows)
					for i := range rows {
						page := place.pages[i]
						for j := range page {
							page[j] = band
						}
						rows[i] = page[place.start:][: place.lo+n+place.behind : place.lo+n+place.behind]
						fillNormal(r, rows[i][place.lo:place.lo+n])
					}
					compareProducts(t, path, c, rows, place.lo, place.lo+n)
					what := fmt.Sprintf("%s, length %d", c.name, n)
					for i := range rows {
						checkBand(t, what, place.pages[i], rows[i][place.lo:place.lo+n], band)
					}
				}
			}
		}
	})
}

// TestProductPathsSpecialValues compares the paths on rows with NaN, infinities,
// signed zeros, subnormal and huge numbers, few or many of them.
func TestProductPathsSpecialValues(t *testing.T) {
	forVectorPaths(t, func(t *testing.T, path cpu.Path) {
		r := rand.New(rand.NewPCG(3, 5))
		for _, c := range productCases() {
			for round := range 20 {
				rows := make([][]float64, c.rows)
				for i := range rows {
					rows[i] = make([]float64, 39)
					fillNormal(r, rows[i])
					for j := range rows[i] {
						if r.IntN(round+2) == 0 {
							rows[i][j] = special[r.IntN(len(special))]
						}
					}
				}
				compareProducts(t, path, c, rows, round%7, 39-round%5)
			}
		}
	})
}

// TestNegativeZeroProducts has products that underflow to −0 in every lane: the
// missing elements of the last vector must not turn the sum into +0.
func TestNegativeZeroProducts(t *testing.T) {
	for _, path := range cpu.Available() {
		for n := ProductLanes[float64](); n <= 2*ProductLanes[float64](); n++ {
			tiny, minus := make([]float64, n), make([]float64, n)
			for i := range n {
				tiny[i], minus[i] = 0x1p-1000, -0x1p-1000
			}
			got := []float64{math.Copysign(0, -1)}
			onPath(path, func() { InnerProducts(got, [][]float64{tiny}, [][]float64{minus}, 0, n) })
			if got[0] != 0 || !math.Signbit(got[0]) {
				t.Errorf("%v: length %d: %v, want −0", path, n, got[0])
			}
		}
	}
}

// FuzzProductPaths compares the paths of a kernel, chosen by number, on any
// numbers and ranges.
func FuzzProductPaths(f *testing.F) {
	fuzzSeeds(f)
	cases := productCases()
	f.Fuzz(func(t *testing.T, which uint16, data []byte) {
		c := cases[int(which)%len(cases)]
		rows := fuzzArrays(data, max(c.rows, 1))[:c.rows]
		n := len(data) / 8 / max(c.rows, 1)
		lo := int(which>>8) % (n + 1)
		for _, path := range cpu.Available()[1:] {
			compareProducts(t, path, c, clone(rows), lo, n)
		}
	})
}

// TestProductsDoNotAllocate covers every kernel on every path.
func TestProductsDoNotAllocate(t *testing.T) {
	const n, rows, columns = 101, 6, 5
	u, v := someRows(rows, n), someRows(columns, n)
	dst, gram := make([]float64, rows*columns), make([]float64, rows*rows)
	for _, path := range cpu.Available() {
		onPath(path, func() {
			var sum Partial
			var x [RecurrenceLanes]float64
			allocations := testing.AllocsPerRun(10, func() {
				InnerProducts(dst, u, v, 1, n)
				Gram(gram, u, 1, n)
				MultiplyAdd(v, u, dst, 0.5, 1, n)
				WeightedDot(u[0], u[1], u[2], &sum)
				SquaredDistance(u[0], u[1], &sum)
				for variant := range 4 {
					s := Sample{Noise: u[0], ScaleFactor: 1}
					if variant&1 != 0 {
						s.Mean = u[1]
					}
					if variant&2 != 0 {
						s.Scale = u[2]
					}
					SampleInto(v[0], &s)
				}
				Recurrence(&x, 0.5, 1, 2)
			})
			if allocations != 0 {
				t.Errorf("%v: %v allocations", path, allocations)
			}
		})
	}
}
