package gauss

import (
	"math"

	"anisgd/kernels/elementary"
)

// The window of the grid.
//
// The logarithm of each product π_jπ_l times the Gaussian density is concave in z,
//
//	t_j + t_l − 2 log Σ_m e^{t_m} − |z|²/2,
//
// with curvature at least 1: away from its maximum the product falls off at least
// like e^{−distance²/2}. So the nodes that matter lie in balls around these maxima,
// found by Newton's method. Those much lower than the highest of their family are
// left out, where the families are the entries of Hessian and second moment.
// Gradient and risk are sums of both, up to a factor that grows linearly.

const (
	// windowRadius leaves out less than 1e-9 of a Gaussian in three dimensions.
	windowRadius = 7.2

	maxPeaks = (maxGridFree+1)*(maxGridFree+2)/2 - 1
)

type softmaxWindow struct {
	count int
	peaks [maxPeaks]softmaxPeak
}

// A softmaxPeak is where the logarithm of π_jπ_l times the density is largest.
type softmaxPeak struct {
	z      [maxGridFree]float64
	height float64
}

// A softmaxReach holds for each peak the square of its radius less the square
// of the distance of the nodes chosen so far along the outer axes.
type softmaxReach [maxPeaks]float64

// open finds the peaks for the axes of the grid, and from them the ranges of the
// axes with a trapezoidal rule.
func (w *softmaxWindow) open(g *softmaxGrid) {
	w.count = 0
	n := g.free
	narrow := true
	for axis := range n {
		narrow = narrow && g.axes[axis].narrow != nil
	}
	if narrow {
		return
	}
	var found [maxPeaks]softmaxPeak
	var inHessian, inSecond [maxPeaks]bool
	highestHessian, highestSecond := math.Inf(-1), math.Inf(-1)
	count := 0
	for j := range n {
		for l := j; l <= n; l++ { // l = n is the class itself
			p := g.findPeak(j, l)
			found[count] = p
			if l != j {
				inHessian[count] = true
				highestHessian = math.Max(highestHessian, p.height)
			}
			if l != n {
				inSecond[count] = true
				highestSecond = math.Max(highestSecond, p.height)
			}
			count++
		}
	}
	for i := range count {
		if inHessian[i] && found[i].height > highestHessian-gridGain || inSecond[i] && found[i].height > highestSecond-gridGain {
			w.peaks[w.count] = found[i]
			w.count++
		}
	}
	all := w.whole()
	for axis := range n {
		if a := &g.axes[axis]; a.narrow == nil {
			low, high := w.hull(axis, &all)
			a.widen(low, high, gridNodes[n])
		}
	}
}

// whole is the reach before any node is chosen.
func (w *softmaxWindow) whole() softmaxReach {
	var reach softmaxReach
	for i := range w.count {
		reach[i] = windowRadius * windowRadius
	}
	return reach
}

// hull returns the ends of the window along an axis; low > high where it is empty.
func (w *softmaxWindow) hull(axis int, reach *softmaxReach) (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for i := range w.count {
		if reach[i] < 0 {
			continue
		}
		half := math.Sqrt(reach[i])
		z := w.peaks[i].z[axis]
		low = math.Min(low, z-half)
		high = math.Max(high, z+half)
	}
	if low > high {
		return 1, 0
	}
	return low, high
}

// shrink takes the node z of an axis off the reach.
func (w *softmaxWindow) shrink(axis int, z float64, reach *softmaxReach) {
	for i := range w.count {
		distance := z - w.peaks[i].z[axis]
		reach[i] -= float64(distance * distance)
	}
}

