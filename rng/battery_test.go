package rng

import (
	"fmt"
	"math"
)

// source fills dst with the numbers of a sequence from index on, a multiple of the
// length.
type source func(dst []float64, index uint64)

// score is the outcome of one statistical test, in standard deviations: a
// standard normal number if the generator is right.
type score struct {
	name  string
	value float64
}

func (s score) String() string { return fmt.Sprintf("%s %+.2f", s.name, s.value) }

// rejection is the score no right generator reaches: with some 300 scores a run,
// once in ten thousand runs for other seeds; the seeds here are fixed.
const rejection = 5.0

// rejected lists the scores beyond the limit. A NaN is beyond it.
func rejected(scores []score) (list []score) {
	for _, s := range scores {
		if !(math.Abs(s.value) < rejection) {
			list = append(list, s)
		}
	}
	return list
}

// batteryBlock is the length of the pieces a source is drawn in.
const batteryBlock = 1 << 12

// correlationLags look within a pair of normals (8), a tile, and over tiles.
var correlationLags = []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 15, 16, 17, 24, 32, 48, 64, 128, 256, 512, 1024}

// normalScores tests n numbers of a source, n a multiple of batteryBlock, against
// the standard normal law: moments, tails, the whole distribution, and
// correlations of the numbers and of their squares over short distances.
func normalScores(draw source, n int) []score {
	var moments [4]float64
	tails := []float64{2, 3, 4, 5}
	counts := make([]int, len(tails))
	law := newHistogram()
	plain, squared := newCorrelations(), newCorrelations()
	block, squares := make([]float64, batteryBlock), make([]float64, batteryBlock)
	for index := 0; index < n; index += batteryBlock {
		draw(block, uint64(index))
		for i, z := range block {
			square := z * z
			moments[0] += z
			moments[1] += square - 1
			moments[2] += square * z
			moments[3] += square*square - 3
			for k, limit := range tails {
				if math.Abs(z) > limit {
					counts[k]++
				}
			}
			law.add(0.5 * math.Erfc(-z/math.Sqrt2))
			squares[i] = (square - 1) / math.Sqrt2
		}
		plain.add(block)
		squared.add(squares)
	}

	var scores []score
	// Variances of z, z², z³, z⁴.
	for k, variance := range []float64{1, 2, 15, 96} {
		scores = append(scores, score{fmt.Sprintf("moment %d", k+1), moments[k] / math.Sqrt(float64(n)*variance)})
	}
	for k, limit := range tails {
		p := math.Erfc(limit / math.Sqrt2)
		if expected := float64(n) * p; expected > 30 {
			scores = append(scores, score{fmt.Sprintf("tail |z| > %v", limit), (float64(counts[k]) - expected) / math.Sqrt(expected*(1-p))})
		}
	}
	scores = append(scores, law.scores(n)...)
	scores = append(scores, plain.scores("z")...)
	return append(scores, squared.scores("z²")...)
}

// uniformScores is normalScores for the uniform law on (0, 1), with each of the 53
// bits tested as well.
func uniformScores(draw source, n int) []score {
	var sum, sumSquares float64
	var ones [53]int
	law, plain := newHistogram(), newCorrelations()
	block, centred := make([]float64, batteryBlock), make([]float64, batteryBlock)
	for index := 0; index < n; index += batteryBlock {
		draw(block, uint64(index))
		for i, u := range block {
			x := u - 0.5
			sum += x
			sumSquares += x*x - 1.0/12
			law.add(u)
			centred[i] = x * math.Sqrt(12)
			k := uint64(u * 0x1p53)
			for bit := range ones {
				ones[bit] += int(k >> bit & 1)
			}
		}
		plain.add(centred)
	}
	total := float64(n)
	scores := []score{
		{"mean", sum / math.Sqrt(total/12)},
		{"variance", sumSquares / math.Sqrt(total/180)},
	}
	for bit, count := range ones {
		scores = append(scores, score{fmt.Sprintf("bit %d", bit), (2*float64(count) - total) / math.Sqrt(total)})
	}
	scores = append(scores, law.scores(n)...)
	return append(scores, plain.scores("u")...)
}

