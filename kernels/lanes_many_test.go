package kernels

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"anisgd/kernels/cpu"
)

// manyCase is arguments of the kernels of several outputs: rows × columns matrices,
// triangular with their rows, at most one more than columns, or not.
type manyCase struct {
	r, a, u, h, x, t []float64
	shrink           Runs
}

func newManyCase(random *rand.Rand, columns, rows, triangularRows int) *manyCase {
	numbers := func(n int) []float64 {
		v := make([]float64, n*Abreast)
		for i := range v {
			v[i] = random.NormFloat64()
			switch random.IntN(30) {
			case 0:
				v[i] = 0
			case 1:
				v[i] *= 1e-170
			case 2:
				v[i] = math.Copysign(0, -1)
			}
		}
		return v
	}
	c := &manyCase{r: numbers(columns), a: numbers(rows), u: numbers(triangularRows), h: numbers(columns), x: numbers(rows * columns), t: numbers(triangularRows * columns)}
	for l := range c.shrink {
		c.shrink[l] = 1 - 0.1*random.Float64()
	}
	for row := range triangularRows {
		for column := range min(row, columns) {
			clear(c.t[(row*columns+column)*Abreast:][:Abreast])
		}
	}
	return c
}

func (c *manyCase) all() []float64 {
	r, x, u, t := slices.Clone(c.r), slices.Clone(c.x), slices.Clone(c.u), slices.Clone(c.t)
	AddOutputsAbreast(r, c.a, x, false)
	AddOutputsAbreast(r, u, t, true)
	UpdateRowsAbreast(x, c.a, c.h, &c.shrink)
	UpdateFactorAbreast(t, u, c.h, &c.shrink)
	return slices.Concat(r, x, u, t)
}

func TestManyAbreastSameBits(t *testing.T) {
	for _, path := range cpu.Available()[1:] {
		t.Run(path.String(), func(t *testing.T) {
			random := rand.New(rand.NewPCG(7, 1))
			for columns := 1; columns < 12; columns++ {
				for triangularRows := 1; triangularRows <= columns+1; triangularRows++ {
					c := newManyCase(random, columns, random.IntN(5), triangularRows)
					var want, got []float64
					onPath(cpu.Generic, func() { want = c.all() })
					onPath(path, func() { got = c.all() })
					for i, v := range want {
						if math.Float64bits(got[i]) != math.Float64bits(v) && !(math.IsNaN(v) && math.IsNaN(got[i])) {
							t.Fatalf("%d columns, %d rows: number %d of %d is %v, want %v", columns, triangularRows, i, len(want), got[i], v)
						}
					}
				}
			}
		})
	}
}

// The factor has the Gram matrix of s·T − u hᵀ and is triangular.
func TestUpdateFactorAbreastKeepsTheGramMatrix(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 2))
	for columns := 1; columns < 9; columns++ {
		for rows := 1; rows <= columns+1; rows++ {
			c := newManyCase(random, columns, 0, rows)
			if rows > columns {
				clear(c.t[columns*columns*Abreast:])
			}
			gram := func(element func(row, column, l int) float64) (sums []float64) {
				for n := range columns {
					for m := range columns {
						for l := range Abreast {
							sum := 0.0
							for row := range rows {
								sum += element(row, n, l) * element(row, m, l)
							}
							sums = append(sums, sum)
						}
					}
				}
				return sums
			}
			want := gram(func(row, column, l int) float64 {
				return c.shrink[l]*c.t[(row*columns+column)*Abreast+l] - c.u[row*Abreast+l]*c.h[column*Abreast+l]
			})
			UpdateFactorAbreast(c.t, c.u, c.h, &c.shrink)
			got := gram(func(row, column, l int) float64 { return c.t[(row*columns+column)*Abreast+l] })
			for i, v := range want {
				if !(math.Abs(got[i]-v) <= 1e-12*float64(columns)*(1+math.Abs(v))) {
					t.Fatalf("%d columns, %d rows: product %d is %v, want %v", columns, rows, i, got[i], v)
				}
			}
			for row := range rows {
				for _, v := range c.t[row*columns*Abreast:][:min(row, columns)*Abreast] {
					if v != 0 {
						t.Fatalf("%d columns: row %d of %d has %v below the diagonal", columns, row, rows, v)
					}
				}
			}
		}
	}
}

func TestManyAbreastRefusesLengths(t *testing.T) {
	c := newManyCase(rand.New(rand.NewPCG(7, 3)), 2, 2, 3)
	for name, call := range map[string]func(){
		"no columns":    func() { AddOutputsAbreast(nil, c.a, c.x, false) },
		"half a row":    func() { UpdateRowsAbreast(c.x, c.a, c.h[:9], &c.shrink) },
		"other columns": func() { AddOutputsAbreast(c.r, c.a, c.x[:24], false) },
		"other rows":    func() { UpdateFactorAbreast(c.t, c.u[:16], c.h, &c.shrink) },
		"two rows more": func() { UpdateFactorAbreast(c.t[:24], c.u, c.h[:8], &c.shrink) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			call()
		})
	}
}

// BenchmarkManyAbreast is what a block of ten outputs takes of a step of eight runs.
func BenchmarkManyAbreast(b *testing.B) {
	const columns = 10
	c := newManyCase(rand.New(rand.NewPCG(7, 4)), columns, 10, columns+1)
	u := slices.Clone(c.u)
	for name, call := range map[string]func(){
		"outputs":    func() { AddOutputsAbreast(c.r, c.a, c.x, false) },
		"triangular": func() { AddOutputsAbreast(c.r, c.u, c.t, true) },
		"rows":       func() { UpdateRowsAbreast(c.x, c.a, c.h, &c.shrink) },
		"factor":     func() { copy(u, c.u); UpdateFactorAbreast(c.t, u, c.h, &c.shrink) },
	} {
		for _, path := range cpu.Available() {
			b.Run(fmt.Sprintf("%s/%v", name, path), func(b *testing.B) {
				defer cpu.Override(path)()
				for range b.N {
					call()
				}
			})
		}
	}
}
