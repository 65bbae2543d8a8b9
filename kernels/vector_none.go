//go:build !(amd64 || arm64) || purego

package kernels

// The functions …Vector run the assembly of the selected path on the first n
// elements, a multiple of Lanes, and return n. Here there is no assembly.

func dotVector(x, y []float64, dot *Partial) int { return 0 }

func sumVector(x []float64, sum *Partial) int { return 0 }

func squaresVector(x []float64, sum *Partial) int { return 0 }

func weightedSquaresVector(w, x []float64, sum *Partial) int { return 0 }

func triadVector(a, b, c []float64, scale float64) int { return 0 }

func sampleDotVector(a, x []float64, s *Sample, dot *Partial) int { return 0 }

func updateVector(x, a []float64, shrink, step float64) int { return 0 }

func updateSampleDotVector(x, a []float64, shrink, step float64, s *Sample, dot *Partial) int {
	return 0
}

func (st *Stages) combineVector(lo, hi int, y, c, dstY, dstC, errorY, errorC, out, err []float64, sums *Sums) int {
	return 0
}

func (st *Stages) errorNormVector(lo, hi int, y, c, newY, newC, errorY, errorC []float64, weight, atol, rtol float64, sums *ErrorSums) int {
	return 0
}
