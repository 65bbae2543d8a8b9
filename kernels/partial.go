package kernels

import "fmt"

// Lanes is the number of independent sums a reduction keeps: eight 128-bit, four
// 256-bit or two 512-bit registers, enough to hide the latency of an addition.
const Lanes = 16

// Partial is an unfinished sum: lane i mod Lanes holds the sum of the elements
// i that fell to it. The zero value is the empty sum.
type Partial [Lanes]float64

// Sum adds the lanes pairwise: p[i] + p[i+8] for i < 8, of these i and i+4,
// then i and i+2, then the last two.
func (p *Partial) Sum() float64 {
	a, b, c, d := p[0]+p[8], p[1]+p[9], p[2]+p[10], p[3]+p[11]
	e, f, g, h := p[4]+p[12], p[5]+p[13], p[6]+p[14], p[7]+p[15]
	a, b, c, d = a+e, b+f, c+g, d+h
	return (a + c) + (b + d)
}

// Add adds another partial sum lane by lane: p[i] ← p[i] + q[i].
func (p *Partial) Add(q *Partial) {
	for i := range p {
		p[i] += q[i]
	}
}

// checkLength panics unless an argument has the length its kernel works on.
func checkLength(kernel, argument string, got, want int) {
	if got != want {
		panicLength(kernel, argument, got, want)
	}
}

func panicLength(kernel, argument string, got, want int) {
	panic(fmt.Sprintf("kernels: %s: %s has length %d, expected %d", kernel, argument, got, want))
}
