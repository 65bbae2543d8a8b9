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
	"anisgd/engine/problem"
	"anisgd/kernels"
)

// Window is a named range of modes whose norm and overlaps are reported on
// their own: indices [Lo, Hi) from 0.
type Window struct {
	Name   string
	Lo, Hi int
}

// Quadratic is a named quadratic statistic Σ_ρ w_ρ tr V_ρ/d, given by its
// weights w of length d.
type Quadratic struct {
	Name    string
	Weights []float64
}

// Expectation is a named statistic Σ_i p_i E_i φ(r, r*), of any function φ of the
// outputs and the teacher's outputs of a sample of class i, and its parts by class.
// It is integrated by a product rule over the law of (r, r*) in a class, which has
// ℓ + ℓ* ≤ gauss.MaxProductDimension dimensions.
type Expectation struct {
	Name  string
	Value func(class int, outputs, teacher []float64) float64
	Nodes int // per dimension; for smooth functions 41 are plenty
}

// Moments are the low-dimensional numbers through which every statistic depends
// on the state: K classes, ℓ outputs, ℓ* teacher outputs. Matrices are stored
// row by row.
type Moments struct {
	Laws        []problem.Law // per class: m_i, B_i, and with a teacher m*_i, B̃_i, B*_i
	ColumnNorm2 []float64     // ‖X_a‖² of every column a (output)
	TeacherDot  []float64     // X_a·X*_b, ℓ×ℓ*
	Distance2   float64       // ‖X − X*‖², if ℓ = ℓ*
	WindowNorm2 []float64     // ‖X_a‖² restricted to window w at [w·ℓ + a]
	WindowMean  []float64     // μ_i·X_a restricted to window w at [(w·K + i)·ℓ + a]
	Quadratic   []float64     // per user-given quadratic statistic
}

// Norm2 is ‖X‖², the squared Frobenius norm.
func (m *Moments) Norm2() float64 { return sum(m.ColumnNorm2) }

func sum(values []float64) float64 {
	total := 0.0
	for _, v := range values {
		total += v
	}
	return total
}

// Variance is the part C_ρ of the second moments V_ρ = d x̄_ρ x̄_ρᵀ + C_ρ of the
// limit, which an SGD iterate does not have.
type Variance interface {
	// Integrate writes (1/d) Σ_ρ w_ρ C_ρ, ℓ×ℓ, for the weights of a Functional.
	Integrate(dst []float64, f Functional)
}

// Functional names the weights w_ρ of a linear functional of the modes.
type Functional struct {
	Kind  FunctionalKind
	Index int
}

// FunctionalKind is a family of weights.
type FunctionalKind uint8

const (
	// BySpectrum weighs by the eigenvalues λ_l of spectrum Index.
	BySpectrum FunctionalKind = iota
	// Whole weighs every mode by 1.
	Whole
	// InWindow weighs the modes of window Index by 1 and the others by 0.
	InWindow
	// ByWeights weighs by the weights of quadratic statistic Index.
	ByWeights
)

// Observables is what a meter measures beside the laws of the outputs.
type Observables struct {
	Teacher    [][]float64 // columns √d·x*_b of the teacher, each of length d; nil without one
	Windows    []Window
	Quadratics []Quadratic
	// Expectations are user-given functions of the outputs.
	Expectations []Expectation
}

// Meter computes moments of states over the modes of one model.
type Meter struct {
	*Constants
	arrays      *model.Arrays
	outputs     int
	observables Observables

	sums   reducer
	square []float64 // scratch, ℓ×ℓ
}

// NewMeter prepares a meter for states of ℓ outputs over one model. The pool's
// workers share each reduction; meters used from several goroutines need pools
// of their own.
func NewMeter(arrays *model.Arrays, outputs int, observables Observables, pool *parallel.Pool) *Meter {
	classes := len(arrays.Classes)
	m := &Meter{
		Constants: NewConstants(arrays.Classes, outputs, len(observables.Teacher), &observables),
		arrays:    arrays, outputs: outputs, observables: observables,
		square: make([]float64, outputs*outputs),
	}
	m.sums.init(arrays.Dim, pool)
	m.sourceNorms(m.MeanNorm2, m.whole())
	for w, window := range observables.Windows {
		m.sourceNorms(m.WindowMean2[w*classes:(w+1)*classes], window)
	}
	for b, column := range observables.Teacher {
		m.Teacher2[b] = m.dot(m.whole(), column, column)
	}
	m.measureTeacher()
	return m
}

