package gauss

import "math"

// A covariance split in independent noise and a rest.
//
// Only the covariance of differences matters, so one vector v is free in
//
//	covariance = diag(noise) + v1ᵀ + 1vᵀ + rest,    noise ≥ 0,  rest ≥ 0 on vectors of sum zero.
//
// The noise is integrated exactly (see softmaxIndependent), the rest by a rule of
// degree 5 in its n dimensions, of which only even orders in √rest appear: the error is
// of the order rest³ times the sixth derivative of a function that the noise has
// smoothed. Where classes are alike, as they are up to fluctuations for random
// means and equal priors, the rest is small or zero.
//
// The noise is proportional to the diagonal that fits the covariance best in the least
// squares sense on vectors of sum zero, and as large as the rest allows: by the
// smallest of the eigenvalues of the covariance relative to it. A high power mean stands
// in for the smallest, and the root of the rest is the symmetric one, so that all is
// smooth in the covariance.
type softmaxSplit struct {
	outputs int
	inner   *softmaxIndependent

	basis     []float64 // n×K, orthonormal rows of sum zero
	noise     []float64
	deviation []float64
	matrix    []float64 // n×n
	factor    []float64
	vectors   []float64
	half      []float64
	root      []float64 // K×n: the rest is root rootᵀ, in the order of softmaxIndependent

	mean   []float64
	moved  []float64
	term   []float64
	center []float64 // terms at the center, and summed over the nodes of one and two axes
	axes   []float64
	pairs  []float64
	change []float64
}

const (
	// pairedFree is the largest number of differences for which the rule has degree 5.
	// Beyond it, it has degree 3: the nodes on pairs of axes would be too many.
	pairedFree = 24
	// pairedRest is a size of the rest up to which degree 3 suffices.
	pairedRest = 2e-4
)

func newSoftmaxSplit(free int) *softmaxSplit {
	outputs, terms := free+1, softmaxTerms(free)
	s := &softmaxSplit{
		outputs:   outputs,
		inner:     newSoftmaxIndependent(outputs),
		basis:     make([]float64, free*outputs),
		noise:     make([]float64, outputs),
		deviation: make([]float64, outputs),
		matrix:    make([]float64, free*free),
		factor:    make([]float64, free*free),
		vectors:   make([]float64, free*free),
		half:      make([]float64, free*outputs),
		root:      make([]float64, outputs*free),
		mean:      make([]float64, outputs),
		moved:     make([]float64, outputs),
		term:      make([]float64, terms),
		center:    make([]float64, terms),
		axes:      make([]float64, terms),
		pairs:     make([]float64, terms),
		change:    make([]float64, terms),
	}
	for a := range free {
		fillHelmert(s.basis[a*outputs:(a+1)*outputs], a)
	}
	return s
}

// open splits the covariance for the given class and means of the differences.
func (s *softmaxSplit) open(class int, shift, covariance []float64) {
	K := s.outputs
	n := K - 1
	copy(s.mean, shift)
	s.mean[n] = 0
	s.fitNoise(class, covariance)
	s.project(class, covariance)
	scale := s.scaleNoise()
	for j := range s.noise {
		s.noise[j] *= scale
		s.deviation[j] = math.Sqrt(s.noise[j])
	}
}

// place returns the class at a place in the order of softmaxIndependent.
func (s *softmaxSplit) place(at, class int) int {
	if at == s.outputs-1 {
		return class
	}
	return other(at, class)
}

// wide tells whether the noise is so large that a product rule needs many nodes.
func (s *softmaxSplit) wide() bool {
	inverse := 0.0
	for _, x := range s.noise {
		inverse += 1 / x
	}
	return inverse < 2
}

// weight is the weight of the split against the lattice: 1 where the rest is small and
// means and noise are within the range of the tables.
func (s *softmaxSplit) weight() float64 {
	largestNoise, spread := 0.0, 0.0
	for j, x := range s.noise {
		largestNoise = math.Max(largestNoise, x)
		spread = math.Max(spread, math.Abs(s.mean[j]))
	}
	noise := 0.0
	for _, x := range s.noise {
		noise += x / float64(s.outputs)
	}
	return float64(fade(s.restSize()/(0.4+noise), 0.6, 1.4) *
		fade(largestNoise, 0.75*gumbelDeviation*gumbelDeviation, gumbelDeviation*gumbelDeviation) *
		fade(spread, 0.75*largestSpread, largestSpread))
}

