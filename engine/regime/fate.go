package regime

import (
	"math"
	"reflect"

	"anisgd/engine/model"
	"anisgd/kernels/elementary"
)

// Fate is what becomes of the risk as d → ∞ and then t → ∞.
type Fate int

const (
	// Undecided: it is not known.
	Undecided Fate = iota
	// Positive: the risk tends to a positive limit.
	Positive
	// Vanishing: the risk tends to 0.
	Vanishing
	// Unstable: the dynamics diverge.
	Unstable
)

func (f Fate) String() string {
	return [...]string{"", "positive", "vanishing", "unstable"}[f]
}

// Separability tells the fate of binary classification at a learning rate that
// stays away from 0, from the structure of the model alone: in groups of modes,
// whether the means can be told apart in those without noise; in power laws, for
// opposite means, whether S = μᵀ(ΣK_i)⁻¹μ diverges as d → ∞. It needs no arrays
// and is Undecided where spectra or means are given by arrays.
func Separability(m *model.Model) Fate {
	if !binary(m) {
		return Undecided
	}
	if grouped(m) {
		if restrictedToClean(m).separable() {
			return Vanishing
		}
		return Positive
	}
	if base, opposite := oppositeMeans(m); opposite {
		return separabilityOfPowers(m, base)
	}
	return Undecided
}

// ExtrapolatedSeparability is Separability for any spectra and opposite means. It
// restricts S to u = ρ/d > ε and extrapolates its growth as ε falls to 1/d, which
// takes arrays of d numbers, and is Undecided where they would be too large.
func ExtrapolatedSeparability(m *model.Model) Fate {
	const largestDim = 1 << 22
	if !binary(m) || m.Dim > largestDim {
		return Undecided
	}
	arrays, err := m.Materialize()
	if err != nil || !Opposite(arrays) {
		return Undecided
	}
	return extrapolate(arrays)
}

// binary reports whether a model has two classes with labels of opposite sign.
func binary(m *model.Model) bool {
	return len(m.Classes) == 2 && m.Classes[0].Label*m.Classes[1].Label < 0 &&
		m.Classes[0].Prior > 0 && m.Classes[1].Prior > 0
}

// OppositeMeans reports whether a model has two classes whose means are described
// as opposite multiples of one vector.
func OppositeMeans(m *model.Model) bool {
	if len(m.Classes) != 2 {
		return false
	}
	_, opposite := oppositeMeans(m)
	return opposite
}

// oppositeMeans reports whether two means are opposite by their descriptions, and
// the vector that both are multiples of.
func oppositeMeans(m *model.Model) (base model.Vector, opposite bool) {
	first, a := unscaled(m.Classes[0].Mean)
	second, b := unscaled(m.Classes[1].Mean)
	return first, a == -b && a != 0 && reflect.DeepEqual(first, second)
}

func unscaled(v model.Vector) (base model.Vector, factor float64) {
	factor = 1
	for {
		scaled, ok := v.(model.Scaled)
		if !ok {
			return v, factor
		}
		v, factor = scaled.Of, factor*scaled.By
	}
}

// separabilityOfPowers decides by the exponents at u = 0: S ~ ∫ u^(2β−α) du.
func separabilityOfPowers(m *model.Model, mean model.Vector) Fate {
	beta, known := meanExponent(mean)
	if power, ok := mean.(model.PowerVector); ok && power.Scale == 0 {
		return Positive
	}
	if !known || beta <= -0.5 {
		return Undecided
	}
	alpha := math.Inf(1)
	for _, class := range m.Classes {
		exponent, known := spectrumExponent(class.Covariance)
		if !known || exponent <= -1 {
			return Undecided
		}
		alpha = math.Min(alpha, exponent)
	}
	const rounding = 1e-12
	if alpha-(2*beta+1) < -rounding*(1+math.Abs(alpha)) {
		return Positive
	}
	return Vanishing
}

// extrapolate looks at the shares of S in octaves of ρ. Where they
// fall towards ρ = 1 geometrically, their sum has a limit as d → ∞, otherwise not.
func extrapolate(arrays *model.Arrays) Fate {
	source := arrays.Sources[arrays.Classes[0].Source]
	shares := []float64{0}
	for rho, x := range source {
		if rho+1 == 1<<len(shares) {
			shares = append(shares, 0)
		}
		if x == 0 {
			continue
		}
		share := x * x / noise(arrays, rho)
		if math.IsInf(share, 1) {
			return Vanishing
		}
		shares[len(shares)-1] += share
	}
	// The first octaves hold few modes, the last one is incomplete.
	const first, most = 3, 8
	var x, y []float64
	for octave := first; octave < min(len(shares)-1, first+most); octave++ {
		if shares[octave] > 0 {
			x, y = append(x, float64(octave)), append(y, elementary.Log(shares[octave]))
		}
	}
	if len(x) < 3 {
		return Undecided
	}
	if slopeOf(x, y) > 0 {
		return Positive
	}
	return Vanishing
}

// slopeOf is the slope of the least-squares line through points.
func slopeOf(x, y []float64) float64 {
	meanX, meanY := 0.0, 0.0
	for k := range x {
		meanX += x[k] / float64(len(x))
		meanY += y[k] / float64(len(x))
	}
	product, square := 0.0, 0.0
	for k := range x {
		product = math.FMA(x[k]-meanX, y[k]-meanY, product)
		square = math.FMA(x[k]-meanX, x[k]-meanX, square)
	}
	return product / square
}
