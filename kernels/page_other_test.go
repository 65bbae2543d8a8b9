//go:build !linux

package kernels

import "testing"

// newPage returns memory for a test's array. Only on Linux it is guarded;
// elsewhere the bands of NaN around the array are the only watch.
func newPage(testing.TB) []float64 { return make([]float64, 512) }
