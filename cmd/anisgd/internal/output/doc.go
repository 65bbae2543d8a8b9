// Package output writes results: CSV tables, NumPy archives, JSON summaries,
// and the directory that holds them.
//
// What is written depends on the numbers alone, byte for byte: there are no
// times, host names or map orders in limit.csv, sgd.csv and runs.npz.
package output
