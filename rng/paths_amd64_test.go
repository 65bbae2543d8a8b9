//go:build !purego

package rng

import "anisgd/kernels/cpu"

// paths lists every implementation that can run here.
func paths() []path {
	list := []path{{"generic", func() func() { return cpu.Override(cpu.Generic) }}}
	for _, p := range cpu.Available() {
		if p == cpu.Generic {
			continue
		}
		assembly := func(vaes bool) func() func() {
			return func() func() {
				restore, old := cpu.Override(p), useVAES
				useVAES = vaes
				return func() { useVAES = old; restore() }
			}
		}
		if cpu.HasVAES {
			list = append(list, path{p.String() + "-vaes", assembly(true)})
		}
		list = append(list, path{p.String() + "-aesni", assembly(false)})
	}
	return list
}

var assemblies = []tileFunctions{
	{cpu.AVX2, boxMullerAVX2, uniformsAVX2, boxMuller32AVX2, boxMuller32WidenedAVX2, centredUniformsAVX2},
	{cpu.AVX512, boxMullerAVX512, uniformsAVX512, boxMuller32AVX512, boxMuller32WidenedAVX512, centredUniformsAVX512},
}
