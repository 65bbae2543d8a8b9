package gauss

import (
	"encoding/binary"
	"hash/fnv"
	"math"
	"testing"
)

// TestSameBits holds the results to the last bit on every architecture and
// GOAMD64 level. The checksum changes with any change of the arithmetic here or
// in kernels/elementary; then it must be the same everywhere again.
func TestSameBits(t *testing.T) {
	const want = uint64(0x9e2348cd8b373c5f)
	hash := fnv.New64a()
	add := func(x float64) {
		var bytes [8]byte
		binary.LittleEndian.PutUint64(bytes[:], math.Float64bits(x))
		hash.Write(bytes[:])
	}
	points := append(append(grid(), edges()...), tailPoints()...)
	for mean := 50.0; mean < 800; mean += 25 {
		points = append(points, point{mean, mean / 3}, point{mean, 1.1 * mean})
	}
	for _, p := range points {
		for _, x := range fields(ExpectLogistic(p.mean, p.variance)) {
			add(x)
		}
		add(NegativeProbability(p.mean, p.variance))
	}
	if got := hash.Sum64(); got != want {
		t.Errorf("checksum of the results %#x, want %#x", got, want)
	}
}
