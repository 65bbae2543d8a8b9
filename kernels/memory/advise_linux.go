package memory

import (
	"syscall"
	"unsafe"
)

// adviseHugePages is MADV_HUGEPAGE of madvise(2).
const adviseHugePages = 14

// advise asks for huge pages for a slice that covers whole ones. Nothing depends on
// the answer.
func advise(s []float64) {
	_ = syscall.Madvise(unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(s))), 8*len(s)), adviseHugePages)
}
