package spectrum

import (
	"math"

	"anisgd/engine/parallel"
	"anisgd/engine/statistic"
	"anisgd/kernels"
	"anisgd/kernels/elementary"
)

// walk sums over the modes one by one what is not in closed form: the products with
// directions that are given mode by mode, and everything weighted by a quadratic
// statistic. Modes come in chunks whose sums are added in index order.
type walk struct {
	b     *closedBuilder
	pool  *parallel.Pool
	rows  []walkRow
	pairs [][2]int // of the sources, in packed order
	each  []*walkScratch
}

// walkRow is a weight on the modes whose moments are wanted: the product of two
// sources, times the weights of a quadratic statistic.
type walkRow struct {
	pair       int // −1: the weights themselves
	quadratic  int // −1: none
	functional int // that it belongs to; −1: all that count the modes
}

// walkBlock modes are worked on at a time: their rows stay in the first cache.
const walkBlock = 128

// walkScratch belongs to one chunk in progress.
type walkScratch struct {
	entries [][]float64 // of every source, over a chunk
	basis   [][]float64 // T_k, over a block
	rows    [][]float64 // over a block
	sums    []float64   // [k·rows + row]
}

func newWalk(b *closedBuilder, pool *parallel.Pool) *walk {
	w := &walk{b: b, pool: pool}
	for j, s := range b.sources {
		for k, t := range b.sources[:j+1] {
			if s.kind != atom && t.kind != atom && (s.kind == listed || t.kind == listed) {
				w.rows = append(w.rows, walkRow{pair: len(w.pairs), quadratic: -1, functional: -1})
			}
			w.pairs = append(w.pairs, [2]int{j, k})
		}
	}
	for f, functional := range b.functionals {
		if functional.Kind != statistic.ByWeights {
			continue
		}
		w.rows = append(w.rows, walkRow{pair: -1, quadratic: functional.Index, functional: f})
		for pair, jk := range w.pairs {
			if b.sources[jk[0]].kind != atom && b.sources[jk[1]].kind != atom {
				w.rows = append(w.rows, walkRow{pair: pair, quadratic: functional.Index, functional: f})
			}
		}
	}
	return w
}

// chunksAtOnce bounds the memory for the sums of chunks.
const chunksAtOnce = 256

// add adds the modes lo < ρ ≤ hi of a panel to a cell.
func (w *walk) add(c *cell, p *panel, lo, hi float64) {
	w.b.homogeneous(lo, hi, func(lo, hi float64) {
		first, count := int64(lo), int(hi-lo)
		chunks := parallel.Chunks(count)
		for from := 0; from < chunks; from += chunksAtOnce {
			n := min(chunksAtOnce, chunks-from)
			for len(w.each) < n {
				w.each = append(w.each, w.newScratch())
			}
			w.pool.Each(n, func(i int) {
				a, z := parallel.Chunk(from+i, count)
				w.each[i].sum(w, c.terms, p, first+int64(a), z-a)
			})
			for i := range n {
				w.collect(c, w.each[i].sums)
			}
		}
	})
}

// collect adds the sums of a chunk to the cell.
func (w *walk) collect(c *cell, sums []float64) {
	put := func(f int, r walkRow, row int) {
		into := c.weights[f*c.terms:]
		if r.pair >= 0 {
			into = c.products[(f*w.b.pairs+r.pair)*c.terms:]
		}
		for k := range c.terms {
			into[k] += sums[k*len(w.rows)+row] / w.b.d
		}
	}
	for row, r := range w.rows {
		if r.functional >= 0 {
			put(r.functional, r, row)
			continue
		}
		for _, f := range w.b.active {
			put(f, r, row)
		}
	}
}

func (w *walk) newScratch() *walkScratch {
	s := &walkScratch{sums: make([]float64, panelTerms*len(w.rows))}
	for range w.b.sources {
		s.entries = append(s.entries, make([]float64, parallel.ModesPerChunk))
	}
	for range panelTerms {
		s.basis = append(s.basis, make([]float64, walkBlock))
	}
	for range w.rows {
		s.rows = append(s.rows, make([]float64, walkBlock))
	}
	return s
}

// sum sums over count modes after first.
func (s *walkScratch) sum(w *walk, terms int, p *panel, first int64, count int) {
	clear(s.sums)
	for j, source := range w.b.sources {
		if source.kind == atom {
			continue
		}
		source.vector.Fill(s.entries[j][:count], first, w.b.Model.Dim)
	}
	for at := 0; at < count; at += walkBlock {
		n := min(walkBlock, count-at)
		s.fillBasis(w.b.d, terms, p, first+int64(at), n)
		s.fillRows(w, first+int64(at), at, n)
		kernels.InnerProducts(s.sums[:terms*len(w.rows)], s.basis[:terms], s.rows, 0, n)
	}
}

// fillBasis writes T_k at the positions of n modes after first.
func (s *walkScratch) fillBasis(d float64, terms int, p *panel, first int64, n int) {
	ones := s.basis[0][:n]
	for i := range ones {
		ones[i] = 1
	}
	if terms == 1 {
		return
	}
	x := s.basis[1][:n]
	for i := range x {
		x[i] = p.position(elementary.Log(float64(first+int64(i)+1) / d))
	}
	for k := 2; k < terms; k++ {
		next, current, previous := s.basis[k][:n], s.basis[k-1][:n], s.basis[k-2][:n]
		for i, v := range x {
			next[i] = math.FMA(2*v, current[i], -previous[i])
		}
	}
}

// fillRows writes the weights on n modes at a place of the chunk.
func (s *walkScratch) fillRows(w *walk, first int64, at, n int) {
	for row, r := range w.rows {
		dst := s.rows[row][:n]
		switch {
		case r.pair >= 0:
			j, k := w.pairs[r.pair][0], w.pairs[r.pair][1]
			factor := w.b.sources[j].factor * w.b.sources[k].factor
			x, y := s.entries[j][at:at+n], s.entries[k][at:at+n]
			for i := range dst {
				dst[i] = factor * x[i] * y[i]
			}
		default:
			for i := range dst {
				dst[i] = 1
			}
		}
		if r.quadratic >= 0 {
			weights := w.b.Quadratics[r.quadratic].Weights[first:]
			for i := range dst {
				dst[i] *= weights[i]
			}
		}
	}
}
