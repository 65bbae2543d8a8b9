package kernels

import "fmt"

// MaxStages is the largest number of stages a step can have: that of
// Dormand–Prince 5(4) and Tsitouras 5(4).
const MaxStages = 7

// Stages is an explicit Runge–Kutta step in progress, over modes whose
// equations are those of [Coupling]. It holds a few scalars per stage and none
// of the stage's arrays: the derivatives of the earlier stages are computed
// again, in registers, in every sweep over the modes. So a sweep reads the
// state at the start of the step, the spectra and the sources, 2 + L + S
// arrays, and writes nothing unless asked to; a step needs no memory beyond its
// start and its end, and the sweeps are bound by arithmetic and scale over
// threads.
//
// With the state (y, c) at the start of the step, and n stages appended,
//
//	Y_i = y + Σ_{j<i} row_i[j]·ky_j       ky_i = −fma(a_i, Y_i, b_i)
//	C_i = c + Σ_{j<i} row_i[j]·kc_j       kc_i = fma(−2a_i, C_i, n_i)
//
// where every sum is a chain of fma(row_i[j], k_j, ·) in increasing j from y or
// c, and a_i, n_i, b_i are evaluated as by [Derivative] from the coupling of
// stage i.
//
// Append and Reset must not run beside anything else; any number of goroutines
// may sweep at the same time.
type Stages struct {
	modes            int
	spectra, sources [][]float64

	count     int
	couplings [MaxStages]Coupling
	rows      [MaxStages][MaxStages]float64 // rows[i][j], j < i

	// The couplings again, in the order the assembly reads them: per stage
	// Decay, then Rate[l] and Noise[l] for every l, then all of Drive.
	scalars []repeated
}

// repeated is a scalar in every lane of a 256-bit register, as which it can be an
// operand in memory.
type repeated [4]float64

func repeat(x float64) repeated { return repeated{x, x, x, x} }

// NewStages makes an empty step over the given number of modes. Every spectrum
// and source has one element per mode; they are kept, not copied, and must not
// change during a sweep. There must be at least one spectrum.
func NewStages(modes int, spectra, sources [][]float64) *Stages {
	checkModes("NewStages", modes, spectra, sources)
	st := &Stages{
		modes:   modes,
		spectra: spectra,
		sources: sources,
		scalars: make([]repeated, MaxStages*(1+2*len(spectra)+len(sources))),
	}
	for i := range st.couplings {
		st.couplings[i] = Coupling{
			Rate:  make([]float64, len(spectra)),
			Noise: make([]float64, len(spectra)),
			Drive: make([]float64, len(sources)),
		}
	}
	return st
}

// Modes is the number of modes.
func (st *Stages) Modes() int { return st.modes }

// Len is the number of stages appended since the last Reset.
func (st *Stages) Len() int { return st.count }

// Reset removes all stages.
func (st *Stages) Reset() { st.count = 0 }

// Append adds stage n = Len: its state is y + Σ_{j<n} row[j]·k_j, with the step
// size folded into the row, and its derivative follows from the coupling at
// that state. The row of stage 0 is empty. Everything is copied. Append panics
// if there are MaxStages stages already or a length is wrong.
func (st *Stages) Append(k *Coupling, row []float64) {
	if st.count == MaxStages {
		panic(fmt.Sprintf("kernels: Stages.Append: there are %d stages already", MaxStages))
	}
	checkLength("Stages.Append", "row", len(row), st.count)
	k.check("Stages.Append", len(st.spectra), len(st.sources))
	copy(st.rows[st.count][:], row)
	own := &st.couplings[st.count]
	own.Decay = k.Decay
	copy(own.Rate, k.Rate)
	copy(own.Noise, k.Noise)
	copy(own.Drive, k.Drive)

	perStage := len(st.scalars) / MaxStages
	scalars := st.scalars[st.count*perStage:][:0]
	scalars = append(scalars, repeat(k.Decay))
	for l := range k.Rate {
		scalars = append(scalars, repeat(k.Rate[l]), repeat(k.Noise[l]))
	}
	for _, drive := range k.Drive {
		scalars = append(scalars, repeat(drive))
	}
	st.count++
}

// Sums are the reductions of a sweep, over the modes of its range.
type Sums struct {
	Linear    []Partial // one per source: Σ M_s·y
	Quadratic []Partial // one per spectrum: Σ λ_l·(y² + c)
}

