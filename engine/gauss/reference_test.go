package gauss

import (
	"math"
	"math/big"
	"sort"
	"sync"
)

// The reference of the tests: composite Gauss–Legendre quadrature in
// math/big. It shares no formula with the package: neither tables nor
// recurrences, no folding of negative means, nothing split off; the integrands
// are evaluated as they are defined, at every node, and the panels are cut
// where the poles of σ and the width of the Gaussian ask for it. Its error,
// about 1e-38, is measured by TestReferenceConverges.

// referencePrecision is the mantissa of the reference in bits (77 digits).
const referencePrecision = 256

// referenceOrder is the number of Gauss–Legendre nodes on a panel.
const referenceOrder = 32

// negligible is the size of an integrand, relative to its maximum, below
// which its nodes are left out, as a logarithm: e^{−92} = 1e-40.
const negligible = 92

func bigFloat(x float64) *big.Float {
	return new(big.Float).SetPrec(referencePrecision).SetFloat64(x)
}

func newBig() *big.Float { return new(big.Float).SetPrec(referencePrecision) }

// bigLn2 is ln 2 = Σ 2/((2k+1) 3^{2k+1}).
var bigLn2 = sync.OnceValue(func() *big.Float {
	sum, power := newBig(), newBig().Quo(bigFloat(2), bigFloat(3))
	for k := 0; k < 100; k++ {
		sum.Add(sum, newBig().Quo(power, bigFloat(float64(2*k+1))))
		power.Quo(power, bigFloat(9))
	}
	return sum
})

// bigPi is π by Machin's formula, 16 arctan(1/5) − 4 arctan(1/239).
var bigPi = sync.OnceValue(func() *big.Float {
	arctanInverse := func(n float64) *big.Float {
		sum, power := newBig(), newBig().Quo(bigFloat(1), bigFloat(n))
		for k := 0; k < 120; k++ {
			term := newBig().Quo(power, bigFloat(float64(2*k+1)))
			if k%2 == 1 {
				term.Neg(term)
			}
			sum.Add(sum, term)
			power.Quo(power, bigFloat(n*n))
		}
		return sum
	}
	a := newBig().Mul(bigFloat(16), arctanInverse(5))
	return a.Sub(a, newBig().Mul(bigFloat(4), arctanInverse(239)))
})

// inverseFactorials holds 1/k! for the Taylor polynomial of bigExp.
var inverseFactorials = sync.OnceValue(func() []*big.Float {
	inverse := []*big.Float{bigFloat(1)}
	for k := 1; k <= 18; k++ {
		inverse = append(inverse, newBig().Quo(inverse[k-1], bigFloat(float64(k))))
	}
	return inverse
})

// bigExp is eˣ: reduction by ln 2 and by 2¹², Taylor polynomial, squarings.
func bigExp(x *big.Float) *big.Float {
	const halvings = 12
	approximate, _ := x.Float64()
	n := math.Round(approximate / math.Ln2)
	r := newBig().Sub(x, newBig().Mul(bigFloat(n), bigLn2()))
	r.SetMantExp(r, -halvings)
	inverse := inverseFactorials()
	sum := newBig().Set(inverse[len(inverse)-1])
	for k := len(inverse) - 2; k >= 0; k-- {
		sum.Mul(sum, r).Add(sum, inverse[k])
	}
	for range halvings {
		sum.Mul(sum, sum)
	}
	return sum.SetMantExp(sum, int(n))
}

// bigLog1p is log(1+e) for e > 0, relative error < 1e-40: the series where e
// is small, else one Halley step from the float64 value (cubic: 53 → 159 bits).
func bigLog1p(e *big.Float) *big.Float {
	if e.MantExp(nil) < -40 {
		sum, power := newBig(), newBig().Set(e)
		for k := 1; k <= 5; k++ {
			term := newBig().Quo(power, bigFloat(float64(k)))
			if k%2 == 0 {
				term.Neg(term)
			}
			sum.Add(sum, term)
			power.Mul(power, e)
		}
		return sum
	}
	x := newBig().Add(bigFloat(1), e)
	mantissa := newBig()
	exponent := x.MantExp(mantissa)
	m, _ := mantissa.Float64()
	small, _ := e.Float64()
	start := math.Log(m) + float64(exponent)*math.Ln2
	if exponent < 2 {
		start = math.Log1p(small)
	}
	y := bigFloat(start)
	power := bigExp(y)
	step := newBig().Quo(newBig().Sub(x, power), newBig().Add(x, power))
	return y.Add(y, step.Add(step, step))
}

// A legendreRule holds nodes and weights of Gauss–Legendre quadrature on [−1, 1].
type legendreRule struct{ nodes, weights []*big.Float }

