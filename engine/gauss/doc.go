// Package gauss computes expectations of losses over Gaussian laws.
//
// The limiting dynamics of stochastic gradient descent need a loss only through
// a few expectations over the Gaussian law of the outputs: of the loss, of its
// gradient, of its Hessian, and of the gradient's outer product with itself.
// They must hold relative accuracy also where they are tiny (a margin many
// standard deviations away from zero) and whatever the variance is. A fixed
// Gauss–Hermite rule does neither.
//
// One output is a matter of one-dimensional integrals, done to rounding. For the
// softmax loss of K outputs, and for the probability that the largest of them is
// another one, the error grows with K and is estimated along with the result.
//
// The functions are deterministic and give the same bits on every
// architecture: elementary functions are the module's own, every sum has a
// fixed order, and nothing is left to the compiler's choice of fusing.
package gauss
