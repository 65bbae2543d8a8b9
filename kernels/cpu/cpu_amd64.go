//go:build !purego

package cpu

import "github.com/klauspost/cpuid/v2"

// required lists what each path of this build needs.
var required = map[Path][]cpuid.FeatureID{
	AVX2: {cpuid.AVX2, cpuid.FMA3, cpuid.AESNI},
	AVX512: {
		cpuid.AVX2, cpuid.FMA3, cpuid.AESNI,
		cpuid.AVX512F, cpuid.AVX512DQ, cpuid.AVX512BW, cpuid.AVX512VL,
	},
}
