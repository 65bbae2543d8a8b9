// Package suite is the benchmarks by which machines and kernel paths are compared: random
// numbers, steps of SGD by model, precision, outputs and dimension, passes and solutions
// of the limit, and probes of the machine itself. Every one but the probes has a
// checksum of its numeric results, which are to be the same everywhere.
package suite
