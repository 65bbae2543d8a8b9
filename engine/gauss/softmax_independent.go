package gauss

import "math"

// A softmaxIndependent integrates the terms for outputs with independent normal
// noise, by the formulas of gumbelTable. Outputs are in the order of the differences,
// the class itself last.
type softmaxIndependent struct {
	outputs int
	tables  []*gumbelTable

	stride         int     // table steps from node to node
	spacing        float64 // the distance of nodes
	riskFrom, from int     // indices of the first nodes, for the risk and for all terms
	count          int     // number of nodes from there on

	rows     []gumbelRow // of each output; f and s are divided by F
	all      []float64   // Π_j F_j times the spacing
	another  []float64   // 1 − Π_{j≠i} F_j
	weighted []float64
}

const (
	// The trapezoidal rule errs like the Fourier transform e^{−ω²v/2} Γ(2 + iω) of the
	// integrands at ω = 2π/spacing, where 1/v is the sum of the inverse variances: 1e-9
	// with the fine stride, and with the coarse one if v exceeds smallNoise.
	coarseStride = 4
	fineStride   = 3
	smallNoise   = 0.15

	// independentReach is how many deviations below an output the nodes begin.
	independentReach = 6.5

	// independentTail is how far beyond the outputs e^{−x} is negligible.
	independentTail = 21

	// largestSpread bounds the differences of means, and largestMove how far they move.
	largestSpread = 80
	largestMove   = 20

	independentNodes = int((largestSpread+(gumbelReach+5)*gumbelDeviation+independentTail-gumbelLow+2*largestMove)*gumbelSteps/fineStride) + 16
)

func newSoftmaxIndependent(outputs int) *softmaxIndependent {
	s := &softmaxIndependent{
		outputs:  outputs,
		rows:     make([]gumbelRow, outputs),
		all:      make([]float64, independentNodes),
		another:  make([]float64, independentNodes),
		weighted: make([]float64, independentNodes),
	}
	for j := range outputs {
		s.tables = append(s.tables, newGumbelTable())
		for part := range s.rows[j] {
			s.rows[j][part] = make([]float64, independentNodes)
		}
	}
	return s
}

// open prepares for outputs with the given means and deviations, where means
// move by less than the given distance.
func (s *softmaxIndependent) open(mean, deviation []float64, distance float64) {
	last := s.outputs - 1
	low, high := math.Inf(-1), math.Inf(-1)
	s.stride = fineStride
	inverse := 0.0
	for _, d := range deviation {
		inverse += 1 / (d * d)
	}
	if smallNoise*inverse < 1 {
		s.stride = coarseStride
	}
	// The law that e^{−2r} weighs for the largest output is lower by twice its
	// variance, but no lower than where the next one takes over.
	first, second := math.Inf(-1), math.Inf(-1)
	for _, m := range mean {
		if m > first {
			first, second = m, first
		} else if m > second {
			second = m
		}
	}
	for j, m := range mean {
		d := deviation[j]
		tilt := math.Min(2*d*d, math.Max(m-second, 0))
		low = math.Max(low, m-float64(independentReach*d)-tilt)
		high = math.Max(high, m+float64(5*d))
	}
	low += gumbelLow - distance
	high += independentTail + distance
	s.spacing = float64(s.stride) * gumbelSpacing
	s.from = int(math.Floor(low / s.spacing))
	s.count = (int(math.Ceil(high/s.spacing)) - s.from + 8) &^ 7
	own := mean[last] - float64(independentReach*deviation[last]) + gumbelLow - distance
	s.riskFrom = min(s.from, int(math.Floor(own/s.spacing)))
	end := float64(float64(s.from+s.count) * s.spacing)
	for j, table := range s.tables {
		table.fill(deviation[j], end-mean[j]+distance)
	}
}

// terms computes the terms for the given means, or the risk alone.
func (s *softmaxIndependent) terms(dst, mean []float64, riskOnly bool) {
	last := s.outputs - 1
	before := s.from - s.riskFrom
	reader := s.tables[last].reader(mean[last], s.stride, s.riskFrom, before)
	reader.distribution(s.all[:before], s.another[:before])
	risk := 0.0
	for _, below := range s.all[:before] {
		risk += below
	}

	all, another := s.all[:s.count], s.another[:s.count]
	for k := range all {
		all[k], another[k] = s.spacing, 0
	}
	for j, table := range s.tables {
		row := s.row(j)
		reader := table.reader(mean[j], s.stride, s.from, s.count)
		reader.distribution(row[gumbelBelow], row[gumbelAbove])
		if !riskOnly {
			reader.densities(row[gumbelDensity], row[gumbelSquare])
		}
		if j == last {
			break
		}
		above := row[gumbelAbove]
		for k, below := range row[gumbelBelow] {
			another[k] += float64(all[k] * above[k])
			all[k] *= below
		}
	}
	own := s.row(last)
	dst[0] = float64(risk*s.spacing) + dot(own[gumbelBelow], another)
	if riskOnly {
		return
	}
	for k, below := range own[gumbelBelow] {
		all[k] *= below
	}
	for j := range s.rows {
		row := s.row(j)
		density, square := row[gumbelDensity], row[gumbelSquare]
		for k, below := range row[gumbelBelow] {
			inverse := 1 / below
			density[k] *= inverse
			square[k] *= inverse
		}
	}
	next := 1
	weighted := s.weighted[:s.count]
	for j := range last {
		row := s.row(j)
		for k, x := range row[gumbelDensity] {
			weighted[k] = x * all[k]
		}
		dst[next] = dot(all, row[gumbelSquare])
		next++
		for l := j + 1; l <= last; l++ {
			dst[next] = dot(weighted, s.row(l)[gumbelDensity])
			next++
		}
	}
}

// row returns the functions of an output at the nodes in use.
func (s *softmaxIndependent) row(j int) (row gumbelRow) {
	for part, values := range s.rows[j] {
		row[part] = values[:s.count]
	}
	return row
}

// dot is Σ_k x_k y_k for a multiple of eight numbers, summed in eight lanes.
func dot(x, y []float64) float64 {
	var sum block
	y = y[:len(x)]
	for k := 0; k+blockSize <= len(x); k += blockSize {
		a, b := (*block)(x[k:]), (*block)(y[k:])
		sum[0] += float64(a[0] * b[0])
		sum[1] += float64(a[1] * b[1])
		sum[2] += float64(a[2] * b[2])
		sum[3] += float64(a[3] * b[3])
		sum[4] += float64(a[4] * b[4])
		sum[5] += float64(a[5] * b[5])
		sum[6] += float64(a[6] * b[6])
		sum[7] += float64(a[7] * b[7])
	}
	return ((sum[0] + sum[4]) + (sum[2] + sum[6])) + ((sum[1] + sum[5]) + (sum[3] + sum[7]))
}
