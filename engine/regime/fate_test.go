package regime

import (
	"fmt"
	"math"
	"testing"

	"anisgd/engine/model"
)

func TestSeparabilityOfPowerLaws(t *testing.T) {
	power := func(alpha float64) model.Covariance { return model.PowerLaw{Exponent: alpha, Scale: 2} }
	mean := func(beta float64) model.Vector { return model.PowerVector{Exponent: beta, Scale: 3} }
	const huge = 1_000_000_000_000_000
	for _, c := range []struct {
		first, second model.Covariance
		mean          model.Vector
		want          Fate
	}{
		{power(1.1), power(1.5), mean(0), Vanishing},
		{power(1.5), power(1.1), mean(0.5), Positive},
		{power(1.2), power(1.2), mean(0.1), Vanishing}, // on the line
		{power(1.2), power(1.3), mean(0.1000001), Positive},
		{power(1), model.Isotropic(0), model.NormalVector{Norm: 1}, Vanishing},
		{power(2), model.Isotropic(1), mean(-0.2), Positive},
		{model.PowerLaw{Exponent: 2}, model.Isotropic(0), mean(5), Vanishing}, // no noise at all
		{power(2), power(2), model.PowerVector{Exponent: 0}, Positive},        // no means
		{power(2), power(2), mean(-0.6), Undecided},
		{power(-1), power(2), mean(0), Undecided},
		{power(2), power(2), model.UnitVector{Index: 1, Scale: 1}, Undecided},
	} {
		m := twoClasses(huge, c.first, c.second, c.mean, model.Scaled{Of: c.mean, By: -1})
		if got := Separability(m); got != c.want {
			t.Errorf("%+v, %+v, %+v: %v, want %v", c.first, c.second, c.mean, got, c.want)
		}
	}
	m := twoClasses(huge, power(3), power(3), mean(0), mean(0))
	if OppositeMeans(m) || Separability(m) != Undecided {
		t.Error("equal means are taken for opposite")
	}
	m.Classes[1].Mean = model.Scaled{Of: model.Scaled{Of: mean(0), By: -0.5}, By: 2}
	if !OppositeMeans(m) || Separability(m) != Vanishing {
		t.Error("opposite means are not seen")
	}
}

// TestSeparabilityAgreesWithPredict, which has arrays, on groups of modes, and so
// it does where the ranges are too long for any array.
func TestSeparabilityAgreesWithPredict(t *testing.T) {
	for _, scale := range []int64{1, 100_000_000_000_000} {
		ends := []int64{4 * scale, 10 * scale}
		noisy := model.Stepped{Ends: ends, Values: []float64{0, 1}}
		block := func(first, second float64) model.Vector {
			return model.SteppedVector{Ends: ends, Values: []float64{first, second}}
		}
		for n, c := range []struct{ mean, other model.Vector }{
			{block(1, 1), block(-1, -1)}, {block(2, 1), block(-1, 1)}, {block(0, 1), block(0, -1)},
			{block(1, 1), block(0, -1)}, {block(1, 1), model.Zero{}}, {block(1, 1), block(2, -1)},
			{model.UnitVector{Index: 1, Scale: 1}, model.UnitVector{Index: 2, Scale: 2}},
			{model.UnitVector{Index: 1, Scale: 1}, model.UnitVector{Index: 5 * scale, Scale: 2}},
			{model.ConstantVector(1), model.PowerVector{Exponent: 1, Scale: -1}},
		} {
			small := twoClasses(10, model.Stepped{Ends: []int64{4, 10}, Values: noisy.Values}, model.Isotropic(0), c.mean, c.other)
			want := Positive
			if scale == 1 {
				if p := Predict(small, materialize(t, small)); p.Vanishes() {
					want = Vanishing
				}
			} else {
				want = []Fate{Vanishing, Vanishing, Positive, Positive, Positive, Positive, Vanishing, Positive, Vanishing}[n]
			}
			m := twoClasses(10*scale, noisy, model.Isotropic(0), c.mean, c.other)
			if got := Separability(m); got != want {
				t.Errorf("scale %d, case %d: %v, want %v", scale, n, got, want)
			}
		}
	}
}

