package kernels

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"anisgd/kernels/cpu"
)

// kernelCase is one way to call a kernel, on some arrays of one length.
type kernelCase struct {
	name   string
	arrays int
	// run calls the kernel and returns what it has added to the sums; arrays it
	// writes are compared by the caller.
	run func(v [][]float64) []Partial
}

func kernelCases() []kernelCase {
	cases := []kernelCase{
		{"Dot", 2, func(v [][]float64) []Partial {
			dot := startPartial()
			Dot(v[0], v[1], &dot)
			return []Partial{dot}
		}},
		{"Sum", 1, func(v [][]float64) []Partial {
			sum := startPartial()
			Sum(v[0], &sum)
			return []Partial{sum}
		}},
		{"Squares", 1, func(v [][]float64) []Partial {
			sum := startPartial()
			Squares(v[0], &sum)
			return []Partial{sum}
		}},
		{"WeightedSquares", 2, func(v [][]float64) []Partial {
			sum := startPartial()
			WeightedSquares(v[0], v[1], &sum)
			return []Partial{sum}
		}},
		{"Update", 2, func(v [][]float64) []Partial {
			Update(v[0], v[1], 0.75, -0.3)
			return nil
		}},
		{"Triad", 3, func(v [][]float64) []Partial {
			Triad(v[0], v[1], v[2], 0.7)
			return nil
		}},
		{"SampleDot/in-place", 2, func(v [][]float64) []Partial {
			dot := startPartial()
			SampleDot(v[0], v[1], &Sample{Noise: v[0], ScaleFactor: 1.5}, &dot)
			return []Partial{dot}
		}},
	}
	for variant := range 8 {
		withMean, withScale, ahead := variant&1 != 0, variant&2 != 0, 20*(variant>>2)
		arrays := 3
		if withMean {
			arrays++
		}
		if withScale {
			arrays++
		}
		sample := func(v [][]float64) *Sample {
			s := &Sample{Noise: v[2], MeanFactor: -0.7, ScaleFactor: 1.3, Ahead: ahead}
			if withMean {
				s.Mean = v[3]
			}
			if withScale {
				s.Scale = v[arrays-1]
			}
			return s
		}
		suffix := fmt.Sprintf("/mean=%v/scale=%v/ahead=%d", withMean, withScale, ahead)
		cases = append(cases,
			kernelCase{"SampleDot" + suffix, arrays, func(v [][]float64) []Partial {
				dot := startPartial()
				SampleDot(v[1], v[0], sample(v), &dot)
				return []Partial{dot}
			}},
			kernelCase{"UpdateSampleDot" + suffix, arrays, func(v [][]float64) []Partial {
				dot := startPartial()
				UpdateSampleDot(v[0], v[1], 0.99, -0.2, sample(v), &dot)
				return []Partial{dot}
			}})
	}
	return append(cases, stageCases()...)
}

// startPartial is a sum that is not empty, for kernels add to what is there.
func startPartial() Partial {
	var p Partial
	for i := range p {
		p[i] = float64(i) - 7.3
	}
	return p
}

// stageCases are the sweeps with every number of stages, for several shapes.
func stageCases() []kernelCase {
	var cases []kernelCase
	for _, shape := range [][2]int{{1, 0}, {1, 1}, {2, 1}, {2, 2}, {3, 2}, {5, 4}} {
		spectra, sources := shape[0], shape[1]
		arrays := 2 + spectra + sources
		for n := range MaxStages + 1 {
			stages := func(v [][]float64) *Stages {
				return randomStages(n, len(v[0]), v[2:2+spectra], v[2+spectra:arrays])
			}
			suffix := fmt.Sprintf("/spectra=%d/sources=%d/stages=%d", spectra, sources, n)
			combine := func(v [][]float64, dstY, dstC []float64) []Partial {
				st := stages(v)
				sums := st.NewSums()
				st.Combine(0, len(v[0]), v[0], v[1], dstY, dstC, someVector(n), sums)
				return append(sums.Linear, sums.Quadratic...)
			}
			cases = append(cases,
				kernelCase{"Combine" + suffix, arrays, func(v [][]float64) []Partial {
					return combine(v, nil, nil)
				}},
				kernelCase{"Combine/in-place" + suffix, arrays, func(v [][]float64) []Partial {
					return combine(v, v[0], v[1])
				}},
				kernelCase{"Combine/store" + suffix, arrays + 2, func(v [][]float64) []Partial {
					return combine(v, v[arrays], v[arrays+1])
				}})
			cases = append(cases, kernelCase{"CombineError" + suffix, arrays + 4, func(v [][]float64) []Partial {
				st := stages(v[:arrays])
				sums := st.NewSums()
				st.CombineError(0, len(v[0]), v[0], v[1], v[arrays], v[arrays+1], v[arrays+2], v[arrays+3],
					someVector(n), someVector(n + 1)[1:], sums)
				return append(sums.Linear, sums.Quadratic...)
			}})
			if n > 0 {
				cases = append(cases, kernelCase{"ErrorNorm" + suffix, arrays + 4, func(v [][]float64) []Partial {
					st := stages(v[:arrays])
					sums := st.NewErrorSums()
					for i := range sums.all {
						sums.all[i] = startPartial()
					}
					st.ErrorNorm(0, len(v[0]), v[0], v[1], v[arrays], v[arrays+1], v[arrays+2], v[arrays+3],
						0.7, 1e-3, 1e-2, sums)
					return sums.all
				}})
			}
		}
	}
	return cases
}

