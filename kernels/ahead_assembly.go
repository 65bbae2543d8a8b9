//go:build (amd64 || arm64) && !purego

package kernels

import "math"

// The assembly knows only samples with a mean and an array of scales. A constant
// takes the place of an array as one tile that is read again and again.

// noMean is the mean of a sample without one, taken once: a product plus −0 is
// the product, whatever its sign.
var noMean = constantTile(math.Copysign(0, -1))

func constantTile(c float64) (tile [Lanes]float64) {
	for i := range tile {
		tile[i] = c
	}
	return tile
}

const (
	isTile  = 0  // a mask for the index of a constant
	isArray = -1 // and of an array
)

func updateSamplesDotsVector(x []float64, a *[Ahead][]float64, shrink float64, weights *[Ahead]float64, s *[Ahead]Sample, sums *AheadSums) int {
	n := wholeTiles(len(x))
	if n == 0 {
		return 0
	}
	var (
		rows, noises, means, scales [Ahead]*float64
		meanMasks, scaleMasks       [Ahead]int
		meanFactors                 [Ahead]float64
		constants                   [Ahead][Lanes]float64
	)
	for j := range s {
		rows[j], noises[j] = &a[j][0], &s[j].Noise[0]
		if s[j].Mean != nil {
			means[j], meanMasks[j], meanFactors[j] = &s[j].Mean[0], isArray, s[j].MeanFactor
		} else {
			means[j], meanMasks[j], meanFactors[j] = &noMean[0], isTile, 1
		}
		if s[j].Scale != nil {
			scales[j], scaleMasks[j] = &s[j].Scale[0], isArray
		} else {
			constants[j] = constantTile(s[j].ScaleFactor)
			scales[j], scaleMasks[j] = &constants[j][0], isTile
		}
	}
	ahead := s[0].Ahead
	var fetched [2 * Ahead]*float64
	if ahead != 0 {
		fetched = distinctArrays(s)
	}
	updateSamplesDotsAssembly(&x[0], rows, noises, means, scales, meanMasks, scaleMasks, shrink, *weights, meanFactors,
		&sums.Output[0][0], n, fetched, ahead, ahead/AheadBlock*aheadElements)
	return n
}

// distinctArrays lists the means and scales of the samples, each once, and then
// nil: to ask for an array twice costs as much as to use it.
func distinctArrays(s *[Ahead]Sample) (arrays [2 * Ahead]*float64) {
	count := 0
	for j := range s {
		for _, array := range [][]float64{s[j].Mean, s[j].Scale} {
			p := first(array)
			known := p == nil
			for _, q := range arrays[:count] {
				known = known || p == q
			}
			if !known {
				arrays[count] = p
				count++
			}
		}
	}
	return arrays
}
