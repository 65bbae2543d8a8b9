//go:build !(amd64 || arm64) || purego

package kernels

func innerProductsVector[E Float](dst []float64, u, v [][]E, lo, hi int) bool { return false }

func gramVector[E Float](dst []float64, u [][]E, lo, hi int) bool { return false }

func multiplyAddVector[E Float](dst, src [][]E, coefficients []E, shrink E, lo, hi int) int {
	return 0
}

func weightedDotVector(w, x, y []float64, dot *Partial) int { return 0 }

func squaredDistanceVector(x, y []float64, sum *Partial) int { return 0 }

func sampleIntoVector(a []float64, s *Sample) int { return 0 }

func sampleInto32Vector(a []float32, s *Sample32) int { return 0 }

func recurrenceVector(x *[RecurrenceLanes]float64, u, v float64, rounds int) bool {
	return false
}
