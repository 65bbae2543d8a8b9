// Package roofline holds every kernel of package kernels that sweeps over arrays, beside a
// naive twin, with the bytes and operations that its loop declares, and sets its times
// against the roofs of the machine in the same run, with arrays that fill each level of
// the memory.
package roofline

import (
	"slices"

	"anisgd/bench/machine"
	"anisgd/kernels"
)

// Block is the number of elements of a call of the kernels that draw samples, as in
// a step of SGD, whose normals then stay in the first cache. All arrays are a
// multiple of it long, and at least so long whatever the level.
const Block = 512

// Kernel is a kernel on some arrays, and what its loop does for every element of them.
type Kernel struct {
	Name  string
	Count int // arrays
	// Bytes are what is read or written outside of the first cache's normals, without
	// what a write reads first; a fused multiply-add is two Flops.
	Bytes, Flops float64
	ReadsOnly    bool // the roof is that of reading alone

	// Prepare returns a call of the kernel, and of a loop that computes the same as
	// one would write it at first: one sum, no thought for the order of anything.
	Prepare func(v [][]float64) (call, naive func())
}

// Work is that of one call on arrays of n elements.
func (k *Kernel) Work(n int) machine.Work {
	return machine.Work{
		Bytes: k.Bytes * float64(n), Flops: k.Flops * float64(n), ReadsOnly: k.ReadsOnly,
		Footprint: 8 * float64(k.Count) * float64(n),
	}
}

// sink keeps the naive sums from being dropped by the compiler.
var sink = make([]float64, 1)

// Kernels lists every kernel of package kernels that sweeps over arrays.
func Kernels() []*Kernel {
	return slices.Concat(reductions(), samples(), noises(), products(), sweeps())
}

func reductions() []*Kernel {
	sum := new(kernels.Partial)
	reduction := func(name string, count int, flops float64, call, naive func(v [][]float64)) *Kernel {
		return &Kernel{name, count, 8 * float64(count), flops, true, func(v [][]float64) (func(), func()) {
			return func() { call(v) }, func() { naive(v) }
		}}
	}
	triad := reduction("Triad", 3, 2,
		func(v [][]float64) { kernels.Triad(v[0], v[1], v[2], 0.25) },
		func(v [][]float64) {
			for i := range v[0] {
				v[0][i] = v[1][i] + 0.25*v[2][i]
			}
		})
	triad.ReadsOnly = false
	return []*Kernel{
		triad,
		reduction("Sum", 1, 1,
			func(v [][]float64) { kernels.Sum(v[0], sum) },
			func(v [][]float64) {
				s := 0.0
				for _, x := range v[0] {
					s += x
				}
				sink[0] = s
			}),
		reduction("Squares", 1, 2,
			func(v [][]float64) { kernels.Squares(v[0], sum) },
			func(v [][]float64) {
				s := 0.0
				for _, x := range v[0] {
					s += x * x
				}
				sink[0] = s
			}),
		reduction("Dot", 2, 2,
			func(v [][]float64) { kernels.Dot(v[0], v[1], sum) },
			func(v [][]float64) {
				s := 0.0
				for i, x := range v[0] {
					s += x * v[1][i]
				}
				sink[0] = s
			}),
		reduction("WeightedSquares", 2, 3,
			func(v [][]float64) { kernels.WeightedSquares(v[0], v[1], sum) },
			func(v [][]float64) {
				s := 0.0
				for i, x := range v[1] {
					s += v[0][i] * x * x
				}
				sink[0] = s
			}),
		reduction("WeightedDot", 3, 3,
			func(v [][]float64) { kernels.WeightedDot(v[0], v[1], v[2], sum) },
			func(v [][]float64) {
				s := 0.0
				for i, x := range v[1] {
					s += v[0][i] * x * v[2][i]
				}
				sink[0] = s
			}),
		reduction("SquaredDistance", 2, 3,
			func(v [][]float64) { kernels.SquaredDistance(v[0], v[1], sum) },
			func(v [][]float64) {
				s := 0.0
				for i, x := range v[0] {
					s += (x - v[1][i]) * (x - v[1][i])
				}
				sink[0] = s
			}),
	}
}