// TestExtrapolatedSeparability gives the arrays of power laws, and of random means
// and of spectra that cross over.
func TestExtrapolatedSeparability(t *testing.T) {
	const d = 1 << 16
	for _, c := range []struct {
		alpha, beta float64
		random      bool
		want        Fate
	}{
		{1.3, 0, false, Vanishing}, {0.7, 0, false, Positive}, {2.2, 0.5, false, Vanishing}, {1.8, 0.5, false, Positive},
		{1.5, 0, true, Vanishing}, {0.5, 0, true, Positive},
	} {
		t.Run(fmt.Sprintf("%+v", c), func(t *testing.T) {
			values := make([]float64, d)
			model.PowerLaw{Exponent: c.alpha, Scale: 1}.Fill(values, 0, d)
			var mean model.Vector = model.PowerVector{Exponent: c.beta, Scale: 1}
			if c.random {
				mean = model.NormalVector{Norm: 1, Seed: 3}
			}
			m := twoClasses(d, model.Eigenvalues(values), model.PowerLaw{Exponent: 5, Scale: 1}, mean, model.Scaled{Of: mean, By: -1})
			if got := Separability(m); got != Undecided {
				t.Errorf("arrays are in closed form: %v", got)
			}
			if got := ExtrapolatedSeparability(m); got != c.want {
				t.Errorf("%v, want %v", got, c.want)
			}
		})
	}
	clean := make(model.Eigenvalues, d)
	m := twoClasses(d, clean, clean, model.ConstantVector(1), model.ConstantVector(-1))
	if got := ExtrapolatedSeparability(m); got != Vanishing {
		t.Errorf("no noise: %v", got)
	}
	m.Classes[1].Mean = model.ConstantVector(1)
	if got := ExtrapolatedSeparability(m); got != Undecided {
		t.Errorf("equal means: %v", got)
	}
	m.Dim = 1 << 40
	if got := ExtrapolatedSeparability(m); got != Undecided {
		t.Errorf("too large: %v", got)
	}
}

// TestContinuumThreshold against 2/κ, and against the sum over many modes.
func TestContinuumThreshold(t *testing.T) {
	power := func(alpha, scale float64) model.Covariance { return model.PowerLaw{Exponent: alpha, Scale: scale} }
	const huge = 1_000_000_000_000_000
	for _, alpha := range []float64{-0.5, 0, 0.3, 1, 2.5, 6} {
		m := twoClasses(huge, power(alpha, 3), power(alpha, 3), model.Zero{}, model.Zero{})
		if got, want := ContinuumThreshold(m, 0), 2*(1+alpha)/3; !near(got, want, 1e-10) {
			t.Errorf("α = %v: %.15g, want 2/κ = %.15g", alpha, got, want)
		}
	}
	const d = 1 << 18
	stepped := model.Stepped{Ends: []int64{d / 4, d / 2, d}, Values: []float64{0, 3, 1}}
	for _, ridge := range []float64{0, 0.3} {
		m := twoClasses(d, power(1.7, 2), stepped, model.Zero{}, model.Zero{})
		m.Classes[0].Prior, m.Classes[1].Prior = 0.2, 0.8
		want := StabilityThreshold(materialize(t, m), ridge)
		if got := ContinuumThreshold(m, ridge); !near(got, want, 1e-5) {
			t.Errorf("ridge %v: %.9g, want %.9g", ridge, got, want)
		}
	}
	m := twoClasses(10, model.Isotropic(0), model.Isotropic(0), model.Zero{}, model.Zero{})
	if got := ContinuumThreshold(m, 0); !math.IsInf(got, 1) {
		t.Errorf("no noise: %v", got)
	}
	m.Classes[0].Covariance = model.Eigenvalues(make([]float64, 10))
	if got := ContinuumThreshold(m, 0); !math.IsNaN(got) {
		t.Errorf("arrays: %v", got)
	}
}
