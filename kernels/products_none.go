//go:build !(amd64 || arm64) || purego

package kernels

func innerProductsVector(dst []float64, u, v [][]float64, lo, hi int) bool { return false }

func gramVector(dst []float64, u [][]float64, lo, hi int) bool { return false }

func multiplyAddVector(dst, src [][]float64, coefficients []float64, shrink float64, lo, hi int) int {
	return 0
}

func weightedDotVector(w, x, y []float64, dot *Partial) int { return 0 }

func squaredDistanceVector(x, y []float64, sum *Partial) int { return 0 }

func sampleIntoVector(a []float64, s *Sample) int { return 0 }

func recurrenceVector(x *[RecurrenceLanes]float64, u, v float64, rounds int) bool {
	return false
}
