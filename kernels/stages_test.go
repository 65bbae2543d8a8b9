package kernels

import (
	"math"
	"math/rand/v2"
	"testing"

	"anisgd/kernels/cpu"
)

// rungeKutta is the straightforward form of a step: every stage's derivative is
// an array, computed by Derivative, and nothing is fused.
type rungeKutta struct {
	y, c             []float64
	spectra, sources [][]float64
	ky, kc           [][]float64
	lastY, lastC     []float64 // state of the last stage
}

func (s *rungeKutta) combine(row []float64) (y, c []float64) {
	y, c = append([]float64{}, s.y...), append([]float64{}, s.c...)
	for i, r := range row {
		for mode := range y {
			y[mode] += float64(r * s.ky[i][mode])
			c[mode] += float64(r * s.kc[i][mode])
		}
	}
	return y, c
}

func (s *rungeKutta) append(k *Coupling, row []float64) {
	s.lastY, s.lastC = s.combine(row)
	dy, dc := make([]float64, len(s.y)), make([]float64, len(s.y))
	Derivative(dy, dc, s.lastY, s.lastC, k, s.spectra, s.sources)
	s.ky, s.kc = append(s.ky, dy), append(s.kc, dc)
}

func closeTo(got, want, scale float64) bool {
	return math.Abs(got-want) <= 1e-13*scale
}

// TestSweepsAgainstRungeKutta compares the sweeps, over a range cut in chunks
// with a rest, with the straightforward step. The couplings are those of a step
// whose stages stay of order one.
func TestSweepsAgainstRungeKutta(t *testing.T) {
	const modes, lo, hi, chunk = 300, 7, 291, 64
	r := rand.New(rand.NewPCG(8, 9))
	for _, path := range cpu.Available() {
		for _, shape := range [][2]int{{1, 0}, {2, 1}, {3, 4}} {
			vector := func() []float64 {
				v := make([]float64, modes)
				fillNormal(r, v)
				return v
			}
			s := &rungeKutta{y: vector(), c: vector()}
			for range shape[0] {
				s.spectra = append(s.spectra, vector())
			}
			for range shape[1] {
				s.sources = append(s.sources, vector())
			}
			st := NewStages(modes, s.spectra, s.sources)
			for n := range MaxStages + 1 {
				if n > 0 {
					k, row := randomCoupling(r, shape[0], shape[1]), make([]float64, n-1)
					for i := range row {
						row[i] = 0.1 * r.NormFloat64()
					}
					s.append(k, row)
					st.Append(k, row)
				}
				if st.Len() != n || st.Modes() != modes {
					t.Fatalf("%d stages over %d modes", st.Len(), st.Modes())
				}
				out := make([]float64, n)
				for i := range out {
					out[i] = 0.1 * r.NormFloat64()
				}
				wantY, wantC := s.combine(out)

				gotY, gotC := make([]float64, modes), make([]float64, modes)
				errorY, errorC := make([]float64, modes), make([]float64, modes)
				sums, ends := st.NewSums(), st.NewErrorSums()
				const weight = -0.3
				onPath(path, func() {
					for from := lo; from < hi; from += chunk {
						part := st.NewSums()
						st.CombineError(from, min(from+chunk, hi), s.y, s.c, gotY, gotC, errorY, errorC, out, out, part)
						sums.Add(part)
						if n > 0 {
							part := st.NewErrorSums()
							st.ErrorNorm(from, min(from+chunk, hi), s.y, s.c, s.lastY, s.lastC, errorY, errorC, weight, 0.1, 0.2, part)
							ends.Add(part)
						}
					}
				})
				for mode := range modes {
					if mode < lo || mode >= hi {
						wantY[mode], wantC[mode] = 0, 0
					}
					scale := 10 + math.Abs(wantY[mode]) + math.Abs(wantC[mode])
					if mode >= lo && mode < hi && (!closeTo(errorY[mode], wantY[mode]-s.y[mode], scale) || !closeTo(errorC[mode], wantC[mode]-s.c[mode], scale)) {
						t.Fatalf("%v: shape %v, %d stages: mode %d: errors (%v, %v)", path, shape, n, mode, errorY[mode], errorC[mode])
					}
					if !closeTo(gotY[mode], wantY[mode], scale) || !closeTo(gotC[mode], wantC[mode], scale) {
						t.Fatalf("%v: shape %v, %d stages: mode %d: (%v, %v), want (%v, %v)",
							path, shape, n, mode, gotY[mode], gotC[mode], wantY[mode], wantC[mode])
					}
				}
				for i, source := range s.sources {
					want, scale := 0.0, 0.0
					for mode := lo; mode < hi; mode++ {
						term := source[mode] * wantY[mode]
						want, scale = want+term, scale+math.Abs(term)
					}
					if !closeTo(sums.Linear[i].Sum(), want, 10*scale) {
						t.Errorf("%v: shape %v, %d stages: linear sum %d: %v, want %v", path, shape, n, i, sums.Linear[i].Sum(), want)
					}
				}
				for i, spectrum := range s.spectra {
					want, scale := 0.0, 0.0
					for mode := lo; mode < hi; mode++ {
						term := spectrum[mode] * (wantY[mode]*wantY[mode] + wantC[mode])
						want, scale = want+term, scale+math.Abs(term)
					}
					if !closeTo(sums.Quadratic[i].Sum(), want, 10*scale) {
						t.Errorf("%v: shape %v, %d stages: quadratic sum %d: %v, want %v", path, shape, n, i, sums.Quadratic[i].Sum(), want)
					}
				}
				if n == 0 {
					continue
				}
				want := 0.0
				for mode := lo; mode < hi; mode++ {
					scaleY := 0.1 + 0.2*math.Max(math.Abs(s.y[mode]), math.Abs(s.lastY[mode]))
					scaleC := 0.1 + 0.2*math.Max(math.Abs(s.c[mode]), math.Abs(s.lastC[mode]))
					// The combination, and the last derivative once more.
					ratioY := (wantY[mode] - s.y[mode] + weight*s.ky[n-1][mode]) / scaleY
					ratioC := (wantC[mode] - s.c[mode] + weight*s.kc[n-1][mode]) / scaleC
					want += ratioY*ratioY + ratioC*ratioC
				}
				if !closeTo(ends.Error.Sum(), want, 1000*want) {
					t.Errorf("%v: shape %v, %d stages: error norm %v, want %v", path, shape, n, ends.Error.Sum(), want)
				}
				s.compareDeparture(t, ends, lo, hi)
			}
		}
	}
}

