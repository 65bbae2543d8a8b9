package rate

import "math"

// Rule is a learning rate: a Schedule in time, or one of the adaptive rules
// AdaGradNorm, LineSearch and Polyak, whose limits are deterministic too
// (theory, section 6).
type Rule interface {
	// Breaks lists, in increasing order, the times t > 0 at which γ or one of
	// its first derivatives jumps: an integrator should step exactly onto them.
	Breaks() []float64
}

// AdaGradNorm divides by the norm of the gradients so far:
//
//	SGD     γ_k = Eta/√(B² + d⁻² Σ_{j≤k} ‖a_j g_jᵀ‖²)
//	limit   γ(t) = Eta/√(B² + ∫₀ᵗ Σ_i p_i (tr K_i/d) tr I_i ds)
type AdaGradNorm struct {
	Eta, B float64
}

// Breaks implements Rule.
func (AdaGradNorm) Breaks() []float64 { return nil }

// Rate is the rate after gradients whose squared norms sum to accumulated. (It is
// not called At, so that the rule cannot be taken for a Schedule.)
func (a AdaGradNorm) Rate(accumulated float64) float64 {
	return a.Eta / math.Sqrt(math.FMA(a.B, a.B, accumulated))
}

// LineSearch is exact line search on the population risk:
//
//	γ = ‖∇R‖² / Σ_ij p_i p_j (tr K_i K_j/d) tr(H_j I_i)
type LineSearch struct{}

// Breaks implements Rule.
func (LineSearch) Breaks() []float64 { return nil }

// Rate is the rate from the squared norm of the population gradient and the
// curvature along the noise, the denominator; 0 where there is no gradient.
func (LineSearch) Rate(gradient2, curvature float64) float64 {
	if gradient2 == 0 {
		return 0
	}
	return gradient2 / curvature
}

// Polyak is the idealised Polyak step of least squares with a teacher:
//
//	γ = Σ_i p_i (2R_i − ℓ s²) / Σ_i p_i (tr K_i/d) tr I_i
type Polyak struct{}

// Breaks implements Rule.
func (Polyak) Breaks() []float64 { return nil }

// Rate is the rate from the excess Σ p_i (2R_i − ℓs²) and the squared norm of the
// gradient, the denominator; 0 where nothing is left to gain.
func (Polyak) Rate(excess, gradient2 float64) float64 {
	if excess <= 0 {
		return 0
	}
	return excess / gradient2
}
