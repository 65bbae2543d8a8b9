package sgd

import (
	"fmt"
	"math"
	"slices"

	"anisgd/engine/closure"
	"anisgd/engine/model"
	"anisgd/engine/parallel"
	"anisgd/engine/spectrum"
	"anisgd/engine/statistic"
)

// Groups is a model whose spectra are constant on blocks of modes, with a teacher, a
// start and windows: all that grouped simulation needs to know (theory, section 8).
// Within a block only the inner products of means, teacher and start matter, because
// the law of the noise is the same in every orthonormal basis; each is given by its
// coordinates in a basis of their span. It takes the same memory at any d, and may be
// read by any number of goroutines.
type Groups struct {
	dim     int64
	classes []model.ClassArrays // Spectrum and Source index what follows
	spectra int
	models  int // sources that are directions of class means
	teacher int // sources that are columns of the teacher, after those
	start   []spectrum.Column
	blocks  []block
}

// block is a range of modes that share their eigenvalues, and are within or without
// every window as a whole.
type block struct {
	lo, hi      int64     // modes lo < ρ ≤ hi
	eigenvalues []float64 // by spectrum
	rank        int       // q₁, the dimension of the span of the sources
	coordinates [][]float64
}

func (b *block) modes() int64 { return b.hi - b.lo }

// maximalBlocks bounds the number of blocks: the time and the memory to find the
// inner products grow with its square.
const maximalBlocks = 1024

// Blocks finds the blocks of a description, by the mode after which each ends; it is
// an error, that tells the way out, if there are none.
func Blocks(description *spectrum.Description) (ends []int64, err error) {
	m := description.Model
	ends = []int64{m.Dim}
	for i, class := range m.Classes {
		switch c := class.Covariance.(type) {
		case model.Isotropic:
		case model.Stepped:
			ends = append(ends, c.Ends...)
		case model.PowerLaw:
			if c.Exponent != 0 && c.Scale != 0 {
				return nil, fmt.Errorf("the covariance of class %d is a power law, whose modes all differ", i)
			}
		default:
			return nil, fmt.Errorf("the eigenvalues of class %d are given one by one", i)
		}
	}
	for _, window := range description.Windows {
		ends = append(ends, int64(window.Lo), int64(window.Hi))
	}
	for _, quadratic := range description.Quadratics {
		for mode, w := range quadratic.Weights[1:] {
			if w != quadratic.Weights[mode] {
				ends = append(ends, int64(mode)+1)
			}
		}
		slices.Sort(ends)
		ends = slices.Compact(ends)
		if len(ends) > maximalBlocks+1 {
			return nil, fmt.Errorf("the weights of statistic %s differ from mode to mode", quadratic.Name)
		}
	}
	slices.Sort(ends)
	ends = slices.DeleteFunc(slices.Compact(ends), func(end int64) bool { return end < 1 || end > m.Dim })
	if len(ends) > maximalBlocks {
		return nil, fmt.Errorf("there are %d blocks, and at most %d are possible", len(ends), maximalBlocks)
	}
	return ends, nil
}

