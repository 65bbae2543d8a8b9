package spectrum

import (
	"math"

	"anisgd/kernels/elementary"
)

// panel is a range lo < ρ ≤ hi of modes of one segment (of fractions u in a
// continuum) that is represented together.
type panel struct {
	segment *segment
	lo, hi  float64
	shape   shape
	// low and high are log u at both ends of a logarithmic panel; exponent is that of
	// a tail's variable (u/hi)^exponent, with log(hi/d) in high.
	low, high, exponent float64
}

// shape says how a panel is represented.
type shape uint8

const (
	uniform     shape = iota // equal eigenvalues: one node
	kept                     // few modes: a node each
	logarithmic              // interpolated in log u
	tail                     // interpolated in a power of u that vanishes with u
)

const (
	// panelTolerance is the absolute error with which exponentials exp(−τλ) at all
	// times τ are interpolated on every panel.
	panelTolerance = 1e-11
	// A segment without a tail ends where u, or every eigenvalue that varies, is below
	// these: one node represents the modes that are left.
	floor           = 0x1p-300
	floorEigenvalue = 0x1p-500
)

// panels cuts all segments.
func (o *outline) panels() []panel {
	var all []panel
	for s := range o.segments {
		all = o.cutSegment(all, &o.segments[s])
	}
	return all
}

func (o *outline) cutSegment(all []panel, s *segment) []panel {
	if s.constant() {
		return append(all, panel{segment: s, lo: s.lo, hi: s.hi, shape: uniform})
	}
	steepest := 0.0
	for _, c := range s.curves {
		if !c.constant() {
			steepest = math.Max(steepest, math.Abs(c.exponent))
		}
	}
	width := elementary.Log(arrayRatio) / steepest
	for hi := s.hi; hi > s.lo; {
		if p, ok := o.tailPanel(s, hi); ok {
			return append(all, p)
		}
		if o.negligible(s, hi) {
			// The node of what is left is at its upper end.
			return append(all, panel{segment: s, lo: s.lo, hi: hi, shape: uniform})
		}
		p := o.logarithmicPanel(s, hi, width)
		for p.shape == logarithmic && !o.resolves(&p) {
			width *= 0.75
			p = o.logarithmicPanel(s, hi, width)
		}
		width *= 1.2
		all = append(all, p)
		hi = p.lo
	}
	return all
}

func (o *outline) negligible(s *segment, hi float64) bool {
	if o.Continuum && hi <= floor {
		return true
	}
	for _, c := range s.curves {
		if !c.constant() && c.at(elementary.Log(hi/o.d)) > floorEigenvalue {
			return false
		}
	}
	return true
}

// logarithmicPanel is the panel below hi of a width in log u, or fewer modes than it
// would have nodes.
func (o *outline) logarithmicPanel(s *segment, hi, width float64) panel {
	p := panel{segment: s, hi: hi, shape: logarithmic, high: elementary.Log(hi / o.d)}
	lo := hi * elementary.Exp(-width)
	if o.Continuum {
		p.lo = math.Max(lo, s.lo)
		if p.lo < floor {
			p.lo = math.Max(s.lo, floor)
		}
		p.low = elementary.Log(p.lo)
		return p
	}
	p.lo = math.Max(math.Floor(lo), s.lo)
	p.low = elementary.Log((p.lo + 1) / o.d)
	if p.hi-p.lo <= panelTerms {
		// Up to as many modes as there would be nodes, whatever the width.
		p.shape, p.lo = kept, math.Max(math.Min(p.lo, p.hi-panelTerms), s.lo)
	}
	return p
}

// tailPanel is the panel of all modes below hi, if they can be represented together:
// if they start at u = 0, where all eigenvalues are finite, and hardly relax within
// the horizon.
func (o *outline) tailPanel(s *segment, hi float64) (panel, bool) {
	exponent := s.minimalExponent()
	p := panel{segment: s, lo: s.lo, hi: hi, shape: tail, exponent: exponent, high: elementary.Log(hi / o.d)}
	if s.lo > 0 || !(exponent > 0) || !o.Continuum && hi <= panelTerms {
		return p, false
	}
	for _, c := range s.curves {
		if !c.constant() && c.at(p.high)*o.Horizon > 4 {
			return p, false
		}
	}
	return p, o.resolves(&p)
}

