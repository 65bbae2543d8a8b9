package kernels

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"unsafe"

	"anisgd/kernels/cpu"
)

// signSample is a sample of n signs with or without a mean and an array of scales.
func signSample(r *rand.Rand, n int, mean, scale bool) *SignSample {
	s := &SignSample{Bits: make([]uint64, (n+63)/64), MeanFactor: r.NormFloat64(), ScaleFactor: r.NormFloat64()}
	for i := range s.Bits {
		s.Bits[i] = r.Uint64()
	}
	array := func() []float64 {
		v := make([]float64, n)
		for i := range v {
			v[i] = r.NormFloat64()
			if r.IntN(9) == 0 {
				v[i] = special[r.IntN(len(special))]
			}
		}
		return v
	}
	if mean {
		s.Mean = array()
	}
	if scale {
		s.Scale = array()
	}
	return s
}

// asSample is the same sample made of noise −1 and 1.
func (s *SignSample) asSample(n int) *Sample {
	noise := make([]float64, n)
	for i := range noise {
		noise[i] = 1
		if s.Bits[i/64]&(1<<(i%64)) != 0 {
			noise[i] = -1
		}
	}
	return &Sample{Noise: noise, Mean: s.Mean, MeanFactor: s.MeanFactor, Scale: s.Scale, ScaleFactor: s.ScaleFactor}
}

// TestSignsAreSamplesSameBits compares every path, for every kind of sample and length, with
// UpdateSampleDot on noise of −1 and 1: the same bits, up to guard pages.
func TestSignsAreSamplesSameBits(t *testing.T) {
	const shrink, step = 0.97, -0.31
	for _, path := range cpu.Available() {
		t.Run(path.String(), func(t *testing.T) {
			r := rand.New(rand.NewPCG(5, 9))
			page, words := newPage(t), newPage(t)
			bits := unsafe.Slice((*uint64)(unsafe.Pointer(&words[0])), len(words))
			for kind := range 16 {
				for _, n := range lengths() {
					last, next := signSample(r, n, kind&1 != 0, kind&2 != 0), signSample(r, n, kind&4 != 0, kind&8 != 0)
					x := page[len(page)-n:]
					if kind%3 == 0 {
						x = page[:n]
					}
					for i := range x {
						x[i] = r.NormFloat64()
					}
					wantX, a := append([]float64{}, x...), make([]float64, n)
					want, unused := startPartial(), Partial{}
					onPath(cpu.Generic, func() {
						SampleDot(a, x, last.asSample(n), &unused)
						UpdateSampleDot(wantX, a, shrink, step, next.asSample(n), &want)
					})
					// The bits end where memory does.
					atEnd := bits[len(bits)-len(next.Bits):]
					copy(atEnd, next.Bits)
					next.Bits = atEnd
					got := startPartial()
					onPath(path, func() { UpdateSignsDot(x, shrink, step, last, next, &got) })
					what := fmt.Sprintf("kind %d, length %d", kind, n)
					compareVectors(t, what, x, wantX)
					comparePartials(t, what, []Partial{got}, []Partial{want})
				}
			}
		})
	}
}

// A first call with shrink 1 and step 0 adds nothing.
func TestSignsFirstStepKeepsValues(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	s := signSample(r, 40, false, false)
	for _, path := range cpu.Available() {
		x, before := someVector(40), someVector(40)
		var dot Partial
		onPath(path, func() { UpdateSignsDot(x, 1, 0, s, s, &dot) })
		compareVectors(t, path.String(), x, before)
		want := 0.0
		for i, xi := range x {
			want += xi * s.asSample(40).Noise[i] * s.ScaleFactor
		}
		if math.Abs(dot.Sum()-want) > 1e-12 {
			t.Errorf("%v: product %v, want %v", path, dot.Sum(), want)
		}
	}
}

func TestSignsCheckLengthsAndDoNotAllocate(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	x := someVector(100)
	var dot Partial
	plain, full := signSample(r, 100, false, false), signSample(r, 100, true, true)
	for _, path := range cpu.Available() {
		onPath(path, func() {
			if n := testing.AllocsPerRun(5, func() {
				UpdateSignsDot(x, 1, 1e-9, plain, plain, &dot)
				UpdateSignsDot(x, 1, 1e-9, plain, full, &dot)
			}); n != 0 {
				t.Errorf("%v: %v allocations", path, n)
			}
		})
	}
	for name, bad := range map[string]*SignSample{
		"bits":  {Bits: plain.Bits[:1], ScaleFactor: 1},
		"mean":  {Bits: plain.Bits, Mean: x[:99]},
		"scale": {Bits: plain.Bits, Scale: x[:99]},
	} {
		for _, pair := range [][2]*SignSample{{bad, plain}, {plain, bad}} {
			func() {
				defer func() {
					if recover() == nil {
						t.Errorf("%s: no panic", name)
					}
				}()
				UpdateSignsDot(x, 1, 1, pair[0], pair[1], &dot)
			}()
		}
	}
}
