package gauss

import "math"

// A hermiteRule is a Gauss–Hermite rule of the standard normal law, exact for
// polynomials of degree up to 2·len(nodes) − 1.
type hermiteRule struct{ nodes, weights []float64 }

// newHermiteRule finds the nodes as zeros of the Hermite polynomial He_order, by
// bisection between those of He_{order−1}, which they interlace.
func newHermiteRule(order int) hermiteRule {
	var zeros []float64
	for degree := 1; degree <= order; degree++ {
		// |zeros of He_n| < 2√n.
		end := 2 * math.Sqrt(float64(degree))
		low := -end
		next := make([]float64, degree)
		for i := range next {
			high := end
			if i < len(zeros) {
				high = zeros[i]
			}
			next[i] = bisectHermite(degree, low, high)
			low = high
		}
		zeros = next
	}
	rule := hermiteRule{nodes: zeros, weights: make([]float64, order)}
	factorial := 1.0
	for k := 2; k < order; k++ {
		factorial *= float64(k)
	}
	for i, x := range zeros {
		// (n−1)!/(n He_{n−1}(x)²)
		_, previous := hermitePolynomial(order, x)
		rule.weights[i] = factorial / (float64(order) * float64(previous*previous))
	}
	return rule
}

// bisectHermite returns the one zero of He_degree between low and high.
func bisectHermite(degree int, low, high float64) float64 {
	if degree%2 == 1 && low < 0 && high > 0 {
		return 0
	}
	negative, _ := hermitePolynomial(degree, low)
	for {
		middle := low + float64(0.5*(high-low))
		if middle <= low || middle >= high {
			return middle
		}
		if value, _ := hermitePolynomial(degree, middle); (value < 0) == (negative < 0) {
			low = middle
		} else {
			high = middle
		}
	}
}

// hermitePolynomial returns He_degree(x) and He_{degree−1}(x).
func hermitePolynomial(degree int, x float64) (value, previous float64) {
	value, previous = x, 1
	for k := 1; k < degree; k++ {
		value, previous = float64(x*value)-float64(float64(k)*previous), value
	}
	return value, previous
}
