package kernels

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"anisgd/kernels/cpu"
	"anisgd/kernels/elementary"
)

// abreastCase is arguments of all kernels of runs side by side, some of them extreme.
type abreastCase struct {
	sampling      Sampling
	uniforms      []float64
	mean, scale   []float64
	a, x, squares []float64
	targets       []int64
	r, labels     Runs
	shrink, rate  Runs
	dst           []float64
	stride        int
	thresholds    []float64
}

func newAbreastCase(r *rand.Rand, classes, steps, rows int) *abreastCase {
	c := &abreastCase{stride: Abreast * (1 + r.IntN(3))}
	normals := func(n int) []float64 {
		v := make([]float64, n)
		for i := range v {
			v[i] = r.NormFloat64()
			if r.IntN(20) == 0 {
				v[i] *= 3
			}
		}
		return v
	}
	c.sampling.Noise = normals(steps*Abreast + 17)
	for j := range steps {
		c.sampling.Places = append(c.sampling.Places, int64((steps-1-j)*Abreast+r.IntN(18)))
		for range Abreast {
			c.sampling.Classes = append(c.sampling.Classes, int64(r.IntN(classes)))
		}
	}
	c.uniforms = make([]float64, (steps+1)*2*Abreast)
	for i := range c.uniforms {
		c.uniforms[i] = r.Float64()
		if r.IntN(10) == 0 {
			c.uniforms[i] = 1 - 0x1p-53
		}
	}
	c.mean, c.scale = normals(classes), normals(classes)
	c.mean[0], c.scale[0] = math.Copysign(0, -1), 0
	for i := range classes - 1 {
		c.thresholds = append(c.thresholds, float64(i+1)/float64(classes))
	}
	c.a, c.x = normals(rows*Abreast), normals(rows*Abreast)
	for row := 0; row < rows; row += 2 {
		c.targets = append(c.targets, int64(row))
		c.squares = append(c.squares, normals(Abreast)...)
	}
	for i, v := range c.squares {
		c.squares[i] = v * v
	}
	copy(c.r[:], normals(Abreast))
	for l := range c.labels {
		c.labels[l] = float64(1 - 2*r.IntN(2))
		c.shrink[l], c.rate[l] = r.Float64(), r.Float64()
		switch r.IntN(12) {
		case 0:
			c.r[l] *= 300
		case 1:
			c.r[l] = math.Copysign(0, c.r[l])
		}
	}
	c.dst = make([]float64, steps*c.stride+Abreast)
	return c
}

// all calls every kernel and returns all that they write.
func (c *abreastCase) all() []float64 {
	var got []float64
	classes := make([]int64, len(c.uniforms)-3)
	ClassesAbreast(classes, c.uniforms[:len(classes)], c.thresholds)
	for _, v := range classes {
		got = append(got, float64(v))
	}
	flag := func(v bool) {
		if v {
			got = append(got, 1)
		} else {
			got = append(got, 0)
		}
	}
	dst := slices.Clone(c.dst)
	SampleAbreast(dst, c.stride, &c.sampling, c.mean, c.scale)
	got = append(got, dst...)
	for _, bound := range []float64{0.2, 1e-9} {
		flag(RadiusAbreast(dst, c.stride, &c.sampling, c.uniforms[Abreast:], 2*Abreast, c.scale, &RadiusLaw{Slope: 0.13, Bound: bound, Factor: 77}))
		got = append(got, dst...)
	}
	x, r := slices.Clone(c.x), Runs{}
	for _, bound := range []float64{0.1, 1e3} {
		flag(OutputsAbreast(&r, c.a, x, bound))
		got = append(got, r[:]...)
	}
	LogisticAbreast(&r, &c.r, &c.labels)
	got = append(got, r[:]...)
	UpdateAbreast(x, c.a, c.squares, c.targets, &c.shrink, &c.rate, &r)
	return append(got, x...)
}

