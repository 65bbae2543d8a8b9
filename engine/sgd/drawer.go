package sgd

import (
	"anisgd/engine/model"
	"anisgd/kernels"
	"anisgd/rng"
)

// drawer makes samples in one precision.
type drawer[E kernels.Float] interface {
	// noise draws the noise of at most normalsPerBlock modes from lo on, where such a
	// block begins.
	noise(stream *rng.Stream, dst []E, spectrum int, step uint64, lo int)
	// sample writes the modes of a sample of a class from lo on.
	sample(dst, noise []E, class *model.ClassArrays, lo int)
}

// doubleDrawer makes samples of float64 from any noise, also that of mixed precision.
type doubleDrawer struct{ *shared }

func (s doubleDrawer) noise(stream *rng.Stream, dst []float64, spectrum int, step uint64, lo int) {
	s.drawNoise(stream, dst, spectrum, step, lo)
}

func (s doubleDrawer) sample(dst, noise []float64, class *model.ClassArrays, lo int) {
	hi := lo + len(dst)
	sample := kernels.Sample{
		Noise: noise, ScaleFactor: s.constants[class.Spectrum], MeanFactor: class.Factor / s.rootDim,
	}
	if class.Source >= 0 {
		sample.Mean = s.config.Arrays.Sources[class.Source][lo:hi]
	}
	if scale := s.scales[class.Spectrum]; scale != nil {
		sample.Scale = scale[lo:hi]
	}
	kernels.SampleInto(dst, &sample)
}

// singleDrawer makes samples of float32 from Gaussian noise.
type singleDrawer struct{ *shared }

func (s singleDrawer) noise(stream *rng.Stream, dst []float32, spectrum int, step uint64, lo int) {
	s.drawNoise32(stream, dst, spectrum, step, lo)
}

func (s singleDrawer) sample(dst, noise []float32, class *model.ClassArrays, lo int) {
	hi := lo + len(dst)
	sample := kernels.Sample32{
		Noise: noise, ScaleFactor: float32(s.constants[class.Spectrum]), MeanFactor: float32(class.Factor / s.rootDim),
	}
	if class.Source >= 0 {
		sample.Mean = s.means32[class.Source][lo:hi]
	}
	if scale := s.scales32[class.Spectrum]; scale != nil {
		sample.Scale = scale[lo:hi]
	}
	kernels.SampleInto32(dst, &sample)
}
