// Package machine says what a machine is and measures what it can do: its processor and
// memory as the system tells them, and the clock, the bandwidths of every level of the
// memory, the peak of arithmetic and of AES rounds that one core reaches on a kernel
// path. The last four are the roofs that kernels and simulations are compared with.
package machine
