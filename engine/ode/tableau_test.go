package ode

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

var methods = []*Tableau{&Euler, &RK4, &DormandPrince5, &Tsitouras5}

// tree is a rooted tree, given by the subtrees of its root.
type tree []tree

// order is the number of vertices.
func (t tree) order() int {
	n := 1
	for _, branch := range t {
		n += branch.order()
	}
	return n
}

// density is γ(t) of Butcher's theory: the product of the orders of all subtrees.
func (t tree) density() float64 {
	product := float64(t.order())
	for _, branch := range t {
		product *= branch.density()
	}
	return product
}

// stages are the elementary weights of the tree at every stage, so that the
// weight of the method is Σ_i B_i stages_i.
func (t tree) stages(m *Tableau) []float64 {
	product := make([]float64, m.Stages)
	for i := range product {
		product[i] = 1
	}
	for _, branch := range t {
		inner := branch.stages(m)
		for i := range product {
			product[i] *= dot(m.A[i], inner)
		}
	}
	return product
}

func (t tree) String() string {
	var s strings.Builder
	for _, branch := range t {
		s.WriteString(branch.String())
	}
	return "[" + s.String() + "]"
}

// trees lists the rooted trees of n vertices, each once: the branches of a root
// are a multiset, listed by not decreasing position in the list of all trees.
func trees(n int) []tree {
	var smaller []tree
	for k := 1; k < n; k++ {
		smaller = append(smaller, trees(k)...)
	}
	var list []tree
	var extend func(root tree, rest, from int)
	extend = func(root tree, rest, from int) {
		if rest == 0 {
			list = append(list, append(tree{}, root...))
			return
		}
		for k := from; k < len(smaller); k++ {
			if smaller[k].order() <= rest {
				extend(append(root, smaller[k]), rest-smaller[k].order(), k)
			}
		}
	}
	extend(nil, n-1, 0)
	return list
}

func dot(a, b []float64) float64 {
	sum := 0.0
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}

func TestNumberOfTrees(t *testing.T) {
	for i, want := range []int{1, 1, 2, 4, 9, 20} {
		if got := len(trees(i + 1)); got != want {
			t.Errorf("%d trees of order %d, want %d", got, i+1, want)
		}
	}
}

// conditionError allows for coefficients up to 13 that are rounded to float64.
const conditionError = 2e-14

// residual is the largest violation of the order conditions of the given order.
func residual(m *Tableau, weights []float64, order int) float64 {
	worst := 0.0
	for _, tr := range trees(order) {
		worst = math.Max(worst, math.Abs(dot(weights, tr.stages(m))-1/tr.density()))
	}
	return worst
}

func TestOrderConditions(t *testing.T) {
	for _, m := range methods {
		t.Run(m.Name, func(t *testing.T) {
			if err := m.Validate(); err != nil {
				t.Fatal(err)
			}
			for order := 1; order <= m.Order; order++ {
				if r := residual(m, m.B, order); r > conditionError {
					t.Errorf("solution: order conditions of order %d violated by %.1e", order, r)
				}
			}
			if r := residual(m, m.B, m.Order+1); r < 1e-5 {
				t.Errorf("solution: has order %d, not %d", m.Order+1, m.Order)
			}
			for i, row := range m.A {
				ones := make([]float64, len(row))
				for j := range ones {
					ones[j] = 1
				}
				if r := math.Abs(dot(row, ones) - m.C[i]); r > 1e-15*math.Max(1, math.Abs(largest(row))) {
					t.Errorf("stage %d: row sum differs from C by %.1e", i, r)
				}
			}
			if m.E == nil {
				return
			}
			embedded := make([]float64, m.Stages)
			for i := range embedded {
				embedded[i] = m.B[i] - m.E[i]
			}
			for order := 1; order <= m.ErrorOrder; order++ {
				if r := residual(m, embedded, order); r > conditionError {
					t.Errorf("embedded: order conditions of order %d violated by %.1e", order, r)
				}
			}
			if r := residual(m, embedded, m.ErrorOrder+1); r < 1e-5 {
				t.Errorf("embedded: has order %d, not %d", m.ErrorOrder+1, m.ErrorOrder)
			}
		})
	}
}

// largest is the largest magnitude in a row, to which its rounding is relative.
func largest(row []float64) float64 {
	maximum := 0.0
	for _, a := range row {
		maximum = math.Max(maximum, math.Abs(a))
	}
	return maximum
}

