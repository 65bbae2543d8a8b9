package elementary

import (
	"fmt"
	"math"
	"math/big"
	"testing"
)

var specialArguments = []float64{
	0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), math.NaN(),
	1, -1, 0.5, -0.5, 2, -2, 3, -3, 1.5, -1.5, 1e-20, -1e-20, 1e300, -1e300,
	math.MaxFloat64, -math.MaxFloat64, math.SmallestNonzeroFloat64, -math.SmallestNonzeroFloat64,
	0x1p-1022, -0x1p-1022, 0x1p-1030, 0x1p-54, -0x1p-54, 0x1p-27, -0x1p-27,
	1 - 0x1p-53, 1 + 0x1p-52, -1 + 0x1p-53, -1 - 0x1p-52,
	0x1p52 + 0.5, 0x1p52 + 1, 0x1p53 - 1, -0x1p53 + 1, 0x1p53, -0x1p53, 0x1p53 + 2, 0x1p63, 0x1p64,
	6, -6, 27, 27.25, 28, 40, -40, 50, 708, -708, 709, 710, 711, -745, -746, -747, 1000, -1000,
}

// checkSpecial holds got to package math's result if that is NaN or infinite, or
// zero at an argument that is special itself, with its sign. Otherwise it holds
// the magnitude to the reference, for package math is far off in places: Log of
// subnormal numbers, Pow of large exponents, Exp near underflow, depending on the
// architecture.
func checkSpecial(t *testing.T, got, want float64, special bool, reference func() *big.Float, format string, arguments ...any) {
	t.Helper()
	call := fmt.Sprintf(format, arguments...)
	switch {
	case math.IsNaN(want):
		if !math.IsNaN(got) {
			t.Errorf("%s = %v, want NaN", call, got)
		}
	case special || math.IsInf(want, 0):
		if math.Float64bits(got) != math.Float64bits(want) {
			t.Errorf("%s = %v, want %v", call, got, want)
		}
	default:
		exact := reference()
		if e := ulpError(math.Abs(got), exact.Abs(exact)); e > 0.85 || math.Signbit(got) != math.Signbit(want) {
			t.Errorf("%s = %v, want about %v: error %v ulp", call, got, want, e)
		}
	}
}

func TestSpecialValues(t *testing.T) {
	for _, c := range []struct {
		name      string
		own, math func(float64) float64
		reference func(float64) *big.Float
	}{
		{"Exp", Exp, math.Exp, func(x float64) *big.Float { return expReference(exactly(x)) }},
		{"Expm1", Expm1, math.Expm1, expm1Reference},
		{"Log", Log, math.Log, func(x float64) *big.Float { return logReference(exactly(x)) }},
		{"Log1p", Log1p, math.Log1p, log1pReference},
		{"Erfc", Erfc, math.Erfc, erfcReference},
		{"Sin", Sin, math.Sin, sinReference},
		{"Cos", Cos, math.Cos, cosReference},
	} {
		for _, x := range specialArguments {
			special := x == 0 || math.IsInf(x, 0)
			checkSpecial(t, c.own(x), c.math(x), special, func() *big.Float { return c.reference(x) }, "%s(%v)", c.name, x)
		}
	}
}

func TestPowSpecialValues(t *testing.T) {
	for _, x := range specialArguments {
		for _, y := range specialArguments {
			got, want := Pow(x, y), math.Pow(x, y)
			special := x == 0 || y == 0 || x == 1 || math.IsInf(x, 0) || math.IsInf(y, 0) || y == 1
			checkSpecial(t, got, want, special, func() *big.Float { return powReference(math.Abs(x), y) }, "Pow(%v, %v)", x, y)
		}
	}
}

// TestExactResults holds what is representable to be returned exactly: an error
// below one ulp alone would allow a neighbour.
func TestExactResults(t *testing.T) {
	for _, c := range []struct {
		name      string
		got, want float64
	}{
		{"Exp(0)", Exp(0), 1}, {"Log(1)", Log(1), 0}, {"Cos(0)", Cos(0), 1}, {"Erfc(0)", Erfc(0), 1},
		{"Exp(-0)", Exp(math.Copysign(0, -1)), 1},
	} {
		if math.Float64bits(c.got) != math.Float64bits(c.want) {
			t.Errorf("%s = %v, want %v", c.name, c.got, c.want)
		}
	}
	for base := 1.0; base < 200; base++ {
		power := 1.0
		for n := 0.0; power < 0x1p53; n++ {
			for _, sign := range []float64{1, -1} {
				want := power
				if sign < 0 && math.Mod(n, 2) == 1 {
					want = -power
				}
				if got := Pow(sign*base, n); got != want {
					t.Errorf("Pow(%v, %v) = %v, want %v", sign*base, n, got, want)
				}
			}
			if power *= base; base == 1 && n > 60 {
				break
			}
		}
		if got := Pow(base*base, 0.5); got != base {
			t.Errorf("Pow(%v, 0.5) = %v, want %v", base*base, got, base)
		}
	}
	for n := -1074; n <= 1023; n++ {
		if got, want := Pow(2, float64(n)), math.Ldexp(1, n); got != want {
			t.Errorf("Pow(2, %d) = %v, want %v", n, got, want)
		}
	}
}

func FuzzAgainstMath(f *testing.F) {
	for _, x := range specialArguments {
		f.Add(x, 0.5)
		f.Add(1.1, x)
	}
	f.Fuzz(func(t *testing.T, x, y float64) {
		check := func(name string, got, want, tolerance float64) {
			if math.IsNaN(got) != math.IsNaN(want) ||
				!math.IsNaN(want) && got != want && !(math.Abs(got-want) <= tolerance) {
				t.Errorf("%s at %v, %v: %v, want %v", name, x, y, got, want)
			}
		}
		relative := func(name string, got, want float64) {
			check(name, got, want, 1e-14*math.Abs(want)+0x1p-1072)
		}
		relative("Exp", Exp(x), math.Exp(x))
		relative("Expm1", Expm1(x), math.Expm1(x))
		if x >= 0x1p-1022 || !(x > 0) {
			// The assembly of package math is wrong for subnormal arguments.
			relative("Log", Log(x), math.Log(x))
		}
		relative("Log1p", Log1p(x), math.Log1p(x))
		relative("Erfc", Erfc(x), math.Erfc(x))
		// Package math reduces large arguments with an absolute error only.
		check("Sin", Sin(x), math.Sin(x), 1e-14)
		check("Cos", Cos(x), math.Cos(x), 1e-14)
		// Its Pow squares up to sixty times, doubling the error each time: the
		// reference takes its place unless the result is NaN.
		got, want := Pow(x, y), math.Pow(x, y)
		check("Pow", got, want, math.Inf(1)) // NaN or not
		if math.IsNaN(x+y) || math.IsNaN(want) || x == 0 || math.IsInf(x, 0) || math.IsInf(y, 0) {
			return
		}
		exact := powReference(math.Abs(x), y)
		if e := ulpError(math.Abs(got), exact); e > 0.53 || exact.MantExp(nil) > -1000 && math.Signbit(got) != math.Signbit(want) {
			t.Errorf("Pow at %v, %v: %v, want about %v: error %v ulp", x, y, got, want, e)
		}
	})
}
