package gauss

import (
	"iter"
	"math"

	"anisgd/kernels/elementary"
)

// The 20-point Gauss–Legendre rule on panels of a line, graded towards the poles
// of the integrand.
//
// A rule of n points on a panel errs by ρ^{−2n} relative to the largest value of the
// integrand on the ellipse with foci at the panel's ends and semi-axes (ρ ± 1/ρ)/2
// times the panel's half-length, inside which it must be analytic (Trefethen, Is
// Gauss quadrature better than Clenshaw–Curtis?, SIAM Review 50, 2008). With
// ρ = ellipse that is 6e-18, which leaves room for the growth of the Gaussian and of
// the integrand on the ellipse. A panel is as long as the poles let it be, so
// that lengths grow geometrically with the distance from them, and at most
// gaussianHalf standard deviations to either side.

// A legendrePair is the nodes ±node and the weight of each.
type legendrePair struct{ node, weight float64 }

var legendrePairs = [...]legendrePair{
	{0.076526521133497333754640409398838, 0.15275338713072585069808433195510},
	{0.22778585114164507808049619536857, 0.14917298647260374678782873700197},
	{0.37370608871541956067254817702493, 0.14209610931838205132929832506716},
	{0.51086700195082709800436405095525, 0.13168863844917662689849449974816},
	{0.63605368072651502545283669622629, 0.11819453196151841731237737771138},
	{0.74633190646015079261430507035564, 0.10193011981724043503675013548035},
	{0.83911697182221882339452906170152, 0.083276741576704748724758143222046},
	{0.91223442825132590586775244120330, 0.062672048334109063569506535187042},
	{0.96397192727791379126766613119728, 0.040601429800386941331039952274932},
	{0.99312859918509492478612238847132, 0.017614007139152118311861962351853},
}

const (
	ellipse      = 2.7
	gaussianHalf = 2.8

	// A pole farther than this from the line, in standard deviations, never
	// shortens a panel more than gaussianHalf does.
	farPole = gaussianHalf * (ellipse - 1/ellipse) / 2
)

// A poleRange is what limits the panels: poles at distance above and below the points
// of [center − reach, center + reach].
type poleRange struct{ center, reach, distance float64 }

// noPoles is the range of an entire function.
func noPoles() poleRange { return poleRange{distance: math.Inf(1)} }

// farAhead is a distance along the line at which no pole matters.
const farAhead = 1e6

// limit returns the largest half-length of a panel that starts at from.
func (p *poleRange) limit(from float64) float64 {
	const (
		beneath = 2 / (ellipse - 1/ellipse)
		sum     = ellipse + 1/ellipse // of the distances from the foci, over the half-length
	)
	if p.distance >= farPole {
		return gaussianHalf
	}
	ahead := p.center - from
	switch {
	case ahead > p.reach:
		ahead -= p.reach
	case ahead < -p.reach:
		ahead += p.reach
	default:
		return beneath * p.distance
	}
	ahead = math.Max(-farAhead, math.Min(farAhead, ahead))
	// |pole − from| + |pole − (from + 2 half)| = sum·half.
	root := math.Sqrt(float64(ahead*ahead) + float64(p.distance*p.distance))
	half := (float64(2*sum*root) - 4*ahead) / (sum*sum - 4)
	if ahead > 0 && p.reach > 0 {
		// The panel's middle stays before the range, or it is as short as within.
		half = math.Min(half, math.Max(beneath*p.distance, ahead))
	}
	return half
}

// normalNodes yields the nodes z in [from, to] and their weights, so that a sum over
// them is the integral over the standard normal law of z. No panel's half-length
// is above largest.
func normalNodes(from, to, largest float64, first, second poleRange) iter.Seq2[float64, float64] {
	return func(yield func(z, weight float64) bool) {
		for from < to {
			half := math.Min(largest, math.Min(first.limit(from), second.limit(from)))
			// The end must differ from the start also where rounding is coarser than the poles.
			half = math.Max(half, 0x1p-50*math.Abs(from))
			end := math.FMA(2, half, from)
			if end >= to {
				end = to
				half = 0.5 * (to - from)
			}
			middle := from + half
			scale := half / sqrtTwoPi
			for i := range legendrePairs {
				pair := &legendrePairs[i]
				offset := float64(half * pair.node)
				weight := scale * pair.weight
				for _, z := range [2]float64{middle - offset, middle + offset} {
					if !yield(z, float64(weight*elementary.Exp(-0.5*float64(z*z)))) {
						return
					}
				}
			}
			from = end
		}
	}
}