// NewSums allocates empty sums.
func (st *Stages) NewSums() *Sums {
	return &Sums{
		Linear:    make([]Partial, len(st.sources)),
		Quadratic: make([]Partial, len(st.spectra)),
	}
}

// Reset empties the sums.
func (s *Sums) Reset() {
	clear(s.Linear)
	clear(s.Quadratic)
}

// Add adds other sums of the same shape, lane by lane.
func (s *Sums) Add(other *Sums) {
	checkLength("Sums.Add", "Linear", len(other.Linear), len(s.Linear))
	checkLength("Sums.Add", "Quadratic", len(other.Quadratic), len(s.Quadratic))
	for i := range s.Linear {
		s.Linear[i].Add(&other.Linear[i])
	}
	for i := range s.Quadratic {
		s.Quadratic[i].Add(&other.Quadratic[i])
	}
}

// Combine evaluates the combination of the n = Len derivatives with the
// coefficients out, of length n, in the modes lo ≤ ρ < hi:
//
//	wy = y[ρ] + Σ_{i<n} out[i]·ky_i
//	wc = c[ρ] + Σ_{i<n} out[i]·kc_i
//
// both chains of fma in increasing i, and adds to the sums, for every source s
// and spectrum l, with lane = (ρ−lo) mod Lanes,
//
//	Linear[s][lane] ← fma(M_s[ρ], wy, Linear[s][lane])
//	Quadratic[l][lane] ← fma(λ_l[ρ], fma(wy, wy, wc), Quadratic[l][lane])
//
// Unless dstY is nil, wy and wc are stored in dstY[ρ] and dstC[ρ]. All slices
// have one element per mode; dstY may be y and dstC may be c. Combine panics,
// before it has written anything, if a length is wrong, the range is not within
// the modes, or one of dstY and dstC is nil and the other is not.
//
// Ranges may be swept in any order and concurrently; for results that do not
// depend on the number of threads cut the modes in the same places always and
// add the sums in the order of the ranges.
//
// A sweep costs n(n+1) + n(2L+S+2) + 2+L+S fused multiply-adds per mode, which
// bound its speed from about four stages on; with fewer it is bound by reading
// the 2 + L + S arrays if they do not fit in a cache.
func (st *Stages) Combine(lo, hi int, y, c, dstY, dstC, out []float64, sums *Sums) {
	st.combine("Stages.Combine", lo, hi, y, c, dstY, dstC, nil, nil, out, nil, sums)
}

// CombineError is Combine with the derivatives combined a second time: it stores
//
//	errorY[ρ] = Σ_{i<n} err[i]·ky_i
//	errorC[ρ] = Σ_{i<n} err[i]·kc_i
//
// chains of fma in increasing i from +0, for [Stages.ErrorNorm]. errorY and errorC
// overlap no other array.
func (st *Stages) CombineError(lo, hi int, y, c, dstY, dstC, errorY, errorC, out, err []float64, sums *Sums) {
	checkLength("Stages.CombineError", "errorY", len(errorY), st.modes)
	checkLength("Stages.CombineError", "errorC", len(errorC), st.modes)
	checkLength("Stages.CombineError", "err", len(err), st.count)
	st.combine("Stages.CombineError", lo, hi, y, c, dstY, dstC, errorY, errorC, out, err, sums)
}

func (st *Stages) combine(kernel string, lo, hi int, y, c, dstY, dstC, errorY, errorC, out, err []float64, sums *Sums) {
	st.checkRange(kernel, lo, hi, y, c)
	if (dstY == nil) != (dstC == nil) {
		panic("kernels: " + kernel + ": one of dstY and dstC is nil")
	}
	if dstY != nil {
		checkLength(kernel, "dstY", len(dstY), st.modes)
		checkLength(kernel, "dstC", len(dstC), st.modes)
	}
	checkLength(kernel, "out", len(out), st.count)
	checkLength(kernel, "Sums.Linear", len(sums.Linear), len(st.sources))
	checkLength(kernel, "Sums.Quadratic", len(sums.Quadratic), len(st.spectra))
	n := st.combineVector(lo, hi, y, c, dstY, dstC, errorY, errorC, out, err, sums)
	st.combineGeneric(lo+n, hi, y, c, dstY, dstC, errorY, errorC, out, err, sums)
}

