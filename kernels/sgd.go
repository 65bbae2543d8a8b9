package kernels

import "math"

// Sample describes an independent Gaussian vector by the standard normals it
// is made of:
//
//	a[i] = fma(s[i], z[i], MeanFactor·Mean[i])    or, without a mean,
//	a[i] = s[i]·z[i]
//
// with z = Noise and s = Scale, or s[i] = ScaleFactor for all i if Scale is
// nil. All slices that are not nil have the length of the call.
type Sample struct {
	Noise       []float64 // z, standard normals
	Mean        []float64 // direction of the mean; nil: zero mean
	MeanFactor  float64   // multiplies Mean; not read if Mean is nil
	Scale       []float64 // standard deviations s; nil: ScaleFactor for all
	ScaleFactor float64   // not read if Scale is not nil

	// Ahead asks for the arrays, but for Noise, to be fetched into the second-level
	// cache so many elements ahead of their use, past the end of the call; 0 asks
	// for nothing. It changes no result. It is for arrays beyond the second-level
	// cache when the noise is computed between the calls, which interrupts the
	// processor's own fetching: a step then gains up to a fifth, but nothing once
	// memory is saturated. Within the second-level cache it costs a twentieth.
	Ahead int
}

// AheadInMemory is a good value of Sample.Ahead for arrays beyond the
// second-level cache.
const AheadInMemory = 2048

func (s *Sample) check(kernel string, n int) {
	checkLength(kernel, "Sample.Noise", len(s.Noise), n)
	if s.Mean != nil {
		checkLength(kernel, "Sample.Mean", len(s.Mean), n)
	}
	if s.Scale != nil {
		checkLength(kernel, "Sample.Scale", len(s.Scale), n)
	}
}

// from is the sample without its first n elements.
func (s *Sample) from(n int) Sample {
	rest := *s
	rest.Noise = s.Noise[n:]
	if s.Mean != nil {
		rest.Mean = s.Mean[n:]
	}
	if s.Scale != nil {
		rest.Scale = s.Scale[n:]
	}
	return rest
}

// at is element i of the sample.
func (s *Sample) at(i int) float64 {
	scale := s.ScaleFactor
	if s.Scale != nil {
		scale = s.Scale[i]
	}
	if s.Mean == nil {
		return float64(scale * s.Noise[i])
	}
	return math.FMA(scale, s.Noise[i], float64(s.MeanFactor*s.Mean[i]))
}

// SampleDot writes a sample to a and adds its inner product with x:
//
//	a[i] ← the sample's element i
//	dot[i mod Lanes] ← fma(x[i], a[i], dot[i mod Lanes])
//
// a may be the same slice as the sample's Noise. In the caches speed is bound
// by the two to four loads per element, beyond them by memory.
func SampleDot(a, x []float64, s *Sample, dot *Partial) {
	checkLength("SampleDot", "x", len(x), len(a))
	s.check("SampleDot", len(a))
	n := sampleDotVector(a, x, s, dot)
	rest := s.from(n)
	sampleDotGeneric(a[n:], x[n:], &rest, dot)
}

func sampleDotGeneric(a, x []float64, s *Sample, dot *Partial) {
	x = x[:len(a)]
	for i := range a {
		ai := s.at(i)
		a[i] = ai
		lane := i % Lanes
		dot[lane] = math.FMA(x[i], ai, dot[lane])
	}
}

// Update makes the step of SGD along the sample a, with the shrinkage of a
// ridge penalty:
//
//	x[i] ← fma(step, a[i], shrink·x[i])
//
// In the caches speed is bound by the two loads and the store per element,
// beyond them by memory.
func Update(x, a []float64, shrink, step float64) {
	checkLength("Update", "a", len(a), len(x))
	n := updateVector(x, a, shrink, step)
	updateGeneric(x[n:], a[n:], shrink, step)
}

func updateGeneric(x, a []float64, shrink, step float64) {
	a = a[:len(x)]
	for i, xi := range x {
		x[i] = math.FMA(step, a[i], float64(shrink*xi))
	}
}

// UpdateSampleDot is Update followed by SampleDot in one pass over x and a:
// the update of one step of SGD with the sample and the output of the next.
//
//	x[i] ← fma(step, a[i], shrink·x[i])
//	a[i] ← the sample's element i
//	dot[i mod Lanes] ← fma(x[i], a[i], dot[i mod Lanes])
//
// It gives the same bits as the two calls. In the caches speed is bound by the
// three to five loads and two stores per element, beyond them by memory.
func UpdateSampleDot(x, a []float64, shrink, step float64, s *Sample, dot *Partial) {
	checkLength("UpdateSampleDot", "a", len(a), len(x))
	s.check("UpdateSampleDot", len(x))
	n := updateSampleDotVector(x, a, shrink, step, s, dot)
	rest := s.from(n)
	updateSampleDotGeneric(x[n:], a[n:], shrink, step, &rest, dot)
}

func updateSampleDotGeneric(x, a []float64, shrink, step float64, s *Sample, dot *Partial) {
	a = a[:len(x)]
	for i, xi := range x {
		xi = math.FMA(step, a[i], float64(shrink*xi))
		ai := s.at(i)
		x[i], a[i] = xi, ai
		lane := i % Lanes
		dot[lane] = math.FMA(xi, ai, dot[lane])
	}
}
