//go:build !(amd64 || arm64) || purego

package kernels

func updateSignsDotVector(x []float64, shrink, step float64, last, next *SignSample, dot *Partial) int {
	return 0
}
