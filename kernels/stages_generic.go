package kernels

import "math"

// derivatives are the k of the stages in one mode.
type derivatives struct {
	y, c [MaxStages]float64
}

// advance adds Σ_j row[j]·k_j to (y, c), in increasing j.
func (k *derivatives) advance(y, c float64, row []float64) (float64, float64) {
	for j, r := range row {
		y = math.FMA(r, k.y[j], y)
		c = math.FMA(r, k.c[j], c)
	}
	return y, c
}

// evaluate fills in the derivatives of all stages in one mode from the state at
// the start of the step.
func (st *Stages) evaluate(mode int, y, c float64, k *derivatives) {
	for i := range st.count {
		stageY, stageC := k.advance(y, c, st.rows[i][:i])
		a, n, b := st.couplings[i].at(mode, st.spectra, st.sources)
		k.y[i], k.c[i] = derivative(a, n, b, stageY, stageC)
	}
}

func (st *Stages) combineGeneric(lo, hi int, y, c, dstY, dstC, errorY, errorC, out, err []float64, sums *Sums) {
	var k derivatives
	for mode := lo; mode < hi; mode++ {
		st.evaluate(mode, y[mode], c[mode], &k)
		if errorY != nil {
			errorY[mode], errorC[mode] = k.advance(0, 0, err)
		}
		wy, wc := k.advance(y[mode], c[mode], out)
		if dstY != nil {
			dstY[mode], dstC[mode] = wy, wc
		}
		lane := (mode - lo) % Lanes
		for s, source := range st.sources {
			p := &sums.Linear[s][lane]
			*p = math.FMA(source[mode], wy, *p)
		}
		energy := math.FMA(wy, wy, wc)
		for l, spectrum := range st.spectra {
			p := &sums.Quadratic[l][lane]
			*p = math.FMA(spectrum[mode], energy, *p)
		}
	}
}

func (st *Stages) errorNormGeneric(lo, hi int, y, c, newY, newC, errorY, errorC []float64, weight, atol, rtol float64, sums *ErrorSums) {
	coupling := &st.couplings[st.count-1]
	for mode := lo; mode < hi; mode++ {
		a, n, b := coupling.at(mode, st.spectra, st.sources)
		ky, kc := derivative(a, n, b, newY[mode], newC[mode])
		ratioY := math.FMA(weight, ky, errorY[mode]) / math.FMA(rtol, magnitude(y[mode], newY[mode]), atol)
		ratioC := math.FMA(weight, kc, errorC[mode]) / math.FMA(rtol, magnitude(c[mode], newC[mode]), atol)
		lane := (mode - lo) % Lanes
		p := &sums.Error[lane]
		*p = math.FMA(ratioC, ratioC, math.FMA(ratioY, ratioY, *p))
		for s, source := range st.sources {
			p := &sums.Slope[s][lane]
			*p = math.FMA(source[mode], ky, *p)
		}
		cross, square := math.FMA(newY[mode]+newY[mode], ky, kc), float64(ky*ky)
		for l, spectrum := range st.spectra {
			p, q := &sums.Cross[l][lane], &sums.Square[l][lane]
			*p = math.FMA(spectrum[mode], cross, *p)
			*q = math.FMA(spectrum[mode], square, *q)
		}
	}
}

// magnitude is the larger of |old| and |new|, and |new| where either is NaN, as
// VMAXPD has it.
func magnitude(old, new float64) float64 {
	if magnitude := math.Abs(old); magnitude > math.Abs(new) {
		return magnitude
	}
	return math.Abs(new)
}
