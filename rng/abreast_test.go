package rng

import (
	"math"
	"testing"
)

// Side by side every run has the numbers of its own stream, on every path.
func TestStreamsAreStreams(t *testing.T) {
	const (
		seed    = 77
		numbers = 5 * Tile
		step    = 1<<40 + 3
	)
	runs := [Abreast]uint32{4, 3, 4, math.MaxUint32, 0, 1 << 20, 7, 9}
	streams := NewStreams(seed, &runs, DomainNoise)
	for _, p := range paths() {
		t.Run(p.name, func(t *testing.T) {
			defer p.use()()
			for _, from := range []uint64{0, 2 * Tile, 1<<63 - numbers/2} {
				for _, counters := range []int{0, 1, 3, numbers / 2} {
					var normals, uniforms [numbers*Abreast + 1]float64
					normals[counters*PairsAbreast], uniforms[counters*PairsAbreast] = -3, -3
					streams.Normals(normals[:counters*PairsAbreast], step, from)
					streams.Uniforms(uniforms[:counters*PairsAbreast], step, from)
					if normals[counters*PairsAbreast] != -3 || uniforms[counters*PairsAbreast] != -3 {
						t.Fatal("more numbers were written than there is room for")
					}
					for lane, run := range runs {
						one := NewStream(seed, run, DomainNoise)
						var want [numbers]float64
						one.Normals(want[:], step, 2*from)
						for n, v := range want {
							if place := PlaceOfNormal(n); place < counters*PairsAbreast && math.Float64bits(normals[place+lane]) != math.Float64bits(v) {
								t.Fatalf("run %d, normal %d from counter %d: %v, want %v", lane, n, from, normals[place+lane], v)
							}
						}
						one.Uniforms(want[:], step, 2*from)
						for n, v := range want[:2*counters] {
							if got := uniforms[n*Abreast+lane]; math.Float64bits(got) != math.Float64bits(v) {
								t.Fatalf("run %d, uniform %d from counter %d: %v, want %v", lane, n, from, got, v)
							}
						}
					}
				}
			}
		})
	}
}

// BenchmarkAbreast is normals of runs side by side, beside those of one run.
func BenchmarkAbreast(b *testing.B) {
	const numbers = 12 * Tile
	var dst [numbers * Abreast]float64
	streams, one := NewStreams(1, &[Abreast]uint32{}, DomainNoise), NewStream(1, 0, DomainNoise)
	for name, draw := range map[string]func(step uint64){
		"normals":  func(step uint64) { streams.Normals(dst[:], step, 0) },
		"uniforms": func(step uint64) { streams.Uniforms(dst[:], step, 0) },
		"one":      func(step uint64) { one.Normals(dst[:], step, 0) },
	} {
		b.Run(name, func(b *testing.B) {
			for step := range b.N {
				draw(uint64(step))
			}
			b.ReportMetric(b.Elapsed().Seconds()*1e9/float64(b.N)/float64(len(dst)), "ns/number")
		})
	}
}
