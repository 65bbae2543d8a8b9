package roofline

import (
	"fmt"

	"anisgd/kernels"
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