// compareDeparture compares the sums at a state that leaves the last stage's with
// its derivative, as polynomials in the distance, with the sums at some such states.
func (s *rungeKutta) compareDeparture(t *testing.T, ends *ErrorSums, lo, hi int) {
	t.Helper()
	ky, kc := s.ky[len(s.ky)-1], s.kc[len(s.kc)-1]
	change := func(array []float64, w float64, term func(y, c float64) float64) (change, scale float64) {
		for mode := lo; mode < hi; mode++ {
			y, c := s.lastY[mode], s.lastC[mode]
			before, after := array[mode]*term(y, c), array[mode]*term(y+w*ky[mode], c+w*kc[mode])
			change, scale = change+(after-before), scale+math.Abs(before)+math.Abs(after)
		}
		return change, scale
	}
	for _, w := range []float64{-0.5, 0.25, 2} {
		for i, source := range s.sources {
			want, scale := change(source, w, func(y, _ float64) float64 { return y })
			if got := w * ends.Slope[i].Sum(); !closeTo(got, want, 10*scale) {
				t.Errorf("linear sum %d departs by %v, want %v", i, got, want)
			}
		}
		for i, spectrum := range s.spectra {
			want, scale := change(spectrum, w, func(y, c float64) float64 { return y*y + c })
			if got := w * (ends.Cross[i].Sum() + w*ends.Square[i].Sum()); !closeTo(got, want, 10*scale) {
				t.Errorf("quadratic sum %d departs by %v, want %v", i, got, want)
			}
		}
	}
}

// TestDerivative compares with the formula written out.
func TestDerivative(t *testing.T) {
	y, c := []float64{2, 3}, []float64{5, 7}
	spectra := [][]float64{{1, 2}, {4, 8}}
	sources := [][]float64{{0.5, 1}, {16, 32}}
	k := &Coupling{Decay: 0.25, Rate: []float64{1, 0.5}, Noise: []float64{3, 2}, Drive: []float64{-2, 0.125}}
	dY, dC := make([]float64, 2), make([]float64, 2)
	Derivative(dY, dC, y, c, k, spectra, sources)
	// a = 3.25, 6.25; n = 11, 22; b = 1, 2.
	compareVectors(t, "dY", dY, []float64{-(3.25*2 + 1), -(6.25*3 + 2)})
	compareVectors(t, "dC", dC, []float64{11 - 2*3.25*5, 22 - 2*6.25*7})
	Derivative(y, c, y, c, k, spectra, sources)
	compareVectors(t, "dY in place", y, dY)
	compareVectors(t, "dC in place", c, dC)
}