// someVector is a reproducible vector of numbers of both signs.
func someVector(n int) []float64 {
	r := rand.New(rand.NewPCG(17, uint64(n)))
	v := make([]float64, n)
	fillNormal(r, v)
	return v
}

func fillNormal(r *rand.Rand, v []float64) {
	for i := range v {
		v[i] = r.NormFloat64()
	}
}

func randomCoupling(r *rand.Rand, spectra, sources int) *Coupling {
	k := &Coupling{
		Decay: r.NormFloat64(),
		Rate:  make([]float64, spectra),
		Noise: make([]float64, spectra),
		Drive: make([]float64, sources),
	}
	fillNormal(r, k.Rate)
	fillNormal(r, k.Noise)
	fillNormal(r, k.Drive)
	return k
}

// randomStages is a step with n stages whose scalars depend on n only.
func randomStages(n, modes int, spectra, sources [][]float64) *Stages {
	r := rand.New(rand.NewPCG(5, uint64(n)))
	st := NewStages(modes, spectra, sources)
	for i := range n {
		row := make([]float64, i)
		fillNormal(r, row)
		st.Append(randomCoupling(r, len(spectra), len(sources)), row)
	}
	return st
}

// forVectorPaths runs a test on every path but the generic one.
func forVectorPaths(t *testing.T, run func(t *testing.T, path cpu.Path)) {
	paths := cpu.Available()[1:]
	if len(paths) == 0 {
		t.Skip("no assembly in this build or for this processor")
	}
	for _, path := range paths {
		t.Run(path.String(), func(t *testing.T) { run(t, path) })
	}
}

func onPath(path cpu.Path, run func()) {
	defer cpu.Override(path)()
	run()
}

// sameBits reports whether two numbers are the same, or both NaN.
func sameBits(x, y float64) bool {
	return math.Float64bits(x) == math.Float64bits(y) || x != x && y != y
}

func comparePartials(t testing.TB, what string, got, want []Partial) {
	t.Helper()
	for i := range want {
		for lane := range Lanes {
			if !sameBits(got[i][lane], want[i][lane]) {
				t.Fatalf("%s: sum %d, lane %d: %v, want %v", what, i, lane, got[i][lane], want[i][lane])
			}
		}
	}
}

func compareVectors(t testing.TB, what string, got, want []float64) {
	t.Helper()
	for i := range want {
		if !sameBits(got[i], want[i]) {
			t.Fatalf("%s: element %d: %v, want %v", what, i, got[i], want[i])
		}
	}
}

func clone(v [][]float64) [][]float64 {
	c := make([][]float64, len(v))
	for i := range v {
		c[i] = append([]float64{}, v[i]...)
	}
	return c
}

const longest = 130

// lengths is every length up to the longest; in short tests, for emulators, those of
// the first two tiles and of the last ones.
func lengths() []int {
	var list []int
	for n := range longest + 1 {
		if !testing.Short() || n <= 2*Lanes+1 || n >= longest-2 {
			list = append(list, n)
		}
	}
	return list
}

