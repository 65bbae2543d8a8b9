package model

// Noise is the law of the standardized entries z of a sample a = μ + √λ∘z: independent,
// of mean 0 and variance 1. The limit is the same for all of them.
type Noise uint8

// The laws of the noise.
const (
	Gaussian   Noise = iota // N(0, 1)
	Rademacher              // ±1 with equal probability
	Uniform                 // uniform on (−√3, √3)
)

func (n Noise) String() string {
	return [...]string{"gaussian", "rademacher", "uniform"}[n]
}
