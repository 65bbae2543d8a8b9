package kernels

import (
	"math"

	"anisgd/kernels/elementary"
)

// Abreast is the number of runs whose steps are made side by side: element l of
// every Runs belongs to run l. The arrays here are rows of so many elements, one row
// for every number a single run has.
const Abreast = 8

// Runs is one number of every run.
type Runs = [Abreast]float64

// Sampling tells where the steps of some runs find what their samples are made of.
type Sampling struct {
	Noise   []float64 // standard normals
	Places  []int64   // where in Noise the row of every step begins
	Classes []int64   // rows of the classes of the samples, one row a step, below the number of classes
}

// fewClasses is the number of classes up to which their numbers fit into a register
// of AVX-512.
const fewClasses = 8

func (s *Sampling) check(kernel string, dst []float64, stride int) {
	steps := len(s.Places)
	if len(s.Classes) != steps*Abreast {
		panicLength(kernel, "Sampling.Classes", len(s.Classes), steps*Abreast)
	}
	checkAbreast(kernel, "dst", dst, steps, stride)
	for _, place := range s.Places {
		if place < 0 || int(place)+Abreast > len(s.Noise) {
			panicLength(kernel, "Sampling.Noise", len(s.Noise), int(place)+Abreast)
		}
	}
}

// checkAbreast panics unless an array holds rows of Abreast elements that begin a stride
// apart.
func checkAbreast(kernel, name string, array []float64, rows, stride int) {
	if rows > 0 && (stride < 0 || len(array) < (rows-1)*stride+Abreast) {
		panicLength(kernel, name, len(array), (rows-1)*stride+Abreast)
	}
}

// ClassesAbreast finds the class of every uniform number, the number of thresholds
// that it is not below:
//
//	dst[i] ← #{j: ¬(uniforms[i] < thresholds[j])}
func ClassesAbreast(dst []int64, uniforms, thresholds []float64) {
	checkLength("ClassesAbreast", "uniforms", len(uniforms), len(dst))
	n := classesAbreastVector(dst, uniforms, thresholds)
	for i := n; i < len(dst); i++ {
		class := int64(0)
		for _, threshold := range thresholds {
			if !(uniforms[i] < threshold) {
				class++
			}
		}
		dst[i] = class
	}
}

// SampleAbreast writes one component of the samples of some steps, in rows a stride
// apart: in step j, with the class c of the run,
//
//	dst[j·stride + l] ← fma(scale[c], noise[places[j] + l], mean[c])
//
// A mean of −0 makes it the product alone. mean and scale have an element for every
// class.
func SampleAbreast(dst []float64, stride int, s *Sampling, mean, scale []float64) {
	s.check("SampleAbreast", dst, stride)
	checkLength("SampleAbreast", "mean", len(mean), len(scale))
	if sampleAbreastVector(dst, stride, s, mean, scale) {
		return
	}
	for j, place := range s.Places {
		row, noise, classes := dst[j*stride:][:Abreast], s.Noise[place:][:Abreast], s.Classes[j*Abreast:][:Abreast]
		for l, class := range classes {
			row[l] = math.FMA(scale[class], noise[l], mean[class])
		}
	}
}

// RadiusLaw is a χ² law for RadiusAbreast, by the method of rng.ChiSquared.
type RadiusLaw struct{ Slope, Bound, Factor float64 }

// RadiusAbreast writes χ² variables, times the squares of scales, in rows a stride
// apart, made of normals x and of uniforms u, whose rows begin a stride of their own
// apart: with s = Slope·x
//
//	dst ← (scale[c]·scale[c])·(Factor·(1+s)³)   if   x⁴·Bound < (1−u)·(1−|s|),
//
// and NaN otherwise: whether those are accepted takes more to decide. It reports
// whether there are any.
func RadiusAbreast(dst []float64, stride int, s *Sampling, uniforms []float64, uniformStride int, scale []float64, law *RadiusLaw) (undecided bool) {
	s.check("RadiusAbreast", dst, stride)
	checkAbreast("RadiusAbreast", "uniforms", uniforms, len(s.Places), uniformStride)
	if done, undecided := radiusAbreastVector(dst, stride, s, uniforms, uniformStride, scale, law); done {
		return undecided
	}
	for j, place := range s.Places {
		row, noise, classes := dst[j*stride:][:Abreast], s.Noise[place:][:Abreast], s.Classes[j*Abreast:][:Abreast]
		u := uniforms[j*uniformStride:][:Abreast]
		for l, class := range classes {
			x := noise[l]
			slope := float64(law.Slope * x)
			v, square := 1+slope, float64(x*x)
			if square*square*law.Bound < (1-u[l])*(1-math.Abs(slope)) {
				row[l] = scale[class] * scale[class] * (law.Factor * (v * v * v))
			} else {
				row[l] = math.NaN()
				undecided = true
			}
		}
	}
	return undecided
}

