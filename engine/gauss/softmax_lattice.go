package gauss

import (
	"fmt"
	"math"

	"anisgd/kernels/elementary"
)

// The lattice rule for five outputs and more.
//
// Differences are t = shift + L z, z ~ N(0, 1), with the Cholesky factor L of their
// covariance in the order of the classes, which unlike eigenvectors is a smooth
// function of it. The nodes z are those of latticeNodes, each with its reflection −z:
// odd functions, and so the first order in L, are exact.
//
// Where the class is likely, the nodes are moved to where the loss comes from,
// z = center + ζ, with the weights e^{−center·ζ − |center|²/2} of that change of measure.
type softmaxLattice struct {
	free   int
	nodes  *latticeNodes
	kernel softmaxKernel
	mirror softmaxKernel // of the reflected nodes

	covariance []float64 // of the differences, n×n; its lower triangle becomes L
	center     []float64
	shift      []float64 // shift + L center
	scale      []float64 // e^shift
	tilt       []float64

	sums   []parity
	cosets [latticeCosets][]float64
	change []float64
}

const (
	// MinSoftmaxNodes and MaxSoftmaxNodes bound the number of nodes of the lattice rule.
	MinSoftmaxNodes = 1 << 8
	MaxSoftmaxNodes = 1 << 16

	// DefaultSoftmaxNodes is the number of nodes unless another is asked for.
	DefaultSoftmaxNodes = 1 << 14
)

func newSoftmaxLattice(free, nodes int) *softmaxLattice {
	if nodes == 0 {
		nodes = DefaultSoftmaxNodes
	}
	checkNodes(nodes)
	if free > len(latticeVector) {
		panic(fmt.Sprintf("gauss: softmax of %d outputs: at most %d", free+1, len(latticeVector)+1))
	}
	l := &softmaxLattice{
		free:       free,
		nodes:      sharedLattice(free, nodes/2),
		kernel:     newSoftmaxKernel(free),
		mirror:     newSoftmaxKernel(free),
		covariance: make([]float64, free*free),
		center:     make([]float64, free),
		shift:      make([]float64, free),
		scale:      make([]float64, free),
		tilt:       make([]float64, free),
		sums:       make([]parity, softmaxTerms(free)),
		change:     make([]float64, softmaxTerms(free)),
	}
	for i := range l.cosets {
		l.cosets[i] = make([]float64, softmaxTerms(free))
	}
	return l
}

func checkNodes(nodes int) {
	if nodes < MinSoftmaxNodes || nodes > MaxSoftmaxNodes || nodes&(nodes-1) != 0 {
		panic(fmt.Sprintf("gauss: %d nodes: want a power of two from %d to %d", nodes, MinSoftmaxNodes, MaxSoftmaxNodes))
	}
}

// integrate is Softmax.integrate.
func (l *softmaxLattice) integrate(s *Softmax, class int, covariance []float64, riskOnly bool) float64 {
	differenceCovariance(l.covariance, class, s.outputs, covariance)
	copy(l.shift, s.shift)
	l.tiltClasses()
	factorize(l.free, l.covariance)
	l.moveCenter()

	direct := l.mayOverflow()
	l.kernel.noCeiling()
	l.mirror.noCeiling()
	sums := l.sums
	if riskOnly {
		sums = sums[:1]
	}
	clear(s.total)
	for coset := range l.cosets {
		clear(sums)
		l.sumCoset(coset, sums, direct)
		values := l.cosets[coset]
		for i, sum := range sums {
			values[i] = sum.even + sum.odd
			s.total[i] += values[i]
		}
	}
	// The cosets are as good as independent, each with an eighth of the nodes.
	square := 0.0
	for _, values := range l.cosets {
		for i := range sums {
			l.change[i] = float64(latticeCosets*values[i]) - s.total[i]
		}
		change := s.relative(class, l.change, riskOnly)
		square += float64(change * change)
	}
	return math.Sqrt(square / (latticeCosets * (latticeCosets - 1)))
}

// differenceCovariance computes the covariance of the differences of outputs to the
// given class, lower triangle.
func differenceCovariance(dst []float64, class, outputs int, covariance []float64) {
	at := func(j, l int) float64 { return covariance[max(j, l)*outputs+min(j, l)] }
	n := outputs - 1
	own := at(class, class)
	for a := range n {
		j := other(a, class)
		for b := range a + 1 {
			l := other(b, class)
			dst[a*n+b] = (at(j, l) - at(j, class)) + (own - at(l, class))
		}
	}
}

// factorize replaces the lower triangle of an n×n matrix by its Cholesky factor. Pivots
// that are nothing but rounding give a column of zeros, and no entry is larger than
// the rest of its row's variance allows.
func factorize(n int, matrix []float64) {
	const rounding = 1e-14
	for a := range n {
		row := matrix[a*n : a*n+n]
		rest := math.Max(row[a], 0)
		threshold := rounding * rest
		for b := range a {
			x := row[b]
			for c := range b {
				x -= float64(row[c] * matrix[b*n+c])
			}
			if pivot := matrix[b*n+b]; pivot > 0 {
				x /= pivot
			} else {
				x = 0
			}
			bound := math.Sqrt(rest)
			x = math.Max(-bound, math.Min(bound, x))
			row[b] = x
			rest = math.Max(rest-float64(x*x), 0)
		}
		if rest <= threshold {
			rest = 0
		}
		row[a] = math.Sqrt(rest)
	}
}