// at is the value at u = exp(logarithm), 0 at u = 0 for positive exponents.
func (c power) at(logarithm float64) float64 {
	if c.constant() {
		return c.scale
	}
	return c.scale * elementary.Exp(c.exponent*logarithm)
}

// logAt is log u at a position x in [−1, 1].
func (p *panel) logAt(x float64) float64 {
	if p.shape == tail {
		if x <= -1 {
			return math.Inf(-1)
		}
		return p.high + elementary.Log(0.5*(1+x))/p.exponent
	}
	return 0.5 * math.FMA(p.high-p.low, x, p.high+p.low)
}

// position is x for log u.
func (p *panel) position(logarithm float64) float64 {
	if p.shape == tail {
		return 2*elementary.Exp(p.exponent*(logarithm-p.high)) - 1
	}
	return (2*logarithm - (p.high + p.low)) / (p.high - p.low)
}

// eigenvalue is λ_l at a node.
func (p *panel) eigenvalue(l int, x float64) float64 {
	return p.segment.curves[l].at(p.logAt(x))
}

// testTimes are multiples of the reciprocal of the largest eigenvalue of a panel:
// times at which the exponentials are tested.
var testTimes = [...]float64{0.5, 2, 8, 32, 96}

// resolves reports whether the interpolation on a panel reproduces the eigenvalues
// and the exponentials exp(−τλ) of every spectrum, and of their mean, at all times
// up to twice the horizon: variances relax twice as fast as means.
func (o *outline) resolves(p *panel) bool {
	if p.shape == logarithmic && !(p.high > p.low) {
		return false
	}
	b := between()
	var nodes [panelTerms]float64
	var middle [panelTerms - 1]float64
	tested := func() bool {
		largest := 0.0
		for _, v := range nodes {
			largest = math.Max(largest, v)
		}
		if largest == 0 {
			return true
		}
		// A tail is linear in what vanishes; it need not be resolved by itself.
		if p.shape != tail && !reproduces(&b.weights, &nodes, &middle, panelTolerance*largest) {
			return false
		}
		for _, factor := range testTimes {
			time := factor / largest
			last := time >= 2*o.Horizon
			if last {
				time = 2 * o.Horizon
			}
			var relaxed [panelTerms]float64
			var relaxedMiddle [panelTerms - 1]float64
			for n, v := range nodes {
				relaxed[n] = elementary.Exp(-time * v)
			}
			for m, v := range middle {
				relaxedMiddle[m] = elementary.Exp(-time * v)
			}
			if !reproduces(&b.weights, &relaxed, &relaxedMiddle, panelTolerance) {
				return false
			}
			if last {
				break
			}
		}
		return true
	}
	points := panelPoints()
	var mean [panelTerms]float64
	var meanMiddle [panelTerms - 1]float64
	for l, c := range p.segment.curves {
		share := 0.0
		for _, class := range o.structure.Classes {
			if class.Spectrum == l {
				share += class.Prior
			}
		}
		for n, x := range points {
			nodes[n] = c.at(p.logAt(x))
			mean[n] = math.FMA(share, nodes[n], mean[n])
		}
		for m, x := range b.points {
			middle[m] = c.at(p.logAt(x))
			meanMiddle[m] = math.FMA(share, middle[m], meanMiddle[m])
		}
		if !c.constant() && !tested() {
			return false
		}
	}
	if len(p.segment.curves) == 1 {
		return true
	}
	nodes, middle = mean, meanMiddle
	return tested()
}

func reproduces(weights *[panelTerms - 1][panelTerms]float64, nodes *[panelTerms]float64, middle *[panelTerms - 1]float64, tolerance float64) bool {
	for m, want := range middle {
		value := -want
		for n, v := range nodes {
			value = math.FMA(weights[m][n], v, value)
		}
		if !(math.Abs(value) <= tolerance) {
			return false
		}
	}
	return true
}

// size is the number of nodes of a panel.
func (p *panel) size() int {
	switch p.shape {
	case uniform:
		return 1
	case kept:
		return int(p.hi - p.lo)
	}
	return panelTerms
}