// TestStepHasOrderFive integrates modes with constant couplings, whose solution
// is an exponential, by one step of two sizes.
func TestStepHasOrderFive(t *testing.T) {
	lambda, mean := []float64{0.5, 1, 1.5}, []float64{1, -1, 2}
	y, c := []float64{1, 2, -1}, []float64{1, 0.5, 3}
	k := &Coupling{Decay: 0.1, Rate: []float64{0.9}, Noise: []float64{0.3}, Drive: []float64{0.7}}
	for _, path := range cpu.Available() {
		onPath(path, func() {
			// One step of size h: its error and its error estimate.
			step := func(h float64) (worst, estimate float64) {
				st := NewStages(3, [][]float64{lambda}, [][]float64{mean})
				newY, newC := make([]float64, 3), make([]float64, 3)
				scaled := func(v []float64) []float64 {
					r := make([]float64, len(v))
					for i := range v {
						r[i] = h * v[i]
					}
					return r
				}
				errorY, errorC, ends := make([]float64, 3), make([]float64, 3), st.NewErrorSums()
				err := scaled(dormandPrince.err)
				for i, row := range dormandPrince.rows {
					st.CombineError(0, 3, y, c, newY, newC, errorY, errorC, scaled(row), err[:i], st.NewSums())
					st.Append(k, scaled(row))
				}
				st.ErrorNorm(0, 3, y, c, newY, newC, errorY, errorC, err[MaxStages-1], 1, 0, ends)
				for i := range y {
					a, n, b := 0.1+0.9*lambda[i], 0.3*lambda[i], 0.7*mean[i]
					exactY := (y[i]+b/a)*math.Exp(-a*h) - b/a
					exactC := (c[i]-n/(2*a))*math.Exp(-2*a*h) + n/(2*a)
					worst = math.Max(worst, math.Max(math.Abs(newY[i]-exactY), math.Abs(newC[i]-exactC)))
				}
				return worst, math.Sqrt(ends.Error.Sum())
			}
			coarse, coarseEstimate := step(0.2)
			fine, fineEstimate := step(0.1)
			if order := math.Log2(coarse / fine); math.Abs(order-6) > 0.3 {
				t.Errorf("%v: the error of a step is of order %.2f, want 6", path, order)
			}
			if order := math.Log2(coarseEstimate / fineEstimate); math.Abs(order-5) > 0.3 {
				t.Errorf("%v: the error estimate is of order %.2f, want 5", path, order)
			}
		})
	}
}

