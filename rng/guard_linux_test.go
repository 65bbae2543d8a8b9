package rng

import (
	"syscall"
	"testing"
	"unsafe"
)

// TestGuardPages draws into memory that ends, or begins, at a page that may not be
// touched: one load or store outside the destination would be a fault.
func TestGuardPages(t *testing.T) {
	page := syscall.Getpagesize()
	const pages = 3
	memory, err := syscall.Mmap(-1, 0, (pages+2)*page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := syscall.Munmap(memory); err != nil {
			t.Error(err)
		}
	}()
	for _, guard := range [][]byte{memory[:page], memory[(pages+1)*page:]} {
		if err := syscall.Mprotect(guard, syscall.PROT_NONE); err != nil {
			t.Fatal(err)
		}
	}
	inside := memory[page : (pages+1)*page]
	numbers := unsafe.Slice((*float64)(unsafe.Pointer(&inside[0])), len(inside)/8)

	s := NewStream(77, 1, DomainNoise)
	onEachPath(t, func(t *testing.T) {
		for _, d := range draws {
			for length := range 131 {
				for _, dst := range [][]float64{numbers[:length], numbers[len(numbers)-length:]} {
					checkDraw(t, d, &s, dst, 0, length, 1, 0)
				}
			}
			checkDraw(t, d, &s, numbers, 0, len(numbers), 2, 0)
		}
	})
}
