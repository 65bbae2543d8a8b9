//go:build (amd64 || arm64) && !purego

package kernels

import "anisgd/kernels/cpu"

// The functions …Vector run the assembly of the selected path on the first n
// elements and return n; plain Go does the rest.

// hasAssembly reports whether the selected path has any.
func hasAssembly() bool { return cpu.Selected() != cpu.Generic }

// wholeTiles is the number of leading elements that assembly takes on if it works
// on whole tiles only.
func wholeTiles(length int) int {
	if !hasAssembly() {
		return 0
	}
	return length &^ (Lanes - 1)
}

// vectorLength is the number of leading elements that assembly takes on if it is
// confined to whole tiles by registers without masks alone.
func vectorLength(length int) int {
	if cpu.Runs(cpu.AVX512) {
		return length
	}
	return wholeTiles(length)
}

func dotVector(x, y []float64, dot *Partial) int {
	n := vectorLength(len(x))
	if n > 0 {
		dotAssembly(&x[0], &y[0], &dot[0], n)
	}
	return n
}

func sumVector(x []float64, sum *Partial) int {
	n := vectorLength(len(x))
	if n > 0 {
		sumAssembly(&x[0], &sum[0], n)
	}
	return n
}

func squaresVector(x []float64, sum *Partial) int {
	n := vectorLength(len(x))
	if n > 0 {
		squaresAssembly(&x[0], &sum[0], n)
	}
	return n
}

func weightedSquaresVector(w, x []float64, sum *Partial) int {
	n := vectorLength(len(x))
	if n > 0 {
		weightedSquaresAssembly(&w[0], &x[0], &sum[0], n)
	}
	return n
}

func updateVector(x, a []float64, shrink, step float64) int {
	n := vectorLength(len(x))
	if n > 0 {
		updateAssembly(&x[0], &a[0], shrink, step, n)
	}
	return n
}

func triadVector(a, b, c []float64, scale float64) int {
	n := vectorLength(len(a))
	if n > 0 {
		triadAssembly(&a[0], &b[0], &c[0], scale, n)
	}
	return n
}

// first is the address of the first element, nil if there is none.
func first(x []float64) *float64 {
	if len(x) == 0 {
		return nil
	}
	return &x[0]
}

func sampleDotVector(a, x []float64, s *Sample, dot *Partial) int {
	n := vectorLength(len(a))
	if n == 0 {
		return 0
	}
	noise, mean, scale := &s.Noise[0], first(s.Mean), first(s.Scale)
	switch {
	case mean == nil && scale == nil:
		sampleDotAssembly(&x[0], &a[0], noise, mean, scale, s.MeanFactor, s.ScaleFactor, &dot[0], n, s.Ahead)
	case mean == nil:
		sampleDotScaleAssembly(&x[0], &a[0], noise, mean, scale, s.MeanFactor, s.ScaleFactor, &dot[0], n, s.Ahead)
	case scale == nil:
		sampleDotMeanAssembly(&x[0], &a[0], noise, mean, scale, s.MeanFactor, s.ScaleFactor, &dot[0], n, s.Ahead)
	default:
		sampleDotMeanScaleAssembly(&x[0], &a[0], noise, mean, scale, s.MeanFactor, s.ScaleFactor, &dot[0], n, s.Ahead)
	}
	return n
}

func updateSampleDotVector(x, a []float64, shrink, step float64, s *Sample, dot *Partial) int {
	n := vectorLength(len(a))
	if n == 0 {
		return 0
	}
	noise, mean, scale := &s.Noise[0], first(s.Mean), first(s.Scale)
	switch {
	case mean == nil && scale == nil:
		updateSampleDotAssembly(&x[0], &a[0], noise, mean, scale, s.MeanFactor, s.ScaleFactor, shrink, step, &dot[0], n, s.Ahead)
	case mean == nil:
		updateSampleDotScaleAssembly(&x[0], &a[0], noise, mean, scale, s.MeanFactor, s.ScaleFactor, shrink, step, &dot[0], n, s.Ahead)
	case scale == nil:
		updateSampleDotMeanAssembly(&x[0], &a[0], noise, mean, scale, s.MeanFactor, s.ScaleFactor, shrink, step, &dot[0], n, s.Ahead)
	default:
		updateSampleDotMeanScaleAssembly(&x[0], &a[0], noise, mean, scale, s.MeanFactor, s.ScaleFactor, shrink, step, &dot[0], n, s.Ahead)
	}
	return n
}
