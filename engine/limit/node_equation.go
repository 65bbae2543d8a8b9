package limit

import (
	"math"

	"anisgd/engine/closure"
	"anisgd/engine/spectrum"
)

// nodeEquation holds the coefficients of the linear equations of one node, and the
// scratch to evaluate them, for ℓ outputs:
//
//	response'  = −(A response + drive)
//	C'         = N − (A C + C Aᵀ)
type nodeEquation struct {
	outputs int
	a       []float64 // A, ℓ×ℓ
	noise   []float64 // N
	c       []float64 // C, unpacked
}

func newNodeEquation(outputs int) *nodeEquation {
	square := outputs * outputs
	return &nodeEquation{outputs: outputs, a: make([]float64, square), noise: make([]float64, square), c: make([]float64, square)}
}

// at evaluates A and N at a node.
func (e *nodeEquation) at(k *closure.Coupling, nodes *spectrum.Nodes, node int) {
	n, square := e.outputs, len(e.a)
	clear(e.a)
	clear(e.noise)
	for a := range n {
		e.a[a*n+a] = k.Decay
	}
	for l := range nodes.Eigenvalues {
		lambda := nodes.Eigenvalues[l][node]
		for ab := range square {
			e.a[ab] = math.FMA(lambda, k.Rate[l*square+ab], e.a[ab])
			e.noise[ab] = math.FMA(lambda, k.Noise[l*square+ab], e.noise[ab])
		}
	}
}

// varianceSlope writes C' from C, both packed (a ≤ b). diagonal says that A is a
// multiple of the identity.
func (e *nodeEquation) varianceSlope(dst, values []float64, diagonal bool) {
	n := e.outputs
	at := 0
	if diagonal {
		for a := range n {
			for b := a; b < n; b++ {
				dst[at] = math.FMA(-2*e.a[0], values[at], e.noise[a*n+b])
				at++
			}
		}
		return
	}
	unpack(e.c, values, n)
	for a := range n {
		for b := a; b < n; b++ {
			v := e.noise[a*n+b]
			for c := range n {
				v = math.FMA(-e.a[a*n+c], e.c[c*n+b], v)
				v = math.FMA(-e.c[a*n+c], e.a[b*n+c], v)
			}
			dst[at] = v
			at++
		}
	}
}

// responseSlope writes −(A x + drive).
func (e *nodeEquation) responseSlope(dst, x, drive []float64) {
	n := e.outputs
	for a := range n {
		v := drive[a]
		for b := range n {
			v = math.FMA(e.a[a*n+b], x[b], v)
		}
		dst[a] = -v
	}
}

// unpack writes the symmetric matrix of packed entries a ≤ b.
func unpack(dst, packed []float64, n int) {
	at := 0
	for a := range n {
		for b := a; b < n; b++ {
			dst[a*n+b], dst[b*n+a] = packed[at], packed[at]
			at++
		}
	}
}

// isDiagonal reports whether the Hessians are multiples of the identity, as they
// are for least squares: outputs then relax independently.
func isDiagonal(k *closure.Coupling, outputs int) bool {
	square := outputs * outputs
	for ab, v := range k.Rate {
		a, b := ab%square/outputs, ab%outputs
		if a != b && v != 0 || a == b && v != k.Rate[ab-ab%square] {
			return false
		}
	}
	return true
}
