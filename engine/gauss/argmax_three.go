package gauss

import (
	"math"

	"anisgd/kernels/elementary"
)

// anyOfThree is P(t_1 > 0 or t_2 > 0 or t_3 > 0) as
//
//	P(t_1 > 0 or t_2 > 0) + ∫_h^∞ φ(z) P(t_1 < 0, t_2 < 0 | t_3 = (z − h)·deviation) dz,
//
// h = −mean/deviation of t_3, by Gauss–Legendre quadrature on panels. t_3 is the least
// likely of the three to be positive, so that errors of the integral are small beside the sum.
func (a *Argmax) anyOfThree(class int, covariance []float64) (probability, change float64) {
	first, second, third := &a.risks[0], &a.risks[1], &a.risks[2]
	cross := a.crossCovariance(0, 1, class, covariance)
	probability = eitherPositive(first, second, cross)

	deviation := math.Sqrt(third.variance)
	h := -third.mean / deviation
	slope1 := a.crossCovariance(0, 2, class, covariance) / deviation
	slope2 := a.crossCovariance(1, 2, class, covariance) / deviation
	given1 := argmaxRisk{variance: conditionalVariance(first.variance, slope1)}
	given2 := argmaxRisk{variance: conditionalVariance(second.variance, slope2)}
	given := cross - float64(slope1*slope2)

	// Where a conditional probability changes, and where the two of them are equal or add up
	// to one: there P(t_1 < 0, t_2 < 0) has an edge if they are nearly dependent.
	var changes panelChanges
	changes.add(-first.mean, slope1, given1.variance)
	changes.add(-second.mean, slope2, given2.variance)
	deviation1, deviation2 := math.Sqrt(given1.variance), math.Sqrt(given2.variance)
	if given1.variance > 0 && given2.variance > 0 {
		rho := given / deviation1 / deviation2
		edge := second.mean / deviation2
		slope := slope2 / deviation2
		if rho < 0 {
			edge, slope = -edge, -slope
		}
		changes.add(edge-first.mean/deviation1, slope1/deviation1-slope, math.Max(2*(1-math.Abs(rho)), 0))
	}

	sum := 0.0
	end := math.Sqrt(float64(math.Max(h, 0)*math.Max(h, 0)) + gaussianReach*gaussianReach)
	for z := math.Max(h, -gaussianReach); z < end; {
		next := math.Min(changes.next(z), end)
		width := next - z
		for i, node := range panelRule.nodes {
			x := z + float64(width*node)
			given1.mean = first.mean + float64(slope1*x)
			given2.mean = second.mean + float64(slope2*x)
			below := neitherPositive(&given1, &given2, given)
			sum += float64(panelRule.weights[i] * float64(width*float64(normalDensity(x)*below)))
		}
		z = next
	}
	probability += sum
	return probability, factorError * probability
}

// conditionalVariance is variance − slope², zero where that is rounding.
func conditionalVariance(variance, slope float64) float64 {
	rest := math.FMA(-slope, slope, variance)
	if rest < 1e-13*variance {
		return 0
	}
	return rest
}

// neitherPositive is P(t_1 < 0, t_2 < 0). It sets the probabilities of both; their
// variances may be zero.
func neitherPositive(first, second *argmaxRisk, covariance float64) float64 {
	first.probability = NegativeProbability(-first.mean, first.variance)
	second.probability = NegativeProbability(-second.mean, second.variance)
	if first.variance == 0 || second.variance == 0 {
		return (1 - first.probability) * (1 - second.probability)
	}
	return 1 - eitherPositive(first, second, covariance)
}

// normalDensity is the density of the standard normal law.
func normalDensity(x float64) float64 {
	return elementary.Exp(-0.5*float64(x*x)) / sqrtTwoPi
}

const (
	// gaussianReach is a number of standard deviations beyond which nothing is left.
	gaussianReach = 8.75

	// panelOrder is the number of nodes of a panel.
	panelOrder = 16
)

// panelRule is the rule of a panel.
var panelRule = newUnitLegendreRule(panelOrder)
