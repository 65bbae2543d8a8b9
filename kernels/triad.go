package kernels

import "math"

// Triad is the loop by which the speed of memory is measured:
//
//	a[i] ← fma(scale, c[i], b[i])
//
// It moves 24 bytes an element, not counting that a write may first read its
// cache line. a may be the same slice as b or c.
func Triad(a, b, c []float64, scale float64) {
	checkLength("Triad", "b", len(b), len(a))
	checkLength("Triad", "c", len(c), len(a))
	n := triadVector(a, b, c, scale)
	triadGeneric(a[n:], b[n:], c[n:], scale)
}

func triadGeneric(a, b, c []float64, scale float64) {
	b, c = b[:len(a)], c[:len(a)]
	for i := range a {
		a[i] = math.FMA(scale, c[i], b[i])
	}
}
