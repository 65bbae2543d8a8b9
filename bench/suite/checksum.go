package suite

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
)

// checksumBits are the leading bits of the SHA-256 that are kept: as a measurement in a
// file of benchmarks a checksum is a float64, which holds them exactly.
const checksumBits = 48

// ChecksumEnd is above all checksums.
const ChecksumEnd = 1 << checksumBits

// sumOf is the checksum of numbers: of their bits, each in little-endian order.
func sumOf(values ...float64) uint64 {
	hash := sha256.New()
	var word [8]byte
	for _, v := range values {
		binary.LittleEndian.PutUint64(word[:], math.Float64bits(v))
		hash.Write(word[:])
	}
	return binary.BigEndian.Uint64(hash.Sum(nil)) >> (64 - checksumBits)
}
