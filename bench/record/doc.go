// Package record writes the results of the suite in Go's benchmark format and reads them
// back. Configuration lines say where they were made, the line path: which kernel path
// the results after it were measured on. A file is whole if its last line counts the
// results.
package record