// The continuous extension is of order q for all θ if for every tree of at most
// q vertices Σ b_i(θ) Φ_i(t) = θ^ρ(t)/γ(t) as polynomials in θ.
func TestDenseOrderConditions(t *testing.T) {
	for _, m := range methods {
		t.Run(m.Name, func(t *testing.T) {
			powers := len(m.Dense[0])
			column := func(p int) []float64 {
				c := make([]float64, m.Stages)
				for i := range c {
					c[i] = m.Dense[i][p]
				}
				return c
			}
			for order := 1; order <= m.DenseOrder+1; order++ {
				worst := 0.0
				for _, tr := range trees(order) {
					phi := tr.stages(m)
					if order > powers {
						worst = math.Max(worst, 1/tr.density()) // no θ^order at all
					}
					for p := range powers {
						want := 0.0
						if p+1 == order {
							want = 1 / tr.density()
						}
						// Coefficients reach 88: rounding is relative to that.
						scale := math.Max(1, largest(column(p)))
						worst = math.Max(worst, math.Abs(dot(column(p), phi)-want)/scale)
					}
				}
				if order <= m.DenseOrder && worst > 4e-15 {
					t.Errorf("order conditions of order %d violated by %.1e", order, worst)
				}
				if order > m.DenseOrder && worst < 1e-6 {
					t.Errorf("has order %d, not %d", order, m.DenseOrder)
				}
			}
		})
	}
}

func TestDenseWeights(t *testing.T) {
	for _, m := range methods {
		weights := make([]float64, m.Stages)
		m.DenseWeights(weights, 1)
		for i, w := range weights {
			if math.Abs(w-m.B[i]) > 2e-14 {
				t.Errorf("%s: b_%d(1) = %v, want B = %v", m.Name, i, w, m.B[i])
			}
		}
		m.DenseWeights(weights, 0)
		for i, w := range weights {
			if w != 0 {
				t.Errorf("%s: b_%d(0) = %v", m.Name, i, w)
			}
		}
		const theta = 0.3
		m.DenseWeights(weights, theta)
		for i, w := range weights {
			want := 0.0
			for p, c := range m.Dense[i] {
				want += c * math.Pow(theta, float64(p+1))
			}
			if math.Abs(w-want) > 1e-14 {
				t.Errorf("%s: b_%d(%v) = %v, want %v", m.Name, i, theta, w, want)
			}
		}
	}
}

// The derivative of the interpolant at both ends is the slope there, so that
// dense output is continuously differentiable: Σ b_i'(θ) k_i = k_1 and k_7.
func TestDenseOutputIsDifferentiable(t *testing.T) {
	for _, m := range []*Tableau{&DormandPrince5, &Tsitouras5} {
		for i, row := range m.Dense {
			atStart, atEnd := row[0], 0.0
			for p, c := range row {
				atEnd += float64(p+1) * c
			}
			var wantStart, wantEnd float64
			if i == 0 {
				wantStart = 1
			}
			if i == m.Stages-1 {
				wantEnd = 1
			}
			if atStart != wantStart || math.Abs(atEnd-wantEnd) > 1e-13 {
				t.Errorf("%s: b_%d' is %v at 0 and %v at 1", m.Name, i, atStart, atEnd)
			}
		}
	}
}

func TestValidateFindsInconsistencies(t *testing.T) {
	for name, spoil := range map[string]func(*Tableau){
		"no stages":     func(m *Tableau) { m.Stages = 0 },
		"order":         func(m *Tableau) { m.Order = 0 },
		"rows":          func(m *Tableau) { m.B = m.B[:6] },
		"implicit":      func(m *Tableau) { m.A = append([][]float64{{1}}, m.A[1:]...) },
		"error order":   func(m *Tableau) { m.ErrorOrder = 0 },
		"error weights": func(m *Tableau) { m.E = m.E[1:] },
		"dense":         func(m *Tableau) { m.Dense = append([][]float64{{}}, m.Dense[1:]...) },
		"first stage":   func(m *Tableau) { m.C = append([]float64{0.1}, m.C[1:]...) },
		"fsal weights":  func(m *Tableau) { m.B = append([]float64{0.1}, m.B[1:]...) },
		"fsal last":     func(m *Tableau) { m.C = append(append([]float64{}, m.C[:6]...), 0.5) },
	} {
		m := DormandPrince5
		spoil(&m)
		if err := m.Validate(); err == nil || !strings.Contains(err.Error(), "dopri5") {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func ExampleTableau_DenseWeights() {
	weights := make([]float64, RK4.Stages)
	RK4.DenseWeights(weights, 0.5)
	fmt.Printf("%.4f\n", weights)
	// Output: [0.2083 0.1667 0.1667 -0.0417]
}
