package rng

import (
	"fmt"
	"math"
	"testing"
)

func widenedSource(s Stream, step uint64) source {
	return func(dst []float64, index uint64) { s.WidenedNormals(dst, step, index) }
}

func signSource(s Stream, step uint64) source {
	return func(dst []float64, index uint64) { s.Signs(dst, step, index) }
}

func centredSource(s Stream, step uint64) source {
	return func(dst []float64, index uint64) { s.CentredUniforms(dst, step, index) }
}

func TestNormal32Law(t *testing.T) {
	expectAccepted(t, normalScores(widenedSource(NewStream(1, 0, DomainNoise32), 0), sampleSize()))
}

func TestNormal32LawOverSteps(t *testing.T) {
	s := NewStream(2, 0, DomainNoise32)
	expectAccepted(t, normalScores(overSteps(Tile32, func(step uint64) source { return widenedSource(s, step) }), sampleSize()))
}

// TestHigherMoments goes to the sixth, for each kind of noise: the mean of x^k has
// variance (m_2k - m_k²)/n, m the exact moments.
func TestHigherMoments(t *testing.T) {
	normal := func(k int) float64 {
		moment := 1.0
		for odd := 1; odd < k; odd += 2 {
			moment *= float64(odd)
		}
		return moment
	}
	for _, c := range []struct {
		name string
		draw source
		// even moments; the odd ones vanish.
		moment func(k int) float64
	}{
		{"normals", normalSource(NewStream(6, 0, DomainNoise), 0), normal},
		{"normals of float32", widenedSource(NewStream(6, 0, DomainNoise32), 0), normal},
		{"signs", signSource(NewStream(6, 0, DomainSigns), 0), func(int) float64 { return 1 }},
		{"centred uniforms", centredSource(NewStream(6, 0, DomainCentredUniforms), 0), func(k int) float64 {
			return math.Pow(3, float64(k)/2) / float64(k+1)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := sampleSize()
			var sums [7]float64
			block := make([]float64, batteryBlock)
			for index := 0; index < n; index += batteryBlock {
				c.draw(block, uint64(index))
				for _, x := range block {
					power := 1.0
					for k := 1; k < len(sums); k++ {
						power *= x
						sums[k] += power
					}
				}
			}
			var scores []score
			for k := 1; k < len(sums); k++ {
				want := 0.0
				if k%2 == 0 {
					want = c.moment(k)
				}
				deviation := sums[k]/float64(n) - want
				if variance := c.moment(2*k) - want*want; variance > 0 {
					scores = append(scores, score{fmt.Sprintf("moment %d", k), deviation / math.Sqrt(variance/float64(n))})
				} else if deviation != 0 {
					t.Errorf("moment %d is %v, want %v", k, sums[k]/float64(n), want)
				}
			}
			expectAccepted(t, scores)
		})
	}
}

// TestCentredUniformLaw maps the numbers back to (0, 1).
func TestCentredUniformLaw(t *testing.T) {
	draw := centredSource(NewStream(3, 0, DomainCentredUniforms), 0)
	scores := uniformScores(func(dst []float64, index uint64) {
		draw(dst, index)
		for i, x := range dst {
			dst[i] = x/math.Sqrt(12) + 0.5
		}
	}, sampleSize())
	// The lowest bits are those of this map's roundings.
	kept := scores[:0]
	for _, s := range scores {
		if s.name != "bit 0" && s.name != "bit 1" && s.name != "bit 2" {
			kept = append(kept, s)
		}
	}
	expectAccepted(t, kept)
}

// signScores tests n signs: each of the 64 places of a word, correlations over short
// distances, and the number of -1 among 1024, against the binomial law.
func signScores(draw source, n int) []score {
	var places [SignGranule]int
	plain := newCorrelations()
	var dispersion float64
	const group = 1024
	block := make([]float64, batteryBlock)
	for index := 0; index < n; index += batteryBlock {
		draw(block, uint64(index))
		plain.add(block)
		for i := range places {
			for k := i; k < len(block); k += len(places) {
				places[i] += int(block[k])
			}
		}
		for k := 0; k < len(block); k += group {
			var sum float64
			for _, x := range block[k : k+group] {
				sum += x
			}
			dispersion += sum*sum/group - 1
		}
	}
	var scores []score
	for i, sum := range places {
		scores = append(scores, score{fmt.Sprintf("place %d", i), float64(sum) / math.Sqrt(float64(n/len(places)))})
	}
	// A sum of g signs has E s⁴ = 3g² - 2g, so s²/g has variance 2 - 2/g.
	scores = append(scores, score{"dispersion", dispersion / math.Sqrt(float64(n/group)*(2-2.0/group))})
	return append(scores, plain.scores("x")...)
}

func TestSignLaw(t *testing.T) {
	s := NewStream(4, 0, DomainSigns)
	for name, draw := range map[string]source{
		"one step":   signSource(s, 0),
		"many steps": overSteps(SignGranule, func(step uint64) source { return signSource(s, step) }),
	} {
		t.Run(name, func(t *testing.T) { expectAccepted(t, signScores(draw, sampleSize())) })
	}
	stuck := func(dst []float64, index uint64) {
		s.Signs(dst, 0, index)
		for i := 7; i < len(dst); i += 128 {
			dst[i] = 1
		}
	}
	if len(rejected(signScores(stuck, 1<<19))) == 0 {
		t.Error("a stuck bit is accepted")
	}
}

func TestComplementaryWordsGiveOppositeCentredUniforms(t *testing.T) {
	for _, word := range append(edgeRadiusWords(), 0, math.MaxUint64, 1<<63) {
		x, y := centredUniform(word), centredUniform(^word)
		if x != -y || !(math.Abs(x) < math.Sqrt(3)) || x == 0 {
			t.Errorf("word %016x: %v, complement %v", word, x, y)
		}
	}
}

// TestNeighbouringNoise compares streams of every kind whose addresses differ in a
// bit, and the kinds with one another.
func TestNeighbouringNoise(t *testing.T) {
	const seed, step = 30, 77
	n := sampleSize() / 8
	kinds := map[string]func(s Stream, step uint64) source{
		"normals": normalSource, "normals of float32": widenedSource, "signs": signSource, "centred uniforms": centredSource,
	}
	domains := map[string]Domain{
		"normals": DomainNoise, "normals of float32": DomainNoise32, "signs": DomainSigns, "centred uniforms": DomainCentredUniforms,
	}
	// plain is the score of crossScores that holds for any law of variance 1.
	plain := func(a, b source) []score { return crossScores(a, b, n)[:1] }
	for name, kind := range kinds {
		base := kind(NewStream(seed, 1, domains[name]), step)
		t.Run(name, func(t *testing.T) {
			for _, bit := range []int{0, 5, 31} {
				expectAccepted(t, plain(base, kind(NewStream(seed^1<<bit, 1, domains[name]), step)))
				expectAccepted(t, plain(base, kind(NewStream(seed, 1^1<<bit, domains[name]), step)))
				expectAccepted(t, plain(base, kind(NewStream(seed, 1, domains[name]), step^1<<bit)))
			}
			for other := range kinds {
				if other != name {
					expectAccepted(t, plain(base, kinds[other](NewStream(seed, 1, domains[other]), step)))
				}
			}
		})
	}
}
