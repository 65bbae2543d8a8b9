package kernels

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
	"unsafe"

	"anisgd/kernels/cpu"
)

// singleCase is one way to call a kernel of float32.
type singleCase struct {
	name   string
	arrays int
	run    func(v [][]float32) Partial
}

func singleCases() []singleCase {
	cases := []singleCase{
		{"Update32", 2, func(v [][]float32) Partial {
			Update32(v[0], v[1], 0.75, -0.3)
			return Partial{}
		}},
		{"SampleDot32/in-place", 2, func(v [][]float32) Partial {
			dot := startPartial()
			SampleDot32(v[0], v[1], &Sample32{Noise: v[0], ScaleFactor: 1.5}, &dot)
			return dot
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
		sample := func(v [][]float32) *Sample32 {
			s := &Sample32{Noise: v[2], MeanFactor: -0.7, ScaleFactor: 1.3, Ahead: ahead}
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
			singleCase{"SampleDot32" + suffix, arrays, func(v [][]float32) Partial {
				dot := startPartial()
				SampleDot32(v[1], v[0], sample(v), &dot)
				return dot
			}},
			singleCase{"UpdateSampleDot32" + suffix, arrays, func(v [][]float32) Partial {
				dot := startPartial()
				UpdateSampleDot32(v[0], v[1], 0.99, -0.2, sample(v), &dot)
				return dot
			}})
	}
	return cases
}

func cloneSingles(v [][]float32) [][]float32 {
	c := make([][]float32, len(v))
	for i := range v {
		c[i] = append([]float32{}, v[i]...)
	}
	return c
}

func compareSingles(t testing.TB, what string, got, want [][]float32) {
	t.Helper()
	for k := range want {
		for i, w := range want[k] {
			if g := got[k][i]; math.Float32bits(g) != math.Float32bits(w) && (g == g || w == w) {
				t.Fatalf("%s: array %d, element %d: %v, want %v", what, k, i, g, w)
			}
		}
	}
}

// TestSinglePathsSameBits is TestPathsSameBits for float32.
func TestSinglePathsSameBits(t *testing.T) {
	band := math.Float32frombits(0x7fc5beef)
	forVectorPaths(t, func(t *testing.T, path cpu.Path) {
		var pages [][]float32
		for range 5 {
			page := newPage(t)
			pages = append(pages, unsafe.Slice((*float32)(unsafe.Pointer(&page[0])), 2*len(page)))
		}
		r := rand.New(rand.NewPCG(1, 3))
		for _, c := range singleCases() {
			for _, n := range lengths() {
				inputs := make([][]float32, c.arrays)
				for i := range inputs {
					inputs[i] = make([]float32, n)
					for j := range inputs[i] {
						inputs[i][j] = float32(r.NormFloat64())
					}
				}
				want := cloneSingles(inputs)
				var wantSum Partial
				onPath(cpu.Generic, func() { wantSum = c.run(want) })
				atEnd := len(pages[0]) - n
				for _, start := range []int{0, atEnd, 1, 2, 3, 4, 7, 8, 15} {
					got := make([][]float32, c.arrays)
					for i := range got {
						for j := range pages[i] {
							pages[i][j] = band
						}
						shift := 0
						if start != 0 && start != atEnd {
							shift = i
						}
						got[i] = pages[i][start+shift:][:n:n]
						copy(got[i], inputs[i])
					}
					var gotSum Partial
					onPath(path, func() { gotSum = c.run(got) })
					what := fmt.Sprintf("%s, length %d, start %d", c.name, n, start)
					comparePartials(t, what, []Partial{gotSum}, []Partial{wantSum})
					compareSingles(t, what, got, want)
					for i := range got {
						untouched := 0
						for _, x := range pages[i] {
							if math.Float32bits(x) == math.Float32bits(band) {
								untouched++
							}
						}
						if untouched != len(pages[i])-n {
							t.Fatalf("%s: wrote outside of array %d", what, i)
						}
					}
				}
			}
		}
	})
}

// fuzzSingles cuts the data into so many arrays of one length.
func fuzzSingles(data []byte, arrays int) [][]float32 {
	n := len(data) / 4 / arrays
	v := make([][]float32, arrays)
	for i := range v {
		v[i] = make([]float32, n)
		for j := range v[i] {
			v[i][j] = math.Float32frombits(binary.LittleEndian.Uint32(data))
			data = data[4:]
		}
	}
	return v
}

// FuzzSinglePaths compares the paths of a kernel of float32 on any numbers; its seeds
// hold those that arithmetic treats in its own way.
func FuzzSinglePaths(f *testing.F) {
	odd := []float32{float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1)), 0, float32(math.Copysign(0, -1)),
		math.SmallestNonzeroFloat32, -0x1p-130, 0x1p-126, math.MaxFloat32, -math.MaxFloat32, 1, -1}
	cases := singleCases()
	for which := range cases {
		var data []byte
		for i, x := range someVector(700) {
			value := float32(x)
			if i%5 == which%5 {
				value = odd[i%len(odd)]
			}
			data = binary.LittleEndian.AppendUint32(data, math.Float32bits(value))
		}
		f.Add(uint16(which), data)
	}
	f.Fuzz(func(t *testing.T, which uint16, data []byte) {
		c := cases[int(which)%len(cases)]
		inputs := fuzzSingles(data, c.arrays)
		want := cloneSingles(inputs)
		var wantSum Partial
		onPath(cpu.Generic, func() { wantSum = c.run(want) })
		for _, path := range cpu.Available()[1:] {
			got := cloneSingles(inputs)
			var gotSum Partial
			onPath(path, func() { gotSum = c.run(got) })
			comparePartials(t, c.name, []Partial{gotSum}, []Partial{wantSum})
			compareSingles(t, c.name, got, want)
		}
	})
}

