package kernels

// Sample32 is Sample in float32: products and sums are rounded to float32 one by
// one,
//
//	a[i] = s[i]·z[i] + MeanFactor·Mean[i]    or, without a mean,
//	a[i] = s[i]·z[i]
//
// for the processor's fused multiply-add of float32 has no equal in portable Go.
type Sample32 struct {
	Noise       []float32 // z, standard normals
	Mean        []float32 // direction of the mean; nil: zero mean
	MeanFactor  float32   // multiplies Mean; not read if Mean is nil
	Scale       []float32 // standard deviations s; nil: ScaleFactor for all
	ScaleFactor float32   // not read if Scale is not nil
	Ahead       int       // as in Sample
}

func (s *Sample32) check(kernel string, n int) {
	checkLength(kernel, "Sample32.Noise", len(s.Noise), n)
	if s.Mean != nil {
		checkLength(kernel, "Sample32.Mean", len(s.Mean), n)
	}
	if s.Scale != nil {
		checkLength(kernel, "Sample32.Scale", len(s.Scale), n)
	}
}

// from is the sample without its first n elements.
func (s *Sample32) from(n int) Sample32 {
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
func (s *Sample32) at(i int) float32 {
	scale := s.ScaleFactor
	if s.Scale != nil {
		scale = s.Scale[i]
	}
	if s.Mean == nil {
		return float32(scale * s.Noise[i])
	}
	return float32(scale*s.Noise[i]) + float32(s.MeanFactor*s.Mean[i])
}

// SampleDot32 is SampleDot in float32, with sums in float64:
//
//	a[i] ← the sample's element i
//	dot[i mod Lanes] ← x[i]·a[i] + dot[i mod Lanes]
//
// where the product is exact and the sum is rounded to float64. In the caches speed
// is bound by the conversions to float64, beyond them by memory.
func SampleDot32(a, x []float32, s *Sample32, dot *Partial) {
	checkLength("SampleDot32", "x", len(x), len(a))
	s.check("SampleDot32", len(a))
	n := sampleDot32Vector(a, x, s, dot)
	rest := s.from(n)
	sampleDot32Generic(a[n:], x[n:], &rest, dot)
}

func sampleDot32Generic(a, x []float32, s *Sample32, dot *Partial) {
	x = x[:len(a)]
	for i := range a {
		ai := s.at(i)
		a[i] = ai
		dot[i%Lanes] += float64(float64(x[i]) * float64(ai))
	}
}

// Update32 is Update in float32, rounded three times:
//
//	x[i] ← step·a[i] + shrink·x[i]
//
// A step or a shrinkage below half a unit in the last place of x[i], 6e-8 of it, is
// lost. Speed is bound as that of Update, with half the bytes.
func Update32(x, a []float32, shrink, step float32) {
	checkLength("Update32", "a", len(a), len(x))
	n := update32Vector(x, a, shrink, step)
	update32Generic(x[n:], a[n:], shrink, step)
}

func update32Generic(x, a []float32, shrink, step float32) {
	a = a[:len(x)]
	for i, xi := range x {
		x[i] = float32(step*a[i]) + float32(shrink*xi)
	}
}

// UpdateSampleDot32 is Update32 followed by SampleDot32 in one pass over x and a, as
// UpdateSampleDot is of Update and SampleDot. It gives the same bits as the two
// calls. In the caches speed is bound by the conversions to float64, beyond them by
// memory.
func UpdateSampleDot32(x, a []float32, shrink, step float32, s *Sample32, dot *Partial) {
	checkLength("UpdateSampleDot32", "a", len(a), len(x))
	s.check("UpdateSampleDot32", len(x))
	n := updateSampleDot32Vector(x, a, shrink, step, s, dot)
	rest := s.from(n)
	updateSampleDot32Generic(x[n:], a[n:], shrink, step, &rest, dot)
}

func updateSampleDot32Generic(x, a []float32, shrink, step float32, s *Sample32, dot *Partial) {
	a = a[:len(x)]
	for i, xi := range x {
		xi = float32(step*a[i]) + float32(shrink*xi)
		ai := s.at(i)
		x[i], a[i] = xi, ai
		dot[i%Lanes] += float64(float64(xi) * float64(ai))
	}
}
