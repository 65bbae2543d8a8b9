package kernels

import "math"

// AddOutputsAbreast adds products of components a of samples with rows of a state of
// several columns: row i of x holds, for every column, one number of every run,
//
//	r[n·Abreast + l] ← r[n·Abreast + l] + Σ_i a[i·Abreast + l]·x[(i·columns + n)·Abreast + l],
//
// a chain of fma in increasing i; columns is what r has room for. Of a triangular x the
// elements below the diagonal, i > n, need not be read: they are zero.
func AddOutputsAbreast(r, a, x []float64, triangular bool) {
	columns := columnsAbreast("AddOutputsAbreast", r)
	checkLength("AddOutputsAbreast", "x", len(x), len(a)*columns)
	if addOutputsAbreastVector(r, a, x, triangular) {
		return
	}
	for i := range len(a) / Abreast {
		row := (*Runs)(a[i*Abreast:])
		first := 0
		if triangular {
			first = min(i, columns)
		}
		for n := first; n < columns; n++ {
			sum, state := (*Runs)(r[n*Abreast:]), (*Runs)(x[(i*columns+n)*Abreast:])
			for l := range sum {
				sum[l] = math.FMA(row[l], state[l], sum[l])
			}
		}
	}
}

// columnsAbreast is the number of rows of Abreast elements in an array, at least one.
func columnsAbreast(kernel string, h []float64) int {
	if len(h) == 0 || len(h)%Abreast != 0 {
		panicLength(kernel, "a row of columns", len(h), max(len(h)/Abreast, 1)*Abreast)
	}
	return len(h) / Abreast
}

// UpdateRowsAbreast makes a step of a state of several columns along samples whose
// components are those of its rows:
//
//	x[(i·columns + n)·Abreast + l] ← fma(−a[i·Abreast + l], h[n·Abreast + l], shrink[l]·x[…])
func UpdateRowsAbreast(x, a, h []float64, shrink *Runs) {
	columns := columnsAbreast("UpdateRowsAbreast", h)
	checkLength("UpdateRowsAbreast", "x", len(x), len(a)*columns)
	if updateRowsAbreastVector(x, a, h, shrink) {
		return
	}
	for i := range len(a) / Abreast {
		row := (*Runs)(a[i*Abreast:])
		for n := range columns {
			state, step := (*Runs)(x[(i*columns+n)*Abreast:]), (*Runs)(h[n*Abreast:])
			for l := range state {
				state[l] = math.FMA(-row[l], step[l], shrink[l]*state[l])
			}
		}
	}
}

// UpdateFactorAbreast replaces upper triangular matrices T, row by row of as many
// columns as h has, by the triangular factors of s·T − u hᵀ, with s = shrink; u is
// overwritten. If T has a row more than columns, it is zero before and after. With
// c, s, ρ = rotation(x, y), which takes (x, y) to (ρ, 0),
//
//	ρ = √fma(x, x, y·y), c = x/ρ, s = y/ρ   or, if y or ρ is 0,   ρ = |x|, c = ±1 with the sign of x, s = 0,
//
// and rotating two rows being (x, y) ← (fma(c, x, s·y), fma(c, y, −(s·x))) in each column,
// the steps are
//
//	T ← s·T
//	for j = rows−2 … 0:  c, s, u_j ← rotation(u_j, u_{j+1}), rotate T_j and T_{j+1} from column j on
//	T_0 ← fma(−u_0, h, T_0)
//	for j = 0 … min(rows−1, columns)−1:  c, s, ρ ← rotation(T_jj, T_{j+1,j}), rotate them from column j on, T_jj ← ρ, T_{j+1,j} ← 0
func UpdateFactorAbreast(t, u, h []float64, shrink *Runs) {
	columns := columnsAbreast("UpdateFactorAbreast", h)
	rows := columnsAbreast("UpdateFactorAbreast", u)
	checkLength("UpdateFactorAbreast", "t", len(t), len(u)*columns)
	if rows > columns+1 {
		panicLength("UpdateFactorAbreast", "u", len(u), (columns+1)*Abreast)
	}
	if updateFactorAbreastVector(t, u, h, shrink) {
		return
	}
	at := func(row, column int) *Runs { return (*Runs)(t[(row*columns+column)*Abreast:]) }
	for row := range rows {
		for column := range columns {
			for l, s := range shrink {
				at(row, column)[l] *= s
			}
		}
	}
	var cosine, sine Runs
	rotate := func(j int) {
		for column := j; column < columns; column++ {
			upper, lower := at(j, column), at(j+1, column)
			for l, c := range cosine {
				x, y := upper[l], lower[l]
				upper[l] = math.FMA(c, x, float64(sine[l]*y))
				lower[l] = math.FMA(c, y, -float64(sine[l]*x))
			}
		}
	}
	for j := rows - 2; j >= 0; j-- {
		upper, lower := (*Runs)(u[j*Abreast:]), (*Runs)(u[(j+1)*Abreast:])
		for l := range upper {
			cosine[l], sine[l], upper[l] = Rotation(upper[l], lower[l])
		}
		rotate(j)
	}
	for column := range columns {
		state, step := at(0, column), (*Runs)(h[column*Abreast:])
		for l := range state {
			state[l] = math.FMA(-u[l], step[l], state[l])
		}
	}
	for j := range min(rows-1, columns) {
		var length Runs
		for l := range length {
			cosine[l], sine[l], length[l] = Rotation(at(j, j)[l], at(j+1, j)[l])
		}
		rotate(j)
		*at(j, j), *at(j+1, j) = length, Runs{}
	}
}

// Rotation is the one that takes (x, y) to (length, 0).
func Rotation(x, y float64) (cosine, sine, length float64) {
	length = math.Sqrt(math.FMA(x, x, float64(y*y)))
	if y == 0 || length == 0 { // or both are so small that their squares vanish
		return math.Copysign(1, x), 0, math.Abs(x)
	}
	return x / length, y / length, length
}