// findPeak maximizes the logarithm of π_jπ_l times the density by Newton's method
// with backtracking; the index n stands for the class itself.
func (g *softmaxGrid) findPeak(j, l int) softmaxPeak {
	const (
		steps     = 100
		precision = 1e-4 // of the height
	)
	var p softmaxPeak
	var probability [maxGridFree]float64
	p.height = g.logProduct(j, l, &p.z, &probability)
	for range steps {
		step, decrement := g.newtonStep(j, l, &p.z, &probability)
		if !(decrement > precision) {
			break
		}
		improved := false
		for fraction := 1.0; fraction > 1e-14; fraction *= 0.5 {
			trial := p.z
			for axis := range g.free {
				trial[axis] += float64(fraction * step[axis])
			}
			var at [maxGridFree]float64
			height := g.logProduct(j, l, &trial, &at)
			if height > p.height+float64(0.1*float64(fraction*decrement)) {
				p.z, p.height, probability = trial, height, at
				improved = true
				break
			}
		}
		if !improved {
			break
		}
	}
	return p
}

// logProduct returns log π_jπ_l − |z|²/2 and the probabilities.
func (g *softmaxGrid) logProduct(j, l int, z, probability *[maxGridFree]float64) float64 {
	var t [maxGridFree + 1]float64
	top, square := 0.0, 0.0
	for m := range g.free {
		t[m] = g.shift[m]
		for axis := range g.free {
			t[m] += float64(g.axes[axis].column[m] * z[axis])
		}
		top = math.Max(top, t[m])
		square += float64(z[m] * z[m])
	}
	t[g.free] = 0
	total := elementary.Exp(-top)
	for m := range g.free {
		probability[m] = elementary.Exp(t[m] - top)
		total += probability[m]
	}
	for m := range g.free {
		probability[m] /= total
	}
	return (t[j] - top) + (t[l] - top) - float64(2*elementary.Log(total)) - float64(0.5*square)
}

// newtonStep solves (1 + 2 Cov A) step = gradient, where the covariance is that of
// the rows of A under the probabilities π, and gradient = A_j + A_l − 2 Σ π_m A_m − z.
// It returns the step and its product with the gradient.
func (g *softmaxGrid) newtonStep(j, l int, z, probability *[maxGridFree]float64) (step [maxGridFree]float64, decrement float64) {
	n := g.free
	var gradient, mean [maxGridFree]float64
	var matrix [maxGridFree][maxGridFree]float64
	for a := range n {
		column := &g.axes[a].column
		for m := range n {
			mean[a] += float64(probability[m] * column[m])
		}
		gradient[a] = float64(-2*mean[a]) - z[a]
		if j < n {
			gradient[a] += column[j]
		}
		if l < n {
			gradient[a] += column[l]
		}
	}
	own := 1.0
	for m := range n {
		own -= probability[m]
	}
	for a := range n {
		for b := range a + 1 {
			sum := float64(math.Max(own, 0) * float64(mean[a]*mean[b]))
			for m := range n {
				x := g.axes[a].column[m] - mean[a]
				y := g.axes[b].column[m] - mean[b]
				sum += float64(probability[m] * float64(x*y))
			}
			matrix[a][b] = 2 * sum
		}
		matrix[a][a]++
	}
	// Cholesky factor in place of the lower triangle, then both substitutions.
	for a := range n {
		for b := range a + 1 {
			x := matrix[a][b]
			for c := range b {
				x -= float64(matrix[a][c] * matrix[b][c])
			}
			if a == b {
				matrix[a][a] = math.Sqrt(math.Max(x, 1)) // at least 1 but for rounding
			} else {
				matrix[a][b] = x / matrix[b][b]
			}
		}
	}
	for a := range n {
		x := gradient[a]
		for c := range a {
			x -= float64(matrix[a][c] * step[c])
		}
		step[a] = x / matrix[a][a]
	}
	for a := n - 1; a >= 0; a-- {
		x := step[a]
		for c := a + 1; c < n; c++ {
			x -= float64(matrix[c][a] * step[c])
		}
		step[a] = x / matrix[a][a]
	}
	for a := range n {
		decrement += float64(step[a] * gradient[a])
	}
	return step, decrement
}
