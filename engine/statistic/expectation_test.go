package statistic

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"anisgd/engine/model"
	"anisgd/engine/parallel"
	"anisgd/engine/problem"
)

// A user's function that is the loss itself has the risk as its expectation, and
// other functions their moments; with a teacher the joint law counts.
func TestExpectationOfUserFunctions(t *testing.T) {
	const d, noise = 300, 0.3
	arrays := twoClasses(t, d)
	pool := parallel.NewPool(1)
	defer pool.Close()
	teacher := (&model.Model{Dim: d}).FillVector(model.NormalVector{Norm: 1, Seed: 8})
	meter := NewMeter(arrays, 1, Observables{Teacher: [][]float64{teacher}, Expectations: []Expectation{
		{Name: "loss", Nodes: 31, Value: func(_ int, r, star []float64) float64 {
			e := r[0] - star[0]
			return 0.5 * (e*e + noise*noise)
		}},
		{Name: "product", Nodes: 31, Value: func(class int, r, star []float64) float64 { return float64(class+1) * r[0] * star[0] }},
	}}, pool)
	table, err := NewTable(problem.TeacherLeastSquares{Columns: 1, Noise: noise}, meter.Constants, Selection{})
	if err != nil {
		t.Fatal(err)
	}
	y, c := state(d)
	m := meter.NewMoments()
	meter.Measure(m, [][]float64{y}, varianceOf(meter, c))
	row := make([]float64, len(table.Columns()))
	table.Evaluate(row, 1, m)
	value := func(name string) float64 { return row[slices.Index(table.Columns(), name)] }
	near := func(what string, got, want float64) {
		t.Helper()
		if math.Abs(got-want) > 1e-11*(1+math.Abs(want)) {
			t.Errorf("%s = %v, want %v", what, got, want)
		}
	}
	near("loss", value("loss"), value("risk"))
	product := 0.0
	for i, class := range arrays.Classes {
		near("loss by class", value(fmt.Sprintf("loss_class_%d", i)), value(fmt.Sprintf("risk_class_%d", i)))
		law := m.Laws[i]
		want := float64(i+1) * (law.Mean[0]*law.TeacherMean[0] + law.Cross[0])
		near("product by class", value(fmt.Sprintf("product_class_%d", i)), want)
		product += class.Prior * want
	}
	near("product", value("product"), product)

	tooMany := NewMeter(arrays, 4, Observables{Expectations: []Expectation{{Name: "wide", Nodes: 9}}}, pool)
	if _, err := NewTable(problem.NewSoftmax(4), tooMany.Constants, Selection{}); err == nil {
		t.Error("an expectation over four outputs is possible")
	}
}
