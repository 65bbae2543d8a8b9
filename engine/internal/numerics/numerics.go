// Package numerics has the version of the numbers that this program computes.
package numerics

// Version changes whenever results of any experiment change in any bit. Stored
// results, of studies and of interrupted computations, are keyed by it rather
// than by the version of the program: a new program takes what an older one has
// computed unless its own numbers would be others. The golden checksums
// (engine/golden_test.go) are tied to it by a test.
const Version = 2
