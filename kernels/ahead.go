package kernels

import "math"

// Ahead is the number of steps of SGD in one sweep of UpdateSamplesDots.
const Ahead = 4

// AheadLanes is the number of independent sums of an inner product in
// UpdateSamplesDots: small enough that all of them fit in the registers.
const AheadLanes = 4

// AheadPartial is an unfinished sum: lane i mod AheadLanes holds the sum of the
// elements i that fell to it. The zero value is the empty sum.
type AheadPartial [AheadLanes]float64

// Sum adds the lanes as (p[0] + p[2]) + (p[1] + p[3]).
func (p *AheadPartial) Sum() float64 {
	return (p[0] + p[2]) + (p[1] + p[3])
}

// AheadSums holds the inner products of one sweep. The zero value is empty.
type AheadSums struct {
	// Output[j] is the product of sample j with x.
	Output [Ahead]AheadPartial
	// Gram[AheadPair(i, j)] is the product of the samples i and j, i < j.
	Gram [Ahead * (Ahead - 1) / 2]AheadPartial
}

// AheadPair is the place of the samples i < j in AheadSums.Gram: the pairs (0, 1),
// (0, 2), (1, 2), (0, 3), (1, 3), (2, 3) in this order.
func AheadPair(i, j int) int { return j*(j-1)/2 + i }

// Add adds other sums lane by lane: p[i] ← p[i] + q[i] for every partial sum.
func (s *AheadSums) Add(other *AheadSums) {
	add := func(p, q *AheadPartial) {
		for i := range p {
			p[i] += q[i]
		}
	}
	for j := range s.Output {
		add(&s.Output[j], &other.Output[j])
	}
	for pair := range s.Gram {
		add(&s.Gram[pair], &other.Gram[pair])
	}
}

// UpdateSamplesDots adds the last block of Ahead samples to x, draws the next
// block and adds up the inner products that its steps of SGD need, in one pass:
//
//	x[i] ← shrink·x[i] + Σ_j weights[j]·a[j][i]
//	a[j][i] ← element i of sample s[j]
//	Output[j][i mod AheadLanes] ← fma(x[i], a[j][i], itself)
//	Gram[AheadPair(k, j)][i mod AheadLanes] ← fma(a[k][i], a[j][i], itself), k < j
//
// where the product with shrink is rounded and the sum is a chain of fma in
// increasing j from it. The samples may be of different classes; means and scales
// may be the same slices.
//
// Output j is that of sample j at the x of the block's start. The output at step k
// follows without another pass: if the steps so far would make x into
// S·x + Σ_j w_j·a_j, it is S·Output_k + Σ_{j<k} w_j·Gram_jk, and S and w after the
// last step are the shrink and the weights of the next call.
//
// The first call, with nothing to add, takes shrink 1, weights 0 and finite numbers
// in a, such as those of new AheadSamples: x then keeps its values, though −0 may
// become +0. MultiplyAdd adds a last block without drawing the next.
//
// In the caches speed is bound by loads, beyond them by memory: a step moves its
// sample out and in and a quarter of x, the means and the scales, about half the
// bytes of UpdateSampleDot. The Ahead of s[0] counts for the whole sweep: it asks
// for x, the means, the scales and, so many whole blocks ahead, the rows of
// AheadSamples. AheadInMemory is a good value here too.
func UpdateSamplesDots(x []float64, a *[Ahead][]float64, shrink float64, weights *[Ahead]float64, s *[Ahead]Sample, sums *AheadSums) {
	for j := range s {
		checkLength("UpdateSamplesDots", "a sample", len(a[j]), len(x))
		s[j].check("UpdateSamplesDots", len(x))
	}
	n := updateSamplesDotsVector(x, a, shrink, weights, s, sums)
	updateSamplesDotsGeneric(n, x, a, shrink, weights, s, sums)
}

// updateSamplesDotsGeneric works on the elements from lo on.
func updateSamplesDotsGeneric(lo int, x []float64, a *[Ahead][]float64, shrink float64, weights *[Ahead]float64, s *[Ahead]Sample, sums *AheadSums) {
	for i := lo; i < len(x); i++ {
		xi := float64(shrink * x[i])
		for j, weight := range weights {
			xi = math.FMA(weight, a[j][i], xi)
		}
		x[i] = xi
		lane := i % AheadLanes
		var drawn [Ahead]float64
		for j := range drawn {
			drawn[j] = s[j].at(i)
			a[j][i] = drawn[j]
			output := &sums.Output[j][lane]
			*output = math.FMA(xi, drawn[j], *output)
			for k := range j {
				gram := &sums.Gram[AheadPair(k, j)][lane]
				*gram = math.FMA(drawn[k], drawn[j], *gram)
			}
		}
	}
}
