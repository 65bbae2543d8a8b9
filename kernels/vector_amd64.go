//go:build !purego

package kernels

import "anisgd/kernels/cpu"

// The functions …Vector run the assembly of the selected path on the first n
// elements, a multiple of Lanes, and return n; plain Go does the rest.

// vectorLength is the number of leading elements the assembly takes on, 0 where
// the selected path has none.
func vectorLength(length int) int {
	if !cpu.Runs(cpu.AVX2) {
		return 0
	}
	return length &^ (Lanes - 1)
}

func dotVector(x, y []float64, dot *Partial) int {
	n := vectorLength(len(x))
	if n > 0 {
		dotAVX2(&x[0], &y[0], &dot[0], n)
	}
	return n
}

func sumVector(x []float64, sum *Partial) int {
	n := vectorLength(len(x))
	if n > 0 {
		sumAVX2(&x[0], &sum[0], n)
	}
	return n
}

func squaresVector(x []float64, sum *Partial) int {
	n := vectorLength(len(x))
	if n > 0 {
		squaresAVX2(&x[0], &sum[0], n)
	}
	return n
}

func weightedSquaresVector(w, x []float64, sum *Partial) int {
	n := vectorLength(len(x))
	if n > 0 {
		weightedSquaresAVX2(&w[0], &x[0], &sum[0], n)
	}
	return n
}

func updateVector(x, a []float64, shrink, step float64) int {
	n := vectorLength(len(x))
	if n > 0 {
		updateAVX2(&x[0], &a[0], shrink, step, n)
	}
	return n
}

func triadVector(a, b, c []float64, scale float64) int {
	n := vectorLength(len(a))
	if n > 0 {
		triadAVX2(&a[0], &b[0], &c[0], scale, n)
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
		sampleDotAVX2(&x[0], &a[0], noise, mean, scale, s.MeanFactor, s.ScaleFactor, &dot[0], n, s.Ahead)
	case mean == nil:
		sampleDotScaleAVX2(&x[0], &a[0], noise, mean, scale, s.MeanFactor, s.ScaleFactor, &dot[0], n, s.Ahead)
	case scale == nil:
		sampleDotMeanAVX2(&x[0], &a[0], noise, mean, scale, s.MeanFactor, s.ScaleFactor, &dot[0], n, s.Ahead)
	default:
		sampleDotMeanScaleAVX2(&x[0], &a[0], noise, mean, scale, s.MeanFactor, s.ScaleFactor, &dot[0], n, s.Ahead)
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
		updateSampleDotAVX2(&x[0], &a[0], noise, mean, scale, s.MeanFactor, s.ScaleFactor, shrink, step, &dot[0], n, s.Ahead)
	case mean == nil:
		updateSampleDotScaleAVX2(&x[0], &a[0], noise, mean, scale, s.MeanFactor, s.ScaleFactor, shrink, step, &dot[0], n, s.Ahead)
	case scale == nil:
		updateSampleDotMeanAVX2(&x[0], &a[0], noise, mean, scale, s.MeanFactor, s.ScaleFactor, shrink, step, &dot[0], n, s.Ahead)
	default:
		updateSampleDotMeanScaleAVX2(&x[0], &a[0], noise, mean, scale, s.MeanFactor, s.ScaleFactor, shrink, step, &dot[0], n, s.Ahead)
	}
	return n
}
