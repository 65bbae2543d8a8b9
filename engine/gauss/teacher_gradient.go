package gauss

import (
	"math"

	"anisgd/kernels/elementary"
)

// differenceOfSigmoids is E σ(a) − E σ(b), a ~ N(mean, variance), b ~ N(otherMean, otherVariance).
//
// The two expectations may agree in many digits. Here a and b are coupled by one
// z ~ N(0, 1), which makes |a − b| as small as the two laws let it be, and
//
//	σ(a) − σ(b) = σ(a)σ(−b)(1 − e^{b−a})
//
// is found without cancellation at every node. The rounding error is then relative to
// E|σ(a) − σ(b)|.
func differenceOfSigmoids(mean, variance, otherMean, otherVariance float64) float64 {
	deviation := math.Sqrt(math.Max(variance, 0))
	otherDeviation := math.Sqrt(math.Max(otherVariance, 0))
	from, to := sigmoidWindow(mean, deviation)
	otherFrom, otherTo := sigmoidWindow(otherMean, otherDeviation)
	from, to = math.Min(from, otherFrom), math.Max(to, otherTo)

	poles := sigmoidPoles(mean, deviation)
	otherPoles := sigmoidPoles(otherMean, otherDeviation)
	difference := mean - otherMean
	deviationDifference := 0.0 // deviation − otherDeviation, without cancellation
	if total := deviation + otherDeviation; total > 0 {
		deviationDifference = (math.Max(variance, 0) - math.Max(otherVariance, 0)) / total
	}
	sum := 0.0
	for z, weight := range normalNodes(from, to, gaussianHalf, poles, otherPoles) {
		sum += float64(weight * sigmoidDifference(
			math.FMA(deviation, z, mean), math.FMA(otherDeviation, z, otherMean),
			math.FMA(deviationDifference, z, difference)))
	}
	return sum
}

// sigmoidDifference is σ(a) − σ(b), given difference = a − b without rounding.
func sigmoidDifference(a, b, difference float64) float64 {
	if difference < 0 {
		return -sigmoidDifference(b, a, -difference)
	}
	e, other := elementary.Exp(-math.Abs(a)), elementary.Exp(-math.Abs(b))
	value := -elementary.Expm1(-difference) / ((1 + e) * (1 + other))
	if a < 0 {
		value *= e
	}
	if b > 0 {
		value *= other
	}
	return value
}

// normalEnd is a z beyond which the standard normal density is zero.
const normalEnd = 39

// sigmoidWindow returns the ends of where e^{−z²/2 − |mean + deviation·z|}, which bounds
// what σ differs from 0 or 1 by, is above e^{−teacherDepth} of its maximum. Between
// two such windows one σ may be 0 and the other 1.
func sigmoidWindow(mean, deviation float64) (from, to float64) {
	shift := math.Min(deviation, normalEnd)
	if deviation > 0 {
		shift = math.Min(shift, math.Abs(mean)/deviation)
	}
	peak := -math.Copysign(shift, mean)
	return peak - windowReach, peak + windowReach
}

func sigmoidPoles(mean, deviation float64) poleRange {
	if deviation == 0 {
		return noPoles()
	}
	return poleRange{center: -mean / deviation, distance: math.Pi / deviation}
}
