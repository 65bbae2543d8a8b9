// Package rate defines learning rates as functions of time t = steps/d
// (theory, section 6).
package rate

import (
	"math"
	"slices"
	"sort"

	"anisgd/kernels/elementary"
)

// Schedule is a learning rate γ(t) that depends on time alone. Step k → k+1 of
// SGD uses γ(k/d), the limit γ(t).
type Schedule interface {
	// At is γ(t) for t ≥ 0; at a jump the value to its right.
	At(t float64) float64
	Rule
}

// Constant is γ(t) = γ.
type Constant float64

// At implements Schedule.
func (c Constant) At(float64) float64 { return float64(c) }

// Breaks implements Rule.
func (Constant) Breaks() []float64 { return nil }

// Piecewise is a right-continuous step function: Values[j] from Times[j] on,
// until Times[j+1]. Times increase strictly and Times[0] = 0.
type Piecewise struct {
	Times, Values []float64
}

// At implements Schedule.
func (p Piecewise) At(t float64) float64 {
	after := sort.Search(len(p.Times), func(j int) bool { return p.Times[j] > t })
	return p.Values[max(after-1, 0)]
}

// Breaks implements Rule.
func (p Piecewise) Breaks() []float64 { return p.Times[1:] }

// Power is polynomial decay, γ(t) = Initial·(1 + t/Timescale)^−Exponent.
type Power struct {
	Initial, Exponent, Timescale float64
}

// At implements Schedule.
func (p Power) At(t float64) float64 {
	return p.Initial * elementary.Pow(1+t/p.Timescale, -p.Exponent)
}

// Breaks implements Rule.
func (Power) Breaks() []float64 { return nil }

// Cosine is cosine annealing, γ(t) = Final + (Initial − Final)(1 + cos(πt/End))/2
// up to End, and Final afterwards.
type Cosine struct {
	Initial, Final, End float64
}

// At implements Schedule.
func (c Cosine) At(t float64) float64 {
	if t >= c.End {
		return c.Final
	}
	weight := 0.5 * (1 + elementary.Cos(math.Pi*(t/c.End)))
	return math.FMA(c.Initial-c.Final, weight, c.Final)
}

// Breaks implements Rule: at End the second derivative jumps.
func (c Cosine) Breaks() []float64 { return []float64{c.End} }

// Largest bounds γ(t) up to a time: +Inf for rules without a bound of their own.
func Largest(rule Rule, end float64) float64 {
	switch r := rule.(type) {
	case Constant:
		return float64(r)
	case Piecewise:
		return slices.Max(r.Values)
	case Power:
		return math.Max(r.Initial, r.At(end))
	case Cosine:
		return math.Max(r.Initial, r.Final)
	case AdaGradNorm:
		return r.Eta / r.B
	}
	return math.Inf(1)
}
