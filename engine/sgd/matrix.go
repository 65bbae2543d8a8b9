package sgd

import (
	"math"

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
type matrix struct {
	*stepper
	y         [][]float64 // ℓ columns, length d
	lookAhead int
	samples   []float64 // A: tiles of modesPerTile modes, each of lookAhead rows a_j
	stream    rng.Stream

	pending int // samples whose updates have still to be applied
	shrink  float64
	weights []float64 // −C_j of the pending samples, pending×ℓ

	classes  [maxLookAhead]int
	count    int       // samples of the block in progress
	first    uint64    // and the step of the first
	outputs  []float64 // R, lookAhead×ℓ
	gram     []float64 // G
	teachers []float64 // AX*, lookAhead×ℓ*
	r        []float64
	teacherR []float64

	sums       []matrixSums    // per chunk
	scratch    []matrixScratch // per worker
	sweepChunk func(worker, chunk int)
}

// matrixSums are the parts of outputs, gram and teachers of a chunk of modes.
type matrixSums struct{ outputs, gram, teachers []float64 }

type matrixScratch struct {
	rows   [][]float64 // views of one tile of the samples
	tile   [][]float64 // views of one tile of the columns
	stars  [][]float64 // and of the teacher
	noise  [normalsPerBlock]float64
	sample kernels.Sample
}

func newMatrix(st *stepper) *matrix {
	c := st.shared.config
	d, outputs, teacher := c.Arrays.Dim, c.Problem.Outputs(), c.Problem.TeacherOutputs()
	lookAhead := lookAheadOf(outputs)
	m := &matrix{
		stepper: st, lookAhead: lookAhead,
		weights: make([]float64, lookAhead*outputs),
		outputs: make([]float64, lookAhead*outputs), gram: make([]float64, lookAhead*lookAhead), teachers: make([]float64, lookAhead*teacher),
		r: make([]float64, outputs), teacherR: make([]float64, teacher),
	}
	for range parallel.Chunks(d) {
		m.sums = append(m.sums, matrixSums{make([]float64, len(m.outputs)), make([]float64, len(m.gram)), make([]float64, len(m.teachers))})
	}
	m.scratch = make([]matrixScratch, st.pool.Workers())
	for w := range m.scratch {
		s := &m.scratch[w]
		s.rows, s.tile, s.stars = make([][]float64, lookAhead), make([][]float64, outputs), make([][]float64, teacher)
	}
	m.sweepChunk = m.sumChunk
	for range outputs {
		m.y = append(m.y, memory.Floats(d))
	}
	tiles := (d + modesPerTile - 1) / modesPerTile
	m.samples = memory.Floats(tiles * lookAhead * rowStride)
	return m
}

func (m *matrix) start(run uint32) {
	m.stream = rng.NewStream(m.shared.config.Seed, run, rng.DomainNoise)
	m.pending = 0
	m.startColumns(m.y, run)
}

// advance makes the steps of one look-ahead block.
func (m *matrix) advance(k, end int64, bound float64) (steps int64, exceeded bool) {
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
func (m *matrix) sweep(count int, first uint64) {
	m.count, m.first = count, first
	m.pool.EachWorker(len(m.sums), m.sweepChunk)
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

// sumChunk is the sweep over one chunk of modes.
func (m *matrix) sumChunk(worker, chunk int) {
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
func (m *matrix) tileAt(mode int) int { return mode / modesPerTile * m.lookAhead * rowStride }

// view points rows, tile and stars at the modes lo ≤ ρ < hi of one tile.
func (m *matrix) view(s *matrixScratch, lo, hi int) (modes int) {
	at := m.tileAt(lo)
	for j := range s.rows {
		s.rows[j] = m.samples[at+j*rowStride:][:hi-lo]
	}
	for a, y := range m.y {
		s.tile[a] = y[lo:hi]
	}
	for b, column := range m.shared.config.Observables.Teacher {
		s.stars[b] = column[lo:hi]
	}
	return hi - lo
}

// update applies what is pending to the modes lo ≤ ρ < hi.
func (m *matrix) update(s *matrixScratch, lo, hi int) {
	if m.pending == 0 {
		return
	}
	for tile := lo; tile < hi; tile += modesPerTile {
		n := m.view(s, tile, min(tile+modesPerTile, hi))
		kernels.MultiplyAdd(s.tile, s.rows[:m.pending], m.weights[:m.pending*len(m.y)], m.shrink, 0, n)
	}
}

// draw writes the modes lo ≤ ρ < hi of row j, the sample of step first + j.
func (m *matrix) draw(scratch *matrixScratch, j, lo, hi int) {
	arrays := m.shared.config.Arrays
	class := &arrays.Classes[m.classes[j]]
	noise := scratch.noise[:hi-lo]
	m.shared.drawNoise(&m.stream, noise, class.Spectrum, m.first+uint64(j), lo)
	s := &scratch.sample
	s.Mean, s.Scale = nil, nil
	s.ScaleFactor = m.shared.constants[class.Spectrum]
	s.MeanFactor = class.Factor / m.rootDim
	scale := m.shared.scales[class.Spectrum]
	for tile := lo; tile < hi; tile += modesPerTile {
		end := min(tile+modesPerTile, hi)
		s.Noise = noise[tile-lo : end-lo]
		if class.Source >= 0 {
			s.Mean = arrays.Sources[class.Source][tile:end]
		}
		if scale != nil {
			s.Scale = scale[tile:end]
		}
		kernels.SampleInto(m.samples[m.tileAt(tile)+j*rowStride:][:end-tile], s)
	}
}

// columns applies what is pending, so that the state is X_k itself.
func (m *matrix) columns() [][]float64 {
	m.update(&m.scratch[0], 0, m.shared.config.Arrays.Dim)
	m.pending = 0
	return m.y
}
