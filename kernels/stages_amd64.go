//go:build !purego

package kernels

import "unsafe"

// firstPartial is the address of the first lane, nil if there is no sum.
func firstPartial(sums []Partial) *float64 {
	if len(sums) == 0 {
		return nil
	}
	return &sums[0][0]
}

func (st *Stages) combineVector(lo, hi int, y, c, dstY, dstC, out []float64, sums *Sums) int {
	n := vectorLength(hi - lo)
	if n == 0 {
		return 0
	}
	hi = lo + n
	y0, c0, dstY0, dstC0 := &y[0], &c[0], first(dstY), first(dstC)
	spectra, sources := unsafe.SliceData(st.spectra), unsafe.SliceData(st.sources)
	couplings, rows, out0 := &st.scalars[0], &st.rows[0][0], first(out)
	linear, quadratic := firstPartial(sums.Linear), firstPartial(sums.Quadratic)
	switch st.count {
	case 0:
		combine0AVX2(lo, hi, y0, c0, spectra, len(st.spectra), sources, len(st.sources), couplings, rows, dstY0, dstC0, out0, linear, quadratic)
	case 1:
		combine1AVX2(lo, hi, y0, c0, spectra, len(st.spectra), sources, len(st.sources), couplings, rows, dstY0, dstC0, out0, linear, quadratic)
	case 2:
		combine2AVX2(lo, hi, y0, c0, spectra, len(st.spectra), sources, len(st.sources), couplings, rows, dstY0, dstC0, out0, linear, quadratic)
	case 3:
		combine3AVX2(lo, hi, y0, c0, spectra, len(st.spectra), sources, len(st.sources), couplings, rows, dstY0, dstC0, out0, linear, quadratic)
	case 4:
		combine4AVX2(lo, hi, y0, c0, spectra, len(st.spectra), sources, len(st.sources), couplings, rows, dstY0, dstC0, out0, linear, quadratic)
	case 5:
		combine5AVX2(lo, hi, y0, c0, spectra, len(st.spectra), sources, len(st.sources), couplings, rows, dstY0, dstC0, out0, linear, quadratic)
	case 6:
		combine6AVX2(lo, hi, y0, c0, spectra, len(st.spectra), sources, len(st.sources), couplings, rows, dstY0, dstC0, out0, linear, quadratic)
	case 7:
		combine7AVX2(lo, hi, y0, c0, spectra, len(st.spectra), sources, len(st.sources), couplings, rows, dstY0, dstC0, out0, linear, quadratic)
	}
	return n
}

func (st *Stages) errorNormVector(lo, hi int, y, c, err []float64, atol, rtol float64, sum *Partial) int {
	n := vectorLength(hi - lo)
	if n == 0 {
		return 0
	}
	hi = lo + n
	y0, c0 := &y[0], &c[0]
	spectra, sources := unsafe.SliceData(st.spectra), unsafe.SliceData(st.sources)
	couplings, rows, err0 := &st.scalars[0], &st.rows[0][0], &err[0]
	switch st.count {
	case 1:
		errorNorm1AVX2(lo, hi, y0, c0, spectra, len(st.spectra), sources, len(st.sources), couplings, rows, err0, atol, rtol, &sum[0])
	case 2:
		errorNorm2AVX2(lo, hi, y0, c0, spectra, len(st.spectra), sources, len(st.sources), couplings, rows, err0, atol, rtol, &sum[0])
	case 3:
		errorNorm3AVX2(lo, hi, y0, c0, spectra, len(st.spectra), sources, len(st.sources), couplings, rows, err0, atol, rtol, &sum[0])
	case 4:
		errorNorm4AVX2(lo, hi, y0, c0, spectra, len(st.spectra), sources, len(st.sources), couplings, rows, err0, atol, rtol, &sum[0])
	case 5:
		errorNorm5AVX2(lo, hi, y0, c0, spectra, len(st.spectra), sources, len(st.sources), couplings, rows, err0, atol, rtol, &sum[0])
	case 6:
		errorNorm6AVX2(lo, hi, y0, c0, spectra, len(st.spectra), sources, len(st.sources), couplings, rows, err0, atol, rtol, &sum[0])
	case 7:
		errorNorm7AVX2(lo, hi, y0, c0, spectra, len(st.spectra), sources, len(st.sources), couplings, rows, err0, atol, rtol, &sum[0])
	}
	return n
}
