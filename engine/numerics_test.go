package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"testing"

	"anisgd/engine/numerics"
)

// goldenFingerprint is that of the names and checksums in goldenRuns for the present
// numerics.Version.
const goldenFingerprint = "262ef9b6f04413e9"

// TestNumericsVersion: who changes golden checksums raises numerics.Version, so
// that results stored before are not taken for those of the program as it is now.
// (New golden runs of what was there before change the fingerprint alone.)
func TestNumericsVersion(t *testing.T) {
	h := sha256.New()
	for _, run := range goldenRuns {
		fmt.Fprintf(h, "%s: %s\n", run.name, run.checksum)
	}
	if got := hex.EncodeToString(h.Sum(nil))[:16]; got != goldenFingerprint {
		t.Errorf("the golden runs have fingerprint %s, and version %d of the numbers has %s: if checksums have changed, raise numerics.Version; then set goldenFingerprint",
			got, numerics.Version, goldenFingerprint)
	}
}
