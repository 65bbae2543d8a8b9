// Package statistic defines the statistics that are reported: risk, error,
// overlaps, norms, each the same for an SGD iterate and for the limit (theory,
// section 7).
//
// A Meter reduces the state over the modes to Moments; a Table turns moments
// into the named columns of a result.
package statistic

import (
	"math"

	"anisgd/engine/model"
	"anisgd/engine/parallel"
	"anisgd/kernels"
)

// Window is a named range of modes whose norm and overlaps are reported on
// their own: indices [Lo, Hi) from 0.
type Window struct {
	Name   string
	Lo, Hi int
}

// Moments are the low-dimensional numbers through which every statistic of one
// output depends on the state. Class index i, window index w.
type Moments struct {
	Mean        []float64 // m_i = μ_i·x, per class
	Covariance  []float64 // B_i = xᵀK_i x, per class
	Norm2       float64   // ‖x‖²
	WindowNorm2 []float64 // ‖x‖² restricted to each window
	WindowMean  []float64 // μ_i·x restricted to window w at [w·K + i]
}

// Meter computes moments of states over the modes of one model.
type Meter struct {
	arrays       *model.Arrays
	windows      []Window
	meanNorm2    []float64 // ‖μ_i‖²
	windowMean2  []float64 // ‖μ_i‖² restricted to window w at [w·K + i]
	whole        Window
	sourceSums   []float64
	spectrumSums []float64
	pool         *parallel.Pool
	chunks       chunkSums
}

// chunkSums is the scratch of one reduction: what is summed and each chunk's sum.
type chunkSums struct {
	sums   []float64
	lo, hi int
	add    func(lo, hi int, p *kernels.Partial)
	each   func(index int)
}

// NewMeter prepares a meter for one model and its windows. The pool's workers
// share each reduction; meters used from several goroutines need pools of their
// own.
func NewMeter(arrays *model.Arrays, windows []Window, pool *parallel.Pool) *Meter {
	classes := len(arrays.Classes)
	m := &Meter{
		arrays: arrays, windows: windows, pool: pool,
		whole:        Window{Lo: 0, Hi: arrays.Dim},
		meanNorm2:    make([]float64, classes),
		windowMean2:  make([]float64, classes*len(windows)),
		sourceSums:   make([]float64, len(arrays.Sources)),
		spectrumSums: make([]float64, len(arrays.Spectra)),
	}
	m.chunks.sums = make([]float64, parallel.Chunks(arrays.Dim))
	m.chunks.each = func(index int) {
		lo, hi := parallel.Chunk(index, m.chunks.hi-m.chunks.lo)
		var p kernels.Partial
		m.chunks.add(m.chunks.lo+lo, m.chunks.lo+hi, &p)
		m.chunks.sums[index] = p.Sum()
	}
	m.sourceNorms(m.meanNorm2, m.whole)
	for w, window := range windows {
		m.sourceNorms(m.windowMean2[w*classes:(w+1)*classes], window)
	}
	return m
}

// Windows are the windows the meter was made with.
func (m *Meter) Windows() []Window { return m.windows }

// NewMoments allocates moments of the meter's shape.
func (m *Meter) NewMoments() *Moments {
	classes := len(m.arrays.Classes)
	return &Moments{
		Mean:        make([]float64, classes),
		Covariance:  make([]float64, classes),
		WindowNorm2: make([]float64, len(m.windows)),
		WindowMean:  make([]float64, classes*len(m.windows)),
	}
}

// Measure computes the moments of the state (y, c), both of length d: y = √d·x̄,
// and c_ρ the conditional variance C_ρ of the limit, so that V_ρ = y_ρ² + c_ρ;
// for an SGD iterate y = √d·x and c is nil. All modes are summed in chunks whose
// sums are added in index order.
func (m *Meter) Measure(dst *Moments, y, c []float64) {
	m.MeasureOutputs(dst, y, c)
	d := float64(m.arrays.Dim)
	classes := len(m.arrays.Classes)
	dst.Norm2 = m.squares(m.whole, y, c) / d
	for w, window := range m.windows {
		dst.WindowNorm2[w] = m.squares(window, y, c) / d
		m.means(dst.WindowMean[w*classes:(w+1)*classes], window, y)
	}
}

// MeasureOutputs computes only Mean and Covariance, the moments on which the
// risk depends.
func (m *Meter) MeasureOutputs(dst *Moments, y, c []float64) {
	d := float64(m.arrays.Dim)
	m.means(dst.Mean, m.whole, y)
	for s, spectrum := range m.arrays.Spectra {
		m.spectrumSums[s] = m.reduce(m.whole, func(lo, hi int, p *kernels.Partial) {
			kernels.WeightedSquares(spectrum.Values[lo:hi], y[lo:hi], p)
			if c != nil {
				kernels.Dot(spectrum.Values[lo:hi], c[lo:hi], p)
			}
		})
	}
	for i, class := range m.arrays.Classes {
		dst.Covariance[i] = m.spectrumSums[class.Spectrum] / d
	}
}

// means writes μ_i·x restricted to a window, for every class.
func (m *Meter) means(dst []float64, window Window, y []float64) {
	for s, source := range m.arrays.Sources {
		m.sourceSums[s] = m.reduce(window, func(lo, hi int, p *kernels.Partial) {
			kernels.Dot(source[lo:hi], y[lo:hi], p)
		})
	}
	d := float64(m.arrays.Dim)
	for i, class := range m.arrays.Classes {
		dst[i] = 0
		if class.Source >= 0 {
			dst[i] = class.Factor * m.sourceSums[class.Source] / d
		}
	}
}

// sourceNorms writes ‖μ_i‖² restricted to a window, for every class.
func (m *Meter) sourceNorms(dst []float64, window Window) {
	d := float64(m.arrays.Dim)
	for i, class := range m.arrays.Classes {
		dst[i] = 0
		if class.Source >= 0 {
			norm2 := m.squares(window, m.arrays.Sources[class.Source], nil) / d
			dst[i] = class.Factor * class.Factor * norm2
		}
	}
}

func (m *Meter) squares(window Window, y, c []float64) float64 {
	return m.reduce(window, func(lo, hi int, p *kernels.Partial) {
		kernels.Squares(y[lo:hi], p)
		if c != nil {
			kernels.Sum(c[lo:hi], p)
		}
	})
}

// reduce adds up a window in chunks counted from its start.
func (m *Meter) reduce(window Window, add func(lo, hi int, p *kernels.Partial)) float64 {
	m.chunks.lo, m.chunks.hi, m.chunks.add = window.Lo, window.Hi, add
	n := parallel.Chunks(window.Hi - window.Lo)
	m.pool.Each(n, m.chunks.each)
	m.chunks.add = nil
	total := 0.0
	for _, s := range m.chunks.sums[:n] {
		total += s
	}
	return total
}

// cosine is dot/√(a2·b2), NaN (undefined) where a norm vanishes.
func cosine(dot, a2, b2 float64) float64 {
	if a2 <= 0 || b2 <= 0 {
		return math.NaN()
	}
	return dot / (math.Sqrt(a2) * math.Sqrt(b2))
}
