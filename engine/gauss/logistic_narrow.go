package gauss

import (
	"math"

	"anisgd/kernels/elementary"
)

// narrowVariance is the variance below which expectLogisticNarrow serves. The
// poles of σ at ±iπ are then at least 8.9 standard deviations away, and the
// 13-point Gauss–Hermite rule errs by less than 4e-15 (at 1/8; 1e-15 at 1/10).
const narrowVariance = 0.125

// expectLogisticNarrow is the Gauss–Hermite rule, for 0 < variance < narrowVariance
// and finite mean ≥ 0. The two nodes mean ± δ of a pair share one exponential, one
// logarithm and one division:
//
//	a = e^{−(mean + δ)},  b = e^{−(mean − δ)},  ab = e^{−2 mean},
//	log(1+a) + log(1+b) = log1p(a + b + ab).
//
// Every term is positive.
func expectLogisticNarrow(mean, variance float64) Logistic {
	deviation := math.Sqrt(variance)
	center := logisticAt(mean)
	risk := float64(hermiteCenter * center.Risk)
	hessian := float64(hermiteCenter * center.Hessian)
	second := float64(hermiteCenter * center.SecondMoment)
	decay := elementary.Exp(-mean)
	product := float64(decay * decay)
	for i := range hermitePairs {
		pair := &hermitePairs[i]
		growth := elementary.Exp(deviation * pair.node)
		a := decay / growth
		b := float64(decay * growth)
		inverse := 1 / ((1 + a) * (1 + b))
		upA := (1 + b) * inverse // σ(s) at s = mean + δ
		upB := (1 + a) * inverse // and at s = mean − δ
		downA := a * upA         // σ(−s), likewise
		downB := b * upB
		risk += float64(pair.weight * elementary.Log1p((a+b)+product))
		hessian += float64(pair.weight * (float64(downA*upA) + float64(downB*upB)))
		second += float64(pair.weight * (float64(downA*downA) + float64(downB*downB)))
	}
	return Logistic{Risk: risk, Gradient: hessian + second, Hessian: hessian, SecondMoment: second}
}