func TestStagesMisusePanics(t *testing.T) {
	four, five := make([]float64, 4), make([]float64, 5)
	list := func(v ...[]float64) [][]float64 { return v }
	mustPanic(t, "no spectrum", func() { NewStages(4, nil, list(four)) })
	mustPanic(t, "a spectrum has length 5", func() { NewStages(4, list(four, five), nil) })
	mustPanic(t, "a source has length 5", func() { NewStages(4, list(four), list(five)) })

	k := &Coupling{Rate: []float64{1}, Noise: []float64{1}, Drive: []float64{1}}
	mustPanic(t, "Derivative: dC", func() { Derivative(four, five, four, four, k, list(four), list(four)) })
	mustPanic(t, "Derivative: y", func() { Derivative(four, four, five, four, k, list(four), list(four)) })
	mustPanic(t, "Derivative: c", func() { Derivative(four, four, four, five, k, list(four), list(four)) })
	mustPanic(t, "Coupling.Drive", func() { Derivative(four, four, four, four, k, list(four), nil) })
	mustPanic(t, "Coupling.Rate", func() { Derivative(four, four, four, four, k, list(four, four), list(four)) })

	st := NewStages(4, list(four), list(four))
	sums := st.NewSums()
	errorNorm := func(y, c, newY, newC, errorY, errorC []float64, sums *ErrorSums) func() {
		return func() { st.ErrorNorm(0, 4, y, c, newY, newC, errorY, errorC, 1, 1, 1, sums) }
	}
	mustPanic(t, "no stage", errorNorm(four, four, four, four, four, four, st.NewErrorSums()))
	mustPanic(t, "newY has length 5", errorNorm(four, four, five, four, four, four, st.NewErrorSums()))
	mustPanic(t, "newC has length 5", errorNorm(four, four, four, five, four, four, st.NewErrorSums()))
	mustPanic(t, "errorY has length 5", errorNorm(four, four, four, four, five, four, st.NewErrorSums()))
	mustPanic(t, "errorC has length 5", errorNorm(four, four, four, four, four, five, st.NewErrorSums()))
	combineError := func(errorY, errorC, err []float64) func() {
		return func() { st.CombineError(0, 4, four, four, nil, nil, errorY, errorC, nil, err, sums) }
	}
	mustPanic(t, "errorY has length 5", combineError(five, four, nil))
	mustPanic(t, "errorC has length 0", combineError(four, nil, nil))
	mustPanic(t, "err has length 4", combineError(four, four, four))
	mustPanic(t, "row has length 1, expected 0", func() { st.Append(k, []float64{1}) })
	mustPanic(t, "range [1, 5)", func() { st.Combine(1, 5, four, four, nil, nil, nil, sums) })
	mustPanic(t, "range [3, 2)", func() { st.Combine(3, 2, four, four, nil, nil, nil, sums) })
	mustPanic(t, "range [-1, 2)", func() { st.Combine(-1, 2, four, four, nil, nil, nil, sums) })
	mustPanic(t, "y has length 5", func() { st.Combine(0, 4, five, four, nil, nil, nil, sums) })
	mustPanic(t, "c has length 5", func() { st.Combine(0, 4, four, five, nil, nil, nil, sums) })
	mustPanic(t, "one of dstY and dstC", func() { st.Combine(0, 4, four, four, four, nil, nil, sums) })
	mustPanic(t, "dstC has length 5", func() { st.Combine(0, 4, four, four, four, five, nil, sums) })
	mustPanic(t, "out has length 1", func() { st.Combine(0, 4, four, four, nil, nil, four[:1], sums) })
	mustPanic(t, "Sums.Linear", func() { st.Combine(0, 4, four, four, nil, nil, nil, &Sums{Quadratic: sums.Quadratic}) })
	mustPanic(t, "Sums.Quadratic", func() { st.Combine(0, 4, four, four, nil, nil, nil, &Sums{Linear: sums.Linear}) })
	mustPanic(t, "Sums.Add: Linear", func() { sums.Add(&Sums{Quadratic: sums.Quadratic}) })
	st.Append(k, nil)
	ends := NewStages(4, list(four, four), list(four, four)).NewErrorSums()
	mustPanic(t, "ErrorSums.Slope", errorNorm(four, four, four, four, four, four, ends))
	mustPanic(t, "ErrorSums.Add: Slope", func() { ends.Add(st.NewErrorSums()) })
	for st.Len() < MaxStages {
		st.Append(k, make([]float64, st.Len()))
	}
	mustPanic(t, "there are 7 stages already", func() { st.Append(k, make([]float64, MaxStages)) })
}

func TestSumsReset(t *testing.T) {
	st := NewStages(20, [][]float64{someVector(20)}, [][]float64{someVector(20)})
	sums := st.NewSums()
	st.Combine(0, 20, someVector(20), someVector(20), nil, nil, nil, sums)
	if sums.Linear[0] == (Partial{}) || sums.Quadratic[0] == (Partial{}) {
		t.Fatal("the sums are empty after a sweep")
	}
	sums.Reset()
	if sums.Linear[0] != (Partial{}) || sums.Quadratic[0] != (Partial{}) {
		t.Error("the sums are not empty after Reset")
	}
	st.Append(randomCoupling(rand.New(rand.NewPCG(1, 1)), 1, 1), nil)
	ends := st.NewErrorSums()
	st.ErrorNorm(0, 20, someVector(20), someVector(20), someVector(20), someVector(20), someVector(20), someVector(20), 1, 1, 1, ends)
	for i := range ends.all {
		if ends.all[i] == (Partial{}) {
			t.Fatal("the sums are empty after a sweep")
		}
	}
	ends.Reset()
	for i := range ends.all {
		if ends.all[i] != (Partial{}) {
			t.Error("the sums are not empty after Reset")
		}
	}
}
