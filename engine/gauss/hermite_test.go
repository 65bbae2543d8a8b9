package gauss

import (
	"math/big"
	"testing"
)

// hermite returns He_n(x) and He_{n−1}(x) by their recurrence.
func hermite(n int, x *big.Float) (value, previous *big.Float) {
	previous, value = bigFloat(1), newBig().Set(x)
	for k := 1; k < n; k++ {
		next := newBig().Mul(x, value)
		next.Sub(next, newBig().Mul(bigFloat(float64(k)), previous))
		previous, value = value, next
	}
	return value, previous
}

// TestHermiteRule regenerates nodes and weights by Newton's method in math/big.
func TestHermiteRule(t *testing.T) {
	order := 2*len(hermitePairs) + 1
	degree := bigFloat(float64(order))
	factorial := bigFloat(1)
	for k := 2; k < order; k++ {
		factorial.Mul(factorial, bigFloat(float64(k)))
	}
	check := func(node, weight float64) {
		t.Helper()
		x := bigFloat(node)
		var previous *big.Float
		for range 4 {
			var value *big.Float
			value, previous = hermite(order, x)
			x.Sub(x, value.Quo(value, newBig().Mul(degree, previous)))
		}
		_, previous = hermite(order, x)
		want := newBig().Mul(previous, previous)
		want.Quo(factorial, want.Mul(want, degree))
		if got, _ := x.Float64(); got != node {
			t.Errorf("node %v, the zero next to it is %v", node, got)
		}
		if got, _ := want.Float64(); got != weight {
			t.Errorf("node %v has weight %v, want %v", node, weight, got)
		}
	}
	check(0, hermiteCenter)
	last := 0.0
	for _, pair := range hermitePairs {
		if pair.node <= last {
			t.Errorf("node %v is not above %v", pair.node, last)
		}
		last = pair.node
		check(pair.node, pair.weight)
	}
}
