package statistic

import (
	"math"
	"slices"
	"testing"

	"anisgd/engine/model"
	"anisgd/engine/parallel"
	"anisgd/engine/problem"
)

// twoClasses is a small model with different spectra and means.
func twoClasses(t *testing.T, d int64) *model.Arrays {
	t.Helper()
	m := model.Model{Dim: d, Classes: []model.Class{
		{Prior: 0.3, Label: 1, Covariance: model.PowerLaw{Exponent: 1.1, Scale: 1}, Mean: model.NormalVector{Norm: 1, Seed: 3}},
		{Prior: 0.7, Label: -1, Covariance: model.Isotropic(0.5), Mean: model.PowerVector{Exponent: 0.3, Scale: -1}},
	}}
	arrays, err := m.Materialize()
	if err != nil {
		t.Fatal(err)
	}
	return arrays
}

func state(d int) (y, c []float64) {
	y, c = make([]float64, d), make([]float64, d)
	for i := range y {
		y[i] = math.Sin(float64(3*i + 1))
		c[i] = 1 + math.Cos(float64(i))
	}
	return y, c
}

// varianceOf is a variance for the meter, or none.
func varianceOf(meter *Meter, c []float64) Variance {
	if c == nil {
		return nil
	}
	v := meter.NewArrayVariance()
	v.C = c
	return v
}

func TestMomentsAgainstTheDefinition(t *testing.T) {
	const d = 9001
	arrays := twoClasses(t, d)
	windows := []Window{{"clean", 0, 900}, {"odd", 4097, 8999}}
	y, c := state(d)
	for _, withVariance := range []bool{true, false} {
		variance := c
		if !withVariance {
			variance = nil
		}
		pool := parallel.NewPool(1)
		meter := NewMeter(arrays, 1, Observables{Windows: windows}, pool)
		m := meter.NewMoments()
		meter.Measure(m, [][]float64{y}, varianceOf(meter, variance))
		near := func(what string, got, want float64) {
			t.Helper()
			if math.Abs(got-want) > 1e-12*(1+math.Abs(want)) {
				t.Errorf("%s = %v, want %v", what, got, want)
			}
		}
		// x = y/√d, V = y² + c, μ = M/√d.
		total := func(lo, hi int, f func(rho int) float64) float64 {
			result := 0.0
			for rho := lo; rho < hi; rho++ {
				result += f(rho)
			}
			return result / d
		}
		v := func(rho int) float64 {
			if withVariance {
				return y[rho]*y[rho] + c[rho]
			}
			return y[rho] * y[rho]
		}
		near("norm2", m.Norm2(), total(0, d, v))
		for i, class := range arrays.Classes {
			mu := func(rho int) float64 { return class.Factor * arrays.Sources[class.Source][rho] }
			near("mean", m.Laws[i].Mean[0], total(0, d, func(rho int) float64 { return mu(rho) * y[rho] }))
			near("cov", m.Laws[i].Covariance[0], total(0, d, func(rho int) float64 { return arrays.Spectra[class.Spectrum].Values[rho] * v(rho) }))
			for w, window := range windows {
				near("window mean", m.WindowMean[w*2+i], total(window.Lo, window.Hi, func(rho int) float64 { return mu(rho) * y[rho] }))
			}
		}
		for w, window := range windows {
			near("window norm2", m.WindowNorm2[w], total(window.Lo, window.Hi, v))
		}
		// Any number of workers gives the same bits.
		two := parallel.NewPool(3)
		again := NewMeter(arrays, 1, Observables{Windows: windows}, two)
		m2 := again.NewMoments()
		again.Measure(m2, [][]float64{y}, varianceOf(again, variance))
		if m2.Norm2() != m.Norm2() || !slices.Equal(m2.WindowMean, m.WindowMean) || !slices.Equal(m2.WindowNorm2, m.WindowNorm2) {
			t.Error("three workers give other bits than one")
		}
		for i := range m.Laws {
			if m2.Laws[i].Mean[0] != m.Laws[i].Mean[0] || m2.Laws[i].Covariance[0] != m.Laws[i].Covariance[0] {
				t.Errorf("three workers give another law of class %d than one", i)
			}
		}
		pool.Close()
		two.Close()
	}
}