// samples are the kernels of one-pass SGD, with neither a mean nor an array of
// scales or with both.
func samples() []*Kernel {
	noise := make([]float64, Block)
	for i := range noise {
		noise[i] = float64(i%5-2) / 2
	}
	dot := new(kernels.Partial)
	list := []*Kernel{{"Update", 2, 24, 3, false, func(v [][]float64) (func(), func()) {
		x, a := v[0], v[1]
		return func() { kernels.Update(x, a, 1, 1e-12) }, func() {
			for i := range x {
				x[i] = 1*x[i] + 1e-12*a[i]
			}
		}
	}}}
	for _, full := range []bool{false, true} {
		suffix, arrays, more, flops := "", 2, 0., 1.
		if full {
			suffix, arrays, more, flops = "/mean,scale", 4, 16., 3.
		}
		// of is the sample of a block of the arrays, x and a first.
		of := func(v [][]float64, lo int) kernels.Sample {
			s := kernels.Sample{Noise: noise, ScaleFactor: 0.5, MeanFactor: 0.25}
			if full {
				s.Mean, s.Scale = v[2][lo:lo+Block], v[3][lo:lo+Block]
			}
			if len(v[0]) >= 1e6 {
				s.Ahead = kernels.AheadInMemory
			}
			return s
		}
		naive := func(v [][]float64, update, dot bool) {
			x, a := v[0], v[1]
			if update {
				for i, ai := range a {
					x[i] += 1e-12 * ai
				}
			}
			if full {
				mean, scale := v[2], v[3]
				for i := range a {
					a[i] = 0.25*mean[i] + scale[i]*noise[i%Block]
				}
			} else {
				for i := range a {
					a[i] = 0.5 * noise[i%Block]
				}
			}
			if dot {
				s := 0.0
				for i, ai := range a {
					s += x[i] * ai
				}
				sink[0] = s
			}
		}
		list = append(list,
			&Kernel{"SampleInto" + suffix, arrays, 8 + more, flops, false, func(v [][]float64) (func(), func()) {
				return func() {
					for lo := 0; lo < len(v[1]); lo += Block {
						s := of(v, lo)
						kernels.SampleInto(v[1][lo:lo+Block], &s)
					}
				}, func() { naive(v, false, false) }
			}},
			&Kernel{"SampleDot" + suffix, arrays, 16 + more, flops + 2, false, func(v [][]float64) (func(), func()) {
				return func() {
					for lo := 0; lo < len(v[1]); lo += Block {
						s := of(v, lo)
						kernels.SampleDot(v[1][lo:lo+Block], v[0][lo:lo+Block], &s, dot)
					}
				}, func() { naive(v, false, true) }
			}},
			&Kernel{"UpdateSampleDot" + suffix, arrays, 32 + more, flops + 5, false, func(v [][]float64) (func(), func()) {
				return func() {
					for lo := 0; lo < len(v[1]); lo += Block {
						s := of(v, lo)
						kernels.UpdateSampleDot(v[0][lo:lo+Block], v[1][lo:lo+Block], 1, 1e-12, &s, dot)
					}
				}, func() { naive(v, true, true) }
			}})
	}
	return append(list, ahead(noise))
}

// ahead is a block of steps of SGD with the mean and scales of all samples the same.
func ahead(noise []float64) *Kernel {
	const steps, pairs = kernels.Ahead, kernels.Ahead * (kernels.Ahead - 1) / 2
	// x and every sample are read and written, mean and scale are read.
	const bytes, flops = 16 + 16*steps + 16, 1 + steps*(2+3+2) + 2*pairs
	return &Kernel{"UpdateSamplesDots/mean,scale", 3 + steps, bytes, flops, false, func(v [][]float64) (func(), func()) {
		x, mean, scale := v[0], v[1], v[2]
		n := len(x)
		a := kernels.NewAheadSamples(n)
		weights := [steps]float64{1e-12, 1e-12, 1e-12, 1e-12}
		sums := new(kernels.AheadSums)
		request := 0
		if n >= 1e6 {
			request = kernels.AheadInMemory
		}
		call := func() {
			for lo := 0; lo < n; lo += Block {
				rows := a.Rows(lo, lo+Block)
				var s [steps]kernels.Sample
				for j := range s {
					s[j] = kernels.Sample{Noise: noise, Mean: mean[lo : lo+Block], MeanFactor: 0.25, Scale: scale[lo : lo+Block], Ahead: request}
				}
				kernels.UpdateSamplesDots(x[lo:lo+Block], &rows, 1, &weights, &s, sums)
			}
		}
		return call, func() {
			rows := v[3:]
			for j := range rows {
				for i, aji := range rows[j] {
					x[i] += weights[j] * aji
				}
			}
			for j := range rows {
				for i := range rows[j] {
					rows[j][i] = 0.25*mean[i] + scale[i]*noise[i%Block]
				}
				for k := range j + 1 {
					other := rows[k]
					if k == j {
						other = x
					}
					s := 0.0
					for i, aji := range rows[j] {
						s += aji * other[i]
					}
					sink[0] = s
				}
			}
		}
	}}
}
