package gauss

import (
	"math"

	"anisgd/kernels/elementary"
)

// TeacherLogistic holds the Gaussian expectations of the logistic loss with a
// teacher: f(r, y) = log(1 + e^r) − y r, where the label y is 1 with probability σ(r*)
// and 0 otherwise, averaged over the label and over jointly Gaussian (r, r*).
type TeacherLogistic struct {
	// Risk is E f = E[log(1 + e^r) − σ(r*) r].
	Risk float64
	// Gradient is E ∂f/∂r = E[σ(r) − σ(r*)].
	Gradient float64
	// Hessian is E ∂²f/∂r² = E σ(r)σ(−r).
	Hessian float64
	// TeacherHessian is E ∂²f/∂r∂r* = −E σ(r*)σ(−r*), f averaged over the label.
	TeacherHessian float64
	// SecondMoment is E(∂f/∂r)² = E[σ(r)² − 2σ(r)σ(r*) + σ(r*)].
	SecondMoment float64
}

// ExpectTeacherLogistic returns the expectations of the logistic loss with a teacher
// for r ~ N(mean, variance), r* ~ N(teacherMean, teacherVariance) and covariance cross
// of r and r*.
//
// For |mean|, |teacherMean| ≤ 30, variances from 0 to 1e4 and any correlation from −1
// to +1 the error of Risk and SecondMoment is below 1e-11 of them, however small they are
// (1e-13 in the tests), that of the two Hessians below 1e-12 of them. Gradient may be
// zero; its error is below 1e-11·E|σ(r) − σ(r*)| under the coupling of the two laws
// by one normal number, which is small when they are nearly the same. The results
// depend smoothly on the arguments, at the level of these errors.
//
// A negative variance and a |cross| above √(variance·teacherVariance), which
// rounding leaves, are taken as the nearest ones there are. Arguments that are NaN
// or infinite give NaN, finite arguments finite results.
//
// The risk and the second moment are computed as the sums of positive terms
//
//	E[σ(r*) log(1+e^{−r}) + σ(−r*) log(1+e^r)]  and  E[σ(r*) σ(−r)² + σ(−r*) σ(r)²]
//
// by Gauss–Legendre panels over r and a trapezoidal rule over r* given r. A nearly
// dependent pair is nothing special to it: r* given r then hardly varies.
func ExpectTeacherLogistic(mean, variance, teacherMean, teacherVariance, cross float64) TeacherLogistic {
	if !finite(mean, variance, teacherMean, teacherVariance, cross) {
		x := math.NaN()
		return TeacherLogistic{x, x, x, x, x}
	}
	law := newTeacherLaw(mean, variance, teacherMean, teacherVariance, cross)
	risk, second := law.riskAndSecondMoment()
	return TeacherLogistic{
		Risk:           risk,
		Gradient:       differenceOfSigmoids(mean, variance, teacherMean, teacherVariance),
		Hessian:        ExpectLogistic(mean, variance).Hessian,
		TeacherHessian: -ExpectLogistic(teacherMean, teacherVariance).Hessian,
		SecondMoment:   second,
	}
}

// TeacherLogisticError is the probability that the sign of r is not that of the
// label, E[1{r<0} σ(r*) + 1{r>0} σ(−r*)], where r = 0 counts as a fair draw. The
// arguments and the relative error are those of ExpectTeacherLogistic.
func TeacherLogisticError(mean, variance, teacherMean, teacherVariance, cross float64) float64 {
	if !finite(mean, variance, teacherMean, teacherVariance, cross) {
		return math.NaN()
	}
	law := newTeacherLaw(mean, variance, teacherMean, teacherVariance, cross)
	var teacher smoothedSigmoid
	teacher.prepare(law.conditional)
	if law.deviation == 0 {
		up, down := teacher.at(teacherMean)
		switch {
		case mean < 0:
			return up
		case mean > 0:
			return down
		}
		return 0.5
	}
	mirrored := law.mirror()
	return math.Min(law.missed(&teacher)+mirrored.missed(&teacher), 1)
}

func finite(values ...float64) bool {
	for _, x := range values {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return false
		}
	}
	return true
}

// riskAndSecondMoment returns the two sums of positive terms of ExpectTeacherLogistic.
func (l *teacherLaw) riskAndSecondMoment() (risk, second float64) {
	var teacher smoothedSigmoid
	teacher.prepare(l.conditional)
	if l.deviation == 0 {
		up, down := teacher.at(l.teacherMean)
		return logisticTerms(l.mean, up, down)
	}
	// The second terms are the first ones of the mirrored law.
	mirrored := l.mirror()
	from, to := l.window()
	mirroredFrom, mirroredTo := mirrored.window()
	from, to = math.Min(from, -mirroredTo), math.Max(to, -mirroredFrom)
	for z, weight := range normalNodes(from, to, gaussianHalf, l.logitPoles(), l.teacherPoles()) {
		up, down := teacher.at(math.FMA(l.slope, z, l.teacherMean))
		lossHere, squareHere := logisticTerms(math.FMA(l.deviation, z, l.mean), up, down)
		risk += float64(weight * lossHere)
		second += float64(weight * squareHere)
	}
	return math.Min(risk, math.MaxFloat64), second
}

// logisticTerms returns up·log(1+e^{−r}) + down·log(1+e^r) and up·σ(−r)² + down·σ(r)².
func logisticTerms(r, up, down float64) (loss, square float64) {
	if r < 0 {
		r, up, down = -r, down, up
	}
	e := elementary.Exp(-r)
	large := 1 / (1 + e) // σ(r)
	small := e * large   // σ(−r)
	least := elementary.Log1p(e)
	loss = float64(up*least) + float64(down*(r+least))
	square = float64(up*float64(small*small)) + float64(down*float64(large*large))
	return loss, square
}

// cutDepth is the largest half-length of a panel times the slope of the exponent
// where the line is cut.
const cutDepth = 12

// missed is E[1{r<0} σ(r*)].
func (l *teacherLaw) missed(teacher *smoothedSigmoid) float64 {
	zero := l.zero()
	peak, height := l.peak(0, zero)
	if height <= underflowExponent {
		return 0
	}
	from := l.descend(peak, -1, height-teacherDepth, 0)
	to := zero
	if peak < zero {
		to = math.Min(to, l.descend(peak, 1, height-teacherDepth, 0))
	}
	// Cut far out, the Gaussian is like e^{|to|z} near the cut.
	largest := math.Min(gaussianHalf, cutDepth/math.Abs(to))
	sum := 0.0
	for z, weight := range normalNodes(from, to, largest, l.teacherPoles(), noPoles()) {
		up, _ := teacher.at(math.FMA(l.slope, z, l.teacherMean))
		sum += float64(weight * up)
	}
	return sum
}
