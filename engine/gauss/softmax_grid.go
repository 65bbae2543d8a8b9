package gauss

import (
	"math"

	"anisgd/kernels/elementary"
)

// The product rule for three and four outputs.
//
// With an eigendecomposition of the covariance, differences are t = shift + A z,
// z ~ N(0, 1), a column of A per axis. The terms are analytic where the imaginary
// parts of 0 and of all t_j lie within less than π of each other, and the range of
// a column (0 included) bounds that along its axis. So along each axis
//
//   - where the range is small, a Gauss–Hermite rule with few nodes,
//   - else the trapezoidal rule with spacing h, whose relative error is e^{−gain},
//     gain = max_y (2πy/h − y²/2) over 0 ≤ y ≤ π/range
//
// (see logisticLattice). Nodes are the multiples of h; a window leaves out
// those that do not matter (see softmaxWindow).
const (
	// maxGridFree is the largest number of differences the grid serves.
	maxGridFree = 3

	// gridGain makes the error of the trapezoidal rule e^{−25} = 1e-11.
	gridGain = 25

	// gridFloor bounds what the windows leave out, the error of the Gauss–Hermite
	// rules and rounding.
	gridFloor = 5e-10
)

// gridNodes bounds the number of nodes along an axis. It is reached where a column
// has a range of 100 (two axes) or 50 (three); beyond that spacings grow.
var gridNodes = [maxGridFree + 1]int{2: 1600, 3: 800}

// narrowRanges pairs orders of Gauss–Hermite rules with the ranges up to which their
// relative error is below 1e-10. It is that of e^{az}, a = 2·range, where terms are
// tiny, a^{2n} n!/(2n)!.
var narrowRanges = [...]struct {
	rule  hermiteRule
	limit float64
}{
	{newHermiteRule(1), 7e-6},
	{newHermiteRule(2), 0.0029},
	{newHermiteRule(3), 0.023},
	{newHermiteRule(5), 0.13},
	{newHermiteRule(7), 0.3},
	{newHermiteRule(9), 0.42},
}

// A gridAxis is a column of A and the rule along it.
type gridAxis struct {
	column  [maxGridFree]float64
	extent  float64      // range of the column, 0 included
	narrow  *hermiteRule // nil for the trapezoidal rule
	spacing float64
	// excess is e^{−(gain(h) − gain(2h))}: how much smaller than with half of the
	// nodes the error is.
	excess float64
	// from and to are the smallest and the largest index of a node.
	from, to int
}

type softmaxGrid struct {
	free   int
	kernel softmaxKernel
	axes   [maxGridFree]gridAxis // by range, the largest last; free of them
	shift  [maxGridFree]float64
	window softmaxWindow

	// Of the last axis, the inner one: weights in blocks from block first on, and
	// the ratios e^{column·z} of the nodes of a block to its base.
	first  int
	weight []block
	growth []block
	direct bool // ratios could overflow: exponentiate every difference

	line     []parity // sums over a line of the inner axis
	total    []float64
	contrast [maxGridFree][]float64 // even minus odd nodes along each axis
}

func newSoftmaxGrid(free int) *softmaxGrid {
	terms := softmaxTerms(free)
	g := &softmaxGrid{
		free:   free,
		kernel: newSoftmaxKernel(free),
		weight: make([]block, gridNodes[free]/blockSize+3),
		growth: make([]block, 2*free),
		line:   make([]parity, terms),
	}
	for axis := range free {
		g.contrast[axis] = make([]float64, terms)
	}
	return g
}

// integrate is Softmax.integrate.
func (g *softmaxGrid) integrate(s *Softmax, class int, covariance []float64, riskOnly bool) float64 {
	copy(g.shift[:], s.shift)
	g.total = s.total
	clear(g.total)
	for axis := range g.free {
		clear(g.contrast[axis])
	}
	g.line = g.line[:cap(g.line)]
	if riskOnly {
		g.line = g.line[:1]
	}
	g.chooseAxes(class, covariance)
	g.window.open(g)
	g.prepareInner()
	g.descend(0, 1, g.shift, g.window.whole(), 0)

	estimate := gridFloor
	for axis := range g.free {
		if a := &g.axes[axis]; a.narrow == nil {
			estimate += float64(3 * a.excess * s.relative(class, g.contrast[axis], riskOnly))
		}
	}
	return estimate
}

// chooseAxes finds the columns and their rules.
func (g *softmaxGrid) chooseAxes(class int, covariance []float64) {
	n := g.free
	values, vectors := differenceModes(n, covariance)
	for axis := range n {
		a := &g.axes[axis]
		*a = gridAxis{}
		deviation := math.Sqrt(math.Max(values[axis], 0))
		low, high := 0.0, 0.0
		for j := range n {
			x := float64(deviation * (vectors[axis][other(j, class)] - vectors[axis][class]))
			a.column[j] = x
			low, high = math.Min(low, x), math.Max(high, x)
		}
		a.extent = high - low
	}
	for i := 1; i < n; i++ {
		for j := i; j > 0 && g.axes[j].extent < g.axes[j-1].extent; j-- {
			g.axes[j], g.axes[j-1] = g.axes[j-1], g.axes[j]
		}
	}
	for axis := range n {
		g.axes[axis].chooseRule()
	}
}

func (a *gridAxis) chooseRule() {
	for i := range narrowRanges {
		if a.extent <= narrowRanges[i].limit {
			a.narrow = &narrowRanges[i].rule
			a.to = len(a.narrow.nodes) - 1
			return
		}
	}
	y := math.Pi / a.extent
	if y*y >= 2*gridGain {
		a.spacing = math.Pi * math.Sqrt(2.0/gridGain)
		return
	}
	a.spacing = 2 * math.Pi * y / (gridGain + float64(0.5*float64(y*y)))
}

