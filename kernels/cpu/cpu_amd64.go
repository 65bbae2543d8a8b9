//go:build amd64 && !purego

package cpu

import (
	"strings"

	"github.com/klauspost/cpuid/v2"
)

func missing(p Path) string {
	if p == Generic {
		return ""
	}
	var absent []string
	for _, f := range []cpuid.FeatureID{cpuid.AVX2, cpuid.FMA3, cpuid.AESNI} {
		if !cpuid.CPU.Supports(f) {
			absent = append(absent, f.String())
		}
	}
	if len(absent) > 0 {
		return "needs " + strings.Join(absent, ", ") + ", which this processor lacks"
	}
	return ""
}
