package kernels

import (
	"fmt"
	"math"
	"testing"

	"anisgd/kernels/cpu"
)

// aheadRows is the number of rows a case works on: x, the samples, their noises,
// and as many means and scales.
const aheadRows = 1 + 4*Ahead

// aheadCase takes the mean and the scale of sample j from row means[j] and
// scales[j], or has none where these are negative.
func aheadCase(name string, means, scales [Ahead]int, ahead int) productCase {
	return productCase{"UpdateSamplesDots/" + name, aheadRows, func(v [][]float64, lo, hi int) []float64 {
		var a [Ahead][]float64
		var s [Ahead]Sample
		for j := range s {
			a[j] = v[1+j][lo:hi]
			s[j] = Sample{Noise: v[1+Ahead+j][lo:hi], MeanFactor: 0.7 - float64(j), ScaleFactor: 1.3 + float64(j), Ahead: ahead}
			if row := means[j]; row >= 0 {
				s[j].Mean = v[1+2*Ahead+row][lo:hi]
			}
			if row := scales[j]; row >= 0 {
				s[j].Scale = v[1+3*Ahead+row][lo:hi]
			}
		}
		var sums AheadSums
		start := someVector(len(sumsOf(&sums)))
		for p := range sums.Output {
			start = start[copy(sums.Output[p][:], start):]
		}
		for p := range sums.Gram {
			start = start[copy(sums.Gram[p][:], start):]
		}
		UpdateSamplesDots(v[0][lo:hi], &a, 0.99, &[Ahead]float64{-0.2, 0.3, 0, 1.7}, &s, &sums)
		return sumsOf(&sums)
	}}
}

// sumsOf is all lanes one after the other.
func sumsOf(sums *AheadSums) []float64 {
	var all []float64
	for _, p := range sums.Output {
		all = append(all, p[:]...)
	}
	for _, p := range sums.Gram {
		all = append(all, p[:]...)
	}
	return all
}

func aheadCases() []productCase {
	none, own := [Ahead]int{-1, -1, -1, -1}, [Ahead]int{0, 1, 2, 3}
	return []productCase{
		aheadCase("none", none, none, 0),
		aheadCase("own", own, own, 0),
		aheadCase("own/fetch", own, own, AheadBlock),
		aheadCase("shared", [Ahead]int{0, 0, 0, 0}, [Ahead]int{0, 1, 1, 0}, 20),
		aheadCase("means", own, none, 20),
		aheadCase("scales", none, own, AheadBlock),
		aheadCase("mixed", [Ahead]int{-1, 0, -1, 1}, [Ahead]int{2, -1, -1, 2}, AheadBlock),
	}
}

// TestAheadPathsSameBits runs the sweep on arrays of every length that end at a
// guard page, begin at one, or begin at every alignment, each surrounded by NaN,
// and compares every bit with the specification.
func TestAheadPathsSameBits(t *testing.T) {
	band := math.Float64frombits(0x7ff8dead_beef0001)
	forVectorPaths(t, func(t *testing.T, path cpu.Path) {
		const around = 160 // elements of a page that a row may use
		var first, last [][]float64
		for range aheadRows {
			page := newPage(t)
			first, last = append(first, page[:around]), append(last, page[len(page)-around:])
		}
		numbers := someRows(aheadRows, longest)
		for _, c := range aheadCases() {
			for _, n := range lengths() {
				for start := -1; start < 8; start++ {
					pages, rows := first, make([][]float64, c.rows)
					for i := range rows {
						// Unless at a guard page, rows of one call differ in alignment.
						from := start
						switch start {
						case -1:
							pages, from = last, around-n
						case 0:
						default:
							from += i
						}
						for j := range pages[i] {
							pages[i][j] = band
						}
						rows[i] = pages[i][from:][:n:n]
						copy(rows[i], numbers[i])
					}
					compareProducts(t, path, c, rows, 0, n)
					for i := range rows {
						checkBand(t, fmt.Sprintf("%s, length %d, start %d", c.name, n, start), pages[i], rows[i], band)
					}
				}
			}
		}
	})
}

// TestAheadPathsSpecialValues compares the paths on rows with NaN, infinities,
// signed zeros, subnormal and huge numbers, few or many of them.
func TestAheadPathsSpecialValues(t *testing.T) {
	forVectorPaths(t, func(t *testing.T, path cpu.Path) {
		for _, c := range aheadCases() {
			for round := range 100 {
				rows := someRows(c.rows, 39)
				for i := range rows {
					for j := range rows[i] {
						if place := 7*i + 5*j + j*j; place%(round+2) == 0 {
							rows[i][j] = special[(place/(round+2)+i)%len(special)]
						}
					}
				}
				compareProducts(t, path, c, rows, round%7, 39-round%5)
			}
		}
	})
}

// FuzzAheadPaths compares the paths of the sweep on any numbers and ranges.
func FuzzAheadPaths(f *testing.F) {
	fuzzSeeds(f)
	cases := aheadCases()
	f.Fuzz(func(t *testing.T, which uint16, data []byte) {
		c := cases[int(which)%len(cases)]
		rows := fuzzArrays(data, c.rows)
		n := len(rows[0])
		lo := int(which>>8) % (n + 1)
		for _, path := range cpu.Available()[1:] {
			compareProducts(t, path, c, clone(rows), lo, n)
		}
	})
}
