package gauss

import "math"

// A teacherLaw is the Gaussian law of (r, r*) in the coordinate z ~ N(0, 1) along r:
//
//	r = mean + deviation·z,   r* given z ~ N(teacherMean + slope·z, conditional).
type teacherLaw struct {
	mean, deviation    float64
	teacherMean, slope float64
	conditional        float64
}

// newTeacherLaw takes the covariance to the nearest one there is: a negative variance
// as zero, |cross| above √(variance·teacherVariance) as equal to it.
func newTeacherLaw(mean, variance, teacherMean, teacherVariance, cross float64) teacherLaw {
	law := teacherLaw{mean: mean, teacherMean: teacherMean, conditional: math.Max(teacherVariance, 0)}
	if !(variance > 0) {
		return law
	}
	law.deviation = math.Sqrt(variance)
	law.slope = cross / law.deviation
	if largest := math.Sqrt(law.conditional); math.Abs(law.slope) >= largest {
		law.slope = math.Copysign(largest, cross)
		law.conditional = 0
		return law
	}
	law.conditional = math.Max(math.FMA(-law.slope, law.slope, law.conditional), 0)
	return law
}

// mirror is the law of (−r, −r*) in the coordinate −z.
func (l *teacherLaw) mirror() teacherLaw {
	mirrored := *l
	mirrored.mean = -l.mean
	mirrored.teacherMean = -l.teacherMean
	return mirrored
}

// zero is the z at which r = 0.
func (l *teacherLaw) zero() float64 { return -l.mean / l.deviation }

// logitPoles are the poles of σ(r) in z, r = ±iπ.
func (l *teacherLaw) logitPoles() poleRange {
	return poleRange{center: l.zero(), distance: math.Pi / l.deviation}
}

// teacherPoles stand for those of σ(r*), averaged over r* given z. The average is
// entire, but for a large conditional deviation c it is like the normal distribution
// function of argument (mean of r*)/c, which wants panels of gaussianHalf·c where it
// changes, up to windowReach·c from zero.
func (l *teacherLaw) teacherPoles() poleRange {
	slope := math.Abs(l.slope)
	if slope == 0 {
		return noPoles()
	}
	return poleRange{
		center:   -l.teacherMean / l.slope,
		reach:    windowReach * math.Sqrt(l.conditional) / slope,
		distance: math.Sqrt(math.Pi*math.Pi+float64(gaussianHalf*gaussianHalf*l.conditional)) / slope,
	}
}

const (
	// teacherDepth is how far below its maximum, as a logarithm, the bound on an
	// integrand is followed. What is left out is below e^{−32} = 1e-14 of the integral:
	// the bound exceeds the integrand by powers of the deviations, at most.
	teacherDepth = 36

	// windowReach is the distance over which a Gaussian falls by teacherDepth.
	windowReach = 8.485281374238571 // √(2·teacherDepth)
)

// logBound is the logarithm of a bound on the integrand
//
//	e^{−z²/2} min(1, e^{−r})^power E[σ(r*) | z],
//
// with Chernoff's bound of the expectation, and its slope in z. It is concave, of
// curvature at least 1.
func (l *teacherLaw) logBound(z, power float64) (value, slope float64) {
	value, slope = -0.5*float64(z*z), -z
	if r := math.FMA(l.deviation, z, l.mean); r > 0 && power > 0 {
		value -= float64(power * r)
		slope -= float64(power * l.deviation)
	}
	switch teacher := math.FMA(l.slope, z, l.teacherMean); {
	case teacher >= 0:
	case teacher > -l.conditional:
		ratio := teacher / l.conditional
		value -= 0.5 * float64(ratio*teacher)
		slope -= float64(ratio * l.slope)
	default:
		value += teacher + float64(0.5*l.conditional)
		slope += l.slope
	}
	return value, slope
}

// peak returns the z ≤ cut of the largest logBound, and that.
//
// logBound is quadratic between kinks, and its maximum at a kink or where the
// slope of one of the pieces vanishes. Every one of these is tried.
func (l *teacherLaw) peak(power, cut float64) (z, value float64) {
	variance := math.FMA(l.slope, l.slope, l.conditional)
	pull := float64(power * l.deviation)
	value = math.Inf(-1)
	for _, candidate := range [...]float64{
		0,
		-pull,
		l.zero(),
		l.slope,
		l.slope - pull,
		-l.teacherMean / l.slope,
		-l.slope * (l.teacherMean / variance),
		-(float64(l.slope*(l.teacherMean/variance)) + float64(pull*(l.conditional/variance))),
	} {
		candidate = math.Min(candidate, cut)
		if bound, _ := l.logBound(candidate, power); bound > value { // not where it is NaN
			z, value = candidate, bound
		}
	}
	return z, value
}

// descend returns a point beyond which, in the given direction (±1) from the peak,
// logBound is below floor. From a point where it is, a step of Newton's method for a concave
// function leads to another one, nearer. The steps aim a little lower than floor and
// end where rounding would take them too far.
func (l *teacherLaw) descend(peak, direction, floor, power float64) float64 {
	z := math.FMA(direction, windowReach, peak)
	value, slope := l.logBound(z, power)
	for range 4 {
		next := z - (value-(floor-1))/slope
		value, slope = l.logBound(next, power)
		if !(value < floor && (z-next)*direction > 0 && (next-peak)*direction > 0) {
			break
		}
		z = next
	}
	return z
}

// window returns where the integrands of the first terms, E[σ(r*) log(1+e^{−r})] and
// E[σ(r*) σ(−r)²], matter; (+Inf, −Inf) if they vanish. The mass of the second moment
// lies farthest to the left.
func (l *teacherLaw) window() (from, to float64) {
	from, to = math.Inf(1), math.Inf(-1)
	if peak, height := l.peak(1, math.Inf(1)); height > underflowExponent {
		from = l.descend(peak, -1, height-teacherDepth, 1)
		to = l.descend(peak, 1, height-teacherDepth, 1)
	}
	if peak, height := l.peak(2, math.Inf(1)); height > underflowExponent {
		from = math.Min(from, l.descend(peak, -1, height-teacherDepth, 2))
	}
	return from, to
}
