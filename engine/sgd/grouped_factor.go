package sgd

import (
	"math"

	"anisgd/engine/model"
	"anisgd/engine/spectrum"
	"anisgd/rng"
)

// rankTolerance is the part of a source's squared norm in a block below which what is
// left of it outside the span of others is taken for the rounding of its products. A
// direction too many does no harm to the law, one too few leaves out less than this.
const rankTolerance = 1e-13

// factorization finds coordinates of the sources of a description, in the order of
// its nodes.
type factorization struct {
	vectors []model.Vector // the directions themselves
	factors []float64      // and how much of them the sources are
	dim     int64
	// generators are the distinct normal vectors, of norm 1, whose products are drawn,
	// and generatorOf is that of every source, −1 for the others.
	generators  []model.NormalVector
	generatorOf []int
}

func newFactorization(description *spectrum.Description, structure *model.Structure) *factorization {
	f := &factorization{dim: description.Model.Dim}
	add := func(v model.Vector, factor float64) {
		f.vectors, f.factors = append(f.vectors, v), append(f.factors, factor)
	}
	for _, v := range structure.Vectors {
		add(v, 1)
	}
	for _, v := range description.Teacher {
		base, factor := model.Factored(v)
		add(base, factor)
	}
	first := len(f.vectors)
	for _, v := range description.Start {
		base, _ := model.Factored(v)
		known := base == nil
		for _, w := range f.vectors[first:] {
			known = known || model.SameVector(w, base)
		}
		if !known {
			add(base, 1)
		}
	}
	for _, v := range f.vectors {
		normal, random := v.(model.NormalVector)
		f.generatorOf = append(f.generatorOf, -1)
		if !random || description.Model.Dim <= spectrum.DrawnModes {
			continue
		}
		// Vectors that share seed and column differ by a factor only.
		last := len(f.generatorOf) - 1
		f.factors[last] *= normal.Norm
		normal.Norm = 1
		for n, g := range f.generators {
			if g == normal {
				f.generatorOf[last] = n
			}
		}
		if f.generatorOf[last] < 0 {
			f.generatorOf[last] = len(f.generators)
			f.generators = append(f.generators, normal)
		}
	}
	return f
}

// coordinates are those of every source in an orthonormal basis of the sources' span
// in one block, from their inner products (J×J) there and the block's number of modes.
// The basis is that of a Cholesky factorization with pivots.
//
// Random directions come after all others, and are drawn: normal components in the
// basis so far, of variance 1/d each, and a new basis vector along the rest, whose
// squared norm is χ²/d with as many degrees of freedom as there are dimensions left
// (M. S. Bartlett's decomposition of a Wishart matrix).
func (f *factorization) coordinates(gram []float64, index uint64, modes int64) (rank int, rows [][]float64) {
	n := len(f.vectors)
	rows = make([][]float64, n)
	left := make([]float64, n) // squared norms outside the span so far
	for j := range left {
		if f.generatorOf[j] < 0 {
			left[j] = gram[j*n+j]
		}
	}
	for int64(rank) < modes {
		pivot, largest := -1, rankTolerance
		for j, v := range left {
			if v > largest*gram[j*n+j] {
				pivot, largest = j, v/gram[j*n+j]
			}
		}
		if pivot < 0 {
			break
		}
		root := math.Sqrt(left[pivot])
		for j := range rows {
			component := 0.0
			switch {
			case j == pivot:
				component = root
				left[j] = 0
			case left[j] > 0:
				component = (gram[j*n+pivot] - dot(rows[j], rows[pivot][:rank])) / root
				left[j] = math.FMA(-component, component, left[j])
			}
			rows[j] = append(rows[j], component)
		}
		rank++
	}
	drawn := make([][]float64, len(f.generators))
	for g := range drawn {
		drawn[g] = f.draw(g, index, rank, modes)
		if int64(rank) < modes {
			rank++
		}
	}
	for j := range rows {
		if g := f.generatorOf[j]; g >= 0 {
			rows[j] = make([]float64, rank)
			for i, v := range drawn[g] {
				rows[j][i] = f.factors[j] * v
			}
		}
		for len(rows[j]) < rank {
			rows[j] = append(rows[j], 0)
		}
	}
	return rank, rows
}

// draw draws the coordinates of a generator in the basis so far and one more vector.
func (f *factorization) draw(generator int, block uint64, rank int, modes int64) []float64 {
	v := f.generators[generator]
	stream := rng.NewStream(v.Seed, v.Column, rng.DomainGram)
	row := make([]float64, rank, rank+1)
	stream.Normals(row, block, 0)
	if rest := modes - int64(rank); rest > 0 {
		law := rng.NewChiSquared(rest)
		row = append(row, math.Sqrt(law.Retry(&stream, block, 1)))
	}
	for i := range row {
		row[i] /= math.Sqrt(float64(f.dim))
	}
	return row
}