func TestAbreastSameBits(t *testing.T) {
	for _, path := range cpu.Available()[1:] {
		t.Run(path.String(), func(t *testing.T) {
			r := rand.New(rand.NewPCG(3, 1))
			for _, classes := range []int{1, 2, 8, 9, 30} {
				for range 200 {
					c := newAbreastCase(r, classes, r.IntN(6), r.IntN(9))
					var want, got []float64
					onPath(cpu.Generic, func() { want = c.all() })
					onPath(path, func() { got = c.all() })
					for i, v := range want {
						if math.Float64bits(got[i]) != math.Float64bits(v) && !(math.IsNaN(v) && math.IsNaN(got[i])) {
							t.Fatalf("%d classes, %d steps, %d rows: number %d of %d is %v, want %v",
								classes, len(c.sampling.Places), len(c.x)/Abreast, i, len(want), got[i], v)
						}
					}
				}
			}
		})
	}
}

// No path reads or writes beyond the arrays: each ends where memory does.
func TestAbreastStaysWithinArrays(t *testing.T) {
	atEnd := func(v *[]float64) {
		page := newPage(t)
		copy(page[len(page)-len(*v):], *v)
		*v = page[len(page)-len(*v):]
	}
	for _, classes := range []int{1, 3, 11} {
		c := newAbreastCase(rand.New(rand.NewPCG(3, 5)), classes, 3, 5)
		last := 0
		for _, place := range c.sampling.Places {
			last = max(last, int(place)+Abreast)
		}
		c.sampling.Noise = c.sampling.Noise[:last]
		c.uniforms = c.uniforms[:(2*len(c.sampling.Places))*Abreast]
		c.dst = c.dst[:(len(c.sampling.Places)-1)*c.stride+Abreast]
		for _, v := range []*[]float64{&c.sampling.Noise, &c.uniforms, &c.mean, &c.scale, &c.a, &c.x, &c.squares, &c.thresholds} {
			atEnd(v)
		}
		many := newManyCase(rand.New(rand.NewPCG(3, 6)), 5, classes, 6)
		for _, v := range []*[]float64{&many.r, &many.a, &many.u, &many.h, &many.x, &many.t} {
			atEnd(v)
		}
		page := newPage(t)
		dst := page[len(page)-len(c.dst):]
		for _, path := range cpu.Available() {
			onPath(path, func() {
				c.all()
				SampleAbreast(dst, c.stride, &c.sampling, c.mean, c.scale)
				RadiusAbreast(dst, c.stride, &c.sampling, c.uniforms[Abreast:], 2*Abreast, c.scale, &RadiusLaw{1, 1, 1})
				UpdateAbreast(c.x, c.a, c.squares, c.targets, &c.shrink, &c.rate, &c.r)
				AddOutputsAbreast(many.r, many.a, many.x, false)
				AddOutputsAbreast(many.r, many.u, many.t, true)
				UpdateRowsAbreast(many.x, many.a, many.h, &many.shrink)
				UpdateFactorAbreast(many.t, many.u, many.h, &many.shrink)
			})
		}
	}
}

// A run side by side with others is what it is alone: each kernel against its formula.
func TestAbreastFormulas(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 2))
	c := newAbreastCase(r, 3, 5, 6)
	dst := slices.Clone(c.dst)
	SampleAbreast(dst, c.stride, &c.sampling, c.mean, c.scale)
	for j, place := range c.sampling.Places {
		for l := range Abreast {
			class := c.sampling.Classes[j*Abreast+l]
			if want := math.FMA(c.scale[class], c.sampling.Noise[int(place)+l], c.mean[class]); dst[j*c.stride+l] != want {
				t.Errorf("sample of step %d, run %d: %v, want %v", j, l, dst[j*c.stride+l], want)
			}
		}
	}
	for _, large := range []float64{1, 500, 800, math.Inf(1), math.Inf(-1)} {
		c.r[2] = large
		var derivative Runs
		LogisticAbreast(&derivative, &c.r, &c.labels)
		for l, y := range c.labels {
			// The derivative is −y e^(−s)/(1 + e^(−s)) with s = y r.
			want := -y
			if s := y * c.r[l]; s > 0 {
				e := elementary.Exp(-s)
				want = -y * (e / (1 + e))
			} else {
				want /= 1 + elementary.Exp(s)
			}
			if derivative[l] != want {
				t.Errorf("derivative at %v, label %v: %v, want %v", c.r[l], y, derivative[l], want)
			}
		}
	}
	c.r[2] = math.NaN()
	LogisticAbreast(&c.r, &c.r, &c.labels)
	if !math.IsNaN(c.r[2]) || math.IsNaN(c.r[3]) {
		t.Errorf("the derivative at NaN, and beside: %v", c.r)
	}
	c.x[Abreast] = math.NaN()
	for l := range c.r {
		c.r[l] = 0
	}
	if OutputsAbreast(&c.r, c.a, c.x, math.Inf(1)) {
		t.Error("NaN is within the bound")
	}
	if !OutputsAbreast(&c.r, nil, nil, 0) || c.r != (Runs{}) {
		t.Errorf("no rows: %v", c.r)
	}
}

