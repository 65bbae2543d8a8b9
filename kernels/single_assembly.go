//go:build (amd64 || arm64) && !purego

package kernels

import "unsafe"

func update32Vector(x, a []float32, shrink, step float32) int {
	n := vectorLength(len(x))
	if n > 0 {
		update32Assembly(&x[0], &a[0], shrink, step, n)
	}
	return n
}

func sampleDot32Vector(a, x []float32, s *Sample32, dot *Partial) int {
	n := vectorLength(len(a))
	if n == 0 {
		return 0
	}
	noise, mean, scale := &s.Noise[0], unsafe.SliceData(s.Mean), unsafe.SliceData(s.Scale)
	switch {
	case mean == nil && scale == nil:
		sampleDot32Assembly(&x[0], &a[0], noise, mean, scale, s.MeanFactor, s.ScaleFactor, &dot[0], n, s.Ahead)
	case mean == nil:
		sampleDot32ScaleAssembly(&x[0], &a[0], noise, mean, scale, s.MeanFactor, s.ScaleFactor, &dot[0], n, s.Ahead)
	case scale == nil:
		sampleDot32MeanAssembly(&x[0], &a[0], noise, mean, scale, s.MeanFactor, s.ScaleFactor, &dot[0], n, s.Ahead)
	default:
		sampleDot32MeanScaleAssembly(&x[0], &a[0], noise, mean, scale, s.MeanFactor, s.ScaleFactor, &dot[0], n, s.Ahead)
	}
	return n
}

func updateSampleDot32Vector(x, a []float32, shrink, step float32, s *Sample32, dot *Partial) int {
	n := vectorLength(len(a))
	if n == 0 {
		return 0
	}
	noise, mean, scale := &s.Noise[0], unsafe.SliceData(s.Mean), unsafe.SliceData(s.Scale)
	switch {
	case mean == nil && scale == nil:
		updateSampleDot32Assembly(&x[0], &a[0], noise, mean, scale, s.MeanFactor, s.ScaleFactor, shrink, step, &dot[0], n, s.Ahead)
	case mean == nil:
		updateSampleDot32ScaleAssembly(&x[0], &a[0], noise, mean, scale, s.MeanFactor, s.ScaleFactor, shrink, step, &dot[0], n, s.Ahead)
	case scale == nil:
		updateSampleDot32MeanAssembly(&x[0], &a[0], noise, mean, scale, s.MeanFactor, s.ScaleFactor, shrink, step, &dot[0], n, s.Ahead)
	default:
		updateSampleDot32MeanScaleAssembly(&x[0], &a[0], noise, mean, scale, s.MeanFactor, s.ScaleFactor, shrink, step, &dot[0], n, s.Ahead)
	}
	return n
}