// newLegendreRule finds the nodes by Newton's method in math/big.
func newLegendreRule(order int) legendreRule {
	var rule legendreRule
	one := bigFloat(1)
	for i := range order {
		x := bigFloat(math.Cos(math.Pi * (float64(i) + 0.75) / (float64(order) + 0.5)))
		var derivative *big.Float
		for range 8 {
			previous, value := bigFloat(1), newBig().Set(x)
			for k := 2; k <= order; k++ {
				next := newBig().Mul(bigFloat(float64(2*k-1)), newBig().Mul(x, value))
				next.Sub(next, newBig().Mul(bigFloat(float64(k-1)), previous))
				next.Quo(next, bigFloat(float64(k)))
				previous, value = value, next
			}
			derivative = newBig().Sub(newBig().Mul(x, value), previous)
			derivative.Mul(derivative, bigFloat(float64(order)))
			derivative.Quo(derivative, newBig().Sub(newBig().Mul(x, x), one))
			x.Sub(x, newBig().Quo(value, derivative))
		}
		weight := newBig().Sub(one, newBig().Mul(x, x))
		weight.Mul(weight, newBig().Mul(derivative, derivative))
		rule.nodes = append(rule.nodes, x)
		rule.weights = append(rule.weights, weight.Quo(bigFloat(2), weight))
	}
	return rule
}

var defaultRule = sync.OnceValue(func() legendreRule { return newLegendreRule(referenceOrder) })

// A bigLogistic is Logistic in math/big: risk, gradient, Hessian, second moment.
type bigLogistic [4]*big.Float

// integrands returns the four functions at s.
func integrands(s *big.Float) bigLogistic {
	one := bigFloat(1)
	e := bigExp(newBig().Neg(s))
	sum := newBig().Add(one, e)
	gradient := newBig().Quo(e, sum)
	return bigLogistic{
		bigLog1p(e),
		gradient,
		newBig().Quo(gradient, sum),
		newBig().Mul(gradient, gradient),
	}
}

// logarithms returns upper bounds of the logarithms of the integrands times
// the Gaussian weight at s = mean + √variance·z, within O(log) of the truth.
func logarithms(s, z float64) [4]float64 {
	gaussian := -z * z / 2
	right := math.Max(s, 0)
	return [4]float64{gaussian - right, gaussian - right, gaussian - math.Abs(s), gaussian - 2*right}
}

// panelEnds cuts the range of z = (s − mean)/√variance: Gaussian-sized panels
// of length 2, and cuts at s = 0, ±2, ±4, ±8, …, for the poles lie at s = ±iπ, ±3iπ, ….
func panelEnds(mean, variance float64) []float64 {
	deviation := math.Sqrt(variance)
	from, to := -14-2*deviation, 14+deviation
	var ends []float64
	for z := from; z < to; z += 2 {
		ends = append(ends, z)
	}
	ends = append(ends, to)
	for distance := 2.0; distance < 1e9; distance *= 2 {
		for _, s := range []float64{-distance, 0, distance} {
			if z := (s - mean) / deviation; z > from && z < to {
				ends = append(ends, z)
			}
		}
	}
	sort.Float64s(ends)
	return ends
}

// referenceLogistic returns the expectations of ExpectLogistic to about 38 digits.
func referenceLogistic(mean, variance float64, rule legendreRule) bigLogistic {
	if variance == 0 {
		return integrands(bigFloat(mean))
	}
	deviation := newBig().Sqrt(bigFloat(variance))
	ends := panelEnds(mean, variance)
	largest := [4]float64{math.Inf(-1), math.Inf(-1), math.Inf(-1), math.Inf(-1)}
	visit := func(node func(z float64, position, weight *big.Float, bounds [4]float64)) {
		for i := 1; i < len(ends); i++ {
			half := newBig().SetMantExp(newBig().Sub(bigFloat(ends[i]), bigFloat(ends[i-1])), -1)
			if half.Sign() == 0 {
				continue
			}
			middle := newBig().Add(bigFloat(ends[i-1]), half)
			for k, x := range rule.nodes {
				position := newBig().Add(middle, newBig().Mul(half, x))
				z, _ := position.Float64()
				weight := newBig().Mul(half, rule.weights[k])
				node(z, position, weight, logarithms(mean+math.Sqrt(variance)*z, z))
			}
		}
	}
	visit(func(_ float64, _, _ *big.Float, bounds [4]float64) {
		for j, bound := range bounds {
			largest[j] = math.Max(largest[j], bound)
		}
	})
	sums := bigLogistic{newBig(), newBig(), newBig(), newBig()}
	visit(func(_ float64, z, weight *big.Float, bounds [4]float64) {
		matters := false
		for j, bound := range bounds {
			matters = matters || bound > largest[j]-negligible
		}
		if !matters {
			return
		}
		exponent := newBig().Mul(z, z)
		exponent.SetMantExp(exponent.Neg(exponent), -1)
		weight.Mul(weight, bigExp(exponent))
		s := newBig().Add(bigFloat(mean), newBig().Mul(deviation, z))
		for j, value := range integrands(s) {
			sums[j].Add(sums[j], value.Mul(value, weight))
		}
	})
	root := newBig().Sqrt(newBig().Mul(bigFloat(2), bigPi()))
	for j := range sums {
		sums[j].Quo(sums[j], root)
	}
	return sums
}

// relativeError returns |got/want − 1|.
func relativeError(got float64, want *big.Float) float64 {
	difference := newBig().Sub(bigFloat(got), want)
	ratio, _ := difference.Quo(difference, want).Float64()
	return math.Abs(ratio)
}