// TestSinglesAreRoundedAsStated compares every element with exact arithmetic, rounded
// where the doc comments say.
func TestSinglesAreRoundedAsStated(t *testing.T) {
	const n = 53
	r := rand.New(rand.NewPCG(7, 7))
	v := make([][]float32, 5)
	for k := range v {
		v[k] = make([]float32, n)
		for i := range v[k] {
			v[k][i] = float32(r.NormFloat64())
		}
	}
	sample := &Sample32{Noise: v[2], Mean: v[3], MeanFactor: -1.7, Scale: v[4]}
	const shrink, step = 0.99, -0.013
	product := func(x, y float32) float32 {
		p, _ := new(big.Float).SetPrec(24).Mul(big.NewFloat(float64(x)), big.NewFloat(float64(y))).Float32()
		return p
	}
	sum := func(x, y float32) float32 {
		s, _ := new(big.Float).SetPrec(24).Add(big.NewFloat(float64(x)), big.NewFloat(float64(y))).Float32()
		return s
	}
	want := cloneSingles(v)
	var wantDot Partial
	for i := range n {
		want[0][i] = sum(product(step, v[1][i]), product(shrink, v[0][i]))
		want[1][i] = sum(product(v[4][i], v[2][i]), product(-1.7, v[3][i]))
		wantDot[i%Lanes] = rounded(exact([]float64{float64(want[0][i]), float64(want[1][i])}, []float64{wantDot[i%Lanes]}))
	}
	for _, path := range cpu.Available() {
		got := cloneSingles(v)
		var dot Partial
		onPath(path, func() { UpdateSampleDot32(got[0], got[1], shrink, step, sample, &dot) })
		compareSingles(t, path.String(), got, want)
		comparePartials(t, path.String(), []Partial{dot}, []Partial{wantDot})

		got, dot = cloneSingles(v), Partial{}
		allocations := 0.0
		onPath(path, func() {
			Update32(got[0], got[1], shrink, step)
			SampleDot32(got[1], got[0], sample, &dot)
			compareSingles(t, path.String()+", separate", got, want)
			comparePartials(t, path.String()+", separate", []Partial{dot}, []Partial{wantDot})
			allocations = testing.AllocsPerRun(5, func() {
				Update32(got[0], got[1], shrink, step)
				SampleDot32(got[1], got[0], sample, &dot)
				UpdateSampleDot32(got[0], got[1], shrink, step, sample, &dot)
			})
		})
		if allocations != 0 {
			t.Errorf("%v: %v allocations", path, allocations)
		}
	}
}

func TestSinglesCheckLengths(t *testing.T) {
	var dot Partial
	long, short := make([]float32, 20), make([]float32, 19)
	for name, call := range map[string]func(){
		"Update32":               func() { Update32(long, short, 1, 1) },
		"SampleDot32 x":          func() { SampleDot32(long, short, &Sample32{Noise: long}, &dot) },
		"SampleDot32 noise":      func() { SampleDot32(long, long, &Sample32{Noise: short}, &dot) },
		"UpdateSampleDot32 a":    func() { UpdateSampleDot32(long, short, 1, 1, &Sample32{Noise: long}, &dot) },
		"UpdateSampleDot32 mean": func() { UpdateSampleDot32(long, long, 1, 1, &Sample32{Noise: long, Mean: short}, &dot) },
		"UpdateSampleDot32 scale": func() {
			UpdateSampleDot32(long, long, 1, 1, &Sample32{Noise: long, Scale: short}, &dot)
		},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			call()
		}()
	}
}
