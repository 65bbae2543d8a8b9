package gauss

// The 13-point Gauss–Hermite rule of the standard normal law: exact for
// polynomials of degree up to 25.

// hermiteCenter is the weight of the node 0.
const hermiteCenter = 0.340992340992340992341

// A hermitePair is the two nodes ±node, zeros of the Hermite polynomial He₁₃, and
// the weight 12!/(13 He₁₂(node)²) of each of them.
type hermitePair struct{ node, weight float64 }

var hermitePairs = [...]hermitePair{
	{0.8566794935194500338974, 0.2378715229641362708908},
	{1.725418379588239161511, 0.07916895586045000797436},
	{2.620689973432214780638, 0.01177056050599653583541},
	{3.563444380281634091625, 0.0006812363504429271958788},
	{4.591398448936520627052, 1.152659652733387401267e-05},
	{5.800167252386500305865, 2.722627642805903308244e-08},
}
