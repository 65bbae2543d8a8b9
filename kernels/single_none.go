//go:build !(amd64 || arm64) || purego

package kernels

func update32Vector(x, a []float32, shrink, step float32) int { return 0 }

func sampleDot32Vector(a, x []float32, s *Sample32, dot *Partial) int { return 0 }

func updateSampleDot32Vector(x, a []float32, shrink, step float32, s *Sample32, dot *Partial) int {
	return 0
}
