//go:build (amd64 || arm64) && !purego

package kernels

func updateSignsDotVector(x []float64, shrink, step float64, last, next *SignSample, dot *Partial) int {
	n := wholeTiles(len(x))
	if n == 0 {
		return 0
	}
	if last.Mean == nil && last.Scale == nil && next.Mean == nil && next.Scale == nil {
		updateSignsDotAssembly(&x[0], &last.Bits[0], &next.Bits[0], last.ScaleFactor, next.ScaleFactor, shrink, step, &dot[0], n)
		return n
	}
	// A constant takes the place of an array as one tile that is read again and again.
	lastScale, nextScale := constantTile(last.ScaleFactor), constantTile(next.ScaleFactor)
	lastScales, lastScaleMask := arrayOrTile(last.Scale, &lastScale)
	nextScales, nextScaleMask := arrayOrTile(next.Scale, &nextScale)
	lastMean, lastMeanMask := arrayOrTile(last.Mean, &noMean)
	nextMean, nextMeanMask := arrayOrTile(next.Mean, &noMean)
	updateSignsDotArraysAssembly(&x[0], &last.Bits[0], &next.Bits[0],
		lastMean, lastScales, nextMean, nextScales,
		lastMeanMask, lastScaleMask, nextMeanMask, nextScaleMask,
		last.meanFactor(), next.meanFactor(), shrink, step, &dot[0], n)
	return n
}

// meanFactor is the factor of the mean or of noMean, which takes its place.
func (s *SignSample) meanFactor() float64 {
	if s.Mean == nil {
		return 1
	}
	return s.MeanFactor
}

// arrayOrTile is the address of an array or, if there is none, of a tile, and the
// mask for its index.
func arrayOrTile(array []float64, tile *[Lanes]float64) (place *float64, mask int) {
	if array == nil {
		return &tile[0], isTile
	}
	return &array[0], isArray
}
