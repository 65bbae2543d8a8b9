package sgd

import (
	"math"

	"anisgd/engine/internal/phase"
	"anisgd/engine/parallel"
	"anisgd/kernels"
	"anisgd/kernels/memory"
	"anisgd/rng"
)

const (
	// maxLookAhead is the largest number of samples whose outputs are computed in
	// one pass over the modes.
	maxLookAhead = 16
	// modesPerTile modes of all samples of a block lie together in memory, one row
	// after the other, so that they are near in the caches while they are
	// multiplied, and beyond the caches are read as one stream. It divides
	// normalsPerBlock. rowStride keeps rows from falling on the same cache lines.
	modesPerTile = 256
	rowStride    = modesPerTile + 8
)

// lookAheadOf is the number of samples of a block. More of them make the
// products of samples and state more efficient, and cost more products of samples
// with each other, which weigh little only beside many outputs.
func lookAheadOf(outputs int) int {
	if outputs < 32 {
		return maxLookAhead / 2
	}
	return maxLookAhead
}

// matrix is the iterate of ℓ > 1 outputs, Y = √d·X, stepped in look-ahead blocks
// (theory, section 8): one pass over the modes draws lookAheadOf(ℓ) samples a_j and
// computes their products with the state at the block's start, R = AY, and with
// each other, G = AAᵀ. The steps of the block then follow from these few numbers,
//
//	r_k = (S·R_k − Σ_{j<k} G_kj C_j)/√d,   C ← s_k C,  C_k = γ_k g_k/√d,  S ← s_k S,
//
// and the next pass begins with Y ← S·Y − AᵀC. So the state is read and written
// once per block, and the work is matrix–matrix.
//
// In single precision Y and A are float32, and so are sums over the modes of a tile;
// the rest is float64. Every update then rounds the entries it changes to 6e-8 of
// themselves.
type matrix[E kernels.Float] struct {
	*stepper
	y         [][]E       // ℓ columns, length d
	exact     [][]float64 // the state in float64: y itself in double precision
	teacher   [][]E
	lookAhead int
	samples   []E // A: tiles of modesPerTile modes, each of lookAhead rows a_j
	drawer    drawer[E]
	stream    rng.Stream

	pending int // samples whose updates have still to be applied
	shrink  float64
	weights []float64 // −C_j of the pending samples, pending×ℓ
	applied []E       // the weights as they are applied

	classes  [maxLookAhead]int
	count    int       // samples of the block in progress
	first    uint64    // and the step of the first
	outputs  []float64 // R, lookAhead×ℓ
	gram     []float64 // G
	teachers []float64 // AX*, lookAhead×ℓ*
	r        []float64
	teacherR []float64

	sums       []matrixSums       // per chunk
	scratch    []matrixScratch[E] // per worker
	sweepChunk func(worker, chunk int)
}

// matrixSums are the parts of outputs, gram and teachers of a chunk of modes.
type matrixSums struct{ outputs, gram, teachers []float64 }

type matrixScratch[E kernels.Float] struct {
	rows  [][]E // views of one tile of the samples
	tile  [][]E // views of one tile of the columns
	stars [][]E // and of the teacher
	noise [normalsPerBlock]E
}

// newMatrix makes an iterate whose samples are drawn by a drawer, for the columns of
// the teacher in its precision.
func newMatrix[E kernels.Float](st *stepper, from drawer[E], teachers [][]E) *matrix[E] {
	c := st.shared.config
	d, outputs, teacher := c.Arrays.Dim, c.Problem.Outputs(), c.Problem.TeacherOutputs()
	lookAhead := lookAheadOf(outputs)
	m := &matrix[E]{
		stepper: st, drawer: from, teacher: teachers, lookAhead: lookAhead,
		weights: make([]float64, lookAhead*outputs), applied: make([]E, lookAhead*outputs),
		outputs: make([]float64, lookAhead*outputs), gram: make([]float64, lookAhead*lookAhead), teachers: make([]float64, lookAhead*teacher),
		r: make([]float64, outputs), teacherR: make([]float64, teacher),
	}
	for range parallel.Chunks(d) {
		m.sums = append(m.sums, matrixSums{make([]float64, len(m.outputs)), make([]float64, len(m.gram)), make([]float64, len(m.teachers))})
	}
	m.scratch = make([]matrixScratch[E], st.pool.Workers())
	for w := range m.scratch {
		s := &m.scratch[w]
		s.rows, s.tile, s.stars = make([][]E, lookAhead), make([][]E, outputs), make([][]E, teacher)
	}
	m.sweepChunk = m.sumChunk
	for range outputs {
		m.y = append(m.y, memory.Elements[E](d))
	}
	if double, ok := any(m.y).([][]float64); ok {
		m.exact = double
	} else {
		for range outputs {
			m.exact = append(m.exact, memory.Floats(d))
		}
	}
	tiles := (d + modesPerTile - 1) / modesPerTile
	m.samples = memory.Elements[E](tiles * lookAhead * rowStride)
	return m
}

func (m *matrix[E]) start(run uint32) {
	m.stream = rng.NewStream(m.shared.config.Seed, run, rng.DomainNoise)
	m.pending = 0
	m.startColumns(m.exact, run)
	m.adopt()
}

// adopt rounds what was written to the state; in double precision nothing changes.
func (m *matrix[E]) adopt() {
	for a, column := range m.exact {
		y := m.y[a]
		for i, v := range column {
			y[i] = E(v)
		}
	}
}

