package gauss

import (
	"math"
	"sort"
	"sync"
)

// The reference for the logistic loss with a teacher: the trapezoidal rule on a
// lattice in the principal axes of the covariance, where the code conditions r* on r;
// on a common spacing for all, without windows of its own; with package math.

// A teacherPoint is a law of (r, r*), its cross-covariance given as a correlation.
type teacherPoint struct {
	mean, variance, teacherMean, teacherVariance, correlation float64
}

func (p teacherPoint) cross() float64 {
	return p.correlation * math.Sqrt(p.variance) * math.Sqrt(p.teacherVariance)
}

func (p teacherPoint) expect() TeacherLogistic {
	return ExpectTeacherLogistic(p.mean, p.variance, p.teacherMean, p.teacherVariance, p.cross())
}

// A principalLattice maps standard normal (x, y) to (r, r*) in its principal axes.
type principalLattice struct {
	mean, teacherMean           float64
	first, second               float64 // standard deviations along the axes
	cosine, sine                float64
	firstSpacing, secondSpacing float64
}

// latticeReach bounds |x| and |y|: results above e^{−90} need no node beyond it.
const latticeReach = 16.5

func newPrincipalLattice(mean, variance, teacherMean, teacherVariance, cross float64) principalLattice {
	product := newBig().Mul(bigFloat(variance), bigFloat(teacherVariance))
	exact, _ := product.Sub(product, newBig().Mul(bigFloat(cross), bigFloat(cross))).Float64()
	largest := (variance+teacherVariance)/2 + math.Hypot((variance-teacherVariance)/2, cross)
	angle := math.Atan2(2*cross, variance-teacherVariance) / 2
	l := principalLattice{mean: mean, teacherMean: teacherMean, cosine: math.Cos(angle), sine: math.Sin(angle)}
	if largest > 0 {
		l.first = math.Sqrt(largest)
		l.second = math.Sqrt(math.Max(exact, 0) / largest)
	}
	l.firstSpacing = math.Min(0.4, 0.45/l.first)
	l.secondSpacing = math.Min(0.4, 0.45/l.second)
	return l
}

// sum adds f(r, r*) times the density where the exponent that bounds it, less x²/2 + y²/2,
// is near its maximum.
func (l principalLattice) sum(exponent, f func(r, teacher float64) float64) float64 {
	visit := func(node func(x, y, r, teacher float64)) {
		for i := -math.Floor(latticeReach / l.firstSpacing); i*l.firstSpacing < latticeReach; i++ {
			x := i * l.firstSpacing
			if l.first == 0 && x != 0 {
				continue
			}
			for j := -math.Floor(latticeReach / l.secondSpacing); j*l.secondSpacing < latticeReach; j++ {
				y := j * l.secondSpacing
				if l.second == 0 && y != 0 {
					continue
				}
				node(x, y, l.mean+l.cosine*l.first*x-l.sine*l.second*y,
					l.teacherMean+l.sine*l.first*x+l.cosine*l.second*y)
			}
		}
	}
	largest := math.Inf(-1)
	visit(func(x, y, r, teacher float64) {
		largest = math.Max(largest, exponent(r, teacher)-(x*x+y*y)/2)
	})
	sum, compensation := 0.0, 0.0
	visit(func(x, y, r, teacher float64) {
		if exponent(r, teacher)-(x*x+y*y)/2 < largest-42 {
			return
		}
		term := f(r, teacher)*math.Exp(-x*x/2)*math.Exp(-y*y/2) - compensation
		next := sum + term
		compensation = (next - sum) - term
		sum = next
	})
	if l.first > 0 {
		sum *= l.firstSpacing / math.Sqrt(2*math.Pi)
	}
	if l.second > 0 {
		sum *= l.secondSpacing / math.Sqrt(2*math.Pi)
	}
	return sum
}

func logistic(s float64) float64 {
	if s < 0 {
		return math.Exp(s) / (1 + math.Exp(s))
	}
	return 1 / (1 + math.Exp(-s))
}

// softplus is log(1 + eˢ).
func softplus(s float64) float64 { return math.Max(s, 0) + math.Log1p(math.Exp(-math.Abs(s))) }

