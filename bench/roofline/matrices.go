package roofline

import (
	"fmt"

	"anisgd/kernels"
	"anisgd/kernels/cpu"
)

// products are the kernels of problems with several outputs. An element is one
// column: all rows of both matrices at one place.
func products() []*Kernel {
	var list []*Kernel
	// so many elements at a time keep the rows in the first caches.
	const part = Block / 4
	for _, shape := range [][2]int{{16, 2}, {16, 10}} {
		samples, outputs := shape[0], shape[1]
		suffix := fmt.Sprintf("/%d×%d", samples, outputs)
		rows, multiplications := float64(samples+outputs), float64(samples*outputs)
		dst := make([]float64, samples*outputs)
		list = append(list,
			&Kernel{"InnerProducts" + suffix, samples + outputs, 8 * rows, 2 * multiplications, true, func(v [][]float64) (func(), func()) {
				u, w := v[:samples], v[samples:]
				return func() {
						for lo := 0; lo < len(u[0]); lo += part {
							kernels.InnerProducts(dst, u, w, lo, lo+part)
						}
					}, func() {
						for _, x := range u {
							for _, y := range w {
								s := 0.0
								for i, xi := range x {
									s += xi * y[i]
								}
								sink[0] = s
							}
						}
					}
			}},
			&Kernel{"MultiplyAdd" + suffix, samples + outputs, 8 * (rows + float64(outputs)), 2*multiplications + float64(outputs), false, func(v [][]float64) (func(), func()) {
				src, dst := v[:samples], v[samples:]
				coefficients := make([]float64, samples*outputs)
				for i := range coefficients {
					coefficients[i] = 1e-6 * float64(i%5-2)
				}
				return func() {
						for lo := 0; lo < len(src[0]); lo += part {
							kernels.MultiplyAdd(dst, src, coefficients, 1, lo, lo+part)
						}
					}, func() {
						for k, y := range dst {
							for j, x := range src {
								for i, xi := range x {
									y[i] += coefficients[j*outputs+k] * xi
								}
							}
						}
					}
			}})
	}
	const rows = 16
	gram := make([]float64, rows*rows)
	return append(list, &Kernel{fmt.Sprintf("Gram/%d", rows), rows, 8 * rows, rows * (rows + 1), true, func(u [][]float64) (func(), func()) {
		return func() {
				for lo := 0; lo < len(u[0]); lo += part {
					kernels.Gram(gram, u, lo, lo+part)
				}
			}, func() {
				for j, x := range u {
					for _, y := range u[:j+1] {
						s := 0.0
						for i, xi := range x {
							s += xi * y[i]
						}
						sink[0] = s
					}
				}
			}
	}})
}

// sweeps are the kernels of the limiting equations, with two spectra and one source.
// Their naive form is the plain Go of path generic, which is fused as they are. An
// element is one mode.
func sweeps() []*Kernel {
	const spectra, sources = 2, 1
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
	perStage := 2*spectra + sources + 2 // fma of the coefficients and the derivatives
	var list []*Kernel
	for _, count := range []int{1, 3, 6} {
		fma := count*(count+1) + count*perStage + 2 + spectra + sources
		list = append(list, &Kernel{fmt.Sprintf("Combine/%d stages", count), 5, 40, float64(2 * fma), true, func(v [][]float64) (func(), func()) {
			st := stages(v, count)
			sums := st.NewSums()
			return withNaive(func() {
				st.Combine(0, len(v[0]), v[0], v[1], nil, nil, row[:count], sums)
			})
		}})
	}
	const last = 6
	fma := last*(last+1) + last*perStage + 2 + spectra + sources + 2*last
	return append(list,
		&Kernel{fmt.Sprintf("CombineError/%d stages", last), 9, 72, float64(2 * fma), false, func(v [][]float64) (func(), func()) {
			st := stages(v, last)
			sums := st.NewSums()
			return withNaive(func() {
				st.CombineError(0, len(v[0]), v[0], v[1], v[5], v[6], v[7], v[8], row[:last], row[:last], sums)
			})
		}},
		&Kernel{"ErrorNorm", 9, 72, float64(2*(perStage+2+4+2+sources+2*spectra) + 2), true, func(v [][]float64) (func(), func()) {
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
