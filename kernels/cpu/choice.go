package cpu

import (
	"fmt"

	"github.com/klauspost/cpuid/v2"
)

// measurement is what was found on one family of processors on which the widest
// path is not to be taken, or is, for a reason that was measured.
type measurement struct {
	vendor   cpuid.Vendor
	families []int
	name     string
	fastest  Path
	finding  string
}

// measurements decide between AVX2 and AVX512. Wider registers do not promise
// speed: a processor may run 512 bits as two halves, or slow its clock down. So
// AVX512 is taken where it was measured to win, by `make bench-kernels`, and
// AVX2, which no processor was found to punish, on all others.
var measurements = []measurement{{
	// It runs 512 bits as two halves, at the same clock: what is bound by loads and
	// stores is equal to within 5 %, what is bound by arithmetic and the number of
	// registers gains. Normals of float64 are equal.
	vendor: cpuid.AMD, families: []int{25}, name: "AMD Zen 4", fastest: AVX512,
	finding: "measured against avx2, the limit's sweeps are 4 to 12 % faster, products of many outputs 3 to 20 %, " +
		"float32 normals 14 %, sampling and updates equal to within 5 %",
}}

// selectBest chooses the path for "auto".
func selectBest() {
	selected, reason = choose(cpuid.CPU.VendorID, cpuid.CPU.Family, Available())
	if selected == Generic {
		reason = "no assembly path can run here"
		for _, p := range []Path{AVX2, NEON} {
			if _, built := required[p]; built {
				reason += ": " + p.String() + " " + Missing(p)
			}
		}
	}
}

// choose picks one of the available paths for a processor, and says why.
func choose(vendor cpuid.Vendor, family int, available []Path) (Path, string) {
	widest := available[len(available)-1]
	if widest != AVX512 {
		return widest, "the widest path this processor supports"
	}
	for _, m := range measurements {
		for _, f := range m.families {
			if m.vendor == vendor && f == family {
				return m.fastest, fmt.Sprintf("%s: %s", m.name, m.finding)
			}
		}
	}
	return AVX2, "512-bit registers were not measured on this processor: " +
		"`make bench-kernels` compares the paths, --kernel avx512 takes the wider one"
}