// OutputsAbreast takes the inner products of samples a with states x, rows in order:
//
//	r[l] ← Σ_i a[i·Abreast + l]·x[i·Abreast + l], a chain of fma in increasing i from +0,
//
// and reports whether all are at most bound in size.
func OutputsAbreast(r *Runs, a, x []float64, bound float64) (within bool) {
	checkLength("OutputsAbreast", "a", len(a), len(x))
	if len(x)%Abreast != 0 {
		panicLength("OutputsAbreast", "x", len(x), len(x)/Abreast*Abreast)
	}
	if done, within := outputsAbreastVector(r, a, x, bound); done {
		return within
	}
	*r = Runs{}
	for ; len(x) > 0; a, x = a[Abreast:], x[Abreast:] {
		row, state := (*Runs)(a), (*Runs)(x)
		for l := range r {
			r[l] = math.FMA(row[l], state[l], r[l])
		}
	}
	within = true
	for _, v := range r {
		within = within && math.Abs(v) <= bound
	}
	return within
}

// LogisticAbreast is the derivative of log(1 + e^(−y·r)) in r, with labels y = ±1:
//
//	dst[l] ← −y[l]·σ(−y[l]·r[l]),   σ(s) = 1/(1 + e^(−s)) for s ≥ 0, e^s/(1 + e^s) for s < 0,
//
// with elementary.Exp. dst may be r.
func LogisticAbreast(dst, r, labels *Runs) {
	if logisticAbreastVector(dst, r, labels) {
		return
	}
	for l, y := range labels {
		s := float64(-y * r[l])
		e := elementary.Exp(-math.Abs(s))
		numerator := e
		if s >= 0 {
			numerator = 1
		}
		dst[l] = -y * (numerator / (1 + e))
	}
}

// UpdateAbreast makes a step along samples whose components a are those of x row by
// row, with h = rate·gradient:
//
//	x[i·Abreast + l] ← fma(−h[l], a[i·Abreast + l], shrink[l]·x[i·Abreast + l])
//
// and of the rows that are named by targets, each once, takes the length together with
// a component that x does not have, of which squares holds the square:
//
//	x[t·Abreast + l] ← √fma(x, x, (h[l]·h[l])·squares[j·Abreast + l]),   t = targets[j].
func UpdateAbreast(x, a, squares []float64, targets []int64, shrink, rate, gradient *Runs) {
	checkLength("UpdateAbreast", "a", len(a), len(x))
	checkLength("UpdateAbreast", "squares", len(squares), len(targets)*Abreast)
	for _, target := range targets {
		if target < 0 || int(target+1)*Abreast > len(x) {
			panicLength("UpdateAbreast", "x", len(x), int(target+1)*Abreast)
		}
	}
	if updateAbreastVector(x, a, squares, targets, shrink, rate, gradient) {
		return
	}
	var h Runs
	for l := range h {
		h[l] = rate[l] * gradient[l]
	}
	for i := 0; i < len(x); i += Abreast {
		state, row := (*Runs)(x[i:]), (*Runs)(a[i:])
		for l := range state {
			state[l] = math.FMA(-h[l], row[l], shrink[l]*state[l])
		}
	}
	for j, target := range targets {
		state, square := (*Runs)(x[target*Abreast:]), (*Runs)(squares[j*Abreast:])
		for l := range state {
			state[l] = math.Sqrt(math.FMA(state[l], state[l], h[l]*h[l]*square[l]))
		}
	}
}
