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
// or, by the map of Box and Muller, two normals. Nothing is rejected, which is
// what makes the numbers addressable.
//
// Plain Go is the specification. On amd64 the AVX2 path (with VAES or AES-NI)
// gives the same bits; rng/_gen writes it and the tables both share.
//
// Benchmarks: BenchmarkNormals (per path and length; the sub-benchmark
// math-rand-v2 is PCG NormFloat64, to compare within one run), BenchmarkUniforms,
// BenchmarkWords. Each counts 8 bytes a number.
package rng
