package rng

import (
	"syscall"
	"testing"
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

	s := NewStream(77, 1, DomainNoise)
	onEachPath(t, func(t *testing.T) {
		for _, d := range draws {
			for length := range 131 {
				// Multiples of 8 bytes, so that any number lies at its natural place.
				part := (length*d.size() + 7) / 8 * 8
				d.check(t, &s, inside[:part], 0, length, 1, 0)
				d.check(t, &s, inside[len(inside)-part:], part/d.size()-length, length, 1, 0)
			}
			d.check(t, &s, inside, 0, len(inside)/d.size(), 2, 0)
		}
	})
}
