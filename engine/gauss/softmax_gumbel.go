package gauss

import (
	"math"

	"anisgd/kernels/elementary"
)

// Outputs with independent normal noise.
//
// For independent r_j ~ N(mean_j, variance_j) and independent standard Gumbel variables,
// r_j + Gumbel_j has the distribution function F_j(x) = E exp(−e^{r_j − x}). Since
// 1/Σ_l e^{r_l} = ∫ e^{−x} exp(−e^{−x} Σ_l e^{r_l}) dx, and likewise for the other
// terms, each is one integral over products of functions of single outputs:
//
//	E π_jπ_l = ∫ f_j f_l Π_{m≠j,l} F_m dx,   f_j(x) = E e^{r_j − x} exp(−e^{r_j − x}) = F_j′(x),
//	E π_j²   = ∫ s_j Π_{m≠j} F_m dx,         s_j(x) = E e^{2(r_j − x)} exp(−e^{r_j − x}),
//	E log(Σ_j e^{r_j}/e^{r_i}) = ∫ F_i (1 − Π_{m≠i} F_m) dx.
//
// All integrands are positive, and analytic for |Im x| < π/2, so that the trapezoidal
// rule converges fast (see softmaxIndependent). The functions are tabulated, as
// convolutions of those of a constant output with a normal density, and interpolated:
// what is not independent noise moves the means (see softmaxSplit).
const (
	gumbelSteps   = 8 // table steps per unit
	gumbelSpacing = 1.0 / gumbelSteps

	// gumbelLow is where 1 − F of a constant output is 1 and f and s vanish: e^{−e^5} = 4e-65.
	gumbelLow = -5
	// gumbelReach is how many deviations a convolution reaches to both sides, and
	// to the side of large outputs beyond twice the variance: what e^{2r} weighs.
	gumbelReach = 8
	// gumbelNarrow is the deviation up to which it is a Gauss–Hermite rule.
	gumbelNarrow = 0.26

	// gumbelDeviation and gumbelHigh are the largest deviation and the largest argument
	// of a table, and gumbelFirst and gumbelLast what constantGumbel must cover for them.
	gumbelDeviation = 8
	gumbelHigh      = largestSpread + 5*gumbelDeviation + independentTail + 2*largestMove + 8
	gumbelFirst     = gumbelLow - 2*gumbelReach*gumbelDeviation - 2*gumbelDeviation*gumbelDeviation - 4
	gumbelLast      = gumbelHigh + gumbelReach*gumbelDeviation + 4
)

// The functions in the order of a gumbelValue.
const (
	gumbelBelow   = iota // F
	gumbelAbove          // 1 − F
	gumbelDensity        // f
	gumbelSquare         // s
	gumbelParts
)

// A gumbelValue holds the functions of an output at one argument.
type gumbelValue [gumbelParts]float64

// constantGumbel holds the functions of the constant output 0 from gumbelFirst on.
var constantGumbel = tabulateGumbel()

func tabulateGumbel() []gumbelValue {
	table := make([]gumbelValue, (gumbelLast-gumbelFirst)*gumbelSteps+1)
	for i := range table {
		e := elementary.Exp(-(gumbelFirst + float64(float64(i)*gumbelSpacing)))
		below := elementary.Exp(-e)
		density := e * below
		table[i] = gumbelValue{below, -elementary.Expm1(-e), density, e * density}
	}
	return table
}

// A gumbelTable holds the functions of one output with mean 0.
type gumbelTable struct {
	first  int // place of the first value, in steps from 0
	values [gumbelParts][]float64
	taps   []float64 // weights of the convolution
}

func newGumbelTable() *gumbelTable {
	const low = gumbelLow - gumbelReach*gumbelDeviation
	g := &gumbelTable{
		taps: make([]float64, 0, (2*gumbelReach*gumbelDeviation+2*gumbelDeviation*gumbelDeviation)*gumbelSteps/2),
	}
	for part := range g.values {
		g.values[part] = make([]float64, 0, (gumbelHigh-low+2)*gumbelSteps)
	}
	return g
}

// fill tabulates the functions for a deviation, up to the argument high.
func (g *gumbelTable) fill(deviation, high float64) {
	stride, before := g.chooseTaps(deviation)
	g.first = int(math.Floor((gumbelLow - float64(gumbelReach*deviation)) * gumbelSteps))
	last := int(math.Ceil(high*gumbelSteps)) + lagrangePoints
	count := min(last-g.first+1, cap(g.values[0]))
	for part := range g.values {
		g.values[part] = g.values[part][:count]
	}
	from := g.first - stride*before - gumbelFirst*gumbelSteps
	for i := range count {
		for part, value := range convolve(constantGumbel[from+i:], g.taps, stride) {
			g.values[part][i] = value
		}
	}
}

// convolve is Σ_q taps_q values_{q·stride}.
func convolve(values []gumbelValue, taps []float64, stride int) gumbelValue {
	var sum gumbelValue
	at := 0
	for _, weight := range taps {
		v := &values[at]
		sum[0] += float64(weight * v[0])
		sum[1] += float64(weight * v[1])
		sum[2] += float64(weight * v[2])
		sum[3] += float64(weight * v[3])
		at += stride
	}
	return sum
}

