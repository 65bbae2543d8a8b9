// Package rng generates random numbers that are addressed, not consumed: the
// number with a given (seed, run, domain, step, index) is always the same, on
// every processor, kernel path and number of threads, and costs the same to reach
// as any other.
//
// The generator is ARS4x32 with seven rounds (J. Salmon, M. Moraes, R. Dror and
// D. Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011): the AES round
// function, keyed by a Weyl sequence, applied to a 128-bit counter.
//
//	key     = (seed: 64 bits, run: 32 bits, domain: 32 bits)
//	counter = (block: 64 bits, step: 64 bits)
//
// Each counter gives two 64-bit words, low and high; two words give two uniforms,
// or, by the map of Box and Muller, two normals of float64 or four of float32, or 128
// signs. Nothing is rejected, which is what makes the numbers addressable.
//
// Plain Go is the specification. On amd64 the paths of AVX2 and of AVX-512 (with VAES
// or AES-NI), on arm64 that of NEON (with its AES instructions) give the same bits.
// rng/_gen writes them, both of amd64 from one description over the width of
// registers, and the tables all paths share.
//
// What bounds them, on Zen 4: words, the units of AES; normals of float64, the loads
// of table rows, four numbers of two tables a pair, and the multipliers; normals of
// float32, which keep their tables in registers, the multipliers; signs and
// centred uniforms, stores and the words.
//
// Measured there in one run, nanoseconds a number, AVX2 and AVX-512 with VAES, at
// lengths of 4096; raw words 0.25 and 0.25:
//
//	Normals          0.91  0.78   (math/rand/v2 5.2, gonum's distuv.Normal 6.8)
//	Normals32        0.41  0.33
//	WidenedNormals   0.51  0.44
//	Uniforms         0.46  0.36
//	CentredUniforms  0.38  0.36
//	Signs            0.083 0.083
//
// NEON has run under emulation alone: its speed on hardware is not measured. Counted
// instead, in instructions a number, words included (for each loop they are above
// its function in neon_arm64.s):
//
//	                 all   on vectors  loads  stores
//	Bits             10.2     8.1       0.4    0.3
//	Uniforms         12.9    10.1       0.7    0.5
//	Normals          24.8    15.8       5.2    0.8
//	Normals32        11.9     8.9       1.9    0.3
//	WidenedNormals   12.5     9.4       1.9    0.4
//	Signs             1.5     1.1       0.1    0.3
//	CentredUniforms  12.9    10.1       0.7    0.5
//
// So vector instructions should bound it, more than the loads of table rows. Of
// those for a word, 6.5 are AESE and AESMC, 3.5 where a processor runs a pair as one;
// a tile of 16 normals of float64 has four square roots of two lanes each, which many
// processors do not pipeline.
//
// Benchmarks, per path and length: BenchmarkNormals (its sub-benchmarks
// math-rand-v2 and gonum-distuv are PCG NormFloat64 and distuv.Normal, to compare
// within one run), BenchmarkNormals32, BenchmarkWidenedNormals, BenchmarkSigns,
// BenchmarkCentredUniforms, BenchmarkUniforms, and BenchmarkBits, raw words.
package rng
