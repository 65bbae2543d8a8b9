//go:build (amd64 || arm64) && !purego

package kernels

import "unsafe"

// firstPartial is the address of the first lane, nil if there is no sum.
func firstPartial(sums []Partial) *float64 {
	if len(sums) == 0 {
		return nil
	}
	return &sums[0][0]
}

func (st *Stages) combineVector(lo, hi int, y, c, dstY, dstC, errorY, errorC, out, err []float64, sums *Sums) int {
	n := wholeTiles(hi - lo)
	if n > 0 {
		combineAssembly(st.count, 8*lo, 8*(lo+n), &y[0], &c[0],
			unsafe.SliceData(st.spectra), len(st.spectra), unsafe.SliceData(st.sources), len(st.sources),
			&st.scalars[0][0], &st.rows[0][0], first(dstY), first(dstC), first(errorY), first(errorC),
			first(out), first(err), firstPartial(sums.Linear), firstPartial(sums.Quadratic))
	}
	return n
}

func (st *Stages) errorNormVector(lo, hi int, y, c, newY, newC, errorY, errorC []float64, weight, atol, rtol float64, sums *ErrorSums) int {
	n := wholeTiles(hi - lo)
	if n > 0 {
		last := (st.count - 1) * len(st.scalars) / MaxStages
		errorNormOfAssembly(8*lo, 8*(lo+n), &y[0], &c[0],
			unsafe.SliceData(st.spectra), len(st.spectra), unsafe.SliceData(st.sources), len(st.sources),
			&st.scalars[last][0], &newY[0], &newC[0], &errorY[0], &errorC[0],
			weight, atol, rtol, &sums.all[0][0])
	}
	return n
}
