package gauss

import (
	"math"

	"anisgd/kernels/elementary"
)

// eitherPositive is P(t_1 > 0 or t_2 > 0) for two Gaussian differences with positive
// variances and the given covariance.
//
// With h = −mean/deviation of each and the correlation ρ it is
//
//	½Q(h_1) + ½Q(h_2) + T(h_1, a_1) + T(h_2, a_2) + (½ if h_1 and h_2 differ in sign),
//	a_1 = (h_2 − ρh_1)/(h_1√(1−ρ²)),   a_2 likewise,   Q(h) = P(z > h),
//
// with Owen's function T (Owen, Tables for computing bivariate normal probabilities,
// Annals of Mathematical Statistics 27, 1956).
func eitherPositive(first, second *argmaxRisk, covariance float64) float64 {
	const tiny = 1e-150
	deviation1, deviation2 := math.Sqrt(first.variance), math.Sqrt(second.variance)
	h1, h2 := -first.mean/deviation1, -second.mean/deviation2
	if h1 == 0 && h2 == 0 {
		h1, h2 = tiny, tiny // a_1 and a_2 need their ratio
	}
	rho := covariance / deviation1 / deviation2
	// 1 − ρ² with the rounding of both products made good.
	product := float64(first.variance * second.variance)
	square := float64(covariance * covariance)
	determinant := (product - square) +
		(math.FMA(first.variance, second.variance, -product) - math.FMA(covariance, covariance, -square))
	rest := determinant / product
	if !(rest > 1e-15) {
		switch {
		case rho > 0:
			return math.Max(first.probability, second.probability)
		case h1+h2 <= 0:
			return 1
		}
		return first.probability + second.probability
	}
	root := math.Sqrt(rest)
	sum := float64(0.5*first.probability) + float64(0.5*second.probability)
	sum += float64(owen(h1, (h2-float64(rho*h1))/root, first.probability))
	sum += float64(owen(h2, (h1-float64(rho*h2))/root, second.probability))
	if h1 < 0 && h2 > 0 || h1 > 0 && h2 < 0 || h1 == 0 && h2 < 0 || h1 < 0 && h2 == 0 {
		sum += 0.5
	}
	return math.Min(sum, 1)
}

// owen is Owen's function T(h, y/h) = (1/2π) ∫₀^{y/h} e^{−h²(1+x²)/2}/(1+x²) dx, given
// Q(h): for positive h and y the probability of the region between the ray from the
// origin through (h, y) and the axis, beyond h. At h = 0 it takes the limit of h → 0+.
func owen(h, y, upper float64) float64 {
	sign := 1.0
	if (h < 0) != (y < 0) {
		sign = -1
	}
	if h < 0 {
		upper = 1 - upper
	}
	h, y = math.Abs(h), math.Abs(y)
	if y <= h {
		if h == 0 {
			return 0
		}
		return sign * owenIntegral(h, y/h)
	}
	beyond := NegativeProbability(y, 1)
	t := float64(0.5*(upper+beyond)) - float64(upper*beyond) - owenIntegral(y, h/y)
	return sign * t
}

// owenIntegral is T(h, a) for 0 ≤ a ≤ 1.
func owenIntegral(h, a float64) float64 {
	const negligible = 8.5 // e^{−negligible²/2} = 2e-16
	if h*a > negligible {
		a = negligible / h
	}
	square := float64(h * h)
	sum := 0.0
	for i, node := range owenRule.nodes {
		x := a * node
		one := 1 + float64(x*x)
		sum += float64(owenRule.weights[i] * (elementary.Exp(-0.5*float64(square*float64(x*x))) / one))
	}
	return a * sum * elementary.Exp(-0.5*square) / (2 * math.Pi)
}

// owenRule is the 24-point Gauss–Legendre rule on [0, 1].
var owenRule = newUnitLegendreRule(24)

// A unitRule holds nodes and weights of a quadrature on [0, 1].
type unitRule struct{ nodes, weights []float64 }

// newUnitLegendreRule finds the nodes, in rising order, by Newton's method.
func newUnitLegendreRule(order int) unitRule {
	rule := unitRule{nodes: make([]float64, order), weights: make([]float64, order)}
	for i := range order {
		x := elementary.Cos(math.Pi * (float64(i) + 0.75) / (float64(order) + 0.5))
		derivative := 0.0
		for range 10 {
			previous, value := 1.0, x
			for k := 2; k <= order; k++ {
				next := (float64(float64(2*k-1)*float64(x*value)) - float64(float64(k-1)*previous)) / float64(k)
				previous, value = value, next
			}
			derivative = float64(order) * (float64(x*value) - previous) / (float64(x*x) - 1)
			x -= value / derivative
		}
		rule.nodes[order-1-i] = 0.5 + float64(0.5*x)
		rule.weights[order-1-i] = 1 / ((1 - float64(x*x)) * float64(derivative*derivative))
	}
	return rule
}
