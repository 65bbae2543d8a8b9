// Package kernels holds the loops where the time goes: sampling,
// inner products and updates of one-pass SGD, and the fused sweep of the
// limiting differential equations over the modes.
//
// # Same bits
//
// The plain Go function named …Generic is the specification of a kernel. The
// assembly chosen by [anisgd/kernels/cpu] gives the same bits: every fused
// multiply-add is written as math.FMA in Go and as one instruction in
// assembly, nothing else is fused, and the order of every sum is fixed. Below,
// fma(x, y, z) is x·y + z rounded once, and every other operation rounds by
// itself. Where a result is NaN its payload and sign are not specified. Kernels of
// float32, whose names end in 32, round every product and sum to float32 and keep
// their reductions in float64.
//
// # Speed
//
// The doc comment of a kernel says what bounds it; `make bench-kernels` measures how
// near it comes, on every path. The assembly is written by kernels/_gen, where every
// kernel is described once, in operations that AVX2, AVX-512 and NEON have: registers
// of 512 bits take the rest of a tile on with masks, the others leave it to plain Go.
// The speed of NEON has not been measured: it was tested under emulation.
//
// # Order of summation
//
// A reduction adds element i of a call to lane i mod [Lanes] of a [Partial],
// in increasing i; [Partial.Sum] adds the lanes in a fixed tree. Partials are
// read and written, so a caller may cut a range into blocks without changing a
// bit, as long as every block but the last is a multiple of Lanes long.
//
// # Lengths
//
// All slices of a call must have the same length, else the kernel panics
// before it has written anything. On length 0 a kernel does nothing. Unless a
// kernel says otherwise, the slices it writes must not overlap any other
// argument. No kernel allocates.
package kernels
