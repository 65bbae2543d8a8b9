package regime

import (
	"math"
	"testing"

	"anisgd/engine/model"

	"gonum.org/v1/gonum/mat"
)

func materialize(t *testing.T, m *model.Model) *model.Arrays {
	t.Helper()
	arrays, err := m.Materialize()
	if err != nil {
		t.Fatal(err)
	}
	return arrays
}

func near(a, b, tolerance float64) bool { return math.Abs(a-b) <= tolerance*math.Abs(b) }

// TestThresholdOfEqualTraces: classes of equal κ have the threshold 2/κ, whatever
// their spectra are otherwise.
func TestThresholdOfEqualTraces(t *testing.T) {
	const d = 1000
	power := model.PowerLaw{Exponent: 1.3, Scale: 2}
	values := make([]float64, d)
	power.Fill(values, 0, d)
	kappa := 0.0
	for _, v := range values {
		kappa += v / d
	}
	reversed := make(model.Eigenvalues, d)
	for rho, v := range values {
		reversed[d-1-rho] = v
	}
	half := model.Stepped{Ends: []int64{d / 2, d}, Values: []float64{0, 2 * kappa}}
	for name, covariances := range map[string][]model.Covariance{
		"one":       {power},
		"the same":  {power, power},
		"reversed":  {power, reversed},
		"isotropic": {power, model.Isotropic(kappa), half},
	} {
		m := &model.Model{Dim: d}
		for i, c := range covariances {
			prior := 1 / float64(len(covariances))
			if len(covariances) == 2 {
				prior = []float64{0.2, 0.8}[i]
			}
			m.Classes = append(m.Classes, model.Class{Prior: prior, Covariance: c, Mean: model.Zero{}})
		}
		if got := StabilityThreshold(materialize(t, m), 0); !near(got, 2/kappa, 1e-12) {
			t.Errorf("%s: threshold %v, expected 2/κ = %v", name, got, 2/kappa)
		}
	}
}

// TestThresholdAgainstEigenvalues compares with the eigenvalues of A itself, by
// classes, which is not symmetric.
func TestThresholdAgainstEigenvalues(t *testing.T) {
	const d = 300
	m := &model.Model{Dim: d, Classes: []model.Class{
		{Prior: 0.5, Covariance: model.PowerLaw{Exponent: 1.1, Scale: 1}, Mean: model.Zero{}},
		{Prior: 0.125, Covariance: model.Isotropic(3), Mean: model.Zero{}},
		{Prior: 0.25, Covariance: model.PowerLaw{Exponent: 3, Scale: 5}, Mean: model.Zero{}},
		{Prior: 0, Covariance: model.Isotropic(1000), Mean: model.Zero{}},
		{Prior: 0.125, Covariance: model.PowerLaw{Exponent: 1.1, Scale: 1}, Mean: model.Zero{}},
	}}
	arrays := materialize(t, m)
	for _, ridge := range []float64{0, 0.1, 10} {
		n := len(m.Classes)
		a := mat.NewDense(n, n, nil)
		lambda := func(i, rho int) float64 { return arrays.Spectra[arrays.Classes[i].Spectrum].Values[rho] }
		for rho := range d {
			relaxation := ridge
			for i, class := range m.Classes {
				relaxation += class.Prior * lambda(i, rho)
			}
			for i := range n {
				for j, class := range m.Classes {
					a.Set(i, j, a.At(i, j)+class.Prior*lambda(i, rho)*lambda(j, rho)/relaxation/d)
				}
			}
		}
		var eigen mat.Eigen
		if !eigen.Factorize(a, mat.EigenNone) {
			t.Fatal("no eigenvalues")
		}
		radius := 0.0
		for _, v := range eigen.Values(nil) {
			radius = math.Max(radius, real(v))
		}
		if got := StabilityThreshold(arrays, ridge); !near(got, 2/radius, 1e-10) {
			t.Errorf("ridge %v: threshold %v, expected %v", ridge, got, 2/radius)
		}
	}
}

func TestThresholdWithoutNoise(t *testing.T) {
	m := &model.Model{Dim: 10, Classes: []model.Class{{Prior: 1, Covariance: model.Isotropic(0), Mean: model.Zero{}}}}
	if got := StabilityThreshold(materialize(t, m), 0); !math.IsInf(got, 1) {
		t.Errorf("threshold %v without noise, expected +Inf", got)
	}
	// Two classes whose noises never meet: the matrix is diagonal.
	m = &model.Model{Dim: 10, Classes: []model.Class{
		{Prior: 0.5, Covariance: model.Stepped{Ends: []int64{3, 10}, Values: []float64{4, 0}}, Mean: model.Zero{}},
		{Prior: 0.5, Covariance: model.Stepped{Ends: []int64{3, 10}, Values: []float64{0, 1}}, Mean: model.Zero{}},
	}}
	if got := StabilityThreshold(materialize(t, m), 0); !near(got, 2/1.2, 1e-12) {
		t.Errorf("threshold %v, expected 2/κ of the noisier class, %v", got, 2/1.2)
	}
}

// twoClasses have labels ±1.
func twoClasses(d int64, first, second model.Covariance, mean, other model.Vector) *model.Model {
	return &model.Model{Dim: d, Classes: []model.Class{
		{Prior: 0.5, Label: 1, Covariance: first, Mean: mean},
		{Prior: 0.5, Label: -1, Covariance: second, Mean: other},
	}}
}