func (m *Meter) whole() Window { return Window{Lo: 0, Hi: m.arrays.Dim} }

// measureTeacher computes the constants m*_i and B*_i.
func (m *Meter) measureTeacher() {
	teacher := m.observables.Teacher
	n := len(teacher)
	for i, class := range m.arrays.Classes {
		law := &m.TeacherLaws[i]
		for b, column := range teacher {
			if class.Source >= 0 {
				law.TeacherMean[b] = class.Factor * m.dot(m.whole(), m.arrays.Sources[class.Source], column)
			}
			for e, other := range teacher {
				law.TeacherCovariance[b*n+e] = m.weightedDot(m.arrays.Spectra[class.Spectrum].Values, column, other)
			}
		}
	}
}

// Measure computes the moments of a state: columns y_a = √d·x̄_a, each of length
// d, one per output, and the variance C, nil for an SGD iterate. All modes are
// summed in chunks whose sums are added in index order.
func (m *Meter) Measure(dst *Moments, y [][]float64, c Variance) {
	m.MeasureLaws(dst, y, c)
	classes := len(m.arrays.Classes)
	m.columnNorms(dst.ColumnNorm2, m.whole(), y, c, Functional{Kind: Whole})
	for a, column := range y {
		for b, teacher := range m.observables.Teacher {
			dst.TeacherDot[a*len(m.observables.Teacher)+b] = m.dot(m.whole(), column, teacher)
		}
	}
	dst.Distance2 = 0
	if len(m.observables.Teacher) == len(y) {
		for a, column := range y {
			// Not from norms and products: they cancel as X approaches X*.
			distance2 := m.sums.sum(0, m.arrays.Dim, reduction{u: column, v: m.observables.Teacher[a], distance: true})
			dst.Distance2 += distance2 / float64(m.arrays.Dim)
		}
		dst.Distance2 += m.trace(c, Functional{Kind: Whole})
	}
	for w, window := range m.observables.Windows {
		m.columnNorms(dst.WindowNorm2[w*m.outputs:(w+1)*m.outputs], window, y, c, Functional{InWindow, w})
		for a, column := range y {
			for s, source := range m.arrays.Sources {
				dot := m.dot(window, source, column)
				for i, class := range m.arrays.Classes {
					if class.Source == s {
						dst.WindowMean[(w*classes+i)*m.outputs+a] = class.Factor * dot
					}
				}
			}
		}
	}
	for q, quadratic := range m.observables.Quadratics {
		total := 0.0
		for _, column := range y {
			total += m.weightedDot(quadratic.Weights, column, column)
		}
		dst.Quadratic[q] = total + m.trace(c, Functional{ByWeights, q})
	}
}

// MeasureLaws computes only the laws of the outputs, on which the risk depends.
func (m *Meter) MeasureLaws(dst *Moments, y [][]float64, c Variance) {
	for a, column := range y {
		for s, source := range m.arrays.Sources {
			dot := m.dot(m.whole(), source, column)
			for i, class := range m.arrays.Classes {
				if class.Source == s {
					dst.Laws[i].Mean[a] = class.Factor * dot
				}
			}
		}
	}
	for l, spectrum := range m.arrays.Spectra {
		m.covariance(m.square, spectrum.Values, y, c, Functional{BySpectrum, l})
		for i, class := range m.arrays.Classes {
			if class.Spectrum == l {
				copy(dst.Laws[i].Covariance, m.square)
			}
		}
		for b, teacher := range m.observables.Teacher {
			for a, column := range y {
				cross := m.weightedDot(spectrum.Values, column, teacher)
				for i, class := range m.arrays.Classes {
					if class.Spectrum == l {
						dst.Laws[i].Cross[a*len(m.observables.Teacher)+b] = cross
					}
				}
			}
		}
	}
}

// covariance writes (1/d) Σ_ρ w_ρ (y_a y_b + C_ab), ℓ×ℓ.
func (m *Meter) covariance(dst, weights []float64, y [][]float64, c Variance, f Functional) {
	clear(dst)
	if c != nil {
		c.Integrate(dst, f)
	}
	for a, column := range y {
		for b, other := range y[:a+1] {
			v := dst[a*m.outputs+b] + m.weightedDot(weights, column, other)
			if a == b {
				// C may be a little below zero by the error of its integration.
				v = math.Max(v, 0)
			}
			dst[a*m.outputs+b], dst[b*m.outputs+a] = v, v
		}
	}
}

