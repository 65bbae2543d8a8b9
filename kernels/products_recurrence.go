package kernels

import "math"

// RecurrenceLanes is the number of independent recurrences in Recurrence: enough
// to hide the latency of arithmetic with registers of any width.
const RecurrenceLanes = 96

// Recurrence is the loop by which the peak of arithmetic is measured. So many
// rounds, for all i:
//
//	x[i] ← fma(u, v, x[i])
//
// A round is 2·RecurrenceLanes floating-point operations, in registers only.
func Recurrence(x *[RecurrenceLanes]float64, u, v float64, rounds int) {
	if !recurrenceVector(x, u, v, rounds) {
		recurrenceGeneric(x, u, v, rounds)
	}
}

func recurrenceGeneric(x *[RecurrenceLanes]float64, u, v float64, rounds int) {
	for range rounds {
		for i, xi := range x {
			x[i] = math.FMA(u, v, xi)
		}
	}
}
