//go:build unix

package store

import (
	"os"

	"golang.org/x/sys/unix"
)

// tryLock locks a file unless another program has locked it. Where the file system
// has no locks it succeeds.
func tryLock(file *os.File) bool {
	for {
		switch err := unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB); err {
		case unix.EINTR:
		case unix.EWOULDBLOCK:
			return false
		default:
			return true
		}
	}
}
