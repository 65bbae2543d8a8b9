package roofline

import (
	"anisgd/kernels"
)

// noises are the merged sweeps of SGD in float32 and for signs, with neither means
// nor scales or with one of each for all samples. Arrays of float32 fill half of the
// level.
func noises() []*Kernel {
	var list []*Kernel
	for _, full := range []bool{false, true} {
		suffix, arrays, more, flops := "", 2, 0., 6.
		if full {
			suffix, arrays, more, flops = "/mean,scale", 4, 2, 8
		}
		list = append(list,
			&Kernel{"UpdateSampleDot32" + suffix, arrays, 16 + 4*more, flops, false, func(v [][]float64) (func(), func()) {
				return singlePrecision(v, full)
			}},
			&Kernel{"UpdateSignsDot" + suffix, arrays - 1, 16 + 0.25 + 8*more, flops - 1 + more/2, false, func(v [][]float64) (func(), func()) {
				return signs(v, full)
			}})
	}
	return list
}

func singlePrecision(v [][]float64, full bool) (call, naive func()) {
	const apart = 5 * 16
	n := len(v[0])
	whole := make([]float32, 4*(n+apart))
	array := func(k int) []float32 { return whole[k*(n+apart):][:n] }
	x, a, noise := array(0), array(1), make([]float32, Block)
	for i := range whole {
		whole[i] = 0.5 + float32(i%16)/16
	}
	for i := range noise {
		noise[i] = float32(i%5-2) / 2
	}
	var mean, scale []float32
	if full {
		mean, scale = array(2), array(3)
	}
	dot := new(kernels.Partial)
	call = func() {
		for lo := 0; lo < n; lo += Block {
			s := kernels.Sample32{Noise: noise, MeanFactor: 0.25, ScaleFactor: 0.5}
			if full {
				s.Mean, s.Scale = mean[lo:lo+Block], scale[lo:lo+Block]
			}
			kernels.UpdateSampleDot32(x[lo:lo+Block], a[lo:lo+Block], 1, 1e-12, &s, dot)
		}
	}
	return call, func() {
		for i, ai := range a {
			x[i] += 1e-12 * ai
		}
		if full {
			for i := range a {
				a[i] = 0.25*mean[i] + scale[i]*noise[i%Block]
			}
		} else {
			for i := range a {
				a[i] = 0.5 * noise[i%Block]
			}
		}
		s := 0.0
		for i, ai := range a {
			s += float64(x[i]) * float64(ai)
		}
		sink[0] = s
	}
}

func signs(v [][]float64, full bool) (call, naive func()) {
	x := v[0]
	n := len(x)
	bits := make([]uint64, n/64)
	for i := range bits {
		bits[i] = uint64(i) * 0x9e3779b97f4a7c15
	}
	dot := new(kernels.Partial)
	var mean, scale []float64
	if full {
		mean, scale = v[1], v[2]
	}
	call = func() {
		for lo := 0; lo < n; lo += Block {
			s := kernels.SignSample{Bits: bits[lo/64 : (lo+Block)/64], MeanFactor: 0.25, ScaleFactor: 0.5}
			if full {
				s.Mean, s.Scale = mean[lo:lo+Block], scale[lo:lo+Block]
			}
			kernels.UpdateSignsDot(x[lo:lo+Block], 1, 1e-12, &s, &s, dot)
		}
	}
	return call, func() {
		sum := 0.0
		for i := range x {
			a := 0.5
			if full {
				a = scale[i]
			}
			if bits[i/64]>>(i%64)&1 != 0 {
				a = -a
			}
			if full {
				a += 0.25 * mean[i]
			}
			x[i] += 1e-12 * a
			sum += x[i] * a
		}
		sink[0] = sum
	}
}