func TestAbreastRefusesLengths(t *testing.T) {
	c := newAbreastCase(rand.New(rand.NewPCG(3, 3)), 2, 4, 3)
	for name, call := range map[string]func(){
		"short dst":   func() { SampleAbreast(c.dst[:c.stride], c.stride, &c.sampling, c.mean, c.scale) },
		"short mean":  func() { SampleAbreast(c.dst, c.stride, &c.sampling, c.mean[:1], c.scale) },
		"short noise": func() { s := c.sampling; s.Noise = s.Noise[:8]; SampleAbreast(c.dst, c.stride, &s, c.mean, c.scale) },
		"short classes": func() {
			s := c.sampling
			s.Classes = s.Classes[:8]
			SampleAbreast(c.dst, c.stride, &s, c.mean, c.scale)
		},
		"short uniforms": func() { RadiusAbreast(c.dst, c.stride, &c.sampling, c.uniforms[:9], 16, c.scale, &RadiusLaw{}) },
		"half a row":     func() { OutputsAbreast(&c.r, c.a[:12], c.x[:12], 1) },
		"other rows":     func() { OutputsAbreast(&c.r, c.a[:8], c.x, 1) },
		"short squares":  func() { UpdateAbreast(c.x, c.a, nil, c.targets, &c.r, &c.r, &c.r) },
		"beyond x":       func() { UpdateAbreast(c.x, c.a, c.squares[:8], []int64{3}, &c.r, &c.r, &c.r) },
		"thresholds":     func() { ClassesAbreast(make([]int64, 8), c.uniforms[:7], c.thresholds) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			call()
		})
	}
}

// BenchmarkAbreast is what a step of eight runs takes, part by part, beside a run's.
func BenchmarkAbreast(b *testing.B) {
	const steps, rows = 16, 8
	c := newAbreastCase(rand.New(rand.NewPCG(3, 4)), 2, steps, rows)
	for l := range c.r {
		c.r[l] = 0.1 * float64(l)
	}
	var dst Runs
	for name, call := range map[string]func(){
		"sample/16 steps": func() { SampleAbreast(c.dst, c.stride, &c.sampling, c.mean, c.scale) },
		"radius/16 steps": func() {
			RadiusAbreast(c.dst, c.stride, &c.sampling, c.uniforms, Abreast, c.scale, &RadiusLaw{1e-3, 1e-3, 1e4})
		},
		"outputs/8 rows":   func() { OutputsAbreast(&dst, c.a, c.x, 1e9) },
		"logistic":         func() { LogisticAbreast(&dst, &c.r, &c.labels) },
		"update/8 rows":    func() { UpdateAbreast(c.x, c.a, c.squares, c.targets, &c.shrink, &c.rate, &dst) },
		"classes/16 steps": func() { ClassesAbreast(c.sampling.Classes, c.uniforms[:len(c.sampling.Classes)], c.thresholds) },
	} {
		for _, path := range cpu.Available() {
			b.Run(fmt.Sprintf("%s/%v", name, path), func(b *testing.B) {
				defer cpu.Override(path)()
				for range b.N {
					call()
				}
			})
		}
	}
}
