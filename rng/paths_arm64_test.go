//go:build !purego

package rng

import "anisgd/kernels/cpu"

// paths lists every implementation that can run here.
func paths() []path {
	var list []path
	for _, p := range cpu.Available() {
		list = append(list, path{p.String(), func() func() { return cpu.Override(p) }})
	}
	return list
}

var assemblies = []tileFunctions{
	{cpu.NEON, boxMullerNEON, uniformsNEON, boxMuller32NEON, boxMuller32WidenedNEON, centredUniformsNEON},
}
