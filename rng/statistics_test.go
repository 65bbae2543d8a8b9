package rng

import (
	"flag"
	"fmt"
	"math"
	"testing"
)

var longTests = flag.Bool("rng.long", false, "draw 2^27 numbers in every statistical test, not 2^19")

// sampleSize is the length of each statistical test, a multiple of batteryBlock.
func sampleSize() int {
	if *longTests {
		return 1 << 27
	}
	return 1 << 19
}

func normalSource(s Stream, step uint64) source {
	return func(dst []float64, index uint64) { s.Normals(dst, step, index) }
}

func uniformSource(s Stream, step uint64) source {
	return func(dst []float64, index uint64) { s.Uniforms(dst, step, index) }
}

// overSteps takes numbers 0 … n-1 of each of many steps of a source: how a small
// model uses them.
func overSteps(n int, at func(step uint64) source) source {
	return func(dst []float64, index uint64) {
		for ; len(dst) > 0; dst = dst[n:] {
			at(index/uint64(n))(dst[:n], 0)
			index += uint64(n)
		}
	}
}

func expectAccepted(t *testing.T, scores []score) {
	t.Helper()
	for _, s := range rejected(scores) {
		t.Errorf("rejected: %v", s)
	}
	var largest score
	for _, s := range scores {
		if math.Abs(s.value) > math.Abs(largest.value) {
			largest = s
		}
	}
	t.Logf("%d scores, the largest: %v", len(scores), largest)
}

func TestNormalLaw(t *testing.T) {
	expectAccepted(t, normalScores(normalSource(NewStream(1, 0, DomainNoise), 0), sampleSize()))
}

func TestNormalLawOverSteps(t *testing.T) {
	s := NewStream(2, 0, DomainNoise)
	expectAccepted(t, normalScores(overSteps(Tile, func(step uint64) source { return normalSource(s, step) }), sampleSize()))
}

func TestUniformLaw(t *testing.T) {
	expectAccepted(t, uniformScores(uniformSource(NewStream(3, 0, DomainClass), 0), sampleSize()))
}

// TestNeighbouringStreams compares streams whose addresses differ in one bit.
func TestNeighbouringStreams(t *testing.T) {
	const seed, run, domain, step = 20, 3, DomainNoise, 1000
	base := normalSource(NewStream(seed, run, domain), step)
	neighbours := map[string]source{}
	for _, bit := range []int{0, 1, 5, 31, 32, 63} {
		neighbours[fmt.Sprintf("seed bit %d", bit)] = normalSource(NewStream(seed^1<<bit, run, domain), step)
		neighbours[fmt.Sprintf("step bit %d", bit)] = normalSource(NewStream(seed, run, domain), step^1<<bit)
		if bit < 32 {
			neighbours[fmt.Sprintf("run bit %d", bit)] = normalSource(NewStream(seed, run^1<<bit, domain), step)
			neighbours[fmt.Sprintf("domain bit %d", bit)] = normalSource(NewStream(seed, run, domain^1<<bit), step)
		}
	}
	// A block far away, and step and block exchanged for one another.
	shifted := NewStream(seed, run, domain)
	neighbours["index bit 40"] = func(dst []float64, index uint64) { shifted.Normals(dst, step, index^1<<40) }
	neighbours["seed and run exchanged"] = normalSource(NewStream(run, seed, domain), step)

	n := sampleSize() / 8 // for each of the pairs, so more than sampleSize in all
	for name, neighbour := range neighbours {
		t.Run(name, func(t *testing.T) { expectAccepted(t, crossScores(base, neighbour, n)) })
	}
}

