package kernels

// SampleInto writes a sample, as SampleDot does, without an inner product:
//
//	a[i] ← the sample's element i
//
// It fills the rows of a block of samples, whose products with other rows are
// left to InnerProducts. a may be the same slice as the sample's Noise. In the
// caches speed is bound by the one to three loads and the store per element.
func SampleInto(a []float64, s *Sample) {
	s.check("SampleInto", len(a))
	n := sampleIntoVector(a, s)
	rest := s.from(n)
	sampleIntoGeneric(a[n:], &rest)
}

func sampleIntoGeneric(a []float64, s *Sample) {
	for i := range a {
		a[i] = s.at(i)
	}
}

// SampleInto32 is SampleInto in float32.
func SampleInto32(a []float32, s *Sample32) {
	s.check("SampleInto32", len(a))
	n := sampleInto32Vector(a, s)
	rest := s.from(n)
	sampleInto32Generic(a[n:], &rest)
}

func sampleInto32Generic(a []float32, s *Sample32) {
	for i := range a {
		a[i] = s.at(i)
	}
}