// TestPathsSameBits runs every kernel on arrays of every length that end at a
// guard page, begin at one, or begin at every alignment, each surrounded by NaN,
// and compares every bit with the specification.
func TestPathsSameBits(t *testing.T) {
	band := math.Float64frombits(0x7ff8dead_beef0001)
	forVectorPaths(t, func(t *testing.T, path cpu.Path) {
		var pages [][]float64
		for range 16 {
			pages = append(pages, newPage(t))
		}
		r := rand.New(rand.NewPCG(1, 2))
		for _, c := range kernelCases() {
			for _, n := range lengths() {
				inputs := make([][]float64, c.arrays)
				for i := range inputs {
					inputs[i] = make([]float64, n)
					fillNormal(r, inputs[i])
				}
				want := clone(inputs)
				var wantSums []Partial
				onPath(cpu.Generic, func() { wantSums = c.run(want) })

				atEnd := len(pages[0]) - n
				for _, start := range []int{0, atEnd, 1, 2, 3, 4, 5, 6, 7} {
					got := make([][]float64, c.arrays)
					for i := range got {
						for j := range pages[i] {
							pages[i][j] = band
						}
						// Unless at a guard page, arrays of one call differ in alignment.
						shift := 0
						if start != 0 && start != atEnd {
							shift = i
						}
						got[i] = pages[i][start+shift:][:n:n]
						copy(got[i], inputs[i])
					}
					var gotSums []Partial
					onPath(path, func() { gotSums = c.run(got) })
					what := fmt.Sprintf("%s, length %d, start %d", c.name, n, start)
					comparePartials(t, what, gotSums, wantSums)
					for i := range got {
						compareVectors(t, what, got[i], want[i])
						checkBand(t, what, pages[i], got[i], band)
					}
				}
			}
		}
	})
}

// checkBand fails if anything on the page beside the array has changed.
func checkBand(t *testing.T, what string, page, array []float64, band float64) {
	t.Helper()
	untouched := 0
	for _, x := range page {
		if math.Float64bits(x) == math.Float64bits(band) {
			untouched++
		}
	}
	if untouched != len(page)-len(array) {
		t.Fatalf("%s: wrote outside of an array", what)
	}
}

// special are the numbers that arithmetic treats in its own way.
var special = []float64{
	math.NaN(), math.Inf(1), math.Inf(-1), 0, math.Copysign(0, -1),
	math.SmallestNonzeroFloat64, -0x1p-1040, 0x1p-1022, math.MaxFloat64, -math.MaxFloat64, 1, -1,
}

// TestPathsSpecialValues compares the paths on arrays with NaN, infinities,
// signed zeros, subnormal and huge numbers, few or many of them.
func TestPathsSpecialValues(t *testing.T) {
	forVectorPaths(t, func(t *testing.T, path cpu.Path) {
		r := rand.New(rand.NewPCG(3, 4))
		for _, c := range kernelCases() {
			for round := range 60 {
				inputs := make([][]float64, c.arrays)
				for i := range inputs {
					inputs[i] = make([]float64, 37)
					fillNormal(r, inputs[i])
					for j := range inputs[i] {
						if r.IntN(round+2) == 0 {
							inputs[i][j] = special[r.IntN(len(special))]
						}
					}
				}
				got, want := clone(inputs), inputs
				var gotSums, wantSums []Partial
				onPath(cpu.Generic, func() { wantSums = c.run(want) })
				onPath(path, func() { gotSums = c.run(got) })
				comparePartials(t, c.name, gotSums, wantSums)
				for i := range got {
					compareVectors(t, c.name, got[i], want[i])
				}
			}
		}
	})
}

// TestNoAllocations covers every kernel on every path.
func TestNoAllocations(t *testing.T) {
	x, a, m, z := someVector(100), someVector(100), someVector(100), someVector(100)
	st := randomStages(MaxStages, 100, [][]float64{x, a}, [][]float64{m})
	sums, ends, err, k := st.NewSums(), st.NewErrorSums(), someVector(MaxStages), randomCoupling(rand.New(rand.NewPCG(1, 1)), 2, 1)
	y, c := someVector(100), someVector(100)
	for _, path := range cpu.Available() {
		onPath(path, func() {
			var sum Partial
			allocations := testing.AllocsPerRun(10, func() {
				Dot(x, a, &sum)
				Sum(x, &sum)
				Squares(x, &sum)
				WeightedSquares(x, a, &sum)
				Update(y, a, 1, 0.1)
				Triad(y, a, m, 0.1)
				for variant := range 4 {
					s := Sample{Noise: z, ScaleFactor: 1}
					if variant&1 != 0 {
						s.Mean = m
					}
					if variant&2 != 0 {
						s.Scale = x
					}
					SampleDot(c, y, &s, &sum)
					UpdateSampleDot(y, c, 1, 0.1, &s, &sum)
				}
				st.Combine(0, 100, y, c, y, c, err, sums)
				st.CombineError(0, 100, y, c, c, y, x, a, err, err, sums)
				st.ErrorNorm(0, 100, y, c, x, a, m, z, 1, 1, 1, ends)
				st.Reset()
				for i := range MaxStages {
					st.Append(k, err[:i])
				}
				Derivative(y, c, y, c, k, st.spectra, st.sources)
			})
			if allocations != 0 {
				t.Errorf("%v: %v allocations", path, allocations)
			}
		})
	}
}
