package gauss

import (
	"math"

	"anisgd/kernels/elementary"
)

// commonFactor is a model of standardised differences, t_j > 0 if
//
//	loading_j x + √(1 − loading_j²) e_j > distance_j,
//
// with independent standard normals x and e_j. The union of the events is then
//
//	∫ φ(x) (1 − Π_j Φ(y_j(x))) dx,   y_j = (distance_j − loading_j x)/√(1 − loading_j²).
//
// Independent outputs obey it with x the output of the class. The integrand also serves
// as a density of x for the rule over the lattice.
type commonFactor struct {
	loading []float64
	scale   []float64 // √(1 − loading²)
	changes []panelChange

	node       []float64 // nodes of the integral, rising
	density    []float64 // the integrand there over its maximum
	cumulative []float64 // integral of the piecewise linear density up to there
	slope      []float64 // of a piecewise cubic through the density
	height     float64   // the maximum
	cubic      float64   // the integral of the piecewise cubic, times height
}

const (
	// factorError is the relative error of the integral.
	factorError = 1e-11

	// maxFactorPanels bounds the number of panels, and coarseError is the error if it binds.
	maxFactorPanels = 256
	coarseError     = 1e-3

	// negligibleCorrelation is a size of what a factor leaves of correlations that cannot
	// be told from rounding.
	negligibleCorrelation = 1e-12
)

func newCommonFactor(n int) commonFactor {
	const nodes = maxFactorPanels * panelOrder
	return commonFactor{
		loading:    make([]float64, n),
		scale:      make([]float64, n),
		changes:    make([]panelChange, n),
		node:       make([]float64, 0, nodes),
		density:    make([]float64, 0, nodes),
		cumulative: make([]float64, 0, nodes),
		slope:      make([]float64, 0, nodes),
	}
}

// integrate returns the probability of the union of the events, and a relative error beyond
// factorError if the panels did not suffice. It leaves the density for sample.
func (f *commonFactor) integrate(distance []float64) (probability, coarse float64) {
	low, high, changeFrom, changeTo := f.window(distance)
	f.node, f.density, f.height = f.node[:0], f.density[:0], 0
	for x := low; x < high; {
		end := math.Min(high, x+densityPanel(x))
		switch {
		case x < changeFrom:
			end = math.Min(end, math.Max(changeFrom, x+leastPanel))
		case x < changeTo:
			for i := range f.changes {
				end = f.changes[i].shorten(x, end)
			}
		}
		left := maxFactorPanels - len(f.node)/panelOrder
		if least := x + (high-x)/float64(left); left < maxFactorPanels/4 && end < least {
			end, coarse = least, coarseError
		}
		width := end - x
		sum := 0.0
		for i, node := range panelRule.nodes {
			at := x + float64(width*node)
			value := normalDensity(at) * f.lost(at, distance)
			f.node, f.density = append(f.node, at), append(f.density, value)
			f.height = math.Max(f.height, value)
			sum += float64(panelRule.weights[i] * value)
		}
		probability += float64(width * sum)
		x = end
	}
	f.accumulate()
	return probability, coarse
}

// window returns where the integrand is not negligible, and the part of it where it changes
// faster than the normal density. It sets scale and changes.
func (f *commonFactor) window(distance []float64) (low, high, changeFrom, changeTo float64) {
	const end = 39 // where the density underflows
	f.scale, f.changes = f.scale[:len(distance)], f.changes[:len(distance)]
	low, high = end, -end
	changeFrom, changeTo = -end, end
	for j, h := range distance {
		loading := f.loading[j]
		variance := float64((1 - loading) * (1 + loading))
		f.scale[j] = math.Sqrt(variance)
		f.changes[j] = newPanelChange(h, loading, variance)
		// The factor is loading·z + scale·e, with z > distance if the event happens.
		positive := math.Max(h, 0)
		from := loading * math.Max(h, -gaussianReach)
		to := loading * math.Sqrt(float64(positive*positive)+gaussianReach*gaussianReach)
		reach := float64(gaussianReach * f.scale[j])
		low = math.Min(low, math.Min(from, to)-reach)
		high = math.Max(high, math.Max(from, to)+reach)
		// Once an event is certain no other matters.
		switch {
		case loading > 0:
			changeTo = math.Min(changeTo, f.changes[j].high)
		case loading < 0:
			changeFrom = math.Max(changeFrom, f.changes[j].low)
		}
	}
	return math.Max(low, -end), math.Min(high, end), changeFrom, changeTo
}

