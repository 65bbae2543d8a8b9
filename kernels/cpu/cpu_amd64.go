//go:build amd64 && !purego

package cpu

import (
	"strings"

	"github.com/klauspost/cpuid/v2"
)

// required lists what each path needs beside what the narrower ones do.
var required = map[Path][]cpuid.FeatureID{
	AVX2:   {cpuid.AVX2, cpuid.FMA3, cpuid.AESNI},
	AVX512: {cpuid.AVX512F, cpuid.AVX512DQ, cpuid.AVX512BW, cpuid.AVX512VL},
}

func missing(p Path) string {
	var absent []string
	for _, narrower := range paths {
		if narrower > p {
			break
		}
		for _, f := range required[narrower] {
			if !cpuid.CPU.Supports(f) {
				absent = append(absent, f.String())
			}
		}
	}
	if len(absent) > 0 {
		return "needs " + strings.Join(absent, ", ") + ", which this processor lacks"
	}
	return ""
}
