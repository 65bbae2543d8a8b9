package regime

import (
	"math"

	"anisgd/engine/model"
)

// Kind is a regime of binary classification, as d → ∞ and then t → ∞, at a
// constant learning rate without a ridge.
type Kind int

const (
	// Unknown: theory says nothing about the model.
	Unknown Kind = iota
	// BelowLine: power laws with α < 2β + 1. The risk tends to a positive limit.
	BelowLine
	// OnLine: power laws with α = 2β + 1. The risk tends to 0.
	OnLine
	// AboveLine: power laws with α > 2β + 1. The risk tends to 0.
	AboveLine
	// NoisyMeans: groups of modes, and the means cannot be told apart in those
	// without noise. The risk tends to a positive limit.
	NoisyMeans
	// CleanMeans: groups of modes, and the means can be told apart in those
	// without noise. The risk tends to 0.
	CleanMeans
)

// Prediction is what Predict tells.
type Prediction struct {
	Kind Kind
	// Alpha is the exponent α of the eigenvalues λ_ρ ~ (ρ/d)^α, the smaller one
	// where the classes have two, and Beta that of the means μ_ρ ~ (ρ/d)^β/√d.
	// Of power laws only.
	Alpha, Beta float64
	// SameAlpha: both classes have the exponent Alpha.
	SameAlpha bool
	// CleanEnergy is ‖μ‖² in the modes without noise, the smaller one of the two
	// classes. Of groups of modes only.
	CleanEnergy float64
}

// Vanishes reports whether the risk tends to 0.
func (p *Prediction) Vanishes() bool {
	return p.Kind == OnLine || p.Kind == AboveLine || p.Kind == CleanMeans
}

// Predict tells the regime of two classes with labels of opposite sign. Arrays
// are those of the model. With power laws the means must be opposite. For least
// squares the same regimes hold for opposite means, if it is stable.
func Predict(m *model.Model, arrays *model.Arrays) Prediction {
	if len(m.Classes) != 2 || !(m.Classes[0].Label*m.Classes[1].Label < 0) ||
		m.Classes[0].Prior == 0 || m.Classes[1].Prior == 0 {
		return Prediction{}
	}
	if grouped(m) {
		parts := cleanParts(arrays)
		if parts.separable() {
			return Prediction{Kind: CleanMeans, CleanEnergy: math.Min(parts.first2, parts.second2)}
		}
		return Prediction{Kind: NoisyMeans}
	}
	if !Opposite(arrays) {
		return Prediction{}
	}
	return predictPowerLaw(m)
}

// grouped reports whether the modes form a few groups of equal eigenvalues.
func grouped(m *model.Model) bool {
	for _, class := range m.Classes {
		switch class.Covariance.(type) {
		case model.Isotropic, model.Stepped:
		default:
			return false
		}
	}
	return true
}

// predictPowerLaw compares α with 2β + 1: the risk vanishes where
// S ~ ∫ u^(2β−α) du diverges at u = 0.
func predictPowerLaw(m *model.Model) Prediction {
	beta, known := meanExponent(m.Classes[0].Mean)
	first, firstKnown := spectrumExponent(m.Classes[0].Covariance)
	second, secondKnown := spectrumExponent(m.Classes[1].Covariance)
	alpha := math.Min(first, second)
	// Traces and means must stay finite as d → ∞.
	if !known || !firstKnown || !secondKnown || alpha <= -1 || beta <= -0.5 {
		return Prediction{}
	}
	p := Prediction{Alpha: alpha, Beta: beta, SameAlpha: first == second}
	const rounding = 1e-12
	switch difference := alpha - (2*beta + 1); {
	case math.Abs(difference) <= rounding*(1+math.Abs(alpha)):
		p.Kind = OnLine
	case difference < 0:
		p.Kind = BelowLine
	default:
		p.Kind = AboveLine
	}
	return p
}

// spectrumExponent is α of eigenvalues ~ (ρ/d)^α: +Inf where there is no noise.
func spectrumExponent(c model.Covariance) (alpha float64, known bool) {
	switch c := c.(type) {
	case model.Isotropic:
		if c == 0 {
			return math.Inf(1), true
		}
		return 0, true
	case model.PowerLaw:
		if c.Scale == 0 {
			return math.Inf(1), true
		}
		return c.Exponent, true
	}
	return 0, false
}

// meanExponent is β of entries whose squares are ~ (ρ/d)^2β/d, in the mean for
// random ones.
func meanExponent(v model.Vector) (beta float64, known bool) {
	switch v := v.(type) {
	case model.Scaled:
		return meanExponent(v.Of)
	case model.PowerVector:
		return v.Exponent, true
	case model.ConstantVector, model.NormalVector:
		return 0, true
	}
	return 0, false
}