// lost is 1 − Π_j Φ(y_j(x)) by a sum of positive terms.
func (f *commonFactor) lost(x float64, distance []float64) float64 {
	lost, left := 0.0, 1.0
	for j, h := range distance {
		above, below := tails(h-float64(f.loading[j]*x), f.scale[j])
		lost += float64(left * above)
		left *= below
		if left < 1e-18 {
			break
		}
	}
	return lost
}

// tails returns P(e > bound) and P(e < bound) for e ~ N(0, deviation²), both with small
// relative errors. A constant e = 0 is not above 0.
func tails(bound, deviation float64) (above, below float64) {
	if deviation == 0 {
		if bound < 0 {
			return 1, 0
		}
		return 0, 1
	}
	y := bound / deviation
	small := 0.5 * elementary.Erfc(math.Abs(y)*(math.Sqrt2/2))
	if y >= 0 {
		return small, 1 - small
	}
	return 1 - small, small
}

// accumulate scales the density to maximum one, sums it up by the trapezoidal rule, and
// finds the slopes and the integral of the cubics.
func (f *commonFactor) accumulate() {
	last := len(f.node) - 1
	f.cumulative, f.slope = f.cumulative[:last+1], f.slope[:last+1]
	for k := range f.density {
		f.density[k] /= f.height
	}
	f.cumulative[0] = 0
	f.slope[0], f.slope[last] = 0, 0
	for k := 1; k <= last; k++ {
		width := f.node[k] - f.node[k-1]
		f.cumulative[k] = f.cumulative[k-1] + float64(0.5*float64(width*(f.density[k-1]+f.density[k])))
		if k < last {
			// That of the parabola through three nodes.
			next := f.node[k+1] - f.node[k]
			before := (f.density[k] - f.density[k-1]) / width
			after := (f.density[k+1] - f.density[k]) / next
			f.slope[k] = (float64(before*next) + float64(after*width)) / (width + next)
		}
	}
	bend := 0.0
	for k := 1; k <= last; k++ {
		width := f.node[k] - f.node[k-1]
		bend += float64(float64(width*width) * (f.slope[k-1] - f.slope[k]))
	}
	f.cubic = f.height * (f.cumulative[last] + bend/12)
}

// sample returns the u-quantile of the density, linear between the nodes, and there φ and the
// cubic through the integrand, both over the density. The mean of the latter is f.cubic.
func (f *commonFactor) sample(u float64) (x, weight, cubic float64) {
	last := len(f.cumulative) - 1
	total := f.cumulative[last]
	area := float64(u * total)
	low, high := 0, last // cumulative[low] ≤ area ≤ cumulative[high]
	for high-low > 1 {
		if middle := (low + high) / 2; f.cumulative[middle] <= area {
			low = middle
		} else {
			high = middle
		}
	}
	rest := area - f.cumulative[low]
	from, to := f.density[low], f.density[high]
	width := f.node[high] - f.node[low]
	// from·s + (to − from)/width·s²/2 = rest
	density := math.Sqrt(math.Max(float64(from*from)+float64(2*float64((to-from)/width*rest)), 0))
	if density == 0 {
		return f.node[low], 0, 0
	}
	s := 2 * rest / (from + density)
	x = f.node[low] + s
	t := s / width
	bend := float64((float64(width*f.slope[low])-(to-from))*(1-t)) + float64(((to-from)-float64(width*f.slope[high]))*t)
	value := from + float64((to-from)*t) + float64(float64(t*(1-t))*bend)
	scale := total / density
	return x, normalDensity(x) * scale, f.height * float64(value*scale)
}