func TestTableColumnsAndValues(t *testing.T) {
	const d = 500
	arrays := twoClasses(t, d)
	pool := parallel.NewPool(1)
	defer pool.Close()
	meter := NewMeter(arrays, 1, Observables{Windows: []Window{{"clean", 0, 50}}}, pool)
	p := problem.LeastSquares{Labels: []float64{1, -1}}
	table, err := NewTable(p, meter.Constants, Selection{Error: true})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"learning_rate", "risk", "risk_class_0", "risk_class_1", "error", "norm2",
		"mean_0_0", "mean_1_0", "cov_0_0_0", "cov_1_0_0", "overlap_0", "overlap_1",
		"clean_norm2", "clean_overlap_0", "clean_overlap_1",
	}
	if !slices.Equal(table.Columns(), want) {
		t.Fatalf("columns %v\nwant %v", table.Columns(), want)
	}
	y, _ := state(d)
	m := meter.NewMoments()
	meter.Measure(m, [][]float64{y}, nil)
	row := make([]float64, len(want))
	table.Evaluate(row, 0.7, m)
	value := func(name string) float64 { return row[slices.Index(want, name)] }
	if value("learning_rate") != 0.7 {
		t.Error("learning rate")
	}
	risk := 0.0
	for i, class := range arrays.Classes {
		residual := m.Laws[i].Mean[0] - class.Label
		risk += class.Prior * 0.5 * (m.Laws[i].Covariance[0] + residual*residual)
	}
	if math.Abs(value("risk")-risk) > 1e-14 {
		t.Errorf("risk %v, want %v", value("risk"), risk)
	}
	// A multiple of a mean has overlap one with it, here and in the window.
	source := arrays.Sources[arrays.Classes[1].Source]
	scaled := make([]float64, d)
	for i, v := range source {
		scaled[i] = arrays.Classes[1].Factor * v * 3
	}
	meter.Measure(m, [][]float64{scaled}, nil)
	table.Evaluate(row, 0.7, m)
	for _, name := range []string{"overlap_1", "clean_overlap_1"} {
		if math.Abs(value(name)-1) > 1e-14 {
			t.Errorf("%s = %v, want 1", name, value(name))
		}
	}
	// x = 0 has no direction.
	meter.Measure(m, [][]float64{make([]float64, d)}, nil)
	table.Evaluate(row, 0.7, m)
	if !math.IsNaN(value("overlap_0")) || value("error") != 0.5 || value("norm2") != 0 {
		t.Errorf("at x = 0: overlap %v, error %v, norm2 %v", value("overlap_0"), value("error"), value("norm2"))
	}
}

func TestTableLeavesOutWhatDoesNotApply(t *testing.T) {
	arrays := twoClasses(t, 50)
	pool := parallel.NewPool(1)
	defer pool.Close()
	meter := NewMeter(arrays, 1, Observables{}, pool)
	table, err := NewTable(problem.LeastSquares{Labels: []float64{1, 3}}, meter.Constants, Selection{Error: true})
	if err != nil {
		t.Fatal(err)
	}
	if slices.Contains(table.Columns(), "error") {
		t.Error("labels other than ±1 have an error column")
	}
}

func TestSummarize(t *testing.T) {
	e := Ensemble{Columns: []string{"risk"}, Times: []float64{0}}
	for _, v := range []float64{5, 1, 4, 2, 3} {
		e.Runs = append(e.Runs, [][]float64{{v}})
	}
	got := e.Summarize(0, 0, nil)
	want := Summary{Mean: 3, Std: math.Sqrt(2.5), Q10: 1.4, Q50: 3, Q90: 4.6}
	if got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	e.Runs = e.Runs[:1]
	if got := e.Summarize(0, 0, nil); got.Mean != 5 || !math.IsNaN(got.Std) || got.Q10 != 5 || got.Q90 != 5 {
		t.Errorf("one run: %+v", got)
	}
	e.Runs = append(e.Runs, [][]float64{{math.NaN()}})
	if got := e.Summarize(0, 0, nil); !math.IsNaN(got.Mean) {
		t.Errorf("an undefined run gives %+v", got)
	}
}

func TestBounds(t *testing.T) {
	b := NewBounds(3)
	for risk, want := range map[float64]bool{1: false, 3e12: false, 3.1e12: true, math.Inf(1): true} {
		if b.Exceeded(risk) != want {
			t.Errorf("risk %v exceeded: %v", risk, !want)
		}
	}
	if !b.Exceeded(math.NaN()) {
		t.Error("NaN is within bounds")
	}
}
