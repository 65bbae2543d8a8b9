//go:build unix

package store

import (
	"errors"

	"golang.org/x/sys/unix"
)

// occupied reports whether a directory could not be renamed because there is one of
// that name.
func occupied(err error) bool {
	return errors.Is(err, unix.ENOTEMPTY) || errors.Is(err, unix.EEXIST)
}
