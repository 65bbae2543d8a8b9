// Package elementary provides the elementary functions of float64 that results
// of this module are made of: Exp, Expm1, Log, Log1p, Pow, Erfc, Sin and Cos,
// with the special values of package math.
//
// Each function is a fixed sequence of correctly rounded operations, so it
// gives the same bits on every architecture, at every GOAMD64 level and with
// every version of Go. Package math promises none of this: it has assembly for
// some architectures, and the compiler may fuse its products with its sums.
// Here every multiplication that is meant to be fused is a math.FMA, and a
// product that is added otherwise is converted, float64(x*y) + z, which forbids
// fusing.
//
// Errors are in ulps, units in the last place of the exact result, 2⁻¹⁰⁷⁴ in
// the subnormal range; 0.5 is correct rounding. Those stated are upper bounds
// that the tests assert against references of more than 200 bits.
//
// Exp, Log and Pow follow Tang's method ("Table-driven implementation of the
// exponential function in IEEE floating-point arithmetic", ACM TOMS 15, 1989,
// and TOMS 16, 1990, for the logarithm). The tables and polynomials are computed
// by the program in _gen.
package elementary

//go:generate go run ./_gen -o tables.go
