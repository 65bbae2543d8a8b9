// Package memory makes the large arrays over the modes.
package memory

import (
	"sync/atomic"
	"unsafe"
)

const (
	// hugePage is the size in bytes of the pages that large arrays are put on where the
	// system has such.
	hugePage = 2 << 20
	// large is the size in bytes from which arrays are put on huge pages.
	large = 2 * hugePage
	// staggered is that from which their starts are staggered: the size of the first cache.
	staggered = 32 << 10
	// Starts are staggered by up to staggers times stagger bytes:
	// elements of the same index would otherwise lie in the same set of the first cache,
	// which sweeps over more arrays than it has ways.
	stagger  = 5 * 64
	staggers = 12
)

var count atomic.Uint32

// Floats makes a slice of n zeros. A sweep over arrays of many pages of 4 KiB waits for
// their addresses as well as for their contents; so the system is asked to put large
// ones on pages of 2 MiB. It may decline; the contents are the same.
func Floats(n int) []float64 { return FloatsWithRoom(n, n) }

// Elements is Floats for elements of either type.
func Elements[E float32 | float64](n int) []E {
	var element E
	s := Floats((n*int(unsafe.Sizeof(element)) + 7) / 8)
	return unsafe.Slice((*E)(unsafe.Pointer(unsafe.SliceData(s))), n)
}

// FloatsWithRoom is Floats with a capacity of its own.
func FloatsWithRoom(n, capacity int) []float64 {
	if 8*capacity < staggered {
		return make([]float64, n, capacity)
	}
	offset := int(count.Add(1)%staggers) * stagger
	if 8*capacity < large {
		return make([]float64, offset/8+capacity)[offset/8:][:n:capacity]
	}
	// Room to begin on a huge page and to end with one.
	pages := (offset + 8*capacity + hugePage - 1) / hugePage
	whole := make([]float64, (pages+1)*hugePage/8)
	skip := int(-uintptr(unsafe.Pointer(unsafe.SliceData(whole)))%hugePage) / 8
	advise(whole[skip : skip+pages*hugePage/8])
	from := skip + offset/8
	return whole[from : from+n : from+capacity]
}
