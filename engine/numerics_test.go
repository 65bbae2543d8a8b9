package engine

import (
	"slices"
	"testing"

	"anisgd/engine/internal/numerics"
)

// goldenOfVersion are checksums of golden runs that numerics.Version stands for.
var goldenOfVersion = []string{
	"de9dedcb8ac4b30a", "b4878956e8dbdf01", "35c8bd32e58f5cc4", "d0f10995b57b0e96", "0a82a2dd4b1a6173",
	"5af0c3ef595dcdb1", "29057cd234f13079", "53049b710a3d4cf4", "0b28a16d5f78320d", "e8f08235ba5a8d27",
	"24b1fe27f8199023", "b72c570970c3c921", "a382c62c62d6b219", "182096797fcdc63f", "dea6ded3bdab1d01",
	"94526b532f76637f", "a6f7e00ccacbc7a7",
}

// TestNumericsVersion: who changes golden checksums raises numerics.Version and writes
// the new ones here, so that results stored before are not taken for those of the
// program as it is now. New golden runs may be added here at any time.
func TestNumericsVersion(t *testing.T) {
	for _, checksum := range goldenOfVersion {
		if !slices.ContainsFunc(goldenRuns, func(run struct{ name, file, checksum string }) bool { return run.checksum == checksum }) {
			t.Errorf("no golden run has checksum %s any more, which version %d of the numbers has: raise numerics.Version", checksum, numerics.Version)
		}
	}
}
