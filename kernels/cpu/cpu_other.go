//go:build (!amd64 && !arm64) || purego

package cpu

import "github.com/klauspost/cpuid/v2"

// required has no entry: there is no assembly in this build.
var required map[Path][]cpuid.FeatureID
