//go:build !purego

package cpu

import "github.com/klauspost/cpuid/v2"

// required lists what each path of this build needs.
var required = map[Path][]cpuid.FeatureID{
	NEON: {cpuid.ASIMD, cpuid.AESARM},
}