// crossScores tests that two sources of standard normals are independent, also
// in their squares, position by position.
func crossScores(a, b source, n int) []score {
	x, y := make([]float64, batteryBlock), make([]float64, batteryBlock)
	var plain, squared, mixed float64
	for index := 0; index < n; index += batteryBlock {
		a(x, uint64(index))
		b(y, uint64(index))
		for i := range x {
			xx, yy := x[i]*x[i]-1, y[i]*y[i]-1
			plain += x[i] * y[i]
			squared += xx * yy
			mixed += x[i] * yy
		}
	}
	total := float64(n)
	return []score{
		{"correlation", plain / math.Sqrt(total)},
		{"correlation of squares", squared / math.Sqrt(4*total)},
		{"correlation with square", mixed / math.Sqrt(2*total)},
	}
}

// histogram counts probabilities in equal bins: enough of them for the largest
// deviation from the law at their edges to be that of Kolmogorov and Smirnov.
type histogram struct{ counts []int }

func newHistogram() *histogram { return &histogram{make([]int, 1<<14)} }

// add counts what is no probability, NaN included, in the first bin.
func (h *histogram) add(probability float64) {
	bin := 0
	if probability > 0 {
		bin = min(int(probability*float64(len(h.counts))), len(h.counts)-1)
	}
	h.counts[bin]++
}

func (h *histogram) scores(n int) []score {
	bins := float64(len(h.counts))
	var below int
	var distance float64
	for i, count := range h.counts {
		below += count
		distance = max(distance, math.Abs(float64(below)/float64(n)-float64(i+1)/bins))
	}
	// P(√n D > x) ≈ 2 exp(-2x²), which is compared with a normal number's
	// P(|s| > s) ≈ exp(-s²/2): s = 2x, but for the factor 2, which is on the safe side.
	kolmogorov := 2 * distance * math.Sqrt(float64(n))

	// Chi squared over coarser bins, as a normal number by its mean and variance.
	const coarse = 1 << 8
	group := len(h.counts) / coarse
	expected := float64(n) / coarse
	var chi float64
	for i := range coarse {
		count := 0
		for _, c := range h.counts[i*group : (i+1)*group] {
			count += c
		}
		deviation := float64(count) - expected
		chi += deviation * deviation / expected
	}
	return []score{
		{"Kolmogorov-Smirnov", kolmogorov},
		{"chi squared", (chi - (coarse - 1)) / math.Sqrt(2*(coarse-1))},
	}
}

// correlations sums x[i] x[i+lag] over a sequence of mean 0 and variance 1.
type correlations struct {
	sums     []float64
	products int
	// window holds the end of the former block before the present one.
	window []float64
	filled bool
}

func newCorrelations() *correlations {
	longest := correlationLags[len(correlationLags)-1]
	return &correlations{sums: make([]float64, len(correlationLags)), window: make([]float64, longest+batteryBlock)}
}

func (c *correlations) add(block []float64) {
	longest := len(c.window) - batteryBlock
	copy(c.window, c.window[batteryBlock:])
	copy(c.window[longest:], block)
	if !c.filled {
		// The first block has nothing before it: it only fills the window.
		c.filled = true
		return
	}
	for k, lag := range correlationLags {
		earlier := c.window[longest-lag:]
		sum := 0.0
		for i, x := range block {
			sum += x * earlier[i]
		}
		c.sums[k] += sum
	}
	c.products += len(block)
}

func (c *correlations) scores(of string) []score {
	var scores []score
	for k, lag := range correlationLags {
		scores = append(scores, score{fmt.Sprintf("correlation of %s at lag %d", of, lag), c.sums[k] / math.Sqrt(float64(c.products))})
	}
	return scores
}