func (m *Meter) columnNorms(dst []float64, window Window, y [][]float64, c Variance, f Functional) {
	clear(m.square)
	if c != nil {
		c.Integrate(m.square, f)
	}
	for a, column := range y {
		dst[a] = m.dot(window, column, column) + m.square[a*m.outputs+a]
	}
}

func (m *Meter) trace(c Variance, f Functional) float64 {
	if c == nil {
		return 0
	}
	c.Integrate(m.square, f)
	total := 0.0
	for a := range m.outputs {
		total += m.square[a*m.outputs+a]
	}
	return total
}

// sourceNorms writes ‖μ_i‖² restricted to a window, for every class.
func (m *Meter) sourceNorms(dst []float64, window Window) {
	for i, class := range m.arrays.Classes {
		dst[i] = 0
		if class.Source >= 0 {
			source := m.arrays.Sources[class.Source]
			dst[i] = class.Factor * class.Factor * m.dot(window, source, source)
		}
	}
}

// dot is (1/d) Σ_ρ u_ρ v_ρ over a window.
func (m *Meter) dot(window Window, u, v []float64) float64 {
	return m.sums.sum(window.Lo, window.Hi, reduction{u: u, v: v}) / float64(m.arrays.Dim)
}

// weightedDot is (1/d) Σ_ρ w_ρ u_ρ v_ρ over all modes.
func (m *Meter) weightedDot(w, u, v []float64) float64 {
	return m.sums.sum(0, m.arrays.Dim, reduction{w: w, u: u, v: v}) / float64(m.arrays.Dim)
}

// ArrayVariance is the variance of one output, given for every mode.
type ArrayVariance struct {
	meter *Meter
	C     []float64 // C_ρ, length d
}

// NewArrayVariance makes a variance over the meter's modes; C is set afterwards.
func (m *Meter) NewArrayVariance() *ArrayVariance { return &ArrayVariance{meter: m} }

// Integrate implements Variance.
func (v *ArrayVariance) Integrate(dst []float64, f Functional) {
	m := v.meter
	d := float64(m.arrays.Dim)
	switch f.Kind {
	case BySpectrum:
		dst[0] = m.dot(m.whole(), m.arrays.Spectra[f.Index].Values, v.C)
	case ByWeights:
		dst[0] = m.dot(m.whole(), m.observables.Quadratics[f.Index].Weights, v.C)
	case InWindow:
		window := m.observables.Windows[f.Index]
		dst[0] = m.sums.sum(window.Lo, window.Hi, reduction{u: v.C}) / d
	case Whole:
		dst[0] = m.sums.sum(0, m.arrays.Dim, reduction{u: v.C}) / d
	}
}

// reduction is a sum over the modes: Σ u, Σ u v, Σ w u v, or Σ (u − v)².
type reduction struct {
	w, u, v  []float64
	distance bool
}

// reducer sums by chunks, spread over a pool, and adds the chunks' sums in index
// order. It does not allocate.
type reducer struct {
	pool   *parallel.Pool
	what   reduction
	lo, hi int
	sums   []float64
	each   func(index int)
}

func (r *reducer) init(d int, pool *parallel.Pool) {
	r.pool = pool
	r.sums = make([]float64, parallel.Chunks(d))
	r.each = func(index int) {
		lo, hi := parallel.Chunk(index, r.hi-r.lo)
		var p kernels.Partial
		r.what.add(r.lo+lo, r.lo+hi, &p)
		r.sums[index] = p.Sum()
	}
}

func (r *reducer) sum(lo, hi int, what reduction) float64 {
	r.lo, r.hi, r.what = lo, hi, what
	n := parallel.Chunks(hi - lo)
	r.pool.Each(n, r.each)
	r.what = reduction{}
	return sum(r.sums[:n])
}

func (w *reduction) add(lo, hi int, p *kernels.Partial) {
	switch {
	case w.v == nil:
		kernels.Sum(w.u[lo:hi], p)
	case w.distance:
		kernels.SquaredDistance(w.u[lo:hi], w.v[lo:hi], p)
	case w.w == nil:
		kernels.Dot(w.u[lo:hi], w.v[lo:hi], p)
	default:
		kernels.WeightedDot(w.w[lo:hi], w.u[lo:hi], w.v[lo:hi], p)
	}
}

// cosine is dot/√(a2·b2), NaN (undefined) where a norm vanishes.
func cosine(dot, a2, b2 float64) float64 {
	if a2 <= 0 || b2 <= 0 {
		return math.NaN()
	}
	return dot / (math.Sqrt(a2) * math.Sqrt(b2))
}
