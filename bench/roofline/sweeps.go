package roofline

import (
	"fmt"

	"anisgd/bench/machine"
	"anisgd/kernels"
	"anisgd/kernels/cpu"
)

// The sweeps are those of two spectra and one source. What they do for every mode, a
// fused multiply-add as two operations:
const (
	spectra, sources = 2, 1
	perStage         = 2*spectra + sources + 2 // of the coefficients and the derivatives

	combineBytes, combineErrorBytes, errorNormBytes = 40, 72, 72

	errorNormFlops = 2*(perStage+2+4+2+sources+2*spectra) + 2
)

func combineFlops(stages int) float64 {
	return float64(2 * (stages*(stages+1) + stages*perStage + 2 + spectra + sources))
}

func combineErrorFlops(stages int) float64 { return combineFlops(stages) + float64(4*stages) }

// Dopri5Steps is the work of some steps of dopri5 over d modes, none of them rejected:
// six right-hand sides each, the last of them with the error, and its norm.
func Dopri5Steps(steps, d float64) machine.Work {
	const stages = 6
	w := machine.Work{Bytes: (stages-1)*combineBytes + combineErrorBytes + errorNormBytes, Flops: combineErrorFlops(stages) + errorNormFlops}
	for count := 1; count < stages; count++ {
		w.Flops += combineFlops(count)
	}
	w.Bytes, w.Flops, w.Footprint = steps*d*w.Bytes, steps*d*w.Flops, errorNormBytes*d
	w.ReadsOnly = true // but for the states at their ends
	return w
}

// sweeps are the kernels of the limiting equations, with two spectra and one source.
// Their naive form is the plain Go of path generic, which is fused as they are. An
// element is one mode.
func sweeps() []*Kernel {
	coupling := &kernels.Coupling{Decay: 0.1, Rate: []float64{0.2, 0.3}, Noise: []float64{0.1, 0.2}, Drive: []float64{0.4}}
	row := []float64{0.05, 0.04, 0.03, 0.02, 0.01, 0.02, 0.03}
	// stages are the arrays y, c, spectra and source, with so many stages.
	stages := func(v [][]float64, count int) *kernels.Stages {
		st := kernels.NewStages(len(v[0]), v[2:4], v[4:5])
		for i := range count {
			st.Append(coupling, row[:i])
		}
		return st
	}
	withNaive := func(call func()) (func(), func()) {
		return call, func() {
			defer cpu.Override(cpu.Generic)()
			call()
		}
	}
	var list []*Kernel
	for _, count := range []int{1, 3, 6} {
		list = append(list, &Kernel{fmt.Sprintf("Combine/%d stages", count), 5, combineBytes, combineFlops(count), true, func(v [][]float64) (func(), func()) {
			st := stages(v, count)
			sums := st.NewSums()
			return withNaive(func() {
				st.Combine(0, len(v[0]), v[0], v[1], nil, nil, row[:count], sums)
			})
		}})
	}
	const last = 6
	return append(list,
		&Kernel{fmt.Sprintf("CombineError/%d stages", last), 9, combineErrorBytes, combineErrorFlops(last), false, func(v [][]float64) (func(), func()) {
			st := stages(v, last)
			sums := st.NewSums()
			return withNaive(func() {
				st.CombineError(0, len(v[0]), v[0], v[1], v[5], v[6], v[7], v[8], row[:last], row[:last], sums)
			})
		}},
		&Kernel{"ErrorNorm", 9, errorNormBytes, errorNormFlops, true, func(v [][]float64) (func(), func()) {
			st := stages(v, 1)
			sums := st.NewErrorSums()
			return withNaive(func() {
				st.ErrorNorm(0, len(v[0]), v[0], v[1], v[5], v[6], v[7], v[8], 0.1, 1e-9, 1e-6, sums)
			})
		}},
		&Kernel{"Derivative", 5, 56, float64(2*perStage + 1), false, func(v [][]float64) (func(), func()) {
			dy, dc := make([]float64, len(v[0])), make([]float64, len(v[0]))
			return withNaive(func() { kernels.Derivative(dy, dc, v[0], v[1], coupling, v[2:4], v[4:5]) })
		}})
}