// restSize is the Frobenius norm of the rest.
func (s *softmaxSplit) restSize() float64 {
	K := s.outputs
	n := K - 1
	square := 0.0
	for j := range K {
		for l := range K {
			x := 0.0
			for c := range n {
				x += float64(s.root[j*n+c] * s.root[l*n+c])
			}
			square += float64(x * x)
		}
	}
	return math.Sqrt(square)
}

// fade falls from 1 at low to 0 at high, with two continuous derivatives.
func fade(x, low, high float64) float64 {
	t := (x - low) / (high - low)
	switch {
	case t <= 0:
		return 1
	case !(t < 1):
		return 0
	}
	return 1 - float64(t*t*t*(10+float64(t*(float64(6*t)-15))))
}

// integrate leaves the expectations of the terms in total and returns the estimated
// relative error.
func (s *softmaxSplit) integrate(soft *Softmax, class int, riskOnly bool) float64 {
	K := s.outputs
	n := K - 1
	terms := len(s.term)
	if riskOnly {
		terms = 1
	}
	distance := 0.0
	for j := range K {
		square := 0.0
		for _, x := range s.root[j*n : j*n+n] {
			square += float64(x * x)
		}
		distance = math.Max(distance, math.Sqrt(6*square))
	}
	s.inner.open(s.mean, s.deviation, distance)
	clear(s.center)
	clear(s.axes)
	clear(s.pairs)
	s.addNode(s.center, 0, 0, 0, 0, riskOnly)
	copy(soft.total[:terms], s.center)
	paired := n <= pairedFree && s.restSize() > pairedRest
	const radius = 1.7320508075688772 // √3
	cubes := 0.0
	for a := range n {
		clear(s.change)
		s.addNode(s.change, a, radius, a, 0, riskOnly)
		s.addNode(s.change, a, -radius, a, 0, riskOnly)
		for i := range terms {
			s.axes[i] += s.change[i]
			s.change[i] = (s.change[i] - 2*s.center[i]) / 6
		}
		change := soft.relative(class, s.change, riskOnly)
		cubes += float64(change * float64(change*change))
		if !paired {
			continue
		}
		for b := range a {
			s.addNode(s.pairs, a, radius, b, radius, riskOnly)
			s.addNode(s.pairs, a, radius, b, -radius, riskOnly)
			s.addNode(s.pairs, a, -radius, b, radius, riskOnly)
			s.addNode(s.pairs, a, -radius, b, -radius, riskOnly)
		}
	}

	// The rules of degree 5 (Stroud and Secrest, 1963) and 3 with the same nodes.
	count := float64(n)
	for i := range terms {
		center, axes, pairs := s.center[i], s.axes[i], s.pairs[i]
		third := float64((1-count/3)*center) + axes/6
		soft.total[i] = third
		s.change[i] = third - center
		if paired {
			fifth := float64((1+count*(count-7)/18)*center) + (float64((4-count)/18*axes) + pairs/36)
			soft.total[i] = fifth
			s.axes[i] = fifth - third
		}
	}
	first := soft.relative(class, s.change, riskOnly)
	if !paired {
		return splitFloor + float64(first*first)
	}
	second := 0.0
	if first > 0 {
		second = soft.relative(class, s.axes, riskOnly)
		second *= math.Min(1, second/first)
	}
	return splitFloor + float64(splitSafety*(second+cubes))
}

const (
	// splitFloor bounds the error of the inner integral.
	splitFloor = 1e-8

	// The error is of the third order in the rest. What axes by themselves contribute to
	// it is estimated by the cubes of what they contribute to the first order, and what
	// pairs of them do by a geometric series of the first two orders.
	splitSafety = 5
)

// addNode adds the terms with means moved by x along axis a and y along axis b.
func (s *softmaxSplit) addNode(sum []float64, a int, x float64, b int, y float64, riskOnly bool) {
	n := s.outputs - 1
	for j, mean := range s.mean {
		s.moved[j] = mean + (float64(x*s.root[j*n+a]) + float64(y*s.root[j*n+b]))
	}
	s.inner.terms(s.term, s.moved, riskOnly)
	if riskOnly {
		sum[0] += s.term[0]
		return
	}
	for i, value := range s.term {
		sum[i] += value
	}
}