// chooseTaps sets the weights of the convolution for a deviation: those of the
// trapezoidal rule, or for a narrow law those of interpolation at Gauss–Hermite nodes.
// They belong to values of the constant output in the returned number of steps from each
// other, the first of them before such strides below.
func (g *gumbelTable) chooseTaps(deviation float64) (stride, before int) {
	if deviation > gumbelNarrow {
		stride = 2
		if deviation > 0.6 {
			stride = 3
		}
		spacing := float64(stride) * gumbelSpacing
		after := int(math.Floor(gumbelReach * deviation / spacing))
		before = after + int(math.Floor(2*deviation*deviation/spacing))
		g.taps = g.taps[:before+after+1]
		scale := spacing / (sqrtTwoPi * deviation)
		for q := range g.taps {
			z := float64(q-before) * spacing / deviation
			g.taps[q] = scale * elementary.Exp(-0.5*float64(z*z))
		}
		return stride, before
	}
	nodes := gumbelNodes.nodes
	before = int(math.Ceil(deviation*nodes[len(nodes)-1]*gumbelSteps)) + lagrangePoints/2
	g.taps = g.taps[:2*before+1]
	clear(g.taps)
	for i, z := range nodes {
		place := float64(deviation * z * gumbelSteps)
		floor := math.Floor(place)
		weights := lagrangeWeights(place - floor)
		at := before + int(floor) - lagrangeBefore
		for p, weight := range weights {
			g.taps[at+p] += float64(gumbelNodes.weights[i] * weight)
		}
	}
	return 1, before
}

// gumbelNodes integrates over narrow laws.
var gumbelNodes = newHermiteRule(13)

// Interpolation between equidistant values uses the lagrangePoints next ones, of which
// lagrangeBefore are before the nearest one below.
const (
	lagrangePoints = 10
	lagrangeBefore = lagrangePoints/2 - 1
)

// lagrangeFactors holds 1/Π_{q≠p} (p − q).
var lagrangeFactors = func() (factors [lagrangePoints]float64) {
	for p := range factors {
		product := 1.0
		for q := range factors {
			if q != p {
				product *= float64(p - q)
			}
		}
		factors[p] = 1 / product
	}
	return factors
}()

// lagrangeWeights returns the weights for a place the given part of a step above the
// nearest value below it.
func lagrangeWeights(part float64) (weights [lagrangePoints]float64) {
	x := part + lagrangeBefore
	product := 1.0
	for p := range weights {
		weights[p] = lagrangeFactors[p] * product
		product *= x - float64(p)
	}
	product = 1
	for p := lagrangePoints - 1; p >= 0; p-- {
		weights[p] *= product
		product *= x - float64(p)
	}
	return weights
}

// leastProbability keeps F positive where it is lost in rounding, so that f/F and s/F
// are finite; in products with F they are then as good as f and s.
const leastProbability = 1e-300

// A gumbelRow holds the functions of an output at the nodes of the outer integral.
type gumbelRow [gumbelParts][]float64

// A gumbelReader interpolates the functions of an output with a given mean at every
// stride-th step: from, …, from+count−1 times the stride.
type gumbelReader struct {
	table   *gumbelTable
	weights [lagrangePoints]float64
	first   int // place in the table of the first weight, at the first node
	stride  int
	// Nodes before inside are below the table, those before middle below the mean,
	// those from end on above the table.
	inside, middle, end int
}

func (g *gumbelTable) reader(mean float64, stride, from, count int) gumbelReader {
	place := float64(-mean * gumbelSteps)
	floor := math.Floor(place)
	offset := int(floor) + stride*from
	r := gumbelReader{
		table:   g,
		weights: lagrangeWeights(place - floor),
		first:   offset - lagrangeBefore - g.first,
		stride:  stride,
	}
	node := func(step int) int { // the first node not before a number of steps after first
		return max(0, min(count, -floorDivide(-step, stride)))
	}
	r.inside = node(-r.first)
	r.middle = max(node(-offset), r.inside)
	r.end = max(node(len(g.values[0])-lagrangePoints+1-r.first), r.middle)
	return r
}

// interpolate sets dst for the nodes from one up to another.
func (r *gumbelReader) interpolate(part int, dst []float64, from, to int) {
	w := &r.weights
	values := r.table.values[part]
	at := r.first + from*r.stride
	for k := from; k < to; k++ {
		v := (*[lagrangePoints]float64)(values[at:])
		dst[k] = ((float64(w[0]*v[0]) + float64(w[1]*v[1])) + (float64(w[2]*v[2]) + float64(w[3]*v[3]))) +
			(((float64(w[4]*v[4]) + float64(w[5]*v[5])) + (float64(w[6]*v[6]) + float64(w[7]*v[7]))) +
				(float64(w[8]*v[8]) + float64(w[9]*v[9])))
		at += r.stride
	}
}

// distribution sets F and 1 − F, of which the smaller one is interpolated.
func (r *gumbelReader) distribution(below, above []float64) {
	fill(below[:r.inside], leastProbability)
	fill(above[:r.inside], 1)
	r.interpolate(gumbelBelow, below, r.inside, r.middle)
	for k := r.inside; k < r.middle; k++ {
		if below[k] < leastProbability {
			below[k] = leastProbability
		}
		above[k] = 1 - below[k]
	}
	r.interpolate(gumbelAbove, above, r.middle, r.end)
	for k := r.middle; k < r.end; k++ {
		below[k] = 1 - above[k]
	}
	fill(below[r.end:], 1)
	fill(above[r.end:], 0)
}

// densities sets f and s.
func (r *gumbelReader) densities(density, square []float64) {
	for part, dst := range [2][]float64{density, square} {
		clear(dst[:r.inside])
		r.interpolate(gumbelDensity+part, dst, r.inside, r.end)
		clear(dst[r.end:])
	}
}

func fill(dst []float64, value float64) {
	for i := range dst {
		dst[i] = value
	}
}