// principalTeacher returns the risk and the second moment.
func principalTeacher(mean, variance, teacherMean, teacherVariance, cross float64) (risk, second float64) {
	l := newPrincipalLattice(mean, variance, teacherMean, teacherVariance, cross)
	minus := func(s float64) float64 { return -math.Max(s, 0) }
	risk = l.sum(func(r, teacher float64) float64 { return minus(r) + minus(-teacher) },
		func(r, teacher float64) float64 { return logistic(teacher) * softplus(-r) }) +
		l.sum(func(r, teacher float64) float64 { return minus(-r) + minus(teacher) },
			func(r, teacher float64) float64 { return logistic(-teacher) * softplus(r) })
	second = l.sum(func(r, teacher float64) float64 { return 2*minus(r) + minus(-teacher) },
		func(r, teacher float64) float64 { return logistic(teacher) * logistic(-r) * logistic(-r) }) +
		l.sum(func(r, teacher float64) float64 { return 2*minus(-r) + minus(teacher) },
			func(r, teacher float64) float64 { return logistic(-teacher) * logistic(r) * logistic(r) })
	return risk, second
}

// nestedTeacher returns the risk, the second moment and the error by composite
// Gauss–Legendre quadrature over r given r*, within one over r* (the code has r outside).
func nestedTeacher(mean, variance, teacherMean, teacherVariance, cross float64) (risk, second, failure float64) {
	slope, conditional := 0.0, variance
	deviation := math.Sqrt(teacherVariance)
	if teacherVariance > 0 {
		product := newBig().Mul(bigFloat(variance), bigFloat(teacherVariance))
		exact, _ := product.Sub(product, newBig().Mul(bigFloat(cross), bigFloat(cross))).Float64()
		slope = cross / deviation
		conditional = math.Max(exact, 0) / teacherVariance
	}
	inner := math.Sqrt(conditional)
	cuts := standardCuts()
	cuts = appendCuts(cuts, -teacherMean/deviation, 2/deviation)
	cuts = appendCuts(cuts, -mean/slope, math.Min(2, inner)/math.Abs(slope))
	integrate(cuts, deviation, func(z, weight float64) {
		teacher := teacherMean + deviation*z
		center := mean + slope*z
		up, down := logistic(teacher), logistic(-teacher)
		var innerRisk, innerSecond, innerFailure float64
		integrate(appendCuts(standardCuts(), -center/inner, 2/inner), inner, func(z, w float64) {
			r := center + inner*z
			innerRisk += w * (up*softplus(-r) + down*softplus(r))
			innerSecond += w * (up*logistic(-r)*logistic(-r) + down*logistic(r)*logistic(r))
			switch {
			case r < 0:
				innerFailure += w * up
			case r > 0:
				innerFailure += w * down
			default:
				innerFailure += w / 2
			}
		})
		risk += weight * innerRisk
		second += weight * innerSecond
		failure += weight * innerFailure
	})
	return risk, second, failure
}

// standardCuts cuts the range of a standard normal number.
func standardCuts() []float64 {
	var cuts []float64
	for z := -latticeReach; z <= latticeReach; z += 1.5 {
		cuts = append(cuts, z)
	}
	return cuts
}

// appendCuts adds cuts at a center and at distances width, 2 width, 4 width, … from it.
func appendCuts(cuts []float64, center, width float64) []float64 {
	if !(math.Abs(center) < 1e6) {
		return cuts
	}
	for width = math.Max(width, 1e-18); ; width *= 2 {
		for _, cut := range [3]float64{center - width, center, center + width} {
			if math.Abs(cut) < latticeReach {
				cuts = append(cuts, cut)
			}
		}
		if width > 2*latticeReach {
			return cuts
		}
	}
}

// integrate visits the nodes z of the composite rule between the cuts, the standard normal
// density in the weights; a deviation of zero leaves the node 0.
func integrate(cuts []float64, deviation float64, node func(z, weight float64)) {
	if deviation == 0 {
		node(0, 1)
		return
	}
	sort.Float64s(cuts)
	for i := 1; i < len(cuts); i++ {
		half := (cuts[i] - cuts[i-1]) / 2
		if half == 0 {
			continue
		}
		for k, t := range floatRule().nodes {
			z := cuts[i-1] + half*(1+t)
			node(z, half*floatRule().weights[k]*math.Exp(-z*z/2)/math.Sqrt(2*math.Pi))
		}
	}
}

var floatRule = sync.OnceValue(func() (rule struct{ nodes, weights []float64 }) {
	exact := newLegendreRule(20)
	for i := range exact.nodes {
		node, _ := exact.nodes[i].Float64()
		weight, _ := exact.weights[i].Float64()
		rule.nodes = append(rule.nodes, node)
		rule.weights = append(rule.weights, weight)
	}
	return rule
})
