//go:build !(amd64 || arm64) || purego

package kernels

func updateSamplesDotsVector(x []float64, a *[Ahead][]float64, shrink float64, weights *[Ahead]float64, s *[Ahead]Sample, sums *AheadSums) int {
	return 0
}
