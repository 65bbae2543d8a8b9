package compare

import (
	"math"
	"sort"

	"anisgd/engine/fit"
)

// Exponent is a fitted power of d, with the ends of its 95 % confidence interval.
type Exponent struct {
	Value, Low, High float64
}

// Resolved reports whether the interval excludes 0: whether the fit shows any dependence on d.
func (e *Exponent) Resolved() bool { return e.Low > 0 || e.High < 0 }

// Scaling says how the distance of SGD from the limit falls with the dimension, in one
// statistic: in theory (section 9) that of one run like d^−1/2, that of the mean over
// runs, the bias, like 1/d. Exponents are nil where they are not resolved.
type Scaling struct {
	Statistic       string
	Dims            []int // increasing
	SingleRun, Bias *Exponent
}

const (
	// dimsForFit is the smallest number of different dimensions that are fitted.
	dimsForFit = 3
	// confidence is 1.96², by which χ² grows within a 95 % interval.
	confidence = 3.841458820694124
	// Exponents of the bias are looked for between these.
	steepest, shallowest = -4.0, 2.0
)

// ScalingOf fits the exponents of one statistic over reports in different dimensions;
// nil if there are fewer than three.
func ScalingOf(reports []*Report, statistic string) *Scaling {
	var points []point
	for _, report := range reports {
		d, ok := report.Of(statistic)
		if !ok {
			return nil
		}
		points = append(points, point{
			dim: report.Dim, runs: float64(report.Runs), singleRun: d.SingleRun, bias: d.AtEnd, error: d.AtEndError,
		})
	}
	sort.Slice(points, func(i, j int) bool { return points[i].dim < points[j].dim })
	s := &Scaling{Statistic: statistic}
	for _, p := range points {
		if n := len(s.Dims); n == 0 || s.Dims[n-1] != p.dim {
			s.Dims = append(s.Dims, p.dim)
		}
	}
	if len(s.Dims) < dimsForFit {
		return nil
	}
	s.SingleRun, s.Bias = fitSingleRun(points), fitBias(points)
	return s
}

// point is what one report contributes.
type point struct {
	dim         int
	runs        float64
	singleRun   float64
	bias, error float64 // with its standard error
}

// fitSingleRun fits a power, weighted by the numbers of runs, to which the variances of the
// points are inversely proportional.
func fitSingleRun(points []point) *Exponent {
	x, y, weights := make([]float64, len(points)), make([]float64, len(points)), make([]float64, len(points))
	for i, p := range points {
		x[i], y[i], weights[i] = float64(p.dim), p.singleRun, p.runs
	}
	power, ok := fit.PowerOf(x, y, weights)
	if !ok {
		return nil
	}
	return &Exponent{power.Exponent, power.Low, power.High}
}

// largestCorrection bounds the part of the next order, 1/d beside 1, in the bias at the
// smallest dimension.
const largestCorrection = 0.5

// fitBias fits C·d^a·(1 + κd₁/d), with a correction of the next order that is at most
// one half at the smallest dimension d₁, to the biases themselves, not to logarithms of
// them: points that are not resolved count for what they are. The interval is that of
// the likelihood.
func fitBias(points []point) *Exponent {
	for _, p := range points {
		if !(p.error > 0) {
			return nil
		}
	}
	smallest := float64(points[0].dim)
	// distance is that from the best multiple of one shape.
	distance := func(a, correction float64) float64 {
		product, square, whole := 0.0, 0.0, 0.0
		for _, p := range points {
			d := float64(p.dim) / smallest
			shape, bias := math.Pow(d, a)*(1+correction/d)/p.error, p.bias/p.error
			product += shape * bias
			square += shape * shape
			whole += bias * bias
		}
		return whole - product*product/square
	}
	chiSquared := func(a float64) float64 {
		correction := goldenSection(func(c float64) float64 { return distance(a, c) }, -largestCorrection, largestCorrection)
		return math.Min(distance(a, correction), math.Min(distance(a, -largestCorrection), distance(a, largestCorrection)))
	}
	const steps = 120
	best, least := steepest, math.Inf(1)
	for n := range steps + 1 {
		a := steepest + (shallowest-steepest)*float64(n)/steps
		if v := chiSquared(a); v < least {
			best, least = a, v
		}
	}
	width := (shallowest - steepest) / steps
	best = goldenSection(chiSquared, best-width, best+width)
	least = chiSquared(best)
	low, okLow := crossing(chiSquared, best, steepest, least+confidence)
	high, okHigh := crossing(chiSquared, best, shallowest, least+confidence)
	if !okLow || !okHigh {
		return nil
	}
	return &Exponent{best, low, high}
}

// goldenSection is the place of the minimum of a function between two places.
func goldenSection(f func(float64) float64, low, high float64) float64 {
	ratio := (math.Sqrt(5) - 1) / 2
	for range 40 {
		left, right := high-ratio*(high-low), low+ratio*(high-low)
		if f(left) < f(right) {
			high = right
		} else {
			low = left
		}
	}
	return (low + high) / 2
}

// crossing is where a function that is below a level at one place reaches it on the way
// to another; false if it is not above it there.
func crossing(f func(float64) float64, below, above, level float64) (float64, bool) {
	if f(above) <= level {
		return 0, false
	}
	for range 40 {
		middle := (below + above) / 2
		if f(middle) <= level {
			below = middle
		} else {
			above = middle
		}
	}
	return (below + above) / 2, true
}