// widen sets the range of indices, no longer than the bound on the number of nodes
// allows, and the spacing with it.
func (a *gridAxis) widen(low, high float64, bound int) {
	limit := float64(bound - 2)
	if high-low > limit*a.spacing {
		a.spacing = (high - low) / limit
	}
	a.from, a.to = int(math.Floor(low/a.spacing)), int(math.Ceil(high/a.spacing))
	a.excess = elementary.Exp(a.gain(2*a.spacing) - a.gain(a.spacing))
}

// gain is −log of the relative error of the trapezoidal rule.
func (a *gridAxis) gain(spacing float64) float64 {
	y := math.Min(math.Pi/a.extent, 2*math.Pi/spacing)
	return float64(2*math.Pi*y/spacing) - float64(0.5*float64(y*y))
}

// node returns a node of the axis and its weight.
func (a *gridAxis) node(index int) (z, weight float64) {
	if a.narrow != nil {
		return a.narrow.nodes[index], a.narrow.weights[index]
	}
	z = float64(float64(index) * a.spacing)
	return z, a.spacing / sqrtTwoPi * elementary.Exp(-0.5*float64(z*z))
}

// prepareInner tabulates weights and ratios along the inner axis.
func (g *softmaxGrid) prepareInner() {
	a := &g.axes[g.free-1]
	g.first = floorDivide(a.from, blockSize)
	last := floorDivide(a.to, blockSize)
	g.weight = g.weight[:last-g.first+1]
	for i := range g.weight {
		for lane := range blockSize {
			index := (g.first+i)*blockSize + lane
			if a.narrow != nil && index > a.to {
				g.weight[i][lane] = 0
				continue
			}
			_, g.weight[i][lane] = a.node(index)
		}
	}
	g.direct = float64(a.extent*a.spacing)*blockSize > 100
	blocks := 1
	if a.narrow != nil {
		blocks = len(g.weight)
	}
	for b := range blocks {
		for j := range g.free {
			for lane := range blockSize {
				z := float64(lane) * a.spacing
				if a.narrow != nil {
					z = a.narrow.nodes[min(b*blockSize+lane, a.to)]
				}
				g.growth[b*g.free+j][lane] = elementary.Exp(a.column[j] * z)
			}
		}
	}
}

func floorDivide(x, y int) int {
	q := x / y
	if x%y < 0 {
		q--
	}
	return q
}

// descend sums over the axes from the given one on. The outer nodes so far have the
// product weight, lead to the differences t and leave the reach of the peaks; bit
// axis of odd tells whether the node of that axis has an odd index.
func (g *softmaxGrid) descend(axis int, weight float64, t [maxGridFree]float64, reach softmaxReach, odd uint) {
	a := &g.axes[axis]
	from, to := a.from, a.to
	if a.narrow == nil {
		low, high := g.window.hull(axis, &reach)
		from = max(from, int(math.Ceil(low/a.spacing)))
		to = min(to, int(math.Floor(high/a.spacing)))
	}
	if from > to {
		return
	}
	if axis == g.free-1 {
		g.sumLine(from, to, &t)
		g.addLine(weight, odd)
		return
	}
	for index := from; index <= to; index++ {
		z, w := a.node(index)
		inner := t
		for j := range g.free {
			inner[j] += float64(a.column[j] * z)
		}
		left := reach
		if a.narrow == nil {
			g.window.shrink(axis, z, &left)
		}
		g.descend(axis+1, weight*w, inner, left, odd|uint(index&1)<<axis)
	}
}

// sumLine sums over the inner axis, whole blocks that contain the given indices.
func (g *softmaxGrid) sumLine(from, to int, t *[maxGridFree]float64) {
	clear(g.line)
	a := &g.axes[g.free-1]
	k := &g.kernel
	for b := floorDivide(from, blockSize); b <= floorDivide(to, blockSize); b++ {
		weight := &g.weight[b-g.first]
		base, growth := 0.0, g.growth
		if a.narrow == nil {
			base = float64(b*blockSize) * a.spacing
		} else {
			growth = growth[b*g.free:]
		}
		top := 0.0
		var exponent [maxGridFree]float64
		for j := range g.free {
			exponent[j] = t[j] + float64(a.column[j]*base)
			top = math.Max(top, exponent[j])
		}
		if g.direct || top > largeExponent-100 {
			for j := range g.free {
				for lane := range blockSize {
					z := base + float64(float64(lane)*a.spacing)
					if a.narrow != nil {
						z = a.narrow.nodes[min(b*blockSize+lane, a.to)]
					}
					k.ratio[j][lane] = t[j] + float64(a.column[j]*z)
				}
			}
			k.exponentiate()
		} else {
			k.noCeiling()
			for j := range g.free {
				e := elementary.Exp(exponent[j])
				ratio, grown := &k.ratio[j], &growth[j]
				for lane := range ratio {
					ratio[lane] = e * grown[lane]
				}
			}
		}
		if len(g.line) == 1 {
			var total block
			k.addRisk(weight, &total, &g.line[0])
		} else {
			k.add(weight, g.line)
		}
	}
}

// addLine adds a line to the results.
func (g *softmaxGrid) addLine(weight float64, odd uint) {
	for i, line := range g.line {
		sum := float64(weight * (line.even + line.odd))
		g.total[i] += sum
		g.contrast[g.free-1][i] += float64(weight * (line.even - line.odd))
		for axis := range g.free - 1 {
			if odd>>axis&1 == 0 {
				g.contrast[axis][i] += sum
			} else {
				g.contrast[axis][i] -= sum
			}
		}
	}
}
