package gauss

import (
	"fmt"
	"math"

	"anisgd/kernels/elementary"
)

// MaxProductDimension is the largest dimension of a Product.
const MaxProductDimension = 3

// Product integrates any function over a Gaussian law in up to three dimensions,
// by the trapezoidal rule in every standardised coordinate, x = mean + L z with L
// the Cholesky factor of the covariance and z from −9 to 9. For functions that are
// analytic on the scale of the standard deviations the error falls exponentially
// with the number of nodes; for a jump like its inverse. A Product serves one
// goroutine and does not allocate after it is made.
type Product struct {
	dimension int
	nodes     []float64 // z
	weights   []float64 // sum to one
	factor    []float64 // L, row by row
	point     []float64
	index     []int
}

// NewProduct prepares a rule with the given number of nodes per dimension, at
// least 3. It is an error if the dimension is not within 1 … MaxProductDimension.
func NewProduct(dimension, nodes int) (*Product, error) {
	if dimension < 1 || dimension > MaxProductDimension {
		return nil, fmt.Errorf("gauss: a product rule in %d dimensions: 1 to %d are possible", dimension, MaxProductDimension)
	}
	if nodes < 3 {
		return nil, fmt.Errorf("gauss: a product rule of %d nodes: at least 3 are needed", nodes)
	}
	p := &Product{
		dimension: dimension,
		factor:    make([]float64, dimension*dimension),
		point:     make([]float64, dimension),
		index:     make([]int, dimension),
	}
	const reach = 9
	total := 0.0
	for j := range nodes {
		z := reach * (float64(2*j)/float64(nodes-1) - 1)
		w := elementary.Exp(-0.5 * z * z)
		p.nodes, p.weights = append(p.nodes, z), append(p.weights, w)
		total += w
	}
	for j := range p.weights {
		p.weights[j] /= total
	}
	return p, nil
}

// Expect is E f(x) for x ~ N(mean, covariance), the covariance row by row and
// positive semidefinite; its lower triangle is read. f must not keep its argument.
func (p *Product) Expect(mean, covariance []float64, f func(x []float64) float64) float64 {
	n := p.dimension
	p.cholesky(covariance)
	clear(p.index)
	total := 0.0
	for {
		weight := 1.0
		for a := range n {
			weight *= p.weights[p.index[a]]
			x := mean[a]
			for b := range a + 1 {
				x = math.FMA(p.factor[a*n+b], p.nodes[p.index[b]], x)
			}
			p.point[a] = x
		}
		total = math.FMA(weight, f(p.point), total)
		a := n - 1
		for ; a >= 0; a-- {
			if p.index[a]++; p.index[a] < len(p.nodes) {
				break
			}
			p.index[a] = 0
		}
		if a < 0 {
			return total
		}
	}
}

// cholesky factors a positive semidefinite matrix; directions without variance
// get a zero column.
func (p *Product) cholesky(covariance []float64) {
	n := p.dimension
	clear(p.factor)
	for a := range n {
		for b := range a + 1 {
			v := covariance[a*n+b]
			for c := range b {
				v = math.FMA(-p.factor[a*n+c], p.factor[b*n+c], v)
			}
			switch pivot := p.factor[b*n+b]; {
			case a == b:
				p.factor[a*n+a] = math.Sqrt(math.Max(v, 0))
			case pivot > 0:
				p.factor[a*n+b] = v / pivot
			}
		}
	}
}