func TestSeparation(t *testing.T) {
	const d = 100_000
	mean := model.PowerVector{Exponent: 0.5, Scale: 2}
	m := twoClasses(d, model.PowerLaw{Exponent: 1, Scale: 3}, model.PowerLaw{Exponent: 1, Scale: 1}, mean, model.Scaled{Of: mean, By: -1})
	arrays := materialize(t, m)
	// μ² = 4u/d over 4u, summed over all modes.
	if got := Separation(arrays); !Opposite(arrays) || !near(got, 1, 1e-12) {
		t.Errorf("S = %v, expected 1", got)
	}
	m.Classes[1].Mean = model.Scaled{Of: mean, By: 1}
	if Opposite(materialize(t, m)) {
		t.Error("equal means are taken for opposite")
	}
	m.Classes[1].Mean = model.Zero{}
	if Opposite(materialize(t, m)) {
		t.Error("a mean and zero are taken for opposite")
	}
	m = twoClasses(4, model.Isotropic(0), model.Eigenvalues{0, 1, 1, 1}, model.Entries{1, 2, 0, 0}, model.Entries{-1, -2, 0, 0})
	if arrays := materialize(t, m); !Opposite(arrays) || !math.IsInf(Separation(arrays), 1) {
		t.Error("opposite entries in a clean mode: expected S = ∞")
	}
}

func TestPredictPowerLaws(t *testing.T) {
	power := func(alpha float64) model.Covariance { return model.PowerLaw{Exponent: alpha, Scale: 1} }
	mean := func(beta float64) model.Vector { return model.PowerVector{Exponent: beta, Scale: 1} }
	for _, c := range []struct {
		first, second model.Covariance
		mean          model.Vector
		want          Prediction
	}{
		{power(1.1), power(1.5), mean(0), Prediction{Kind: AboveLine, Alpha: 1.1}},
		{power(1.5), power(1.1), mean(0.5), Prediction{Kind: BelowLine, Alpha: 1.1, Beta: 0.5}},
		{power(1.2), power(1.2), mean(0.1), Prediction{Kind: OnLine, Alpha: 1.2, Beta: 0.1, SameAlpha: true}},
		{power(1), power(1), model.ConstantVector(2), Prediction{Kind: OnLine, Alpha: 1, SameAlpha: true}},
		{power(2), model.Isotropic(1), mean(-0.2), Prediction{Kind: BelowLine, Beta: -0.2}},
		{power(2), model.Isotropic(0), model.NormalVector{Norm: 1}, Prediction{Kind: AboveLine, Alpha: 2}},
		{power(2), power(2), mean(-0.6), Prediction{}},
		{power(-1), power(2), mean(0), Prediction{}},
		{power(2), power(2), model.UnitVector{Index: 1, Scale: 1}, Prediction{}},
		{power(2), model.Eigenvalues(make([]float64, 50)), mean(0), Prediction{}},
	} {
		m := twoClasses(50, c.first, c.second, c.mean, model.Scaled{Of: c.mean, By: -1})
		got := Predict(m, materialize(t, m))
		if got != c.want {
			t.Errorf("%+v, %+v, %+v: got %+v, expected %+v", c.first, c.second, c.mean, got, c.want)
		}
		if vanishes := got.Kind == OnLine || got.Kind == AboveLine; got.Vanishes() != vanishes {
			t.Errorf("%+v: vanishes %v", got, got.Vanishes())
		}
	}
	m := twoClasses(50, power(1.1), power(1.1), mean(0), mean(0))
	if got := Predict(m, materialize(t, m)); got.Kind != Unknown {
		t.Errorf("equal means: got %+v", got)
	}
}

func TestPredictGroups(t *testing.T) {
	ends := []int64{4, 10}
	noisy := model.Stepped{Ends: ends, Values: []float64{0, 1}}
	block := func(first, second float64) model.Vector {
		return model.SteppedVector{Ends: ends, Values: []float64{first, second}}
	}
	for name, c := range map[string]struct {
		mean, other model.Vector
		kind        Kind
		energy      float64
	}{
		"clean":            {block(1, 1), block(-1, -1), CleanMeans, 0.4},
		"clean, different": {block(2, 1), block(-1, 1), CleanMeans, 0.4},
		"noisy":            {block(0, 1), block(0, -1), NoisyMeans, 0},
		"one clean part":   {block(1, 1), block(0, -1), NoisyMeans, 0},
		"one mean":         {block(1, 1), model.Zero{}, NoisyMeans, 0},
		"parallel":         {block(1, 1), block(2, -1), NoisyMeans, 0},
		"across":           {model.UnitVector{Index: 1, Scale: 1}, model.UnitVector{Index: 2, Scale: 2}, CleanMeans, 1},
		"across, noisy":    {model.UnitVector{Index: 1, Scale: 1}, model.UnitVector{Index: 5, Scale: 2}, NoisyMeans, 0},
	} {
		m := twoClasses(10, noisy, noisy, c.mean, c.other)
		got := Predict(m, materialize(t, m))
		if got.Kind != c.kind || math.Abs(got.CleanEnergy-c.energy) > 1e-15 || got.Vanishes() != (c.kind == CleanMeans) {
			t.Errorf("%s: got %+v, expected kind %d with energy %v", name, got, c.kind, c.energy)
		}
		m.Classes[1].Label = 1
		if got := Predict(m, materialize(t, m)); got.Kind != Unknown {
			t.Errorf("%s with equal labels: got %+v", name, got)
		}
		m.Classes[1].Label, m.Classes[1].Prior = -1, 0
		if got := Predict(m, materialize(t, m)); got.Kind != Unknown {
			t.Errorf("%s with one class alone: got %+v", name, got)
		}
	}
}
