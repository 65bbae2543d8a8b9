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
// the start of the step, and returns the state of the last stage.
func (st *Stages) evaluate(mode int, y, c float64, k *derivatives) (lastY, lastC float64) {
	for i := range st.count {
		lastY, lastC = k.advance(y, c, st.rows[i][:i])
		a, n, b := st.couplings[i].at(mode, st.spectra, st.sources)
		k.y[i], k.c[i] = derivative(a, n, b, lastY, lastC)
	}
	return lastY, lastC
}

func (st *Stages) combineGeneric(lo, hi int, y, c, dstY, dstC, out []float64, sums *Sums) {
	var k derivatives
	for mode := lo; mode < hi; mode++ {
		st.evaluate(mode, y[mode], c[mode], &k)
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

func (st *Stages) errorNormGeneric(lo, hi int, y, c, err []float64, atol, rtol float64, sums *ErrorSums) {
	last := st.count - 1
	var k derivatives
	for mode := lo; mode < hi; mode++ {
		newY, newC := st.evaluate(mode, y[mode], c[mode], &k)
		errorY, errorC := k.advance(0, 0, err)
		ratioY := errorY / math.FMA(rtol, max(math.Abs(y[mode]), math.Abs(newY)), atol)
		ratioC := errorC / math.FMA(rtol, max(math.Abs(c[mode]), math.Abs(newC)), atol)
		lane := (mode - lo) % Lanes
		p := &sums.Error[lane]
		*p = math.FMA(ratioC, ratioC, math.FMA(ratioY, ratioY, *p))
		ky, kc := k.y[last], k.c[last]
		for s, source := range st.sources {
			p := &sums.Slope[s][lane]
			*p = math.FMA(source[mode], ky, *p)
		}
		cross, square := math.FMA(newY+newY, ky, kc), float64(ky*ky)
		for l, spectrum := range st.spectra {
			p, q := &sums.Cross[l][lane], &sums.Square[l][lane]
			*p = math.FMA(spectrum[mode], cross, *p)
			*q = math.FMA(spectrum[mode], square, *q)
		}
	}
}
