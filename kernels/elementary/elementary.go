// Package elementary provides the elementary functions of float64 that results
// of this module are made of: Exp, Expm1, Log, Log1p, Pow, Erfc, Sin and Cos,
// with the special values of package math.
package elementary

import "math"

// Exp returns eˣ.
func Exp(x float64) float64 { return math.Exp(x) }

// Expm1 returns eˣ − 1, accurate also near zero.
func Expm1(x float64) float64 { return math.Expm1(x) }

// Log returns the natural logarithm of x.
func Log(x float64) float64 { return math.Log(x) }

// Log1p returns the natural logarithm of 1 + x, accurate also near zero.
func Log1p(x float64) float64 { return math.Log1p(x) }

// Pow returns x to the power y.
func Pow(x, y float64) float64 { return math.Pow(x, y) }

// Erfc returns the complementary error function of x.
func Erfc(x float64) float64 { return math.Erfc(x) }

// Sin returns the sine of x radians.
func Sin(x float64) float64 { return math.Sin(x) }

// Cos returns the cosine of x radians.
func Cos(x float64) float64 { return math.Cos(x) }
