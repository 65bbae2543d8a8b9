package sgd

import (
	"fmt"
	"slices"

	"anisgd/engine/internal/phase"
	"anisgd/engine/model"
	"anisgd/engine/rate"
	"anisgd/rng"
)

// Precision is that of the samples and of the state.
type Precision uint8

const (
	// Double draws and computes in float64.
	Double Precision = iota
	// Mixed draws Gaussian noise with the accuracy of float32 and computes in float64.
	// It is for Gaussian noise: the others are drawn exactly at no greater cost.
	Mixed
	// Single draws and computes in float32, with sums over the modes in float64; of
	// several outputs, sums over more than a few hundred modes. It is for Gaussian noise.
	Single
)

// drawing writes the noise of modes from index on in a step: independent, of mean 0
// and variance 1.
type drawing func(stream *rng.Stream, dst []float64, step, index uint64)

// drawingOf is how the noise of a model is drawn.
func drawingOf(noise model.Noise, precision Precision) (drawing, error) {
	switch {
	case noise == model.Gaussian && precision == Double:
		return (*rng.Stream).Normals, nil
	case noise == model.Gaussian && precision != Double: // Single draws by itself, the same numbers
		return (*rng.Stream).WidenedNormals, nil
	case noise == model.Rademacher && precision == Double:
		return (*rng.Stream).Signs, nil
	case noise == model.Uniform && precision == Double:
		return (*rng.Stream).CentredUniforms, nil
	}
	return nil, fmt.Errorf("sgd: noise %v is not drawn in precision %d", noise, precision)
}

// signsOnly reports whether samples need not be stored: Rademacher noise, and nothing
// but their product with the state.
func (s *shared) signsOnly() bool {
	_, norms := s.config.Rate.(rate.AdaGradNorm)
	return s.config.Noise == model.Rademacher && s.config.Problem.TeacherOutputs() == 0 && !norms
}

// silentBlocks tells for every normalsPerBlock modes whether all their eigenvalues
// are 0.
func silentBlocks(eigenvalues []float64) []bool {
	var silent []bool
	for lo := 0; lo < len(eigenvalues); lo += normalsPerBlock {
		block := eigenvalues[lo:min(lo+normalsPerBlock, len(eigenvalues))]
		silent = append(silent, !slices.ContainsFunc(block, func(v float64) bool { return v != 0 }))
	}
	return silent
}

// drawNoise writes the noise of at most normalsPerBlock modes from lo on, where such a
// block begins. Modes without noise need none: numbers are addressed, so that not
// drawing some changes no others.
func (s *shared) drawNoise(stream *rng.Stream, dst []float64, spectrum int, step uint64, lo int) {
	phase.Sample.Enter()
	if s.silent[spectrum][lo/normalsPerBlock] {
		clear(dst)
		return
	}
	s.draw(stream, dst, step, uint64(lo))
}

// drawNoise32 is drawNoise of Gaussian noise in float32: the same numbers, not widened.
func (s *shared) drawNoise32(stream *rng.Stream, dst []float32, spectrum int, step uint64, lo int) {
	phase.Sample.Enter()
	if s.silent[spectrum][lo/normalsPerBlock] {
		clear(dst)
		return
	}
	stream.Normals32(dst, step, uint64(lo))
}
