//go:build !purego

package kernels

import (
	"anisgd/kernels/cpu"
	"anisgd/kernels/elementary"
)

// HasAbreast reports whether the selected path has assembly for runs side by side.
func HasAbreast() bool { return hasAssembly() }

func classesAbreastVector(dst []int64, uniforms, thresholds []float64) int {
	n := len(dst) &^ (Abreast - 1)
	if !hasAssembly() || n == 0 || len(thresholds) == 0 {
		return 0
	}
	classesAbreastAssembly(&dst[0], &uniforms[0], &thresholds[0], len(thresholds), n)
	return n
}

func sampleAbreastVector(dst []float64, stride int, s *Sampling, mean, scale []float64) bool {
	if !hasAssembly() || len(s.Places) == 0 || len(scale) == 0 {
		return false
	}
	if len(scale) <= fewClasses && cpu.Runs(cpu.AVX512) {
		means, scales := fewTable(mean), fewTable(scale)
		sampleAbreastFewAssembly(&dst[0], 8*stride, &s.Noise[0], &s.Places[0], &s.Classes[0], &means[0], &scales[0], len(s.Places))
		return true
	}
	sampleAbreastAssembly(&dst[0], 8*stride, &s.Noise[0], &s.Places[0], &s.Classes[0], &mean[0], &scale[0], len(s.Places))
	return true
}

func radiusAbreastVector(dst []float64, stride int, s *Sampling, uniforms []float64, uniformStride int, scale []float64, law *RadiusLaw) (done, undecided bool) {
	if !hasAssembly() || len(s.Places) == 0 || len(scale) == 0 {
		return false, false
	}
	var decided int64
	if len(scale) <= fewClasses && cpu.Runs(cpu.AVX512) {
		scales := fewTable(scale)
		radiusAbreastFewAssembly(&dst[0], 8*stride, &s.Noise[0], &s.Places[0], &s.Classes[0], &uniforms[0], 8*uniformStride, &scales[0],
			law.Slope, law.Bound, law.Factor, &decided, len(s.Places))
	} else {
		radiusAbreastAssembly(&dst[0], 8*stride, &s.Noise[0], &s.Places[0], &s.Classes[0], &uniforms[0], 8*uniformStride, &scale[0],
			law.Slope, law.Bound, law.Factor, &decided, len(s.Places))
	}
	return true, decided == 0
}

// fewTable is a table with room for fewClasses elements.
func fewTable(table []float64) (full [fewClasses]float64) {
	copy(full[:], table)
	return full
}

func outputsAbreastVector(r *Runs, a, x []float64, bound float64) (done, within bool) {
	if !hasAssembly() {
		return false, false
	}
	var all int64
	outputsAbreastAssembly(&r[0], first(a), first(x), bound, &all, len(x))
	return true, all != 0
}

func logisticAbreastVector(dst, r, labels *Runs) bool {
	if !hasAssembly() {
		return false
	}
	var ordinary int64
	logisticAbreastAssembly(&dst[0], &r[0], &labels[0], &elementary.VectorExp.StepsPerUnit, &ordinary)
	return ordinary != 0
}

func updateAbreastVector(x, a, squares []float64, targets []int64, shrink, rate, gradient *Runs) bool {
	if !hasAssembly() || len(x)%Abreast != 0 {
		return false
	}
	var target *int64
	if len(targets) > 0 {
		target = &targets[0]
	}
	updateAbreastAssembly(first(x), first(a), first(squares), target, &shrink[0], &rate[0], &gradient[0], len(targets), len(x))
	return true
}

func addOutputsAbreastVector(r, a, x []float64, triangular bool) bool {
	if !hasAssembly() || len(a) == 0 {
		return false
	}
	cut := 0
	if triangular {
		cut = 1
	}
	addOutputsAbreastAssembly(&r[0], &a[0], &x[0], cut, len(r)/Abreast, len(a)/Abreast)
	return true
}

func updateRowsAbreastVector(x, a, h []float64, shrink *Runs) bool {
	if !hasAssembly() || len(a) == 0 {
		return false
	}
	updateRowsAbreastAssembly(&x[0], &a[0], &h[0], &shrink[0], len(h)/Abreast, len(a)/Abreast)
	return true
}

func updateFactorAbreastVector(t, u, h []float64, shrink *Runs) bool {
	if !hasAssembly() {
		return false
	}
	updateFactorAbreastAssembly(&t[0], &u[0], &h[0], &shrink[0], len(h)/Abreast, len(u)/Abreast)
	return true
}