// NewGroups finds the blocks of a description and the coordinates of its directions in
// each. Directions in closed form take the same time at any d, others one pass over
// the modes, which the pool shares. Beyond spectrum.DrawnModes modes the inner products
// of normal directions are drawn from their own law instead of summed.
func NewGroups(description *spectrum.Description, pool *parallel.Pool) (*Groups, error) {
	ends, err := Blocks(description)
	if err != nil {
		return nil, err
	}
	// Every block as a window: the nodes then have the products of the sources in it.
	summed := *description
	summed.Windows, summed.Quadratics, summed.Continuum = nil, nil, false
	lo := int64(0)
	for _, hi := range ends {
		summed.Windows = append(summed.Windows, statistic.Window{Lo: int(lo), Hi: int(hi)})
		lo = hi
	}
	nodes, closed := spectrum.Of(&summed, pool)
	if !closed {
		return nil, fmt.Errorf("the spectra are not in closed form")
	}
	structure := description.Model.Structure()
	g := &Groups{
		dim: description.Model.Dim, classes: nodes.Classes, spectra: len(structure.Covariances),
		models: nodes.Models, teacher: nodes.Teacher, start: nodes.Start,
	}
	f := newFactorization(description, &structure)
	if len(f.vectors) != nodes.Sources() {
		return nil, fmt.Errorf("%d sources have %d products", len(f.vectors), nodes.Sources())
	}
	for index, window := range summed.Windows {
		b := block{lo: int64(window.Lo), hi: int64(window.Hi)}
		for _, c := range structure.Covariances {
			var eigenvalue [1]float64
			c.Fill(eigenvalue[:], b.lo, g.dim)
			b.eigenvalues = append(b.eigenvalues, eigenvalue[0])
		}
		gram := make([]float64, nodes.Sources()*nodes.Sources())
		for _, products := range nodes.Products(statistic.Functional{Kind: statistic.InWindow, Index: index}) {
			for jk, v := range products {
				gram[jk] += v
			}
		}
		b.rank, b.coordinates = f.coordinates(gram, uint64(index), b.modes())
		for _, row := range b.coordinates {
			for _, v := range row {
				if math.IsNaN(v) || math.IsInf(v, 0) {
					return nil, fmt.Errorf("the means, teacher or init have no finite norm on modes %d to %d", b.lo+1, b.hi)
				}
			}
		}
		g.blocks = append(g.blocks, b)
	}
	return g, nil
}

// modes sums what a closure needs to know.
func (g *Groups) modes() *closure.Modes {
	m := &closure.Modes{
		Classes: g.classes, Sources: g.models,
		Traces: make([]float64, g.spectra), Products: make([]float64, g.spectra*g.spectra),
	}
	for n := range g.blocks {
		b := &g.blocks[n]
		share := float64(b.modes()) / float64(g.dim)
		for l, u := range b.eigenvalues {
			m.Traces[l] = math.FMA(share, u, m.Traces[l])
			for k, v := range b.eigenvalues {
				m.Products[l*g.spectra+k] = math.FMA(float64(share*u), v, m.Products[l*g.spectra+k])
			}
		}
	}
	return m
}

// constants are what states are measured against.
func (g *Groups) constants(outputs int, observables *statistic.Observables) *statistic.Constants {
	c := statistic.NewConstants(g.classes, outputs, g.teacher, observables)
	for n := range g.blocks {
		b := &g.blocks[n]
		teacher := b.coordinates[g.models : g.models+g.teacher]
		for i, class := range g.classes {
			law := &c.TeacherLaws[i]
			for e, column := range teacher {
				for f, other := range teacher {
					at := e*g.teacher + f
					law.TeacherCovariance[at] = math.FMA(b.eigenvalues[class.Spectrum], dot(column, other), law.TeacherCovariance[at])
				}
			}
			if class.Source < 0 {
				continue
			}
			mean := b.coordinates[class.Source]
			for e, column := range teacher {
				law.TeacherMean[e] = math.FMA(class.Factor, dot(mean, column), law.TeacherMean[e])
			}
			norm2 := float64(class.Factor * class.Factor * dot(mean, mean))
			c.MeanNorm2[i] += norm2
			for w := range observables.Windows {
				if b.within(&observables.Windows[w]) {
					c.WindowMean2[w*len(g.classes)+i] += norm2
				}
			}
		}
		for e, column := range teacher {
			c.Teacher2[e] += dot(column, column)
		}
	}
	return c
}

func (b *block) within(w *statistic.Window) bool {
	return int64(w.Lo) <= b.lo && b.hi <= int64(w.Hi)
}

func dot(u, v []float64) float64 {
	total := 0.0
	for i, x := range u {
		total = math.FMA(x, v[i], total)
	}
	return total
}