// tiltClasses finds for each difference by itself how the loss weighs its law: the
// maximum of log σ(s) − (s − c)²/(2v), where t_j ~ N(c, v), is at s = c + v σ(−s). It
// leaves σ(−s) times the share of the class in all maxima in tilt, faded out where
// the class itself is not likely.
func (l *softmaxLattice) tiltClasses() {
	highest := math.Inf(-1)
	for j, c := range l.shift {
		v := math.Max(l.covariance[j*l.free+j], 0)
		s, down := logisticMode(c, v)
		height := -elementary.Log1p(elementary.Exp(-math.Max(s, -largeExponent)))
		if s < -largeExponent {
			height = s
		}
		if v > 0 {
			height -= float64(0.5 * ((s - c) * ((s - c) / v)))
		}
		l.tilt[j] = down
		l.scale[j] = height
		highest = math.Max(highest, height)
	}
	total, ratios := 0.0, 0.0
	for j, height := range l.scale {
		share := elementary.Exp(height - highest)
		total += share
		l.tilt[j] *= share
		ratios += elementary.Exp(math.Min(l.shift[j], largeExponent))
	}
	likely := 1 / (1 + ratios) // probability of the class at the mean
	fade := float64(likely * likely)
	for j := range l.tilt {
		l.tilt[j] *= fade / total
	}
}

// logisticMode solves s = c + v σ(−s) by Newton's method in the bracket [c, c+v] and
// returns s and σ(−s).
func logisticMode(c, v float64) (s, down float64) {
	low, high := c, c+v
	s = c
	for range 100 {
		down = 1 / (1 + elementary.Exp(s))
		residual := (s - c) - float64(v*down)
		if residual > 0 {
			high = s
		} else {
			low = s
		}
		next := s - residual/(1+float64(v*float64(down*(1-down))))
		if !(next >= low && next <= high) {
			next = low + float64(0.5*(high-low))
		}
		if math.Abs(next-s) <= 1e-15*math.Abs(next) {
			break
		}
		s = next
	}
	return s, down
}

// moveCenter computes center = Lᵀ tilt and shift = shift + L center.
func (l *softmaxLattice) moveCenter() {
	n := l.free
	clear(l.center)
	for j := range n {
		for b := range j + 1 {
			l.center[b] += float64(l.tilt[j] * l.covariance[j*n+b])
		}
	}
	for j := range n {
		for b := range j + 1 {
			l.shift[j] += float64(l.covariance[j*n+b] * l.center[b])
		}
		l.scale[j] = elementary.Exp(l.shift[j])
	}
}

// mayOverflow tells whether an exponential could leave the range of float64.
func (l *softmaxLattice) mayOverflow() bool {
	n := l.free
	for j := range n {
		variance := 0.0
		for _, x := range l.covariance[j*n : j*n+j+1] {
			variance += float64(x * x)
		}
		reach := float64(l.nodes.radius * math.Sqrt(variance))
		if !(math.Abs(l.shift[j])+reach < largeExponent && reach < largeExponent) {
			return true
		}
	}
	return false
}

// sumCoset adds up the terms of the nodes of a coset and of their reflections.
func (l *softmaxLattice) sumCoset(coset int, sums []parity, direct bool) {
	n := l.free
	square := 0.0
	for _, x := range l.center {
		square += float64(x * x)
	}
	exponent := float64(-0.5 * square)
	unit := 1 / float64(2*l.nodes.count)
	for at := range l.nodes.perCoset() {
		z := l.nodes.coordinates(coset, at)
		var tilt, weight, reflected, total block
		for b, x := range l.center {
			for lane := range tilt {
				tilt[lane] += float64(x * z[b][lane])
			}
		}
		for lane := range tilt {
			weight[lane] = unit * elementary.Exp(exponent-tilt[lane])
			reflected[lane] = unit * elementary.Exp(exponent+tilt[lane])
		}
		for j := range n {
			var y block
			for b, x := range l.covariance[j*n : j*n+j+1] {
				from := &z[b]
				for lane := range y {
					y[lane] += float64(x * from[lane])
				}
			}
			l.spread(j, &y, direct)
		}
		if direct {
			l.kernel.exponentiate()
			l.mirror.exponentiate()
		}
		if len(sums) == 1 {
			l.kernel.addRisk(&weight, &total, &sums[0])
			l.mirror.addRisk(&reflected, &total, &sums[0])
		} else {
			l.kernel.add(&weight, sums)
			l.mirror.add(&reflected, sums)
		}
	}
}

// spread sets the ratios of a difference for t = shift ± y, or t itself where
// exponentials must be taken with care.
func (l *softmaxLattice) spread(j int, y *block, direct bool) {
	up, down := &l.kernel.ratio[j], &l.mirror.ratio[j]
	if direct {
		for lane := range y {
			up[lane] = l.shift[j] + y[lane]
			down[lane] = l.shift[j] - y[lane]
		}
		return
	}
	scale := l.scale[j]
	for lane := range y {
		e := elementary.Exp(y[lane])
		up[lane] = scale * e
		down[lane] = scale / e
	}
}