// TestBatteryRejectsBadGenerators spoils a good source in ways a mistake could,
// and expects the score made for it to say so at the length of the short tests.
func TestBatteryRejectsBadGenerators(t *testing.T) {
	const n = 1 << 19
	good := NewStream(5, 0, DomainNoise)
	normal := normalSource(good, 0)
	spoiled := func(spoil func(dst []float64)) source {
		return func(dst []float64, index uint64) {
			normal(dst, index)
			spoil(dst)
		}
	}
	each := func(change func(z float64) float64) source {
		return spoiled(func(dst []float64) {
			for i, z := range dst {
				dst[i] = change(z)
			}
		})
	}
	// correlated adds a little of the number lag places before.
	correlated := func(lag int) source {
		return spoiled(func(dst []float64) {
			for i := len(dst) - 1; i >= lag; i-- {
				dst[i] = (dst[i] + 0.02*dst[i-lag]) / math.Sqrt(1+0.02*0.02)
			}
		})
	}
	fewRounds := func(rounds int) source {
		keys := make([]roundKey, rounds+1)
		expandKey(keys, 5, 0)
		return func(dst []float64, index uint64) {
			for i := 0; i < len(dst); i += 2 {
				low, high := encrypt(keys, (index+uint64(i))/2, 0)
				dst[i], dst[i+1] = normalPair(low, high)
			}
		}
	}
	sumOfTwelve := func(dst []float64, index uint64) {
		var u [12]float64
		for i := range dst {
			good.Uniforms(u[:], 2, 12*(index+uint64(i)))
			dst[i] = -6
			for _, x := range u {
				dst[i] += x
			}
		}
	}
	stuckBit := func(dst []float64, index uint64) {
		good.Uniforms(dst, 0, index)
		for i, u := range dst {
			dst[i] = float64(uint64(u*0x1p53)|1) * 0x1p-53
		}
	}
	biased := func(dst []float64, index uint64) {
		good.Uniforms(dst, 0, index)
		for i, u := range dst {
			dst[i] = math.Pow(u, 1.02)
		}
	}
	for _, bad := range []struct {
		name   string
		scores []score
		expect string
	}{
		{"shifted", normalScores(each(func(z float64) float64 { return z + 0.01 }), n), "moment 1"},
		{"wide", normalScores(each(func(z float64) float64 { return 1.01 * z }), n), "moment 2"},
		{"skew", normalScores(each(func(z float64) float64 { return z + 0.01*(z*z-1) }), n), "moment 3"},
		{"sum of twelve uniforms", normalScores(sumOfTwelve, n), "moment 4"},
		{"sum of twelve uniforms", normalScores(sumOfTwelve, n), "tail |z| > 3"},
		{"clipped", normalScores(each(func(z float64) float64 { return max(-3.5, min(3.5, z)) }), n), "tail |z| > 4"},
		{"single precision of a few bits", normalScores(each(func(z float64) float64 { return math.Round(z*16) / 16 }), n), "chi squared"},
		{"shifted", normalScores(each(func(z float64) float64 { return z + 0.01 }), n), "Kolmogorov-Smirnov"},
		{"not a number", normalScores(each(func(float64) float64 { return math.NaN() }), n), "moment 1"},
		{"correlated pairs", normalScores(correlated(8), n), "correlation of z at lag 8"},
		{"correlated tiles", normalScores(correlated(16), n), "correlation of z at lag 16"},
		{"one radius for two pairs", normalScores(spoiled(func(dst []float64) {
			for i := 0; i < len(dst); i += 2 {
				dst[i+1] = math.Copysign(dst[i], dst[i+1])
			}
		}), n), "correlation of z² at lag 1"},
		{"one round", normalScores(fewRounds(1), n), "Kolmogorov-Smirnov"},
		{"two rounds", normalScores(fewRounds(2), n), "Kolmogorov-Smirnov"},
		{"same stream", crossScores(normal, normal, n), "correlation"},
		{"same radii", crossScores(normal, each(func(z float64) float64 {
			return math.Copysign(z, math.Sin(1e6*z))
		}), n), "correlation of squares"},
		{"square of the other", crossScores(func(dst []float64, index uint64) {
			normal(dst, index)
			for i, z := range dst {
				dst[i] = (z*z - 1) / math.Sqrt2
			}
		}, normal, n), "correlation with square"},
		{"stuck bit", uniformScores(stuckBit, n), "bit 0"},
		{"biased", uniformScores(biased, n), "mean"},
		{"biased", uniformScores(biased, n), "Kolmogorov-Smirnov"},
		{"normals as uniforms", uniformScores(each(func(z float64) float64 { return min(max(z/8+0.5, 0.01), 0.99) }), n), "variance"},
	} {
		found := false
		for _, s := range rejected(bad.scores) {
			found = found || s.name == bad.expect
		}
		if !found {
			t.Errorf("%s: %q did not reject it; rejected were %v", bad.name, bad.expect, rejected(bad.scores))
		}
	}
}