// ErrorSums are the reductions at the end of a step, over the modes of a range.
//
// Beside the error they hold the sums of a first stage that leaves the last
// stage's state (Y, C) with its derivative (ky, kc): at (Y, C) + w·(ky, kc) the
// sums of [Stages.Combine] are polynomials in w,
//
//	Linear + w·Slope,   Quadratic + w·Cross + w²·Square
//
// from those at (Y, C). The next step's second stage needs no sweep then,
// whatever its size.
type ErrorSums struct {
	Error  *Partial  // the squares of the scaled error
	Slope  []Partial // one per source: Σ M_s·ky
	Cross  []Partial // one per spectrum: Σ λ_l·(2Y·ky + kc)
	Square []Partial // one per spectrum: Σ λ_l·ky²

	all []Partial // the above, in this order, as the assembly finds them
}

// NewErrorSums allocates empty sums.
func (st *Stages) NewErrorSums() *ErrorSums {
	spectra, sources := len(st.spectra), len(st.sources)
	all := make([]Partial, 1+sources+2*spectra)
	return &ErrorSums{
		Error:  &all[0],
		Slope:  all[1 : 1+sources],
		Cross:  all[1+sources : 1+sources+spectra],
		Square: all[1+sources+spectra:],
		all:    all,
	}
}

// Reset empties the sums.
func (s *ErrorSums) Reset() { clear(s.all) }

// Add adds other sums of the same shape, lane by lane.
func (s *ErrorSums) Add(other *ErrorSums) {
	checkLength("ErrorSums.Add", "Slope", len(other.Slope), len(s.Slope))
	checkLength("ErrorSums.Add", "Cross", len(other.Cross), len(s.Cross))
	for i := range s.all {
		s.all[i].Add(&other.all[i])
	}
}

// ErrorNorm adds the squares of the scaled error estimate over the modes
// lo ≤ ρ < hi. The new state (newY, newC) is that of the last stage, as in every
// method whose last stage is the first of the next step; its derivative
// (ky, kc) follows from the coupling appended last, and what the other stages
// contribute to the error has been stored by [Stages.CombineError].
//
//	ey = fma(weight, ky, errorY[ρ]),  ec = fma(weight, kc, errorC[ρ])
//	ry = ey / fma(rtol, max(|y[ρ]|, |newY[ρ]|), atol)
//	rc = ec / fma(rtol, max(|c[ρ]|, |newC[ρ]|), atol)
//	Error[lane] ← fma(rc, rc, fma(ry, ry, Error[lane])),  lane = (ρ−lo) mod Lanes
//
// A NaN in the new state or in the stored errors makes its lane NaN, one in y or c
// is passed over. It adds further, for every source s and
// spectrum l,
//
//	Slope[s][lane] ← fma(M_s[ρ], ky, Slope[s][lane])
//	Cross[l][lane] ← fma(λ_l[ρ], fma(newY+newY, ky, kc), Cross[l][lane])
//	Square[l][lane] ← fma(λ_l[ρ], ky·ky, Square[l][lane])
//
// ErrorNorm panics if a length is wrong, there is no stage, or the range is not
// within the modes. It is bound by reading 6 + L + S arrays.
func (st *Stages) ErrorNorm(lo, hi int, y, c, newY, newC, errorY, errorC []float64, weight, atol, rtol float64, sums *ErrorSums) {
	const kernel = "Stages.ErrorNorm"
	st.checkRange(kernel, lo, hi, y, c)
	checkLength(kernel, "newY", len(newY), st.modes)
	checkLength(kernel, "newC", len(newC), st.modes)
	checkLength(kernel, "errorY", len(errorY), st.modes)
	checkLength(kernel, "errorC", len(errorC), st.modes)
	if st.count == 0 {
		panic("kernels: Stages.ErrorNorm: no stage")
	}
	checkLength(kernel, "ErrorSums.Slope", len(sums.Slope), len(st.sources))
	checkLength(kernel, "ErrorSums.Cross", len(sums.Cross), len(st.spectra))
	n := st.errorNormVector(lo, hi, y, c, newY, newC, errorY, errorC, weight, atol, rtol, sums)
	st.errorNormGeneric(lo+n, hi, y, c, newY, newC, errorY, errorC, weight, atol, rtol, sums)
}

func (st *Stages) checkRange(kernel string, lo, hi int, y, c []float64) {
	if lo < 0 || hi < lo || hi > st.modes {
		panic(fmt.Sprintf("kernels: %s: range [%d, %d) is not within the %d modes", kernel, lo, hi, st.modes))
	}
	checkLength(kernel, "y", len(y), st.modes)
	checkLength(kernel, "c", len(c), st.modes)
}