// advance makes the steps of one look-ahead block.
func (m *matrix[E]) advance(k, end int64, bound float64) (steps int64, exceeded bool) {
	count := int(min(int64(m.lookAhead), end-k))
	populationRate := 0.0
	if m.shared.population {
		populationRate = m.populationRate(k, m.columns())
		count = 1
	}
	for j := range count {
		m.classes[j] = m.class(k + int64(j))
	}
	m.sweep(count, uint64(k))
	outputs, teacher := len(m.y), len(m.teacherR)
	m.shrink, m.pending = 1, 0
	for j := range count {
		largest := 0.0
		for a := range m.r {
			v := m.shrink * m.outputs[j*outputs+a]
			for i := range j {
				v = math.FMA(m.gram[j*count+i], m.weights[i*outputs+a], v)
			}
			m.r[a] = v / m.rootDim
			largest = math.Max(largest, math.Abs(m.r[a])) // NaN if any is
		}
		if !(largest <= bound) {
			return int64(j), true
		}
		for b := range m.teacherR {
			m.teacherR[b] = m.teachers[j*teacher+b] / m.rootDim
		}
		shrink, factor := m.step(k+int64(j), m.r, m.teacherR, m.classes[j], m.gram[j*count+j], populationRate)
		for i := range j * outputs {
			m.weights[i] *= shrink
		}
		m.shrink *= shrink
		for a, g := range m.gradient {
			m.weights[j*outputs+a] = -(factor * g)
		}
		m.pending = j + 1
	}
	return int64(count), false
}

// sweep applies what is pending, draws the samples of steps first … first+count−1
// and computes their products, by chunks in index order.
func (m *matrix[E]) sweep(count int, first uint64) {
	m.count, m.first = count, first
	m.settle()
	m.pool.EachWorker(len(m.sums), m.sweepChunk)
	phase.Reduce.Enter()
	m.pending = 0
	clear(m.outputs)
	clear(m.gram)
	clear(m.teachers)
	for chunk := range m.sums {
		sums := &m.sums[chunk]
		accumulate(m.outputs, sums.outputs)
		accumulate(m.gram, sums.gram)
		accumulate(m.teachers, sums.teachers)
	}
}

// settle rounds the weights of the pending samples to what is applied.
func (m *matrix[E]) settle() {
	for i, w := range m.weights[:m.pending*len(m.y)] {
		m.applied[i] = E(w)
	}
}

// sumChunk is the sweep over one chunk of modes.
func (m *matrix[E]) sumChunk(worker, chunk int) {
	s, sums, count := &m.scratch[worker], &m.sums[chunk], m.count
	clear(sums.outputs)
	clear(sums.gram)
	clear(sums.teachers)
	r, gram, teachers := sums.outputs[:count*len(m.y)], sums.gram[:count*count], sums.teachers[:count*len(s.stars)]
	begin, end := parallel.Chunk(chunk, m.shared.config.Arrays.Dim)
	for lo := begin; lo < end; lo += normalsPerBlock {
		hi := min(lo+normalsPerBlock, end)
		m.update(s, lo, hi)
		for j := range count {
			m.draw(s, j, lo, hi)
		}
		phase.Dot.Enter()
		for tile := lo; tile < hi; tile += modesPerTile {
			n := m.view(s, tile, min(tile+modesPerTile, hi))
			kernels.InnerProducts(r, s.rows[:count], s.tile, 0, n)
			kernels.Gram(gram, s.rows[:count], 0, n)
			kernels.InnerProducts(teachers, s.rows[:count], s.stars, 0, n)
		}
	}
}

func accumulate(dst, src []float64) {
	for i, v := range src {
		dst[i] += v
	}
}

// tileAt is where the tile that begins with a mode lies in the samples.
func (m *matrix[E]) tileAt(mode int) int { return mode / modesPerTile * m.lookAhead * rowStride }

// view points rows, tile and stars at the modes lo ≤ ρ < hi of one tile.
func (m *matrix[E]) view(s *matrixScratch[E], lo, hi int) (modes int) {
	at := m.tileAt(lo)
	for j := range s.rows {
		s.rows[j] = m.samples[at+j*rowStride:][:hi-lo]
	}
	for a, y := range m.y {
		s.tile[a] = y[lo:hi]
	}
	for b, column := range m.teacher {
		s.stars[b] = column[lo:hi]
	}
	return hi - lo
}

// update applies what is pending to the modes lo ≤ ρ < hi.
func (m *matrix[E]) update(s *matrixScratch[E], lo, hi int) {
	if m.pending == 0 {
		return
	}
	phase.Update.Enter()
	for tile := lo; tile < hi; tile += modesPerTile {
		n := m.view(s, tile, min(tile+modesPerTile, hi))
		kernels.MultiplyAdd(s.tile, s.rows[:m.pending], m.applied[:m.pending*len(m.y)], E(m.shrink), 0, n)
	}
}

// draw writes the modes lo ≤ ρ < hi of row j, the sample of step first + j.
func (m *matrix[E]) draw(scratch *matrixScratch[E], j, lo, hi int) {
	class := &m.shared.config.Arrays.Classes[m.classes[j]]
	noise := scratch.noise[:hi-lo]
	m.drawer.noise(&m.stream, noise, class.Spectrum, m.first+uint64(j), lo)
	for tile := lo; tile < hi; tile += modesPerTile {
		end := min(tile+modesPerTile, hi)
		m.drawer.sample(m.samples[m.tileAt(tile)+j*rowStride:][:end-tile], noise[tile-lo:end-lo], class, tile)
	}
}

// columns applies what is pending, so that the state is X_k itself.
func (m *matrix[E]) columns() [][]float64 {
	m.settle()
	m.update(&m.scratch[0], 0, m.shared.config.Arrays.Dim)
	m.pending = 0
	if _, double := any(m.y).([][]float64); double {
		return m.exact
	}
	for a, y := range m.y {
		column := m.exact[a]
		for i, v := range y {
			column[i] = float64(v)
		}
	}
	return m.exact
}
