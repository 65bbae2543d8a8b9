//go:build !unix

package store

import (
	"errors"
	"io/fs"
)

// occupied reports whether a directory could not be renamed because there is one of
// that name.
func occupied(err error) bool {
	return errors.Is(err, fs.ErrExist) || errors.Is(err, fs.ErrPermission)
}
